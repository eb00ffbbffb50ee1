"""Nothing else: only ever bought accessories."""

from __future__ import annotations

from agent.planner.items import (
    Ent,
    OnlyVerb,
    Pred,
    Verb,
    Word,
)
from agent.planner.rules.context import Context, Joined, exists
from agent.planner.rules.verbs import verb_pred
from schema.query import All, Compare, Exists, Named, Not


def only_verb(ctx: Context, w: Word, v: Verb) -> Joined:
    """only ever + bought accessories: and nothing else"""
    said = [f for f in v.filters if isinstance(f, Named) or (isinstance(f, Compare) and f.op != "filled")]
    if w.kind != "only" or not said or v.bound:
        return None
    inside = v.filters[0] if len(v.filters) == 1 else All(all=v.filters)
    other = Exists(exists=v.dataset, filters=(Not(negate=inside),))
    about = v.about or ctx.model.ext.subject or v.dataset
    return Pred(All(all=(exists(ctx, v), Not(negate=other))), about), 0.5 if ctx.dialogue else -0.3


def only_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """only + Kia cars"""
    return (e, 0.0) if w.kind == "only" and e.filters else None


def verb_only(ctx: Context, v: Verb, w: Word) -> Joined:
    """bought + only, waiting for what"""
    return (OnlyVerb(v), 0.0) if w.kind == "only" and not v.bound else None


def only_pred(ctx: Context, o: OnlyVerb, p: Pred) -> Joined:
    """bought only + accessories"""
    joined = verb_pred(ctx, o.verb, p)
    return only_verb(ctx, Word("only"), joined[0]) if joined and isinstance(joined[0], Verb) else None
