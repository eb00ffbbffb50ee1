"""The grammar: one rule a construction, each joining two neighbours into one typed part.

A rule gets the context and two items and returns (item, cost) or None. The chart tries every rule whose types fit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from agent.planner.dates import Moment
from agent.planner.items import (
    AmountItem, BoundItem, Call, Ent, FieldItem, Function, GrainItem, Group, Item, Junk, Marker, Meas, MetricItem, Pred, Skip, Sorting, Verb,
    Versus, When, Word,
)  # fmt: skip
from agent.planner.numbers import Bound
from schema.joins import JoinGraph
from schema.model import SemanticModel, parse_expression
from schema.query import Aggregate, All, AnyOf, By, Compare, Exists, Filter, Having, Measure, Named, Not, Order, Period

Joined = tuple[Item, float] | None


@dataclass(frozen=True)
class Context:
    """What the rules may look at: the model, its joins, and the day."""

    model: SemanticModel
    graph: JoinGraph
    today: date

    def distance(self, dataset: str, target: str) -> float | None:
        """How far a condition on `target` is from `dataset`; None where nothing links them."""
        tree = self.graph.tree(dataset)
        if target in tree:
            at_home = target == self.model.ext.stores and self.model.datasets[dataset].ext.home is not None
            return len(tree[target]) - (0.8 if at_home and dataset != self.model.ext.subject else 0.0)  # where it took place
        anchors = [dataset]
        if (subject := self.model.ext.subject) and self.graph.reaches(dataset, [subject]):
            anchors.append(subject)
        for extra, anchor in enumerate(anchors):
            if target and (link := self.graph.bridge([anchor, target])):
                return 1.5 + extra + 0.5 * self.graph.distance(link, [anchor, target])
        return None

    def bind(self, key: str, moment: Moment) -> Named:
        """A named filter with its period."""
        named = self.model.named(key)
        dataset = self.model.datasets[(named.time or key).partition(".")[0]]
        return Named(named=key, period=moment.resolve(self.today, dataset.ext.plan or named.recurs))

    def base(self, metric: str) -> str:
        from sqlglot import exp

        datasets = [c.table for c in parse_expression(self.model.metrics[metric].expression).find_all(exp.Column)]
        return self.graph.lowest(datasets) or datasets[0]

    def numeric(self, key: str) -> bool:
        return self.model.field(key).datatype in ("Integer", "Float", "Decimal")

    def is_time(self, key: str) -> bool:
        return self.model.field(key).is_time

    def time(self, dataset: str) -> str | None:
        return self.model.datasets[dataset].ext.time


def _merge(ctx: Context, a: Filter, b: Filter, word: str) -> Filter:
    """Two conditions under and/or; values of one field become a set, whichever word joined them."""
    if isinstance(a, Compare) and isinstance(b, Compare) and a.field == b.field and a.op in ("=", "in") and b.op in ("=", "in"):
        values: list[Any] = []
        for f in (a, b):
            values += list(f.value) if isinstance(f.value, tuple) else [f.value]
        return Compare(field=a.field, op="in", value=tuple(dict.fromkeys(values)))
    if word == "or":
        parts = (*a.any, b) if isinstance(a, AnyOf) else (a, b)
        return AnyOf(any=parts)
    parts = (*a.all, b) if isinstance(a, All) else (a, b)
    return All(all=parts)


def exists(ctx: Context, v: Verb) -> Exists:
    """A verb phrase as a filter."""
    dataset = ctx.model.datasets[v.dataset]
    period = v.moment.resolve(ctx.today, dataset.ext.plan) if v.moment else None
    if v.bound is None:
        return Exists(exists=v.dataset, filters=v.filters, period=period)
    return Exists(exists=v.dataset, filters=v.filters, period=period, metric=v.metric, op=v.bound.op, value=v.bound.value)


# entities and conditions ---------------------------------------------------------------------------------------------
def ent_pred(ctx: Context, e: Ent, p: Pred) -> Joined:
    """customers + at risk; overdue + customers"""
    far = ctx.distance(e.dataset, p.dataset)
    if far is None or p.filter in e.filters:
        return None
    if p.negative and isinstance(p.filter, Not) and not ctx.graph.reaches(e.dataset, [p.dataset]):
        for f in e.filters:  # bought a Mazda but not accessories: the verb goes on
            if isinstance(f, Exists) and not isinstance(p.filter.negate, Exists) and ctx.graph.reaches(f.exists, [p.dataset]):
                never = Not(negate=Exists(exists=f.exists, filters=(p.filter.negate,), period=f.period))
                return replace(e, filters=(*e.filters, never)), 0.2
    if p.one and p.dataset == e.dataset:
        return replace(e, filters=(*e.filters, p.filter), one=p.one), 0.0
    clash = sum(
        isinstance(f, Compare) and isinstance(p.filter, Compare) and f.field == p.filter.field and f.op == p.filter.op == "=" for f in e.filters
    )
    return replace(e, filters=(*e.filters, p.filter), dated=p.dated or e.dated), 0.2 * far + 2.0 * clash


def pred_ent(ctx: Context, p: Pred, e: Ent) -> Joined:
    """VIP + customers"""
    return ent_pred(ctx, e, p)


def ent_verb(ctx: Context, e: Ent, v: Verb) -> Joined:
    """customers + bought an SUV"""
    about = v.about or ctx.model.ext.subject
    if about != e.dataset and (about is None or not ctx.graph.reaches(e.dataset, [about])) and not ctx.graph.reaches(v.dataset, [e.dataset]):
        return None
    return replace(e, filters=(*e.filters, exists(ctx, v))), 0.1 if about == e.dataset else 0.6


def verb_ent(ctx: Context, v: Verb, e: Ent) -> Joined:
    """bought + an SUV: the entity is the verb's object"""
    if e.limit or e.order or e.one and e.dataset == v.about:
        return None
    if e.dataset == v.dataset:
        return replace(v, filters=(*v.filters, *e.filters), moment=v.moment or e.moment), 0.0
    if e.dataset == v.about or not ctx.graph.reaches(v.dataset, [e.dataset]) or v.bound:
        return None
    far = len(ctx.graph.tree(v.dataset)[e.dataset])
    there = Compare(field=ctx.model.datasets[e.dataset].id_field, op="filled")
    if e.moment and v.moment:
        return None
    return replace(v, filters=(*v.filters, *(e.filters or (there,))), moment=v.moment or e.moment), 0.1 * far


