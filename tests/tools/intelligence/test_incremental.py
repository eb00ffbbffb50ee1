"""An incremental refresh equals a full computation with the cut points of the day's last full one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from messy import fill
from sqlalchemy import text

from schema.tables import metadata
from tools.intelligence.base import read_base
from tools.intelligence.compute import compute
from tools.intelligence.cut_store import read_cuts
from tools.intelligence.errors import RefreshError
from tools.intelligence.moment import Moment
from tools.intelligence.thresholds import Thresholds
from tools.store import read_settings

TODAY = date(2026, 11, 20)
TABLES = {
    "customer_metrics": "customer_id", "vehicle_metrics": "vehicle_id", "transactions": "order_id",
    "transaction_items": "order_item_id",
}  # fmt: skip
KEPT_BY_HISTORY = {"lifecycle_since"}


def computed(shop: Any) -> dict[str, dict[int, dict[str, Any]]]:
    """All figures of a full computation over the rows as they are, placed by the day's stored cut points."""
    moment = Moment.of(TODAY, None)
    with shop.engine.connect() as connection:
        cuts = read_cuts(connection, TODAY)
        assert cuts is not None
        figures = compute(read_base(connection, moment, None), moment, Thresholds.of(read_settings(connection)), cuts)
    return {
        table: {row[key]: row for row in getattr(figures, table).iter_rows(named=True)} for table, key in TABLES.items()
    }


def assert_stored(shop: Any, expected: dict[str, dict[int, dict[str, Any]]]) -> None:
    for table, key in TABLES.items():
        stored = {row[key]: row for row in shop.rows(table)}
        assert stored.keys() == expected[table].keys(), table
        names = [c.name for c in metadata.tables[table].columns if c.name not in KEPT_BY_HISTORY]
        for k, row in stored.items():
            assert {n: row[n] for n in names} == {n: expected[table][k][n] for n in names}, (table, k)


def change(shop: Any, dice: Random, people: list[int]) -> None:
    """Something new about each of these customers, and about some a vehicle that goes from one to the other."""
    for person in people:
        shop.order(person, TODAY - timedelta(dice.randint(0, 400)), dice.choice(["vehicle", "service"]), 90_000_000)
        shop.said(person, datetime(2026, 11, dice.randint(1, 20), 9), user_id=None, outcome="answered")
        shop.consent(person, "call", "marketing", dice.choice(["granted", "revoked"]), datetime(2026, 11, 1))
    shop.complaint(people[0])
    shop.appointment(people[1], datetime(2026, 11, 5, 9), "missed")
    vehicle = shop.vehicle()
    shop.owns(people[2], vehicle, to_date=date(2026, 5, 1), status="sold")
    shop.owns(people[3], vehicle, from_date=date(2026, 5, 1), delivery_date=date(2025, 5, 1))
    shop.visit(vehicle, date(2026, 1, 1), 30_000)
    shop.save()
    with shop.engine.begin() as connection:
        sql = "UPDATE customer_vehicles SET to_date = '2026-11-01', status = 'sold' WHERE customer_id = :id"
        connection.execute(text(sql), {"id": people[4]})
        sql = "UPDATE orders SET status = 'cancelled' WHERE customer_id = :id AND id % 2 = 0"
        connection.execute(text(sql), {"id": people[5]})
        sql = "UPDATE orders SET customer_id = :new WHERE customer_id = :old"
        connection.execute(text(sql), {"old": people[6], "new": people[7]})
        sql = "UPDATE customers SET merged_into_id = :new WHERE id = :old"
        connection.execute(text(sql), {"old": people[8], "new": people[9]})
        sql = "UPDATE customers SET erased_at = '2026-11-20 08:00:00.000000' WHERE id = :id"
        connection.execute(text(sql), {"id": people[10]})


def test_it_equals_a_full_computation_with_the_days_cut_points(shop: Any) -> None:
    fill(shop, 200, 5)
    shop.refresh(TODAY)
    assert_stored(shop, computed(shop))
    present = [row["customer_id"] for row in shop.rows("customer_metrics")]
    people = Random(3).sample(present, 25)
    change(shop, Random(4), people)
    report = shop.refresh(TODAY, customers=people)
    assert (report.kind, report.customers) == ("incremental", len(people) - 2)  # one merged, one erased
    assert_stored(shop, computed(shop))


def test_one_customer_leaves_the_others_as_they_were(shop: Any) -> None:
    fill(shop, 60, 6)
    shop.refresh(TODAY)
    before = {row["customer_id"]: row for row in shop.rows("customer_metrics")}
    runs = len(shop.rows("cut_points"))
    someone = next(iter(before))
    shop.order(someone, TODAY, "service", 777)
    shop.refresh(TODAY, customers={someone})
    after = {row["customer_id"]: row for row in shop.rows("customer_metrics")}
    assert after.pop(someone)["transaction_count"] == before.pop(someone)["transaction_count"] + 1
    assert after == before
    assert len(shop.rows("cut_points")) == runs


def test_a_merged_customer_stands_for_his_survivor(shop: Any) -> None:
    loser, survivor = shop.customer(), shop.customer()
    shop.refresh(TODAY)
    shop.order(loser, TODAY)
    shop.save()
    with shop.engine.begin() as connection:
        connection.execute(text(f"UPDATE customers SET merged_into_id = {survivor} WHERE id = {loser}"))
    shop.refresh(TODAY, customers=[loser])
    assert [(r["customer_id"], r["transaction_count"]) for r in shop.rows("customer_metrics")] == [(survivor, 1)]


def test_a_new_customer_gets_a_row_and_a_first_change_of_each_axis(shop: Any) -> None:
    shop.customer()
    shop.refresh(TODAY)
    new = shop.customer()
    shop.refresh(TODAY, customers=[new])
    mine = [row for row in shop.rows("axis_changes") if row["customer_id"] == new]
    assert len(mine) == 7 and {row["old_value"] for row in mine} == {None}


def test_a_new_day_needs_a_full_refresh(shop: Any) -> None:
    customer = shop.customer()
    with pytest.raises(RefreshError, match="no full refresh of 2026-11-20"):
        shop.refresh(TODAY, customers=[customer])
    shop.refresh(TODAY)
    with pytest.raises(RefreshError, match="no full refresh of 2026-11-21"):
        shop.refresh(TODAY + timedelta(1), customers=[customer])
    assert shop.metrics(customer)["as_of"] == TODAY
