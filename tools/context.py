"""What a tool works with for one asker: the door, the guard's catalog, the compiler, the clock."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from schema.access import Asker
from schema.compiler import Column, Compiler
from schema.expressions import Clock
from schema.model import SemanticModel
from schema.query import SemanticQuery
from tools.database import Database, Rows
from tools.guard import Catalog, guard


class ToolError(Exception):
    """The tool can't do that; the message says why and what is possible. Read by the LLM, which tries again."""


@dataclass(frozen=True)
class Beside:
    """A number told beside a list: how many more, and of which named filter."""

    named: str
    count: int


@dataclass
class Result:
    """A tool's full result.

    `as_of`: day of the stored figures it used. `subjects`: how many customers the rows are of, where the rows are
    something else of theirs. `unknown`: (field, number of rows kept although it is unknown). `tied`: the row after the
    last has the same value. `missing`: tables that the figures' rules name and the store does not hold.
    """

    columns: list[Column] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    total_rows: int = 0
    sql: str | None = None
    query: SemanticQuery | None = None
    as_of: str | None = None
    elapsed_ms: float = 0.0
    subjects: int | None = None
    beside: list[Beside] = field(default_factory=list)
    unknown: list[tuple[str, int]] = field(default_factory=list)
    tied: bool = False
    missing: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ToolContext:
    database: Database
    catalog: Catalog
    model: SemanticModel
    compiler: Compiler
    asker: Asker
    clock: Clock

    def fetch(self, query: exp.Expression | str, row_cap: int | None) -> tuple[Rows, str]:
        """Guard and run; gives the rows and the SQL that ran."""
        guarded = guard(query, self.asker, self.catalog, dialect=self.database.dialect, row_cap=row_cap)
        return self.database.fetch(guarded), guarded.sql

    def rows(self, query: dict[str, Any], limit: int = 200) -> list[dict[str, Any]]:
        """A typed query's rows as dictionaries by column name, for tools that put several together."""
        compiled = self.compiler.compile(SemanticQuery.model_validate(query))
        found, _ = self.fetch(compiled.tree, limit)
        return [
            dict(zip([c.name for c in compiled.columns], tidy(row, compiled.columns), strict=True))
            for row in found.rows
        ]

    def one(self, customer_id: int, fields: Sequence[str]) -> dict[str, Any] | None:
        """One customer's fields, or None where there is no such customer that the asker sees."""
        subject = self.model.ext.subject or "customers"
        key = self.model.datasets[subject].id_field
        own = {"field": key, "op": "=", "value": customer_id}
        found = self.rows({"dataset": subject, "fields": list(fields), "filters": [own]}, 1)
        return found[0] if found else None

    @staticmethod
    def missing(*figures: str) -> list[str]:
        """Tables that the figures' rules name and the store does not hold."""
        from tools.intelligence.figures import missing  # the figures' libraries are slow to import

        return sorted({table for figure in figures for table in missing(figure)})


def tidy(row: Sequence[Any], columns: Sequence[Column]) -> list[Any]:
    """Values as answers give them: ISO times without fractions, whole ₫, true booleans."""
    out: list[Any] = []
    for value, column in zip(row, columns, strict=True):
        if value is None:
            out.append(None)
        elif column.unit == "₫" and isinstance(value, float):
            out.append(math.floor(value + 0.5))
        elif column.type == "boolean":
            out.append(bool(value))
        elif column.type == "integer" and isinstance(value, float) and value.is_integer():
            out.append(int(value))
        elif column.type == "datetime" and isinstance(value, str):
            out.append(value[:19].replace(" ", "T"))
        elif column.type == "date" and isinstance(value, str):
            out.append(value[:10])
        else:
            out.append(value)
    return out
