"""What staff ask on a working day, each against SQL written by hand; " | " parts the turns of a dialogue."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agent.agent import Agent
from agent.language import language_of

LIVING = "c.erased_at IS NULL AND c.merged_into_id IS NULL"
THIS_YEAR = "BETWEEN '2026-01-01' AND '2026-11-20'"
TOTALS = """WITH due AS (SELECT order_id, SUM(quantity * unit_price) AS gross FROM order_items GROUP BY 1),
    got AS (SELECT order_id, SUM(amount) AS paid FROM payments GROUP BY 1),
    owed AS (SELECT o.*, COALESCE(due.gross, 0) - o.discount AS total, COALESCE(got.paid, 0) AS paid
             FROM orders o LEFT JOIN due ON due.order_id = o.id LEFT JOIN got ON got.order_id = o.id)"""
SOLD_NONE = """SELECT u.id FROM users u WHERE u.role = 'sales_rep' AND u.left_on IS NULL AND NOT EXISTS (
    SELECT 1 FROM transactions t WHERE t.seller_id = u.id AND t.kind = 'vehicle' AND t.ordered_on >= '2026-11-01')"""

BY_HAND = [
    ("which reps haven't sold any cars this month?", SOLD_NONE),
    ("sale nào tháng này chưa bán được xe nào", SOLD_NONE),
    ("which advisors had no visits last week?",
     """SELECT u.id FROM users u WHERE u.role = 'service_advisor' AND u.left_on IS NULL AND u.id NOT IN (
        SELECT advisor_id FROM service_records WHERE status = 'completed' AND advisor_id IS NOT NULL
        AND visited_on BETWEEN '2026-11-09' AND '2026-11-15')"""),
    ("which advisor took in the most cars last month?",
     """SELECT advisor_id, COUNT(*) FROM service_records WHERE status = 'completed' AND advisor_id IS NOT NULL
        AND visited_on BETWEEN '2026-10-01' AND '2026-10-31' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"""),
    ("outbound calls per sales rep last month",
     """SELECT u.full_name, COUNT(*) FROM interactions i JOIN users u ON u.id = i.user_id WHERE u.role = 'sales_rep'
        AND i.type = 'call' AND i.direction = 'outbound' AND DATE(i.happened_at) BETWEEN '2026-10-01' AND '2026-10-31'
        GROUP BY u.id"""),
    ("khách nợ hơn 500 triệu",
     f"{TOTALS} SELECT customer_id FROM owed WHERE status = 'open' GROUP BY 1 HAVING SUM(total - paid) > 500000000"),
    ("how much do customers still owe us?",
     f"{TOTALS} SELECT SUM(total - paid) FROM owed WHERE status = 'open' AND total > paid"),
    ("how many orders got cancelled this year, and what were they worth?",
     f"{TOTALS} SELECT COUNT(*), SUM(total) FROM owed WHERE status = 'cancelled' AND ordered_on {THIS_YEAR}"),
    ("đơn hàng lớn nhất năm nay của ai",
     f"{TOTALS} SELECT id, total FROM owed WHERE ordered_on {THIS_YEAR} ORDER BY total DESC, id LIMIT 1"),
    ("khách chi từ 500tr đến 1 tỷ",
     f"""SELECT c.id FROM customers c JOIN transactions t ON t.customer_id = c.id WHERE {LIVING} GROUP BY 1
        HAVING SUM(t.revenue) BETWEEN 500000000 AND 1000000000"""),
    ("khách chi trên 500 triệu năm nay",
     f"""SELECT c.id FROM customers c JOIN transactions t ON t.customer_id = c.id WHERE {LIVING}
        AND t.ordered_on {THIS_YEAR} GROUP BY 1 HAVING SUM(t.revenue) > 500000000"""),
    ("how many customers bought both a car and accessories in 2026?",
     f"""SELECT COUNT(*) FROM customers c WHERE {LIVING}
        AND EXISTS (SELECT 1 FROM transactions t WHERE t.customer_id = c.id AND t.kind = 'vehicle'
                    AND t.ordered_on {THIS_YEAR})
        AND EXISTS (SELECT 1 FROM transactions t WHERE t.customer_id = c.id AND t.kind = 'accessories'
                    AND t.ordered_on {THIS_YEAR})"""),
    ("what percent of cases closed this year missed their SLA?",
     f"""SELECT 1.0 * SUM(closed_at > sla_due_at) / COUNT(*) FROM cases WHERE DATE(closed_at) {THIS_YEAR}"""),
    ("which showroom has the worst no-show rate in 2026?",
     f"""SELECT store_id, 1.0 * SUM(status = 'missed') / COUNT(*) FROM appointments
        WHERE status IN ('kept', 'missed') AND DATE(starts_at) {THIS_YEAR} GROUP BY 1 ORDER BY 2 DESC LIMIT 1"""),
    ("most common refund reasons", "SELECT reason, COUNT(*) FROM refunds GROUP BY 1"),
    ("Miền nào tăng trưởng doanh thu cao nhất so với năm ngoái?",
     f"""SELECT s.region, SUM(CASE WHEN t.ordered_on {THIS_YEAR} THEN t.revenue END) AS new,
        SUM(CASE WHEN t.ordered_on BETWEEN '2025-01-01' AND '2025-11-20' THEN t.revenue END) AS old
        FROM transactions t JOIN stores s ON s.id = t.store_id GROUP BY 1 ORDER BY 1.0 * new / old DESC LIMIT 1"""),
    ("doanh thu quý 3 | so với năm ngoái?",
     """SELECT SUM(CASE WHEN ordered_on BETWEEN '2026-07-01' AND '2026-09-30' THEN revenue END),
        SUM(CASE WHEN ordered_on BETWEEN '2025-07-01' AND '2025-09-30' THEN revenue END) FROM transactions"""),
    ("lượt dịch vụ tuần trước so với tuần trước nữa",
     """SELECT SUM(visited_on BETWEEN '2026-11-09' AND '2026-11-15'),
        SUM(visited_on BETWEEN '2026-11-02' AND '2026-11-08') FROM service_records WHERE status = 'completed'"""),
    ("how many customers can we e-mail for marketing? | and by Zalo?",
     """SELECT COUNT(*) FROM standing_consents WHERE channel = 'zalo' AND purpose = 'marketing' AND reachable = 1"""),
    ("open complaints by priority | which ones are past their SLA?",
     """SELECT number FROM cases WHERE kind = 'complaint' AND status IN ('open', 'in_progress')
        AND sla_due_at < '2026-11-20 12:00'"""),
    ("khách có hạng High trở lên ở Hà Nội",
     f"""SELECT c.id FROM customers c JOIN customer_metrics k ON k.customer_id = c.id
        WHERE {LIVING} AND c.city = 'Hà Nội' AND k.clv_tier IN ('High', 'VIP')"""),
    ("top 5 advisors by visits this year",
     f"""SELECT advisor_id, COUNT(*) FROM service_records WHERE status = 'completed' AND advisor_id IS NOT NULL
        AND visited_on {THIS_YEAR} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5"""),
    ("giải quyết một khiếu nại mất trung bình bao nhiêu ngày | theo nhóm khiếu nại",
     """SELECT category FROM cases WHERE kind = 'complaint' AND closed_at IS NOT NULL GROUP BY 1"""),
    ("who sold the most cars this year?",
     f"""SELECT t.seller_id, COUNT(*) FROM transactions t JOIN order_items i ON i.order_id = t.order_id
        WHERE t.kind = 'vehicle' AND i.vehicle_id IS NOT NULL AND t.ordered_on {THIS_YEAR}
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"""),
    ("best-selling cars this year",
     f"""SELECT m.name, COUNT(*) FROM transactions t JOIN order_items i ON i.order_id = t.order_id
        JOIN vehicles v ON v.id = i.vehicle_id JOIN vehicle_models m ON m.id = v.model_id
        WHERE t.kind = 'vehicle' AND t.ordered_on {THIS_YEAR} GROUP BY m.id"""),
    ("what did #12345 last buy?",
     "SELECT order_id, ordered_on FROM transactions WHERE customer_id = 12345 ORDER BY ordered_on DESC LIMIT 1"),
    ("khách #12345 đã mua những gì | lần cuối vào xưởng là ngày nào",
     "SELECT MAX(visited_on) FROM service_records WHERE customer_id = 12345 AND status = 'completed'"),
    ("lifecycle breakdown of our Huế customers",
     f"""SELECT k.lifecycle_stage, COUNT(*) FROM customers c JOIN customer_metrics k ON k.customer_id = c.id
        WHERE {LIVING} AND c.city = 'Huế' GROUP BY 1"""),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows(demo_folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{demo_folder / 'demo.db'}?mode=ro", uri=True)


def _same(due: Any, came: Any) -> bool:
    return due == came or (isinstance(due, float) and isinstance(came, float) and abs(due - came) < 1e-9)


@pytest.mark.parametrize(("question", "sql"), BY_HAND)
def test_the_answer_is_that_by_hand(demo_agent: Agent, rows: sqlite3.Connection, question: str, sql: str) -> None:
    session = demo_agent.session(demo_agent.asker("admin"))
    answer = [session.ask(turn) for turn in question.split(" | ")][-1]
    assert answer.kind == "answer", answer.answer
    with closing(rows.execute(sql)) as cursor:
        due = cursor.fetchall()
    assert due and len(answer.rows) == len(due), (answer.answer, due[:3])
    for line in due:
        assert any(all(any(_same(value, v) for v in row) for value in line) for row in answer.rows), (
            line,
            answer.rows[:3],
        )


@pytest.mark.parametrize(
    "question", ["who should I call today", "hôm nay nên gọi cho ai", "hom nay toi nen goi ai truoc"]
)
def test_whom_to_call_comes_first(demo_agent: Agent, rows: sqlite3.Connection, question: str) -> None:
    """A rep's own customers that may be called, the highest score first."""
    rep = demo_agent.first_of("sales_rep", 1)
    answer = demo_agent.session(rep).ask(question)
    place = [c.name for c in answer.columns].index("customer_id")
    sql = """SELECT k.customer_id FROM customer_metrics k WHERE k.owner_id = ? AND k.call_priority IS NOT NULL
        ORDER BY k.call_score DESC"""
    with closing(rows.execute(sql, (rep.id,))) as cursor:
        due = [i for (i,) in cursor]
    assert due and {row[place] for row in answer.rows} == set(due)
    assert answer.rows[0][place] == due[0]


