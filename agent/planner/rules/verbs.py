"""Verb phrases: bought an SUV in 2025, at least 3 visits, never came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from agent.planner.items import (
    AmountItem,
    BoundItem,
    Ent,
    Meas,
    MetricItem,
    Pred,
    Verb,
    When,
    Word,
)
from agent.planner.numbers import Bound
from agent.planner.rules.context import Context, Joined, exists
from schema.model import parse_expression
from schema.query import All, Compare, Exists, Filter, Named, Not, SemanticQuery


def _about_object(ctx: Context, v: Verb, dataset: str) -> Verb:
    """What holds where the rows are about `dataset`: a car bought is a vehicle order's."""
    for target, filters in ctx.model.datasets[v.dataset].ext.objects.items():
        if target == dataset or target in {s.target for s in ctx.graph.tree(v.dataset).get(dataset, ())}:
            added = SemanticQuery.model_validate({"filters": filters}).filters
            return replace(v, filters=tuple(dict.fromkeys((*v.filters, *added))))
    return v


def verb_ent(ctx: Context, v: Verb, e: Ent) -> Joined:
    """bought + an SUV: the entity is the verb's object"""
    if e.limit or e.order or e.who or (e.one and e.dataset == v.about) or ctx.columns(e.fields):
        return None
    if e.dataset == v.dataset:
        return replace(v, filters=(*v.filters, *e.filters), moment=v.moment or e.moment), 0.0
    if e.dataset == v.about or not ctx.graph.reaches(v.dataset, [e.dataset]) or v.bound:
        return None
    far = len(ctx.graph.tree(v.dataset)[e.dataset])
    if e.dataset == ctx.model.ext.stores and not e.filters:
        return v, 0.3  # everything takes place at some store
    there = Compare(field=ctx.model.datasets[e.dataset].id_field, op="filled")
    if e.moment and v.moment:
        return None
    about = _about_object(ctx, v, e.dataset)
    held = e.filters or (() if about is not v else (there,))
    asked = 0.6 if e.asked else 0.0
    return replace(about, filters=(*about.filters, *held), moment=v.moment or e.moment), 0.1 * far + asked


def verb_subject(ctx: Context, v: Verb, e: Ent) -> Joined:
    """called + customers: whom else"""
    if e.dataset != v.about or e.filters or e.limit or e.moment or e.order or e.fields or e.asked or e.who:
        return None
    return v, 0.2


def verb_asked(ctx: Context, v: Verb, e: Ent) -> Joined:
    """(which cars does An) own: what is asked for stands for the verb's rows"""
    if not e.asked or not v.about or v.filters or v.bound or not ctx.model.datasets[v.dataset].ext.bridge:
        return None
    if not ctx.graph.reaches(e.dataset, [v.about]) or not ctx.graph.reaches(v.dataset, [e.dataset]):
        return None
    return replace(e, moment=e.moment or v.moment, lead=v.dataset), 0.1


def asked_verb(ctx: Context, e: Ent, v: Verb) -> Joined:
    """xe nào + đang sở hữu"""
    joined = verb_asked(ctx, v, e)
    return (joined[0], 0.4) if joined else None


def verb_pred(ctx: Context, v: Verb, p: Pred) -> Joined:
    """bought + Mazda; came in + for repairs"""
    if (v.bound and v.metric is None) or p.dated or p.negative:
        return None
    tree = ctx.graph.tree(v.dataset)
    if p.dataset in tree:
        if v.about and p.dataset == v.about:
            return None
        if p.both and isinstance(p.filter, Compare) and isinstance(p.filter.value, tuple) and v.about:
            each = tuple(
                exists(ctx, replace(v, filters=(*v.filters, Compare(field=p.filter.field, op="=", value=value))))
                for value in p.filter.value
            )
            return Pred(All(all=each), v.about), 0.1 * len(tree[p.dataset])
        about = _about_object(ctx, v, p.dataset)
        own = p.dataset == v.dataset and not v.about  # with a tag + paid by instalments: the tag says so
        return replace(about, filters=(*about.filters, p.filter)), -0.5 if own else 0.1 * len(tree[p.dataset])
    return None