def verb_pred(ctx: Context, v: Verb, p: Pred) -> Joined:
    """bought + Mazda; came in + for repairs"""
    if v.bound or p.dated or p.negative:
        return None
    tree = ctx.graph.tree(v.dataset)
    if p.dataset in tree:
        if v.about and p.dataset == v.about:
            return None
        return replace(v, filters=(*v.filters, p.filter)), 0.1 * len(tree[p.dataset])
    return None


def verb_finer(ctx: Context, v: Verb, p: Pred) -> Joined:
    """came in + for maintenance, where the condition is on the parts of the verb's rows"""
    if v.bound or p.dated or p.dataset in ctx.graph.tree(v.dataset):
        return None
    link = ctx.graph.bridge([v.dataset, p.dataset])
    if not link or link in (v.about, ctx.model.ext.subject) or not ctx.graph.reaches(link, [v.dataset]):
        return None
    return replace(v, filters=(*v.filters, p.filter)), 0.5


def verb_when(ctx: Context, v: Verb, w: When) -> Joined:
    """bought + in 2025"""
    if v.moment or not ctx.time(v.dataset):
        return None
    return replace(v, moment=w.moment), 0.0


def when_verb(ctx: Context, w: When, v: Verb) -> Joined:
    joined = verb_when(ctx, v, w)
    return (joined[0], 0.1) if joined else None


def verb_bound(ctx: Context, v: Verb, b: BoundItem) -> Joined:
    """bought + at least 3 times"""
    if v.bound or b.bound.unit or b.bound.high is not None:
        return None
    return replace(v, bound=b.bound), 0.05


def bound_times(ctx: Context, b: BoundItem, w: Word) -> Joined:
    """at least 3 + times"""
    return (b, 0.0) if w.kind == "times" else None


def amount_times(ctx: Context, a: AmountItem, w: Word) -> Joined:
    """3 + times"""
    return (BoundItem(Bound("=", a.amount.value, None)), 0.0) if w.kind == "times" else None


def verb_often(ctx: Context, v: Verb, w: Word) -> Joined:
    """bought + twice"""
    if w.kind in ("once", "twice") and not v.bound:
        return replace(v, bound=Bound("=", 1 if w.kind == "once" else 2, None)), 0.0
    return None


def bound_ent(ctx: Context, b: BoundItem, e: Ent) -> Joined:
    """at least 3 + visits"""
    if b.bound.unit or e.limit or e.order or e.dataset == ctx.model.ext.subject:
        return None
    return Verb(e.dataset, None, e.filters, e.moment, b.bound), 0.1


def word_verbal(ctx: Context, w: Word, e: Ent) -> Joined:
    """with + complaints; without + appointments"""
    if e.dataset == ctx.model.ext.subject or e.limit or e.order or e.one:
        return None
    if w.kind == "with":
        return Verb(e.dataset, None, e.filters, e.moment), 0.05
    if w.kind == "not":
        period = e.moment.resolve(ctx.today, ctx.model.datasets[e.dataset].ext.plan) if e.moment else None
        found = Exists(exists=e.dataset, filters=e.filters, period=period)
        return Pred(Not(negate=found), ctx.model.ext.subject or e.dataset, negative=True), 0.1
    return None


def not_pred(ctx: Context, w: Word, p: Pred) -> Joined:
    """not + booked; except + VIP"""
    if w.kind not in ("not", "except") or p.negative:
        return None
    return replace(p, filter=Not(negate=p.filter), negative=True, dated=None, one=None), 0.0


def except_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """except + VIP customers"""
    if w.kind != "except" or not e.filters or e.limit:
        return None
    inside = e.filters[0] if len(e.filters) == 1 else All(all=e.filters)
    return Pred(Not(negate=inside), e.dataset, negative=True), 0.1


def not_verb(ctx: Context, w: Word, v: Verb) -> Joined:
    """never + bought accessories"""
    if w.kind not in ("not", "except"):
        return None
    return Pred(Not(negate=exists(ctx, v)), v.about or ctx.model.ext.subject or v.dataset, negative=True), 0.0


