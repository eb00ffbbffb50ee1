"""The demo company in a file that all workers share, what is true of it by hand, and an agent over it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from agent.agent import Agent
from agent.build import open_agent

if TYPE_CHECKING:
    from plain_rules import Company

HERE = Path(__file__).parent
TODAY = date(2026, 11, 20)
CUSTOMERS, NUMBER = 2000, 20
# tests are no package; plain_rules stands here, the plain figures that it builds on stand beside the refresh's tests
sys.path += [str(HERE), str(HERE.parent / "tools" / "intelligence")]


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of this run, the same for every worker of xdist."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if base.name.startswith("popen-") else base) / "agent"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def demo_folder(shared_folder: Path) -> Path:
    """`seeded.db`, the company before any figure is computed, and `demo.db`, the same refreshed and indexed."""
    with FileLock(shared_folder / "demo.lock"):
        if not (shared_folder / "done").exists():
            _make(shared_folder)
            (shared_folder / "done").touch()
    return shared_folder


def _make(folder: Path) -> None:
    from seed.company import seed
    from tools.store import open_store, upgrade
    from ui.demo import refresh_store

    engine = open_store(f"sqlite:///{folder / 'seeded.db'}")
    upgrade(engine)
    seed(engine, customers=CUSTOMERS, today=TODAY, number=NUMBER)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    shutil.copy(folder / "seeded.db", folder / "demo.db")
    refresh_store(f"sqlite:///{folder / 'demo.db'}", TODAY, lambda _: None)


@pytest.fixture(scope="session")
def demo_agent(demo_folder: Path) -> Iterator[Agent]:
    """The agent over the demo company by the planner's lane; the index of notes is made in the run's own folder."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LIFECYCLE_DATABASE", "LIFECYCLE_LLM", "LIFECYCLE_EMBEDDING"):
            patch.delenv(name, raising=False)
        patch.setenv("LIFECYCLE_DATA", str(demo_folder))
        agent = open_agent(f"sqlite:///{demo_folder / 'demo.db'}")
    with closing(agent.database):
        yield agent


@pytest.fixture(scope="session")
def company(demo_folder: Path) -> Company:
    """What is true of the demo company, worked out from its rows as they were seeded."""
    from plain_rules import Company, read_tables

    return Company(read_tables(demo_folder / "seeded.db"), TODAY)
