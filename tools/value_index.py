"""Fills the index in which the values that questions name are looked up; run by seed and refresh.

Names, plates and phones are found by folded token; cities, models and other short lists by value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, text

from schema.model import SemanticModel
from schema.tables import metadata
from schema.text import fold
from tools.store import bulk_load, insert_rows

_NOT_IN_CODE = re.compile(r"[^0-9a-z]")


def value_tokens(value: str, code: bool) -> list[str]:
    """The tokens that a value is found by: a code (plate, phone) is one, a name one a word.

    >>> value_tokens("Nguyễn Văn An", code=False), value_tokens("30A-123.45", code=True)
    (['an', 'nguyen', 'van'], ['30a12345'])
    """
    if code:
        return [token] if (token := _NOT_IN_CODE.sub("", fold(value))) else []
    return sorted({t[:60] for t in re.findall(r"\w+", fold(value))})


def rebuild_value_index(engine: Engine, model: SemanticModel) -> int:
    """Write the index anew, in one transaction. Returns the number of tokens."""
    with bulk_load(engine) as connection:
        for table in ("value_tokens", "field_values"):
            connection.execute(metadata.tables[table].delete())
        written = insert_rows(
            connection, metadata.tables["value_tokens"], ("token", "source", "row_id"), _tokens(connection, model)
        )
        insert_rows(connection, metadata.tables["field_values"], ("source", "value"), _values(connection, model))
        return written


def _indexed(model: SemanticModel, *kinds: str) -> Iterator[tuple[str, str, str, str, bool]]:
    """(source key, table, primary key column, expression, is a code) of each indexed field; a table is read once."""
    seen = set()
    for dataset in model.datasets.values():
        for f in dataset.fields.values():
            if f.ext.index in kinds and (dataset.source, f.expression) not in seen:
                seen.add((dataset.source, f.expression))
                yield f.key, dataset.source, dataset.primary_key[0], f.expression, f.ext.index == "code"


def _tokens(connection: Connection, model: SemanticModel) -> Iterator[tuple[str, str, Any]]:
    for key, table, primary, expression, code in list(_indexed(model, "tokens", "code")):
        rows = connection.execute(text(f"SELECT {primary}, {expression} FROM {table} WHERE {expression} IS NOT NULL"))
        for row_id, value in rows.fetchall():
            for token in value_tokens(str(value), code):
                yield token, key, row_id


def _values(connection: Connection, model: SemanticModel) -> Iterator[tuple[str, str]]:
    for key, table, _, expression, _ in list(_indexed(model, "distinct")):
        for (value,) in connection.execute(text(f"SELECT DISTINCT {expression} FROM {table}")).fetchall():
            if value not in (None, ""):
                yield key, str(value)[:120]
