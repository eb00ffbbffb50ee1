"""The cases worked out by hand from the definitions, each built as rows of a real store and refreshed."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

CASES = json.loads((Path(__file__).parents[2] / "data" / "worked_cases.json").read_text(encoding="utf-8"))
TODAY = date.fromisoformat(CASES["today"])
STORED = {
    "d": "days_since_last", "E": "expected_interval", "C": "churn_line", "churn_rule": "churn_probability",
    "R": "rfm_recency", "F": "rfm_frequency", "M": "rfm_monetary", "segment": "rfm_segment",
    "anchor": "anchor_on", "dropped": "readings_dropped", "rate": "rate_km_day", "fired": "due_by",
    "status": "due_status",
}  # fmt: skip
DIGITS = {"churn_rule": 4, "rate": 2}


def told(row: dict[str, Any], expect: dict[str, Any]) -> dict[str, Any]:
    """The stored values of `row` under the names of the cases, rounded as they are."""
    found = {}
    for name in expect:
        value = row[STORED.get(name, name)]
        if isinstance(value, date):
            value = value.isoformat()
        found[name] = round(value, DIGITS[name]) if name in DIGITS and value is not None else value
    return found


def buy(shop: Any, customer: int, transactions: list[Any]) -> None:
    for day, kind, amount in transactions:
        shop.order(customer, date.fromisoformat(day), kind, amount)


@pytest.mark.parametrize("tier", ["VIP", "other"])
def test_lifecycle(shop: Any, tier: str) -> None:
    """All but the VIP share a store with enough richer customers that none of them is a VIP."""
    cases = [case for case in CASES["lifecycle"] if case.get("tier", "other") == tier]
    shop.setting("acquisition_costs", {"event": max(case.get("acquisition", 0) for case in cases)})
    ids = {}
    for case in cases:
        source = "event" if case.get("acquisition") else None
        ids[case["case"]] = customer = shop.customer(source_channel=source)
        buy(shop, customer, case["transactions"])
        for months in case["every_months_of_owned_vehicles"]:
            shop.owns(customer, shop.vehicle(months))
        if case.get("two_way"):
            shop.said(customer, datetime(2026, 11, 1))
    if tier == "other":
        for _ in range(3):
            shop.order(shop.customer(), TODAY, "vehicle", 90_000_000_000)
    shop.refresh(TODAY)
    rows = {row["customer_id"]: row for row in shop.rows("customer_metrics")}
    for case in cases:
        assert told(rows[ids[case["case"]]], case["expect"]) == case["expect"], case["case"]


def test_service_due(shop: Any) -> None:
    vehicles = {}
    for case in CASES["service_due"]:
        schedule = dict(case["schedule"])
        vehicles[case["case"]] = vehicle = shop.vehicle(**schedule)
        delivery = case.get("delivery")
        shop.owns(
            shop.customer(), vehicle, bought_as="new" if case.get("new", True) else "used",
            delivery_date=date.fromisoformat(delivery) if delivery else None, delivery_km=case.get("delivery_km"),
            annual_km=case.get("annual"),
        )  # fmt: skip
        for day, km, maintenance in case["visits"]:
            shop.visit(vehicle, date.fromisoformat(day), km, "maintenance" if maintenance else "tyre")
        for day, km in case["readings"]:
            shop.reading(vehicle, date.fromisoformat(day), km)
    shop.refresh(TODAY)
    rows = {row["vehicle_id"]: row for row in shop.rows("vehicle_metrics")}
    for case in CASES["service_due"]:
        assert told(rows[vehicles[case["case"]]], case["expect"]) == case["expect"], case["case"]


def test_rfm(shop: Any) -> None:
    for case in CASES["rfm"]:
        buy(shop, shop.customer(id=case["id"]), case["transactions"])
    shop.refresh(TODAY)
    rows = {row["customer_id"]: row for row in shop.rows("customer_metrics")}
    for case in CASES["rfm"]:
        assert told(rows[case["id"]], case["expect"]) == case["expect"], case["id"]


def test_tiers(shop: Any) -> None:
    """A CLV of 3 x revenue - acquisition cost, which the source channel brings to the case's figure."""
    costs = {0: None, 1: "event", 2: "web"}
    shop.setting("acquisition_costs", {name: cost for cost, name in costs.items() if name})
    for case in CASES["tiers"]:
        cost = -case["clv"] % 3
        customer = shop.customer(id=case["id"], source_channel=costs[cost])
        shop.order(customer, TODAY, "parts", (case["clv"] + cost) // 3)
    shop.refresh(TODAY)
    rows = {row["customer_id"]: row for row in shop.rows("customer_metrics")}
    for case in CASES["tiers"]:
        row = rows[case["id"]]
        assert (row["clv_simple"], row["clv_tier"]) == (case["clv"], case["expect"]), case["id"]
