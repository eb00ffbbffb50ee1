"""Fills the index in which the values that questions name are looked up; run by seed and refresh.

Names, plates and phones are found by folded token; cities, models and other short lists by value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine
from sqlglot import exp

from schema.model import Dataset, FieldOf, SemanticModel, parse_expression
from schema.tables import metadata
from schema.text import fold
from tools.store import bulk_load, insert_rows

LONGEST_TOKEN, LONGEST_VALUE = 60, 120  # as the columns of the index hold them
_NOT_IN_CODE = re.compile(r"[^0-9a-z]")


def value_tokens(value: str, code: bool) -> list[str]:
    """The tokens that a value is found by: a code (plate, phone) is one, a name one a word.

    >>> value_tokens("Nguyễn Văn An", code=False), value_tokens("30A-123.45", code=True)
    (['an', 'nguyen', 'van'], ['30a12345'])
    """
    if code:
        return [token] if (token := _NOT_IN_CODE.sub("", fold(value))[:LONGEST_TOKEN]) else []
    return sorted({t[:LONGEST_TOKEN] for t in re.findall(r"\w+", fold(value))})


def rebuild_value_index(engine: Engine, model: SemanticModel) -> int:
    """Write the index anew, in one transaction. Returns the number of tokens."""
    with bulk_load(engine) as connection:
        tokens, values = list(_tokens(connection, model)), list(_values(connection, model))
        for table in ("value_tokens", "field_values"):
            connection.execute(metadata.tables[table].delete())
        insert_rows(connection, metadata.tables["field_values"], ("source", "value"), values)
        return insert_rows(connection, metadata.tables["value_tokens"], ("token", "source", "row_id"), tokens)


def _indexed(model: SemanticModel, *kinds: str) -> Iterator[tuple[FieldOf, Dataset]]:
    """The indexed fields of these kinds; a column of a table is read once, for the first that is declared over it."""
    seen = set()
    for dataset in model.datasets.values():
        for f in dataset.fields.values():
            if f.ext.index in kinds and (dataset.source, f.expression) not in seen:
                seen.add((dataset.source, f.expression))
                yield f, dataset


def _tokens(connection: Connection, model: SemanticModel) -> Iterator[tuple[str, str, int]]:
    for f, dataset in _indexed(model, "tokens", "code"):
        known = parse_expression(f.expression).is_(exp.null()).not_()
        query = exp.select(exp.column(dataset.primary_key[0]), parse_expression(f.expression)).where(known)
        for row_id, value in _read(connection, query.from_(dataset.source)):
            for token in value_tokens(str(value), f.ext.index == "code"):
                yield token, f.key, row_id


def _values(connection: Connection, model: SemanticModel) -> Iterator[tuple[str, str]]:
    for f, dataset in _indexed(model, "distinct"):
        for (value,) in _read(connection, exp.select(parse_expression(f.expression)).distinct().from_(dataset.source)):
            if value not in (None, ""):
                yield f.key, str(value)[:LONGEST_VALUE]


def _read(connection: Connection, query: exp.Select) -> list[tuple[Any, ...]]:
    sql = query.sql("postgres" if connection.dialect.name == "postgresql" else "sqlite", identify=True)
    return [tuple(row) for row in connection.exec_driver_sql(sql, execution_options={"no_parameters": True})]