def word_pred(ctx: Context, w: Word, p: Pred) -> Joined:
    """with + a loan"""
    return (p, 0.0) if w.kind in ("with", "only") else None


def word_verb(ctx: Context, w: Word, v: Verb) -> Joined:
    """with + at least 3 visits"""
    return (v, 0.0) if w.kind in ("with", "only") else None


def with_field(ctx: Context, w: Word, f: FieldItem) -> Joined:
    """without + an e-mail"""
    if w.kind not in ("with", "not"):
        return None
    op = "filled" if w.kind == "with" else "empty"
    return Pred(Compare(field=f.key, op=op), f.key.partition(".")[0], negative=w.kind == "not"), 0.3


def or_right(ctx: Context, w: Word, p: Pred) -> Joined:
    """or + Đà Nẵng, waiting for its left side"""
    return (Conjunct(w.kind, p), 0.0) if w.kind in ("or", "and") else None


def or_right_verb(ctx: Context, w: Word, v: Verb) -> Joined:
    if w.kind != "or":
        return None
    return Conjunct(w.kind, Pred(exists(ctx, v), v.about or ctx.model.ext.subject or v.dataset)), 0.0


@dataclass(frozen=True)
class Conjunct(Item):
    """The right side of and/or."""

    word: str
    pred: Pred


def pred_conjunct(ctx: Context, p: Pred, c: Conjunct) -> Joined:
    """Hà Nội + or Đà Nẵng"""
    if p.one or c.pred.one:
        return None
    merged = _merge(ctx, p.filter, c.pred.filter, c.word)
    if c.word == "and" and not isinstance(merged, Compare):
        return None  # two conditions of one entity: each attaches by itself
    dataset = p.dataset
    if c.pred.dataset != p.dataset:
        far = ctx.distance(p.dataset, c.pred.dataset)
        back = ctx.distance(c.pred.dataset, p.dataset)
        if far is None and back is None:
            return None
        if far is None or (back is not None and back > far and c.pred.dataset == ctx.model.ext.subject):
            dataset = c.pred.dataset
    same = p.dataset == c.pred.dataset
    return Pred(merged, dataset, negative=p.negative and c.pred.negative), 0.0 if same else 0.3


def verb_conjunct(ctx: Context, v: Verb, c: Conjunct) -> Joined:
    if c.word != "or":
        return None
    about = v.about or ctx.model.ext.subject or v.dataset
    return Pred(_merge(ctx, exists(ctx, v), c.pred.filter, "or"), about), 0.1


def pred_pred(ctx: Context, a: Pred, b: Pred) -> Joined:
    """Mazda + CX-5: two values that belong to one row"""
    if a.negative or b.negative or a.dated or b.dated or a.one or b.one or not isinstance(b.filter, Compare):
        return None
    if a.dataset == b.dataset and isinstance(a.filter, Compare) and a.filter.field != b.filter.field:
        return Pred(All(all=(a.filter, b.filter)), a.dataset), 0.15
    return None


def field_pred(ctx: Context, f: FieldItem, p: Pred) -> Joined:
    """city + Hà Nội"""
    inner = p.filter.negate if isinstance(p.filter, Not) else p.filter
    if isinstance(inner, Compare) and inner.field == f.key:
        return p, -0.2
    return None


def pred_field(ctx: Context, p: Pred, f: FieldItem) -> Joined:
    """red + colour"""
    return field_pred(ctx, f, p)


def field_bound(ctx: Context, f: FieldItem, b: BoundItem) -> Joined:
    """age + over 30"""
    if not ctx.numeric(f.key):
        return None
    return Pred(_compare(f.key, b.bound), f.key.partition(".")[0]), 0.0


def bound_field(ctx: Context, b: BoundItem, f: FieldItem) -> Joined:
    """over 30 + years old"""
    return field_bound(ctx, f, b)


def field_amount(ctx: Context, f: FieldItem, a: AmountItem) -> Joined:
    """call priority + 10"""
    if not ctx.numeric(f.key):
        return None
    return Pred(Compare(field=f.key, op="=", value=a.amount.value), f.key.partition(".")[0]), 0.1


def amount_field(ctx: Context, a: AmountItem, f: FieldItem) -> Joined:
    joined = field_amount(ctx, f, a)
    return (joined[0], 0.2) if joined else None


def _compare(key: str, b: Bound) -> Compare:
    if b.high is not None:
        return Compare(field=key, op="between", value=(b.value, b.high))
    return Compare(field=key, op=b.op, value=b.value)


def ent_bound(ctx: Context, e: Ent, b: BoundItem) -> Joined:
    """women + over 30: the field of the dataset that has the bound's unit, or that bare numbers mean"""
    dataset = ctx.model.datasets[e.dataset]
    key = dataset.ext.bare_number if b.bound.unit is None else None
    if b.bound.unit:
        fits = [dataset.ext.amounts[b.bound.unit]] if b.bound.unit in dataset.ext.amounts else [f.key for f in dataset.fields.values() if f.ext.unit == b.bound.unit and not f.ext.detail]
        key = fits[0] if len(fits) == 1 else None
    if not key:
        return None
    return replace(e, filters=(*e.filters, _compare(key, b.bound))), 0.2


