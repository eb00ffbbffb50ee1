"""The last answer turned: as a share, in money, the other way round, those above a limit, with more of a value.

Each raises UnanswerableError where the last answer can't be turned so.
"""

from __future__ import annotations

from dataclasses import replace

from agent.planner.assemble import measure_name
from agent.planner.conditions import UnanswerableError
from agent.planner.items import Ent, Item, Meas, Sorting, Top, Word
from agent.planner.numbers import Bound
from agent.planner.rules import Context
from agent.planner.rules.context import amount_shown, axes, comparison, merge
from agent.planner.rules.shares import share_ent
from schema.query import Aggregate, By, Compare, Exists, Filter, Having, Measure, Not, Order, SemanticQuery


def widened(ctx: Context, last: SemanticQuery, new: Filter) -> SemanticQuery:
    """Another value of what was asked for, beside the former.

    Raises UnanswerableError where nothing of the kind was asked for.
    """
    for i, f in enumerate(last.filters):
        if axes(ctx, f) & axes(ctx, new):
            both = merge(ctx, f, new, "or")
            return last.model_copy(update={"filters": (*last.filters[:i], both, *last.filters[i + 1 :])})
    raise UnanswerableError("nothing to widen")


def as_rate(ctx: Context, last: SemanticQuery) -> SemanticQuery:
    """What was counted, as a share: no-shows … and the rate?

    Raises UnanswerableError where nothing was counted that a share could be of.
    """
    first = last.metrics[0] if last.metrics else Aggregate(fn="count", over=last.dataset or "")
    if isinstance(first, str) or first.fn != "count" or len(last.metrics) > 1:
        raise UnanswerableError("nothing was counted")
    joined = share_ent(ctx, Word("share"), Ent(first.over, last.filters))
    if not joined or not isinstance(joined[0], Meas):
        raise UnanswerableError("nothing was counted that a share could be of")
    share = {"metrics": joined[0].measures, "filters": joined[0].filters, "order": ()}
    return last.model_copy(update={"dataset": None, "fields": (), **share})


def _amount(ctx: Context, measure: Measure) -> Measure | None:
    """What the things that a measure counts come to."""
    if isinstance(measure, str):
        return ctx.model.metric(measure).ext.amount
    if measure.fn != "count" or measure.where is not None:
        return None
    ext = ctx.model.datasets[measure.over].ext
    own = ext.amounts.get("₫")
    return Aggregate(fn="sum", over=own) if own else ext.worth


def as_amount(ctx: Context, last: SemanticQuery) -> SemanticQuery:
    """What was counted or listed, in money: who sold the most cars … and in money?"""
    first = last.metrics[0] if last.metrics else Aggregate(fn="count", over=last.dataset or "")
    shown = amount_shown(ctx, last.filters)
    amount = Aggregate(fn="sum", over=shown) if shown else _amount(ctx, first) if len(last.metrics) < 2 else None
    if amount is None:
        raise UnanswerableError("what was counted has no amount")
    order = (Order(by=measure_name(amount), descending=last.order[0].descending),) if last.order and last.by else ()
    return SemanticQuery(
        metrics=(amount,), by=last.by, filters=last.filters, period=last.period, order=order, limit=last.limit
    )


def directed(ctx: Context, last: SemanticQuery, descending: bool) -> SemanticQuery:
    """From the highest to the lowest, or the other way; a list with no order of its own by its time."""
    if last.metrics and last.by:
        return last.model_copy(update={"order": (Order(by=measure_name(last.metrics[0]), descending=descending),)})
    if last.dataset and len(last.order) == 1:
        order = last.order[0].model_copy(update={"descending": descending})
        return last.model_copy(update={"order": (order,)})
    if last.dataset and not last.order and (time := ctx.time(last.dataset)):
        return last.model_copy(update={"order": (Order(by=time, descending=descending),)})
    raise UnanswerableError("no column to go by")


def bounded(ctx: Context, last: SemanticQuery, bound: Bound) -> SemanticQuery:
    """Those above a limit: groups by their figure, rows by their field of that unit."""
    if last.metrics and last.by and bound.high is None:
        first = last.metrics[0]
        unit = ctx.model.metric(first).ext.unit if isinstance(first, str) else None
        if bound.unit in (None, unit):
            held = Having(metric=first, op=bound.op, value=bound.value)
            return last.model_copy(update={"having": (*last.having, held), "limit": None})
    key = ctx.model.datasets[last.dataset].ext.amounts.get(bound.unit or "") if last.dataset else None
    if not last.dataset or not key or not ctx.graph.reaches(last.dataset, [key.partition(".")[0]]):
        raise UnanswerableError("no figure that the limit could be of")
    return last.model_copy(update={"filters": (*last.filters, comparison(key, bound))})


def lacking_too(ctx: Context, last: SemanticQuery, e: Ent, base: str) -> SemanticQuery | None:
    """Without a birth date … and e-mail? What is had, or lacked, in the place of what was."""
    bare = not (e.filters or e.fields or e.order or e.limit or e.moment or e.one or e.who)
    had = [f for f in last.filters if isinstance(f, Compare) and f.op in ("empty", "filled")]
    subject = ctx.model.ext.subject
    if last.by or not bare or len(had) != 1 or e.dataset == base or not subject:
        return None
    if not ctx.graph.reaches(e.dataset, [subject]):
        return None
    rows = Exists(exists=e.dataset)
    new: Filter = rows if had[0].op == "filled" else Not(negate=rows)
    return last.model_copy(update={"filters": tuple(new if f == had[0] else f for f in last.filters)})


