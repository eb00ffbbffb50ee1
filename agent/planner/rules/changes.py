"""Follow-ups that change several things at once, or ask which ones of what was counted."""

from __future__ import annotations

from agent.planner.items import Group, Pred, Several, Sorting, Top, Verb, When, Word
from agent.planner.rules.context import Context, Joined, exists


def several(ctx: Context, a: Group | When | Pred | Sorting | Top, b: Group | When | Pred | Sorting | Top) -> Joined:
    """by month + for this year: a follow-up may change several things at once"""
    return (Several((a, b)), 0.6) if ctx.dialogue and type(a) is not type(b) else None


def several_more(ctx: Context, a: Several, b: Group | When | Pred | Sorting | Top) -> Joined:
    return Several((*a.parts, b)), 0.3


def which_ones(ctx: Context, w: Word, p: Pred) -> Joined:
    """which ones + are past their SLA: the rows, not their number"""
    if w.kind != "which_ones" or not ctx.dialogue or p.one:
        return None
    return Several((Word("list"), p)), 0.0


def which_ones_verb(ctx: Context, w: Word, v: Verb) -> Joined:
    """which of them + bought again"""
    about = v.about or ctx.model.ext.subject
    return which_ones(ctx, w, Pred(exists(ctx, v), about)) if about else None
