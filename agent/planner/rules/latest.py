"""The latest and the first: the latest note, when An last came in, when the first VF 8 was sold."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from agent.planner.items import (
    Ent,
    Meas,
    MetricItem,
    Word,
)
from agent.planner.moments import Moment
from agent.planner.rules.context import Context, Joined
from schema.query import Aggregate, Compare, Exists, Filter, Order


def latest_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """latest + note; 5 đơn + gần nhất"""
    time = ctx.time(e.dataset)
    if w.kind not in ("latest", "earliest") or not time or e.order:
        return _day_of(ctx, w, e) if w.kind in ("latest", "earliest") and len(e.filters) > 1 else None
    order = (Order(by=time, descending=w.kind == "latest"),)
    shown = e.fields if time in e.fields else (*e.fields, time)
    part = not time.startswith(f"{e.dataset}.")  # what was done last: all of it, not one of the jobs
    return replace(e, order=order, fields=shown, limit=e.limit or (None if e.plural or part else 1)), 0.1


def ent_latest(ctx: Context, e: Ent, w: Word) -> Joined:
    """lượt vào xưởng + gần nhất"""
    return latest_ent(ctx, w, e)


def when_latest(ctx: Context, w: Word, e: Ent) -> Joined:
    """when did + An come in (at the latest): the day of what is told of the entity"""
    return _day_of(ctx, Word("latest"), e) if w.kind == "when" else None


def latest_did(ctx: Context, w: Word, e: Ent) -> Joined:
    """lần gần nhất + chị Hằng vào xưởng"""
    return _day_of(ctx, w, e) if w.kind in ("latest", "earliest") else None


def _day_of(ctx: Context, w: Word, e: Ent) -> Joined:
    if not e.filters or not isinstance(did := e.filters[-1], Exists) or did.value is not None or e.limit:
        return None
    key = ctx.model.datasets[e.dataset].id_field
    single = e.one or any(isinstance(f, Compare) and f.field == key and f.op == "=" for f in e.filters)
    if not (time := ctx.time(did.exists)) or not (single or len(e.filters) == 1):
        return None
    fn: Literal["max", "min"] = "max" if w.kind == "latest" else "min"
    span = did.period
    moment = Moment("span", start=span.start, end=span.end, full=True, label=span.label or "") if span else None
    return Meas((Aggregate(fn=fn, over=time),), did.exists, (*did.filters, *e.filters[:-1]), moment), 0.1


def when_meas_day(ctx: Context, w: Word, m: Meas) -> Joined:
    """when + (the latest day): that day is what was asked"""
    first = m.measures[0]
    return (m, 0.0) if w.kind == "when" and isinstance(first, Aggregate) and first.fn in ("max", "min") else None


def meas_day_when(ctx: Context, m: Meas, w: Word) -> Joined:
    return when_meas_day(ctx, w, m)


def latest_metric(ctx: Context, w: Word, m: MetricItem) -> Joined:
    """when did we first + sell: the day of the metric's first row"""
    base = ctx.base(m.name)
    if w.kind not in ("latest", "earliest") or not (time := ctx.time(base)):
        return None
    return Meas((Aggregate(fn="max" if w.kind == "latest" else "min", over=time),), base), 0.3


def metric_latest(ctx: Context, m: MetricItem, w: Word) -> Joined:
    return latest_metric(ctx, w, m)


def day_where(ctx: Context, m: Meas, e: Ent) -> Joined:
    """when was An's car last serviced + at which store: that row, with both"""
    first, name = m.measures[0], ctx.model.datasets[e.dataset].ext.name_field
    if not isinstance(first, Aggregate) or first.fn not in ("max", "min") or m.by or m.order or not name:
        return None
    if e.filters or e.fields or not e.asked or not ctx.graph.reaches(m.base, [e.dataset]):
        return None
    order = (Order(by=first.over, descending=first.fn == "max"),)
    return Ent(m.base, m.filters, m.moment, (first.over, f"{e.dataset}.{name}"), order, 1, lead=m.base), -0.3


def day_at(ctx: Context, m: Meas, w: Word) -> Joined:
    """when was it last serviced + and where"""
    stores = ctx.model.ext.stores
    return day_where(ctx, m, Ent(stores, asked=True)) if w.kind == "where" and stores else None


def at_day(ctx: Context, w: Word, m: Meas) -> Joined:
    """where + was it last serviced"""
    return day_at(ctx, m, w)


def where_day(ctx: Context, e: Ent, m: Meas) -> Joined:
    return day_where(ctx, m, e)


def what_latest(ctx: Context, w: Word, m: Meas) -> Joined:
    """what did + An last buy: the rows of that day rather than the day"""
    first = m.measures[0]
    if w.kind != "what" or not isinstance(first, Aggregate) or first.fn not in ("max", "min") or m.by or not m.filters:
        return None
    return _last_rows(ctx, first.over, m.filters, first.fn == "max") if ctx.is_time(first.over) else None


def latest_what(ctx: Context, m: Meas, w: Word) -> Joined:
    """An lần cuối mua + gì"""
    return what_latest(ctx, w, m)


def ent_what_latest(ctx: Context, e: Ent, w: Word) -> Joined:
    """An's last purchase + what"""
    latest = ctx.model.field(e.fields[-1]).ext.latest_of if len(e.fields) == 1 else None
    if w.kind != "what" or not e.one or not latest or e.order or e.limit:
        return None
    return _last_rows(ctx, latest, e.filters, True)


def what_ent_latest(ctx: Context, w: Word, e: Ent) -> Joined:
    """what was + An's last purchase"""
    return ent_what_latest(ctx, e, w)


def _last_rows(ctx: Context, time: str, filters: tuple[Filter, ...], last: bool) -> Joined:
    rows = time.partition(".")[0]
    rows = ctx.model.datasets[rows].ext.rows or rows
    order = (Order(by=time, descending=last),)
    return Ent(rows, filters, order=order, limit=1, plural=False), -0.3
