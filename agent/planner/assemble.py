"""From a reading's typed part to the SemanticQuery, with the asker's own words (mine) and default periods filled in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from agent.planner.items import Ent, Meas
from agent.planner.moments import Moment, earlier
from agent.planner.rules import Context
from agent.planner.rules.gathering import gathered
from agent.planner.rules.verbs import says
from schema.access import Asker
from schema.query import (
    Aggregate,
    All,
    AnyOf,
    By,
    Compare,
    Exists,
    Filter,
    Measure,
    Named,
    Not,
    Order,
    Period,
    SemanticQuery,
)

_DEFAULTS = {
    "next_30_days": Moment("rolling", "day", 1, 30, label="next 30 days"),
    "last_30_days": Moment("rolling", "day", -1, 30, label="last 30 days"),
}


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


def _asked(value: Any, asker: Asker) -> Any:
    if isinstance(value, dict):
        return {k: _asked(v, asker) for k, v in value.items()}
    if isinstance(value, list):
        return [_asked(v, asker) for v in value]
    return asker.id if value == "$asker" else value


def _filled(ctx: Context, asker: Asker, dataset: str, filters: Sequence[Filter]) -> tuple[Filter, ...]:
    """`mine` spelled out, and named filters that need a period given their own."""

    single = any(isinstance(f, Compare) and f.op == "=" and f.field.endswith(".id") for f in filters)

    def one(f: Filter) -> Filter:
        if isinstance(f, Named) and f.named == "$mine.store":
            return _own_store(ctx, asker, dataset)
        if isinstance(f, Named) and f.named == "$mine.mine":
            return _mine(ctx, asker, dataset)
        if isinstance(f, Compare) and f.value == "$store":
            if asker.store_id is None:
                raise UnanswerableError("the asker has no store of his own")
            return f.model_copy(update={"value": asker.store_id})
        if isinstance(f, Compare) and f.value == "$asker":
            return f.model_copy(update={"value": asker.id})
        if single:
            return f  # when is this one due: whenever it is
        if isinstance(f, Named) and f.period is None and (default := ctx.model.named(f.named).period):
            return ctx.bind(f.named, _DEFAULTS[default])
        return f

    return gathered(ctx, dataset, tuple(part for f in filters for part in _flat(walk(f, one))))


def _flat(f: Filter) -> tuple[Filter, ...]:
    """A conjunction as its parts, each of which a follow-up may replace."""
    return tuple(part for x in f.all for part in _flat(x)) if isinstance(f, All) else (f,)


def _own_store(ctx: Context, asker: Asker, dataset: str) -> Filter:
    stores = ctx.model.ext.stores
    if asker.store_id is None or not stores or not ctx.graph.reaches(dataset, [stores]):
        raise UnanswerableError("the asker has no store of his own")
    return Compare(field=ctx.model.datasets[stores].id_field, op="=", value=asker.store_id)


def _mine(ctx: Context, asker: Asker, dataset: str) -> Filter:
    for name in (dataset, ctx.model.ext.subject or dataset):
        mine = ctx.model.datasets[name].ext.mine
        if mine and ctx.graph.reaches(dataset, [name]):
            return SemanticQuery.model_validate({"filters": [_asked(mine, asker)]}).filters[0]
    raise UnanswerableError(f"'mine' means nothing for {dataset}.")


def datasets_of(filters: Sequence[Filter]) -> set[str]:
    """The datasets that conditions speak of, at any depth."""
    found = conditions(filters)
    names = [f.exists for f in found if isinstance(f, Exists)]
    names += [f.field.partition(".")[0] for f in found if isinstance(f, Compare)]
    return {*names, *(f.named.partition(".")[0] for f in found if isinstance(f, Named) and not f.named.startswith("$"))}


def list_query(ctx: Context, asker: Asker, e: Ent) -> SemanticQuery:
    """A list of entities."""
    dataset, fields = e.dataset, e.fields
    for f in e.filters:
        if isinstance(f, Named):
            named = ctx.model.named(f.named) if not f.named.startswith("$") else None
            if named and named.lists and dataset == ctx.model.ext.subject:
                dataset, fields = named.lists, (*named.columns, *fields)
                break
    order = e.order
    if e.limit and not order and (best := ctx.model.datasets[e.dataset].ext.best):
        if "." not in best:
            raise UnanswerableError("ranked by a measure")
        order, fields = (Order(by=best, descending=True),), (*fields, best)
    e = replace(e, filters=_filled(ctx, asker, dataset, e.filters))
    plan = ctx.plans(e.dataset, conditions(e.filters))
    _possible(ctx, e.filters)
    e = replace(e, filters=(*e.filters, *_standing(ctx, e.dataset, e.filters, e.moment)))
    return SemanticQuery(
        dataset=dataset,
        fields=tuple(dict.fromkeys(fields)),
        filters=(*_own_facts(ctx, asker, e.dataset, e.filters), *_home(ctx, asker, e.dataset, e.filters, ())),
        period=e.moment.resolve(ctx.today, plan) if e.moment else None,
        order=order,
        limit=e.limit,
    )


def measure_query(ctx: Context, asker: Asker, m: Meas) -> SemanticQuery:
    """Measures, grouped or not."""
    filters = _filled(ctx, asker, m.base, m.filters)
    _possible(ctx, filters)
    plan = ctx.plans(m.base, conditions(m.filters)) and not isinstance(m.measures[0], str)
    period = m.moment.resolve(ctx.today, plan) if m.moment else None
    if isinstance(m.measures[0], Aggregate):
        filters = (*filters, *_standing(ctx, m.base, filters, m.moment))
    compare = None
    if m.compare:
        if period is None:
            period, filters = own_period(ctx, filters)
        if period is None:
            period = Moment("unit", m.compare.unit, 0, label="").resolve(ctx.today, False)
        compare = earlier(period, ctx.today, m.compare)
    by = tuple(_by(ctx, m.base, b, filters) for b in m.by)
    measures = _with_listed_counts(ctx, m)
    order = tuple(_named_order(o, measures) for o in m.order)
    return SemanticQuery(
        metrics=measures,
        by=by,
        filters=(*_own_facts(ctx, asker, m.base, filters), *_home(ctx, asker, m.base, filters, by)),
        period=period,
        compare=compare,
        order=order,
        limit=m.limit,
        having=m.having,
        share=m.share,
    )


def _possible(ctx: Context, filters: Sequence[Filter]) -> None:
    """Raises UnanswerableError where two conditions don't go together: kind service and kind parts, VIP and Low.

    Nor do a log and what stands by it: who revoked a consent, of those who have granted it.
    """
    spoken_of = datasets_of(filters)
    for dataset in spoken_of:
        if ctx.model.datasets[dataset].ext.log in spoken_of:
            raise UnanswerableError(f"{dataset} is the present state of its log")
    values: dict[str, set[object]] = {}
    for f in filters:
        field, held = _held_to(ctx, f)
        if field is None:
            continue
        values[field] = values[field] & held if field in values else held
        if not values[field]:
            raise UnanswerableError(f"nothing has two values of {field}")


def _held_to(ctx: Context, f: Filter) -> tuple[str | None, set[object]]:
    """The field that a condition holds to some values, and these."""
    if isinstance(f, Compare) and f.op in ("=", "in"):
        return f.field, set(_values(f))
    if isinstance(f, Named) and f.named[0] != "$" and (axis := ctx.model.named(f.named).axis):
        expression = ctx.model.named(f.named).expression
        return axis, {v for v in ctx.model.field(axis).ext.values if f"'{v}'" in expression}
    return None, set()


def _standing(ctx: Context, dataset: str, filters: Sequence[Filter], moment: Moment | None) -> tuple[Filter, ...]:
    """Plans of a period ahead are those that stand: booked appointments, not cancelled ones."""
    standing = ctx.model.datasets[dataset].ext.standing
    start = moment.resolve(ctx.today, plan=True).start if moment and ctx.plans(dataset, conditions(filters)) else None
    if not standing or start is None or start < ctx.today or says(ctx, filters, standing):
        return ()
    return (Named(named=standing),)


def own_period(ctx: Context, filters: tuple[Filter, ...]) -> tuple[Period | None, tuple[Filter, ...]]:
    """New customers this month against last month: the filter's period, on its own field, becomes the query's."""
    for i, f in enumerate(filters):
        if isinstance(f, Named) and f.period and (named := ctx.model.named(f.named)).time and not named.recurs:
            rest = (*filters[:i], f.model_copy(update={"period": None}), *filters[i + 1 :])
            return f.period.model_copy(update={"field": named.time}), rest
    return None, filters


def _values(f: Compare) -> tuple[object, ...]:
    return f.value if isinstance(f.value, tuple) else (f.value,)


def _by(ctx: Context, base: str, by: By, filters: Sequence[Filter]) -> By:
    if by.field != "$time":
        return by
    bound = (ctx.model.named(f.named).time for f in filters if isinstance(f, Named) and f.period)
    time = next((t for t in bound if t), None) or ctx.time(base)
    if not time:
        raise UnanswerableError(f"{base} has no time of its own")
    return By(field=time, grain=by.grain)


def _named_order(order: Order, measures: Sequence[Measure]) -> Order:
    return order.model_copy(update={"by": measure_name(measures[0])}) if order.by == "$first" else order


def measure_name(measure: Measure) -> str:
    """The column that a measure gives."""
    if isinstance(measure, str):
        return measure
    if measure.fn == "share":
        return "share"
    return f"{measure.over}_count" if measure.fn == "count" else f"{measure.fn}_{measure.over.partition('.')[2]}"


def _with_listed_counts(ctx: Context, m: Meas) -> tuple[Measure, ...]:
    """A count of customers whose list would show vehicles counts both."""
    first = m.measures[0]
    if (
        len(m.measures) > 1
        or not isinstance(first, Aggregate)
        or first.fn != "count"
        or first.over != ctx.model.ext.subject
        or m.by
    ):
        return m.measures
    for f in m.filters:
        if (
            isinstance(f, Named)
            and not f.named.startswith("$")
            and (lists := ctx.model.named(f.named).lists)
            and lists != m.base
        ):
            return (first, Aggregate(fn="count", over=lists))
    return m.measures


def _own_facts(ctx: Context, asker: Asker, base: str, filters: Sequence[Filter]) -> tuple[Filter, ...]:
    """Who missed an appointment, asked at a store: one of the store's own."""
    if base != ctx.model.ext.subject:
        return tuple(filters)
    held = []
    for f in filters:
        own = _home(ctx, asker, f.exists, filters, ()) if isinstance(f, Exists) and not f.metric else ()
        held.append(f.model_copy(update={"filters": (*f.filters, *own)}) if own and isinstance(f, Exists) else f)
    return tuple(held)


def _home(ctx: Context, asker: Asker, base: str, filters: Sequence[Filter], by: Sequence[By]) -> tuple[Filter, ...]:
    """For a role of scope store, facts of the own store, unless the question says otherwise."""
    home, stores = ctx.model.datasets[base].ext.home, ctx.model.ext.stores
    if asker.scope != "store" or asker.store_id is None or not home or not stores or base == ctx.model.ext.subject:
        return ()
    said = [f.field for f in conditions(filters) if isinstance(f, Compare)] + [b.field for b in by]
    subject = ctx.model.ext.subject
    if any(s.partition(".")[0] == stores or (subject and s == ctx.model.datasets[subject].id_field) for s in said):
        return ()  # a store was said; or somebody, whose facts are shown whole
    return (Compare(field=home, op="=", value=asker.store_id),)
