"""The handlers without a browser: what they send is recorded."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

Events = list[tuple[str, Any]]
Talk = Callable[[Callable[[Any], Awaitable[Any]]], Events]


@pytest.fixture
def agent(scripted: ModuleType) -> Any:
    return scripted.ScriptedAgent()


@pytest.fixture
def talk(chainlit_server: ModuleType, agent: Any) -> Callable[..., Events]:  # noqa: ARG001 - imported first
    """`talk(work, profile=…)`: run `work(chat)` in a chat of its own; gives what was sent to the page."""
    from chainlit.context import ChainlitContext, context_var
    from chainlit.emitter import BaseChainlitEmitter
    from chainlit.session import HTTPSession

    from ui.app import Chat

    class Recorder(BaseChainlitEmitter):
        def __init__(self, session: Any) -> None:
            super().__init__(session)
            self.events: Events = []

        async def emit(self, event: str, data: Any) -> None:
            self.events.append((event, data))

        async def send_step(self, step_dict: Any) -> None:
            self.events.append(("step", dict(step_dict)))

        update_step = send_step

        async def send_element(self, element_dict: Any) -> None:
            self.events.append(("element", dict(element_dict)))

        async def send_token(self, *given: Any, **named: Any) -> None:
            token = named.get("token") or given[1]
            self.events.append(("token", token))

        async def task_start(self) -> None:
            self.events.append(("task", "start"))

        async def task_end(self) -> None:
            self.events.append(("task", "end"))

    def run(work: Callable[[Any], Awaitable[Any]], profile: str | None = None) -> Events:
        async def go() -> Events:
            session = HTTPSession(id=str(uuid4()), client_type="webapp", user=None, user_env={}, thread_id="t")
            session.chat_profile = profile
            recorder = Recorder(session)
            context_var.set(ChainlitContext(session=session, emitter=recorder))
            await work(Chat(agent))
            await session.delete()
            return recorder.events

        return asyncio.run(go())

    return run


def replies(events: Events) -> list[str]:
    """The final text of each message of the assistant."""
    texts = {d["id"]: d["output"] for e, d in events if e == "step" and d["type"] == "assistant_message"}
    return list(texts.values())


def buttons(events: Events) -> list[str]:
    return [d["label"] for e, d in events if e == "action"]


def ask(question: str) -> Callable[[Any], Awaitable[None]]:
    async def work(chat: Any) -> None:
        import chainlit as cl

        await chat.on_message(cl.Message(content=question, type="user_message"))

    return work


def test_an_answer_is_text_and_one_card(talk: Any) -> None:
    events = talk(ask("few"))
    assert replies(events) == ["**25** vehicles are due this month."]
    assert ("token", "vehicles ") in events
    (element,) = [d for e, d in events if e == "element"]
    assert element["name"] == "AnswerCard" and len(element["props"]["rows"]) == 25


def test_steps_are_folded_under_one_line(talk: Any) -> None:
    tools = [d for e, d in talk(ask("few")) if e == "step" and d["type"] == "tool"]
    last = {d["id"]: d for d in tools}
    fold, understand, query = last.values()
    assert fold["name"] == "2 steps · 34 ms" and all(d["end"] for d in last.values())
    assert {understand["parentId"], query["parentId"]} == {fold["id"]}
    assert (
        query["language"] == "sql" and query["output"].startswith("SELECT") and query["name"] == "Run the query · 21 ms"
    )
    assert understand["output"] == "metric\\: a\\|b"
    assert "Run the query" in [d["name"] for d in tools if d["id"] == fold["id"]]  # the line names the present step


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("", "There is no question in that message."),
        (" \n\t ", "There is no question in that message."),
        ("\x00\x07\x1b", "There is no question in that message."),
        ("😀🚗👍🏽", "I read words and numbers"),
        ("x" * 51_200, "51,200 characters"),
        ("đ" * 51_200, "51.200 ký tự"),
    ],
)
def test_what_is_no_question_gets_a_sentence_and_ideas(talk: Any, agent: Any, written: str, sentence: str) -> None:
    events = talk(ask(written))
    assert len(replies(events)) == 1 and sentence in replies(events)[0]
    assert buttons(events) and not agent.sessions


def test_markup_in_a_question_is_passed_on_as_text(talk: Any, agent: Any) -> None:
    (reply,) = replies(talk(ask("<script>alert(1)</script>")))
    assert agent.sessions[0].asked == ["<script>alert(1)</script>"]
    assert "\\<script\\>" in reply


def test_an_error_of_the_agent_is_its_sentence(talk: Any) -> None:
    events = talk(ask("agent error"))
    assert replies(events) == ["The store is being refreshed; try again in a minute."]
    last = {d["id"]: d for e, d in events if e == "step" and d["type"] == "tool"}
    assert [d["name"] for d in last.values()] == ["1 step", "Understand the question · 3 ms"]
    assert all(d["end"] for d in last.values())


def test_any_other_error_is_logged_and_one_sentence(talk: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="ui"):
        (reply,) = replies(talk(ask("bug")))
    assert reply.startswith("Something went wrong") and "secret" not in reply and "Error" not in reply
    assert "ZeroDivisionError: secret detail" in caplog.text


def test_a_stream_without_an_answer(talk: Any) -> None:
    assert replies(talk(ask("silence"))) == ["No answer came back. Please ask again."]


def test_options_are_buttons_and_pressing_one_asks(talk: Any, agent: Any) -> None:
    import chainlit as cl

    async def press(chat: Any) -> None:
        await chat.reply("which an")
        await chat.on_option(cl.Action(name="ask", payload={"question": "total"}))
        await cl.context.session.current_task  # type: ignore[misc]

    events = talk(press)
    assert buttons(events) == ["Nguyễn Văn An #12", "Trần Thị An #40"]
    assert agent.sessions[0].asked == ["which an", "total"]
    assert "1,204 customers are at risk." in replies(events)
    typed = [d["output"] for e, d in events if e == "step" and d["type"] == "user_message"]
    assert typed == ["total"] and [d for e, d in events if e == "task"] == ["start", "end"]


def test_a_refusal_offers_what_can_be_asked(talk: Any) -> None:
    events = talk(ask("weather"))
    assert replies(events)[0].startswith("I answer questions about customers")
    assert buttons(events) == ["Customers due for service this month"]


def test_further_rows(talk: Any) -> None:
    import chainlit as cl

    pages: list[dict[str, Any]] = []

    async def turn_pages(chat: Any) -> None:
        await chat.reply("few")
        await chat.reply("many")
        wanted: list[dict[str, Any]] = [
            {"turn": 1, "offset": 2_340, "limit": 10, "order": None},
            {"turn": 1, "offset": 0, "limit": 2, "order": "-lifetime_value"},
            {"turn": 9, "offset": 0, "limit": 2, "order": None},
            {"turn": "x"},
        ]
        pages.extend([await chat.on_page(cl.Action(name="page", payload=p)) for p in wanted])

    talk(turn_pages)
    assert [row[0] for row in pages[0]["rows"]] == [2341, 2342, 2343, 2344, 2345]
    assert [row[0] for row in pages[1]["rows"]] == [2345, 2344]
    assert pages[2]["error"].startswith("Something went wrong") and "rows" not in pages[3]


@pytest.mark.parametrize(("profile", "login"), [("an", "an"), ("admin", "admin"), (None, "admin"), ("gone", "admin")])
def test_the_profile_decides_who_asks(talk: Any, agent: Any, profile: str | None, login: str) -> None:
    talk(ask("few"), profile)
    assert [s.asker.login for s in agent.sessions] == [login]


def test_one_dialogue_a_chat(talk: Any, agent: Any) -> None:
    async def two(chat: Any) -> None:
        await asyncio.gather(chat.reply("slow"), chat.reply("few"))

    talk(two)
    assert [s.asked for s in agent.sessions] == [["slow", "few"]]


def test_profiles_and_starters(talk: Any) -> None:
    seen: list[Any] = []

    async def look(chat: Any) -> None:
        seen.extend(
            [await chat.profiles(None, "vi-VN"), await chat.profiles(None, "en-US"), await chat.starters(None, "vi")]
        )

    talk(look)
    vietnamese, english, starters = seen
    assert english[0].display_name == "Nguyễn Văn An · Sales rep · Vela Hà Nội Cầu Giấy"
    assert vietnamese[2].display_name == "Phạm Quản Trị · Quản trị · toàn tập đoàn"
    assert [p.default for p in english] == [False, False, True]
    assert [s.message for s in starters] == ["nhiều", "few"]
