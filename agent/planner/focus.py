"""Who is spoken of: after a question about one customer, one that names nobody may be about the same."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.conditions import conditions
from agent.planner.decisions import State
from agent.planner.items import Ent, Item, Meas
from agent.planner.rules import Context
from schema.query import Aggregate, Compare


def of_focus(ctx: Context, item: Item, one: int | None) -> Item:
    """When was the last visit, phone number?, of nobody, after one customer: his."""
    subject = ctx.model.ext.subject
    if one is None or not subject:
        return item
    if isinstance(item, Meas) and not (item.filters or item.by or item.moment):
        first = item.measures[0]
        day = isinstance(first, Aggregate) and first.fn in ("max", "min") and ctx.is_time(first.over)
        own = day and ctx.graph.reaches(item.base, [subject])
    elif isinstance(item, Ent) and not (item.filters or item.moment) and item.dataset != subject:
        latest = item.limit == 1 and bool(item.order)  # the last purchase
        bare = not (item.limit or item.order) and ctx.model.datasets[item.dataset].ext.quality
        own = (latest or bare) and ctx.graph.reaches(item.dataset, [subject])
    else:
        return item
    his = Compare(field=ctx.model.datasets[subject].id_field, op="=", value=one)
    return replace(item, filters=(his,)) if own else item


def of_day(ctx: Context, item: Item, state: State) -> Item:
    """What was done on the day of the last answer: to the car, or for the customer, that it was about."""
    if state.day is None or state.query is None or not isinstance(item, Ent | Meas) or not item.moment:
        return item
    period = item.moment.resolve(ctx.today, False)
    keys = {d.id_field for d in ctx.model.datasets.values()}
    about = [f for f in conditions(state.query.filters) if isinstance(f, Compare) and f.field in keys and f.op == "="]
    base = item.dataset if isinstance(item, Ent) else item.base
    about = [f for f in about if f not in item.filters and ctx.graph.reaches(base, [f.field.partition(".")[0]])]
    return replace(item, filters=(*item.filters, *about)) if period.start == period.end == state.day else item
