"""What a filter of a query becomes inside a frame: a condition of its WHERE, or a semi-join on the entity."""

from __future__ import annotations

import math
from datetime import date, datetime

from sqlglot import exp

from schema.expressions import recurs_within, text
from schema.extensions import NamedFilter
from schema.frame import Frame, QueryError, all_known, columns_of, key_of
from schema.model import FieldOf, ModelError, parse_expression
from schema.query import Aggregate, All, AnyOf, Compare, Exists, Filter, Named, Not, Period

OPERATORS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ, "!=": exp.NEQ, ">": exp.GT, ">=": exp.GTE, "<": exp.LT, "<=": exp.LTE,
}  # fmt: skip


def literal(value: object) -> exp.Expr:
    """A value as SQL writes it."""
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, int | float):
        return exp.Literal.number(int(value) if float(value).is_integer() else value)
    return text(str(value))


def condition(frame: Frame, filter_: Filter) -> exp.Expr:
    """The filter as a condition over the frame's base. Raises QueryError."""
    if isinstance(filter_, Compare):
        return _compare(frame, filter_)
    if isinstance(filter_, Named):
        return _named(frame, filter_)
    if isinstance(filter_, All):
        return exp.paren(exp.and_(*(condition(frame, f) for f in filter_.all)))
    if isinstance(filter_, AnyOf):
        return exp.paren(exp.or_(*(exp.paren(condition(frame, f)) for f in filter_.any)))
    if isinstance(filter_, Not):
        return _not_true(exp.paren(condition(frame, filter_.negate)))
    return _exists(frame, filter_)


def _not_true(condition_: exp.Expr) -> exp.Expr:
    """The complement: what is false, and what is unknown."""
    return exp.not_(exp.Is(this=condition_, expression=exp.true()))


def _compare(frame: Frame, f: Compare) -> exp.Expr:
    field = frame.known(f.field)
    if not frame.reaches(field.dataset):
        return _exists(frame, Exists(exists=_link(frame, field.dataset), filters=(f,)))
    column = frame.field(f.field)
    if f.op in ("empty", "filled"):
        null = exp.Is(this=column, expression=exp.null())
        return null if f.op == "empty" else exp.not_(null)
    values = [v for v in (f.value if isinstance(f.value, tuple) else (f.value,)) if v is not None]
    if not values:
        raise QueryError(f"{f.field} {f.op}: a value is missing.")
    if f.op == "contains":
        if field.datatype != "String":
            raise QueryError(f"{f.field} contains: only text can contain something.")
        return _contains(column, str(values[0]))
    if field.datatype.startswith("DateTime") and all(isinstance(v, str) and len(v) == 10 for v in values):
        column = _day(frame, column)  # a day means all of it
    literals = [_typed(field, v) for v in values]
    if f.op in ("in", "not_in"):
        inside = exp.In(this=column, expressions=literals)
        return inside if f.op == "in" else _or_unknown(exp.not_(inside), column)
    if f.op == "between":
        if len(literals) != 2:
            raise QueryError(f"{f.field} between: two values are needed.")
        return exp.Between(this=column, low=literals[0], high=literals[1])
    if len(literals) != 1:
        raise QueryError(f"{f.field} {f.op}: takes one value; for several there is 'in'.")
    comparison = OPERATORS[f.op](this=column, expression=literals[0])
    return _or_unknown(comparison, column) if f.op == "!=" else comparison


def _contains(column: exp.Expr, part: str) -> exp.Expr:
    """In any case; also as it stands and at a start, since not every database lowers letters with accents."""
    shapes = dict.fromkeys((part, part[:1].upper() + part[1:]))
    found: list[exp.Expr] = [exp.StrPosition(this=column.copy(), substr=text(shape)) for shape in shapes]
    found.append(exp.StrPosition(this=exp.Lower(this=column.copy()), substr=text(part.lower())))
    return exp.paren(exp.or_(*(exp.GT(this=place, expression=exp.Literal.number(0)) for place in found)))


def _typed(field: FieldOf, value: object) -> exp.Expr:
    """The value as the field's type has it: PostgreSQL refuses what SQLite would quietly find unequal."""
    kind = field.datatype
    if kind == "Boolean":
        known = {"true": True, "1": True, "false": False, "0": False}
        if str(value).lower() not in known:
            raise QueryError(f"{field.key} is true or false; '{value}' is neither.")
        return literal(known[str(value).lower()])
    if kind in ("Integer", "Decimal", "Float"):
        try:
            number = float(value) if isinstance(value, str) else value
        except ValueError:
            number = None
        if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
            raise QueryError(f"{field.key} is a number; '{value}' is none.")
        return literal(number)
    if kind == "Date" or kind.startswith("DateTime"):
        said = str(value).replace("T", " ")
        try:
            (date if len(said) == 10 else datetime).fromisoformat(said)
        except ValueError:
            raise QueryError(f"{field.key} is a date, as 2026-01-31; '{value}' is none.") from None
        return text(said)
    return text(str(value)) if kind == "String" else literal(value)


def _day(frame: Frame, column: exp.Expr) -> exp.Expr:
    if frame.dialect == "postgres":
        return exp.cast(column, "date")
    return exp.func("substr", column, exp.Literal.number(1), exp.Literal.number(10))


def _or_unknown(condition_: exp.Expr, column: exp.Expr) -> exp.Expr:
    return exp.paren(exp.or_(condition_, exp.Is(this=column.copy(), expression=exp.null())))