def field_when(ctx: Context, f: FieldItem, w: When) -> Joined:
    """delivered + last year"""
    if not ctx.is_time(f.key):
        return None
    dataset = f.key.partition(".")[0]
    period = w.moment.resolve(ctx.today, ctx.model.datasets[dataset].ext.plan)
    return Pred(_dated_filter(f.key, period), dataset), 0.1


def _dated_filter(key: str, period: Period) -> Filter:
    parts: list[Filter] = []
    if period.start:
        parts.append(Compare(field=key, op=">=", value=period.start.isoformat()))
    if period.end:
        parts.append(Compare(field=key, op="<=", value=period.end.isoformat()))
    return parts[0] if len(parts) == 1 else All(all=tuple(parts))


def metric_bound(ctx: Context, m: MetricItem, b: BoundItem) -> Joined:
    """revenue + over 100m: of the customers who reach it"""
    base = ctx.base(m.name)
    return Verb(base, None, (), None, b.bound, m.name), 0.1


def bound_metric(ctx: Context, b: BoundItem, m: MetricItem) -> Joined:
    return metric_bound(ctx, m, b)


def pred_when(ctx: Context, p: Pred, w: When) -> Joined:
    """due for service + this month"""
    if not p.dated:
        return None
    filter_: Filter = ctx.bind(p.dated, w.moment)
    return replace(p, filter=filter_, dated=None), -0.2


def when_pred(ctx: Context, w: When, p: Pred) -> Joined:
    joined = pred_when(ctx, p, w)
    return (joined[0], 0.0) if joined else None


def ent_when(ctx: Context, e: Ent, w: When) -> Joined:
    """visits + last month"""
    if e.dated:
        filters = tuple(ctx.bind(e.dated, w.moment) if isinstance(f, Named) and f.named == e.dated else f for f in e.filters)
        return replace(e, filters=filters, dated=None), 0.0
    if e.moment or not ctx.time(e.dataset):
        return None
    return replace(e, moment=w.moment), 0.1


def when_ent(ctx: Context, w: When, e: Ent) -> Joined:
    return ent_when(ctx, e, w)


def ent_ent(ctx: Context, a: Ent, b: Ent) -> Joined:
    """orders + of VIP customers; customer + orders: the side with the many rows is asked for"""
    if a.dataset == b.dataset:
        if a.limit and b.limit:
            return None
        joined = replace(a, filters=tuple(dict.fromkeys((*a.filters, *b.filters))), moment=a.moment or b.moment, one=a.one or b.one)
        return replace(joined, limit=a.limit or b.limit, dated=a.dated or b.dated, implied=a.implied and b.implied), 0.4
    for main, other in ((a, b), (b, a)):
        if ctx.graph.reaches(main.dataset, [other.dataset]) and not ctx.graph.reaches(other.dataset, [main.dataset]):
            if other.limit or other.order or other.moment or main.one:
                return None
            cost = 0.15 + 0.1 * len(ctx.graph.tree(main.dataset)[other.dataset]) + (0 if main is a or not other.filters else 0.1)
            return replace(main, filters=(*main.filters, *other.filters), dated=main.dated or other.dated), cost
    return None


def ent_field(ctx: Context, e: Ent, f: FieldItem) -> Joined:
    """customers + names and cities; An's + birth date"""
    dataset = f.key.partition(".")[0]
    if not ctx.graph.reaches(e.dataset, [dataset]):
        return None
    return replace(e, fields=(*e.fields, f.key)), 0.1 + 0.1 * len(ctx.graph.tree(e.dataset)[dataset])


def field_ent(ctx: Context, f: FieldItem, e: Ent) -> Joined:
    return ent_field(ctx, e, f)


def field_one(ctx: Context, f: FieldItem, p: Pred) -> Joined:
    """birth date + of An"""
    return ent_field(ctx, Ent(p.dataset, (p.filter,), one=p.one), f) if p.one else None


def one_field(ctx: Context, p: Pred, f: FieldItem) -> Joined:
    return field_one(ctx, f, p)


def ent_amount(ctx: Context, e: Ent, a: AmountItem) -> Joined:
    """customer + 12345"""
    if e.dataset != ctx.model.ext.subject or a.amount.unit or not float(a.amount.value).is_integer() or e.one or e.filters:
        return None
    key = str(int(a.amount.value))
    return replace(e, filters=(Compare(field=ctx.model.datasets[e.dataset].id_field, op="=", value=int(key)),), one=key), 0.3


def ent_mine(ctx: Context, e: Ent, w: Word) -> Joined:
    """my + customers"""
    return (replace(e, filters=(*e.filters, _MINE)), 0.0) if w.kind == "mine" and _MINE not in e.filters else None


def mine_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    return ent_mine(ctx, e, w)


_MINE = Named(named="$mine.mine")


# order and limit ------------------------------------------------------------------------------------------------------
def top_amount(ctx: Context, w: Word, a: AmountItem) -> Joined:
    """top + 10"""
    if w.kind not in ("top", "most", "least") or a.amount.unit or not 1 <= a.amount.value <= 10_000 or a.amount.value % 1:
        return None
    return Top(int(a.amount.value), w.kind != "least"), 0.0


def amount_most(ctx: Context, a: AmountItem, w: Word) -> Joined:
    """5 + biggest"""
    return (top_amount(ctx, w, a) or (None, 0))[0] and (Top(int(a.amount.value), w.kind != "least"), 0.05)  # type: ignore[return-value]


