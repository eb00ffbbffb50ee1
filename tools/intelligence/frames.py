"""From SELECT to polars and from polars to tables: the only place where refresh meets the database's types."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    Select,
    Table,
    delete,
    select,
    update,
)
from sqlalchemy.types import TypeEngine

from tools.store import insert_rows

CHUNK = 200_000


def _dtype(kind: TypeEngine[Any]) -> pl.DataType:
    if isinstance(kind, Date):
        return pl.Date()
    if isinstance(kind, DateTime):
        return pl.Datetime("us")
    if isinstance(kind, Boolean):
        return pl.Boolean()
    if isinstance(kind, Integer):
        return pl.Int64()
    if isinstance(kind, Float):
        return pl.Float64()
    return pl.String()


def _series(name: str, values: Sequence[Any], dtype: pl.DataType, as_text: bool) -> pl.Series:
    """`as_text`: SQLite gives dates as ISO text and booleans as 0 and 1."""
    if not as_text:
        return pl.Series(name, values, dtype=dtype)
    if isinstance(dtype, pl.Date):
        return pl.Series(name, values, dtype=pl.String).str.to_date("%Y-%m-%d")
    if isinstance(dtype, pl.Datetime):
        text = pl.Series(name, values, dtype=pl.String).str.slice(0, 19).str.replace("T", " ", literal=True)
        return text.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us")
    if isinstance(dtype, pl.Boolean):
        return pl.Series(name, values, dtype=pl.Int64).cast(pl.Boolean)
    return pl.Series(name, values, dtype=dtype)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Rows are tuples without cycles; looking for cycles among millions of them would cost a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read(connection: Connection, statement: Select[Any]) -> pl.DataFrame:
    """The rows of `statement`, one column a selected column, typed as declared. Seconds of times are whole.

    Reads the driver's tuples past SQLAlchemy's row objects: about a million rows of five columns in a second.
    """
    columns = [(c.name, _dtype(c.type)) for c in statement.selected_columns if isinstance(c, Column) or c.name]
    as_text = connection.dialect.name == "sqlite"
    result = connection.execute(statement)
    cursor = result.cursor
    assert cursor is not None, "a SELECT always has a cursor"
    parts: list[pl.DataFrame] = []
    with _no_collection():
        while rows := cursor.fetchmany(CHUNK):
            values = zip(*rows, strict=True)
            parts.append(pl.DataFrame([_series(n, v, t, as_text) for (n, t), v in zip(columns, values, strict=True)]))
    result.close()
    return pl.concat(parts) if parts else pl.DataFrame(schema=dict(columns))


def write(connection: Connection, table: Table, frame: pl.DataFrame) -> int:
    """Insert `frame` into `table`; it must have every column of the table but an integer key named id.

    Returns the number of rows.
    """
    names = [c.name for c in table.columns if c.name in frame.columns or c.name != "id"]
    keys = [c.name for c in table.primary_key.columns if c.name in frame.columns]
    ordered = frame.select(names).sort(keys) if keys else frame.select(names)  # in key order a table grows at its end
    with _no_collection():
        return insert_rows(connection, table, names, _rows(ordered))


def _rows(frame: pl.DataFrame) -> Iterable[tuple[Any, ...]]:
    """Tuples with ISO text for dates and times, which both databases take, and SQLite compares as text."""
    plain = frame.with_columns(
        pl.col(pl.Date).dt.strftime("%Y-%m-%d"), pl.col(pl.Datetime).dt.strftime("%Y-%m-%d %H:%M:%S.%6f")
    )
    for start in range(0, plain.height, CHUNK):
        yield from plain.slice(start, CHUNK).rows()


def stage(connection: Connection, name: str, *columns: str, rows: pl.DataFrame | None = None) -> Table:
    """A temporary table of integer columns, the first its key, filled with `rows` where given."""
    table = Table(
        name, MetaData(), *(Column(c, Integer, primary_key=i == 0) for i, c in enumerate(columns)),
        prefixes=["TEMPORARY"],
    )  # fmt: skip
    table.create(connection)
    if rows is not None:
        insert_rows(connection, table, columns, rows.select(columns).rows())
    return table


def set_column(connection: Connection, table: Table, column: str, values: pl.DataFrame) -> None:
    """Set `column` of the rows of `table` with the ids in `values` (columns id, value) to the value there."""
    if values.is_empty():
        return
    staged = stage(connection, f"refresh_{table.name}_{column}", "id", "value", rows=values)
    value = select(staged.c.value).where(staged.c.id == table.c.id).scalar_subquery()
    connection.execute(update(table).where(table.c.id.in_(select(staged.c.id))).values({column: value}))
    staged.drop(connection)


def clear(connection: Connection, table: Table, *where: Any) -> None:
    """Delete the rows of `table` that meet one of the conditions; all of them where there is none."""
    if not where:
        connection.execute(delete(table))
    for condition in where:
        connection.execute(delete(table).where(condition))
