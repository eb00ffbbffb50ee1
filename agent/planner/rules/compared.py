"""Comparisons: this month against last, Kia against Mazda, which of them is higher."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import Ent, FieldItem, Meas, NotWhen, Versus, When, Word
from agent.planner.rules.context import Context, Joined
from agent.planner.rules.measures import count_ent
from schema.query import By, Compare, Order


def versus_when(ctx: Context, w: Word, t: When) -> Joined:
    """compared to + last month; (compare …) with + last month"""
    return (Versus(t.moment, loose=w.kind == "beside"), 0.0) if w.kind in ("versus", "beside") else None


def ent_versus(ctx: Context, e: Ent, v: Versus) -> Joined:
    """complaints this quarter + vs last quarter: their number"""
    joined = count_ent(ctx, Word("how_many"), e)
    if not joined or not isinstance(joined[0], Meas) or v.loose:
        return None
    found = meas_versus(ctx, joined[0], v)
    return (found[0], found[1] + 0.3) if found else None


def compare_versus(ctx: Context, w: Word, v: Versus) -> Joined:
    """compare (that) + with last month"""
    return (v, 0.0) if w.kind == "compare" else None


def and_when(ctx: Context, w: Word, t: When) -> Joined:
    """2025 + and 2024, side by side"""
    return (Versus(t.moment, loose=True), 0.15) if w.kind == "and" else None


def not_when(ctx: Context, w: Word, t: When) -> Joined:
    """visited in 2024 but + not in 2025"""
    return (NotWhen(t.moment), 0.0) if w.kind in ("not", "except") else None


def meas_versus(ctx: Context, m: Meas, v: Versus) -> Joined:
    """revenue this month + vs last month"""
    return (replace(m, compare=v.moment), 0.0) if not m.compare else None


def versus_meas(ctx: Context, v: Versus, m: Meas) -> Joined:
    """so với tháng trước + doanh thu tháng này"""
    joined = meas_versus(ctx, m, v)
    return (joined[0], 0.1) if joined and m.moment and not v.loose else None


def meas_more(ctx: Context, m: Meas, w: Word) -> Joined:
    """revenue of Michelin and Bridgestone + which is higher: one row each, the highest first"""
    sides = [f for f in m.filters if isinstance(f, Compare) and f.op == "in"]
    if w.kind != "which_more" or m.by or len(sides) != 1:
        return None
    order = (Order(by="$first", descending=True),)
    return replace(m, by=(By(field=sides[0].field),), order=order), 0.0


def field_more(ctx: Context, f: FieldItem, w: Word) -> Joined:
    """which brand + is higher"""
    return (w, 0.1) if w.kind == "which_more" else None


def compare_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """compare + visits this quarter (with last quarter): their number"""
    if w.kind != "compare" or e.one or e.limit or e.implied or not e.moment:
        return None
    joined = count_ent(ctx, Word("how_many"), e)
    return (joined[0], joined[1] + 0.3) if joined else None


def compare_meas(ctx: Context, w: Word, m: Meas) -> Joined:
    """compare + revenue of Kia and Mazda"""
    if w.kind != "compare":
        return None
    sets = [f for f in m.filters if isinstance(f, Compare) and f.op == "in"]
    if not sets or m.by:
        return m, 0.3
    key = sets[-1].field
    rows = key.partition(".")[0]
    return replace(m, by=(By(field=rows if key == ctx.model.datasets[rows].id_field else key),)), 0.0  # two people
