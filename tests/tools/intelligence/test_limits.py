"""Days at the limits of the rules: temperature, call priority, scores, completeness, cut points."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl
import pytest

from tools.intelligence.cuts import Cuts, at_ranks

TODAY = date(2026, 11, 20)


def ago(days: int, hour: int = 9) -> datetime:
    return datetime.combine(TODAY - timedelta(days), time(hour))


def metrics(shop: Any, customer: int) -> dict[str, Any]:
    shop.refresh(TODAY)
    return dict(shop.metrics(customer))


def due_in(shop: Any, customer: int, days: int) -> None:
    """A vehicle due in so many days: 1,000 km at 10 km a day after its delivery."""
    vehicle = shop.vehicle(months=None, km=1_000)
    shop.owns(
        customer, vehicle, bought_as="new", delivery_date=TODAY + timedelta(days - 100), annual_km=3_650
    )  # fmt: skip


@pytest.mark.parametrize(("days", "expected"), [(7, "recent_interest"), (8, "none")])
def test_hot_by_a_test_drive(shop: Any, days: int, expected: str) -> None:
    customer, other = shop.customer(), shop.customer()
    shop.appointment(customer, ago(days), "kept", "test_drive")
    shop.appointment(other, ago(days), "missed", "test_drive")
    assert metrics(shop, customer)["temperature_rule"] == expected
    assert shop.metrics(other)["temperature_rule"] == "none"


@pytest.mark.parametrize(("days", "moods", "expected"), [
    (14, "positive positive", "due_and_positive"), (15, "positive positive", "due_soon"),
    (-365, "positive positive", "due_and_positive"), (-366, "positive positive", "none"),
    (14, "positive", "due_soon"), (14, "positive neutral", "due_soon"),
    (14, "neutral positive positive", "due_and_positive"), (60, "", "due_soon"), (61, "", "none"),
])  # fmt: skip
def test_hot_by_a_due_date_and_warm_by_one(shop: Any, days: int, moods: str, expected: str) -> None:
    customer = shop.customer()
    due_in(shop, customer, days)
    for n, mood in enumerate(moods.split()):
        shop.said(customer, ago(200 - n), sentiment=mood)
    shop.said(customer, ago(1), "outbound", sentiment="negative")  # of the inbound ones only
    row = metrics(shop, customer)
    assert row["temperature_rule"] == expected
    assert row["temperature"] == {"due_and_positive": "hot", "due_soon": "warm", "none": "cold"}[expected]


@pytest.mark.parametrize(("days", "outcome", "expected"), [
    (90, "answered", "touched"), (91, "answered", "none"), (1, "no_answer", "none"), (1, None, "none"),
    (1, "refused", "touched"),
])  # fmt: skip
def test_warm_by_a_two_way_touch(shop: Any, days: int, outcome: str | None, expected: str) -> None:
    customer = shop.customer()
    shop.said(customer, ago(days), "outbound", outcome=outcome)
    assert metrics(shop, customer)["temperature_rule"] == expected


@pytest.mark.parametrize(("days", "urgency"), [(-1, 35), (0, 35), (15, 17.5), (30, 0), (31, 0), (-366, 0)])
def test_urgency(shop: Any, days: int, urgency: float) -> None:
    customer = shop.customer()
    due_in(shop, customer, days)
    assert metrics(shop, customer)["score_urgency"] == urgency


def test_relationship_and_intent(shop: Any) -> None:
    user, other = shop.user(), shop.user()
    rows = {}
    for name, days, by in (("near", 180, user), ("far", 181, user), ("other", 1, other)):
        rows[name] = customer = shop.customer()
        shop.owned_by(customer, user)
        shop.said(customer, ago(days), user_id=by)
        for n in range({"near": 2, "far": 7, "other": 0}[name]):
            shop.appointment(customer, ago(30 - n), "kept", "test_drive")
        shop.appointment(customer, ago(31), "kept", "test_drive")
    metrics(shop, rows["near"])
    parts = [(shop.metrics(c)["score_relationship"], shop.metrics(c)["score_intent"]) for c in rows.values()]
    assert parts == [(5, 6), (0, 15), (0, 0)]


def test_value_and_risk_by_percentile_and_priority_within_the_home_store(shop: Any) -> None:
    customers = [shop.customer(created_store_id=1 + n // 10) for n in range(20)]
    for n, customer in enumerate(customers):
        shop.consent(customer, "call", "marketing", "granted" if n != 9 else "denied")
        shop.order(customer, TODAY - timedelta(150), "accessories", 1_000 * (n + 1), store_id=1 + n // 10)  # churn 1.0
    metrics(shop, 1)
    rows = [shop.metrics(c) for c in customers]
    assert [row["clv_percentile"] for row in rows] == list(range(0, 100, 5))
    assert [(row["score_value"], row["score_risk"]) for row in rows[:3]] == [(0, 0), (1.25, 1), (2.5, 2)]
    assert [row["call_priority"] for row in rows[:10]] == [1, 2, 3, 4, 5, 6, 7, 8, 9, None]  # nine are ranked
    assert [row["call_priority"] for row in rows[10:]] == list(range(1, 11))
    assert rows[9]["call_block"] == "call_denied"


def test_consent_to_calls_is_of_the_purpose_of_the_action(shop: Any) -> None:
    service, marketing = shop.customer(), shop.customer()
    shop.complaint(service)
    for customer in (service, marketing):
        shop.consent(customer, "call", "marketing", "denied", ago(9))
        shop.consent(customer, "call", "service", "denied", ago(9))
        shop.consent(customer, "call", "service", "granted", ago(8))
    assert metrics(shop, service)["call_block"] is None
    assert shop.metrics(marketing)["call_block"] == "call_denied"


def test_best_call_time(shop: Any) -> None:
    busy, idle, prospect = (shop.customer() for _ in range(3))
    shop.order(prospect, TODAY)
    for days, hour in ((1, 15), (2, 14), (3, 8), (4, 9)):
        shop.said(busy, ago(days, hour), outcome="answered")
    for days in range(5):
        shop.said(busy, ago(days, 11), "outbound", outcome="no_answer")
        shop.said(busy, ago(days, 11), type="email", outcome="answered")
        shop.said(busy, ago(days, 17), outcome="answered")
    shop.said(idle, ago(1, 16), outcome="answered")
    shop.said(idle, ago(1, 16), sentiment="positive")
    metrics(shop, busy)
    # a tie: the earlier band; under three calls: that of the stage, where 08-10 leads; no calls in a stage: 08-10
    assert [shop.metrics(c)["best_call_time"] for c in (busy, idle, prospect)] == ["08-10", "08-10", "08-10"]
    shop.said(idle, ago(1, 16), outcome="booked")
    assert metrics(shop, idle)["best_call_time"] == "16-17"


@pytest.mark.parametrize(("d", "band"), [(120, "low"), (121, "medium"), (132, "medium"), (133, "high")])
def test_churn_bands(shop: Any, d: int, band: str) -> None:
    """E = 90 and C = 150: .3 at 120 days, .6 at 120 + 30 x 3/7 = 132.86."""
    customer = shop.customer()
    shop.order(customer, TODAY - timedelta(d), "accessories")
    assert metrics(shop, customer)["churn_band"] == band


def test_a_vehicle_without_schedule_takes_the_default(shop: Any) -> None:
    customer = shop.customer()
    unknown = shop.add("vehicles", model_id=None, use="private", model_year=2021)
    shop.owns(customer, unknown, bought_as="new", delivery_date=date(2026, 9, 1), annual_km=73_000)
    switched_off = shop.vehicle(months=None, km=None)
    shop.owns(customer, switched_off, delivery_date=date(2026, 9, 1))
    shop.order(customer, TODAY)
    row = metrics(shop, customer)
    assert (row["expected_interval"], row["expected_interval_basis"]) == (180, "default_schedule")
    due = shop.due(unknown)
    assert (due["schedule_is_default"], due["due_by"], due["due_date"]) == (True, "km", date(2026, 10, 21))
    assert (shop.due(switched_off)["due_status"], shop.due(switched_off)["schedule_is_default"]) == ("unknown", False)


def test_vehicle_age_since_delivery_else_purchase_else_model_year(shop: Any) -> None:
    customer = shop.customer()
    vehicles = [shop.vehicle() for _ in range(3)]
    shop.owns(customer, vehicles[0], delivery_date=date(2022, 3, 1), purchase_date=date(2022, 1, 1))
    shop.owns(customer, vehicles[1], purchase_date=date(2022, 1, 1))
    shop.owns(customer, vehicles[2])
    metrics(shop, customer)
    since = [shop.due(v)["vehicle_since"] for v in vehicles]
    assert since == [date(2022, 3, 1), date(2022, 1, 1), date(2020, 1, 1)]


def test_a_rate_needs_thirty_days(shop: Any) -> None:
    vehicles = []
    for days in (29, 30):
        vehicles.append(shop.vehicle())
        shop.owns(shop.customer(), vehicles[-1])
        shop.reading(vehicles[-1], TODAY - timedelta(days), 1_000)
        shop.reading(vehicles[-1], TODAY, 4_000)
    shop.refresh(TODAY)
    assert [shop.due(v)["rate_basis"] for v in vehicles] == ["default", "readings"]


def test_health_and_engagement(shop: Any) -> None:
    customer, stranger = shop.customer(), shop.customer()
    shop.order(customer, TODAY - timedelta(150), "accessories")  # churn 1.0
    shop.complaint(customer)
    for days in (90, 90, 90, 91):
        shop.said(customer, ago(days))
    row = metrics(shop, customer)
    assert row["engagement_score"] == 40 * 0.5 + 30 * 0.5
    assert row["health_score"] == 20  # 100 - 50 - 20 - 15 x .65 = 20.25
    assert shop.metrics(stranger)["health_score"] is None


def test_completeness(shop: Any) -> None:
    full = shop.customer(
        gender="female", city="Huế", occupation="nurse", birth_date=date(1990, 1, 1), preferred_time="08-10"
    )
    empty = shop.customer(full_name="N/A", city=" n/a ", occupation="N/A", birth_date=date(1900, 1, 1))
    firm = shop.customer(kind="business", gender="female")
    shop.contact(full, "landline", "x")
    shop.contact(full, "email", "x")
    shop.contact(empty, "mobile", "0000000000", is_usable=False)
    shop.contact(firm, "mobile", "x")
    shop.consent(full, "call", "service", "denied")
    shop.owned_by(full, shop.user())
    metrics(shop, full)
    # a business: name and phone, 30 of 80
    assert [shop.metrics(c)["profile_completeness"] for c in (full, empty, firm)] == [100, 0, 38]


@pytest.mark.parametrize("n", [1, 2, 3, 28, 99, 100, 101, 250])
def test_a_percent_by_cut_points_is_the_share_strictly_worse(n: int) -> None:
    values = pl.Series([float(i % 7) for i in range(n)])
    percents = Cuts().with_values("clv", values).percent("clv", values)
    assert percents.to_list() == [100 * int((values < v).sum()) // n for v in values]
    reversed_ = Cuts().with_values("recency", values, high_is_worse=True).percent("recency", values, high_is_worse=True)
    assert reversed_.to_list() == [100 * int((values > v).sum()) // n for v in values]
    assert len(at_ranks(values.sort(), 10)) == 10
