"""Values set against each other: hot, warm and cold; Kia versus Mazda."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import Ent, Meas, Pred
from agent.planner.rules.context import Context, Joined, axes, merge
from schema.query import Aggregate, All, AnyOf, By, Compare, Filter


def counts(m: Meas) -> bool:
    first = m.measures[0]
    return isinstance(first, Aggregate) and first.fn == "count" and first.where is None


def side(ctx: Context, f: Filter) -> str | None:
    """The field whose values are set against each other."""
    if isinstance(f, Compare):
        return f.field
    if isinstance(f, AnyOf):
        fields = [axes(ctx, x) for x in f.any]
        said = set().union(*fields)
        return said.pop() if len(said) == 1 and all(fields) else None
    return None


def meas_sides(ctx: Context, a: Meas, b: Meas) -> Joined:
    """how many are hot + how many are warm: a row each"""
    return sides(ctx, a, b.filters) if a.measures == b.measures and not (b.by or b.moment or b.order) else None


def sides(ctx: Context, m: Meas, more: tuple[Filter, ...]) -> Joined:
    if len(more) != 1 or not m.filters or m.order or m.compare or not counts(m):
        return None
    kept, last = m.filters[:-1], m.filters[-1]
    key = side(ctx, last) if isinstance(last, AnyOf) else next(iter(axes(ctx, last)), None)
    other = side(ctx, more[0]) if isinstance(more[0], AnyOf) else next(iter(axes(ctx, more[0])), None)
    if not key or key != other or any(isinstance(f, All) for f in (last, more[0])) or last == more[0]:
        return None
    parts = [x for f in (last, more[0]) for x in (f.any if isinstance(f, AnyOf) else (f,))]
    both = merge(ctx, parts[0], parts[1], "or")
    for part in parts[2:]:
        both = merge(ctx, both, part, "or")
    return replace(m, filters=(*kept, both), by=m.by or (By(field=key),)), -0.1


def two_counts(ctx: Context, a: Meas, b: Meas) -> Joined:
    """how many new customers + and how many won back: a number each"""
    if a.by or b.by or a.order or b.order or a.compare or b.compare or a.dated or b.dated or sides(ctx, a, b.filters):
        return None
    each = (f[0] if len(f) == 1 else All(all=f) for f in (a.filters, b.filters))
    counted = tuple(Aggregate(fn="count", over=a.base, where=f) for f in each)
    return Meas(counted, a.base, moment=a.moment or b.moment), -0.2


def ent_sides(ctx: Context, e: Ent, p: Pred) -> Joined:
    """churned customers + in Hà Nội vs Đà Nẵng: how many of each"""
    key = side(ctx, p.filter) if p.split and not (e.one or e.limit or e.order or e.fields) else None
    far = ctx.distance(e.dataset, p.dataset) if key else None
    if not key or far is None:
        return None
    count = Aggregate(fn="count", over=e.dataset)
    return Meas((count,), e.dataset, (*e.filters, p.filter), e.moment, (By(field=key),), dated=e.dated), 0.3 + 0.2 * far


def pointless(by: tuple[By, ...], filters: tuple[Filter, ...]) -> bool:
    """Whether a group's field is held to one value: complaints by whether they are complaints."""
    held = {f.field for f in filters if isinstance(f, Compare) and f.op == "="}
    return any(b.field in held for b in by)
