"""The LLM's lane against a real endpoint on this machine: scripted replies, recorded dialogues, ways to fail."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.agent import Agent
from agent.answer_card import Answer
from agent.errors import AgentError
from agent.events import AnswerEvent, StepEvent
from agent.llm.providers import check_llm, open_llm
from agent.planner.decisions import Decision, Refuse
from agent.planner.planner import Planner
from agent.session import Session
from evals import replay_server
from evals.replay_server import Reply, from_cassette, read_cassettes, request_key, serving, turn_key

CASSETTES = Path(replay_server.__file__).parent / "cassettes"
BEYOND = "xyzzy foo bar"  # what the planner can't read
HANOI = {"field": "customers.city", "op": "=", "value": "Hà Nội"}
COUNT = {"metrics": [{"fn": "count", "over": "customers"}], "filters": [HANOI]}
QUERY = {"name": "query_customers", "arguments": {"query": COUNT}}
LIST = {"name": "query_customers", "arguments": {"query": {"dataset": "customers", "filters": [HANOI]}}}


class Script:
    """Gives the replies in turn, the last one for ever; keeps the requests."""

    def __init__(self, *replies: Reply) -> None:
        self.replies, self.requests = replies, []

    def __call__(self, request: dict[str, Any], /) -> Reply:
        self.requests.append(request)
        return self.replies[min(len(self.requests), len(self.replies)) - 1]


Lane = Callable[[Script], AbstractContextManager[Session]]


@pytest.fixture
def lane(demo_agent: Agent, monkeypatch: pytest.MonkeyPatch) -> Lane:
    """A dialogue of the admin with an LLM that follows a script."""
    monkeypatch.setattr("agent.loop.WAIT_S", 0.01)

    @contextmanager
    def opened(script: Script) -> Iterator[Session]:
        with serving(script) as url:
            yield replace(demo_agent, llm=f"{url}#scripted").session(demo_agent.asker("admin"))

    return opened


def asked(session: Session, question: str) -> tuple[Answer, list[StepEvent]]:
    async def run() -> list[Any]:
        return [event async for event in session.stream(question)]

    events = asyncio.run(run())
    assert isinstance(events[-1], AnswerEvent)
    return events[-1].answer, [e for e in events if isinstance(e, StepEvent)]


def error(status: int) -> Reply:
    return {"error": {"status": status, "message": "no"}}


def told(request: dict[str, Any]) -> str:
    """What the last tool said to the LLM."""
    last = request["messages"][-1]
    assert last["role"] == "tool"
    return str(last["content"])


# an LLM that does its work -------------------------------------------------------------------------------------------
def test_the_llm_calls_a_tool_and_states_its_result(lane: Lane) -> None:
    script = Script({"tool_calls": [QUERY]}, {"content": "In Hà Nội."})
    with lane(script) as session:
        answer, steps = asked(session, BEYOND)
        planner = session.ask("how many customers in Hà Nội")
    assert (answer.lane, answer.kind, answer.answer) == ("llm", "answer", "In Hà Nội.")
    assert answer.rows == planner.rows
    assert answer.sql
    assert answer.filters
    assert [(s.step.name, s.state) for s in steps] == [
        ("plan", "done"), ("query_customers", "started"), ("query_customers", "done"),
    ]  # fmt: skip
    first, second = script.requests
    assert first["messages"][0]["role"] == "system"
    assert first["messages"][-1]["content"] == BEYOND
    assert len(first["tools"]) == 7
    assert json.loads(told(second))["rows"] == planner.rows


def test_the_planner_s_questions_never_reach_the_llm(lane: Lane) -> None:
    script = Script({"content": "never"})
    with lane(script) as session:
        answer, _ = asked(session, "how many customers")
    assert answer.lane == "planner"
    assert script.requests == []


def test_a_follow_up_builds_on_the_llm_s_query_in_either_lane(lane: Lane) -> None:
    script = Script({"tool_calls": [LIST]}, {"content": "Here they are."})
    with lane(script) as session:
        everybody, _ = asked(session, BEYOND)
        assert session.page(0, 0, 5) == everybody.rows[:5]
        count, _ = asked(session, "how many?")
        assert count.lane == "planner"
        assert count.rows == [[everybody.total_rows]]
        asked(session, BEYOND)
    said = [m["content"] for m in script.requests[-1]["messages"] if m["role"] in ("user", "assistant")]
    assert said[:2] == [BEYOND, "Here they are."]


def test_rights_hold_for_what_the_llm_asks(demo_agent: Agent) -> None:
    sql = {"name": "run_sql", "arguments": {"sql": "SELECT COUNT(*) AS n FROM customers"}}
    rep = demo_agent.first_of("sales_rep", 1)
    counts = {}
    for asker in (rep, demo_agent.asker("admin")):
        with serving(Script({"tool_calls": [sql]}, {"content": "There."})) as url:
            answer, _ = asked(replace(demo_agent, llm=url).session(asker), BEYOND)
        counts[asker.role] = answer.rows[0][0]
    assert 0 < counts["sales_rep"] < counts["admin"]


def test_two_calls_at_once(lane: Lane) -> None:
    script = Script({"tool_calls": [QUERY, LIST]}, {"content": "Both."})
    with lane(script) as session:
        answer, steps = asked(session, BEYOND)
    assert answer.answer == "Both."
    assert len([s for s in steps if s.state == "done"]) == 3


# an LLM that makes mistakes ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("call", "said"), [
    ({"name": "query_customers", "arguments": "{not json"}, "query"),
    ({"name": "query_customers", "arguments": {}}, "query"),
    ({"name": "query_customers", "arguments": {"query": {"datasets": "customers"}}}, "datasets"),
    ({"name": "query_customers", "arguments": {"query": {"dataset": "custmers"}}}, "Did you mean 'customers'?"),
    ({"name": "query_customers", "arguments": {"query": "customers"}}, "typed query"),
    ({"name": "run_sql", "arguments": {"sql": "DELETE FROM customers"}}, "SELECT"),
    ({"name": "run_sql", "arguments": {"sql": "SELECT citi FROM customers"}}, "citi"),
    ({"name": "customer_profile", "arguments": {"customer_id": "An"}}, "whole number"),
    ({"name": "delete_everything", "arguments": {}}, "not found"),
])  # fmt: skip
def test_a_wrong_call_is_told_and_mended(lane: Lane, call: dict[str, Any], said: str) -> None:
    script = Script({"tool_calls": [call]}, {"tool_calls": [QUERY]}, {"content": "Mended."})
    with lane(script) as session:
        answer, _ = asked(session, BEYOND)
    assert said in told(script.requests[1])
    assert (answer.lane, answer.kind, answer.answer) == ("llm", "answer", "Mended.")
    assert answer.total_rows == 1


def test_a_query_as_text_is_understood(lane: Lane) -> None:
    call = {"name": "query_customers", "arguments": {"query": json.dumps(COUNT)}}
    with lane(Script({"tool_calls": [call]}, {"content": "Fine."})) as session:
        answer, _ = asked(session, BEYOND)
    assert answer.answer == "Fine."


def test_prose_with_a_number_of_its_own_is_dropped(lane: Lane) -> None:
    with lane(Script({"tool_calls": [QUERY]}, {"content": "There are 98765 of them."})) as session:
        answer, _ = asked(session, BEYOND)
    assert "98765" not in answer.answer
    assert str(answer.rows[0][0]) in answer.answer
    assert any("98765" in notice for notice in answer.notices)


def test_text_without_any_tool_is_no_answer(lane: Lane) -> None:
    with lane(Script({"content": "I don't know such a thing."})) as session:
        answer, _ = asked(session, BEYOND)
    assert (answer.kind, answer.lane, answer.rows) == ("refuse", "llm", [])


def test_what_is_said_before_a_call_is_not_the_answer(lane: Lane) -> None:
    with lane(Script({"content": "Let me look. ", "tool_calls": [QUERY]}, {"content": "Done."})) as session:
        answer, _ = asked(session, BEYOND)
    assert answer.answer == "Done."


# an LLM that is not there --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("status", "attempts"), [(429, 2), (500, 2), (503, 2), (400, 1), (401, 1)])
def test_a_failing_endpoint_leaves_the_planner_s_answer_and_says_so(lane: Lane, status: int, attempts: int) -> None:
    script = Script(error(status))
    with lane(script) as session:
        answer, _ = asked(session, BEYOND)
    assert len(script.requests) == attempts
    assert (answer.lane, answer.kind, answer.refusal) == ("planner", "refuse", "not_understood")
    assert "The LLM is not available" in answer.notices[0]


def test_one_failure_is_overcome(lane: Lane) -> None:
    with lane(Script(error(500), {"tool_calls": [QUERY]}, {"content": "At last."})) as session:
        answer, _ = asked(session, BEYOND)
    assert (answer.lane, answer.answer, answer.notices) == ("llm", "At last.", [])


def test_a_failure_half_way_leaves_nothing_of_the_first_attempt(lane: Lane) -> None:
    script = Script({"tool_calls": [QUERY]}, error(500), {"content": "Nothing."})
    with lane(script) as session:
        answer, _ = asked(session, BEYOND)
    assert (answer.kind, answer.rows) == ("refuse", [])


def test_nobody_listens(demo_agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.loop.WAIT_S", 0.01)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
        session = replace(demo_agent, llm=url).session(demo_agent.asker("admin"))
        answer, _ = asked(session, "khách hàng nào xyzzy foo bar")
    assert answer.lane == "planner"
    assert "LLM không sẵn sàng" in answer.notices[0]
    assert asked(session, "how many customers")[0].kind == "answer"


def test_an_llm_that_calls_for_ever_is_stopped(lane: Lane) -> None:
    script = Script({"tool_calls": [QUERY]})
    with lane(script) as session:
        answer, _ = asked(session, BEYOND)
    assert len(script.requests) <= 8
    assert answer.lane == "planner"
    assert "The LLM is not available" in answer.notices[0]


@pytest.mark.parametrize("setting", ["gpt", "openai:", "http://", "https://#model", "ftp://host", "PLANNER", " "])
def test_a_setting_that_names_no_llm(setting: str) -> None:
    for check in (check_llm, lambda s: open_llm(s, "key")):
        with pytest.raises(AgentError, match=r"names no LLM\. Possible: planner, openai:MODEL"):
            check(setting)


@pytest.mark.parametrize("setting", ["planner", "openai:gpt-5", "http://127.0.0.1:8080/v1", "https://host/v1#name"])
def test_a_setting_that_names_one(setting: str) -> None:
    assert check_llm(setting) == setting


# recorded dialogues --------------------------------------------------------------------------------------------------
def test_a_request_s_key_knows_no_random_ids() -> None:
    def request(first: str, second: str) -> dict[str, Any]:
        calls = [{"id": first, "type": "function", "function": {"name": "a", "arguments": "{}"}}]
        return {
            "model": first, "stream": True,
            "messages": [
                {"role": "assistant", "tool_calls": calls}, {"role": "tool", "tool_call_id": first, "content": "x"},
                {"role": "tool", "tool_call_id": second, "content": "y"},
            ],
        }  # fmt: skip

    assert request_key(request("call_1", "call_2")) == request_key(request("other", "another"))
    assert request_key(request("call_1", "call_2")) != request_key(request("call_1", "call_1"))
    assert request_key({"messages": [{"role": "user", "content": "đ"}]}) == "48f30a8962b9ed81985a"


def test_a_turn_is_what_was_said_and_called() -> None:
    """Not the prompt, nor what a tool said: a cassette outlives their wording."""

    def request(prompt: str, question: str, city: str, result: str) -> dict[str, Any]:
        call = {"id": "1", "function": {"name": "query_customers", "arguments": json.dumps({"city": city})}}
        return {
            "messages": [
                {"role": "system", "content": prompt},
                {"role": "user", "content": question},
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "content": result},
            ],
        }  # fmt: skip

    here = turn_key(request("a", "How many?", "Huế", "3 rows"))
    assert here == turn_key(request("b", "How many?", "Huế", "4 rows"))
    assert here != turn_key(request("a", "How many now?", "Huế", "3 rows"))
    assert here != turn_key(request("a", "How many?", "Hà Nội", "3 rows"))


def test_a_cassette_s_wrong_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"key": "k", "reply": {"content": "x"}}\n{"key": "k"}\n', "utf-8")
    with pytest.raises(ValueError, match=r"a\.jsonl:2"):
        read_cassettes(path)


def test_dialogues_are_recorded() -> None:
    """Without this, a lost folder would leave the replay below with no case, and green."""
    assert list(CASSETTES.glob("*.yaml"))


@pytest.mark.parametrize("path", sorted(CASSETTES.glob("*.yaml")), ids=lambda p: p.stem)
def test_a_recorded_dialogue_replays(demo_agent: Agent, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside each cassette stand its turns: `as`, and `turns` of question, lane and kind.

    What was recorded goes to the LLM though the planner has learnt to answer it since.
    """
    dialogue = yaml.safe_load(path.read_text("utf-8"))
    recorded = {turn["question"] for turn in dialogue["turns"] if turn["lane"] == "llm"}
    plan = Planner.plan

    def planned(self: Planner, question: str, *args: Any, **kwargs: Any) -> Decision:
        return Refuse("words", question) if question in recorded else plan(self, question, *args, **kwargs)

    monkeypatch.setattr(Planner, "plan", planned)
    with serving(from_cassette(read_cassettes(path.with_suffix(".jsonl")))) as url:
        session = replace(demo_agent, llm=f"{url}#replay").session(demo_agent.asker(dialogue["as"]))
        for turn in dialogue["turns"]:
            answer, _ = asked(session, turn["question"])
            assert (answer.lane, answer.kind) == (turn["lane"], turn["kind"]), (turn, answer.answer, answer.notices)
