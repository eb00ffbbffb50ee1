"""The asker's own: my customers, at our showroom."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import (
    Ent,
    Meas,
    Word,
)
from agent.planner.rules.context import Context, Joined
from schema.query import Named

MINE = Named(named="$mine.mine")


def ent_mine(ctx: Context, e: Ent, w: Word) -> Joined:
    """my + customers"""
    said = any(isinstance(f, Named) and f.named == MINE.named for f in e.filters)
    if w.kind != "mine" or (said and MINE in e.filters):
        return None
    return (e, 0.0) if said else (replace(e, filters=(*e.filters, MINE)), 0.0)  # my customers given to me this year


def mine_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    return ent_mine(ctx, e, w)


OWN_STORE = Named(named="$mine.store")


def ent_own_store(ctx: Context, e: Ent, w: Word) -> Joined:
    """appointments + at our store"""
    if w.kind != "own_store" or OWN_STORE in e.filters:
        return None
    return replace(e, filters=(*e.filters, OWN_STORE)), 0.0


def own_store_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    return ent_own_store(ctx, e, w)


def meas_own_store(ctx: Context, m: Meas, w: Word) -> Joined:
    """revenue + of our showroom"""
    if w.kind != "own_store" or OWN_STORE in m.filters:
        return None
    return replace(m, filters=(*m.filters, OWN_STORE)), 0.0


def own_store_meas(ctx: Context, w: Word, m: Meas) -> Joined:
    return meas_own_store(ctx, m, w)
