"""Seeded stores: one at the default size, shared and only read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from seed.company import seed
from tools.store import open_store, upgrade

TODAY = date(2026, 11, 20)
Ask = Callable[[str], list[Any]]


@pytest.fixture(scope="session")
def default_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """2,000 customers as of `TODAY`."""
    engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('seed') / 'default.db'}")
    upgrade(engine)
    seed(engine, today=TODAY)
    yield engine
    engine.dispose()


@pytest.fixture
def ask(default_store: Engine) -> Ask:
    """Rows of a query on the default store; `:today` is bound."""

    def rows(query: str) -> list[Any]:
        with default_store.connect() as connection:
            bound = {"today": TODAY.isoformat()} if ":today" in query else {}
            return list(connection.execute(text(query), bound))

    return rows


@pytest.fixture
def make_store(tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    """Seed a store of its own: `make_store(customers=…, today=…, number=…)`."""
    engines: list[Engine] = []

    def make(**inputs: Any) -> Engine:
        engine = open_store(f"sqlite:///{tmp_path / f'{len(engines)}.db'}")
        upgrade(engine)
        seed(engine, **({"today": TODAY} | inputs))
        engines.append(engine)
        return engine

    yield make
    for engine in engines:
        engine.dispose()
