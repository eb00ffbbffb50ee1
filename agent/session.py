"""One dialogue with the agent: questions in turn, each understood in the light of the last."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlglot import exp

# the pages and the evals take these from here
from agent.agent import Agent as Agent
from agent.answer_card import Answer, Step
from agent.errors import AgentError as AgentError
from agent.errors import UnknownUserError as UnknownUserError
from agent.events import AnswerEvent as AnswerEvent
from agent.events import Event as Event
from agent.events import StepEvent as StepEvent
from agent.events import TokenEvent as TokenEvent
from agent.language import Language
from agent.planner.decisions import EMPTY, Ask, State
from agent.session_values import SessionValues
from agent.toolbox import Toolbox
from agent.turn import Turn
from schema.access import Asker
from schema.compiler import Compiled
from schema.query import SemanticQuery
from tools.context import tidy
from tools.database import DatabaseError
from tools.values import Values

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage  # seconds to import


@dataclass
class Session:
    """One dialogue. Its state is the last typed query and the customer in focus."""

    agent: Agent
    asker: Asker
    state: State = EMPTY
    language: Language | None = None
    pending: dict[str, SemanticQuery] = field(default_factory=dict)
    queries: list[SemanticQuery | None] = field(default_factory=list)
    history: list[ChatMessage] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def turn(self, question: str, limit: int) -> Turn:
        """Decide what the question needs; nothing is run yet."""
        context = self.agent.context(self.asker)
        toolbox = Toolbox(context, partial(self.agent.notes, context), limit)
        values = SessionValues(Values(context), self.agent.short_lists)
        state, suggest = self.state, self.agent.suggestions
        return Turn(
            question, self.agent.planner, self.asker, values, state, toolbox, suggest, self.pending, self.language
        )

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

    async def stream(self, question: str, *, limit: int = 1000) -> AsyncIterator[Event]:
        """The same through a LlamaIndex FunctionAgent, whose LLM is the planner or a real one; events as they come."""
        from agent.loop import stream  # LlamaIndex takes seconds to import

        async for event in stream(self, question, limit):
            yield event

    def finish(
        self, turn: Turn, answer: Answer, started: float, planned: float, told: SemanticQuery | None = None
    ) -> Answer:
        """Note the steps and the time, and move the dialogue on. `told`: the LLM's query that it shows."""
        answer.steps = [Step(name="plan", detail=type(turn.decision).__name__, elapsed_ms=planned), *turn.toolbox.steps]
        answer.elapsed_ms = round((time.perf_counter() - started) * 1000, 1)
        self.state = turn.next_state(answer, told)
        self.language = turn.language
        query = told or (turn.decision.query if isinstance(turn.decision, Ask) else None)
        self.queries.append(query if answer.kind == "answer" else None)
        return answer

    def page(self, turn: int, offset: int, limit: int, order: str | None = None) -> list[list[Any]]:
        """Further rows of an earlier turn's full result. `order`: a column name, with - before it for descending.

        Raises AgentError for a turn without rows and for a column that the answer hasn't.
        """
        query = self.queries[turn] if 0 <= turn < len(self.queries) else None
        if query is None:
            raise AgentError("That answer has no further rows.")
        context = self.agent.context(self.asker)
        compiled = context.compiler.compile(query)
        whole = compiled.tree if order is None else _sorted(compiled, order)
        tree = exp.select("*").from_(exp.Subquery(this=whole, alias="page")).limit(limit).offset(offset)
        try:
            rows, _ = context.fetch(tree, limit)
        except DatabaseError as error:
            raise AgentError(str(error)) from error
        return [tidy(r, compiled.columns) for r in rows.rows]


def _sorted(compiled: Compiled, order: str) -> exp.Select:
    """The same rows (a top ten stays those ten) by one column, unknown last; the others break ties."""
    first = order.removeprefix("-")
    names = [c.name for c in compiled.columns]
    if first not in names:
        raise AgentError(f"'{first}' is no column of that answer.")
    keys = [
        exp.Ordered(this=exp.column(name), desc=name == first and order.startswith("-"), nulls_first=False)
        for name in [first, *(n for n in names if n != first)]
    ]
    return exp.select("*").from_(exp.Subquery(this=compiled.tree, alias="whole")).order_by(*keys)
