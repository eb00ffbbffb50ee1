"""Values that need the name of their field: journey stage Purchase, from Loyal to At Risk."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import (
    Conjunct,
    FieldItem,
    Pred,
    Value,
    Verb,
    Word,
)
from agent.planner.rules.context import Context, Joined, merge
from schema.query import All, Compare, Named


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
    held = _held(ctx, c.pred) if c.word in ("or", "and") and not c.pred.negative else None
    if held is not None and held.key == v.key:
        return _valued(Value(v.key, tuple(dict.fromkeys((*v.values, *held.values))))), -0.1
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


def verb_target(ctx: Context, v: Verb, p: Pred) -> Joined:
    """became + churned: a change to that value, not whoever changed at all and is churned now"""
    moves = ctx.model.datasets[v.dataset].ext.moves
    held = _held(ctx, p) if moves and not (v.bound or p.negative or p.one) else None
    joined = verb_value(ctx, v, held) if held else None
    return (joined[0], joined[1] - 0.6) if joined else None


def _held(ctx: Context, p: Pred) -> Value | None:
    """The value of an axis that a condition asks for."""
    if isinstance(p.filter, Compare) and p.filter.op == "=":
        return Value(p.filter.field, (str(p.filter.value),))
    if isinstance(p.filter, Named) and p.filter.named[0] != "$" and (axis := ctx.model.named(p.filter.named).axis):
        said = ctx.model.named(p.filter.named).expression
        return Value(axis, tuple(x for x in ctx.model.field(axis).ext.values if f"'{x}'" in said))
    return None


def verb_value(ctx: Context, v: Verb, value: Value) -> Joined:
    """moved to + Due; dropped from + Loyal"""
    moves = ctx.model.datasets[v.dataset].ext.moves
    if not moves or value.key not in moves.axes or value.word is not None or any(isinstance(f, All) for f in v.filters):
        return None
    moved = _moved(ctx, value, "old" if Compare(field=moves.old, op="filled") in v.filters else "new")
    return (replace(v, filters=(*v.filters, moved.filter)), 0.1 * moves.axes.index(value.key)) if moved else None


def pred_scale(ctx: Context, p: Pred, w: Word) -> Joined:
    """tier High + or above: the values from there on"""
    held = _held(ctx, p) if w.kind in ("and_above", "and_below") and not (p.negative or p.one) else None
    scale = ctx.model.field(held.key).ext.scale if held else ()
    if not held or len(held.values) != 1 or held.values[0] not in scale:
        return None
    at = scale.index(held.values[0])
    values = scale[at:] if w.kind == "and_above" else scale[: at + 1]
    return Pred(Compare(field=held.key, op="in", value=values), held.key.partition(".")[0]), -0.2


def value_scale(ctx: Context, v: Value, w: Word) -> Joined:
    """priority medium + or higher"""
    return pred_scale(ctx, _valued(v), w) if v.word is None else None
