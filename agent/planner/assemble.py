"""From a reading's typed part to the SemanticQuery, with the asker's own words (mine) and default periods filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from agent.planner.conditions import UnanswerableError, check_possible, conditions, walk
from agent.planner.items import Ent, Meas
from agent.planner.moments import Moment, earlier, in_full
from agent.planner.rules import Context
from agent.planner.rules.gathering import gathered
from agent.planner.rules.growth import before
from agent.planner.rules.ranked import known
from agent.planner.rules.verbs import says
from agent.planner.whose import home, mine, own_facts, own_store, theirs
from schema.access import Asker
from schema.query import (
    Aggregate,
    All,
    By,
    Compare,
    Exists,
    Filter,
    Measure,
    Named,
    Order,
    Period,
    SemanticQuery,
)

_DEFAULTS = {
    "next_30_days": Moment("rolling", "day", 1, 30, label="next 30 days"),
    "last_30_days": Moment("rolling", "day", -1, 30, label="last 30 days"),
}


def _filled(
    ctx: Context, asker: Asker, dataset: str, filters: Sequence[Filter], measures: Sequence[Measure] = ()
) -> tuple[Filter, ...]:
    """`mine` spelled out, and named filters that need a period given their own."""

    single = any(_single(f) for f in filters)

    def one(f: Filter) -> Filter:
        if isinstance(f, Named) and f.named == "$mine.store":
            return own_store(ctx, asker, dataset)
        if isinstance(f, Named) and f.named == "$mine.mine":
            own = mine(ctx, asker, dataset)
            if f.period and not isinstance(own, Exists):
                raise UnanswerableError("no day since when these are the asker's")
            return own.model_copy(update={"period": f.period}) if isinstance(own, Exists) and f.period else own
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

    return gathered(ctx, dataset, tuple(part for f in filters for part in _flat(walk(f, one))), measures)


def _flat(f: Filter) -> tuple[Filter, ...]:
    """A conjunction as its parts, each of which a follow-up may replace."""
    return tuple(part for x in f.all for part in _flat(x)) if isinstance(f, All) else (f,)


def _catalogue(ctx: Context, e: Ent) -> Ent:
    """The price of a Sorento is the model's, whatever cars of it there are."""
    flat = [x for f in e.filters for x in _flat(f)]
    said = [f.field for f in flat if isinstance(f, Compare)]
    homes = {key.partition(".")[0] for key in (*e.fields, *said)}
    if not e.implied or not e.fields or len(said) < len(flat) or len(homes) != 1 or e.moment:
        return e
    home = homes.pop()
    return replace(e, dataset=home) if ctx.model.datasets[home].ext.counted_as == e.dataset else e


def _had(ctx: Context, e: Ent) -> Ent:
    """The mobile number of one customer: what is asked for is the number, not the customer."""
    if not e.one or e.dataset != ctx.model.ext.subject or e.fields:
        return e
    for f in e.filters:
        if isinstance(f, Compare) and ctx.model.field(f.field).ext.had:
            return replace(e, dataset=f.field.partition(".")[0], one=None)
    return e


def _in_order(ctx: Context, filters: Sequence[Filter]) -> bool:
    """Whether one of the conditions has an order of its own: the first to call."""
    said = [f.named for f in filters if isinstance(f, Named) and f.named[0] != "$"]
    return any(ctx.model.named(n).order for n in said)


