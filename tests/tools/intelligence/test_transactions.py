"""Which orders count, and what they bring: revenue, cost and their division among items."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

TODAY = date(2026, 11, 20)
DAY = date(2026, 5, 1)


def stored(shop: Any) -> dict[int, dict[str, Any]]:
    shop.refresh(TODAY)
    return {row["order_id"]: row for row in shop.rows("transactions")}


def test_what_qualifies(shop: Any) -> None:
    customer = shop.customer()
    counted = {
        "paid": shop.order(customer, DAY),
        "status says open, but it is paid": shop.order(customer, DAY, status="open"),
        "overpaid": shop.order(customer, DAY, paid=1_500_000),
        "free": shop.order(customer, DAY, amount=0),
        "free by its discount": shop.order(customer, DAY, discount=1_000_000),
        "partly refunded": shop.order(customer, DAY, refunded=999_999),
    }
    left_out = {
        "deposit": shop.order(customer, DAY, paid=100_000, status="open"),
        "a dong is missing": shop.order(customer, DAY, paid=999_999),
        "cancelled": shop.order(customer, DAY, status="cancelled"),
        "returned": shop.order(customer, DAY, status="returned"),
        "fully refunded": shop.order(customer, DAY, refunded=1_000_000),
        "refunded more than was paid": shop.order(customer, DAY, refunded=1_000_001),
    }
    found = stored(shop)
    assert {name for name, order in (counted | left_out).items() if order in found} == counted.keys()
    assert shop.metrics(customer)["transaction_count"] == len(counted)
    assert found[counted["overpaid"]]["revenue"] == 1_500_000
    assert found[counted["partly refunded"]]["revenue"] == 1


def test_cost_is_the_items_else_by_margin_share_and_shrinks_with_refunds(shop: Any) -> None:
    shop.setting("margin_shares", {"parts": 0.25})
    customer = shop.customer()
    known = shop.order(customer, DAY, items=[(2, 500, 300), (1, 1_000, 450)])
    guessed = shop.order(customer, DAY, "parts", items=[(1, 1_000, None)], discount=200)
    mixed = shop.order(customer, DAY, "parts", items=[(1, 600, 100), (1, 400, None)], refunded=500)
    default = shop.order(customer, DAY, "accessories", items=[(1, 1_000, None)])
    found = stored(shop)
    assert found[known]["cost"] == 1_050
    assert found[guessed]["cost"] == 600  # 75 % of the 800 that came in
    assert found[mixed]["cost"] == 50 + 150  # half is kept: half of 100, and 75 % of 40 % of 500
    assert found[default]["cost"] == 650
    assert shop.metrics(customer)["lifetime_margin"] == 2_000 + 800 + 500 + 1_000 - 1_050 - 600 - 200 - 650


def test_cost_is_rounded_half_up_once(shop: Any) -> None:
    order = shop.order(shop.customer(), DAY, items=[(1, 2, 1), (1, 2, None)], refunded=1)
    # 1 x 3/4 + 55 % x 3 x 1/2 = 0.75 + 0.825 = 1.575
    assert stored(shop)[order]["cost"] == 2


@pytest.mark.parametrize("amounts", [[1, 1, 1], [100, 100, 101], [0, 0, 7], [0, 0, 0], [10**10, 10**10 + 1, 3]])
def test_items_add_up_exactly(shop: Any, amounts: list[int]) -> None:
    discount = 1 if sum(amounts) else 0
    order = shop.order(shop.customer(), DAY, items=[(1, a, a // 2) for a in amounts], discount=discount)
    whole = stored(shop)[order]
    parts = shop.rows("transaction_items")
    assert len(parts) == len(amounts)
    for amount in ("revenue", "cost"):
        assert sum(part[amount] for part in parts) == whole[amount]
    exact = [whole["revenue"] * a / max(1, sum(amounts)) for a in amounts]
    assert all(abs(part["revenue"] - e) < 1.001 for part, e in zip(parts, exact, strict=True))


def test_an_item_is_of_the_vehicle_sold_else_served(shop: Any) -> None:
    customer, sold, served = shop.customer(), shop.vehicle(), shop.vehicle()
    order = shop.order(customer, DAY, items=[(1, 5, 1), (1, 5, 1)])
    item = next(row for table, row in shop.pending if table == "order_items")
    item["vehicle_id"] = sold
    shop.visit(served, DAY, order_id=order)
    stored(shop)
    assert [row["vehicle_id"] for row in shop.rows("transaction_items")] == [sold, served]


def test_only_changed_orders_are_written_again(shop: Any) -> None:
    """Triggers note which rows of the table are deleted and inserted."""
    customer = shop.customer()
    kept, changed, gone = (shop.order(customer, DAY) for _ in range(3))
    stored(shop)
    with shop.engine.begin() as connection:
        connection.execute(text("CREATE TABLE touched (order_id INTEGER, how TEXT)"))
        for how, row in (("DELETE", "OLD"), ("INSERT", "NEW")):
            connection.execute(
                text(
                    f"CREATE TRIGGER t_{how} AFTER {how} ON transactions BEGIN"
                    f" INSERT INTO touched VALUES ({row}.order_id, '{how}'); END"
                )
            )
        connection.execute(text("UPDATE payments SET amount = 2000000 WHERE order_id = :id"), {"id": changed})
        connection.execute(text("UPDATE orders SET status = 'cancelled' WHERE id = :id"), {"id": gone})
    new = shop.order(customer, TODAY)
    found = stored(shop)
    assert found.keys() == {kept, changed, new}
    assert found[changed]["revenue"] == 2_000_000
    assert {row["order_id"]: row["revenue"] for row in shop.rows("transaction_items")} == {
        order: row["revenue"] for order, row in found.items()
    }
    with shop.engine.connect() as connection:
        touched = set(connection.execute(text("SELECT order_id, how FROM touched")).tuples())
    assert touched == {(changed, "DELETE"), (gone, "DELETE"), (changed, "INSERT"), (new, "INSERT")}
