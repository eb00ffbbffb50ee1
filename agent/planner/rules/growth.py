"""Growth: how much a measure changed against an earlier period, and where it did most."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import Meas, Sorting, Versus, Word
from agent.planner.moments import Moment
from agent.planner.rules.context import Context, Joined, before_noun


def growth_meas(ctx: Context, w: Word, m: Meas) -> Joined:
    """growth of + revenue"""
    plain = not (m.having or m.share or m.order or m.growth) and len(m.measures) == 1
    return (replace(m, growth=True), 0.0) if w.kind == "growth" and plain else None


def meas_growth(ctx: Context, m: Meas, w: Word) -> Joined:
    """revenue + growth; did revenue + go up"""
    return growth_meas(ctx, w, m)


def growth_versus(ctx: Context, w: Word, v: Versus) -> Joined:
    """(revenue) up + against last year"""
    return (v, 0.1) if w.kind == "growth" and not v.loose else None


def most_growth(ctx: Context, w: Word, m: Meas) -> Joined:
    """highest + revenue growth"""
    if w.kind not in ("most", "least") or not m.growth or m.by or m.order:
        return None
    return Sorting(m.measures[0], None, w.kind == "most", True, m.moment, m.filters, growth=True), 0.0


def growth_most(ctx: Context, m: Meas, w: Word) -> Joined:
    """tăng trưởng doanh thu + cao nhất"""
    return most_growth(ctx, before_noun(w), m)


def before(moment: Moment | None) -> Moment | None:
    """The period that a growth is against where none was said: the one before; None where there is none such."""
    if moment is None or moment.kind not in ("unit", "month", "quarter", "span"):
        return None
    if moment.kind == "unit":
        return replace(moment, offset=moment.offset - 1, label="")
    if moment.kind == "span":
        year = moment.start and moment.end and (moment.start.month, moment.end.month) == (1, 12)
        return Moment("previous", "year") if year else None
    return Moment("previous", "month" if moment.kind == "month" else "quarter")
