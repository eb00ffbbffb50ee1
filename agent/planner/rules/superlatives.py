"""Superlatives: the highest revenue, the most complaints, the best customers."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import (
    Ent,
    FieldItem,
    Function,
    Meas,
    MetricItem,
    Pred,
    Sorting,
    Top,
    Verb,
    Word,
)
from agent.planner.rules.context import BEST, Context, Joined, before_noun, is_mean, unfit
from schema.query import Aggregate, All, By, Compare, Exists, Measure, Not, Order


def ent_best(ctx: Context, e: Ent, w: Word) -> Joined:
    """which store is doing + best: by what?"""
    if w.kind != "best" or e.order or not ctx.model.datasets[e.dataset].ext.bests:
        return None
    return replace(e, limit=e.limit or (BEST if e.plural else 1), best=True), 0.0


def best_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """our best + customers"""
    return ent_best(ctx, e, w)


def most_metric(ctx: Context, w: Word, m: MetricItem) -> Joined:
    """highest + revenue; the worst + no-show rate: the highest"""
    if w.kind not in ("most", "least"):
        return None
    return Sorting(m.name, None, (w.kind == "most") != _turned(ctx, w, m.name), True), 0.0


def _turned(ctx: Context, w: Word, measure: Measure) -> bool:
    """Whether the worst is the highest: of what should be low."""
    return w.judged and isinstance(measure, str) and ctx.model.metric(measure).ext.less_is_more


def best_metric(ctx: Context, w: Word, m: MetricItem) -> Joined:
    """best + retention; the best + no-show rate: the lowest"""
    if w.kind != "best":
        return None
    return Sorting(m.name, None, not ctx.model.metric(m.name).ext.less_is_more, True), 0.0


def metric_best(ctx: Context, m: MetricItem, w: Word) -> Joined:
    """tỷ lệ giữ chân + tốt nhất"""
    return best_metric(ctx, w, m)


def metric_most(ctx: Context, m: MetricItem, w: Word) -> Joined:
    """doanh thu + cao nhất"""
    return most_metric(ctx, before_noun(w), m)


def most_meas(ctx: Context, w: Word, m: Meas) -> Joined:
    """highest + service revenue last month"""
    if w.kind not in ("most", "least") or m.by or m.order or m.compare or m.having or len(m.measures) != 1:
        return None
    if not m.filters and isinstance(m.measures[0], str):
        return None  # the metric by itself
    most = (w.kind == "most") != _turned(ctx, w, m.measures[0])
    return Sorting(m.measures[0], None, most, True, m.moment, m.filters), 0.1


def meas_most(ctx: Context, m: Meas, w: Word) -> Joined:
    """doanh thu dịch vụ + cao nhất"""
    return most_meas(ctx, before_noun(w), m) if w.kind.endswith("_after") else None


def most_field(ctx: Context, w: Word, f: FieldItem) -> Joined:
    """highest + call priority"""
    if w.kind not in ("most", "least") or not (ctx.numeric(f.key) or ctx.is_time(f.key)):
        return None
    return Sorting(None, f.key, w.kind == "most", True), 0.0


def field_most(ctx: Context, f: FieldItem, w: Word) -> Joined:
    return most_field(ctx, before_noun(w), f)


def most_kinds(ctx: Context, w: Word, f: FieldItem) -> Joined:
    """most common + refund reasons: how many of each"""
    if w.kind not in ("most", "least") or ctx.numeric(f.key) or ctx.is_time(f.key):
        return None
    dataset = f.key.partition(".")[0]
    subject = ctx.model.ext.subject
    own = subject and ctx.graph.reaches(subject, [dataset]) and ctx.graph.reaches(dataset, [subject])
    base = subject if own else ctx.model.datasets[dataset].ext.counted_as or dataset
    if not base or not ctx.model.datasets[base].ext.labels or ctx.plays(dataset):
        return None
    order, limit = (Order(by="$first", descending=w.kind == "most"),), None if f.plural else 1
    found = Meas((Aggregate(fn="count", over=base),), base, by=(By(field=f.key),), order=order, limit=limit)
    return found, 1.2 if ctx.dialogue else 0.3  # in a follow-up, of what was asked before


def kinds_most(ctx: Context, f: FieldItem, w: Word) -> Joined:
    """lý do khiếu nại + phổ biến nhất"""
    return most_kinds(ctx, before_noun(w), f)


def most_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """most + complaints"""
    if w.kind not in ("most", "least") or e.limit or e.one or ctx.columns(e.fields):
        return None
    inside = e.filters[0] if len(e.filters) == 1 else All(all=e.filters) if e.filters else None
    if e.moment:
        return None
    return Sorting(Aggregate(fn="count", over=e.dataset, where=inside), None, w.kind == "most", True), 0.1


def ent_most(ctx: Context, e: Ent, w: Word) -> Joined:
    """khiếu nại + nhiều nhất"""
    return most_ent(ctx, before_noun(w), e)


def not_longest(ctx: Context, p: Pred, w: Word) -> Joined:
    """have not come in + for the longest time: whose last time is the longest ago"""
    denied = p.filter.negate if isinstance(p.filter, Not) else None
    if w.kind not in ("long", "long_after") or not isinstance(denied, Exists) or denied.filters or denied.period:
        return None
    subject, rows = ctx.model.ext.subject, {denied.exists, ctx.model.datasets[denied.exists].ext.rows}
    for dataset in (ctx.model.datasets[p.dataset], *ctx.model.datasets.values()):
        for f in dataset.fields.values():
            of = (f.ext.latest_of or "").partition(".")[0]
            if of in rows and subject and ctx.graph.reaches(subject, [dataset.name]):
                return Sorting(None, f.key, False, True), 0.0
    return None


def longest_not(ctx: Context, w: Word, p: Pred) -> Joined:
    """longest + not come in; lâu nhất + chưa ghé"""
    return not_longest(ctx, p, w)


def field_long(ctx: Context, f: FieldItem, w: Word) -> Joined:
    """opened + the longest ago: its day comes first"""
    return (Sorting(None, f.key, False, True), -0.3) if w.kind == "long" and ctx.is_time(f.key) else None


def ent_field_most(ctx: Context, e: Ent, w: Word) -> Joined:
    """business customers in which city + most: the largest group"""
    keys = tuple(dict.fromkeys(e.fields))
    if w.kind not in ("most_after", "least_after") or len(keys) != 1 or e.limit or e.one or e.order:
        return None
    if ctx.numeric(keys[0]) or ctx.is_time(keys[0]):
        return None
    order = (Order(by="$first", descending=w.kind == "most_after"),)
    count = Aggregate(fn="count", over=e.dataset)
    return Meas((count,), e.dataset, e.filters, e.moment, (By(field=keys[0]),), order, 1, dated=e.dated), 0.1


def ent_frequent(ctx: Context, e: Ent, w: Word) -> Joined:
    """(which) jobs + most often: how many of each of the catalogue"""
    w = before_noun(w) if w.kind.endswith("_after") else w
    if w.kind not in ("most", "least"):
        return None
    return _frequent(ctx, e, e.limit or (None if e.plural else 1), w.kind == "most")


def frequent_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """the most common + job"""
    joined = ent_frequent(ctx, e, w) if w.kind in ("most", "least") else None
    return (joined[0], joined[1] + 0.3) if joined else None


def top_frequent(ctx: Context, t: Top, e: Ent) -> Joined:
    """top 5 + jobs; top 5 + tags, which are only a word each"""
    shown = ctx.model.datasets[e.dataset].ext.list
    if len(shown) == 1 and ctx.model.datasets[e.dataset].ext.quality and not (e.limit or e.one or e.order or e.fields):
        order = (Order(by="$first", descending=t.descending),)
        count = Aggregate(fn="count", over=e.dataset)
        return Meas((count,), e.dataset, e.filters, e.moment, (By(field=shown[0]),), order, t.count), -0.2
    return _frequent(ctx, e, t.count, t.descending) if not e.limit else None


def top_kind(ctx: Context, t: Top, p: Pred) -> Joined:
    """top 5 + accessories: of the catalogue's, by what the model names"""
    if (
        p.one
        or p.negative
        or p.dated
        or not isinstance(p.filter, Compare)
        or not ctx.model.datasets[p.dataset].ext.time
    ):
        return None
    for d in ctx.model.datasets.values():
        rows = d.ext.counted_as
        if not rows or not d.ext.bests or not ctx.graph.reaches(rows, [d.name, p.dataset]):
            continue
        if all("." not in m and not unfit(ctx, m, d.name, (p.filter,)) for m in d.ext.bests):
            return Ent(d.name, (p.filter,), limit=t.count, best=True, implied=True), -0.4
    return None


