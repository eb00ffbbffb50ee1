"""The tiny chain of shops in SQLite and on PostgreSQL: every test of the compiler runs on both."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine

sys.path.append(str(Path(__file__).parent))  # tests are no package; small stands here

if TYPE_CHECKING:
    from small import Chain


@contextmanager
def opened(url: str) -> Iterator[Chain]:
    from small import Chain, fill

    engine = create_engine(url)
    fill(engine)
    yield Chain(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def chain_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    with opened(f"sqlite:///{tmp_path_factory.mktemp('chain') / 'chain.db'}") as chain:
        yield chain


@pytest.fixture(scope="session")
def chain_postgres(postgres_url: str) -> Iterator[Chain]:
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE chain")
    admin.dispose()
    with opened(postgres_url.replace("/postgres?", "/chain?")) as chain:
        yield chain


@pytest.fixture(params=["chain_sqlite", pytest.param("chain_postgres", marks=pytest.mark.postgres)])
def chain(request: pytest.FixtureRequest) -> Chain:
    found: Chain = request.getfixturevalue(request.param)
    return found