@dataclass(frozen=True)
class Top(Item):
    """The first n."""

    count: int
    descending: bool = True


def top_ent(ctx: Context, t: Top, e: Ent) -> Joined:
    """top 10 + customers"""
    return (replace(e, limit=t.count), 0.0) if not e.limit else None


def top_sorting(ctx: Context, t: Top, s: Sorting) -> Joined:
    """5 + oldest"""
    return TopBy(t.count, s), 0.0


def amount_sorting(ctx: Context, a: AmountItem, s: Sorting) -> Joined:
    """the 5 + oldest"""
    if a.amount.unit or not s.superlative or a.amount.value % 1:
        return None
    return TopBy(int(a.amount.value), s), 0.05


@dataclass(frozen=True)
class TopBy(Item):
    count: int
    sorting: Sorting


def topby_ent(ctx: Context, t: TopBy, e: Ent) -> Joined:
    return ent_sorting(ctx, replace(e, limit=t.count), t.sorting)


def by_sorting(ctx: Context, w: Word, f: FieldItem) -> Joined:
    """by + lifetime value, as an order"""
    if w.kind not in ("by", "sort") or not (ctx.numeric(f.key) or ctx.is_time(f.key)):
        return None
    return Sorting(None, f.key, True), 0.05 if w.kind == "sort" else 0.1


def by_metric(ctx: Context, w: Word, m: MetricItem) -> Joined:
    """by + revenue"""
    return (Sorting(m.name, None, True), 0.05) if w.kind in ("by", "sort") else None


def by_count(ctx: Context, w: Word, m: Meas) -> Joined:
    """by + number of visits"""
    if w.kind not in ("by", "sort") or len(m.measures) != 1 or m.by or m.filters or m.moment:
        return None
    return Sorting(m.measures[0], None, True), 0.05


def most_metric(ctx: Context, w: Word, m: MetricItem) -> Joined:
    """highest + revenue"""
    return (Sorting(m.name, None, w.kind != "least", True), 0.0) if w.kind in ("most", "least") else None


def metric_most(ctx: Context, m: MetricItem, w: Word) -> Joined:
    """doanh thu + cao nhất"""
    return most_metric(ctx, _before(w), m)


def most_field(ctx: Context, w: Word, f: FieldItem) -> Joined:
    """highest + call priority"""
    if w.kind not in ("most", "least") or not (ctx.numeric(f.key) or ctx.is_time(f.key)):
        return None
    return Sorting(None, f.key, w.kind == "most", True), 0.0


def field_most(ctx: Context, f: FieldItem, w: Word) -> Joined:
    return most_field(ctx, _before(w), f)


def _before(w: Word) -> Word:
    """A superlative that follows its noun, as in Vietnamese, as if it stood before it."""
    return Word(w.kind.removesuffix("_after")) if w.kind.endswith("_after") else Word("")


def most_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """most + complaints"""
    if w.kind not in ("most", "least") or e.limit or e.one:
        return None
    inside = e.filters[0] if len(e.filters) == 1 else All(all=e.filters) if e.filters else None
    if e.moment:
        return None
    return Sorting(Aggregate(fn="count", over=e.dataset, where=inside), None, w.kind == "most", True), 0.1


def ent_most(ctx: Context, e: Ent, w: Word) -> Joined:
    """khiếu nại + nhiều nhất"""
    return most_ent(ctx, _before(w), e)


def sorting_direction(ctx: Context, s: Sorting, w: Word) -> Joined:
    """by value + ascending"""
    return (replace(s, descending=w.kind == "descending"), 0.0) if w.kind in ("ascending", "descending") else None


def ent_sorting(ctx: Context, e: Ent, s: Sorting) -> Joined:
    """top 10 customers + by lifetime value; showroom + with the highest revenue"""
    if e.order:
        return None
    limit = e.limit or (1 if s.superlative and not e.plural else None)
    if s.field and not (e.limit is None and not s.superlative and not ctx.numeric(s.field)):
        dataset = s.field.partition(".")[0]
        if not ctx.graph.reaches(e.dataset, [dataset]):
            return None
        shown = () if s.field in e.fields else (s.field,)
        return replace(e, order=(Order(by=s.field, descending=s.descending),), limit=limit, fields=(*e.fields, *shown)), 0.05
    if s.measure is None:
        return None
    base = ctx.base(s.measure) if isinstance(s.measure, str) else s.measure.over.partition(".")[0]
    if base == e.dataset or not (ctx.graph.reaches(base, [e.dataset]) or ctx.graph.bridge([base, e.dataset])):
        return None
    if isinstance(s.measure, Aggregate) and s.measure.where:
        measure: Measure = s.measure.model_copy(update={"where": None})
        filters = (*e.filters, s.measure.where)
    else:
        measure, filters = s.measure, e.filters
    name = measure if isinstance(measure, str) else f"{measure.over}_count" if measure.fn == "count" else measure.over
    order = (Order(by=name, descending=s.descending),)
    tree = ctx.graph.tree(base)
    far = 0.1 * len(tree[e.dataset]) if e.dataset in tree else 0.7
    return Meas((measure,), base, filters, e.moment, (By(field=e.dataset),), order, limit), far


def sorting_ent(ctx: Context, s: Sorting, e: Ent) -> Joined:
    """oldest + customers"""
    return ent_sorting(ctx, e, s)


