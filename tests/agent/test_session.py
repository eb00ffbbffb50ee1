"""One dialogue: `ask` and `stream` answer alike, options can be pressed, further rows follow, errors are sentences."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from agent.agent import Agent
from agent.answer_card import Answer
from agent.build import open_agent
from agent.errors import AgentError, UnknownUserError
from agent.events import AnswerEvent, Event, StepEvent, TokenEvent
from agent.planner.decisions import Ask, Decision
from agent.planner.planner import Planner
from agent.session import Session
from schema.query import Aggregate, Compare, Named, SemanticQuery

AT_RISK = "Which customers are at risk of churn?"
DIALOGUES = (
    (AT_RISK, "only in Hà Nội", "how many?"),
    ("Khách hàng đến hạn bảo dưỡng tháng này", "còn tháng sau?"),
    ("revenue by month this year",),
    ("top 5 customers by lifetime value",),
    ("What is the purchase history for customer #12345?",),
    ("profile of customer #12345", "next best action for him"),
    ("why is #12345 at risk of churn?",),
    ("notes about brakes noise",),
    ("what does churn risk mean",),
    ("next best action for An",),
    ("profile of customer #99999999",),
    ("xyzzy foo bar",),
    ("what is the weather tomorrow",),
    ("hello",),
    ("",),
)
TOLD = (
    "kind", "refusal", "answer", "columns", "rows", "total_rows", "sql", "definition", "filters", "period", "as_of",
    "options", "sources", "notices", "profile", "language", "lane",
)  # fmt: skip


@pytest.fixture
def session(demo_agent: Agent) -> Session:
    return demo_agent.session(demo_agent.asker("admin"))


def events_of(session: Session, question: str) -> list[Event]:
    async def collect() -> list[Event]:
        return [event async for event in session.stream(question)]

    return asyncio.run(collect())


def streamed(session: Session, question: str) -> Answer:
    last = events_of(session, question)[-1]
    assert isinstance(last, AnswerEvent)
    return last.answer


@pytest.mark.parametrize("turns", DIALOGUES, ids=lambda turns: turns[0][:30])
def test_ask_and_stream_answer_alike(demo_agent: Agent, turns: tuple[str, ...]) -> None:
    asker = demo_agent.asker("admin")
    asked, heard = demo_agent.session(asker), demo_agent.session(asker)
    for question in turns:
        one, other = asked.ask(question), streamed(heard, question)
        for name in TOLD:
            assert getattr(one, name) == getattr(other, name), (question, name)
        assert [s.name for s in one.steps] == [s.name for s in other.steps]
        assert asked.state == heard.state
        assert asked.queries == heard.queries


def test_the_stream_tells_steps_then_the_text_then_the_answer(session: Session) -> None:
    events = events_of(session, AT_RISK)
    steps = [(e.step.name, e.state) for e in events if isinstance(e, StepEvent)]
    assert steps == [("plan", "done"), ("query_customers", "started"), ("query_customers", "done")]
    first_token = next(i for i, e in enumerate(events) if isinstance(e, TokenEvent))
    assert all(isinstance(e, TokenEvent) for e in events[first_token:-1])
    text = "".join(e.text for e in events if isinstance(e, TokenEvent))
    last = events[-1]
    assert isinstance(last, AnswerEvent)
    assert text == last.answer.answer


def test_a_follow_up_narrows_what_was_asked(session: Session) -> None:
    every, here, count = (session.ask(q) for q in (AT_RISK, "only in Hà Nội", "how many?"))
    assert 0 < here.total_rows < every.total_rows
    assert {tuple(r) for r in here.rows} < {tuple(r) for r in every.rows}
    assert count.rows == [[here.total_rows]]


def test_a_name_of_several_is_asked_about_and_an_option_can_be_pressed(session: Session) -> None:
    asked = session.ask("next best action for An")
    assert asked.kind == "clarify"
    assert len(asked.options) > 1
    assert len({option.label for option in asked.options}) == len(asked.options)
    pressed = session.ask(asked.options[1].question)
    assert pressed.kind == "answer"
    assert f"#{pressed.rows[0][0]}" in asked.options[1].label


class TwoReadings(Planner):
    """Reads everything in two ways: the customers of Hà Nội, or those at risk; the third gives what the first does."""

    FIRST = SemanticQuery(dataset="customers", filters=(Compare(field="customers.city", op="=", value="Hà Nội"),))
    SECOND = SemanticQuery(dataset="customers", filters=(Named(named="customers.at_risk"),))
    SAME = SemanticQuery(dataset="customers", filters=(Compare(field="customers.city", op="in", value=("Hà Nội",)),))

    def plan(self, *_: object) -> Decision:
        return Ask(self.FIRST, (self.SECOND, self.SAME))


@pytest.fixture
def torn(demo_agent: Agent) -> Agent:
    planner = demo_agent.planner
    return replace(demo_agent, planner=TwoReadings(planner.ctx, planner.lexicon))


@pytest.mark.parametrize("way", ["ask", "stream"])
def test_two_readings_with_different_rows_are_asked_about(torn: Agent, way: str) -> None:
    session = torn.session(torn.asker("admin"))
    answer = session.ask("?") if way == "ask" else streamed(session, "?")
    assert answer.kind == "clarify"
    assert len(answer.options) == 2  # the third reading gives the same rows as the first
    assert session.queries == [None]
    second = session.ask(answer.options[1].question)
    assert second.kind == "answer"
    assert session.queries[-1] == TwoReadings.SECOND
    assert answer.options[1].label.endswith(f"→ {second.total_rows}")


def test_further_rows_of_an_earlier_turn(session: Session) -> None:
    whole = session.ask(AT_RISK)
    session.ask("revenue by month this year")
    cut = session.ask(AT_RISK, limit=10)
    assert cut.rows == whole.rows[:10]
    assert cut.total_rows == whole.total_rows
    assert any(str(whole.total_rows) in notice for notice in cut.notices)
    assert session.page(0, 10, 20) == whole.rows[10:30]
    assert session.page(0, whole.total_rows - 3, 20) == whole.rows[-3:]
    assert session.page(0, whole.total_rows, 20) == []


def test_rows_can_be_sorted_by_a_column(session: Session) -> None:
    answer = session.ask("top 10 customers by lifetime value")
    names = [c.name for c in answer.columns]
    by_number = session.page(0, 0, 100, "customer_id")
    assert by_number == sorted(answer.rows, key=lambda row: row[names.index("customer_id")])  # the same ten
    assert session.page(0, 0, 100, "-customer_id") == by_number[::-1]
    with pytest.raises(AgentError, match="'nothing' is no column"):
        session.page(0, 0, 10, "nothing")


@pytest.mark.parametrize("turn", [0, 1, -1, 7])
def test_an_answer_without_rows_has_no_pages(session: Session, turn: int) -> None:
    session.ask("hello")
    with pytest.raises(AgentError, match="no further rows"):
        session.page(turn, 0, 10)


def test_pages_keep_to_the_asker_s_rights(demo_agent: Agent) -> None:
    rep = demo_agent.first_of("sales_rep", 1)
    own = demo_agent.session(rep)
    every = demo_agent.session(demo_agent.asker("admin"))
    count = SemanticQuery(metrics=(Aggregate(fn="count", over="customers"),))
    for session in (own, every):
        session.queries.append(count)
    assert own.page(0, 0, 10)[0][0] < every.page(0, 0, 10)[0][0]


def test_profiles_are_of_different_scopes(demo_agent: Agent) -> None:
    found = demo_agent.profiles()
    assert [p.role for p in found] == ["sales_rep", "service_advisor", "store_manager", "admin"]
    assert [p.scope for p in found] == ["own", "store", "store", "group"]
    assert [demo_agent.store_name(p) is None for p in found] == [False, False, False, True]
    assert len({p.login for p in found}) == 4


def test_a_user_is_known_by_id_and_by_login(demo_agent: Agent) -> None:
    rep = demo_agent.first_of("sales_rep", 1)
    assert demo_agent.asker(str(rep.id)) == demo_agent.asker(rep.login) == rep


@pytest.mark.parametrize("user", ["nobody.at.all", "99999999", "", "²"])
def test_an_unknown_user_is_told_near_logins(demo_agent: Agent, user: str) -> None:
    with pytest.raises(UnknownUserError, match="No user has the id or login") as told:
        demo_agent.asker(user)
    assert "Near: " in str(told.value)


def test_a_role_that_nobody_has(demo_agent: Agent) -> None:
    with pytest.raises(AgentError, match="no active user of role 'astronaut'"):
        demo_agent.first_of("astronaut")


def test_the_store_s_day_and_another(demo_agent: Agent, demo_url: str) -> None:
    assert demo_agent.today == date(2026, 11, 20)
    later = open_agent(demo_url, today=date(2026, 12, 24))
    with closing(later.database):
        answer = later.session(later.asker("admin")).ask(AT_RISK)
    assert answer.as_of == "2026-11-20"
    assert any("20/11/2026" in notice for notice in answer.notices)


def test_a_store_that_goes_away_is_a_sentence(demo_url: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(Path(demo_url.removeprefix("sqlite:///")).read_bytes())
    agent = open_agent(f"sqlite:///{copy}")
    session = agent.session(agent.asker("admin"))
    agent.database.close()
    copy.unlink()
    for ask in (session.ask, lambda question: events_of(session, question)):
        with pytest.raises(AgentError, match="no store at"):
            ask(AT_RISK)
