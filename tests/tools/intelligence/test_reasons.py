"""A reason names the values that made the rule fire: change one in the base rows and the figure changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from messy import fill

from schema.tables.computed import AXES
from tools.intelligence.figures import FIGURES, missing
from tools.intelligence.reasons import REASONED, reasons

TODAY = date(2026, 11, 20)


def late(shop: Any, customer: int) -> None:
    vehicle = shop.vehicle()
    shop.owns(customer, vehicle, delivery_date=date(2026, 11, 1))
    shop.order(customer, TODAY - timedelta(300), "parts")


def buys(shop: Any, customer: int) -> None:
    shop.order(customer, TODAY - timedelta(3))


def sells(shop: Any, customer: int) -> None:
    shop.save()
    with shop.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE customer_vehicles SET status = 'sold' WHERE customer_id = {customer}")


def calls(shop: Any, customer: int) -> None:
    shop.said(customer, datetime(2026, 11, 1, 9))


def overdue(shop: Any, customer: int) -> None:
    shop.owns(customer, shop.vehicle(), delivery_date=date(2026, 4, 1))


def is_served(shop: Any, customer: int) -> None:
    shop.visit(1, TODAY - timedelta(2), 100, customer_id=customer)


def grants(shop: Any, customer: int) -> None:
    shop.consent(customer, "call", "marketing", "granted")


def nothing(shop: Any, customer: int) -> None:
    pass


Step = Callable[[Any, int], None]


@pytest.mark.parametrize(("figure", "before", "change", "rule", "named"), [
    ("lifecycle_stage", late, buys, "late", "days_since_last"),
    ("lifecycle_stage", nothing, buys, "no_transaction", "transaction_count"),
    ("lifecycle_stage", late, sells, "late", "expected_interval"),
    ("funnel_stage", nothing, calls, "no_two_way_touch", "last_two_way_on"),
    ("funnel_stage", nothing, buys, "no_two_way_touch", "transaction_count"),
    ("customer_type", late, buys, "transactions", "transaction_count"),
    ("journey_stage", overdue, is_served, "owns_vehicle", "last_visit_on"),
    ("journey_stage", nothing, overdue, "nothing_yet", "vehicles_owned"),
    ("churn", late, buys, "late", "days_since_last"),
    ("clv_tier", nothing, buys, "no_transaction", "transaction_count"),
    ("temperature", overdue, is_served, "due_soon", "next_due_date"),
    ("temperature", nothing, calls, "none", "last_two_way_on"),
    ("call_priority", nothing, grants, "no_call_consent", "call_block"),
    ("next_action", overdue, is_served, "overdue_service", "due_date"),
    ("rfm_segment", nothing, buys, "no_recent_transaction", "last_transaction_on"),
])  # fmt: skip
def test_a_changed_input_changes_the_figure(
    shop: Any, figure: str, before: Step, change: Step, rule: str, named: str
) -> None:
    if figure == "customer_type":  # somebody richer is the VIP
        shop.order(shop.customer(), TODAY, "vehicle", 10**9)
    customer = shop.customer()
    before(shop, customer)
    shop.refresh(TODAY)
    reason = reasons(shop.metrics(customer), figure)
    assert reason.rule == rule
    assert named in reason.inputs
    change(shop, customer)
    shop.refresh(TODAY)
    changed = reasons(shop.metrics(customer), figure)
    assert changed.value != reason.value
    assert (changed.rule, changed.inputs) != (reason.rule, reason.inputs)


def test_the_due_date_by_months_and_by_km(shop: Any) -> None:
    customer, vehicle = shop.customer(), shop.vehicle()
    shop.owns(customer, vehicle, delivery_date=date(2026, 9, 1), delivery_km=0)
    shop.refresh(TODAY)
    reason = reasons(shop.due(vehicle), "due")
    assert (reason.rule, reason.inputs["anchor_on"], reason.inputs["interval_months"]) == (
        "months",
        date(2026, 9, 1),
        6,
    )
    shop.reading(vehicle, date(2026, 10, 1), 6_000)
    shop.refresh(TODAY)
    reason = reasons(shop.due(vehicle), "due")
    assert (reason.rule, reason.inputs["last_reading_km"], reason.inputs["rate_km_day"]) == ("km", 6_000, 200)
    assert reason.value == date(2026, 10, 21)


def test_every_figure_of_every_stored_row_has_a_reason(shop: Any) -> None:
    fill(shop, 120, 8)
    shop.refresh(TODAY)
    for row in shop.rows("customer_metrics"):
        for figure in set(REASONED) - {"due"}:
            reason = reasons(row, figure)
            assert reason.rule and reason.figure == figure
    for row in shop.rows("vehicle_metrics"):
        assert reasons(row, "due").rule
    assert set(AXES) - {"churn_band"} <= set(REASONED)


def test_unknown_figures_are_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"No reasons for 'luck'\. Known: call_priority, churn"):
        reasons({}, "luck")
    with pytest.raises(ValueError, match=r"Unknown figure 'luck'\. Known: channels, churn"):
        missing("luck")


def test_missing_tables_are_told() -> None:
    assert missing("service_due") == ()
    assert "quotes" in missing("lifecycle") and "orders" not in missing("lifecycle")
    assert {"recalls", "loans"} <= set(missing("next_action"))
    assert all(isinstance(missing(figure), tuple) for figure in FIGURES)
