"""The eval store, made once a session."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.agent import Agent
from agent.build import open_agent
from evals.store import eval_store

sys.path.append(str(Path(__file__).parent))  # tests are no package; renaming.py stands here


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2,000 customers on 2026-11-20, as the gold SQL supposes; only read."""
    return eval_store(tmp_path_factory.mktemp("evals"))


@pytest.fixture(scope="session")
def agent(store: Path) -> Iterator[Agent]:
    """The agent over the eval store."""
    opened = open_agent(f"sqlite:///{store}")
    yield opened
    opened.database.close()
