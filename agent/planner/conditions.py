"""What the conditions of a reading speak of, and whether they go together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent.planner.rules import Context
from schema.query import All, AnyOf, Compare, Exists, Filter, Named, Not


class UnanswerableError(Exception):
    """The part can't become a query: the reading is dropped."""


def walk(filter_: Filter, change: Callable[[Filter], Filter]) -> Filter:
    """A filter with `change` applied to every condition in it."""
    if isinstance(filter_, All):
        return All(all=tuple(walk(f, change) for f in filter_.all))
    if isinstance(filter_, AnyOf):
        return AnyOf(any=tuple(walk(f, change) for f in filter_.any))
    if isinstance(filter_, Not):
        return Not(negate=walk(filter_.negate, change))
    if isinstance(filter_, Exists):
        return filter_.model_copy(update={"filters": tuple(walk(f, change) for f in filter_.filters)})
    return change(filter_)


def conditions(filters: Sequence[Filter]) -> list[Filter]:
    """Every single condition, at any depth."""
    found: list[Filter] = []

    def note(f: Filter) -> Filter:
        found.append(f)
        return f

    for f in filters:
        walk(f, note)
        if isinstance(f, Exists):
            found.append(f)
    return found


def datasets_of(filters: Sequence[Filter]) -> set[str]:
    """The datasets that conditions speak of, at any depth."""
    found = conditions(filters)
    names = [f.exists for f in found if isinstance(f, Exists)]
    names += [f.field.partition(".")[0] for f in found if isinstance(f, Compare)]
    return {*names, *(f.named.partition(".")[0] for f in found if isinstance(f, Named) and not f.named.startswith("$"))}


def check_possible(ctx: Context, filters: Sequence[Filter]) -> None:
    """Raises UnanswerableError where two conditions don't go together: kind service and kind parts, VIP and Low.

    Nor do a log and what stands by it: who revoked a consent, of those who have granted it.
    """
    spoken_of = datasets_of(filters)
    for dataset in spoken_of:
        if ctx.model.datasets[dataset].ext.log in spoken_of:
            raise UnanswerableError(f"{dataset} is the present state of its log")
    none_of = {
        f.negate.exists for f in filters if isinstance(f, Not) and isinstance(f.negate, Exists) and _any(f.negate)
    }
    if none_of & {f.exists for f in filters if isinstance(f, Exists)}:
        raise UnanswerableError("nobody has some of what he has none of")
    values: dict[str, set[object]] = {}
    for f in filters:
        rows = f.negate if isinstance(f, Not) else f
        if isinstance(rows, Exists):
            check_possible(ctx, rows.filters)
            span = rows.period
            ahead = span and span.start and span.end and span.start >= ctx.today < span.end
            if ahead and not ctx.model.datasets[rows.exists].ext.plan:
                raise UnanswerableError(f"{rows.exists} have happened, they don't lie ahead")
        field, held = _held_to(ctx, f)
        if field is None:
            continue
        values[field] = values[field] & held if field in values else held
        if not values[field]:
            raise UnanswerableError(f"nothing has two values of {field}")


def _any(f: Exists) -> bool:
    return not f.filters and f.period is None and f.value is None


def _held_to(ctx: Context, f: Filter) -> tuple[str | None, set[object]]:
    """The field that a condition holds to some values, and these."""
    if isinstance(f, AnyOf):
        parts = [_held_to(ctx, x) for x in f.any]
        fields = {field for field, _ in parts}
        return (fields.pop(), set().union(*(held for _, held in parts))) if len(fields) == 1 else (None, set())
    if isinstance(f, Compare) and f.op in ("=", "in"):
        return ctx.model.field(f.field).ext.same_as or f.field, set(_values(f))
    if isinstance(f, Named) and f.named[0] != "$" and (axis := ctx.model.named(f.named).axis):
        expression = ctx.model.named(f.named).expression
        return axis, {v for v in ctx.model.field(axis).ext.values if f"'{v}'" in expression}
    return None, set()


def _values(f: Compare) -> tuple[object, ...]:
    return f.value if isinstance(f.value, tuple) else (f.value,)
