"""Measures: how many, average, revenue of, share of."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import (
    Ent,
    FieldItem,
    Further,
    Meas,
    MetricItem,
    NotWhen,
    Pred,
    Verb,
    When,
    Word,
)
from agent.planner.rules.context import Context, Joined, before_noun, is_mean, metric_measure, unfit
from agent.planner.rules.dated import ent_not_when
from agent.planner.rules.entities import ent_verb
from agent.planner.rules.fitting import about, akin, beside, each_of, of_somebody, own_value
from agent.planner.rules.own import MINE
from agent.planner.rules.periods import bound_cost, bound_exists
from agent.planner.rules.shares import shared
from agent.planner.rules.sides import counts, pointless, side, sides, two_counts
from schema.query import Aggregate, AnyOf, By, Compare, Exists, Filter


def count_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """how many + customers"""
    if w.kind != "how_many" or e.limit or ctx.columns(e.fields) or (e.one and e.dataset == ctx.model.ext.subject):
        return None
    other = 0.6 if e.lead and e.lead != e.dataset else 0.0  # how many cars … counts cars
    if _things_first(ctx, e.dataset, e.filters):
        other = 1.2  # how many taxis do customers own
    if e.asked and not e.filters and (e.dataset == ctx.model.ext.stores or ctx.is_staff(e.dataset)):
        other += 0.8  # how many at which showroom: of each
    if ctx.plays(e.dataset):
        other += 0.8  # how many reps: of the staff, not of those who sold
    return Meas(
        (Aggregate(fn="count", over=e.dataset),),
        e.dataset,
        e.filters,
        e.moment,
        dated=e.dated,
        implied=e.implied or e.who,
    ), -0.1 + other


def _things_first(ctx: Context, dataset: str, filters: tuple[Filter, ...]) -> bool:
    """Whether a value of things was said before what is done with them."""

    def of_things(f: Filter) -> bool:
        if not isinstance(f, Compare):
            return False
        return ctx.model.datasets[f.field.partition(".")[0]].ext.counted_as not in (None, dataset)

    things = next((i for i, f in enumerate(filters) if of_things(f)), len(filters))
    return any(isinstance(f, Exists) and not f.filters for f in filters[things + 1 :])


def ent_count(ctx: Context, e: Ent, w: Word) -> Joined:
    """khách hàng + bao nhiêu"""
    joined = count_ent(ctx, before_noun(w), e)
    return (joined[0], 0.2) if joined else None


def count_distinct(ctx: Context, w: Word, f: FieldItem) -> Joined:
    """how many + cities"""
    if w.kind != "how_many" or ctx.numeric(f.key) or ctx.is_time(f.key):
        return None  # how many km asks for the amount
    return Meas((Aggregate(fn="count_distinct", over=f.key),), f.key.partition(".")[0]), 0.3


def field_how_many(ctx: Context, f: FieldItem, w: Word) -> Joined:
    """biển số + bao nhiêu: what it is"""
    field = ctx.model.field(f.key)
    numbered = field.datatype == "String" and field.ext.index in ("code", "tokens") and not field.ext.values
    numbered = numbered or ctx.model.datasets[field.dataset].ext.counted_as is not None  # the price in a catalogue
    return (f, 0.1) if numbered and w.kind in ("how_many", "how_many_after", "how_much") else None


def count_metric(ctx: Context, w: Word, m: MetricItem) -> Joined:
    """how much + revenue; how many + cars sold"""
    if w.kind == "how_much" and (amount := ctx.model.metric(m.name).ext.amount):
        return _by_asker(ctx, metric_measure(ctx, amount), m), -0.1
    if w.kind not in ("how_many", "how_much"):
        return None
    return _by_asker(ctx, metric_measure(ctx, m.name), m), 0.0


def count_meas(ctx: Context, w: Word, m: Meas) -> Joined:
    """how many + Michelin tyres have we sold"""
    first = m.measures[0]
    if w.kind not in ("how_many", "how_much") or not isinstance(first, str) or m.order:
        return None
    if w.kind == "how_much" and (amount := ctx.model.metric(first).ext.amount):
        return replace(m, measures=(amount, *m.measures[1:]), base=ctx.base(amount)), 0.0
    return m, 0.1


def count_count(ctx: Context, a: Word, b: Word) -> Joined:
    """đếm giúp + số"""
    return (b, 0.0) if a.kind == b.kind == "how_many" else None


def metric_count(ctx: Context, m: MetricItem, w: Word) -> Joined:
    """bán được + bao nhiêu"""
    if w.kind not in ("how_many_after", "how_many", "how_much"):
        return None
    return _by_asker(ctx, metric_measure(ctx, m.name), m), 0.0


def metric_alone(ctx: Context, m: MetricItem) -> Joined:
    """revenue"""
    return _by_asker(ctx, metric_measure(ctx, m.name), m), 0.05


def _by_asker(ctx: Context, meas: Meas, m: MetricItem) -> Meas:
    """I sold: the asker is the seller."""
    if not m.by_asker:
        return meas
    return replace(
        meas, filters=(*meas.filters, Compare(field=ctx.model.datasets[m.by_asker].id_field, op="=", value="$asker"))
    )


def meas_again(ctx: Context, a: Meas, b: Meas) -> Joined:
    """how did we do this quarter + in revenue: said twice"""
    if b.filters or b.by or b.moment or b.compare or b.order or b.having:
        return None
    return (a, 0.1) if a.measures == b.measures or (a.order and counts(b)) else None


def meas_count(ctx: Context, m: Meas, w: Word) -> Joined:
    """dash cams sold this year + how many; the top jobs + how much each"""
    if m.by and m.order and w.kind == "how_much":
        return m, 0.1
    return (m, 0.1) if w.kind in ("how_many", "how_many_after") else None


def meas_pred(ctx: Context, m: Meas, p: Pred) -> Joined:
    """revenue + from SUVs; cars sold + in Hà Nội; customers that are hot, warm + and cold"""
    if not p.one and not p.negative and (several := sides(ctx, m, (p.filter,))):
        many = isinstance(p.filter, AnyOf) or isinstance(m.filters[-1], AnyOf) or m.by
        return several[0], several[1] if many else 0.1
    far = ctx.distance(m.base, p.dataset)
    if far is None or p.filter in m.filters:
        return None
    if far and beside(ctx, m.filters, p.dataset):
        far = -0.5
    first = m.measures[0]
    if p.one and isinstance(first, str) and p.dataset == ctx.model.metric(first).ext.who:
        far = -1.0  # sold by An: An is the seller
    if unfit(ctx, first, p.dataset, (p.filter,)):
        far += 4
    if of_somebody(ctx, m.base, p.dataset):
        far += 3.0
    if pointless(m.by, (p.filter,)):
        far += 4.0
    if not akin(ctx, m.base, p.dataset):
        return None
    by = m.by
    if isinstance(first, Aggregate) and first.fn == "share" and first.where is not None and not m.filters:
        place = isinstance(p.filter, Compare) and ctx.model.field(p.filter.field).ext.index == "distinct"
        own = p.dataset == m.base or (p.dataset not in (ctx.model.ext.subject, ctx.model.ext.stores) and far <= 1)
        if own and not place and not p.negative:  # share of outbound calls + answered: of all of those
            return shared(ctx, Ent(m.base, moment=m.moment), p.filter, (first.where,)), 0.0
    if p.split and (key := side(ctx, p.filter)):  # Kia versus Mazda: one row each
        by = (*by, By(field=key))
    if p.both and counts(m) and (each := each_of(ctx, m.base, p.filter)):
        return replace(m, filters=(*m.filters, *each)), 0.2 * far + 0.1  # with both tags
    if p.both and not m.by and is_mean(ctx, m.measures[0]) and isinstance(p.filter, Compare):
        by = (By(field=p.filter.field),)  # average age of taxis and private cars: of each
    gain = own_value(ctx, m.base, m.filters, p)
    return replace(m, filters=(*m.filters, p.filter), dated=m.dated or p.dated, by=by), 0.2 * far - gain


def pred_meas(ctx: Context, p: Pred, m: Meas) -> Joined:
    joined = meas_pred(ctx, m, p)
    if joined and isinstance(joined[0], Meas) and joined[0].filters[-1:] == (p.filter,):  # in the order of the words
        return replace(joined[0], filters=(p.filter, *joined[0].filters[:-1])), joined[1] + 0.05
    return (joined[0], joined[1] + 0.05) if joined else None


def meas_ent(ctx: Context, m: Meas, e: Ent) -> Joined:
    """revenue + from VIP customers"""
    far = ctx.distance(m.base, e.dataset)
    if e.implied and not e.one:
        return None  # a condition with no noun joins as a condition
    first = m.measures[0]
    bare = not (e.filters or e.limit or e.order or e.moment or e.asked or e.fields or m.by)
    if bare and isinstance(first, Aggregate) and first.fn != "count" and (of := about(ctx, m.base, e.dataset)):
        return replace(m, filters=tuple(dict.fromkeys((*m.filters, *of)))), 0.3  # discount + on cars
    if far is None or e.limit or e.order or (e.moment and m.moment) or (e.asked and not e.filters):
        return None
    if e.who and not e.filters and m.order:
        return None  # who sold the most: those who did are asked for
    if e.fields:  # what reasons for refunds + how many: a number each
        kinds = not any(ctx.numeric(f) or ctx.is_time(f) for f in e.fields)
        if not kinds or e.one or e.dataset != m.base or not counts(m):
            return None
        if m.by and {b.field for b in m.by} != set(e.fields):
            return None
        m = replace(m, by=m.by or tuple(By(field=f) for f in dict.fromkeys(e.fields)))
    if not e.filters and not e.moment and not ctx.graph.reaches(m.base, [e.dataset]):
        return None  # readings that we collected are no payments collected
    grouped = {b.field.partition(".")[0] for b in m.by}
    if m.order and not e.filters and e.dataset not in (m.base, ctx.model.ext.subject, *grouped):
        return None  # the highest ticket … among the advisors: of these, no customer's
    if unfit(ctx, m.measures[0], e.dataset, e.filters):
        far += 4
    summed = isinstance(m.measures[0], Aggregate) and m.measures[0].fn == "sum"  # … for how many + cars: counted
    alone = 0 if e.filters else 1.2 if summed and e.dataset != m.base else 0.3
    return replace(
        m, filters=(*m.filters, *e.filters), moment=m.moment or e.moment, dated=m.dated or e.dated
    ), 0.2 + 0.2 * far + alone


def ent_meas(ctx: Context, e: Ent, m: Meas) -> Joined:
    """VIP customers' + revenue"""
    joined = meas_ent(ctx, m, e)
    return (joined[0], joined[1] + 0.1) if joined else None