def verb_count(ctx: Context, v: Verb, n: Verb) -> Joined:
    """bought + more than 2 cars"""
    if v.bound or n.about or n.metric or n.bound is None:
        return None
    if n.dataset == v.dataset:
        return replace(v, filters=(*v.filters, *n.filters), moment=v.moment or n.moment, bound=n.bound), 0.05
    if n.noun and ctx.graph.reaches(v.dataset, [n.noun.dataset]):
        n = replace(
            n, dataset=n.noun.dataset, filters=n.noun.filters
        )  # bought 3 cars: of those bought, not of those had
    if n.dataset == v.about or not ctx.graph.reaches(v.dataset, [n.dataset]):
        return None
    about = _about_object(ctx, v, n.dataset)
    there = n.filters or (
        () if about is not v else (Compare(field=ctx.model.datasets[n.dataset].id_field, op="filled"),)
    )
    return replace(about, filters=(*about.filters, *there), moment=v.moment or n.moment, bound=n.bound), 0.05


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
    if v.moment or not ctx.time(v.dataset) or ctx.model.datasets[v.dataset].ext.state:
        return None
    return replace(v, moment=w.moment), 0.0


def when_verb(ctx: Context, w: When, v: Verb) -> Joined:
    joined = verb_when(ctx, v, w)
    return (joined[0], 0.1) if joined else None


def verb_bound(ctx: Context, v: Verb, b: BoundItem) -> Joined:
    """bought + at least 3 times"""
    if v.bound or b.bound.high is not None:
        return None
    if b.bound.unit == "₫" and (metric := ctx.model.datasets[v.dataset].ext.worth):
        return replace(v, bound=b.bound, metric=metric), 0.0  # bought accessories for over 20m: in all
    return (replace(v, bound=b.bound), 0.05) if b.bound.unit is None else None


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


def _held(ctx: Context, e: Ent) -> Ent:
    """What one has of a dataset that several could link: a car is had by owning it, also as co-owner."""
    subject = ctx.model.ext.subject
    near = subject is not None and len(ctx.graph.tree(e.dataset).get(subject, ())) == 1  # transactions are one's own
    link = ctx.graph.bridge([subject, e.dataset]) if subject and e.dataset != subject and not near else None
    if not link or link == e.dataset or not ctx.model.datasets[link].ext.bridge:
        return e
    there = Compare(field=ctx.model.datasets[e.dataset].id_field, op="filled")
    return replace(e, dataset=link, filters=e.filters or (there,))


def bound_ent(ctx: Context, b: BoundItem, e: Ent) -> Joined:
    """at least 3 + visits"""
    if b.bound.unit or e.limit or e.order or e.one or e.implied:
        return None
    had = _held(ctx, e)
    return Verb(
        had.dataset, None, had.filters, had.moment, b.bound, noun=e if had is not e else None
    ), 0.1 if had is e else 0.3


def word_verbal(ctx: Context, w: Word, e: Ent) -> Joined:
    """with + complaints; without + appointments"""
    subject = ctx.model.ext.subject
    if e.dataset == subject or e.limit or e.order or e.one:
        return None
    if e.asked and w.kind == "not" and e.lead != e.dataset:
        return None  # never + bought which cars: the verb is denied
    if subject and ctx.graph.reaches(subject, [e.dataset]):  # each has one, or none: without an owner
        key = ctx.model.datasets[e.dataset].id_field
        if w.kind == "not" and not e.filters:
            return Pred(Compare(field=key, op="empty"), e.dataset, negative=True), 0.1
        if w.kind == "with":
            return Pred(All(all=(Compare(field=key, op="filled"), *e.filters)), e.dataset), 0.3
        return None
    standing = ctx.model.datasets[e.dataset].ext.standing
    if standing and not e.moment and not says(ctx, e.filters, standing):
        e = replace(e, filters=(Named(named=standing), *e.filters))
    e = _held(ctx, e)
    if w.kind == "with":
        return Verb(e.dataset, None, e.filters, e.moment), 0.05
    if w.kind == "not":
        period = e.moment.resolve(ctx.today, ctx.model.datasets[e.dataset].ext.plan) if e.moment else None
        found = Exists(exists=e.dataset, filters=e.filters, period=period)
        return Pred(Not(negate=found), ctx.model.ext.subject or e.dataset, negative=True), 0.1
    return None