def _frequent(ctx: Context, e: Ent, limit: int | None, most: bool) -> Joined:
    datasets = ctx.model.datasets
    own = datasets[e.dataset].ext.counted_as
    catalogues = [
        d.name for d in datasets.values() if d.ext.counted_as == e.dataset and ctx.graph.reaches(e.dataset, [d.name])
    ]
    catalogue = e.dataset if own else catalogues[0] if len(catalogues) == 1 else None
    rows = own or e.dataset
    if not catalogue or e.one or e.order or e.implied or not datasets[catalogue].ext.name_field:
        return None
    if rows == catalogue or not ctx.graph.reaches(rows, [catalogue]):
        return None
    order = (Order(by="$first", descending=most),)
    return Meas(
        (Aggregate(fn="count", over=rows),), rows, e.filters, e.moment, (By(field=catalogue),), order, limit
    ), 0.1


def verb_most(ctx: Context, v: Verb, w: Word) -> Joined:
    """bị phàn nàn + nhiều nhất"""
    w = before_noun(w) if w.kind.endswith("_after") else w
    if w.kind not in ("most", "least") or v.bound or v.moment:
        return None
    inside = v.filters[0] if len(v.filters) == 1 else All(all=v.filters) if v.filters else None
    return Sorting(Aggregate(fn="count", over=v.dataset, where=inside), None, w.kind == "most", True), 0.1


