"""Puts columns into tables fast: keys counted here, indexes made once after the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from sqlalchemy import Connection, Engine, Index, func, select, text

from schema.tables import computed, control, metadata
from schema.tables.declarative import Base
from seed.columns import Column, Ints
from tools.store import bulk_load, insert_rows


class Loader:
    """Writes one connection's rows and hands out their ids."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.rows: Counter[str] = Counter()
        self._last: Counter[str] = Counter()

    def ids(self, table: str, count: int) -> Ints:
        """The next `count` ids of `table`."""
        first = self._last[table] + 1
        self._last[table] += count
        return np.arange(first, first + count)

    def after(self, table: str) -> int:
        """The first id of `table` that is free."""
        return self._last[table] + 1

    def reach(self, table: str, last: int) -> None:
        """Ids up to `last` are taken."""
        self._last[table] = max(self._last[table], last)

    def add(self, table: str, columns: Mapping[str, Column]) -> None:
        """Insert columns of equal length."""
        self.rows[table] += insert_rows(
            self.connection, metadata.tables[table], list(columns), zip(*columns.values(), strict=True)
        )


def _indexes() -> list[Index]:
    """Indexes of the tables that the seed fills, in a stable order."""
    elsewhere = {
        mapper.class_.__tablename__
        for mapper in Base.registry.mappers
        if mapper.class_.__module__ in (computed.__name__, control.__name__)
    }
    found = [i for t in metadata.sorted_tables if t.name not in elsewhere for i in t.indexes]
    return sorted(found, key=lambda index: str(index.name))


@contextmanager
def loading(engine: Engine) -> Iterator[Loader]:
    """One transaction: indexes are dropped, rows written, indexes made anew, the counters of keys moved on."""
    with bulk_load(engine) as connection:
        for index in _indexes():
            index.drop(connection)
        loader = Loader(connection)
        yield loader
        for index in _indexes():
            index.create(connection)
        if connection.dialect.name == "postgresql":
            _move_sequences(connection, loader)
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))


def _move_sequences(connection: Connection, loader: Loader) -> None:
    """PostgreSQL counts keys by sequences, which know nothing of ids that were given."""
    for name in loader.rows:
        table = metadata.tables[name]
        if "id" not in table.c:
            continue
        sequence = connection.scalar(select(func.pg_get_serial_sequence(name, "id")))
        if sequence:
            connection.execute(select(func.setval(sequence, select(func.max(table.c.id)).scalar_subquery())))