def says(ctx: Context, filters: Sequence[Filter], standing: str) -> bool:
    """Whether what `standing` decides is said otherwise: missed appointments need not lie ahead."""

    def columns(f: Filter) -> set[str]:
        if isinstance(f, Compare):
            return {f.field}
        if isinstance(f, Named) and f.named[0] != "$":
            return {
                f"{c.table}.{c.name}"
                for c in parse_expression(ctx.model.named(f.named).expression).find_all(exp.Column)
            }
        if isinstance(f, All):
            return set().union(*map(columns, f.all))
        return columns(f.negate) if isinstance(f, Not) else set()

    decided = columns(Named(named=standing))
    return any(decided & columns(f) for f in filters)


def verb_own_store(ctx: Context, v: Verb, w: Word) -> Joined:
    """came + to our workshop: where it took place"""
    home = ctx.model.datasets[v.dataset].ext.home
    if w.kind != "own_store" or not home or home.partition(".")[0] != v.dataset:
        return None
    return replace(v, filters=(*v.filters, Compare(field=home, op="=", value="$store"))), -0.1


def not_verb(ctx: Context, w: Word, v: Verb) -> Joined:
    """never + bought accessories"""
    if w.kind not in ("not", "except"):
        return None
    if v.moment:
        v = replace(v, moment=v.moment.lacking())
    if v.bound == Bound("=", 1, None):  # not once: not at all
        v = replace(v, bound=None)
    return Pred(Not(negate=exists(ctx, v)), v.about or ctx.model.ext.subject or v.dataset, negative=True), 0.0


def pred_verb(ctx: Context, p: Pred, v: Verb) -> Joined:
    """Kia + owners; SUV + buyers"""
    if v.filters or v.moment or p.dataset == v.about or p.one:
        return None
    joined = verb_pred(ctx, v, p)
    return (joined[0], joined[1] + 0.4) if joined else None


def verb_none(ctx: Context, v: Verb, w: Word) -> Joined:
    """own + none; bought + nothing"""
    return not_verb(ctx, Word("not"), v) if w.kind == "none" and not v.bound else None


def word_verb(ctx: Context, w: Word, v: Verb) -> Joined:
    """with + at least 3 visits"""
    return (v, 0.0) if w.kind in ("with", "only") else None


def metric_bound(ctx: Context, m: MetricItem, b: BoundItem) -> Joined:
    """revenue + over 100m: of the customers who reach it"""
    unit = ctx.model.metric(m.name).ext.unit
    if b.bound.unit not in (None, unit) or (unit == "%" and b.bound.unit != unit and b.bound.value > 1):
        return None  # no rate is 2 or more
    base = ctx.base(m.name)
    return Verb(base, None, (), None, b.bound, m.name), 0.1


def meas_bound(ctx: Context, m: Meas, b: BoundItem) -> Joined:
    """average ticket of repairs this year + above 1.5m: of those who reach it"""
    first = m.measures[0]
    plain = not (m.by or m.order or m.having or m.compare or m.limit) and len(m.measures) == 1
    if not plain or not isinstance(first, str) or b.bound.unit != ctx.model.metric(first).ext.unit:
        return None
    return Verb(m.base, None, m.filters, m.moment, b.bound, first), 0.1


def bound_metric(ctx: Context, b: BoundItem, m: MetricItem) -> Joined:
    return metric_bound(ctx, m, b)


def verb_as_ent(ctx: Context, v: Verb) -> Joined:
    """bought an SUV last year: those who did"""
    about = v.about or (ctx.model.ext.subject if v.bound else None)
    if about == v.dataset:
        return None
    return (Ent(about, (exists(ctx, v),), implied=True), 0.5) if about else None
