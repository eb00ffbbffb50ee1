"""Order and limit: top 10 by value, the oldest, with the highest revenue."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import (
    AmountItem,
    Ent,
    FieldItem,
    GrainItem,
    Meas,
    MetricItem,
    Sorting,
    Top,
    TopBy,
    When,
    Word,
)
from agent.planner.rules.context import BEST, Context, Joined, unfit
from agent.planner.rules.ranked import by_catalogue, handled, of_things
from schema.query import Aggregate, By, Measure, Order


def top_amount(ctx: Context, w: Word, a: AmountItem) -> Joined:
    """top + 10"""
    if (
        w.kind not in ("top", "most", "least")
        or a.amount.unit
        or not 1 <= a.amount.value <= 10_000
        or a.amount.value % 1
    ):
        return None
    return Top(int(a.amount.value), w.kind != "least"), 0.0


def amount_most(ctx: Context, a: AmountItem, w: Word) -> Joined:
    """5 + biggest"""
    return (top_amount(ctx, w, a) or (None, 0))[0] and (Top(int(a.amount.value), w.kind != "least"), 0.05)  # type: ignore[return-value]


def amount_first(ctx: Context, a: AmountItem, w: Word) -> Joined:
    """lấy 2 + (nơi) đầu"""
    if (
        w.kind not in ("top_after", "most_after", "least_after")
        or a.amount.unit
        or a.amount.value % 1
        or not 1 <= a.amount.value <= 10_000
    ):
        return None
    return Top(int(a.amount.value), w.kind != "least_after"), 0.0


def top_ent(ctx: Context, t: Top, e: Ent) -> Joined:
    """top 10 + customers"""
    own = ctx.model.datasets[e.dataset].ext
    by_nothing = not (e.order or e.best or own.best) and own.counted_as is None and ctx.time(e.dataset)
    return (replace(e, limit=t.count), 0.6 if by_nothing else 0.0) if not e.limit else None


def top_sorting(ctx: Context, t: Top, s: Sorting) -> Joined:
    """5 + oldest"""
    return TopBy(t.count, s), 0.0


def amount_sorting(ctx: Context, a: AmountItem, s: Sorting) -> Joined:
    """the 5 + oldest"""
    if a.amount.unit or not s.superlative or a.amount.value % 1:
        return None
    return TopBy(int(a.amount.value), s), 0.05


def topby_ent(ctx: Context, t: TopBy, e: Ent) -> Joined:
    return ent_sorting(ctx, replace(e, limit=t.count), t.sorting)


def whose_sorting(ctx: Context, w: Word, s: Sorting) -> Joined:
    """whose + average ticket was the highest: one alone"""
    return (replace(s, single=True), 0.0) if w.kind == "whose" and s.superlative else None


def by_sorting(ctx: Context, w: Word, f: FieldItem) -> Joined:
    """by + lifetime value, as an order"""
    if w.kind not in ("by", "sort") or not (ctx.numeric(f.key) or ctx.is_time(f.key)):
        return None
    return Sorting(None, f.key, True), 0.05 if w.kind == "sort" else 0.1


def by_metric(ctx: Context, w: Word, m: MetricItem) -> Joined:
    """by + revenue"""
    return (Sorting(m.name, None, True), 0.05) if w.kind in ("by", "sort") else None


def by_count(ctx: Context, w: Word, m: Meas) -> Joined:
    """by + number of jobs finished this year"""
    if w.kind not in ("by", "sort") or len(m.measures) != 1 or m.by or m.order:
        return None
    return Sorting(m.measures[0], None, True, moment=m.moment, filters=m.filters), 0.05 + 0.1 * len(m.filters)


def field_sorting(ctx: Context, f: FieldItem, s: Sorting) -> Joined:
    """which category + has the most complaints"""
    if not s.superlative or s.measure is None or ctx.numeric(f.key) or ctx.is_time(f.key):
        return None
    return top_group(ctx, By(field=f.key), s)


def grain_sorting(ctx: Context, g: GrainItem, s: Sorting) -> Joined:
    """which month + had the highest revenue"""
    return top_group(ctx, By(field="$time", grain=g.grain), s) if s.superlative and s.measure is not None else None


def top_group(ctx: Context, by: By, s: Sorting) -> Joined:
    """The groups of `by` in the order of the sorting's measure, the first of them."""
    s = of_things(ctx, s)
    measure = s.measure
    assert measure is not None
    base = ctx.base(measure) if isinstance(measure, str) else measure.over.partition(".")[0]
    dataset = by.field.partition(".")[0]
    if by.field != "$time" and (not ctx.graph.bridge([base, dataset]) or unfit(ctx, measure, dataset)):
        return None
    filters = s.filters
    if isinstance(measure, Aggregate) and measure.where is not None:
        filters, measure = (*filters, measure.where), measure.model_copy(update={"where": None})
    far = 0.0 if by.field == "$time" else 0.2 * (ctx.distance(base, dataset) or 0.0)
    order = (Order(by="$first", descending=s.descending),)
    return Meas((measure,), base, filters, s.moment, (by,), order, 1, growth=s.growth), far


