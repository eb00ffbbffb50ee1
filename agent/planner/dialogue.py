"""A follow-up is an edit of the last typed query: refine, replace, regroup, sort, cut, count, list."""

from __future__ import annotations

from agent.planner.assemble import measure_name, own_period
from agent.planner.conditions import UnanswerableError, conditions
from agent.planner.items import (
    BoundItem,
    Ent,
    Group,
    Item,
    Leading,
    Meas,
    Pred,
    Several,
    Sorting,
    Top,
    Versus,
    When,
    Wider,
    Word,
)
from agent.planner.moments import Moment, earlier, in_full, shift, unit_days
from agent.planner.rules import Context
from agent.planner.rules.context import axes
from agent.planner.rules.fitting import translated
from agent.planner.rules.gathering import gathered
from agent.planner.rules.ranked import known
from agent.planner.swaps import in_fields, in_rows, sibling, swapped
from agent.planner.turned import (
    as_amount,
    as_list,
    as_rate,
    bounded,
    directed,
    first_of,
    in_charge,
    lacking_too,
    ordered,
    shown_too,
    widened,
)
from schema.query import (
    Aggregate,
    AnyOf,
    By,
    Compare,
    Filter,
    Named,
    Order,
    Period,
    SemanticQuery,
)

_ALONE = {"compare": None, "compare_whole": None}
FRAGMENTS = (Pred, When, Group, Sorting, Top, Word, Leading, Several, Versus, Wider, BoundItem)


def edit(ctx: Context, last: SemanticQuery, item: Item) -> SemanticQuery:
    """`last` changed by what was said; a value takes the place of an earlier one of the same field.

    Raises UnanswerableError where the part can't change that query.
    """
    if isinstance(item, Several):
        for part in item.parts:
            if part != Word("list") or not last.dataset:  # which ones, of a list: it stays one
                last = edit(ctx, last, part)
        return last
    if isinstance(item, Versus) and item.loose:
        return _period(ctx, last, item.moment)
    if isinstance(item, Versus):
        return _compared(ctx, last, item.moment)
    if isinstance(item, When):
        return _period(ctx, last, item.moment)
    if isinstance(item, Pred):
        return _refine(ctx, last, item.filter, item.dataset)
    if isinstance(item, Wider):
        return widened(ctx, last, item.pred.filter)
    if isinstance(item, Group):
        return _group(ctx, as_amount(ctx, last) if item.amount else last, item.by)
    if isinstance(item, Leading):
        return _leading(ctx, last, item)
    if isinstance(item, Sorting):
        return ordered(ctx, last, item)
    if isinstance(item, Top):
        return first_of(last, item)
    if isinstance(item, Word) and item.kind == "how_many":
        return _count(ctx, last)
    if isinstance(item, Word) and item.kind == "list":
        return _listed(last)
    if isinstance(item, Word) and item.kind == "share":
        return as_rate(ctx, last)
    if isinstance(item, Word) and item.kind in ("money", "worth", "how_much"):
        return as_amount(ctx, last)
    if isinstance(item, Word) and item.kind in ("descending", "ascending"):
        return directed(ctx, last, item.kind == "descending")
    if isinstance(item, Word) and item.kind == "in_charge":
        return in_charge(ctx, last, base_of(ctx, last))
    if isinstance(item, BoundItem):
        return bounded(ctx, last, item.bound)
    if isinstance(item, Meas):
        return _measure(ctx, last, item)
    if isinstance(item, Ent):
        return _entity(ctx, last, item)
    raise UnanswerableError(type(item).__name__)


def base_of(ctx: Context, query: SemanticQuery) -> str:
    """The dataset that a query's conditions are about."""
    if query.dataset:
        return query.dataset
    first = query.metrics[0]
    return ctx.base(first) if isinstance(first, str) else first.over.partition(".")[0]