# measures -------------------------------------------------------------------------------------------------------------
def count_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """how many + customers"""
    if w.kind != "how_many" or e.limit or e.one and e.dataset == ctx.model.ext.subject:
        return None
    return Meas((Aggregate(fn="count", over=e.dataset),), e.dataset, e.filters, e.moment, dated=e.dated), -0.1


def ent_count(ctx: Context, e: Ent, w: Word) -> Joined:
    """khách hàng + bao nhiêu"""
    joined = count_ent(ctx, _before(w), e)
    return (joined[0], 0.2) if joined else None


def count_distinct(ctx: Context, w: Word, f: FieldItem) -> Joined:
    """how many + cities"""
    if w.kind != "how_many":
        return None
    return Meas((Aggregate(fn="count_distinct", over=f.key),), f.key.partition(".")[0]), 0.3


def count_metric(ctx: Context, w: Word, m: MetricItem) -> Joined:
    """how much + revenue; how many + cars sold"""
    return (_metric(ctx, m.name), 0.0) if w.kind in ("how_many", "how_much") else None


def _metric(ctx: Context, name: str) -> Meas:
    return Meas((name,), ctx.base(name))


def metric_alone(ctx: Context, m: MetricItem) -> Joined:
    """revenue"""
    return _metric(ctx, m.name), 0.05


def function_field(ctx: Context, fn: Function, f: FieldItem) -> Joined:
    """average + age"""
    if fn.fn != "count_distinct" and not ctx.numeric(f.key):
        return None
    return Meas((Aggregate(fn=fn.fn, over=f.key),), f.key.partition(".")[0]), 0.0


def field_function(ctx: Context, f: FieldItem, fn: Function) -> Joined:
    """tuổi + trung bình"""
    return function_field(ctx, fn, f)


def function_metric(ctx: Context, fn: Function, m: MetricItem) -> Joined:
    """total + revenue"""
    return (_metric(ctx, m.name), 0.05) if fn.fn == "sum" else None


def function_ent(ctx: Context, fn: Function, e: Ent) -> Joined:
    """total + refunds: their amount, where they have one, else their number"""
    if fn.fn not in ("sum", "avg"):
        return None
    amounts = ctx.model.datasets[e.dataset].ext.amounts
    if amounts and not e.limit:
        key = next(iter(amounts.values()))
        if key.partition(".")[0] == e.dataset:
            return Meas((Aggregate(fn=fn.fn, over=key),), e.dataset, e.filters, e.moment, dated=e.dated), -0.2
    return count_ent(ctx, Word("how_many"), e) if fn.fn == "sum" else None


def meas_pred(ctx: Context, m: Meas, p: Pred) -> Joined:
    """revenue + from SUVs; cars sold + in Hà Nội"""
    far = ctx.distance(m.base, p.dataset)
    if far is None or p.filter in m.filters:
        return None
    return replace(m, filters=(*m.filters, p.filter), dated=m.dated or p.dated), 0.2 * far


def pred_meas(ctx: Context, p: Pred, m: Meas) -> Joined:
    joined = meas_pred(ctx, m, p)
    return (joined[0], joined[1] + 0.05) if joined else None


def meas_ent(ctx: Context, m: Meas, e: Ent) -> Joined:
    """revenue + from VIP customers"""
    far = ctx.distance(m.base, e.dataset)
    if far is None or e.limit or e.order or (e.moment and m.moment):
        return None
    return replace(m, filters=(*m.filters, *e.filters), moment=m.moment or e.moment, dated=m.dated or e.dated), 0.2 + 0.2 * far + (0 if e.filters else 0.3)


def ent_meas(ctx: Context, e: Ent, m: Meas) -> Joined:
    """VIP customers' + revenue"""
    joined = meas_ent(ctx, m, e)
    return (joined[0], joined[1] + 0.1) if joined else None


def meas_verb(ctx: Context, m: Meas, v: Verb) -> Joined:
    """how many customers + bought an SUV"""
    joined = ent_verb(ctx, Ent(m.base), v)
    if not joined or not isinstance(joined[0], Ent):
        return None
    return replace(m, filters=(*m.filters, *joined[0].filters)), joined[1]


def meas_when(ctx: Context, m: Meas, w: When) -> Joined:
    """revenue + last month"""
    if m.dated:
        filters = tuple(ctx.bind(m.dated, w.moment) if isinstance(f, Named) and f.named == m.dated else f for f in m.filters)
        return replace(m, filters=filters, dated=None), 0.0
    if m.moment or not ctx.time(m.base):
        return None
    return replace(m, moment=w.moment), 0.05


def when_meas(ctx: Context, w: When, m: Meas) -> Joined:
    return meas_when(ctx, m, w)


def meas_mine(ctx: Context, m: Meas, w: Word) -> Joined:
    return (replace(m, filters=(*m.filters, _MINE)), 0.1) if w.kind == "mine" and _MINE not in m.filters else None


def mine_meas(ctx: Context, w: Word, m: Meas) -> Joined:
    return meas_mine(ctx, m, w)


def and_meas(ctx: Context, w: Word, m: Meas) -> Joined:
    """and + margin, waiting for its left side"""
    return (Further(m), 0.0) if w.kind == "and" else None