def test_what_i_sold_is_by_me(demo_agent: Agent, rows: sqlite3.Connection) -> None:
    rep = demo_agent.first_of("sales_rep", 1)
    answer = demo_agent.session(rep).ask("đơn tôi chốt năm nay")
    sql = f"SELECT id FROM orders WHERE seller_id = ? AND ordered_on {THIS_YEAR}"
    with closing(rows.execute(sql, (rep.id,))) as cursor:
        due = {i for (i,) in cursor}
    place = [c.name for c in answer.columns].index("order_id")
    assert due and {row[place] for row in answer.rows} <= due


def test_one_customer_may_have_none_of_it(demo_agent: Agent, rows: sqlite3.Connection) -> None:
    """No e-mail on file is an answer without rows, and no other reading stands in for it."""
    sql = f"""SELECT c.id FROM customers c WHERE {LIVING} AND c.deceased_on IS NULL AND NOT EXISTS (
        SELECT 1 FROM contact_points p WHERE p.customer_id = c.id AND p.kind = 'email') ORDER BY 1 LIMIT 1"""
    with closing(rows.execute(sql)) as cursor:
        (customer,) = cursor.fetchone()
    answer = demo_agent.session(demo_agent.asker("admin")).ask(f"email của khách #{customer} là gì")
    assert (answer.kind, answer.total_rows) == ("answer", 0)


@pytest.mark.parametrize(
    ("text", "before", "language"),
    [
        ("ly do khieu nai pho bien nhat quy truoc", None, "vi"),
        ("phu tung nao ban nhieu nhat thang nay", "en", "vi"),
        ("chia theo showroom", "vi", "vi"),
        ("Kia?", "vi", "vi"),
        ("Kia?", None, "en"),
        ("how many khách hàng do we have in Hà Nội", None, "en"),
        ("top 5 customers by revenue", "vi", "en"),
    ],
)
def test_the_language_of_a_turn(text: str, before: Any, language: str) -> None:
    assert language_of(text, before) == language


def test_a_refusal_suggests_what_lies_near_in_the_language(demo_agent: Agent) -> None:
    answer = demo_agent.session(demo_agent.asker("admin")).ask("khiếu nại zwyx theo mức quorn đang mở")
    assert answer.kind == "refuse"
    assert answer.options[0].question == "Khiếu nại đang mở theo mức ưu tiên"
