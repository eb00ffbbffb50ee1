"""The first groups: top 4 districts, the busiest showroom of what was asked before."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import AmountItem, Ent, FieldItem, GrainItem, Group, Leading, Meas, Pred, Sorting, Top, Word
from agent.planner.rules.context import Context, Joined
from agent.planner.rules.sorting import top_group
from schema.query import Aggregate, All, By, Grain, Order


def top_field(ctx: Context, t: Top, f: FieldItem) -> Joined:
    """top 4 + districts (by number of customers)"""
    if ctx.numeric(f.key) or ctx.is_time(f.key):
        return None
    return Leading((By(field=f.key),), t.count, t.descending), 0.2


def leading_pred(ctx: Context, g: Leading, p: Pred) -> Joined:
    """top 4 districts + in Hồ Chí Minh City"""
    if g.by[0].field == "$time":
        return None
    near = not ctx.dialogue and not p.one and ctx.distance(g.by[0].field.partition(".")[0], p.dataset) is not None
    return (replace(g, filters=(*g.filters, p.filter)), 0.1) if near and g.by[0].field != "$time" else None


def leading_sorting(ctx: Context, g: Leading, s: Sorting) -> Joined:
    """top 4 districts + by number of customers"""
    if g.by[0].field == "$time" and s.measure is not None and not s.field:
        base = ctx.base(s.measure) if isinstance(s.measure, str) else s.measure.over.partition(".")[0]
        return meas_leading(ctx, Meas((s.measure,), base, s.filters, s.moment), g)
    joined = top_group(ctx, g.by[0], s) if s.measure is not None else None
    if not joined or not isinstance(joined[0], Meas):
        return None
    return replace(joined[0], limit=g.count, filters=(*joined[0].filters, *g.filters)), joined[1]


def ent_busiest(ctx: Context, e: Ent, w: Word) -> Joined:
    """in a follow-up, cửa hàng nào + nhiều nhất: the first group of what was asked before"""
    if not w.kind.endswith("_after") or e.filters or e.fields or not ctx.model.datasets[e.dataset].ext.name_field:
        return None
    return Leading((By(field=e.dataset),), e.limit or 1, w.kind != "least_after"), 0.6


def field_busiest(ctx: Context, f: FieldItem, w: Word) -> Joined:
    """loại nào + nhiều nhất"""
    if not w.kind.endswith("_after") or ctx.numeric(f.key) or ctx.is_time(f.key):
        return None
    return Leading((By(field=f.key),), 1, w.kind != "least_after"), 0.3


def grain_busiest(ctx: Context, g: GrainItem, w: Word) -> Joined:
    """in a follow-up, tháng nào + cao nhất"""
    if not w.kind.endswith("_after") or not ctx.dialogue or g.each:
        return None
    return Leading((By(field="$time", grain=g.grain),), 1, w.kind != "least_after"), 0.3


def best_grain(ctx: Context, w: Word, g: GrainItem) -> Joined:
    """(our 3) best + months (for accessory sales)"""
    if w.kind not in ("best", "most", "top") or g.each:
        return None
    return Leading((By(field="$time", grain=g.grain),), 1, True), 0.2


def top_grain(ctx: Context, t: Top, g: GrainItem) -> Joined:
    """top 3 + months (by revenue)"""
    return Leading((By(field="$time", grain=g.grain),), t.count, t.descending), 0.2


_SPANS: dict[str | None, Grain] = {"days": "day", "weeks": "week", "months": "month", "years": "year"}


def top_span(ctx: Context, w: Word, a: AmountItem) -> Joined:
    """top + 3 months"""
    if w.kind not in ("top", "best") or a.amount.unit not in _SPANS or a.amount.value % 1 or a.amount.value < 1:
        return None
    return Leading((By(field="$time", grain=_SPANS[a.amount.unit]),), int(a.amount.value), True), 0.1


def leading_meas(ctx: Context, g: Leading, m: Meas) -> Joined:
    """3 best months + for accessory sales"""
    timed = len(g.by) == 1 and g.by[0].field == "$time"
    return meas_leading(ctx, m, g) if timed and not m.by else None


def amount_leading(ctx: Context, a: AmountItem, g: Leading) -> Joined:
    """3 + kênh đầu"""
    if a.amount.unit or a.amount.value % 1 or g.count != 1 or not 1 <= a.amount.value <= 1000:
        return None
    return replace(g, count=int(a.amount.value)), 0.0


def meas_leading(ctx: Context, m: Meas, g: Leading) -> Joined:
    """which channel most often + the first 3 channels"""
    if not m.by and not m.order and g.by[0].field == "$time" and ctx.time(m.base):
        order = (Order(by="$first", descending=g.descending),)
        return replace(m, by=g.by, order=order, limit=g.count, filters=(*m.filters, *g.filters)), 0.0
    if not m.by and not m.order and ctx.graph.bridge([m.base, g.by[0].field.partition(".")[0]]):
        order = (Order(by="$first", descending=g.descending),)  # of the cars sold + which colour most
        far = 0.2 * (ctx.distance(m.base, g.by[0].field.partition(".")[0]) or 0.0)
        return replace(m, by=g.by, order=order, limit=g.count, filters=(*m.filters, *g.filters)), 0.1 + far
    if m.by != g.by or not m.order or m.limit != 1:
        return None
    return replace(m, limit=g.count, filters=(*m.filters, *g.filters)), 0.1


def by_things(ctx: Context, w: Word, e: Ent) -> Joined:
    """(top 5 advisors) by + visits this month: how many there are"""
    if w.kind not in ("by", "sort") or not e.plural or not ctx.time(e.dataset):
        return None
    if e.limit or e.order or e.one or e.who or e.asked or ctx.columns(e.fields):
        return None
    inside = e.filters[0] if len(e.filters) == 1 else All(all=e.filters) if e.filters else None
    return Sorting(
        Aggregate(fn="count", over=e.dataset, where=inside), None, True, moment=e.moment
    ), 0.1 if e.implied else 0.2


def count_asked(ctx: Context, w: Word, e: Ent) -> Joined:
    """(late complaints:) how many + at which showroom"""
    bare = e.asked and not (e.filters or e.fields or e.limit or e.order or e.moment)
    if w.kind != "how_many" or not bare or not (e.dataset == ctx.model.ext.stores or ctx.is_staff(e.dataset)):
        return None
    return Group((By(field=e.dataset),)), 0.3
