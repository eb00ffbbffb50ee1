"""Answers on a terminal: one question a line in and out as JSON, or laid out for a person."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.answer_card import Answer
from agent.errors import AgentError
from agent.events import AnswerEvent
from agent.session import Agent, Session

log = logging.getLogger(__name__)


def answered(session: Session, question: str, limit: int) -> Answer:
    """The answer of whichever lane is configured; the planner's needs no LlamaIndex, which is slow to import."""
    try:
        if session.agent.llm == "planner":
            return session.ask(question, limit=limit)
        return asyncio.run(_streamed(session, question, limit))
    except AgentError:
        raise
    except (
        Exception
    ) as error:  # the terminal's top handler: one question that fails ends neither the run nor in a trace
        log.debug("a question failed", exc_info=error)
        raise AgentError(
            "This question failed within the program, and was not answered. Ask it in other words."
        ) from None


async def _streamed(session: Session, question: str, limit: int) -> Answer:
    async for event in session.stream(question, limit=limit):
        if isinstance(event, AnswerEvent):
            return event.answer
    raise AgentError("The answer broke off. Ask again.")


def answer_lines(agent: Agent, lines: Iterable[str], user: str, limit: int) -> Iterator[str]:
    """One JSON answer for each JSON line {"question", "session", "as"}; equal sessions are one dialogue."""
    sessions: dict[tuple[str, str], Session] = {}
    for line in lines:
        if not line.strip():
            continue
        yield json.dumps(_answer(agent, line, user, limit, sessions), ensure_ascii=False)


def _answer(
    agent: Agent, line: str, user: str, limit: int, sessions: dict[tuple[str, str], Session]
) -> dict[str, object]:
    try:
        asked = json.loads(line)
        question = asked["question"]
        if not isinstance(question, str):
            raise TypeError
    except (ValueError, TypeError, KeyError):
        return _error('Each line is a JSON object with "question", and optionally "session" and "as".')
    who = str(asked.get("as") or user)
    key = (str(asked.get("session")), who)
    try:
        session = sessions.get(key) if asked.get("session") is not None else None
        if session is None:
            session = agent.session(agent.asker(who))
            if asked.get("session") is not None:
                sessions[key] = session
        return answered(session, question, limit).model_dump()
    except AgentError as error:
        return _error(str(error))


def _error(text: str) -> dict[str, object]:
    return Answer(kind="refuse", refusal="not_understood", answer=text).model_dump()


def print_answer(question: str, answer: Answer) -> None:
    """The answer card on a terminal."""
    console = Console()
    console.print(question, style="bold", markup=False, highlight=False)
    console.print(answer.answer, markup=False, highlight=False)
    if answer.rows and answer.kind == "answer" and not answer.profile:
        table = Table()
        for c in answer.columns:
            numeric = c.type in ("integer", "number")
            table.add_column(c.label + (f" ({c.unit})" if c.unit else ""), justify="right" if numeric else "left")
        for row in answer.rows[:20]:
            table.add_row(*(Text(_cell(v)) for v in row))  # as text: a name may hold what reads as markup
        console.print(table)
        if answer.total_rows > 20:
            console.print(f"20 of {answer.total_rows} rows; --json gives all.", highlight=False)
    for section in (answer.profile or {}).get("sections", []):
        console.print(section["title"], style="bold", markup=False, highlight=False)
        for row in section["rows"]:
            console.print(f"  {row['label']}: {row['value']}", markup=False, highlight=False)
    for source in answer.sources:
        console.print(
            f"“{source.text}” ({source.customer_name} #{source.customer_id}, {source.date}, {source.author})",
            markup=False,
        )
    for option in answer.options:
        console.print(f"  · {option.label}", markup=False, highlight=False)
    for notice in answer.notices:
        console.print(notice, style="yellow", markup=False, highlight=False)
    if answer.definition:
        console.print(answer.definition, style="dim", markup=False, highlight=False)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.3f}"
    return str(value)