def most_verb(ctx: Context, w: Word, v: Verb) -> Joined:
    """most + complained about"""
    return verb_most(ctx, v, w)


def metric_sorting(ctx: Context, m: MetricItem, s: Sorting) -> Joined:
    """(which month) did we sell + the most cars: what is counted is the metric's own"""
    if not isinstance(s.measure, Aggregate) or s.measure.fn != "count" or s.measure.where or not s.superlative:
        return None
    if (
        not ctx.graph.reaches(ctx.base(m.name), [s.measure.over])
        or s.measure.over in ctx.model.metric(m.name).ext.without
    ):
        return None
    return Sorting(m.name, None, s.descending, True, s.moment), -0.2


def sorting_metric(ctx: Context, s: Sorting, m: MetricItem) -> Joined:
    """the most cars + sold"""
    return metric_sorting(ctx, m, s)


def sorting_object(ctx: Context, s: Sorting, e: Ent) -> Joined:
    """(who) sold the most + cars: what the metric counts"""
    plain = e.plural and not (e.filters or e.asked or e.fields or e.limit or e.moment or e.who or e.one)
    if not plain or not isinstance(s.measure, str) or not s.superlative or ctx.is_staff(e.dataset):
        return None
    metric = ctx.model.metric(s.measure).ext
    if e.dataset in (ctx.model.ext.subject, ctx.model.ext.stores, *metric.without) or not metric.who:
        return None
    return (s, 0.1) if ctx.graph.reaches(ctx.base(s.measure), [e.dataset]) else None


def self_sorting(ctx: Context, w: Word, s: Sorting) -> Joined:
    """(which model did) I + sell most: the asker is the seller"""
    who = ctx.model.metric(s.measure).ext.who if isinstance(s.measure, str) else None
    if w.kind != "self" or not who:
        return None
    oneself = Compare(field=ctx.model.datasets[who].id_field, op="=", value="$asker")
    return replace(s, filters=(*s.filters, oneself)), 0.0


def sorting_mean(ctx: Context, s: Sorting, fn: Function) -> Joined:
    """the slowest to resolve + on average: a mean already"""
    mean = isinstance(s.measure, str) and is_mean(ctx, s.measure)
    return (s, 0.0) if mean and fn.fn == "avg" else None


def sorting_on_top(ctx: Context, s: Sorting, w: Word) -> Joined:
    """(who spent) the most + on top: an order, and no choice of one"""
    return (replace(s, superlative=False), 0.0) if w.kind == "on_top" else None


def who_on_top(ctx: Context, e: Ent, s: Sorting) -> Joined:
    """in a follow-up, who + spent the most comes first"""
    plain = e.who and not (e.filters or e.fields or e.limit or e.moment)
    return (s, -0.2) if plain and ctx.dialogue and not s.superlative else None
