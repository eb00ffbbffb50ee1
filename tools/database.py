"""The only door for reading rows: takes what the guard made, and nothing else.

The second wall stands here, in case the first has a hole. SQLite: the file is opened for reading only, an authorizer
lets a statement read no column but those that the guard named and call listed functions alone, and a handler stops it
at the deadline. PostgreSQL: read-only transactions and statement_timeout. Nothing is registered in SQLite, so what runs
here runs in the sqlite3 shell as well.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from tools.guard.functions import SQLITE_NAMES
from tools.guard.guarded import DialectName, GuardedLookup, GuardedQuery
from tools.guard.names import quote

STEPS = 2_000  # of SQLite's machine between two looks at the deadline; some 0.1 ms
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 1_000_000,  # bytes of a value or row: no REPLACE of REPLACE fills the memory
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 2_000_000,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
}


class DatabaseError(Exception):
    """What keeps an answer back; the message is for the user. QueryTimeout, QueryFailed, StoreMissing."""


class QueryTimeout(DatabaseError):  # noqa: N818 - named for what happened
    """The deadline passed."""


class QueryFailed(DatabaseError):  # noqa: N818 - named for what happened
    """The database refused the query; the message is the database's own. Also for the LLM that wrote the query."""


class StoreMissing(DatabaseError):  # noqa: N818 - named for what happened
    """There is no store at the address, it can't be reached, or it is something else."""


