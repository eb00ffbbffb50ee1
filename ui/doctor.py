"""What `lifecycle doctor` looks at."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Iterator

from sqlalchemy.engine import make_url

from agent.build import open_agent
from agent.errors import AgentError
from agent.llm.providers import PLANNER, check_llm
from agent.settings import read_settings
from schema.loading import load_model
from schema.model import ModelError
from tools.database import DatabaseError

Check = tuple[str, bool, str]


def checks(database: str | None) -> Iterator[Check]:
    """(name, whether it is well, what was found) of everything that the product stands on."""
    settings = read_settings()
    yield "Python", sys.version_info[:2] == (3, 11), sys.version.split()[0] + " (3.11 is needed)"
    yield "SQLite", sqlite3.sqlite_version_info >= (3, 38), sqlite3.sqlite_version + " (3.38 or newer is needed)"
    yield _llm(settings.llm)
    yield _model()
    yield _store(database or settings.database or settings.demo)
    browser = shutil.which("chromium")
    yield "Chromium (browser tests only)", True, browser or "not found: the browser tests will skip"


def _llm(setting: str) -> Check:
    try:
        return "LLM", True, check_llm(setting)
    except AgentError as error:
        return "LLM", False, str(error)


def _model() -> Check:
    try:
        model = load_model()
    except ModelError as error:
        return "semantic model", False, str(error)
    return "semantic model", True, f"{len(model.datasets)} datasets, {len(model.metrics)} metrics"


def _store(url: str) -> Check:
    try:
        agent = open_agent(url, llm=PLANNER)
    except (DatabaseError, ModelError) as error:
        return "store", False, str(error)
    agent.database.close()
    return "store", True, f"{make_url(url).render_as_string()}, figures of {agent.today}"
