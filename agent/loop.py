"""The loop both lanes run in: a LlamaIndex FunctionAgent with the session's tools, its events as they happen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

import openai
import tenacity
from llama_index.core.agent.workflow import AgentStream, FunctionAgent, ToolCall, ToolCallResult
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.core.tools import FunctionTool
from workflows.errors import WorkflowRuntimeError

from agent.answer_card import Answer, Step
from agent.cards import Cards
from agent.errors import AgentError
from agent.events import AnswerEvent, Event, StepEvent, TokenEvent
from agent.llm.planner_llm import PlannerLLM
from agent.llm.providers import PLANNER, open_llm
from agent.llm_answer import llm_answer, told_query
from agent.planner.decisions import Refuse
from agent.prompting import system_prompt
from agent.toolbox import TOOLS, Toolbox
from agent.turn import Turn
from tools.database import DatabaseError

if TYPE_CHECKING:
    from agent.session import Session

MAX_STEPS, HISTORY, ATTEMPTS, WAIT_S = 8, 6, 2, 0.5
_PASSING = (openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError)  # worth a second attempt


class LLMUnavailableError(Exception):
    """The LLM gave no answer; the message is a kind of error. Read by the loop, which turns to the planner."""


async def stream(session: Session, question: str, limit: int) -> AsyncIterator[Event]:
    """One turn. The LLM lane takes what the planner can't; where the LLM is down the planner answers and says so."""
    started = time.perf_counter()
    try:
        turn = await asyncio.to_thread(session.turn, question, limit)
        planned = (time.perf_counter() - started) * 1000
        yield StepEvent(Step(name="plan", detail=type(turn.decision).__name__, elapsed_ms=planned), "done")
        trouble = ""
        if session.agent.llm != PLANNER and _beyond(turn):
            try:
                async for event in _by_llm(session, turn, started, planned):
                    yield event
                return
            except LLMUnavailableError as error:
                trouble = str(error)
                turn.toolbox.forget()
        async for event in _by_planner(session, turn, started, planned, trouble):
            yield event
    except DatabaseError as error:
        raise AgentError(str(error)) from error


def _beyond(turn: Turn) -> bool:
    """Whether the planner has no answer of its own: it didn't understand."""
    return isinstance(turn.decision, Refuse) and turn.decision.why in ("words", "unreadable", "cannot")


async def _by_planner(
    session: Session, turn: Turn, started: float, planned: float, trouble: str
) -> AsyncIterator[Event]:
    """The planner's lane. `trouble`: why the LLM has not answered."""
    answers: list[Answer] = []

    def text() -> str:
        answers.append(turn.answer())
        return answers[-1].answer

    async for event in _run(PlannerLLM(turn.calls, text), turn.toolbox, "", turn.question, []):
        yield event
    answer = session.finish(turn, answers[-1], started, planned)
    if trouble:
        answer.notices.insert(0, Cards(session.agent.model, turn.language).pick(
            f"The LLM is not available ({trouble}); the planner answered alone.",
            f"LLM không sẵn sàng ({trouble}); bộ hoạch định tự trả lời.",
        ))  # fmt: skip
    yield AnswerEvent(answer)


async def _by_llm(session: Session, turn: Turn, started: float, planned: float) -> AsyncIterator[Event]:
    """The LLM's lane. Raises LLMUnavailableError after the last attempt."""
    prompt = system_prompt(session.agent.model, session.asker, session.agent.today.isoformat())
    text = ""
    try:
        async for attempt in tenacity.AsyncRetrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS), wait=tenacity.wait_fixed(WAIT_S), reraise=True,
            retry=tenacity.retry_if_exception_type(_PASSING),
        ):  # fmt: skip
            with attempt:
                text = ""
                turn.toolbox.forget()
                llm = open_llm(session.agent.llm, session.agent.llm_key)
                async for event in _run(llm, turn.toolbox, prompt, turn.question, session.history[-HISTORY:]):
                    if isinstance(event, TokenEvent):
                        text += event.text
                    elif event.step.name != "plan" and event.state == "started":
                        text = ""  # what was said before a call is not the answer
                    yield event
    except (openai.APIError, WorkflowRuntimeError) as error:
        raise LLMUnavailableError(type(error).__name__) from error
    answer = llm_answer(turn, Cards(session.agent.model, turn.language), text.strip())
    session.history += [
        ChatMessage(role="user", content=turn.question),
        ChatMessage(role="assistant", content=answer.answer),
    ]
    yield AnswerEvent(session.finish(turn, answer, started, planned, told_query(turn)))


async def _run(
    llm: FunctionCallingLLM, toolbox: Toolbox, prompt: str, question: str, history: Sequence[ChatMessage]
) -> AsyncIterator[StepEvent | TokenEvent]:
    """One run of the FunctionAgent: its tool calls as steps, its text as it comes. It ends with whoever listens."""
    tools = [FunctionTool.from_defaults(getattr(toolbox, name), name=name) for name in TOOLS]
    agent = FunctionAgent(name="customer_lifecycle", llm=llm, tools=list(tools), system_prompt=prompt)
    asked = ChatMessage(role="user", content=question)  # a bare string may not be empty
    handler = agent.run(user_msg=asked, chat_history=list(history), max_iterations=MAX_STEPS)
    started: dict[str, float] = {}
    try:
        async for event in handler.stream_events():
            if isinstance(event, ToolCallResult):
                took = (time.perf_counter() - started[event.tool_id]) * 1000
                yield StepEvent(Step(name=event.tool_name, detail=str(event.tool_kwargs), elapsed_ms=took), "done")
            elif isinstance(event, ToolCall):
                started[event.tool_id] = time.perf_counter()
                yield StepEvent(Step(name=event.tool_name, detail=str(event.tool_kwargs)), "started")
            elif isinstance(event, AgentStream) and event.delta:
                yield TokenEvent(event.delta)
        await handler
    finally:
        if not handler.is_done():
            await handler.cancel_run()
