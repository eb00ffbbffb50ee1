"""Conditions and the days that are said of them: closed last quarter, due this month, overdue by a year."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import BoundItem, Ent, FieldItem, NotWhen, Pred, When
from agent.planner.rules.context import Context, Joined, long_ago
from schema.query import All, Compare, Exists, Filter, Named, Not, Period


def field_when(ctx: Context, f: FieldItem, w: When) -> Joined:
    """delivered + last year"""
    if not ctx.is_time(f.key):
        return None
    dataset = f.key.partition(".")[0]
    if w.moment.kind in ("month", "unit") and not w.moment.start:
        for named in ctx.model.datasets[dataset].ext.filters:  # born in May: of any year
            if named.recurs and named.time == f.key:
                return Pred(ctx.bind(f"{dataset}.{named.name}", w.moment), dataset), 0.1
    period = w.moment.resolve(ctx.today, ctx.model.datasets[dataset].ext.plan)
    return Pred(_dated_filter(f.key, period), dataset), -0.1


def _dated_filter(key: str, period: Period) -> Filter:
    parts: list[Filter] = []
    if period.start:
        parts.append(Compare(field=key, op=">=", value=period.start.isoformat()))
    if period.end:
        parts.append(Compare(field=key, op="<=", value=period.end.isoformat()))
    return parts[0] if len(parts) == 1 else All(all=tuple(parts))


def pred_when(ctx: Context, p: Pred, w: When) -> Joined:
    """due for service + this month"""
    if not p.dated:
        return None
    return replace(p, filter=ctx.bound(p.filter, p.dated, w.moment), dated=None), -0.2


def pred_over(ctx: Context, p: Pred, w: When) -> Joined:
    """overdue + by more than 90 days"""
    if w.moment.kind != "over" or not isinstance(p.filter, Named) or p.negative or p.filter.named[0] == "$":
        return None
    named = ctx.model.named(p.filter.named)
    key = ctx.time(named.lists or p.dataset)
    end = w.moment.resolve(ctx.today, False).end
    if not key or not end or named.period:
        return None
    return replace(p, filter=All(all=(p.filter, Compare(field=key, op="<=", value=end.isoformat()))), dated=None), -0.3


def pred_age(ctx: Context, p: Pred, b: BoundItem) -> Joined:
    """overdue + by more than a year: how long ago its day is"""
    if not p.dated or p.negative or not isinstance(p.filter, Named):
        return None
    named = ctx.model.named(p.dated)
    key = ctx.time(named.lists or p.dataset) or named.time
    aged = long_ago(ctx, key, b.bound) if key else None
    return (replace(p, filter=All(all=(p.filter, aged)), dated=None), -0.1) if aged else None


def when_negative(ctx: Context, w: When, p: Pred) -> Joined:
    """this year + not been to the workshop"""
    if not isinstance(p.filter, Not) or not isinstance(p.filter.negate, Exists) or p.filter.negate.period:
        return None
    dataset = ctx.model.datasets[p.filter.negate.exists].ext
    if not dataset.time:
        return None
    never = p.filter.negate.model_copy(update={"period": w.moment.lacking().resolve(ctx.today, dataset.plan)})
    return replace(p, filter=Not(negate=never)), 0.25


def when_pred(ctx: Context, w: When, p: Pred) -> Joined:
    joined = pred_when(ctx, p, w)
    return (joined[0], 0.0) if joined else None


def ent_not_when(ctx: Context, e: Ent, n: NotWhen) -> Joined:
    last = e.filters[-1] if e.filters else None
    if not isinstance(last, Exists) or last.value is not None:
        return None
    period = n.moment.resolve(ctx.today, ctx.model.datasets[last.exists].ext.plan)
    never = Not(negate=Exists(exists=last.exists, filters=last.filters, period=period))
    return replace(e, filters=(*e.filters, never)), 0.1