def amount_ent(ctx: Context, a: AmountItem, e: Ent) -> Joined:
    """3 + showrooms (with the highest revenue); 3 + best sellers"""
    if e.best and e.limit == BEST and not a.amount.unit and a.amount.value % 1 == 0 and 1 <= a.amount.value <= 1000:
        return replace(e, limit=int(a.amount.value)), 0.0
    if (
        a.amount.unit
        or e.limit
        or e.one
        or (e.dataset == ctx.model.ext.subject and e.filters and not e.implied)
        or not 1 <= a.amount.value <= 1000
    ):
        return None
    if a.amount.value % 1:
        return None
    return replace(e, limit=int(a.amount.value)), 0.7


def best_amount(ctx: Context, w: Word, a: AmountItem) -> Joined:
    """(just) the best + three"""
    if w.kind != "best" or a.amount.unit or a.amount.value % 1 or not 1 <= a.amount.value <= 1000:
        return None
    return Top(int(a.amount.value)), 0.2


def amount_meas(ctx: Context, a: AmountItem, m: Meas) -> Joined:
    """3 + models that sold best"""
    if a.amount.unit or a.amount.value % 1 or not m.by or not m.order or (m.limit or 1) != 1:
        return None
    return (replace(m, limit=int(a.amount.value)), 0.3) if 1 <= a.amount.value <= 1000 else None


def when_sorting(ctx: Context, w: When, s: Sorting) -> Joined:
    """last year + the highest service revenue"""
    return (replace(s, moment=w.moment), 0.05) if s.measure is not None and s.moment is None else None


def sorting_when(ctx: Context, s: Sorting, w: When) -> Joined:
    return when_sorting(ctx, w, s)


def sorting_direction(ctx: Context, s: Sorting, w: Word) -> Joined:
    """by value + ascending"""
    return (replace(s, descending=w.kind == "descending"), 0.0) if w.kind in ("ascending", "descending") else None


def who_sorting(ctx: Context, e: Ent, s: Sorting) -> Joined:
    """who + sold the most cars: those by whom it happens"""
    staff = e.dataset == ctx.model.ext.users and not e.filters
    counted = isinstance(s.measure, Aggregate) and s.measure.fn == "count" and s.measure.over == ctx.model.ext.subject
    if e.who and not e.filters and counted and s.superlative and (owners := ctx.model.ext.owners):
        return ent_sorting(ctx, Ent(owners, limit=e.limit or 1), s)  # who has the most churned customers
    if not (e.who or staff) or not (s.superlative or e.limit) or (agents := _agents(ctx, s)) is None:
        return None
    return ent_sorting(ctx, Ent(agents, e.filters, e.moment, limit=e.limit or 1), s)


def staff_handle(ctx: Context, e: Ent, w: Word) -> Joined:
    """(which) advisor + handled (the most cars)"""
    return (e, 0.0) if w.kind == "handle" and ctx.is_staff(e.dataset) and not e.who else None


def subject_sorting(ctx: Context, e: Ent, s: Sorting) -> Joined:
    """(which models do) our customers + own most of: those who do it are not asked for"""
    plain = e.dataset == ctx.model.ext.subject and not (
        e.filters or e.fields or e.limit or e.asked or e.who or e.moment
    )
    counted = isinstance(s.measure, Aggregate) and s.measure.fn == "count" and s.superlative
    if not plain or not counted or not isinstance(s.measure, Aggregate):
        return None
    does = any(p.about == e.dataset for p in ctx.model.datasets[s.measure.over].ext.phrasings)
    return (s, 0.2) if does else None


def _agents(ctx: Context, s: Sorting) -> str | None:
    if isinstance(s.measure, str):
        return ctx.model.metric(s.measure).ext.who
    return ctx.model.datasets[s.measure.over.partition(".")[0]].ext.who if s.measure is not None else None