def list_query(ctx: Context, asker: Asker, e: Ent) -> SemanticQuery:
    """A list of entities."""
    e = replace(e, filters=theirs(ctx, e.dataset, e.filters))
    if ctx.plays(e.dataset) and not e.filters:
        raise UnanswerableError("the sellers are those of something sold")
    e = _had(ctx, _catalogue(ctx, e))
    dataset, fields = e.dataset, e.fields
    for f in e.filters:
        if isinstance(f, Named):
            named = ctx.model.named(f.named) if not f.named.startswith("$") else None
            if named and named.lists and dataset in (ctx.model.ext.subject, named.lists):
                dataset, fields = named.lists, (*named.columns, *fields)
                break
    order = e.order
    if e.limit and not order and not _in_order(ctx, e.filters) and (best := ctx.model.datasets[e.dataset].ext.best):
        if "." not in best:
            raise UnanswerableError("ranked by a measure")
        order, fields = (Order(by=best, descending=True),), (*fields, best)
    e = replace(e, filters=_filled(ctx, asker, dataset, e.filters))
    plan = ctx.plans(e.dataset, conditions(e.filters))
    check_possible(ctx, e.filters)
    e = replace(e, filters=(*e.filters, *_standing(ctx, e.dataset, e.filters, e.moment), *_usual(ctx, e)))
    return SemanticQuery(
        dataset=dataset,
        fields=tuple(dict.fromkeys(fields)),
        filters=(*own_facts(ctx, asker, e.dataset, e.filters), *home(ctx, asker, e.dataset, e.filters, ())),
        period=e.moment.resolve(ctx.today, plan) if e.moment else None,
        order=order,
        limit=e.limit,
    )


def _same_rows(ctx: Context, base: str, f: Exists) -> bool:
    """Whether each row of the base is, or belongs to, one of those: the jobs done at visits."""
    dated = not f.period or (ctx.time(base) or "").startswith(f"{f.exists}.")
    return f.exists == base or (dated and ctx.graph.reaches(base, [f.exists]))


def _own_rows(ctx: Context, m: Meas) -> Meas:
    """Visits in the workshop are visits: rows that are the measure's own are no condition on other rows."""
    kept: list[Filter] = []
    for f in m.filters:
        if isinstance(f, Exists) and f.value is None and _same_rows(ctx, m.base, f):
            if f.period and m.moment:
                raise UnanswerableError("two periods of one thing")
            if f.period:
                moment = Moment("span", start=f.period.start, end=f.period.end, full=True, label=f.period.label or "")
                m = replace(m, moment=moment)
            kept += f.filters
        else:
            kept.append(f)
    return replace(m, filters=tuple(kept))


def _asked_of(ctx: Context, asker: Asker, measure: Measure) -> Measure:
    """The share of what is the asker's own."""
    if isinstance(measure, str) or measure.where is None:
        return measure
    held = _filled(ctx, asker, measure.over.partition(".")[0], (measure.where,))
    return measure.model_copy(update={"where": held[0] if len(held) == 1 else All(all=held)})


def measure_query(ctx: Context, asker: Asker, m: Meas) -> SemanticQuery:
    """Measures, grouped or not."""
    m = replace(m, filters=theirs(ctx, m.base, m.filters))
    m = _own_rows(ctx, replace(m, measures=tuple(_asked_of(ctx, asker, x) for x in m.measures)))
    filters = _filled(ctx, asker, m.base, m.filters, m.measures)
    check_possible(ctx, filters)
    first = m.measures[0]
    if isinstance(first, Aggregate) and first.fn == "share" and first.where is None and m.order:
        raise UnanswerableError("nothing says the share of what is the highest")
    if isinstance(first, Aggregate) and first.fn == "share" and first.where in m.filters:
        raise UnanswerableError("all of those are so")
    standing = ctx.model.datasets[m.base].ext.standing
    if isinstance(first, str) and standing and Named(named=standing) in filters:
        raise UnanswerableError("a rate is of what happened, not of what is planned")
    parts = (first.where,) if isinstance(first, Aggregate) and first.where else ()  # what share of Q3's was cancelled
    plan = ctx.plans(m.base, conditions((*m.filters, *parts))) and not isinstance(first, str)
    period = m.moment.resolve(ctx.today, plan) if m.moment else None
    if period and isinstance(m.measures[0], Aggregate) and not ctx.time(m.base):
        raise UnanswerableError(f"{m.base} has no time of its own")
    if isinstance(m.measures[0], Aggregate):
        counted = Ent(m.base, filters, m.moment, tuple(b.field for b in m.by))
        filters = (*filters, *_standing(ctx, m.base, (*filters, *parts), m.moment), *_usual(ctx, counted))
    if m.growth and not m.compare:
        m = replace(m, compare=before(m.moment))
        if not m.compare:
            raise UnanswerableError("nothing says since when it grew")
    compare = None
    if m.compare:
        if period is None:
            period, filters = own_period(ctx, filters)
        if period is None:
            period = Moment("unit", m.compare.unit, 0, label="").resolve(ctx.today, False)
        compare = earlier(period, ctx.today, m.compare)
    whole = in_full(period, compare, ctx.today) if period and compare and not (m.growth and m.by) else None
    by = tuple(_by(ctx, m.base, b, filters) for b in m.by)
    if m.having or (m.limit and m.order):
        filters = (*filters, *(f for f in known(ctx, m.base, by) if f not in filters))
    measures = _with_listed_counts(ctx, m)
    order = tuple(_named_order(o, measures, m.growth) for o in m.order)
    return SemanticQuery(
        metrics=measures,
        by=by,
        filters=(*own_facts(ctx, asker, m.base, filters), *home(ctx, asker, m.base, filters, by)),
        period=period,
        compare=compare,
        compare_whole=whole,
        order=order,
        limit=m.limit,
        having=m.having,
        share=m.share,
    )


