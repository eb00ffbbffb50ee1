"""The loop both lanes run in: a LlamaIndex FunctionAgent with the session's tools, its events as they happen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import openai
import tenacity
from llama_index.core.agent.workflow import AgentStream, FunctionAgent, ToolCall, ToolCallResult
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.tools import FunctionTool

from agent.answer_card import Answer, Step
from agent.cards import Cards
from agent.llm.planner_llm import PlannerLLM
from agent.llm.providers import open_llm
from agent.numbers_check import unfounded
from agent.planner.decisions import Refuse
from agent.prompting import system_prompt
from agent.toolbox import TOOLS, Outcome, Toolbox
from agent.turn import Turn
from tools.database import DatabaseError

if TYPE_CHECKING:
    from agent.session import Event, Session

MAX_STEPS, HISTORY = 8, 6


def function_tools(toolbox: Toolbox) -> list[FunctionTool]:
    """The toolbox as LlamaIndex tools, named and described as its methods are."""
    return [FunctionTool.from_defaults(getattr(toolbox, name), name=name) for name in TOOLS]


async def stream(session: Session, question: str, limit: int) -> AsyncIterator[Event]:
    """One turn. The LLM lane takes what the planner can't; where the LLM is down the planner answers and says so."""
    from agent.session import AnswerEvent, StepEvent, TokenEvent

    started = time.perf_counter()
    try:
        turn = await asyncio.to_thread(session.turn, question, limit)
        planned = (time.perf_counter() - started) * 1000
        yield StepEvent(Step(name="plan", detail=type(turn.decision).__name__, elapsed_ms=planned), "done")
        trouble = ""
        if session.agent.llm != "planner" and _beyond(turn):
            async for event in _llm(session, turn, started, planned):
                if isinstance(event, str):
                    trouble = event
                else:
                    yield event
            if not trouble:
                return
            turn.toolbox.outcomes.clear()
        answer: list[Answer] = []

        def text() -> str:
            answer.append(turn.answer())
            return answer[-1].answer

        agent = FunctionAgent(
            name="customer_lifecycle",
            llm=PlannerLLM(turn.calls, text),
            tools=list(function_tools(turn.toolbox)),
            system_prompt="",
        )
        async for event in _events(agent, question, []):
            if not isinstance(event, _Final):
                yield TokenEvent(event) if isinstance(event, str) else event
        final = session.finish(turn, answer[-1], started, planned)
        if trouble:
            final.notices.insert(0, trouble)
        yield AnswerEvent(final)
    except DatabaseError as error:
        from agent.errors import AgentError

        raise AgentError(str(error)) from error


def _beyond(turn: Turn) -> bool:
    """Whether the planner has no answer of its own: it didn't understand."""
    return isinstance(turn.decision, Refuse) and turn.decision.why in ("words", "unreadable", "cannot")


async def _events(agent: FunctionAgent, question: str, history: list[ChatMessage]) -> AsyncIterator[Any]:
    """Steps as events, streamed text as strings."""
    from agent.session import StepEvent

    handler = agent.run(user_msg=question, chat_history=history, max_iterations=MAX_STEPS)
    started: dict[str, float] = {}
    async for event in handler.stream_events():
        if isinstance(event, ToolCallResult):
            took = (time.perf_counter() - started.get(event.tool_id, time.perf_counter())) * 1000
            yield StepEvent(Step(name=event.tool_name, detail=str(event.tool_kwargs), elapsed_ms=took), "done")
        elif isinstance(event, ToolCall):
            started[event.tool_id] = time.perf_counter()
            yield StepEvent(Step(name=event.tool_name, detail=str(event.tool_kwargs)), "started")
        elif isinstance(event, AgentStream) and event.delta:
            yield event.delta
    yield _Final(str(await handler))


class _Final:
    """The text that the loop ended with."""

    def __init__(self, text: str) -> None:
        self.text = text


