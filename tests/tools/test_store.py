"""The writer on both databases: bulk loads are whole or nothing, and what is written is what was given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Date, DateTime, Engine, Float, Integer, MetaData, String, Table, inspect, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from schema.tables import metadata
from tools.store import StoreError, bulk_load, insert_rows, is_empty, open_store, read_settings, upgrade, write_setting

numbers = count()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine over an empty database."""
    if request.param == "sqlite":
        made = open_store(f"sqlite:///{tmp_path / 'folder' / 'new.db'}")
    else:
        server = open_store(request.getfixturevalue("postgres_url"))
        name = f"store_{next(numbers)}"
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        made = open_store(server.url.set(database=name).render_as_string(hide_password=False))
        server.dispose()
    yield made
    made.dispose()


@pytest.fixture
def things(engine: Engine) -> Table:
    table = Table(
        "things", MetaData(), Column("id", Integer, primary_key=True), Column("name", String), Column("day", Date),
        Column("at", DateTime), Column("share", Float), Column("done", Boolean),
    )  # fmt: skip
    table.create(engine)
    return table


def rows_of(engine: Engine, table: Table) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(table).order_by("id"))]


def test_rows_are_written_as_they_were_given(engine: Engine, things: Table) -> None:
    names = ["Nguyễn Văn Đức", "a\tb\nc\\N", "\\N", '"quoted", with commas', "%s ? :x", "", None]
    days, at = date(2024, 2, 29), datetime(2024, 2, 29, 23, 59, 59, 123456)
    given = [(i, name, days.isoformat(), at.isoformat(" "), 0.1, i % 2) for i, name in enumerate(names)]
    with bulk_load(engine) as connection:
        assert insert_rows(connection, things, [c.name for c in things.c], iter(given)) == len(given)
    assert rows_of(engine, things) == [(i, name, days, at, 0.1, bool(i % 2)) for i, name in enumerate(names)]


def test_columns_that_are_not_given_stay_empty(engine: Engine, things: Table) -> None:
    with bulk_load(engine) as connection:
        assert insert_rows(connection, things, ("name", "id"), [("x", 7)]) == 1
        assert insert_rows(connection, things, ("name", "id"), []) == 0
    assert rows_of(engine, things) == [(7, "x", None, None, None, None)]


def test_a_failure_takes_rows_tables_and_indexes_back(engine: Engine, things: Table) -> None:
    with bulk_load(engine) as connection:
        insert_rows(connection, things, ("id", "name"), [(1, "kept")])
        connection.exec_driver_sql("CREATE INDEX ix_kept ON things (name)")
    with pytest.raises(RuntimeError, match="half-way"), bulk_load(engine) as connection:
        connection.exec_driver_sql("DROP INDEX ix_kept")
        connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
        insert_rows(connection, things, ("id",), [(2,)])
        raise RuntimeError("half-way")
    assert [row[0] for row in rows_of(engine, things)] == [1]
    assert [i["name"] for i in inspect(engine).get_indexes("things")] == ["ix_kept"]
    assert not inspect(engine).has_table("half")


def test_a_row_that_does_not_fit_takes_all_back(engine: Engine, things: Table) -> None:
    with pytest.raises((DBAPIError, engine.dialect.dbapi.Error)), bulk_load(engine) as connection:
        insert_rows(connection, things, ("id",), [(1,), (2,), (1,)])
    assert rows_of(engine, things) == []


def test_foreign_keys_are_checked_again_after_a_bulk_load_and_after_a_failure(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path / 'keys.db'}")
    upgrade(engine)
    orphan = metadata.tables["customer_tags"].insert().values(customer_id=1, tag="x")
    for fail in (False, True):
        try:
            with bulk_load(engine) as connection:
                assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 0
                assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 0
                if fail:
                    raise RuntimeError
        except RuntimeError:
            assert fail
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
            with pytest.raises(IntegrityError):
                connection.execute(orphan)
    engine.dispose()


def test_a_store_is_made_once_and_made_whole(engine: Engine) -> None:
    assert is_empty(engine)
    upgrade(engine)
    assert not is_empty(engine)
    present = set(inspect(engine).get_table_names())
    assert metadata.tables.keys() <= present
    upgrade(engine)
    assert set(inspect(engine).get_table_names()) == present


def test_settings_are_kept_as_json(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        for value in (1, "hai", [1, None], {"đ": True}):
            write_setting(connection, "one", value)
            assert read_settings(connection) == {"one": value}


@pytest.mark.parametrize("url", ["nonsense", "", "sqlite"])
def test_an_address_that_means_nothing(url: str) -> None:
    with pytest.raises(StoreError, match=r"is no database URL\. Examples: sqlite:///shop\.db"):
        open_store(url)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("This is no database, but a text of some length. " * 50)
    engine = open_store(f"sqlite:///{tmp_path / 'text.db'}")
    for use in (upgrade, is_empty):
        with pytest.raises(StoreError, match=r"text\.db can't be opened"):
            use(engine)
    engine.dispose()