def _standing(ctx: Context, dataset: str, filters: Sequence[Filter], moment: Moment | None) -> tuple[Filter, ...]:
    """Plans of a period ahead are those that stand: booked appointments, not cancelled ones."""
    standing = ctx.model.datasets[dataset].ext.standing
    start = moment.resolve(ctx.today, plan=True).start if moment and ctx.plans(dataset, conditions(filters)) else None
    if not standing or start is None or start < ctx.today or says(ctx, filters, standing):
        return ()
    return (Named(named=standing),)


def _usual(ctx: Context, e: Ent) -> tuple[Filter, ...]:
    """Staff are those of today, unless something is said of when they left."""
    usual = ctx.model.datasets[e.dataset].ext.usual
    if not usual or e.moment or e.one or any(_single(f) for f in e.filters):
        return ()
    asked = tuple(Compare(field=f, op="filled") for f in e.fields if "." in f)
    return () if says(ctx, (*e.filters, *asked), usual) else (Named(named=usual),)


def _single(f: Filter) -> bool:
    return isinstance(f, Compare) and f.op == "=" and f.field.endswith(".id")


def own_period(ctx: Context, filters: tuple[Filter, ...]) -> tuple[Period | None, tuple[Filter, ...]]:
    """New customers this month against last month: the filter's period, on its own field, becomes the query's."""
    for i, f in enumerate(filters):
        if isinstance(f, Named) and f.period and (named := ctx.model.named(f.named)).time and not named.recurs:
            rest = (*filters[:i], f.model_copy(update={"period": None}), *filters[i + 1 :])
            return f.period.model_copy(update={"field": named.time}), rest
    ends = [f for f in filters if isinstance(f, Compare) and f.op in ("<=", ">=") and ctx.is_time(f.field)]
    if len(ends) == 2 and ends[0].field == ends[1].field and {f.op for f in ends} == {"<=", ">="}:
        days = {f.op: date.fromisoformat(str(f.value)[:10]) for f in ends}  # opened in October
        period = Period(start=days[">="], end=days["<="], field=ends[0].field)
        return period, tuple(f for f in filters if f not in ends)
    return None, filters


def _by(ctx: Context, base: str, by: By, filters: Sequence[Filter]) -> By:
    if by.field != "$time":
        return by
    bound = (ctx.model.named(f.named).time for f in filters if isinstance(f, Named) and f.period)
    time = next((t for t in bound if t), None) or ctx.time(base)
    if not time:
        raise UnanswerableError(f"{base} has no time of its own")
    return By(field=time, grain=by.grain)


def _named_order(order: Order, measures: Sequence[Measure], growth: bool) -> Order:
    if growth:
        return order.model_copy(update={"by": f"{measure_name(measures[0])}_change"})
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
