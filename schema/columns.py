"""The columns of a result: what they are called, of which type and unit, and from which field or metric."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from sqlglot import exp

from schema.frame import Frame, QueryError
from schema.model import SemanticModel
from schema.query import By


@dataclass(frozen=True)
class Column:
    """A column of the result. `type`: integer, number, text, date, datetime or boolean. `source`: field or metric."""

    name: str
    label: str
    type: str
    unit: str | None = None
    source: str | None = None
    label_vi: str | None = None


_TYPES = {"Integer": "integer", "Decimal": "number", "Float": "number", "Boolean": "boolean", "Date": "date"}
GRAINS_VI = {"day": "ngày", "week": "tuần", "month": "tháng", "quarter": "quý", "year": "năm"}


def result_type(datatype: str) -> str:
    """The column type of an Ossie datatype."""
    return "datetime" if datatype.startswith("DateTime") else _TYPES.get(datatype, "text")


def field_column(model: SemanticModel, key: str, name: str | None = None) -> Column:
    """A field's column, called `name`, else as its dataset calls it where it is its name, else as the field."""
    f = model.field(key)
    e = model.datasets[f.dataset].ext
    own = e.name_as if e.name_field == f.name else None
    return Column(name or own or f.name, f.label, result_type(f.datatype), f.ext.unit, key, f.ext.label_vi)


def grain_column(by: By) -> Column:
    """The column of a time field taken by its grain: the first day of each week, month, quarter or year."""
    grain = by.grain or "day"
    return Column(grain, grain, "date", None, f"{by.field}:{grain}", GRAINS_VI[grain])


def entity_columns(frame: Frame, dataset: str) -> list[tuple[exp.Expr, Column]]:
    """The key and the name by which an entity is shown."""
    d = frame.model.dataset(dataset)
    if not d.primary_key:
        raise QueryError(f"{dataset} declares no primary_key: its rows can't be told apart.")
    names = {key: f"{d.name}_{key}" for key in d.primary_key}
    if d.ext.id_as:
        names[d.primary_key[0]] = d.ext.id_as
    if d.ext.name_field:
        names.setdefault(d.ext.name_field, d.ext.name_as or d.ext.name_field)
    keys = {name: f"{dataset}.{key}" for key, name in names.items()}
    return [(frame.field(key), field_column(frame.model, key, name)) for name, key in keys.items()]


def last_unknown(expression: exp.Expr, descending: bool) -> exp.Expr:
    """A sort key: unknown values come last, in either direction and in both dialects."""
    return exp.Ordered(this=expression.copy(), desc=descending, nulls_first=False)


class Columns:
    """Selected expressions under names that don't collide; what is asked for twice stands there once."""

    def __init__(self) -> None:
        self.items: list[tuple[exp.Expr, Column]] = []

    def add(self, expression: exp.Expr, column: Column) -> None:
        if any(c.source == column.source and c.source for c in self.columns):
            return
        taken = {c.name for c in self.columns}
        if column.name in taken and column.source:
            column = replace(column, name=re.sub(r"\W+", "_", column.source))
        self.items.append((expression, column))

    def selected(self) -> list[exp.Expr]:
        return [exp.alias_(e, c.name, quoted=False) for e, c in self.items]

    @property
    def columns(self) -> list[Column]:
        return [c for _, c in self.items]