def _named(frame: Frame, f: Named) -> exp.Expr:
    try:
        named = frame.model.named(f.named)
    except ModelError as error:
        raise QueryError(str(error)) from error
    home = f.named.partition(".")[0]
    datasets = {home, *(c.table for c in parse_expression(named.expression).find_all(exp.Column))}
    if not frame.graph.reaches(frame.base, datasets):
        return _exists(frame, Exists(exists=home, filters=(f,)))
    condition_ = exp.paren(frame.expression(named.expression))
    return exp.and_(condition_, *_named_period(frame, f, named, f.period)) if f.period else condition_


def _named_period(frame: Frame, f: Named, named: NamedFilter, period: Period) -> list[exp.Expr]:
    key = period.field or named.time
    if not key:
        raise QueryError(f"{f.named} takes no period.")
    if named.recurs:
        frame.time_field(key)
        return [recurs_within(frame.field(key), period, frame.dialect)]
    return frame.period(period, key)


def _link(frame: Frame, dataset: str) -> str:
    """The dataset whose rows tie the base, or the subject that it belongs to, to `dataset`."""
    for anchor in (frame.base, frame.model.ext.subject):
        if anchor and frame.reaches(anchor) and (found := frame.graph.bridge([anchor, dataset])):
            return found
    raise QueryError(f"Nothing links {frame.base} with {dataset}.")


def _exists(frame: Frame, f: Exists) -> exp.Expr:
    """A semi-join on the entity that both sides belong to: the base itself, else the model's subject."""
    related = frame.frames.on(f.exists)
    anchors = (a for a in (frame.base, frame.model.ext.subject) if a and frame.reaches(a) and related.reaches(a))
    anchor = next(anchors, None)
    if anchor is None:
        return _joined(frame, f)
    total = None
    if f.value is not None:
        base, total = _total(related, f)
        if base != f.exists:  # the measure's rows are coarser: each counts once, however many related rows it has
            inner = Exists(exists=f.exists, filters=f.filters, period=f.period)
            return _exists(frame, Exists(exists=base, filters=(inner,), metric=f.metric, op=f.op, value=f.value))
    path = frame.graph.tree(f.exists)[anchor]
    if path:
        step = path[-1]
        related.join(step.source)
        keys = columns_of(step.source, step.source_columns)
        mine = columns_of(step.target, step.target_columns)
    else:
        keys = key_of(frame.model.datasets[anchor])
        mine = [k.copy() for k in keys]
    frame.join(anchor)
    conditions = related.own() + [condition(related, x) for x in f.filters]
    conditions += related.period(f.period, frame.model.datasets[f.exists].ext.time)
    reached = OPERATORS[f.op](this=total, expression=literal(f.value)) if total is not None else None
    inner_select = related.select(*keys).where(*conditions, *all_known(keys))
    if reached is None:
        return _inside(mine, inner_select)
    inner_select = inner_select.group_by(*(k.copy() for k in keys))
    if isinstance(total, exp.Count) and _holds(0, f.op, f.value or 0):  # fewer than 2, none at all included
        return _not_true(exp.paren(_inside(mine, inner_select.having(exp.not_(exp.paren(reached))))))
    return _inside(mine, inner_select.having(reached))


def _inside(mine: list[exp.Expr], select: exp.Select) -> exp.Expr:
    left = mine[0] if len(mine) == 1 else exp.Tuple(expressions=mine)
    return exp.In(this=left, query=exp.Subquery(this=select))


def _holds(number: float, op: str, value: float) -> bool:
    return {
        "=": number == value, "!=": number != value, ">": number > value, ">=": number >= value,
        "<": number < value, "<=": number <= value,
    }[op]  # fmt: skip


def _joined(frame: Frame, f: Exists) -> exp.Expr:
    """The base has at most one such row: its conditions hold directly."""
    if not frame.reaches(f.exists):
        raise QueryError(f"Nothing links {frame.base} with {f.exists}.")
    if f.value is not None:
        raise QueryError(f"{frame.base} has at most one of {f.exists}: there is nothing to add up.")
    frame.join(f.exists)
    keys = key_of(frame.model.datasets[f.exists])
    parts = [*all_known(keys), *(condition(frame, x) for x in f.filters)]
    parts += frame.period(f.period, frame.model.datasets[f.exists].ext.time)
    return exp.paren(exp.and_(*parts))


def _total(related: Frame, f: Exists) -> tuple[str, exp.Expr]:
    """The dataset whose rows add up to the threshold's measure, and the measure over them."""
    measure = f.metric
    if measure is None:
        return f.exists, exp.Count(this=exp.Star())
    if isinstance(measure, str):
        try:
            metric = related.model.metric(measure)
        except ModelError as error:
            raise QueryError(str(error)) from error
        source = metric.ext.at.get(f.exists, metric.expression)
        datasets = [c.table for c in parse_expression(source).find_all(exp.Column)]
        base = related.graph.lowest(datasets) if datasets else f.exists
        tree: exp.Expr = parse_expression(source)
    else:
        base, tree = measure.over.partition(".")[0], _aggregate(related, measure)
    if base is None or not related.reaches(base):
        said = measure if isinstance(measure, str) else measure.over
        raise QueryError(f"{f.exists} can't be held to a number of {said}: its rows don't belong to them.")
    return base, related.expression(tree) if base == f.exists else tree


def _aggregate(related: Frame, measure: Aggregate) -> exp.Expr:
    if measure.where is not None or measure.fn in ("share", "median"):
        raise QueryError("A threshold takes a count, sum, avg, min or max; its condition belongs to the filters.")
    dataset, _, name = measure.over.partition(".")
    if not name:
        return exp.Count(this=exp.Star())
    related.known(measure.over)
    over = exp.column(name, table=dataset)
    if measure.fn == "count_distinct":
        return exp.Count(this=exp.Distinct(expressions=[over]))
    return exp.func(measure.fn, over)
