"""The refresh as a whole: history by day, one transaction, the day that counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from sqlite3 import IntegrityError
from typing import Any

import pytest
from sqlalchemy import text

from schema.tables.computed import AXES
from tools.intelligence.errors import RefreshError
from tools.intelligence.refresh import refresh
from tools.store import open_store

TODAY = date(2026, 11, 20)
COMPUTED = (
    "transactions", "transaction_items", "customer_metrics", "vehicle_metrics", "axis_changes", "refresh_runs",
    "cut_points",
)  # fmt: skip


def run_sql(shop: Any, statement: str, **values: Any) -> None:
    with shop.engine.begin() as connection:
        connection.execute(text(statement), values)


def changes(shop: Any) -> list[tuple[Any, ...]]:
    rows = shop.rows("axis_changes", "changed_on", "axis")
    return [(row["changed_on"], row["axis"], row["old_value"], row["new_value"]) for row in rows]


def test_the_first_refresh_writes_every_axis_and_the_next_only_changes(shop: Any) -> None:
    customer = shop.customer()
    shop.order(customer, TODAY - timedelta(90), "accessories")
    shop.refresh(TODAY)
    assert [(axis, old) for _, axis, old, _ in changes(shop)] == [(axis, None) for axis in sorted(AXES)]
    assert shop.metrics(customer)["lifecycle_stage"] == "Active"  # d = E = 90

    shop.refresh(TODAY + timedelta(1))
    assert [c for c in changes(shop) if c[0] > TODAY] == [(TODAY + timedelta(1), "lifecycle_stage", "Active", "Due")]
    assert shop.metrics(customer)["lifecycle_since"] == TODAY + timedelta(1)
    shop.refresh(TODAY + timedelta(2))
    assert shop.metrics(customer)["lifecycle_since"] == TODAY + timedelta(1)


def test_a_second_refresh_of_a_day_replaces_its_changes(shop: Any) -> None:
    customer = shop.customer()
    shop.order(customer, TODAY - timedelta(100), "accessories")
    shop.refresh(TODAY)
    assert shop.metrics(customer)["lifecycle_stage"] == "Due"

    order = shop.order(customer, TODAY + timedelta(1), "accessories")
    for _ in range(2):
        shop.refresh(TODAY + timedelta(1))
        assert (TODAY + timedelta(1), "lifecycle_stage", "Due", "Active") in changes(shop)
        assert shop.metrics(customer)["lifecycle_since"] == TODAY + timedelta(1)

    run_sql(shop, "UPDATE orders SET status = 'cancelled' WHERE id = :id", id=order)
    shop.refresh(TODAY + timedelta(1))
    assert [c for c in changes(shop) if c[0] > TODAY] == []
    assert shop.metrics(customer)["lifecycle_since"] == TODAY


def test_a_band_that_appears_has_no_old_value_but_is_no_new_customer(shop: Any) -> None:
    customer = shop.customer()
    shop.refresh(TODAY)
    shop.order(customer, TODAY + timedelta(1), "accessories")
    for _ in range(2):
        shop.refresh(TODAY + timedelta(1))
        later = {(axis, old, new) for day, axis, old, new in changes(shop) if day > TODAY}
        assert ("churn_band", None, "low") in later
        assert ("temperature", None, "cold") not in later


def test_a_refresh_again_changes_nothing_but_the_run(shop: Any) -> None:
    customer, vehicle = shop.customer(), shop.vehicle()
    shop.owns(customer, vehicle, delivery_date=date(2026, 1, 1))
    shop.order(customer, TODAY)
    shop.refresh(TODAY)
    before = {table: shop.rows(table) for table in COMPUTED[:4]} | {"changes": changes(shop)}
    shop.refresh(TODAY)
    assert {table: shop.rows(table) for table in COMPUTED[:4]} | {"changes": changes(shop)} == before
    assert [(run["kind"], run["customers"]) for run in shop.rows("refresh_runs")] == [("full", 1)] * 2


def test_a_refresh_that_fails_half_way_leaves_the_old_figures_whole(shop: Any) -> None:
    """The failure comes from the database itself, in the middle of writing, after the old figures were deleted."""
    customer, merged = shop.customer(), shop.customer()
    shop.order(customer, TODAY)
    shop.refresh(TODAY)
    before = {table: shop.rows(table) for table in (*COMPUTED, "orders", "customers")}
    run_sql(shop, "CREATE TRIGGER full_disk BEFORE INSERT ON axis_changes BEGIN SELECT RAISE(ABORT, 'full'); END")
    shop.order(merged, TODAY)
    shop.save()
    run_sql(shop, "UPDATE customers SET merged_into_id = :into WHERE id = :id", into=customer, id=merged)
    before |= {table: shop.rows(table) for table in ("orders", "customers")}
    with pytest.raises(IntegrityError):
        shop.refresh(TODAY + timedelta(1))
    assert {table: shop.rows(table) for table in before} == before


def test_an_earlier_day_is_refused(shop: Any) -> None:
    shop.customer()
    shop.refresh(TODAY)
    with pytest.raises(RefreshError, match="stored figures are of 2026-11-20"):
        shop.refresh(TODAY - timedelta(1))


def test_figures_know_nothing_of_later_days(shop: Any) -> None:
    customer, vehicle = shop.customer(), shop.vehicle()
    shop.owns(customer, vehicle, delivery_date=date(2026, 1, 1))
    shop.order(customer, TODAY + timedelta(5))
    shop.visit(vehicle, TODAY + timedelta(1), 9_000)
    shop.said(customer, datetime.combine(TODAY + timedelta(1), datetime.min.time()))
    shop.refresh(TODAY)
    row = shop.metrics(customer)
    assert (row["transaction_count"], row["last_visit_on"], row["last_two_way_on"]) == (0, None, None)
    assert shop.due(vehicle)["last_reading_km"] is None


def test_deceased_have_figures_and_erased_and_merged_have_none(shop: Any) -> None:
    alive = shop.customer()
    deceased = shop.customer(deceased_on=date(2026, 1, 1), birth_date=date(1980, 11, 20))
    erased = shop.customer(erased_at=datetime(2026, 1, 1))
    merged = shop.customer(merged_into_id=alive)
    for customer in (alive, deceased, erased, merged):
        shop.order(customer, date(2020, 1, 1), amount=700)
    shop.consent(deceased, "call", "marketing", "granted")
    report = shop.refresh(TODAY)
    assert report.customers == 2
    assert [row["customer_id"] for row in shop.rows("customer_metrics")] == [alive, deceased]
    assert sum(row["revenue"] for row in shop.rows("transactions")) == 2_800
    assert shop.metrics(alive)["lifetime_value"] == 1_400
    row = shop.metrics(deceased)
    assert (row["call_block"], row["call_priority"], row["next_action"], row["look_again_on"]) == (
        "deceased", None, "nothing_now", None,
    )  # fmt: skip


def test_home_store_is_of_the_owner_else_the_last_transaction_else_where_made(shop: Any) -> None:
    owned, bought, _made, group = (shop.customer(created_store_id=1) for _ in range(4))
    shop.owned_by(owned, shop.user(store_id=1), since=date(2020, 1, 1), until=date(2021, 1, 1))
    shop.owned_by(owned, shop.user(store_id=2), since=date(2021, 1, 1))
    shop.owned_by(group, shop.user(store_id=None))
    for customer in (owned, bought, group):
        shop.order(customer, date(2026, 1, 1), store_id=1)
        shop.order(customer, date(2026, 2, 1), store_id=1 if customer == owned else 2)
    shop.refresh(TODAY)
    assert [row["home_store_id"] for row in shop.rows("customers")] == [2, 2, 1, 2]
    assert shop.metrics(owned)["owner_id"] == 2


def test_a_visit_is_of_who_is_billed_else_of_the_owner_on_that_day(shop: Any) -> None:
    first, second, payer, driver = (shop.customer() for _ in range(4))
    vehicle = shop.vehicle()
    shop.owns(driver, vehicle, relation="driver", from_date=date(2019, 1, 1))
    shop.owns(first, vehicle, from_date=date(2019, 1, 1), to_date=date(2022, 5, 1), status="sold")
    shop.owns(second, vehicle, from_date=date(2022, 5, 1))
    shop.visit(vehicle, date(2018, 1, 1))
    shop.visit(vehicle, date(2022, 4, 30))
    shop.visit(vehicle, date(2022, 5, 1))
    shop.visit(vehicle, date(2026, 5, 1), order_id=shop.order(payer, date(2026, 5, 1)))
    shop.visit(vehicle, date(2026, 6, 1), status="cancelled")
    shop.refresh(TODAY)
    assert [row["customer_id"] for row in shop.rows("service_records")] == [None, first, second, payer, second]
    assert [shop.metrics(c)["last_visit_on"] for c in (second, payer)] == [date(2022, 5, 1), date(2026, 5, 1)]


def test_now_is_taken_in_the_dealers_zone(shop: Any) -> None:
    customer, vehicle = shop.customer(), shop.vehicle()
    shop.owns(customer, vehicle)
    shop.appointment(customer, datetime(2026, 11, 20, 15), "booked", vehicle_id=vehicle)
    shop.refresh(TODAY, now=datetime(2026, 11, 20, 7, 59, tzinfo=UTC))
    assert shop.due(vehicle)["appointment_ahead_at"] == datetime(2026, 11, 20, 15)
    shop.refresh(TODAY, now=datetime(2026, 11, 20, 8, 1, tzinfo=UTC))
    assert shop.due(vehicle)["appointment_ahead_at"] is None


def test_progress_hears_each_step_and_the_report_times_them(shop: Any) -> None:
    heard: list[str] = []
    shop.customer()
    report = shop.refresh(TODAY, progress=heard.append)
    assert heard == list(report.seconds)
    assert {"reading", "transactions", "writing"} <= set(heard)
    assert all(seconds >= 0 for seconds in report.seconds.values())


def test_an_empty_store_refreshes(shop: Any) -> None:
    assert shop.refresh(TODAY).customers == 0
    assert shop.refresh(TODAY, customers=[1, 2]).customers == 0


def test_while_somebody_else_writes_it_says_so(shop: Any) -> None:
    shop.customer()
    shop.save()
    impatient = open_store(f"{shop.engine.url}?timeout=0.05")
    with shop.engine.connect() as writer:
        writer.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(RefreshError, match="somebody else is writing to the store"):
            refresh(impatient, as_of=TODAY)
        writer.rollback()
    assert refresh(impatient, as_of=TODAY).customers == 1
    impatient.dispose()
