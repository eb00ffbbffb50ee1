"""Shares of a metric: what share of revenue came from service; electric cars as a share of all cars sold."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import Ent, Meas, OutOf, Pred, Word
from agent.planner.rules.context import Context, Joined, is_place
from agent.planner.rules.measures import meas_pred
from agent.planner.rules.shares import shared
from agent.planner.rules.sides import counts
from schema.query import Aggregate, All, Filter


def share_whole_meas(ctx: Context, w: Word, m: Meas) -> Joined:
    """(service) as a share of + all revenue"""
    return (OutOf(m, share=w.kind == "share"), 0.1) if w.kind in ("share", "out_of") and _shareable(ctx, m) else None


def _shareable(ctx: Context, m: Meas) -> bool:
    """Whether the measure is a sum or number that parts add up to."""
    first = m.measures[0]
    plain = not (m.by or m.order or m.having or m.compare or m.limit) and len(m.measures) == 1
    return plain and isinstance(first, str) and not any(w in ctx.model.metric(first).expression for w in ("AVG(", "/"))


def _metric_shared(m: Meas, part: Filter, whole: tuple[Filter, ...]) -> Meas:
    first = m.measures[0]
    assert isinstance(first, str), "only metrics are shareable"
    return replace(m, measures=(Aggregate(fn="share", over=m.base, where=part, of=first),), filters=whole)


def share_metric(ctx: Context, w: Word, m: Meas) -> Joined:
    """share of + revenue that came from accessories: of all revenue; a place only where nothing else was said"""
    if w.kind != "share" or not _shareable(ctx, m) or not m.filters:
        return None
    at = next((i for i in range(len(m.filters) - 1, -1, -1) if not is_place(ctx, m.filters[i])), len(m.filters) - 1)
    return _metric_shared(m, m.filters[at], (*m.filters[:at], *m.filters[at + 1 :])), 0.1


def meas_out_of(ctx: Context, m: Meas, o: OutOf) -> Joined:
    """service revenue + as a share of all revenue"""
    whole, first = o.whole, m.measures[0]
    if not isinstance(whole, Meas):  # the number of women + as a share of all customers
        rest = tuple(f for f in m.filters if f not in whole.filters)
        if not (o.share and rest and counts(m) and m.base == whole.dataset) or m.by or m.order:
            return None
        part = rest[0] if len(rest) == 1 else All(all=rest)
        return shared(ctx, replace(whole, moment=m.moment or whole.moment), part, whole.filters), 0.0
    if isinstance(first, Aggregate) and first.of == whole.measures[0] and not whole.filters and not o.share:
        return replace(m, moment=m.moment or whole.moment), 0.0  # share of accessories revenue + out of all revenue
    rest = tuple(f for f in m.filters if f not in whole.filters)
    if not o.share or m.measures != whole.measures or not rest or not _shareable(ctx, m):
        return None
    part = rest[0] if len(rest) == 1 else All(all=rest)
    return _metric_shared(replace(whole, moment=m.moment or whole.moment), part, whole.filters), 0.0


def things_out_of(ctx: Context, e: Ent, o: OutOf) -> Joined:
    """electric cars + as a share of all cars sold"""
    plain = len(e.filters) == 1 and not (e.limit or e.one or e.moment or e.order)
    if not isinstance(o.whole, Meas) or not plain or e.dataset == ctx.model.ext.subject:
        return None
    return pred_out_of(ctx, Pred(e.filters[0], e.dataset), o)


def pred_out_of(ctx: Context, p: Pred, o: OutOf) -> Joined:
    """electric + as a share of all cars sold"""
    whole = o.whole
    if not o.share or p.one or p.split:
        return None
    if isinstance(whole, Meas):
        joined = meas_pred(ctx, whole, p)
        return (_metric_shared(whole, p.filter, whole.filters), 0.2 + joined[1]) if joined else None
    far = ctx.distance(whole.dataset, p.dataset)
    return (shared(ctx, whole, p.filter, whole.filters), 0.2 + 0.2 * far) if far is not None else None
