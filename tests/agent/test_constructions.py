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
    ("what share of this year's revenue came from service?",
     f"""SELECT 1.0 * SUM(CASE WHEN kind = 'service' THEN revenue ELSE 0 END) / SUM(revenue) FROM transactions
        WHERE ordered_on {THIS_YEAR}"""),
    ("electric cars as a share of all cars sold this year",
     f"""SELECT 1.0 * COUNT(DISTINCT CASE WHEN v.powertrain = 'electric' THEN v.id END) / COUNT(DISTINCT v.id)
        FROM transactions t JOIN order_items i ON i.order_id = t.order_id JOIN vehicles v ON v.id = i.vehicle_id
        WHERE t.kind = 'vehicle' AND t.ordered_on {THIS_YEAR}"""),
    ("khách nữ chiếm bao nhiêu phần trăm tổng số khách",
     f"SELECT AVG(CASE WHEN c.gender = 'female' THEN 1.0 ELSE 0 END) FROM customers c WHERE {LIVING}"),
    ("what share of service appointments in Q3 got cancelled?",
     """SELECT AVG(CASE WHEN status = 'cancelled' THEN 1.0 ELSE 0 END) FROM appointments
        WHERE kind = 'service' AND date(starts_at) BETWEEN '2026-07-01' AND '2026-09-30'"""),
    ("which showrooms have an average ticket above 2.5 million this year?",
     f"""SELECT s.name FROM (SELECT r.store_id, SUM(l.amount) AS paid FROM service_lines l
        JOIN service_records r ON r.id = l.service_record_id
        WHERE r.status = 'completed' AND r.visited_on {THIS_YEAR} GROUP BY r.id) v
        JOIN stores s ON s.id = v.store_id GROUP BY s.id HAVING AVG(v.paid) > 2500000"""),
    ("5 customers who haven't visited us for the longest time",
     f"""SELECT c.id FROM customers c JOIN customer_metrics k ON k.customer_id = c.id
        WHERE {LIVING} AND k.last_visit_on IS NOT NULL ORDER BY k.last_visit_on, c.id LIMIT 5"""),
    ("how many women have an SUV?",
     f"""SELECT COUNT(DISTINCT c.id) FROM customers c JOIN customer_vehicles h ON h.customer_id = c.id
        JOIN vehicles v ON v.id = h.vehicle_id JOIN vehicle_models m ON m.id = v.model_id
        WHERE {LIVING} AND c.gender = 'female' AND m.body_type = 'suv' AND h.to_date IS NULL AND h.status = 'active'
        AND h.relation IN ('owner', 'co_owner')"""),
    ("hoàn tiền năm nay theo lý do, mỗi lý do bao nhiêu tiền",
     f"SELECT reason, SUM(amount) FROM refunds WHERE refunded_on {THIS_YEAR} GROUP BY 1"),
    ("overdue follow-ups per staff member",
     """SELECT u.full_name, COUNT(*) FROM interactions i LEFT JOIN users u ON u.id = i.user_id
        WHERE i.follow_up_due < '2026-11-20' AND i.follow_up_done IS NULL GROUP BY u.id"""),
    ("deliveries booked before 10 December",
     """SELECT customer_id FROM appointments WHERE kind = 'delivery' AND status = 'booked'
        AND starts_at >= '2026-11-20 12:00' AND starts_at < '2026-12-10'"""),
    ("compare workshop visits this quarter with last quarter",
     """SELECT SUM(visited_on >= '2026-10-01'), SUM(visited_on BETWEEN '2026-07-01' AND '2026-08-20')
        FROM service_records WHERE status = 'completed' AND visited_on <= '2026-11-20'"""),
    ("top 4 districts in Hồ Chí Minh by number of customers",
     f"""SELECT c.district, COUNT(*) FROM customers c WHERE {LIVING} AND c.city = 'TP. Hồ Chí Minh'
        AND c.district IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 4"""),
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
