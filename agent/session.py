"""The agent over one store, and its dialogues."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from rapidfuzz import process
from sqlglot import exp

from agent.answer_card import Answer, Step
from agent.errors import AgentError, UnknownUser
from agent.language import Language
from agent.planner.decisions import EMPTY, State
from agent.planner.planner import Planner
from agent.planner.values import Hit
from agent.toolbox import Toolbox
from agent.turn import Turn
from schema.access import Asker
from schema.compiler import Compiler
from schema.expressions import Clock
from schema.model import SemanticModel
from schema.query import Order, SemanticQuery
from tools.context import ToolContext
from tools.database import Database, DatabaseError
from tools.guard import Catalog
from tools.values import Values

SYSTEM = Asker(0, "system", "system", "admin")
NotesSearch = Callable[[ToolContext, str, int | None], list[dict[str, Any]]]


@dataclass(frozen=True)
class StepEvent:
    step: Step
    state: Literal["started", "done"]


@dataclass(frozen=True)
class TokenEvent:
    text: str


@dataclass(frozen=True)
class AnswerEvent:
    answer: Answer


Event = StepEvent | TokenEvent | AnswerEvent


@dataclass
class Agent:
    """One store, one model, one moment; any number of sessions."""

    database: Database
    catalog: Catalog
    model: SemanticModel
    compiler: Compiler
    planner: Planner
    clock: Clock
    llm: str
    llm_key: str
    short_lists: Mapping[str, Sequence[str]]
    notes: NotesSearch

    @property
    def today(self) -> date:
        return self.clock.today

    @property
    def now(self) -> datetime:
        return self.clock.now

    def context(self, asker: Asker) -> ToolContext:
        return ToolContext(self.database, self.catalog, self.model, self.compiler, asker, self.clock)

    def asker(self, user: str) -> Asker:
        """The user with this id or login. Raises UnknownUser with near ones."""
        if self.model.ext.users is None:
            return Asker(0, user, user, "admin")
        by = exp.column("id").eq(int(user)) if user.isdigit() else exp.column("login").eq(user)
        found = self._users(by, 1)
        if found:
            return found[0]
        logins = [a.login for a in self._users(None, 5000)]
        close = [m[0] for m in process.extract(user, logins, limit=3)]
        raise UnknownUser(f"No user has the id or login '{user}'. Near: {', '.join(close)}.")

    def _users(self, where: exp.Expression | None, limit: int) -> list[Asker]:
        query = exp.select("id", "login", "full_name", "role", "store_id").from_("users").order_by("id").limit(limit)
        rows, _ = self.context(SYSTEM).fetch(query.where(where) if where is not None else query, None)
        return [Asker(int(i), login, name, role, store) for i, login, name, role, store in rows.rows]

    def first_of(self, role: str, store_id: int | None = 1) -> Asker:
        """The first active user of a role, of a store where the role has one."""
        where = exp.and_(exp.column("role").eq(role), exp.column("left_on").is_(exp.null()))
        if store_id is not None:
            where = exp.and_(where, exp.column("store_id").eq(store_id))
        found = self._users(where, 1)
        if not found:
            raise AgentError(f"The store has no active user of role '{role}'.")
        return found[0]

    def profiles(self) -> list[Asker]:
        """A rep, an advisor, a manager and the admin, for looking through their eyes."""
        if self.model.ext.users is None:
            return [SYSTEM]
        roles = (("sales_rep", 1), ("service_advisor", 1), ("store_manager", 1), ("admin", None))
        return [self.first_of(role, store) for role, store in roles]

    def store_name(self, asker: Asker) -> str | None:
        """The showroom that the asker works in."""
        if asker.store_id is None or self.model.ext.stores is None:
            return None
        rows, _ = self.context(SYSTEM).fetch(f"SELECT name FROM stores WHERE id = {asker.store_id}", None)
        return str(rows.rows[0][0]) if rows.rows else None

    def suggestions(self, language: Language) -> list[str]:
        """Questions to start with."""
        found = self.model.ext.suggestions
        vietnamese = [s for s in found if not s.isascii()]
        return list(vietnamese if language == "vi" and len(vietnamese) >= 4 else found)

    def session(self, asker: Asker) -> Session:
        return Session(self, asker)


@dataclass(frozen=True)
class SessionValues:
    """The value index for one asker, as the planner takes it."""

    values: Values
    short_lists: Mapping[str, Sequence[str]]

    def listed(self) -> Mapping[str, Sequence[str]]:
        return self.short_lists

    def named(self, words: Sequence[str], limit: int = 9) -> Sequence[Hit]:
        found = self.values.named(words, limit)
        by_source: dict[str, int] = {}
        for f in found:
            by_source[f.source] = by_source.get(f.source, 0) + 1
        told = self.values.tell_apart(found) if any(n > 1 for n in by_source.values()) else found
        return [Hit(f.source, f.row_id, f.label, f.tells_apart) for f in told]

    def coded(self, code: str, limit: int = 9) -> Sequence[Hit]:
        return [Hit(f.source, f.row_id, f.label) for f in self.values.coded(code, limit)]


@dataclass
class Session:
    """One dialogue. Its state is the last typed query and the customer in focus."""

    agent: Agent
    asker: Asker
    state: State = EMPTY
    pending: dict[str, SemanticQuery] = field(default_factory=dict)
    queries: list[SemanticQuery | None] = field(default_factory=list)
    history: list[Any] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def turn(self, question: str, limit: int) -> Turn:
        context = self.agent.context(self.asker)
        toolbox = Toolbox(context, lambda text, customer: self.agent.notes(context, text, customer), limit)
        values = SessionValues(Values(context), self.agent.short_lists)
        suggestions = self.agent.suggestions("en")[:4]
        return Turn(question, self.agent.planner, self.asker, values, self.state, toolbox, suggestions, self.pending)

    def ask(self, question: str, *, limit: int = 1000) -> Answer:
        """Answer one question by the planner's lane, without LlamaIndex; the same steps as `stream` takes."""
        with self._lock:
            started = time.perf_counter()
            try:
                turn = self.turn(question, limit)
                planned = (time.perf_counter() - started) * 1000
                for tool, args in turn.calls():
                    turn.toolbox.run(tool, args)
                return self.finish(turn, turn.answer(), started, planned)
            except DatabaseError as error:
                raise AgentError(str(error)) from error

    def finish(self, turn: Turn, answer: Answer, started: float, planned: float) -> Answer:
        """Note the steps and the time, and move the dialogue on."""
        answer.steps = [Step(name="plan", detail=type(turn.decision).__name__, elapsed_ms=planned), *turn.toolbox.steps]
        answer.elapsed_ms = round((time.perf_counter() - started) * 1000, 1)
        self.state = turn.next_state(answer)
        query = getattr(turn.decision, "query", None)
        self.queries.append(query if answer.kind == "answer" else None)
        return answer

    async def stream(self, question: str, *, limit: int = 1000) -> AsyncIterator[Event]:
        """The same through a LlamaIndex FunctionAgent, whose LLM is the planner or a real one; events as they happen."""
        from agent.loop import stream  # noqa: PLC0415 - LlamaIndex takes seconds to import

        async for event in stream(self, question, limit):
            yield event

    def page(self, turn: int, offset: int, limit: int, order: str | None = None) -> list[list[Any]]:
        """Further rows of an earlier turn's full result. `order`: a column name, with - before it for descending."""
        query = self.queries[turn] if 0 <= turn < len(self.queries) else None
        if query is None:
            raise AgentError("That answer has no further rows.")
        context = self.agent.context(self.asker)
        if order:
            compiled = context.compiler.compile(query)
            named = {c.name: c.source or c.name for c in compiled.columns}
            by = named.get(order.lstrip("-"))
            if by is None:
                raise AgentError(f"'{order}' is no column of that answer.")
            query = query.model_copy(
                update={
                    "order": (Order(by=by if query.dataset else order.lstrip("-"), descending=order.startswith("-")),)
                }
            )
        compiled = context.compiler.compile(query)
        tree = exp.select("*").from_(exp.Subquery(this=compiled.tree, alias="page")).limit(limit).offset(offset)
        from tools.context import tidy

        rows, _ = context.fetch(tree, limit)
        return [tidy(r, compiled.columns) for r in rows.rows]


async def in_thread(function: Callable[..., Any], *args: Any) -> Any:
    """Run blocking work off the event loop."""
    return await asyncio.to_thread(function, *args)


__all__ = ["Agent", "AgentError", "AnswerEvent", "Event", "Session", "StepEvent", "TokenEvent", "UnknownUser"]
