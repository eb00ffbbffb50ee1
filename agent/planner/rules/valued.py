"""Values that need the name of their field: journey stage Purchase, from Loyal to At Risk."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import (
    Conjunct,
    FieldItem,
    Pred,
    Value,
    Word,
)
from agent.planner.rules.context import Context, Joined, merge
from schema.query import All, Compare


def field_value(ctx: Context, f: FieldItem, v: Value) -> Joined:
    """journey stage + Purchase"""
    return (_valued(v), -0.2) if f.key == v.key and v.word is None else None


def value_field(ctx: Context, v: Value, f: FieldItem) -> Joined:
    """Purchase + (in the) journey"""
    return field_value(ctx, f, v)


def _valued(v: Value) -> Pred:
    single = len(v.values) == 1
    return Pred(
        Compare(field=v.key, op="=" if single else "in", value=v.values[0] if single else v.values),
        v.key.partition(".")[0],
        split=v.word == "versus",
    )


def word_value(ctx: Context, w: Word, v: Value) -> Joined:
    """or + Service; from + Loyal; to + At Risk"""
    if v.word is not None or w.kind not in ("or", "and", "versus", "origin", "target"):
        return None
    return Value(v.key, v.values, w.kind), 0.0


def value_value(ctx: Context, a: Value, b: Value) -> Joined:
    """Purchase + or Service"""
    if a.key != b.key or a.word is not None or b.word in ("origin", "target"):
        return None
    return Value(a.key, tuple(dict.fromkeys((*a.values, *b.values))), "versus" if b.word == "versus" else None), 0.05


def pred_value(ctx: Context, p: Pred, v: Value) -> Joined:
    """stage Due + or Loyal"""
    if v.word not in ("or", "and", "versus") or not isinstance(p.filter, Compare) or p.filter.field != v.key:
        return None
    merged = merge(ctx, p.filter, _valued(v).filter, "or")
    return replace(p, filter=merged, split=v.word == "versus"), 0.0


def value_conjunct(ctx: Context, v: Value, c: Conjunct) -> Joined:
    """high + or urgent"""
    if c.word not in ("or", "and") or not isinstance(c.pred.filter, Compare) or c.pred.filter.field != v.key:
        return None
    return replace(c.pred, filter=merge(ctx, _valued(v).filter, c.pred.filter, "or"), both=c.word == "and"), 0.0


def _moved(ctx: Context, v: Value, end: str) -> Pred | None:
    """A change of an axis from or to values."""
    for dataset in ctx.model.datasets.values():
        if moves := dataset.ext.moves:
            if v.key not in moves.axes:
                return None
            axis = Compare(field=moves.axis, op="=", value=v.key.partition(".")[2])
            side = Compare(field=moves.old if end == "old" else moves.new, op="in", value=v.values)
            return Pred(All(all=(axis, side)), dataset.name)
    return None


def value_moved(ctx: Context, v: Value) -> Joined:
    """from Loyal; to At Risk"""
    if v.word not in ("origin", "target"):
        return None
    moved = _moved(ctx, v, "old" if v.word == "origin" else "new")
    axes = next((d.ext.moves.axes for d in ctx.model.datasets.values() if d.ext.moves), ())
    return (moved, 0.3 * axes.index(v.key)) if moved else None