def _before(last: SemanticQuery, moment: Moment) -> Moment:
    """The month before, or after: beside the period last asked about."""
    period = last.period or next((f.period for f in last.filters if isinstance(f, Named) and f.period), None)
    if moment.kind != "previous" or period is None or period.start is None:
        return moment
    start, end = unit_days(moment.unit, period.start, moment.offset or -1)
    return Moment("span", start=start, end=end, full=True, label=moment.label)


def _period(ctx: Context, last: SemanticQuery, moment: Moment) -> SemanticQuery:
    moment = _before(last, moment)
    for i, f in enumerate(last.filters):
        if isinstance(f, Named) and f.period:
            return last.model_copy(
                update={"filters": (*last.filters[:i], ctx.bind(f.named, moment), *last.filters[i + 1 :])}
            )
    if (dated := in_rows(ctx, last.filters, moment)) is not None:
        return last.model_copy(update={"filters": dated, **_ALONE})
    if (dated := in_fields(ctx, last.filters, moment)) is not None:
        return last.model_copy(update={"filters": dated, **_ALONE})
    base = base_of(ctx, last)
    dataset = ctx.model.datasets[base]
    if not dataset.ext.time:
        raise UnanswerableError(f"{base} has no time of its own")
    rate = bool(last.metrics) and isinstance(last.metrics[0], str)  # a rate is of what happened
    plan = ctx.plans(base, conditions(last.filters)) and not rate
    return last.model_copy(update={"period": moment.resolve(ctx.today, plan), **_ALONE})


def _compared(ctx: Context, last: SemanticQuery, moment: Moment) -> SemanticQuery:
    """Beside an earlier period."""
    if not last.metrics:
        raise UnanswerableError("a list has no earlier value")
    period, filters = (last.period, last.filters) if last.period else own_period(ctx, last.filters)
    then = earlier(period, ctx.today, moment) if period else None
    if then is None or period is None:
        raise UnanswerableError("nothing to compare with")
    beside = {"compare": then, "compare_whole": in_full(period, then, ctx.today)}
    return last.model_copy(update={"period": period, "filters": filters, **beside})


def _fields(f: Filter) -> set[str]:
    return {c.field if isinstance(c, Compare) else c.named for c in conditions((f,)) if isinstance(c, Compare | Named)}


def _refine(ctx: Context, last: SemanticQuery, new: Filter, dataset: str) -> SemanticQuery:
    """Add a condition; one on the same fields gives way to it."""
    first = ctx.model.metric(last.metrics[0]).ext if last.metrics and isinstance(last.metrics[0], str) else None
    if first and first.slice_of and isinstance(new, Compare) and new.field == first.sliced_by:  # … and of parts?
        last = last.model_copy(update={"metrics": (first.slice_of, *last.metrics[1:]), "order": ()})
    base = base_of(ctx, last)
    if base != ctx.model.ext.subject and not ctx.graph.reaches(base, [dataset]):
        new = translated(ctx, base, new) or new
        dataset = base if any(key.startswith(f"{base}.") for key in axes(ctx, new)) else dataset
    if ctx.distance(base, dataset) is None:
        raise UnanswerableError(f"nothing links {base} with {dataset}")
    period = last.period
    said = [f for f in conditions((new,)) if isinstance(f, Compare)]
    past = ctx.model.datasets[base].ext.past
    if (
        period
        and period.start
        and period.start > ctx.today
        and any(f.field in past and f.value in past[f.field] for f in said)
    ):
        back = [shift(d, "year", -1) if d else None for d in (period.start, period.end)]
        last = last.model_copy(update={"period": period.model_copy(update={"start": back[0], "end": back[1]})})
    standing = ctx.model.datasets[base].ext.standing
    if standing and any(f.field in past and f.value in past[f.field] for f in said):
        last = last.model_copy(update={"filters": tuple(f for f in last.filters if f != Named(named=standing))})
    other = swapped(last.filters, new)
    if (other := other if other is not None else sibling(ctx, last.filters, new)) is not None:
        return last.model_copy(update={"filters": other})
    kept = tuple(f for f in last.filters if isinstance(f, AnyOf) or not (_fields(f) and _fields(f) == _fields(new)))
    return last.model_copy(
        update={
            "filters": gathered(ctx, base, (*kept, new), last.metrics),
            "limit": last.limit,
        }
    )


