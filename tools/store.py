"""The only writer: creates and upgrades the customer store, and gives seed, refresh and migrations a connection.

No tool that an LLM is offered imports this module.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

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
    """Bring the store to the newest revision; creates it where it is empty."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            create_keyword_index(connection)
    except OperationalError as error:
        raise StoreError(f"cannot open {engine.url.render_as_string()}: {error.orig}") from error


def is_empty(engine: Engine) -> bool:
    """Whether nothing was ever created there."""
    return not inspect(engine).has_table("alembic_version")


@contextmanager
def bulk_load(engine: Engine) -> Iterator[Connection]:
    """One transaction for many rows, in which foreign keys are not checked row by row (SQLite)."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("PRAGMA synchronous=OFF")
            connection.commit()
        with connection.begin():
            yield connection
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.exec_driver_sql("PRAGMA synchronous=NORMAL")


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert tuples in the order of `columns`, in batches, past the ORM. Dates are ISO strings or date objects.

    Returns the number of rows.
    """
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    names = ", ".join(f'"{c}"' for c in columns)
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join([mark] * len(columns))})'
    cursor = connection.connection.cursor()
    total, batch = 0, []
    for row in rows:
        batch.append(row)
        if len(batch) >= BATCH:
            cursor.executemany(statement, batch)
            total += len(batch)
            batch = []
    if batch:
        cursor.executemany(statement, batch)
        total += len(batch)
    cursor.close()
    return total


def read_settings(connection: Connection) -> dict[str, Any]:
    """All settings of the tenant, decoded."""
    return {name: json.loads(value) for name, value in connection.execute(select(Setting.name, Setting.value))}


def write_setting(connection: Connection, name: str, value: Any) -> None:
    """Set one, whether it was there or not."""
    table = metadata.tables["settings"]
    connection.execute(table.delete().where(table.c.name == name))
    connection.execute(table.insert().values(name=name, value=json.dumps(value, ensure_ascii=False)))
