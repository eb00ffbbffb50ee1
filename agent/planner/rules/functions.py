"""Functions: the average age, the median revenue per order, the total refunded."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.planner.items import (
    Ent,
    FieldItem,
    Function,
    Group,
    Meas,
    MetricItem,
    Verb,
    Word,
)
from agent.planner.rules.context import Context, Joined, is_mean, metric_measure
from agent.planner.rules.measures import count_ent
from schema.query import Aggregate


def much_field(ctx: Context, w: Word, f: FieldItem) -> Joined:
    """how much + discount (did we give)"""
    field = ctx.model.field(f.key)
    dataset, subject = f.key.partition(".")[0], ctx.model.ext.subject
    money = field.ext.unit == "₫" and not field.ext.detail and ctx.time(dataset) is not None
    figure = subject is not None and ctx.graph.reaches(subject, [dataset])  # of a customer, not of what happened
    if w.kind != "how_much" or not money or figure:
        return None
    return Meas((Aggregate(fn="sum", over=f.key),), dataset), 0.4


def function_each(ctx: Context, fn: Function, w: Word) -> Joined:
    """average + per (order)"""
    return (fn, 0.0) if fn.fn == "avg" and w.kind == "by" else None


def function_field(ctx: Context, fn: Function, f: FieldItem) -> Joined:
    """average + age"""
    if fn.fn != "count_distinct" and not ctx.numeric(f.key):
        return None
    for metric in ctx.model.metrics.values():
        if fn.fn == "avg" and metric.ext.mean_of == f.key:
            return metric_measure(ctx, metric.name), 0.0
    return Meas((Aggregate(fn=fn.fn, over=f.key),), f.key.partition(".")[0]), 0.0


def field_function(ctx: Context, f: FieldItem, fn: Function) -> Joined:
    """tuổi + trung bình"""
    return function_field(ctx, fn, f)


def function_metric(ctx: Context, fn: Function, m: MetricItem) -> Joined:
    """total + revenue; average + bill per visit, which is a mean already"""
    mean = is_mean(ctx, m.name)
    summed = re.fullmatch(r"(?:SUM|AVG)\((\w+\.\w+)\)", ctx.model.metric(m.name).expression)
    if summed and fn.fn in ("median", "min", "max"):
        return Meas((Aggregate(fn=fn.fn, over=summed[1]),), summed[1].partition(".")[0]), 0.05
    return (metric_measure(ctx, m.name), 0.05) if fn.fn == "sum" or (fn.fn == "avg" and mean) else None


def function_meas(ctx: Context, fn: Function, m: Meas) -> Joined:
    """total + my customers spent"""
    first = m.measures[0]
    additive = isinstance(first, str) and not is_mean(ctx, first)
    return (m, 0.1) if fn.fn == "sum" and additive else None


def function_each_ent(ctx: Context, fn: Function, m: Meas) -> Joined:
    """median + revenue per service order: over the amount of each"""
    if len(m.by) != 1 or m.order or fn.fn not in ("avg", "median", "min", "max") or not isinstance(m.measures[0], str):
        return None
    dataset = ctx.model.datasets.get(m.by[0].field)
    unit = ctx.model.metric(m.measures[0]).ext.unit
    if dataset is None or unit is None or unit not in dataset.ext.amounts:
        return None
    over = dataset.ext.amounts[unit]
    return Meas((Aggregate(fn=fn.fn, over=over),), over.partition(".")[0], m.filters, m.moment, dated=m.dated), 0.0


def different_ent(ctx: Context, fn: Function, e: Ent) -> Joined:
    """(how many) different + cars: each counts once anyway"""
    return (e, 0.1) if fn.fn == "count_distinct" and not e.one else None


def function_group(ctx: Context, fn: Function, g: Group) -> Joined:
    """(payments received,) total + per payment method"""
    return (replace(g, amount=True), 0.2) if fn.fn == "sum" and g.by else None


def function_much(ctx: Context, fn: Function, w: Word) -> Joined:
    """(one visit takes in) on average + how much"""
    return (fn, 0.0) if fn.fn in ("avg", "median") and w.kind in ("how_much", "how_many", "how_many_after") else None


def ent_function(ctx: Context, e: Ent, fn: Function) -> Joined:
    """one tyre job + on average"""
    joined = function_ent(ctx, fn, e) if fn.fn == "avg" else None
    return (joined[0], 0.3) if joined else None


def meas_money(ctx: Context, m: Meas, w: Word) -> Joined:
    """payments by method + amounts please: what they come to"""
    first = m.measures[0]
    if w.kind != "money" or len(m.measures) != 1 or any(o.by != "$first" for o in m.order):
        return None
    if isinstance(first, str):
        return (m, 0.1) if ctx.model.metric(first).ext.unit == "₫" else None
    own = ctx.model.datasets[m.base].ext.amounts.get("₫", "")
    if first.fn != "count" or first.where or not own.startswith(f"{m.base}."):
        return None
    return replace(m, measures=(Aggregate(fn="sum", over=own),)), 0.1


def money_verb(ctx: Context, w: Word, v: Verb) -> Joined:
    """money + handed back: its amount"""
    return function_verb(ctx, Function("sum"), v) if w.kind == "money" else None


def function_verb(ctx: Context, fn: Function, v: Verb) -> Joined:
    """total + refunded to customers: its amount"""
    amounts = ctx.model.datasets[v.dataset].ext.amounts
    if fn.fn not in ("sum", "avg") or v.bound or "₫" not in amounts or not amounts["₫"].startswith(f"{v.dataset}."):
        return None
    return Meas((Aggregate(fn=fn.fn, over=amounts["₫"]),), v.dataset, v.filters, v.moment), 0.0


def function_ent(ctx: Context, fn: Function, e: Ent) -> Joined:
    """total + refunds: their amount, where they have one, else their number"""
    if fn.fn not in ("sum", "avg"):
        return None
    if fn.fn == "avg" and (mean := ctx.model.datasets[e.dataset].ext.mean) and not e.limit:
        return Meas((mean,), ctx.base(mean), e.filters, e.moment, dated=e.dated), 0.05
    amounts = ctx.model.datasets[e.dataset].ext.amounts
    if amounts and not e.limit and ("₫" in amounts or len(amounts) == 1):
        key = amounts.get("₫") or next(iter(amounts.values()))
        home = key.partition(".")[0]
        if ctx.graph.reaches(home, [e.dataset]):
            return Meas((Aggregate(fn=fn.fn, over=key),), home, e.filters, e.moment, dated=e.dated), -0.2
    joined = count_ent(ctx, Word("how_many"), e) if fn.fn == "sum" else None
    return (joined[0], joined[1] + 0.4) if joined and e.implied else joined  # spent 1bn in total + but came in never