def ent_sorting(ctx: Context, e: Ent, s: Sorting) -> Joined:
    """top 10 customers + by lifetime value; showroom + with the highest revenue"""
    if e.order or (e.who and _agents(ctx, s)):
        return None
    s = handled(ctx, e, s)
    e = replace(e, best=False)  # the best customers by …: what by is said
    limit = e.limit or (1 if s.superlative and (e.who or s.single or not e.plural) else None)
    if s.field and not (e.limit is None and not s.superlative and not ctx.numeric(s.field)):
        dataset = s.field.partition(".")[0]
        if not ctx.graph.reaches(e.dataset, [dataset]):
            return None
        shown = () if s.field in e.fields else (s.field,)
        subject = ctx.model.ext.subject or ""
        own = ctx.graph.reaches(dataset, [e.dataset])  # a figure of the customer is his own
        if not own and e.dataset != subject and ctx.graph.reaches(dataset, [subject]):
            return None  # the biggest order: not that of the biggest customer
        if not own and dataset != e.dataset and ctx.is_time(s.field) and s.field != ctx.time(e.dataset):
            return None  # opened the longest ago: orders are not sorted by when their showroom opened
        far = 0.0 if own else 0.4 * len(ctx.graph.tree(e.dataset)[dataset])  # the oldest complaint: not of whose age
        return replace(
            e, order=(Order(by=s.field, descending=s.descending),), limit=limit, fields=(*e.fields, *shown)
        ), far + (0.05 if not e.who else -0.2)
    if s.measure is None or unfit(ctx, s.measure, e.dataset, e.filters):
        return None
    s = s if e.dataset == ctx.model.ext.subject else of_things(ctx, s)
    assert s.measure is not None, "as before"
    kinds = [f for f in ctx.columns(e.fields) if f.startswith(f"{e.dataset}.")]
    if kinds and e.dataset != ctx.model.ext.subject and len(kinds) == 1 and not ctx.numeric(kinds[0]):
        joined = top_group(ctx, By(field=kinds[0]), s)  # regions of the showrooms + by revenue
        held = (*joined[0].filters, *e.filters) if joined and isinstance(joined[0], Meas) else ()
        return (replace(joined[0], limit=limit, filters=held), 0.2) if joined and isinstance(joined[0], Meas) else None
    base = ctx.base(s.measure) if isinstance(s.measure, str) else s.measure.over.partition(".")[0]
    if base == e.dataset or not (ctx.graph.reaches(base, [e.dataset]) or ctx.graph.bridge([base, e.dataset])):
        return None
    if isinstance(s.measure, Aggregate) and s.measure.where:
        measure: Measure = s.measure.model_copy(update={"where": None})
        filters = (*e.filters, *s.filters, s.measure.where)
    else:
        measure, filters = s.measure, (*e.filters, *s.filters)
    order = (Order(by=measure if isinstance(measure, str) else "$first", descending=s.descending),)
    said, e = e, by_catalogue(ctx, e, base)
    tree = ctx.graph.tree(base)
    far = 0.1 * len(tree[e.dataset]) if e.dataset in tree else 0.7
    name_field = ctx.model.datasets[e.dataset].fields.get(ctx.model.datasets[e.dataset].ext.name_field or "")
    if e is not said and not said.asked:
        far += 0.3
    if name_field is None or name_field.ext.index == "code":
        far += 1.5 if ctx.time(e.dataset) else 0.0 if e.asked else 0.8  # the most cars: hardly each car by itself
    by = (By(field=e.dataset),)
    return Meas((measure,), base, filters, e.moment or s.moment, by, order, limit, growth=s.growth), far


def sorting_ent(ctx: Context, s: Sorting, e: Ent) -> Joined:
    """oldest + customers"""
    return ent_sorting(ctx, e, s)


def meas_sorting(ctx: Context, m: Meas, s: Sorting) -> Joined:
    """revenue by showroom + sorted by margin"""
    if not m.by or m.order or (s.measure is not None and s.measure not in m.measures) or s.field or s.filters:
        return None
    name = s.measure if isinstance(s.measure, str) else "$first"
    return replace(m, order=(Order(by=name, descending=s.descending),)), 0.1


def meas_direction(ctx: Context, m: Meas, w: Word) -> Joined:
    """discounts by store + highest first"""
    if w.kind not in ("ascending", "descending") or not m.by or m.order or m.limit:
        return None
    return replace(m, order=(Order(by="$first", descending=w.kind == "descending"),)), 0.0


def meas_top(ctx: Context, m: Meas, t: Top) -> Joined:
    """best-selling models + top 5"""
    if not m.by or not m.order:
        return top_meas(ctx, t, m)
    return replace(m, limit=t.count), 0.1


def top_meas(ctx: Context, t: Top, m: Meas) -> Joined:
    """top 5 + revenue by model"""
    if not m.by or (m.limit and not (m.limit == 1 and m.order)):
        return None
    return replace(m, limit=t.count, order=(Order(by="$first", descending=t.descending),)), 0.1
