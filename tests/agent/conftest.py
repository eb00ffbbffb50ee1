"""An agent over the demo company, and what is true of that company by hand."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agent.agent import Agent
from agent.build import open_agent

if TYPE_CHECKING:
    from plain_rules import Company

HERE = Path(__file__).parent
TODAY = date(2026, 11, 20)  # of demo_folder
# tests are no package; plain_rules stands here, the plain figures that it builds on stand beside the refresh's tests
sys.path += [str(HERE), str(HERE.parent / "tools" / "intelligence")]


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
