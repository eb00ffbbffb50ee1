"""`guard_sql`, the guard as others call it: what it gives runs as it is, and holds only what the role may see."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agent.build import guard_sql
from schema.access import ROLE_SCOPES
from tools.database import StoreMissing
from tools.guard import GuardError
from tools.store import open_store, upgrade

ALL = "SELECT id, full_name FROM customers ORDER BY id"


@pytest.fixture
def store(demo_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configured store."""
    monkeypatch.setenv("LIFECYCLE_DATABASE", demo_url)
    return Path(demo_url.removeprefix("sqlite:///"))


def run(store: Path, sql: str) -> list[tuple[Any, ...]]:
    """With nothing but Python's own SQLite."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


def owned_by_first_rep(store: Path) -> set[int]:
    """By hand: whose customers the first active rep of store 1 has now."""
    query = """
        SELECT customer_id FROM ownerships
        WHERE to_date IS NULL AND user_id = (
            SELECT MIN(id) FROM users WHERE role = 'sales_rep' AND store_id = 1 AND left_on IS NULL
        )"""
    return {i for (i,) in run(store, query)}


@pytest.mark.parametrize("role", ROLE_SCOPES)
def test_the_sql_of_each_role_runs_as_it_is_and_keeps_to_its_rows(store: Path, role: str) -> None:
    found = {row[0] for row in run(store, guard_sql(ALL, role, "sqlite"))}
    every = {i for (i,) in run(store, "SELECT id FROM customers WHERE merged_into_id IS NULL")}
    assert found
    if ROLE_SCOPES[role] == "group":
        assert found >= every
    else:
        assert found < every


def test_the_rep_is_the_first_active_one_of_store_1(store: Path) -> None:
    found = {row[0] for row in run(store, guard_sql(ALL, "sales_rep", "sqlite"))}
    assert found == owned_by_first_rep(store)


def test_a_rep_sees_less_than_his_store_and_a_store_less_than_the_group(store: Path) -> None:
    seen = {
        r: {row[0] for row in run(store, guard_sql(ALL, r, "sqlite"))} for r in ("sales_rep", "store_manager", "admin")
    }
    assert seen["sales_rep"] < seen["store_manager"] < seen["admin"]


@pytest.mark.parametrize("role", ["sales_rep", "store_manager", "marketing"])
def test_no_way_of_asking_gives_more_rows(store: Path, role: str) -> None:
    allowed = {row[0] for row in run(store, guard_sql(ALL, role, "sqlite"))}
    for sql in (
        "WITH x AS (SELECT * FROM customers) SELECT id FROM x",
        "SELECT c.id FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id",
        "SELECT id FROM customers UNION SELECT id FROM customers",
        "SELECT customer_id FROM orders WHERE customer_id IN (SELECT id FROM customers)",
        "SELECT customer_id FROM notes",
        "SELECT customer_id FROM interactions WHERE customer_id IS NOT NULL",
    ):
        assert {row[0] for row in run(store, guard_sql(sql, role, "sqlite"))} <= allowed, sql


@pytest.mark.usefixtures("store")
def test_the_sql_for_postgresql_is_given_as_well() -> None:
    guarded = guard_sql(ALL, "store_manager", "postgres")
    assert "customers" in guarded
    assert guarded != ALL


@pytest.mark.parametrize("sql", [
    "DELETE FROM customers",
    "DROP TABLE customers",
    "UPDATE customers SET full_name = 'x'",
    "SELECT 1; SELECT 2",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM value_tokens",
    "SELECT * FROM settings",
    "SELECT * FROM note_words",
    "SELECT load_extension('x')",
    "SELECT nothing FROM customers",
    "SELECT * FROM no_such_table",
    "PRAGMA table_info(customers)",
    "SELEC id FROM customers",
    "",
])  # fmt: skip
@pytest.mark.parametrize("role", ["sales_rep", "admin"])
@pytest.mark.usefixtures("store")
def test_what_is_refused(sql: str, role: str) -> None:
    with pytest.raises(GuardError):
        guard_sql(sql, role, "sqlite")


@pytest.mark.usefixtures("store")
def test_a_role_or_dialect_that_there_is_not() -> None:
    with pytest.raises(GuardError, match="Unknown role 'boss'\\. Known: sales_rep"):
        guard_sql(ALL, "boss", "sqlite")
    with pytest.raises(GuardError, match="Unknown dialect 'oracle'\\. Known: sqlite, postgres"):
        guard_sql(ALL, "admin", "oracle")


def test_nothing_is_seeded_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_DATABASE", f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(StoreMissing, match="There is no store at"):
        guard_sql(ALL, "admin", "sqlite")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty.db").touch()
    monkeypatch.setenv("LIFECYCLE_DATABASE", f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(StoreMissing, match="empty"):
        guard_sql(ALL, "admin", "sqlite")


def test_a_store_that_was_made_and_never_seeded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    upgrade(open_store(url))
    monkeypatch.setenv("LIFECYCLE_DATABASE", url)
    with pytest.raises(StoreMissing, match="lifecycle seed"):
        guard_sql(ALL, "admin", "sqlite")