def meas_verb(ctx: Context, m: Meas, v: Verb) -> Joined:
    """how many customers + bought an SUV"""
    if ctx.graph.reaches(m.base, [v.dataset]) and v.bound is None and not (v.moment and m.moment):
        return replace(m, filters=(*m.filters, *v.filters), moment=m.moment or v.moment), 0.1
    joined = ent_verb(ctx, Ent(m.base), v)
    if not joined or not isinstance(joined[0], Ent):
        return None
    filters = (*m.filters, *joined[0].filters)
    things = 1.2 if counts(m) and _things_first(ctx, m.base, filters) else 0.0
    return replace(m, filters=filters), joined[1] + things


def meas_when(ctx: Context, m: Meas, w: When) -> Joined:
    """revenue + last month"""
    if m.dated:
        filters = tuple(ctx.bound(f, m.dated, w.moment) for f in m.filters)
        return replace(m, filters=filters, dated=None), 0.0
    if m.moment or not ctx.time(m.base):
        for i in range(len(m.filters) - 1, -1, -1):  # this year + how many customers bought twice
            if bound := bound_exists(ctx, m.base, m.filters[i], w):
                return replace(m, filters=(*m.filters[:i], bound, *m.filters[i + 1 :])), bound_cost(m.filters[i])
        return None
    subject = ctx.model.ext.subject
    figure = subject is not None and m.base != subject and ctx.graph.reaches(subject, [m.base])  # it stands, undated
    return replace(m, moment=w.moment), 0.55 if figure and isinstance(m.measures[0], str) else 0.05


