"""The door: what it takes, when it stops, what it says, and that it can't write."""

from __future__ import annotations

import dataclasses
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from schema.access import Asker
from tools.database import Database, QueryFailed, QueryTimeout, StoreMissing
from tools.guard import Catalog, GuardedQuery, guard
from tools.guard.guarded import DialectName, issue_query

ADMIN = Asker(1, "admin", "Admin", "admin")
CATALOG = Catalog.of_columns({"numbers": ["n", "word"], "gone": ["x"]})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.executescript(
        "PRAGMA journal_mode=WAL; CREATE TABLE numbers (n INTEGER, word TEXT); CREATE TABLE hidden (secret TEXT);"
        "INSERT INTO hidden VALUES ('x');"
    )
    connection.executemany("INSERT INTO numbers VALUES (?, ?)", [(i, f"w{i}") for i in range(300)])
    connection.commit()
    connection.close()
    return tmp_path / "shop.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{path}", deadline_s=0.3) as opened:
        yield opened


def query(sql: str, row_cap: int | None = 100, dialect: DialectName = "sqlite") -> GuardedQuery:
    return guard(sql, ADMIN, CATALOG, dialect=dialect, row_cap=row_cap)


def forged(sql: str, reads: dict[str, frozenset[str]] | None = None, dialect: DialectName = "sqlite") -> GuardedQuery:
    """What would come through a hole in the guard."""
    everything = {"numbers": frozenset({"n", "word"})}
    return issue_query(sql, dialect, ADMIN, 100, frozenset(), everything if reads is None else reads)


def test_rows_with_their_columns(database: Database) -> None:
    rows = database.fetch(query("SELECT n AS number, word FROM numbers ORDER BY n DESC LIMIT 2"))
    assert rows.columns == ("number", "word")
    assert rows.rows == [(299, "w299"), (298, "w298")]
    assert not rows.truncated
    assert 0 < rows.elapsed_ms < 300


def test_a_cut_is_told(database: Database) -> None:
    cut = database.fetch(query("SELECT n FROM numbers ORDER BY n", row_cap=10))
    assert ([row[0] for row in cut.rows], cut.truncated) == (list(range(10)), True)
    exact = database.fetch(query("SELECT n FROM numbers WHERE n < 10", row_cap=10))
    assert (len(exact.rows), exact.truncated) == (10, False)
    whole = database.fetch(query("SELECT n FROM numbers", row_cap=None))
    assert (len(whole.rows), whole.truncated) == (300, False)


def test_takes_nothing_but_what_the_guard_made(database: Database) -> None:
    for other in ("SELECT 1", None, database):
        with pytest.raises((TypeError, AttributeError)):
            database.fetch(other)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="made by guard"):
        GuardedQuery("SELECT 1", "sqlite", ADMIN, 1, frozenset(), {}, object())
    good = query("SELECT n FROM numbers")
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(good, sql="SELECT 1")
    with pytest.raises(dataclasses.FrozenInstanceError):
        good.sql = "SELECT 1"  # type: ignore[misc]
    with pytest.raises(TypeError, match="guarded for postgres"):
        database.fetch(query("SELECT n FROM numbers", dialect="postgres"))


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO numbers VALUES (1, 'x')",
        "DELETE FROM numbers",
        "CREATE TEMP TABLE t (x)",
        "DROP TABLE numbers",
        "PRAGMA query_only=OFF",
        "ATTACH ':memory:' AS other",
        "SELECT secret FROM hidden",
        "SELECT name FROM sqlite_master",
        "SELECT COUNT(*) FROM hidden",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM hidden)",
        "SELECT * FROM pragma_table_info('numbers')",
        "SELECT load_extension('x')",
        "SELECT zeroblob(10)",
        "SELECT randomblob(10)",
        "SELECT sqlite_version()",
        "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT MAX(x) FROM r",
        "SELECT 1; SELECT 2",
        "VACUUM",
    ],
)
def test_the_second_wall_stands_without_the_first(sql: str, database: Database, path: Path) -> None:
    with pytest.raises(QueryFailed):
        database.fetch(forged(sql))
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT COUNT(*) FROM numbers").fetchone() == (300,)
    connection.close()


def test_a_column_that_was_not_named_is_not_read(database: Database) -> None:
    with pytest.raises(QueryFailed, match=r"numbers\.word is prohibited"):
        database.fetch(forged("SELECT n FROM numbers WHERE word = 'w1'", {"numbers": frozenset({"n"})}))
    assert database.fetch(forged("SELECT COUNT(*) FROM numbers", {"numbers": frozenset({"n"})})).rows == [(300,)]


def test_the_rows_of_a_cte_are_counted(database: Database) -> None:
    rows = database.fetch(query("WITH few AS (SELECT n FROM numbers WHERE n < 5) SELECT COUNT(*) FROM few, few AS f"))
    assert rows.rows == [(25,)]


