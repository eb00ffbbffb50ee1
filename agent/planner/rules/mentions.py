"""Words that a free text holds: notes that mention TPBank."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import Ent, Mention
from agent.planner.rules.context import Context, Joined
from schema.query import Compare


def ent_mention(ctx: Context, e: Ent, m: Mention) -> Joined:
    """notes + that mention TPBank"""
    free = [f.key for f in ctx.model.datasets[e.dataset].fields.values() if f.ext.free]
    if not free or e.limit or e.order:
        return None
    return replace(e, filters=(*e.filters, Compare(field=free[0], op="contains", value=m.text))), 0.0


def mention_ent(ctx: Context, m: Mention, e: Ent) -> Joined:
    """mentioned VPBank in + notes"""
    return ent_mention(ctx, e, m)
