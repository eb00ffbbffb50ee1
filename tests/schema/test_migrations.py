"""The revisions, run from empty, give exactly the tables that are declared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, create_engine, inspect

from schema.search import TRIGGERS, WORDS_INDEX, WORDS_TABLE
from schema.tables import metadata
from tools.store import MIGRATIONS, is_empty, open_store, upgrade


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def upgraded(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    if request.param == "postgres":
        server: str = request.getfixturevalue("postgres_url")
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE migrated")
        url = server.replace("/postgres?", "/migrated?")
    engine = open_store(url)
    assert is_empty(engine)
    upgrade(engine)
    yield engine
    engine.dispose()
    if request.param == "postgres":
        with admin.connect() as connection:
            connection.exec_driver_sql("DROP DATABASE migrated")
        admin.dispose()


def differences(engine: Engine) -> list[Any]:
    """What Alembic would still change, without the keyword index, which stands beside the tables."""
    with engine.connect() as connection:
        options = {"compare_type": True, "include_name": _declared}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    return list(found)


def _declared(name: str | None, kind: str, _parents: object) -> bool:
    ours = {"table": (WORDS_TABLE, "alembic_version"), "index": (WORDS_INDEX,)}.get(kind, ())
    return not (name or "").startswith(ours) if ours else True


def test_upgrading_from_empty_gives_the_declared_tables(upgraded: Engine) -> None:
    assert differences(upgraded) == []
    assert not is_empty(upgraded)
    tables = set(inspect(upgraded).get_table_names())
    assert metadata.tables.keys() <= tables


def test_the_comparison_sees_what_is_missing(upgraded: Engine) -> None:
    """A column, an index and a table taken away are found: an empty list above means something."""
    with upgraded.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE stores DROP COLUMN opened_on")
        connection.exec_driver_sql("DROP INDEX ix_customers_city")
        connection.exec_driver_sql("DROP TABLE settings")
    found = {d[0] for d in differences(upgraded)}
    assert found == {"add_column", "add_index", "add_table"}


def test_the_checks_of_enumerations_are_made(upgraded: Engine) -> None:
    """Alembic doesn't compare check constraints: by name, each declared one stands in the database."""
    inspector = inspect(upgraded)
    for table in metadata.sorted_tables:
        declared = {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint)}
        assert declared <= {str(c["name"]) for c in inspector.get_check_constraints(table.name)}, table.name


def test_upgrading_again_changes_nothing(upgraded: Engine) -> None:
    upgrade(upgraded)
    assert differences(upgraded) == []


def test_the_keyword_index_stands_after_the_revisions(upgraded: Engine) -> None:
    with upgraded.connect() as connection:
        if upgraded.dialect.name == "sqlite":
            named = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            assert set(TRIGGERS) <= {row[0] for row in named}
        else:
            named = connection.exec_driver_sql("SELECT indexname FROM pg_indexes WHERE tablename = 'notes'")
            assert WORDS_INDEX in {row[0] for row in named}


def test_there_is_one_line_of_revisions() -> None:
    """One root and one head: no two people's revisions stand side by side."""
    script = ScriptDirectory(str(MIGRATIONS))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