def when_meas(ctx: Context, w: When, m: Meas) -> Joined:
    return meas_when(ctx, m, w)


def meas_mine(ctx: Context, m: Meas, w: Word) -> Joined:
    return (replace(m, filters=(*m.filters, MINE)), 0.1) if w.kind == "mine" and MINE not in m.filters else None


def mine_meas(ctx: Context, w: Word, m: Meas) -> Joined:
    return meas_mine(ctx, m, w)


def and_meas(ctx: Context, w: Word, m: Meas) -> Joined:
    """and + margin, waiting for its left side"""
    return (Further(m), 0.0) if w.kind == "and" else None


def meas_further(ctx: Context, a: Meas, more: Further) -> Joined:
    """revenue + and margin"""
    b = more.meas
    if a.filters and b.filters and a.base == b.base and counts(a) and counts(b) and len(a.measures) == 1:
        return two_counts(ctx, a, b)
    if (b.filters and a.filters) or a.limit or b.limit:
        return None
    if ctx.distance(a.base, b.base) is None and ctx.distance(b.base, a.base) is None:
        return None  # nothing links the two
    return replace(
        a,
        measures=tuple(dict.fromkeys((*a.measures, *b.measures))),
        filters=(*a.filters, *b.filters),
        moment=a.moment or b.moment,
        by=a.by or b.by,
        dated=a.dated or b.dated,
    ), 0.05


def meas_not_when(ctx: Context, m: Meas, n: NotWhen) -> Joined:
    joined = ent_not_when(ctx, Ent(m.base, m.filters), n)
    return (replace(m, filters=joined[0].filters), joined[1]) if joined and isinstance(joined[0], Ent) else None