def _group(ctx: Context, last: SemanticQuery, by: tuple[By, ...]) -> SemanticQuery:
    if not by:
        raise UnanswerableError("by nothing new")
    base = base_of(ctx, last)
    time = ctx.time(base)
    filled = tuple(By(field=time, grain=b.grain) if b.field == "$time" and time else b for b in by)
    if any(b.field == "$time" for b in filled):
        raise UnanswerableError(f"{base} has no time of its own")
    if last.metrics:
        left = known(ctx, base, last.by)  # that the former groups are known ones is none of the new ones' conditions
        kept = tuple(f for f in last.filters if f not in left)
        return last.model_copy(update={"by": filled, "filters": kept, "order": (), "limit": None})
    count = Aggregate(fn="count", over=last.dataset or base)
    return SemanticQuery(metrics=(count,), by=filled, filters=last.filters, period=last.period)


def _leading(ctx: Context, last: SemanticQuery, item: Leading) -> SemanticQuery:
    query = _group(ctx, last, item.by)
    order = (Order(by=measure_name(query.metrics[0]), descending=item.descending),)
    return query.model_copy(update={"order": order, "limit": item.count})


def _count(ctx: Context, last: SemanticQuery) -> SemanticQuery:
    if not last.dataset:
        first, subject = last.metrics[0], ctx.model.ext.subject
        if not last.by and first == Aggregate(fn="count", over=subject or ""):
            return last
        if not isinstance(first, str) or not subject or not ctx.graph.reaches(base_of(ctx, last), [subject]):
            raise UnanswerableError("already a number")
        count = Aggregate(fn="count", over=subject)
        return last.model_copy(update={"metrics": (count,), "order": (), "limit": None})
    return SemanticQuery(metrics=(Aggregate(fn="count", over=last.dataset),), filters=last.filters, period=last.period)


def _listed(last: SemanticQuery) -> SemanticQuery:
    query = as_list(last)
    if query == last:
        raise UnanswerableError("nothing to list")
    return query


def _measure(ctx: Context, last: SemanticQuery, m: Meas) -> SemanticQuery:
    """Another measure of the same; what was said with it comes on top."""
    if any(ctx.distance(m.base, b.field.partition(".")[0]) is None for b in last.by):
        raise UnanswerableError("not by the same groups")
    period: Period | None = m.moment.resolve(ctx.today, False) if m.moment else last.period
    time = ctx.time(m.base)
    by = tuple(By(field=time, grain=b.grain) if b.grain and time else b for b in last.by)
    query = SemanticQuery(metrics=m.measures, by=by, filters=last.filters, period=period)
    for f in m.filters:
        query = _refine(ctx, query, f, m.base)
    return _group(ctx, query, m.by) if m.by else query


def _entity(ctx: Context, last: SemanticQuery, e: Ent) -> SemanticQuery:
    base = base_of(ctx, last)
    if (lacking := lacking_too(ctx, last, e, base)) is not None:
        return lacking
    if (shown := shown_too(ctx, last, e, base)) is not None:
        return shown
    if (
        e.order
        or e.fields
        or (e.dataset != base and not ctx.graph.reaches(base, [e.dataset]) and e.dataset != ctx.model.ext.subject)
    ):
        raise UnanswerableError("another subject")
    query = last
    if query.period and not ctx.time(base_of(ctx, query)):
        raise UnanswerableError("no time of its own")
    if e.moment:
        query = _period(ctx, query, e.moment)
    for f in e.filters:
        query = _refine(ctx, query, f, e.dataset)
    if e.limit:
        order = query.order or tuple(Order(by=measure_name(m), descending=True) for m in query.metrics[:1])
        query = query.model_copy(update={"limit": e.limit, "order": order})
    if query == last:
        raise UnanswerableError("nothing new")
    return query
