"""Tools asked for one entity, and words that are passed over."""

from __future__ import annotations

from agent.planner.items import (
    Call,
    Ent,
    Item,
    Junk,
    Marker,
    Pred,
    Skip,
)
from agent.planner.rules.context import Context, Joined
from schema.query import Named


def tool_one(ctx: Context, t: Marker, p: Pred) -> Joined:
    """next best action for + An"""
    if t.kind != "tool" or not p.one or ctx.model.ext.tools[t.name].needs != p.dataset:
        return None
    return Call(t.name, p.one), -0.5


def one_tool(ctx: Context, p: Pred, t: Marker) -> Joined:
    return tool_one(ctx, t, p)


def tool_ent(ctx: Context, t: Marker, e: Ent) -> Joined:
    if (
        t.kind != "tool"
        or not e.one
        or ctx.model.ext.tools[t.name].needs != e.dataset
        or len(e.filters) != 1
        or e.fields
    ):
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


def skip_left(ctx: Context, s: Skip, x: Item) -> Joined:
    return x, 0.0


def skip_right(ctx: Context, x: Item, s: Skip) -> Joined:
    return x, 0.0


def junk_left(ctx: Context, j: Junk, x: Item) -> Joined:
    """A word that isn't understood is passed over at a price, and named."""
    return x, 3.0


def junk_right(ctx: Context, x: Item, j: Junk) -> Joined:
    return x, 3.0