def counted_again(item: Item, ctx: Context, last: SemanticQuery) -> bool:
    """How many (people, of them): the last list is counted."""
    if not isinstance(item, Meas) or item.filters or item.moment or item.by or item.order:
        return False
    first = item.measures[0]
    if not last.dataset:  # counted already, and asked again: how many people
        return item.implied and item.measures == last.metrics and bool(last.filters)
    over = first.over if isinstance(first, Aggregate) and first.fn == "count" else None
    return len(item.measures) == 1 and over in (last.dataset, ctx.model.ext.subject)


def as_list(last: SemanticQuery) -> SemanticQuery:
    """The rows of what was counted; anything else as it is."""
    first = last.metrics[0] if last.metrics else None
    if not isinstance(first, Aggregate) or first.fn != "count":
        return last
    return SemanticQuery(dataset=first.over, filters=last.filters, period=last.period)


def in_charge(ctx: Context, last: SemanticQuery, base: str) -> SemanticQuery:
    """Who looks after the rows that were listed or counted, by the staff who are nearest to them."""
    staff = sorted((len(path), name) for name, path in ctx.graph.tree(base).items() if ctx.is_staff(name) and path)
    if not staff:
        raise UnanswerableError("nobody looks after them")
    dataset = staff[0][1]
    if last.metrics:
        return last.model_copy(update={"by": (By(field=dataset),), "order": (), "limit": None})
    name = f"{dataset}.{ctx.model.datasets[dataset].ext.name_field}"
    return last.model_copy(update={"fields": tuple(dict.fromkeys((name, *last.fields)))})


def shown_too(ctx: Context, last: SemanticQuery, e: Ent, base: str) -> SemanticQuery | None:
    """Which technician is on them? The name beside each of the rows that were listed."""
    name = ctx.model.datasets[e.dataset].ext.name_field
    bare = not (e.filters or e.fields or e.order or e.limit or e.moment or e.one)
    if not last.dataset or not bare or not name or e.dataset in (base, ctx.model.ext.subject):
        return None
    if not e.asked or not ctx.graph.reaches(base, [e.dataset]):
        return None
    return last.model_copy(update={"fields": tuple(dict.fromkeys((f"{e.dataset}.{name}", *last.fields)))})


def first_of(last: SemanticQuery, top: Top) -> SemanticQuery:
    """The first n; the lowest turn the order round."""
    if not last.metrics or not last.by:
        return last.model_copy(update={"limit": top.count})
    order = (Order(by=measure_name(last.metrics[0]), descending=top.descending),)
    return last.model_copy(update={"limit": top.count, "order": last.order if top.descending and last.order else order})


def ordered(ctx: Context, last: SemanticQuery, s: Sorting) -> SemanticQuery:
    if s.field and last.dataset:
        if not s.superlative and s.field in ctx.model.datasets[s.field.partition(".")[0]].ext.order:
            s = replace(s, descending=False)  # by when they are due: the first first
        fields = last.fields if s.field in last.fields else (*last.fields, s.field)
        return last.model_copy(update={"order": (Order(by=s.field, descending=s.descending),), "fields": fields})
    if isinstance(s.measure, str) and s.measure in last.metrics:
        return last.model_copy(update={"order": (Order(by=s.measure, descending=s.descending),)})
    if isinstance(s.measure, str) and last.dataset and ctx.graph.reaches(ctx.base(s.measure), [last.dataset]):
        order = (Order(by=s.measure, descending=s.descending),)
        by = (By(field=last.dataset),)
        return SemanticQuery(metrics=(s.measure,), by=by, order=order, filters=last.filters, limit=last.limit)
    if isinstance(s.measure, str) and last.by and _fits(ctx, s.measure, last.by):  # which has the highest …?
        order = (Order(by=s.measure, descending=s.descending),)
        limit = 1 if s.superlative else None
        alone = {"compare": None, "compare_whole": None}
        return last.model_copy(update={"metrics": (s.measure,), "order": order, "limit": limit, **alone})
    raise UnanswerableError("not a column of the last answer")


def _fits(ctx: Context, measure: str, by: tuple[By, ...]) -> bool:
    """Whether the groups of the last answer are groups of that measure."""
    base = ctx.base(measure)
    return all(b.grain is None and ctx.distance(base, b.field.partition(".")[0]) is not None for b in by)


def narrowing(item: Item) -> Item:
    """chỉ tính mấy con SUV: those alone, though the words could ask how many there are."""
    if not isinstance(item, Meas) or not item.filters or item.by or item.order or item.moment:
        return item
    first = item.measures[0]
    counted = isinstance(first, Aggregate) and first.fn == "count" and first.where is None
    return Ent(item.base, item.filters, implied=True) if counted else item


def carried(ctx: Context, last: SemanticQuery, item: Item) -> Item:
    """Any open case with them? What else is asked for, of those who were listed.

    Raises UnanswerableError where it names nothing and can't be of them either: better none than of everybody.
    """
    subject = ctx.model.ext.subject
    if not subject or not isinstance(item, Ent | Meas):
        return item
    base = item.dataset if isinstance(item, Ent) else item.base
    theirs = last.dataset is not None and ctx.graph.reaches(last.dataset, [subject]) and not (last.limit or last.period)
    if theirs and base != subject and ctx.graph.reaches(base, [subject]):
        return replace(item, filters=(*item.filters, *last.filters))
    if not item.filters:
        raise UnanswerableError("of those who were listed, nothing like it is known")
    return item
