"""What somebody brought about none of: reps who sold nothing, showrooms with no revenue last week."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import Ent, MetricItem, Pred, Verb, Word
from agent.planner.numbers import Bound
from agent.planner.rules.context import Context, Joined, exists, unfit
from agent.planner.rules.verbs import verb_ent
from schema.query import Compare, Exists, Named, Not, SemanticQuery

_ANY = Bound(">", 0, None)


def not_metric(ctx: Context, w: Word, m: MetricItem) -> Joined:
    """have not + sold cars; no + revenue"""
    if w.kind not in ("not", "none") or m.by_asker:
        return None
    ext = ctx.model.metric(m.name).ext
    if not ext.who and (ext.unit != "₫" or ext.n):
        return None  # no mean or rate is lacked
    return _lacking(ctx, m, None), 0.2


def metric_none(ctx: Context, m: MetricItem, w: Word) -> Joined:
    """sold + nothing"""
    return not_metric(ctx, w, m) if w.kind == "none" else None


def metric_no_ent(ctx: Context, m: MetricItem, p: Pred) -> Joined:
    """sold + no cars"""
    rows = p.filter.negate if isinstance(p.filter, Not) else None
    if not p.negative or not isinstance(rows, Exists) or rows.value is not None or rows.period:
        return None
    if not ctx.model.metric(m.name).ext.who:
        return None
    there = rows.filters[0] if len(rows.filters) == 1 else None
    linked = isinstance(there, Compare) and there.op == "filled"  # cars by the rows that link them to their owners
    noun = (
        Ent(there.field.partition(".")[0]) if linked and isinstance(there, Compare) else Ent(rows.exists, rows.filters)
    )
    return _joined(ctx, m, noun)


def not_metric_ent(ctx: Context, p: Pred, e: Ent) -> Joined:
    """have not sold + an SUV: what none was brought about of"""
    rows = p.filter.negate if isinstance(p.filter, Not) else None
    if not p.negative or not isinstance(rows, Exists) or rows.value != 0 or rows.filters or rows.period:
        return None
    if not isinstance(rows.metric, str) or e.who or not ctx.model.metric(rows.metric).ext.who:
        return None
    return _joined(ctx, MetricItem(rows.metric), e)


def _joined(ctx: Context, m: MetricItem, e: Ent) -> Joined:
    if ctx.is_staff(e.dataset) or e.dataset in (ctx.model.ext.subject, ctx.model.ext.stores):
        return None
    joined = verb_ent(ctx, Verb(ctx.base(m.name), None), e)
    return (_lacking(ctx, m, joined[0]), joined[1]) if joined and isinstance(joined[0], Verb) else None


def _lacking(ctx: Context, m: MetricItem, v: Verb | None) -> Pred:
    base = ctx.base(m.name)
    v = replace(v or Verb(base, None), bound=_ANY, metric=m.name)
    return Pred(Not(negate=exists(ctx, v)), base, negative=True)


def ent_lacking(ctx: Context, e: Ent, p: Pred) -> Joined:
    """reps + who sold no car: of those who could have"""
    rows = p.filter.negate if isinstance(p.filter, Not) else None
    if not p.negative or e.one or e.limit:
        return None
    if isinstance(rows, Named) and rows.named[0] != "$" and ctx.is_staff(e.dataset):
        rows = Exists(exists=p.dataset, filters=(rows,))  # (a seller) + without a car sale
    elif not isinstance(rows, Exists) or (rows.value is None and not ctx.is_staff(e.dataset)):
        return None
    metric = rows.metric if isinstance(rows.metric, str) else None
    if rows.value is not None and (rows.value != 0 or metric is None):
        return None
    if (ctx.is_staff(e.dataset) or (e.who and metric)) and not e.filters:
        if not (part := _part(ctx, e.dataset, rows.exists, ctx.model.metric(metric).ext.who if metric else None)):
            return None
        e = replace(e, dataset=part, who=False, filters=players(ctx, part, e.dataset))
    if metric and unfit(ctx, metric, e.dataset):
        return None  # no product is a car sold
    if e.dataset == ctx.model.ext.subject or not ctx.graph.reaches(rows.exists, [e.dataset]):
        return None
    if e.moment and not rows.period:  # which reps this month + sold nothing
        rows = rows.model_copy(update={"period": e.moment.resolve(ctx.today, False)})
        e = replace(e, moment=None)
    return replace(e, filters=(*e.filters, Not(negate=rows))), -0.2 if e.asked or e.plural else 0.1


def _part(ctx: Context, said: str, rows: str, who: str | None) -> str | None:
    """The dataset of the staff who bring such rows about: those said, where they do, else the nearest."""
    tree = ctx.graph.tree(rows)
    if ctx.model.datasets[said].ext.where and said in tree:
        return said
    if who or (who := ctx.model.datasets[rows].ext.who):
        return who
    near = sorted((len(path), name) for name, path in tree.items() if ctx.is_staff(name))
    return near[0][1] if near else None


def players(ctx: Context, part: str, said: str) -> tuple[Compare, ...]:
    """Who plays a part, as conditions on its own dataset: those of what was said, else its own."""
    datasets = ctx.model.datasets
    usual = datasets[said].ext.played_by or datasets[part].ext.played_by
    columns = {f.expression: f.key for f in datasets[part].fields.values()}
    found = SemanticQuery.model_validate({"filters": usual}).filters
    return tuple(
        f.model_copy(update={"field": columns[ctx.model.field(f.field).expression]})
        for f in found
        if isinstance(f, Compare)
    )


def lacking_ent(ctx: Context, p: Pred, e: Ent) -> Joined:
    """sold nothing this month + which reps"""
    joined = ent_lacking(ctx, e, p)
    return (joined[0], joined[1] + 0.2) if joined else None
