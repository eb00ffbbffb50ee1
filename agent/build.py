"""Where the parts are joined: a store, a model, the guard, the planner, the notes, into an Agent."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

from agent.agent import Agent
from agent.askers import SYSTEM, Askers
from agent.errors import AgentError
from agent.llm.providers import check_llm
from agent.notes import Notes
from agent.planner.lexicon import build_lexicon
from agent.planner.planner import Planner
from agent.planner.rules import Context
from agent.planner.values import add_listed
from agent.session_values import SessionValues
from agent.settings import clock_today, read_settings
from schema.access import ROLE_SCOPES, Asker
from schema.compiler import Compiler
from schema.expressions import Clock
from schema.joins import JoinGraph
from schema.loading import load_model
from tools.context import ToolContext
from tools.database import Database, StoreMissing
from tools.guard import Catalog, GuardError, guard
from tools.guard import guard_sql as guarded_sql
from tools.guard.guarded import DialectName
from tools.guard.short_lists import guard_short_lists
from tools.values import Values, listed


def open_agent(
    url: str | None = None, *, model: Path | None = None, today: date | None = None, llm: str | None = None
) -> Agent:
    """The agent over the store at `url`, else the configured one, else the demo.

    Raises StoreMissing (with what to do), ModelError, and AgentError for an LLM that there is not.
    """
    settings = read_settings()
    lane = check_llm(llm or settings.llm)
    semantic = load_model(model)
    address = url or settings.database or settings.demo
    database = Database(address)
    catalog = Catalog.of_tables()
    day = today or _store_day(database, catalog) or clock_today()
    clock = Clock(datetime.combine(day, time(12)))
    compiler = Compiler(semantic, clock, database.dialect)
    short_lists = listed(database.lookup(guard_short_lists(SYSTEM, database.dialect)).rows)
    planner = Planner(Context(semantic, JoinGraph(semantic), day), build_lexicon(semantic))
    context = ToolContext(database, catalog, semantic, compiler, SYSTEM, clock)
    add_listed(planner.lexicon, semantic, SessionValues(Values(context), short_lists))
    notes = Notes(database, catalog, settings.data / "notes", address, settings.embedding, settings.llm_key)
    return Agent(database, catalog, semantic, compiler, planner, clock, lane, settings.llm_key, short_lists, notes)


def _store_day(database: Database, catalog: Catalog) -> date | None:
    """The day of the last refresh: the store's today."""
    query = guard(
        "SELECT MAX(as_of) AS day FROM customer_metrics", SYSTEM, catalog, dialect=database.dialect, row_cap=None
    )
    value = database.fetch(query).rows[0][0]
    return date.fromisoformat(str(value)[:10]) if value else None


def guard_sql(sql: str, role: str, dialect: str) -> str:
    """The SQL that the guard lets a user of `role` run on the configured store in the place of `sql`.

    The user is one of store 1 for a role of scope store, the first active rep of store 1 for sales_rep. The string is
    complete and runs as it is. Raises GuardError on refusal, StoreMissing where nothing is seeded yet.
    """
    if role not in ROLE_SCOPES:
        raise GuardError(f"Unknown role '{role}'. Known: {', '.join(ROLE_SCOPES)}.", kind="not_allowed")
    if dialect not in ("sqlite", "postgres"):
        raise GuardError(f"Unknown dialect '{dialect}'. Known: sqlite, postgres.")
    kind: DialectName = "sqlite" if dialect == "sqlite" else "postgres"
    settings, catalog = read_settings(), Catalog.of_tables()
    address = settings.database or settings.demo
    with Database(address) as database:
        askers = Askers(database, catalog)
        if askers.is_empty():
            raise StoreMissing("The store holds nobody yet. Seed it first: lifecycle seed")
        try:
            asker = askers.first_of(role, 1 if ROLE_SCOPES[role] != "group" else None)
        except AgentError:
            asker = Asker(0, role, role, role, 1)  # a store without such a user: the role's rights all the same
    return guarded_sql(sql, asker, catalog, kind)
