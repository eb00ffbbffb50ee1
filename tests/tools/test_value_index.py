"""The index of values holds every name, plate and phone by its folded words, alike on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, select

from schema.loading import load_model
from schema.tables import metadata
from tools.store import bulk_load, insert_rows, open_store, upgrade
from tools.value_index import rebuild_value_index, value_tokens

TABLES = ("value_tokens", "field_values")


def index_of(engine: Engine) -> list[list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return [sorted(map(tuple, connection.execute(select(metadata.tables[name])))) for name in TABLES]


@pytest.mark.parametrize(("value", "code", "tokens"), [
    ("Nguyễn Văn ĐỨC", False, ["duc", "nguyen", "van"]),
    ("Công ty TNHH An-Bình (An)", False, ["an", "binh", "cong", "tnhh", "ty"]),
    ("30A-123.45", True, ["30a12345"]),
    ("+84 912 345 678", True, ["84912345678"]),
    ("—", True, []),
    ("", False, []),
    ("x" * 200, False, ["x" * 60]),
    ("x" * 200, True, ["x" * 60]),
])  # fmt: skip
def test_the_tokens_of_a_value(value: str, code: bool, tokens: list[str]) -> None:
    assert value_tokens(value, code) == tokens


def test_every_customer_is_found_by_each_word_of_the_name(demo_url: str) -> None:
    engine = open_store(demo_url)
    customers, tokens = metadata.tables["customers"], metadata.tables["value_tokens"]
    with engine.connect() as connection:
        held = {
            (token, row_id)
            for token, row_id in connection.execute(
                select(tokens.c.token, tokens.c.row_id).where(tokens.c.source == "customers.full_name")
            )
        }
        for number, name in connection.execute(select(customers.c.id, customers.c.full_name)):
            for token in value_tokens(name, code=False):
                assert (token, number) in held
    engine.dispose()


@pytest.mark.postgres
def test_postgresql_holds_the_same_index(demo_folder: Path, postgres_url: str) -> None:
    source = open_store(f"sqlite:///{demo_folder / 'demo.db'}")
    server = open_store(postgres_url)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CREATE DATABASE value_index")
    engine = open_store(server.url.set(database="value_index").render_as_string(hide_password=False))
    upgrade(engine)
    named = {d.source for d in load_model().datasets.values() if any(f.ext.index for f in d.fields.values())}
    tables = [t for t in metadata.sorted_tables if t.name in named]
    assert len(tables) > 5
    with source.connect() as read, bulk_load(engine) as write:
        write.exec_driver_sql("SET session_replication_role = replica")  # the other tables stay empty
        for table in tables:
            rows = read.execution_options(no_parameters=True).exec_driver_sql(f'SELECT * FROM "{table.name}"')
            insert_rows(write, table, list(rows.keys()), rows.fetchall())
    assert set(inspect(engine).get_table_names()) >= named
    for _ in range(2):  # anew, not beside
        assert rebuild_value_index(engine, load_model()) > 1000
        assert index_of(engine) == index_of(source)
    for used in (source, server, engine):
        used.dispose()
