"""The period of what somebody did or did not do: who missed an appointment this month, who revoked a consent."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import BoundItem, Ent, When
from agent.planner.rules.context import Context, Joined, long_ago
from agent.planner.rules.gathering import linked
from agent.planner.rules.own import MINE
from schema.query import All, Compare, Exists, Filter, Named, Not

MOST_TIMES = 100  # a larger number is no number of times


def within(ctx: Context, e: Ent, w: When) -> Joined:
    """this year + which customers missed an appointment: the period is that of what they did, or did not"""
    for i in range(len(e.filters) - 1, -1, -1):
        if bound := bound_exists(ctx, e.dataset, e.filters[i], w):
            filters, cost = [*e.filters[:i], bound, *e.filters[i + 1 :]], bound_cost(e.filters[i])
            for j in range(i - 1, -1, -1):  # bought both a car and accessories + in 2026
                if not _alike(filters[j], e.filters[i]) or not (also := bound_exists(ctx, e.dataset, filters[j], w)):
                    break
                filters[j] = also
            return replace(e, filters=tuple(filters)), cost
    return None


def _alike(a: Filter, b: Filter) -> bool:
    """Whether both say that there are such rows, of one kind."""
    return isinstance(a, Exists) and isinstance(b, Exists) and a.exists == b.exists and a.value == b.value


def ent_times(ctx: Context, e: Ent, b: BoundItem) -> Joined:
    """who came to our workshop + at least 4 times"""
    last = e.filters[-1] if e.filters else None
    if isinstance(last, Named) and (rows := _rows(ctx, e.dataset, last)):  # changed hands + at least twice
        last = rows
    if not isinstance(last, Exists) or last.value is not None or b.bound.unit or b.bound.high is not None:
        return None
    if not 0 < b.bound.value < MOST_TIMES:
        return None
    often = last.model_copy(update={"op": b.bound.op, "value": b.bound.value})
    return replace(e, filters=(*e.filters[:-1], often), dated=None if often != last and e.dated else e.dated), 0.3


def ent_age(ctx: Context, e: Ent, b: BoundItem) -> Joined:
    """overdue + by more than 60 days; open cases + older than a month: how long ago its day is"""
    key = ctx.time(e.dataset)
    for f in e.filters:
        if isinstance(f, Named) and f.named[0] != "$" and (named := ctx.model.named(f.named)).lists:
            key = ctx.time(named.lists) or key
    aged = long_ago(ctx, key, b.bound) if key else None
    return (replace(e, filters=(*e.filters, aged), dated=None), 0.1) if aged else None


def bound_cost(f: Filter) -> float:
    """More where the rows were only meant by a value of theirs, and most for whose they are."""
    if f == MINE:
        return 1.1  # today + my customers: what they do today, hardly those who became mine
    return 0.3 if isinstance(f.negate if isinstance(f, Not) else f, Exists) else 0.8


def bound_exists(ctx: Context, base: str, f: Filter, w: When) -> Filter | None:
    """The condition on other rows of `base` with its period; None where it takes none, or has one."""
    if isinstance(f, Named) and f == MINE and base == ctx.model.ext.subject and f.period is None:
        return f.model_copy(update={"period": w.moment.resolve(ctx.today, False)})  # given to me this year
    inner, moment = (f.negate, w.moment.lacking()) if isinstance(f, Not) else (f, w.moment)
    rows = inner if isinstance(inner, Exists) else _rows(ctx, base, inner)
    if rows is not None and ctx.model.datasets[rows.exists].ext.state:
        rows = _logged(ctx, rows)
    if rows is None or rows.period is not None or not ctx.time(rows.exists):
        return None
    period = moment.resolve(ctx.today, ctx.plans(rows.exists, rows.filters))
    bound = rows.model_copy(update={"period": period})
    return Not(negate=bound) if isinstance(f, Not) else bound


def _rows(ctx: Context, base: str, f: Filter) -> Exists | None:
    """A condition on one of the rows that `base` has several of, as the rows of which it holds."""
    link = linked(ctx, base, f) if base == ctx.model.ext.subject else None
    return Exists(exists=link, filters=(f,)) if link and not _dated(f) else None


def _dated(f: Filter) -> bool:
    return isinstance(f, Named) and f.period is not None


def _logged(ctx: Context, rows: Exists) -> Exists | None:
    """What stands now, as the change that made it so: revoked in October."""
    log = ctx.model.datasets[rows.exists].ext.log
    if log is None:
        return None

    def moved(f: Filter) -> Filter | None:
        if isinstance(f, All):
            parts = [moved(x) for x in f.all]
            return All(all=tuple(p for p in parts if p)) if all(parts) else None
        if isinstance(f, Compare):
            field = f.field.partition(".")[2]
            known = f.field.startswith(f"{rows.exists}.") and field in ctx.model.datasets[log].fields
            return f.model_copy(update={"field": f"{log}.{field}"}) if known else None
        if isinstance(f, Named):
            name = f.named.partition(".")[2]
            known = any(n.name == name for n in ctx.model.datasets[log].ext.filters)
            return Named(named=f"{log}.{name}") if known else None
        return None

    filters = [moved(f) for f in rows.filters]
    if not all(filters):
        return None
    return Exists(exists=log, filters=tuple(f for f in filters if f))