async def _llm(session: Session, turn: Turn, started: float, planned: float) -> AsyncIterator[Any]:
    """The LLM lane. Yields events, or one string that says why the LLM couldn't."""
    from agent.session import AnswerEvent, TokenEvent

    cards = Cards(session.agent.model, turn.language)
    prompt = system_prompt(session.agent.model, session.asker, session.agent.today.isoformat())
    text, streamed = "", ""
    try:
        for attempt in tenacity.Retrying(
            stop=tenacity.stop_after_attempt(2), wait=tenacity.wait_fixed(0.5), reraise=True,
            retry=tenacity.retry_if_exception_type((openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError)),
        ):  # fmt: skip
            with attempt:
                llm = open_llm(session.agent.llm, session.agent.llm_key)
                agent = FunctionAgent(
                    name="customer_lifecycle", llm=llm, tools=list(function_tools(turn.toolbox)), system_prompt=prompt
                )
                async for event in _events(agent, turn.question, session.history[-HISTORY:]):
                    if isinstance(event, _Final):
                        text = event.text
                    elif isinstance(event, str):
                        streamed += event
                        yield TokenEvent(event)
                    else:
                        yield event
    except (openai.APIError, tenacity.RetryError) as error:
        yield cards.pick(
            f"The LLM is not available ({type(error).__name__}); the planner answered alone.",
            f"LLM không sẵn sàng ({type(error).__name__}); bộ hoạch định tự trả lời.",
        )
        return
    answer = llm_answer(turn, cards, text or streamed)
    session.history += [
        ChatMessage(role="user", content=turn.question),
        ChatMessage(role="assistant", content=answer.answer),
    ]
    query = next(
        (o.args.get("query") for o in reversed(turn.toolbox.outcomes) if o.tool == "query_customers" and o.result), None
    )
    final = session.finish(turn, answer, started, planned)
    if query is not None and not isinstance(query, dict):
        session.state = type(session.state)(query, session.state.one)
        session.queries[-1] = query
    yield AnswerEvent(final)


def llm_answer(turn: Turn, cards: Cards, text: str) -> Answer:
    """The card of the last tool result, with the LLM's text where the number check lets it pass."""
    today = turn.planner.ctx.today.isoformat()
    done = [o for o in turn.toolbox.outcomes if o.error is None and (o.result is not None or o.notes is not None)]
    if not done:
        answer = cards.refusal(
            "no_data" if text else "not_understood", text or cards.pick("No answer.", "Không có câu trả lời.")
        )
        answer.lane = "llm"
        return answer
    answer = _stated(done[-1], cards, today)
    cells = [c for o in done if o.result for row in o.result.rows for c in row]
    cells += [o.result.total_rows for o in done if o.result] + [
        b.count for o in done if o.result for b in o.result.beside
    ]
    wrong = unfounded(text, cells, turn.question + " " + today + " " + " ".join(str(o.notes) for o in done if o.notes))
    if text and not wrong:
        answer.answer = text
    elif wrong:
        answer.notices.append(cards.pick(
            f"The LLM's text was dropped: it held numbers that no result has ({', '.join(wrong[:3])}).",
            f"Bỏ lời văn của LLM vì có số không nằm trong kết quả ({', '.join(wrong[:3])}).",
        ))  # fmt: skip
    answer.lane = "llm"
    return answer


def _stated(outcome: Outcome, cards: Cards, today: str) -> Answer:
    if outcome.notes is not None:
        return cards.notes(outcome.notes, str(outcome.args.get("text", "")))
    result = outcome.result
    assert result is not None
    state: dict[str, Any] = {
        "customer_profile": cards.profile, "next_best_action": cards.next_action, "churn_risk": cards.churn, "describe_data": cards.description,
    }  # fmt: skip
    return state[outcome.tool](result, today) if outcome.tool in state and result.rows else cards.rows(result, today)  # type: ignore[no-any-return]
