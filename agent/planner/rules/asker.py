"""What the asker did himself: orders I closed, cars I took in, whom I never called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.planner.items import Ent, Meas, MetricItem, Pred, Verb, Word
from agent.planner.rules.context import Context, Joined, metric_measure
from agent.planner.rules.measures import count_ent
from schema.model import Dataset
from schema.query import Aggregate, AnyOf, Compare, Exists, Filter, Not, SemanticQuery


def ent_self_sold(ctx: Context, e: Ent, w: Word) -> Joined:
    """orders + I closed; cars + I sold: the asker is the seller"""
    if w.kind != "self_sold" or e.one or e.who:
        return None
    datasets, filters = ctx.model.datasets, e.filters
    rows = e.dataset
    if not _sellers(ctx, rows):
        sales = [d for d in datasets.values() if e.dataset in d.ext.objects]
        if len(sales) != 1:
            return None
        held = SemanticQuery.model_validate({"filters": sales[0].ext.objects[e.dataset]}).filters
        rows, filters = sales[0].ext.rows or sales[0].name, (*_held(ctx, sales[0], held), *filters)
    sellers = _sellers(ctx, rows)
    if not sellers:
        return None
    oneself = Compare(field=datasets[sellers].id_field, op="=", value="$asker")
    return replace(e, dataset=rows, filters=(*filters, oneself), lead=rows), -0.2


def _sellers(ctx: Context, rows: str) -> str | None:
    """The staff who close such rows."""
    near = [d for d, path in ctx.graph.tree(rows).items() if len(path) == 1 and ctx.model.datasets[d].ext.played_by]
    return near[0] if near else None


def _held(ctx: Context, sales: Dataset, held: Sequence[Filter]) -> tuple[Filter, ...]:
    """What holds of a sale of such things, as far as its listed rows can say."""
    rows = sales.ext.rows or sales.name
    return tuple(f for f in held if isinstance(f, Compare) and ctx.graph.reaches(rows, [f.field.partition(".")[0]]))


def _oneself(ctx: Context, staff: Sequence[str]) -> Filter:
    each = tuple(Compare(field=ctx.model.datasets[s].id_field, op="=", value="$asker") for s in staff)
    return each[0] if len(each) == 1 else AnyOf(any=each)


def self_sold_meas(ctx: Context, w: Word, m: Meas) -> Joined:
    """I sold + how many cars: the asker is the seller"""
    if w.kind != "self_sold" or m.by or m.compare:
        return None
    first = m.measures[0]
    if isinstance(first, Aggregate) and first.fn == "count" and first.where is None:
        joined = ent_self_sold(ctx, Ent(m.base, m.filters, m.moment), w)
        return count_ent(ctx, Word("how_many"), joined[0]) if joined and isinstance(joined[0], Ent) else None
    sellers = _sellers(ctx, m.base) or next((d for d in ctx.graph.tree(m.base) if _plays_on(ctx, d)), None)
    return (replace(m, filters=(*m.filters, _oneself(ctx, [sellers]))), -0.2) if sellers else None


def meas_self_sold(ctx: Context, m: Meas, w: Word) -> Joined:
    """how many cars + I sold"""
    return self_sold_meas(ctx, w, m)


def self_sold_much(ctx: Context, w: Word, much: Word) -> Joined:
    """I sold + for how much"""
    amounts = [(m.ext.amount, m.ext.who) for m in ctx.model.metrics.values() if m.ext.amount and m.ext.who]
    if w.kind != "self_sold" or much.kind != "how_much" or not amounts:
        return None
    amount, who = amounts[0]
    assert amount and who
    found = metric_measure(ctx, amount)
    return replace(found, filters=(_oneself(ctx, [who]),)), -0.2


def _plays_on(ctx: Context, dataset: str) -> bool:
    return bool(ctx.model.datasets[dataset].ext.played_by)


def self_handled_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """I took in + these visits"""
    by = ctx.model.datasets[e.dataset].ext.handled_by
    if w.kind != "self_handled" or not by or e.one:
        return None
    return replace(e, filters=(*e.filters, _oneself(ctx, by))), -0.2


def self_handled_meas(ctx: Context, w: Word, m: Meas) -> Joined:
    """I took in + how many visits; how many cars: by the visits"""
    first = m.measures[0]
    if w.kind != "self_handled" or not isinstance(first, Aggregate) or first.fn != "count" or m.by:
        return None
    rows = [d.name for d in ctx.model.datasets.values() if d.ext.handled_by and ctx.graph.reaches(d.name, [m.base])]
    by = ctx.model.datasets[rows[0]].ext.handled_by if len(rows) == 1 else ()
    if not by:
        return None
    return Meas((Aggregate(fn="count", over=rows[0]),), rows[0], (*m.filters, _oneself(ctx, by)), m.moment), -0.2


def meas_self_handled(ctx: Context, m: Meas, w: Word) -> Joined:
    """how many visits + did I handle"""
    return self_handled_meas(ctx, w, m)


def self_never(ctx: Context, w: Word, p: Pred) -> Joined:
    """I + have never called: not called by the asker"""
    rows = p.filter.negate if isinstance(p.filter, Not) else None
    if w.kind not in ("self", "self_did") or not isinstance(rows, Exists) or not rows.filters:
        return None
    who = ctx.model.datasets[rows.exists].ext.who
    if not who:
        return None
    rows = rows.model_copy(update={"filters": (*rows.filters, _oneself(ctx, [who]))})
    return replace(p, filter=Not(negate=rows)), -0.2


def ent_self_did(ctx: Context, e: Ent, w: Word) -> Joined:
    """calls + I made"""
    who = ctx.model.datasets[e.dataset].ext.who if w.kind == "self_did" and not e.one else None
    return (replace(e, filters=(*e.filters, _oneself(ctx, [who]))), -0.3) if who else None


def meas_self_did(ctx: Context, m: Meas, w: Word) -> Joined:
    """how many notes + did I (write)"""
    first = m.measures[0]
    who = ctx.model.datasets[m.base].ext.who if w.kind == "self_did" else None
    if not who or not isinstance(first, Aggregate) or m.by:
        return None
    return replace(m, filters=(*m.filters, _oneself(ctx, [who]))), -0.1


def self_verb(ctx: Context, w: Word, v: Verb) -> Joined:
    """em + gọi cho khách: by the asker"""
    who = ctx.model.datasets[v.dataset].ext.who
    if w.kind != "self" or not who or not v.filters:
        return None
    oneself = Compare(field=ctx.model.datasets[who].id_field, op="=", value="$asker")
    return replace(v, filters=(*v.filters, oneself)), 0.0


def self_metric(ctx: Context, w: Word, m: MetricItem) -> Joined:
    """did i + sell"""
    who = ctx.model.metric(m.name).ext.who
    return (MetricItem(m.name, who), 0.0) if w.kind == "self" and who and not m.by_asker else None
