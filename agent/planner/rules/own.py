"""The asker's own: my customers, at our showroom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.planner.items import (
    Ent,
    Meas,
    Word,
)
from agent.planner.rules.context import Context, Joined
from schema.model import Dataset
from schema.query import Compare, Filter, Named, SemanticQuery

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


def ent_self_sold(ctx: Context, e: Ent, w: Word) -> Joined:
    """orders + I closed; cars + I sold: the asker is the seller"""
    if w.kind != "self_sold" or e.one or e.who:
        return None
    datasets, filters = ctx.model.datasets, e.filters
    rows = e.dataset
    if not _sellers(ctx, rows):
        sales = [d for d in datasets.values() if e.dataset in d.ext.objects]
        if len(sales) != 1:
            return None
        held = SemanticQuery.model_validate({"filters": sales[0].ext.objects[e.dataset]}).filters
        rows, filters = sales[0].ext.rows or sales[0].name, (*_held(ctx, sales[0], held), *filters)
    sellers = _sellers(ctx, rows)
    if not sellers:
        return None
    oneself = Compare(field=datasets[sellers].id_field, op="=", value="$asker")
    return replace(e, dataset=rows, filters=(*filters, oneself), lead=rows), -0.2


def _sellers(ctx: Context, rows: str) -> str | None:
    """The staff who close such rows."""
    near = [d for d, path in ctx.graph.tree(rows).items() if len(path) == 1 and ctx.model.datasets[d].ext.played_by]
    return near[0] if near else None


def _held(ctx: Context, sales: Dataset, held: Sequence[Filter]) -> tuple[Filter, ...]:
    """What holds of a sale of such things, as far as its listed rows can say."""
    rows = sales.ext.rows or sales.name
    return tuple(f for f in held if isinstance(f, Compare) and ctx.graph.reaches(rows, [f.field.partition(".")[0]]))
