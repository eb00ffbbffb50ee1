"""Constructions that the planner once read wrongly or not at all, each against SQL written by hand."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agent.agent import Agent
from agent.answer_card import Answer

LIVING = "c.erased_at IS NULL AND c.merged_into_id IS NULL"
THIS_YEAR = "BETWEEN '2026-01-01' AND '2026-11-20'"

BY_HAND = [
    ("how much cash did we take in October?",
     "SELECT SUM(amount) FROM payments WHERE method = 'cash' AND paid_on BETWEEN '2026-10-01' AND '2026-10-31'"),
    ("payments received this year by method",
     f"SELECT method, SUM(amount) FROM payments WHERE paid_on {THIS_YEAR} GROUP BY method"),
    ("CX-5 máy xăng xe cá nhân thì bao nhiêu km bảo dưỡng một lần?",
     """SELECT s.every_km FROM service_schedules s JOIN vehicle_models m ON m.id = s.model_id
        WHERE m.name = 'CX-5' AND s.powertrain = 'petrol' AND s.use = 'private'"""),
    ("how many customers are hot, warm and cold?",
     f"""SELECT k.temperature, COUNT(*) FROM customers c JOIN customer_metrics k ON k.customer_id = c.id
        WHERE {LIVING} AND c.deceased_on IS NULL GROUP BY 1"""),
    ("how many follow-ups are past their date and still not done?",
     "SELECT COUNT(*) FROM interactions WHERE follow_up_due < '2026-11-20' AND follow_up_done IS NULL"),
    ("how many people in Đà Nẵng were born before 1960?",
     f"""SELECT COUNT(*) FROM customers c WHERE {LIVING} AND c.city = 'Đà Nẵng' AND c.birth_date < '1960-01-01'
        AND c.birth_date <> '1900-01-01'"""),
    ("top 3 workshop jobs this year, and how many times each",
     f"""SELECT o.name, COUNT(*) FROM service_lines l JOIN service_records r ON r.id = l.service_record_id
        JOIN service_operations o ON o.id = l.operation_id
        WHERE r.status = 'completed' AND r.visited_on {THIS_YEAR} GROUP BY o.id ORDER BY 2 DESC LIMIT 3"""),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows(demo_folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{demo_folder / 'demo.db'}?mode=ro", uri=True)


def ask(agent: Agent, *turns: str) -> Answer:
    session = agent.session(agent.asker("admin"))
    return [session.ask(turn) for turn in turns][-1]


def fetched(rows: sqlite3.Connection, sql: str) -> list[tuple[Any, ...]]:
    with closing(rows.execute(sql)) as cursor:
        return cursor.fetchall()


@pytest.mark.parametrize(("question", "sql"), BY_HAND)
def test_the_rows_are_those_by_hand(demo_agent: Agent, rows: sqlite3.Connection, question: str, sql: str) -> None:
    answer = ask(demo_agent, question)
    assert answer.kind == "answer", answer.answer
    due = fetched(rows, sql)
    assert due and len(answer.rows) == len(due)
    assert all(any(set(line) <= set(row) for row in answer.rows) for line in due), answer.rows


def test_of_those_is_of_the_first_ten_that_were_shown(demo_agent: Agent) -> None:
    first = ask(demo_agent, "top 10 customers by lifetime value")
    among = ask(demo_agent, "top 10 customers by lifetime value", "how many of those are in Hà Nội?")
    places = [c.name for c in first.columns]
    due = sum(row[places.index("city")] == "Hà Nội" for row in first.rows)
    assert among.kind == "answer", among.answer
    assert due in among.rows[0]


def test_a_follow_up_of_what_was_not_understood_is_no_question(demo_agent: Agent) -> None:
    answer = ask(demo_agent, "show me the wobbly zorps in our gloop", "what about those in Hà Nội?")
    assert (answer.kind, answer.refusal) == ("refuse", "not_understood")
    assert "question before" in answer.answer


def test_what_one_has_keeps_its_kind(demo_agent: Agent, rows: sqlite3.Connection) -> None:
    """Customers with a service appointment ahead, not with any."""
    answer = ask(demo_agent, "khách nào có lịch hẹn dịch vụ tuần sau?")
    sql = """SELECT COUNT(DISTINCT customer_id) FROM appointments WHERE kind = 'service' AND status = 'booked'
        AND DATE(starts_at) BETWEEN '2026-11-23' AND '2026-11-29'"""
    people = {row[[c.name for c in answer.columns].index("customer_id")] for row in answer.rows}
    assert len(people) == fetched(rows, sql)[0][0] > 0


def test_when_and_where_are_one_row(demo_agent: Agent, rows: sqlite3.Connection) -> None:
    sql = """SELECT v.plate, MAX(r.visited_on), s.name FROM service_records r JOIN vehicles v ON v.id = r.vehicle_id
        JOIN stores s ON s.id = r.store_id WHERE r.status = 'completed' AND v.plate IS NOT NULL
        GROUP BY v.id ORDER BY v.id LIMIT 1"""
    ((plate, day, store),) = fetched(rows, sql)
    answer = ask(demo_agent, f"when and where was {plate} last serviced?")
    assert len(answer.rows) == 1
    assert {day, store} <= set(answer.rows[0])


def test_an_erased_customer_is_no_row_of_a_ranking(demo_agent: Agent, rows: sqlite3.Connection) -> None:
    answer = ask(demo_agent, "revenue by customer")
    place = [c.name for c in answer.columns].index("customer_id")
    gone = {i for (i,) in fetched(rows, "SELECT id FROM customers WHERE erased_at IS NOT NULL")}
    assert gone and answer.rows
    assert not gone & {row[place] for row in answer.rows}