@dataclass(frozen=True)
class Rows:
    """A result. Dates and times are ISO text, numbers int or float, whichever database they come from."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    truncated: bool  # there are more than the cap, and `rows` has as many as the cap
    elapsed_ms: float


class _Reader(Protocol):
    def read(self, sql: str, reads: Mapping[str, frozenset[str]]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]: ...

    def close(self) -> None: ...


class Database:
    """A store that is read. Safe to share between threads; close it, or use it in `with`.
    `url` as SQLAlchemy writes it: sqlite:///file, postgresql+psycopg://user@host/name.
    Raises StoreMissing for an address that means nothing; connects at the first query.
    """

    dialect: DialectName

    def __init__(self, url: str, *, deadline_s: float = 10.0) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise StoreMissing(
                f"'{url}' is no database address. Write sqlite:///file or postgresql+psycopg://…"
            ) from error
        self._reader: _Reader
        if parsed.get_backend_name() == "sqlite":
            self.dialect = "sqlite"
            self._reader = _Sqlite(parsed, deadline_s)
        elif parsed.get_backend_name() == "postgresql":
            self.dialect = "postgres"
            self._reader = _Postgres(parsed, deadline_s)
        else:
            raise StoreMissing(f"'{parsed.get_backend_name()}' can't be read; SQLite and PostgreSQL can.")

    def fetch(self, query: GuardedQuery) -> Rows:
        """Run a guarded query. Raises QueryTimeout, QueryFailed, StoreMissing."""
        return self._run(query, GuardedQuery, query.row_cap)

    def lookup(self, lookup: GuardedLookup) -> Rows:
        """Run a guarded look-up. Raises as `fetch` does."""
        return self._run(lookup, GuardedLookup, lookup.limit)

    def close(self) -> None:
        """Give the connections back, those of other threads included."""
        self._reader.close()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _run(self, guarded: GuardedQuery | GuardedLookup, kind: type, cap: int | None) -> Rows:
        if type(guarded) is not kind:
            raise TypeError(f"takes a {kind.__name__} made by the guard, not {type(guarded).__name__}")
        if guarded.dialect != self.dialect:
            raise TypeError(f"the query was guarded for {guarded.dialect}, and this is {self.dialect}")
        started = time.perf_counter()
        columns, rows = self._reader.read(guarded.sql, guarded.reads)
        elapsed = (time.perf_counter() - started) * 1000
        truncated = cap is not None and len(rows) > cap
        return Rows(columns, rows[:cap] if truncated else rows, truncated, elapsed)


@dataclass
class _Sqlite:
    """One connection a thread."""

    url: URL
    deadline_s: float
    local: threading.local = field(default_factory=threading.local)
    opened: list[sqlite3.Connection] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, sql: str, reads: Mapping[str, frozenset[str]]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        known: sqlite3.Connection | None = getattr(self.local, "connection", None)
        connection = known or self._open()
        self.local.reads = reads
        self.local.until = time.monotonic() + self.deadline_s
        try:
            cursor = connection.execute(sql)
            try:
                return tuple(column[0] for column in cursor.description), cursor.fetchall()
            finally:
                cursor.close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise _timeout(self.deadline_s) from None
            if "vtable constructor failed" in str(error) and connection is known:
                self._forget(connection)  # the schema was changed: FTS5 has to be opened anew, as at first
                return self.read(sql, reads)
            raise QueryFailed(f"The database says: {error}") from None
        except (sqlite3.Error, OverflowError, UnicodeError) as error:
            raise QueryFailed(f"The database says: {error}") from None

    def close(self) -> None:
        with self.lock:
            while self.opened:
                self.opened.pop().close()
        self.local = threading.local()

    def _forget(self, connection: sqlite3.Connection) -> None:
        self.local.connection = None
        with self.lock:
            self.opened.remove(connection)
        connection.close()

    def _open(self) -> sqlite3.Connection:
        path = Path(self.url.database or "")
        if not path.is_file():
            raise StoreMissing(f"There is no store at {path}. Create one first, or set the address of an existing one.")
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,  # only for close()
            timeout=self.deadline_s,
        )
        try:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("PRAGMA cache_size=-65536")
            made = connection.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
            for name, sql in made:
                if sql and sql.upper().startswith("CREATE VIRTUAL"):  # what its module asks for would be refused later
                    connection.execute(f"SELECT 1 FROM {quote(name)} LIMIT 0")
        except sqlite3.DatabaseError as error:
            connection.close()
            raise StoreMissing(f"{path} can't be read as a store: {error}.") from None
        if not made:
            connection.close()
            raise StoreMissing(f"{path} is empty: no store was created there yet.")
        for limit, value in _LIMITS.items():
            connection.setlimit(limit, value)
        local = self.local
        stored = frozenset(name for name, _ in made)
        connection.set_authorizer(lambda *asked: _authorize(local.reads, stored, *asked))
        connection.set_progress_handler(lambda: time.monotonic() > local.until, STEPS)
        local.connection = connection
        with self.lock:
            self.opened.append(connection)
        return connection


def _authorize(
    reads: Mapping[str, frozenset[str]],
    stored: frozenset[str],
    action: int,
    first: str | None,
    second: str | None,
    _: str | None,
    view: str | None,
) -> int:
    """SQLite asks this of each part of a statement while it prepares it."""
    if action == sqlite3.SQLITE_SELECT:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_READ:
        if view in reads:  # a view of a foreign database reads what it is made of
            return sqlite3.SQLITE_OK
        if not second and first is not None and first not in stored and not first.startswith("sqlite_"):
            return sqlite3.SQLITE_OK  # rows of a common table expression are counted: no column, no table of the file
        allowed = first is not None and first in reads and (not second or second in reads[first])
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_OK if (second or "").lower() in SQLITE_NAMES else sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_RECURSIVE:  # the guard refuses recursion, and walks the value index by it
        return sqlite3.SQLITE_OK if "value_tokens" in reads else sqlite3.SQLITE_DENY
    if (action, first, second) == (sqlite3.SQLITE_PRAGMA, "data_version", None):  # FTS5 asks it for itself
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


@dataclass
class _Postgres:
    """SQLAlchemy's pool, whose connections can't write."""

    url: URL
    deadline_s: float
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        options = {
            "default_transaction_read_only": "on",
            "statement_timeout": str(int(self.deadline_s * 1000)),
            "standard_conforming_strings": "on",
            "datestyle": "ISO",
        }
        try:
            self.engine = create_engine(
                self.url.set(drivername="postgresql+psycopg"),
                connect_args={
                    "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
                    "connect_timeout": max(2, int(self.deadline_s)),
                    "prepare_threshold": 0,  # the extended protocol takes one statement at a time
                },
                pool_pre_ping=True,
            )
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise StoreMissing(f"PostgreSQL can't be read: {error}.") from error

    def read(self, sql: str, _: Mapping[str, frozenset[str]]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        import psycopg  # not needed where the store is SQLite

        try:
            connection = self.engine.connect()
        except DBAPIError as error:
            where = self.url.render_as_string(hide_password=True)
            raise StoreMissing(f"The store at {where} can't be reached: {_first_line(error)}") from None
        try:
            with connection:
                result = connection.execution_options(no_parameters=True).exec_driver_sql(sql)
                return tuple(result.keys()), [tuple(map(_plain, row)) for row in result]
        except DBAPIError as error:
            if isinstance(error.orig, psycopg.errors.QueryCanceled):
                raise _timeout(self.deadline_s) from None
            if isinstance(error.orig, psycopg.errors.UndefinedTable):
                raise StoreMissing(
                    f"This is no customer store, or one of another version: {_first_line(error)}"
                ) from None
            raise QueryFailed(f"The database says: {_first_line(error)}") from None

    def close(self) -> None:
        self.engine.dispose()


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0]


def _plain(value: Any) -> Any:
    """PostgreSQL's values as SQLite gives them."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")
    return value.isoformat() if isinstance(value, date) else value


def _timeout(deadline_s: float) -> QueryTimeout:
    return QueryTimeout(f"Stopped after {deadline_s:g} seconds. Ask for a shorter period or fewer groups.")
