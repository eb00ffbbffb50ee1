"""What the asker may ask for: rows that the scope leaves out are refused before they are looked for."""

from __future__ import annotations

from agent.planner.conditions import conditions
from agent.planner.decisions import Ask, Decision, Refuse
from agent.planner.rules import Context
from schema.access import Asker
from schema.query import Compare


def allowed(ctx: Context, decision: Decision, asker: Asker) -> Decision:
    """Rows that the scope leaves out, asked for as such, are refused before they are looked for."""
    if not isinstance(decision, Ask) or asker.scope == "group":
        return decision
    for f in conditions(decision.query.filters):
        if isinstance(f, Compare) and f.op in ("=", "in") and _others(ctx, f, asker):
            return Refuse("others_rows", f.field)
    return decision


def _others(ctx: Context, f: Compare, asker: Asker) -> bool:
    stores, owners = ctx.model.ext.stores, ctx.model.ext.owners
    dataset, _, name = f.field.partition(".")
    values = f.value if isinstance(f.value, tuple) else (f.value,)
    if asker.scope == "own" and name == "id" and owners is not None and dataset == owners:
        return any(v != asker.id for v in values)
    if not stores or dataset != stores:
        return False
    own = {"id": asker.store_id, ctx.model.datasets[stores].ext.name_field: asker.store_name}
    return name in own and any(v != own[name] for v in values)
