"""Facts of the default company agree with each other: in time, in money, in ownership."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Ask = Callable[[str], list[Any]]


def test_nothing_of_the_past_lies_ahead(ask: Ask) -> None:
    for table, column in (
        ("orders", "ordered_on"), ("payments", "paid_on"), ("refunds", "refunded_on"), ("service_records", "in_date"),
        ("service_records", "out_date"), ("interactions", "date(happened_at)"), ("notes", "date(written_at)"),
        ("cases", "date(opened_at)"), ("cases", "date(closed_at)"), ("customers", "date(updated_at)"),
        ("consents", "date(recorded_at)"), ("ownerships", "from_date"), ("odometer_readings", "read_on"),
        ("appointments", "date(booked_at)"), ("customer_vehicles", "from_date"), ("customer_vehicles", "to_date"),
        ("interactions", "follow_up_done"), ("appointments", "date(cancelled_at)"),
    ):  # fmt: skip
        assert ask(f"SELECT count(*) FROM {table} WHERE {column} > :today")[0][0] == 0, (table, column)
    assert ask("SELECT count(*) FROM appointments WHERE status <> 'booked' AND kind <> 'service' "
               "AND date(starts_at) > :today")[0][0] == 0  # fmt: skip
    assert ask("SELECT count(*) FROM appointments WHERE status = 'booked' AND date(starts_at) < :today")[0][0] == 0


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE date(c.created_at) > "
        "o.ordered_on",
        "SELECT count(*) FROM interactions i JOIN customers c ON c.id = i.customer_id "
        "WHERE date(i.happened_at) < date(c.created_at)",
        "SELECT count(*) FROM payments p JOIN orders o ON o.id = p.order_id WHERE p.paid_on < o.ordered_on",
        "SELECT count(*) FROM refunds r JOIN orders o ON o.id = r.order_id WHERE r.refunded_on < o.ordered_on",
        "SELECT count(*) FROM ownerships w JOIN users u ON u.id = w.user_id WHERE w.from_date < u.hired_on "
        "OR coalesce(w.to_date, '9999') > coalesce(u.left_on, '9999')",
        "SELECT count(*) FROM orders o JOIN users u ON u.id = o.seller_id WHERE o.ordered_on > u.left_on",
        "SELECT count(*) FROM orders o JOIN stores s ON s.id = o.store_id WHERE o.ordered_on < s.opened_on",
        "SELECT count(*) FROM customer_vehicles WHERE to_date < from_date OR (status = 'active') <> (to_date IS NULL)",
        "SELECT count(*) FROM customers c JOIN interactions i ON i.customer_id = c.id WHERE i.happened_at > "
        "c.erased_at",
        "SELECT count(*) FROM customers c JOIN service_records r ON r.customer_id = c.id WHERE r.in_date > "
        "c.deceased_on",
        "SELECT count(*) FROM ownerships WHERE to_date < from_date",
        "SELECT count(*) FROM customers WHERE updated_at < created_at",
        "SELECT count(*) FROM appointments WHERE booked_at > starts_at OR cancelled_at < booked_at "
        "OR (status = 'cancelled') <> (cancelled_at IS NOT NULL)",
        "SELECT count(*) FROM interactions WHERE follow_up_done < date(happened_at)",
        "SELECT count(*) FROM appointments a JOIN customers c ON c.id = a.customer_id "
        "WHERE date(a.starts_at) < date(c.created_at)",
        "SELECT count(*) FROM notes n JOIN customers c ON c.id = n.customer_id WHERE n.written_at > c.erased_at",
        "SELECT count(*) FROM notes n JOIN users u ON u.id = n.author_id WHERE n.written_at > u.left_on",
        "SELECT count(*) FROM service_records r JOIN users u ON u.id IN (r.advisor_id, r.technician_id) "
        "WHERE r.in_date < u.hired_on OR r.in_date > u.left_on",
        "SELECT count(*) FROM interactions i JOIN users u ON u.id = i.user_id WHERE i.happened_at > u.left_on "
        "OR date(i.happened_at) < u.hired_on",
        "SELECT count(*) FROM customers WHERE cast(substr(created_at, 1, 4) AS int) - cast(substr(birth_date, "
        "1, 4) AS int) "
        "< 18",
        "SELECT count(*) FROM cases WHERE closed_at < opened_at OR sla_due_at < opened_at",
        "SELECT count(*) FROM customers c JOIN appointments a ON a.customer_id = c.id WHERE a.starts_at > :today "
        "AND coalesce(c.erased_at, c.deceased_on, c.merged_into_id) IS NOT NULL",
    ],
)
def test_order_of_events(ask: Ask, query: str) -> None:
    assert ask(query)[0][0] == 0


def test_one_owner_at_a_time(ask: Ask) -> None:
    assert ask("SELECT customer_id FROM ownerships WHERE to_date IS NULL GROUP BY 1 HAVING count(*) > 1") == []
    overlapping = ask(
        "SELECT count(*) FROM customer_vehicles a JOIN customer_vehicles b ON a.vehicle_id = b.vehicle_id AND "
        "a.id < b.id "
        "WHERE a.relation = 'owner' AND b.relation = 'owner' AND a.from_date < coalesce(b.to_date, '9999') "
        "AND b.from_date < coalesce(a.to_date, '9999')"
    )
    assert overlapping[0][0] == 0


def test_lines_of_a_visit_add_up_to_its_bill(ask: Ask) -> None:
    wrong = ask(
        "WITH line AS (SELECT service_record_id r, sum(amount) s FROM service_lines GROUP BY 1), "
        "item AS (SELECT order_id o, sum(quantity * unit_price) s FROM order_items GROUP BY 1) "
        "SELECT count(*) FROM service_records v JOIN line ON line.r = v.id JOIN item ON item.o = v.order_id "
        "WHERE line.s <> item.s"
    )
    assert wrong[0][0] == 0


def test_paid_orders_are_paid_in_full(ask: Ask) -> None:
    rows = ask(
        "WITH due AS (SELECT o.id, o.status, o.discount, sum(i.quantity * i.unit_price) - o.discount AS total "
        "FROM orders o "
        "JOIN order_items i ON i.order_id = o.id GROUP BY o.id), "
        "got AS (SELECT order_id, sum(amount) AS paid FROM payments GROUP BY 1) "
        "SELECT due.status, min(coalesce(paid, 0) - total), max(coalesce(paid, 0) - total), min(total) "
        "FROM due LEFT JOIN got ON got.order_id = due.id GROUP BY 1"
    )
    by_status = {status: (low, high, least) for status, low, high, least in rows}
    assert by_status["paid"] == (0, 0, 0)
    assert by_status["returned"][:2] == (0, 0)
    assert by_status["open"][1] < 0
    assert by_status["cancelled"][1] < 0
    assert ask("SELECT count(*) FROM orders WHERE id NOT IN (SELECT order_id FROM order_items)")[0][0] == 0