@dataclass(frozen=True)
class Further(Item):
    """A second measure."""

    meas: Meas


def meas_further(ctx: Context, a: Meas, more: Further) -> Joined:
    """revenue + and margin"""
    b = more.meas
    if b.filters and a.filters or a.limit or b.limit:
        return None
    return replace(
        a, measures=tuple(dict.fromkeys((*a.measures, *b.measures))), filters=(*a.filters, *b.filters), moment=a.moment or b.moment,
        by=a.by or b.by, dated=a.dated or b.dated,
    ), 0.05  # fmt: skip


def by_field(ctx: Context, w: Word, f: FieldItem) -> Joined:
    """by + city"""
    return (Group((By(field=f.key),)), 0.0) if w.kind == "by" and not (ctx.is_time(f.key)) else None


def by_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """by + showroom"""
    if w.kind != "by" or e.filters or e.limit or not ctx.model.datasets[e.dataset].ext.name_field:
        return None
    return Group((By(field=e.dataset),)), 0.0


def by_grain(ctx: Context, w: Word, g: GrainItem) -> Joined:
    """by + month"""
    return (Group((By(field="$time", grain=g.grain),)), 0.0) if w.kind == "by" else None


def group_and(ctx: Context, g: Group, w: Word) -> Joined:
    """by city + and"""
    return (g, 0.0) if w.kind == "and" else None


def group_field(ctx: Context, g: Group, f: FieldItem) -> Joined:
    """by city and + gender"""
    return Group((*g.by, By(field=f.key))), 0.1


def group_ent(ctx: Context, g: Group, e: Ent) -> Joined:
    """by month and + showroom"""
    if e.filters or e.limit or not ctx.model.datasets[e.dataset].ext.name_field:
        return None
    return Group((*g.by, By(field=e.dataset))), 0.1


def group_grain(ctx: Context, g: Group, n: GrainItem) -> Joined:
    return Group((*g.by, By(field="$time", grain=n.grain))), 0.1


def group_group(ctx: Context, a: Group, b: Group) -> Joined:
    return Group((*a.by, *b.by)), 0.0


def meas_group(ctx: Context, m: Meas, g: Group) -> Joined:
    """revenue + by showroom"""
    cost = 0.0
    for by in g.by:
        dataset = by.field.partition(".")[0]
        if by.field != "$time" and not ctx.graph.bridge([m.base, dataset]):
            return None
        far = 0.0 if by.field == "$time" else ctx.distance(m.base, dataset) or 0.0
        cost += 0.2 * far
    return replace(m, by=(*m.by, *g.by)), cost


def group_meas(ctx: Context, g: Group, m: Meas) -> Joined:
    return meas_group(ctx, m, g)


def ent_group(ctx: Context, e: Ent, g: Group) -> Joined:
    """customers + by city"""
    joined = count_ent(ctx, Word("how_many"), e)
    if not joined or not isinstance(joined[0], Meas):
        return None
    found = meas_group(ctx, joined[0], g)
    return (found[0], found[1] + 0.1) if found else None


def grain_meas(ctx: Context, g: GrainItem, m: Meas) -> Joined:
    """monthly + revenue"""
    return replace(m, by=(*m.by, By(field="$time", grain=g.grain))), 0.2


def trend_meas(ctx: Context, w: Word, m: Meas) -> Joined:
    """trend of + revenue"""
    return (replace(m, by=(*m.by, By(field="$time", grain="month"))), 0.05) if w.kind == "trend" else None


def meas_trend(ctx: Context, m: Meas, w: Word) -> Joined:
    return trend_meas(ctx, w, m)


def meas_sorting(ctx: Context, m: Meas, s: Sorting) -> Joined:
    """revenue by showroom + sorted by margin"""
    if not m.by or m.order or (s.measure is not None and s.measure not in m.measures) or s.field:
        return None
    name = s.measure if isinstance(s.measure, str) else "$first"
    return replace(m, order=(Order(by=name, descending=s.descending),)), 0.1


def top_meas(ctx: Context, t: Top, m: Meas) -> Joined:
    """top 5 + revenue by model"""
    if not m.by or m.limit:
        return None
    return replace(m, limit=t.count, order=(Order(by="$first", descending=t.descending),)), 0.1


def versus_when(ctx: Context, w: Word, t: When) -> Joined:
    """compared to + last month"""
    return (Versus(t.moment), 0.0) if w.kind == "versus" else None


def and_when(ctx: Context, w: Word, t: When) -> Joined:
    """2025 + and 2024, side by side"""
    return (Versus(t.moment), 0.15) if w.kind == "and" else None


@dataclass(frozen=True)
class NotWhen(Item):
    """A period in which it did not happen."""

    moment: Moment


def not_when(ctx: Context, w: Word, t: When) -> Joined:
    """visited in 2024 but + not in 2025"""
    return (NotWhen(t.moment), 0.0) if w.kind in ("not", "except") else None


def ent_not_when(ctx: Context, e: Ent, n: NotWhen) -> Joined:
    last = e.filters[-1] if e.filters else None
    if not isinstance(last, Exists) or last.value is not None:
        return None
    period = n.moment.resolve(ctx.today, ctx.model.datasets[last.exists].ext.plan)
    never = Not(negate=Exists(exists=last.exists, filters=last.filters, period=period))
    return replace(e, filters=(*e.filters, never)), 0.1


