"""Conditions: values, comparisons, negation, and/or, periods of dated filters."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import (
    AmountItem,
    BoundItem,
    Conjunct,
    Ent,
    FieldItem,
    Pred,
    Verb,
    Wider,
    Word,
)
from agent.planner.rules.context import Context, Joined, axes, comparison, exists, merge, scaled
from agent.planner.rules.verbs import says
from schema.query import All, Compare, Filter, Named, Not


def not_pred(ctx: Context, w: Word, p: Pred) -> Joined:
    """not + booked; except + VIP"""
    if w.kind not in ("not", "except") or p.negative:
        return None
    if p.dated and ctx.model.named(p.dated).recurs:
        return None  # no anniversary known is not: none within 30 days
    had = isinstance(p.filter, Compare) and ctx.model.field(p.filter.field).ext.had
    return replace(
        p, filter=Not(negate=_standing(ctx, p) if w.kind == "not" else p.filter), negative=True, dated=None, one=None
    ), -0.3 if had else 0.35 if _finished(ctx, p.filter) else 0.15 if p.dataset != ctx.model.ext.subject and isinstance(
        p.filter, Named
    ) else 0.0


def _finished(ctx: Context, f: Filter) -> bool:
    """Not resolved and past its deadline: what is not so is the first alone."""
    return (
        isinstance(f, All)
        and all(isinstance(x, Compare | Named) for x in f.all)
        and any(isinstance(x, Named) and x.named[0] != "$" and not ctx.model.named(x.named).axis for x in f.all[1:])
    )


def _standing(ctx: Context, p: Pred) -> Filter:
    """No service appointment: none ahead, whatever there once was."""
    ext = ctx.model.datasets[p.dataset].ext
    if not ext.standing or not isinstance(p.filter, Compare) or p.filter.field in ext.past:
        return p.filter
    return p.filter if says(ctx, (p.filter,), ext.standing) else All(all=(Named(named=ext.standing), p.filter))


def except_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """except + VIP customers"""
    if w.kind != "except" or not e.filters or e.limit:
        return None
    inside = e.filters[0] if len(e.filters) == 1 else All(all=e.filters)
    return Pred(Not(negate=inside), e.dataset, negative=True), 0.1


def word_pred(ctx: Context, w: Word, p: Pred) -> Joined:
    """with + a loan; by + e-mail"""
    if w.kind == "by":
        return (p, 0.3) if isinstance(p.filter, Compare) and p.filter.op == "=" and not p.one else None
    had = isinstance(p.filter, Compare) and ctx.model.field(p.filter.field).ext.had
    standing = ctx.model.datasets[p.dataset].ext.standing
    if w.kind == "with" and standing and isinstance(p.filter, Compare) and not says(ctx, (p.filter,), standing):
        return replace(p, filter=All(all=(Named(named=standing), p.filter))), 0.1  # have an appointment: ahead
    return (p, -0.3 if had and w.kind == "with" else 0.0) if w.kind in ("with", "only", "origin") else None


def with_field(ctx: Context, w: Word, f: FieldItem) -> Joined:
    """without + an e-mail"""
    if w.kind not in ("with", "not"):
        return None
    if ctx.model.field(f.key).ext.unit == "₫":  # with a discount: none is 0
        some = Compare(field=f.key, op=">", value=0)
        return Pred(
            some if w.kind == "with" else Not(negate=some), f.key.partition(".")[0], negative=w.kind == "not"
        ), 0.3
    if ctx.is_time(f.key) and f.key.partition(".")[0] != ctx.model.ext.subject and w.kind == "with":
        return None  # have logged, had opened: no day on file
    op = "filled" if w.kind == "with" else "empty"
    return Pred(Compare(field=f.key, op=op), f.key.partition(".")[0], negative=w.kind == "not"), 0.3


def or_field(ctx: Context, w: Word, f: FieldItem) -> Joined:
    """(how many km) or + months: both are shown"""
    return (f, 0.2) if w.kind == "or" and ctx.numeric(f.key) else None


def or_right(ctx: Context, w: Word, p: Pred) -> Joined:
    """or + Đà Nẵng, waiting for its left side"""
    return (Conjunct(w.kind, p), 0.0) if w.kind in ("or", "and", "versus") else None


def or_right_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """versus + Zalo orders"""
    if w.kind not in ("or", "versus") or len(e.filters) != 1 or e.limit or e.moment or e.order or e.one:
        return None
    return Conjunct(w.kind, Pred(e.filters[0], e.dataset)), 0.2


def or_right_verb(ctx: Context, w: Word, v: Verb) -> Joined:
    if w.kind != "or":
        return None
    return Conjunct(w.kind, Pred(exists(ctx, v), v.about or ctx.model.ext.subject or v.dataset)), 0.0


def widen_pred(ctx: Context, w: Word, p: Pred) -> Joined:
    """thêm cả + tier High"""
    return (Wider(p), 0.0) if w.kind == "widen" and ctx.dialogue and not p.one else None


def pred_apart(ctx: Context, p: Pred, w: Word) -> Joined:
    """inbound and outbound + separately"""
    several = isinstance(p.filter, Compare) and p.filter.op == "in"
    return (replace(p, split=True), 0.0) if w.kind == "apart" and several else None


def amid_pred(ctx: Context, w: Word, p: Pred) -> Joined:
    """(visits) between + petrol and electric cars: one row each"""
    several = isinstance(p.filter, Compare) and p.filter.op == "in"
    return (replace(p, split=True), 0.0) if w.kind == "amid" and several else None


def _same_axis(ctx: Context, a: Pred, b: Pred) -> bool:
    for x, y in ((a.filter, b.filter), (b.filter, a.filter)):
        if isinstance(x, Compare) and isinstance(y, Named) and y.named[0] != "$":
            return ctx.model.named(y.named).axis == x.field  # VIP and High
    if not isinstance(a.filter, Named) or not isinstance(b.filter, Named):
        return False
    if "$" in (a.filter.named[0], b.filter.named[0]):
        return False
    axis = ctx.model.named(a.filter.named).axis
    return axis is not None and axis == ctx.model.named(b.filter.named).axis


def pred_conjunct(ctx: Context, p: Pred, c: Conjunct) -> Joined:
    """Hà Nội + or Đà Nẵng"""
    if (p.one or c.pred.one) and not (_two(p) and _two(c.pred) and axes(ctx, p.filter) == axes(ctx, c.pred.filter)):
        return None
    word = "or" if c.word == "and" and _same_axis(ctx, p, c.pred) else c.word
    merged = merge(ctx, p.filter, c.pred.filter, word)
    if word == "and" and not isinstance(merged, Compare):
        return None  # two conditions of one entity: each attaches by itself
    dataset = p.dataset
    if c.pred.dataset != p.dataset:
        far = ctx.distance(p.dataset, c.pred.dataset)
        back = ctx.distance(c.pred.dataset, p.dataset)
        if far is None and back is None:
            return None
        if far is None or (back is not None and back > far and c.pred.dataset == ctx.model.ext.subject):
            dataset = c.pred.dataset
    same = p.dataset == c.pred.dataset and (isinstance(merged, Compare) or c.word == "and")
    same = same or (word == "or" and _same_axis(ctx, p, c.pred))  # VIP or High: the tier
    both = c.word == "and" and isinstance(merged, Compare)
    split = c.word == "versus"
    return Pred(merged, dataset, negative=p.negative and c.pred.negative, both=both, split=split), 0.0 if same else 0.3


def _two(p: Pred) -> bool:
    """Whether it names one that may stand beside another: An and Bình."""
    return p.one is not None and not p.negative and isinstance(p.filter, Compare)


def verb_conjunct(ctx: Context, v: Verb, c: Conjunct) -> Joined:
    if c.word != "or":
        return None
    about = v.about or ctx.model.ext.subject or v.dataset
    return Pred(merge(ctx, exists(ctx, v), c.pred.filter, "or"), about), 0.1


def pred_pred(ctx: Context, a: Pred, b: Pred) -> Joined:
    """Mazda + CX-5: two values that belong to one row"""
    if a == b:
        return a, 0.1  # at risk (churn risk): said twice
    if a.negative or b.negative or a.one or b.one or (a.dated and b.dated):
        return None
    subject = ctx.model.ext.subject
    if (
        a.dataset == b.dataset
        and subject
        and not ctx.graph.reaches(subject, [a.dataset])
        and _apart(ctx, a.filter, b.filter)
    ):
        both = merge(ctx, a.filter, b.filter, "and")  # of one row: granted, for marketing
        return Pred(both, a.dataset, dated=a.dated or b.dated), -0.3
    if a.dated or b.dated or not isinstance(b.filter, Compare):
        return None
    if a.dataset == b.dataset and isinstance(a.filter, Compare) and a.filter.field != b.filter.field:
        return Pred(All(all=(a.filter, b.filter)), a.dataset), 0.15
    if (
        a.dataset == b.dataset
        and isinstance(a.filter, Compare)
        and a.filter.op in ("=", "in")
        and b.filter.op in ("=", "in")
    ):
        return Pred(merge(ctx, a.filter, b.filter, "or"), a.dataset, both=True), 0.1  # cars, service, parts: a list
    return None


def _apart(ctx: Context, a: Filter, b: Filter) -> bool:
    """Whether two conditions can hold of one row: not two values of one field."""
    return a != b and not axes(ctx, a) & axes(ctx, b)


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
    if ranges := ctx.model.field(f.key).ext.ranges:
        return _within_ranges(f, b, ranges)
    if not ctx.numeric(f.key):
        return None
    return Pred(comparison(f.key, scaled(ctx, f.key, b.bound)), f.key.partition(".")[0]), 0.0


def _within_ranges(f: FieldItem, b: BoundItem, ranges: dict[str, tuple[float | None, float | None]]) -> Joined:
    """income + over 60m: the values whose whole range lies there"""
    if b.bound.op in (">", ">="):
        low, high = b.bound.value, b.bound.high
    else:
        low, high = None, b.bound.value
    fitting = tuple(
        value
        for value, (least, most) in ranges.items()
        if (low is None or (least is not None and least >= low))
        and (high is None or (most is not None and most <= high))
    )
    return (Pred(Compare(field=f.key, op="in", value=fitting), f.key.partition(".")[0]), 0.0) if fitting else None


def bound_field(ctx: Context, b: BoundItem, f: FieldItem) -> Joined:
    """over 30 + years old"""
    return field_bound(ctx, f, b)


def field_amount(ctx: Context, f: FieldItem, a: AmountItem) -> Joined:
    """call priority + 10"""
    if not ctx.numeric(f.key):
        return None
    bare = ctx.model.field(f.key).ext.unit is not None and a.amount.unit is None  # 3 … talked: hardly seconds
    return Pred(Compare(field=f.key, op="=", value=a.amount.value), f.key.partition(".")[0]), 0.6 if bare else 0.1


def amount_field(ctx: Context, a: AmountItem, f: FieldItem) -> Joined:
    joined = field_amount(ctx, f, a)
    return (joined[0], 0.2) if joined else None


def pred_as_ent(ctx: Context, p: Pred) -> Joined:
    """VIPs; overdue; An"""
    if p.split:
        return None
    dataset = ctx.model.datasets[p.dataset].ext.counted_as or p.dataset
    if isinstance(p.filter, Named):
        dataset = ctx.model.named(p.filter.named).lists or dataset
    subject = ctx.model.ext.subject
    own = subject and ctx.graph.reaches(subject, [dataset]) and ctx.graph.reaches(dataset, [subject])
    if subject and (own or ctx.model.datasets[dataset].ext.quality):
        dataset = subject  # a figure of the customer: the customers
    if not ctx.model.datasets[dataset].ext.labels:
        return None
    one = p.one if dataset == p.dataset else None  # whose number is this: its own number is not the customer's
    return Ent(dataset, (p.filter,), dated=p.dated, one=one, implied=True, lead=dataset), 0.6 if not p.one else 0.3
