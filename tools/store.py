"""The only writer: creates and upgrades the customer store, and gives seed, refresh and migrations a connection.

No tool that an LLM is offered imports this module.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

from schema.search import create_keyword_index
from schema.tables import metadata
from schema.tables.control import Setting

MIGRATIONS = Path(__file__).parent.parent / "schema" / "migrations"
BATCH = 50_000


class StoreError(Exception):
    """The store can't be opened or written; the message says which and what would help. Read by the user."""


def open_store(url: str) -> Engine:
    """An engine that may write to the store at `url` (sqlite:///file or postgresql+psycopg://…)."""
    try:
        engine = create_engine(make_url(url))
    except ArgumentError as error:
        raise StoreError(
            f"'{url}' is no database URL. Examples: sqlite:///shop.db, postgresql+psycopg://user@host/db"
        ) from error
    if engine.dialect.name == "sqlite":
        if engine.url.database:
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)

        @event.listens_for(engine, "connect")
        def _tune(connection: Any, _record: Any) -> None:
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-262144"):
                connection.execute(f"PRAGMA {pragma}")

    return engine


def upgrade(engine: Engine) -> None:
    """Bring the store to the newest revision; creates it where it is empty. Raises StoreError."""
    from alembic import command  # slow to import, and only needed here
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with _translated(engine), engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        create_keyword_index(connection)


def is_empty(engine: Engine) -> bool:
    """Whether nothing was ever created there. Raises StoreError."""
    with _translated(engine):
        return not inspect(engine).has_table("alembic_version")


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise StoreError(f"{engine.url.render_as_string()} can't be opened: {error.orig}") from error


@contextmanager
def bulk_load(engine: Engine) -> Iterator[Connection]:
    """One transaction for many rows, in which SQLite checks no foreign keys row by row and doesn't wait for the disk.

    A failure takes everything back, tables and indexes that were dropped or made included, and the settings as well.
    """
    with engine.connect() as connection:
        _set_pragmas(connection, "foreign_keys=OFF", "synchronous=OFF")
        try:
            with connection.begin():
                if connection.dialect.name == "sqlite":
                    # of itself sqlite3 begins only at the first INSERT: what was dropped before would not come back
                    connection.exec_driver_sql("BEGIN")
                yield connection
        finally:
            _set_pragmas(connection, "foreign_keys=ON", "synchronous=NORMAL")


def _set_pragmas(connection: Connection, *settings: str) -> None:
    """SQLite only. On the driver's own cursor: SQLAlchemy would begin a transaction, in which they have no effect."""
    if connection.dialect.name == "sqlite":
        with closing(connection.connection.cursor()) as cursor:
            for setting in settings:
                cursor.execute(f"PRAGMA {setting}")


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert tuples in the order of `columns`, past the ORM. Dates are ISO strings or date objects.

    `rows` must not read from the same connection while it is consumed: PostgreSQL copies from it. Returns the number of
    rows.
    """
    names = ", ".join(f'"{c}"' for c in columns)
    with closing(connection.connection.cursor()) as cursor:
        if connection.dialect.name == "postgresql":
            return _copy(cursor, f'COPY "{table.name}" ({names}) FROM STDIN', rows)
        marks = ", ".join("?" * len(columns))
        return _insert(cursor, f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', rows)


def _copy(cursor: Any, statement: str, rows: Iterable[Sequence[Any]]) -> int:
    """Twice as fast as INSERT on PostgreSQL."""
    total = 0
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            total += 1
    return total


def _insert(cursor: Any, statement: str, rows: Iterable[Sequence[Any]]) -> int:
    total, remaining = 0, iter(rows)
    while batch := list(islice(remaining, BATCH)):
        cursor.executemany(statement, batch)
        total += len(batch)
    return total


def read_settings(connection: Connection) -> dict[str, Any]:
    """All settings of the tenant, decoded."""
    return {name: json.loads(value) for name, value in connection.execute(select(Setting.name, Setting.value))}


def write_setting(connection: Connection, name: str, value: Any) -> None:
    """Set one, whether it was there or not."""
    table = metadata.tables["settings"]
    connection.execute(table.delete().where(table.c.name == name))
    connection.execute(table.insert().values(name=name, value=json.dumps(value, ensure_ascii=False)))
