"""What takes the place of what: another period, value or channel in the conditions of the last query."""

from __future__ import annotations

import re
from datetime import date

from agent.planner.moments import Moment
from agent.planner.rules import Context
from schema.query import Compare, Comparison, Exists, Filter, Named, Not


def swapped(filters: tuple[Filter, ...], new: Filter) -> tuple[Filter, ...] | None:
    """The conditions with a new value inside those on other rows: consent to SMS … and by e-mail."""
    if not isinstance(new, Compare) or new.op not in ("=", "in"):
        return None
    for i, f in enumerate(filters):
        rows = f.negate if isinstance(f, Not) else f
        if isinstance(rows, Exists) and any(isinstance(x, Compare) and x.field == new.field for x in rows.filters):
            held = tuple(new if isinstance(x, Compare) and x.field == new.field else x for x in rows.filters)
            rows = rows.model_copy(update={"filters": held})
            return (*filters[:i], Not(negate=rows) if isinstance(f, Not) else rows, *filters[i + 1 :])
    return None


def sibling(ctx: Context, filters: tuple[Filter, ...], new: Filter) -> tuple[Filter, ...] | None:
    """The conditions with a named one that says the same of another value: reachable by e-mail … and by Zalo?"""
    if not isinstance(new, Compare) or new.op != "=":
        return None

    def turned(f: Filter) -> Filter | None:
        if isinstance(f, Exists):
            inner = [turned(x) for x in f.filters]
            held = tuple(b or a for a, b in zip(f.filters, inner, strict=True))
            return f.model_copy(update={"filters": held}) if any(inner) else None
        if not isinstance(f, Named) or f.named[0] == "$":
            return None
        expression, dataset = ctx.model.named(f.named).expression, f.named.partition(".")[0]
        wanted = {expression.replace(said, f"'{new.value}'", 1) for said in re.findall(r"'[^']*'", expression)}
        others = [n for n in ctx.model.datasets[dataset].ext.filters if n.expression in wanted - {expression}]
        return f.model_copy(update={"named": f"{dataset}.{others[0].name}"}) if others else None

    found = [turned(f) for f in filters]
    if sum(f is not None for f in found) != 1:
        return None
    return tuple(b or a for a, b in zip(filters, found, strict=True))


def in_rows(ctx: Context, filters: tuple[Filter, ...], moment: Moment) -> tuple[Filter, ...] | None:
    """The conditions with another period in the first that had one: who missed an appointment this month."""
    for i, f in enumerate(filters):
        rows = f.negate if isinstance(f, Not) else f
        if isinstance(rows, Exists) and rows.period:
            field = rows.period.field
            period = moment.resolve(ctx.today, False).model_copy(update={"field": field})
            new: Filter = rows.model_copy(update={"period": period})
            new = Not(negate=new) if isinstance(f, Not) else new
            return (*filters[:i], new, *filters[i + 1 :])
    return None


def in_fields(ctx: Context, filters: tuple[Filter, ...], moment: Moment) -> tuple[Filter, ...] | None:
    """The conditions with another period for the day that they were on: opened this year."""
    on = [f for f in filters if isinstance(f, Compare) and f.op in ("<=", ">=") and ctx.is_time(f.field)]
    if not on or len({f.field for f in on}) > 1:
        return None
    period, at = moment.resolve(ctx.today, False), filters.index(on[0])
    kept = [f for f in filters if f not in on]
    ends: list[tuple[Comparison, date | None]] = [(">=", period.start), ("<=", period.end)]
    new = [Compare(field=on[0].field, op=op, value=day.isoformat()) for op, day in ends if day]
    return (*kept[:at], *new, *kept[at:])
