"""The tiny chain of shops in SQLite and on PostgreSQL: every test of the compiler runs on both."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine

sys.path.append(str(Path(__file__).parent))  # tests are no package; small stands here

if TYPE_CHECKING:
    from small import Chain


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def chain(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    from small import Chain, fill

    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('chain') / 'chain.db'}"
    else:
        server: str = request.getfixturevalue("postgres_url")
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE chain")
        admin.dispose()
        url = server.replace("/postgres?", "/chain?")
    engine = create_engine(url)
    fill(engine)
    yield Chain(engine)
    engine.dispose()