def meas_not_when(ctx: Context, m: Meas, n: NotWhen) -> Joined:
    joined = ent_not_when(ctx, Ent(m.base, m.filters), n)
    return (replace(m, filters=joined[0].filters), joined[1]) if joined and isinstance(joined[0], Ent) else None


def meas_versus(ctx: Context, m: Meas, v: Versus) -> Joined:
    """revenue this month + vs last month"""
    return (replace(m, compare=v.moment), 0.0) if not m.compare else None


def share_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """share of + customers who are VIP: the last condition is the numerator's"""
    if w.kind != "share" or not e.filters or e.limit:
        return None
    share = Aggregate(fn="share", over=e.dataset, where=e.filters[-1])
    return Meas((share,), e.dataset, e.filters[:-1], e.moment), 0.0


def share_meas(ctx: Context, w: Word, m: Meas) -> Joined:
    """share of + revenue by showroom"""
    return (replace(m, share=True), 0.0) if w.kind == "share" and m.by else None


# tools ----------------------------------------------------------------------------------------------------------------
def tool_one(ctx: Context, t: Marker, p: Pred) -> Joined:
    """next best action for + An"""
    if t.kind != "tool" or not p.one or ctx.model.ext.tools[t.name].needs != p.dataset:
        return None
    return Call(t.name, p.one), -0.5


def one_tool(ctx: Context, p: Pred, t: Marker) -> Joined:
    return tool_one(ctx, t, p)


def tool_ent(ctx: Context, t: Marker, e: Ent) -> Joined:
    if t.kind != "tool" or not e.one or ctx.model.ext.tools[t.name].needs != e.dataset or len(e.filters) != 1 or e.fields:
        return None
    return Call(t.name, e.one), -0.5


def ent_tool(ctx: Context, e: Ent, t: Marker) -> Joined:
    return tool_ent(ctx, t, e)


def why_ent(ctx: Context, t: Marker, e: Ent) -> Joined:
    """why is + An at risk"""
    if t.kind != "why" or not e.one:
        return None
    for f in e.filters:
        for name, tool in ctx.model.ext.tools.items():
            if isinstance(f, Named) and tool.why == f.named:
                return Call(name, e.one), -0.5
    return None


def pred_as_ent(ctx: Context, p: Pred) -> Joined:
    """VIPs; overdue; An"""
    dataset = p.dataset
    if isinstance(p.filter, Named):
        dataset = ctx.model.named(p.filter.named).lists or dataset
    if not ctx.model.datasets[dataset].ext.labels:
        return None
    return Ent(dataset, (p.filter,), dated=p.dated, one=p.one, implied=True), 0.6 if not p.one else 0.3


def verb_as_ent(ctx: Context, v: Verb) -> Joined:
    """bought an SUV last year: those who did"""
    about = v.about or (ctx.model.ext.subject if v.bound else None)
    return (Ent(about, (exists(ctx, v),), implied=True), 0.5) if about else None


def skip_left(ctx: Context, s: Skip, x: Item) -> Joined:
    return x, 0.0


def skip_right(ctx: Context, x: Item, s: Skip) -> Joined:
    return x, 0.0


def junk_left(ctx: Context, j: Junk, x: Item) -> Joined:
    """A word that isn't understood is passed over at a price, and named."""
    return x, 3.0


def junk_right(ctx: Context, x: Item, j: Junk) -> Joined:
    return x, 3.0


Rule = Callable[[Context, Any, Any], Joined]
RULES: tuple[Rule, ...] = (
    ent_pred, pred_ent, ent_verb, verb_ent, verb_pred, verb_finer, verb_when, when_verb, verb_bound, bound_times, amount_times, verb_often,
    bound_ent, word_verbal, not_pred, except_ent, not_verb, word_pred, word_verb, with_field, or_right, or_right_verb, pred_conjunct,
    verb_conjunct, pred_pred, field_pred, pred_field, field_bound, bound_field, field_amount, amount_field, ent_bound, field_when,
    metric_bound, bound_metric, pred_when, when_pred, ent_when, when_ent, ent_ent, ent_field, field_ent, field_one, one_field, ent_amount,
    ent_mine, mine_ent, top_amount, amount_most, top_ent, top_sorting, amount_sorting, topby_ent, by_sorting, by_metric, by_count,
    most_metric, metric_most, most_field, field_most, most_ent, ent_most, sorting_direction, ent_sorting, sorting_ent, count_ent, ent_count,
    count_distinct, count_metric, function_field, field_function, function_metric, function_ent, meas_pred, pred_meas, meas_ent, ent_meas,
    meas_verb, meas_when, when_meas, meas_mine, mine_meas, and_meas, meas_further, by_field, by_ent, by_grain, group_and, group_field, group_ent,
    group_grain, group_group, meas_group, group_meas, ent_group, grain_meas, trend_meas, meas_trend, meas_sorting, top_meas, versus_when, and_when, not_when, ent_not_when, meas_not_when,
    meas_versus, share_ent, share_meas, tool_one, one_tool, tool_ent, ent_tool, why_ent, skip_left, skip_right, junk_left, junk_right,
)  # fmt: skip
LIFTS: tuple[Callable[[Context, Any], Joined], ...] = (metric_alone, pred_as_ent, verb_as_ent)