def test_stops_at_the_deadline_and_goes_on_after_it(database: Database) -> None:
    with pytest.raises(QueryTimeout, match=r"after 0\.3 seconds"):
        database.fetch(query("SELECT COUNT(*) FROM numbers a, numbers b, numbers c, numbers d"))
    assert database.fetch(query("SELECT COUNT(*) FROM numbers")).rows == [(300,)]


def test_says_what_the_database_says(database: Database) -> None:
    with pytest.raises(QueryFailed, match=r"The database says: no such table: gone"):
        database.fetch(query("SELECT x FROM gone"))
    with pytest.raises(QueryFailed, match="malformed JSON"):
        database.fetch(query("SELECT JSON_EXTRACT('{', '$.a')"))


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    (tmp_path / "text.db").write_text("this is no database, but long enough to be looked at as one" * 20)
    for url, message in (
        (f"sqlite:///{tmp_path / 'none.db'}", "There is no store at"),
        (f"sqlite:///{tmp_path / 'empty.db'}", "is empty"),
        (f"sqlite:///{tmp_path / 'text.db'}", "can't be read as a store"),
        ("postgresql+psycopg://nobody@127.0.0.1:1/none", "can't be reached"),
    ):
        with pytest.raises(StoreMissing, match=message), Database(url, deadline_s=2) as database:
            database.fetch(query("SELECT n FROM numbers", dialect=database.dialect))
    for url in ("no url", "mysql+pymysql://x@y/z", "sqlite://"):
        with pytest.raises(StoreMissing), Database(url) as database:
            database.fetch(query("SELECT n FROM numbers"))
    assert not (tmp_path / "none.db").exists()


def test_threads_read_at_once(database: Database) -> None:
    results: list[object] = []

    def read() -> None:
        for n in range(20):
            results.append(database.fetch(query(f"SELECT n FROM numbers WHERE n = {n}")).rows == [(n,)])

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 80


def test_sees_what_was_written_since(database: Database, path: Path) -> None:
    assert database.fetch(query("SELECT COUNT(*) FROM numbers")).rows == [(300,)]
    writer = sqlite3.connect(path)
    writer.execute("INSERT INTO numbers VALUES (300, 'x')")
    writer.commit()
    writer.close()
    assert database.fetch(query("SELECT COUNT(*) FROM numbers")).rows == [(301,)]


def test_a_view_reads_what_it_is_made_of(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE VIEW seen AS SELECT secret AS s FROM hidden")
    connection.commit()
    connection.close()
    catalog = Catalog.of_columns({"seen": ["s"]})
    with Database(f"sqlite:///{path}") as database:
        rows = database.fetch(guard("SELECT s FROM seen", ADMIN, catalog, dialect="sqlite", row_cap=5))
    assert rows.rows == [("x",)]


@pytest.fixture(scope="module")
def postgres(postgres_url: str) -> Iterator[Database]:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE numbers (n BIGINT, word TEXT, day DATE, at TIMESTAMP, yes BOOLEAN)")
        connection.exec_driver_sql(
            "INSERT INTO numbers SELECT i, 'w%' || i, '2026-01-02', '2026-01-02 03:04:05', true "
            "FROM generate_series(0, 299) AS g(i)",
            execution_options={"no_parameters": True},
        )
    engine.dispose()
    with Database(postgres_url, deadline_s=0.5) as opened:
        yield opened


@pytest.mark.postgres
def test_postgres_gives_the_same_kinds_of_values(postgres: Database) -> None:
    catalog = Catalog.of_columns({"numbers": ["n", "word", "day", "at", "yes"]})
    sql = (
        "SELECT SUM(n) AS s, AVG(n) AS a, MAX(day) AS d, MAX(at) AS t, MAX(word) AS w FROM numbers WHERE word LIKE 'w%'"
    )
    rows = postgres.fetch(guard(sql, ADMIN, catalog, dialect="postgres", row_cap=5))
    assert rows.columns == ("s", "a", "d", "t", "w")
    assert rows.rows == [(44850, 149.5, "2026-01-02", "2026-01-02 03:04:05.000000", "w%99")]
    assert type(rows.rows[0][0]) is int


@pytest.mark.postgres
@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO numbers (n) VALUES (1)",
        "CREATE TABLE t (x INT)",
        "SELECT 1; SELECT 2",
        "SELECT 1; SET default_transaction_read_only = off; DELETE FROM numbers",
        "SELECT nextval('x')",
        "SELECT x FROM nowhere",
    ],
)
def test_postgres_is_read_only(sql: str, postgres: Database) -> None:
    with pytest.raises((QueryFailed, StoreMissing)):
        postgres.fetch(forged(sql, dialect="postgres"))
    assert postgres.fetch(query("SELECT COUNT(*) AS n FROM numbers", dialect="postgres")).rows == [(300,)]


@pytest.mark.postgres
def test_postgres_stops_at_the_deadline(postgres: Database) -> None:
    with pytest.raises(QueryTimeout):
        postgres.fetch(query("SELECT COUNT(*) FROM numbers a, numbers b, numbers c, numbers d", dialect="postgres"))
    assert postgres.fetch(query("SELECT COUNT(*) AS n FROM numbers", dialect="postgres")).rows == [(300,)]
