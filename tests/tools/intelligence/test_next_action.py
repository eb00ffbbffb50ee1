"""The next best action: rule by rule at its limits, their order, channels, expiry and when to look again."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from schema.tables.computed import NEXT_ACTIONS
from tools.intelligence.next_action import NOTHING, RULES

TODAY = date(2026, 11, 20)


def ago(days: int, hour: int = 9) -> datetime:
    return datetime.combine(TODAY - timedelta(days), time(hour))


def action(shop: Any, customer: int) -> str:
    shop.refresh(TODAY)
    return str(shop.metrics(customer)["next_action"])


def due_vehicle(shop: Any, customer: int, days: int) -> int:
    """A vehicle that is due in so many days: 1,000 km at 10 km a day after its delivery."""
    vehicle = shop.vehicle(months=None, km=1_000, first_km=1_000)
    anchor = TODAY + timedelta(days) - timedelta(100)
    shop.owns(customer, vehicle, bought_as="new", delivery_date=anchor, annual_km=3_650)
    return int(vehicle)


def test_the_rules_are_the_stored_codes_in_their_order() -> None:
    assert (*(rule.code for rule in RULES), NOTHING.code) == NEXT_ACTIONS


@pytest.mark.parametrize(("status", "expected"), [
    ("open", "complaint"), ("in_progress", "complaint"), ("resolved", "nothing_now"), ("closed", "nothing_now"),
])  # fmt: skip
def test_open_complaint(shop: Any, status: str, expected: str) -> None:
    customer = shop.customer()
    shop.complaint(customer, status=status)
    assert action(shop, customer) == expected


@pytest.mark.parametrize(
    ("due", "done", "expected"),
    [
        (TODAY, None, "follow_up"),
        (TODAY - timedelta(400), None, "follow_up"),
        (TODAY + timedelta(1), None, "nothing_now"),
        (TODAY, TODAY, "nothing_now"),
    ],
)
def test_follow_up_due_and_not_done(shop: Any, due: date, done: date | None, expected: str) -> None:
    customer = shop.customer()
    shop.said(customer, ago(30), follow_up_due=due, follow_up_done=done)
    assert action(shop, customer) == expected


@pytest.mark.parametrize(
    ("days", "expected"), [(2, "nothing_now"), (3, "follow_up"), (30, "follow_up"), (31, "nothing_now")]
)
def test_test_drive_without_a_touch_since(shop: Any, days: int, expected: str) -> None:
    customer = shop.customer()
    shop.appointment(customer, ago(days), "kept", "test_drive")
    shop.said(customer, ago(days), "outbound")  # not since: at the very minute
    assert action(shop, customer) == expected
    if expected == "follow_up":
        row = shop.metrics(customer)
        assert row["next_action_expires_on"] == min(TODAY - timedelta(days) + timedelta(30), TODAY + timedelta(14))
    shop.said(customer, ago(days, hour=10), "outbound", outcome="no_answer")
    assert action(shop, customer) == "nothing_now"


def test_test_drive_that_was_missed_is_none(shop: Any) -> None:
    customer = shop.customer()
    shop.appointment(customer, ago(5), "missed", "test_drive")
    shop.appointment(customer, ago(4), "kept", "service")
    assert action(shop, customer) == "nothing_now"


@pytest.mark.parametrize(
    ("days", "expected"), [(0, "missed_appointment"), (30, "missed_appointment"), (31, "nothing_now")]
)
def test_missed_appointment(shop: Any, days: int, expected: str) -> None:
    customer = shop.customer()
    vehicle = shop.vehicle()
    shop.appointment(customer, ago(days), "missed", vehicle_id=vehicle)
    shop.appointment(customer, ago(days + 1), "kept")
    assert action(shop, customer) == expected
    if expected == "missed_appointment":
        row = shop.metrics(customer)
        assert row["next_action_vehicle_id"] == vehicle
        assert json.loads(row["next_action_input"])["missed_on"] == (TODAY - timedelta(days)).isoformat()
        shop.appointment(customer, ago(-60), "booked")
        assert action(shop, customer) == "nothing_now"


@pytest.mark.parametrize(("days", "expected"), [
    (-1, "overdue_service"), (0, "due_service"), (30, "due_service"), (31, "nothing_now"), (-365, "overdue_service"),
    (-366, "win_back"),
])  # fmt: skip
def test_due_vehicle(shop: Any, days: int, expected: str) -> None:
    customer = shop.customer()
    vehicle = due_vehicle(shop, customer, days)
    assert action(shop, customer) == expected
    row = shop.metrics(customer)
    assert row["next_action_vehicle_id"] == (None if expected == "nothing_now" else vehicle)
    due = TODAY + timedelta(days)
    ends = {"due_service": due, "overdue_service": date(due.year + 1, due.month, due.day), "win_back": date.max,
            "nothing_now": TODAY}  # fmt: skip
    assert row["next_action_expires_on"] == min(ends[expected], TODAY + timedelta(14))


def test_an_appointment_ahead_silences_its_vehicle_only(shop: Any) -> None:
    customer = shop.customer()
    first, second = due_vehicle(shop, customer, -5), due_vehicle(shop, customer, -3)
    shop.appointment(customer, ago(-2), "booked", vehicle_id=first)
    assert action(shop, customer) == "overdue_service"
    assert shop.metrics(customer)["next_action_vehicle_id"] == second
    shop.appointment(customer, ago(-2), "booked", vehicle_id=second)
    assert action(shop, customer) == "nothing_now"
    assert shop.metrics(customer)["look_again_on"] == TODAY + timedelta(2)  # at nine: by noon it is past


def test_of_several_vehicles_the_one_due_first(shop: Any) -> None:
    customer = shop.customer()
    vehicles = [due_vehicle(shop, customer, days) for days in (-3, -9, -9)]
    action(shop, customer)
    assert shop.metrics(customer)["next_action_vehicle_id"] == vehicles[1]


@pytest.mark.parametrize(("born", "expected"), [
    (date(1980, 11, 20), "birthday"), (date(1980, 11, 27), "birthday"), (date(1980, 11, 28), "nothing_now"),
    (date(1980, 11, 19), "nothing_now"), (date(1900, 1, 1), "nothing_now"),
])  # fmt: skip
def test_birthday_with_marketing_consent(shop: Any, born: date, expected: str) -> None:
    customer, silent = shop.customer(birth_date=born), shop.customer(birth_date=born)
    shop.consent(customer, "email", "marketing", "granted")
    shop.consent(silent, "email", "service", "granted")
    assert action(shop, customer) == expected
    assert shop.metrics(silent)["next_action"] == "nothing_now"


def test_leap_day_and_the_years_end(shop: Any) -> None:
    leap, new_year = shop.customer(birth_date=date(1984, 2, 29)), shop.customer(wedding_anniversary=date(2010, 1, 3))
    for customer in (leap, new_year):
        shop.consent(customer, "sms", "marketing", "granted")
    shop.refresh(date(2026, 12, 31))
    row = shop.metrics(new_year)
    assert (row["next_action"], row["next_action_expires_on"]) == ("birthday", date(2027, 1, 3))
    shop.refresh(date(2027, 2, 22))
    assert json.loads(shop.metrics(leap)["next_action_input"]) == {"occasion": "birthday", "on": "2027-02-28"}


def test_the_runners_up_stand_in_order(shop: Any) -> None:
    customer = shop.customer(birth_date=date(1980, 11, 22))
    shop.consent(customer, "call", "marketing", "granted")
    shop.complaint(customer)
    due_vehicle(shop, customer, -500)
    due_vehicle(shop, customer, 10)
    shop.appointment(customer, ago(3), "missed")
    assert action(shop, customer) == "complaint"
    assert shop.metrics(customer)["next_action_others"] == "missed_appointment,due_service,birthday,win_back"


@pytest.mark.parametrize(
    ("setup", "days"),
    [
        ("churn", 151 - 100),
        ("due", 50),
        ("follow_up", 33),
        ("birthday", 21),
        ("test_drive", 2),
        ("nothing", 90),
        ("far", 90),
    ],
)
def test_when_to_look_again(shop: Any, setup: str, days: int) -> None:
    """On that day the rule does match, and not on the day before."""
    customer = shop.customer(birth_date=date(1980, 12, 18) if setup == "birthday" else None)
    shop.consent(customer, "call", "marketing", "granted")
    if setup == "churn":
        shop.order(customer, TODAY - timedelta(100), "accessories")
    if setup in ("due", "far"):
        due_vehicle(shop, customer, 80 if setup == "due" else 200)
    if setup == "follow_up":
        shop.said(customer, ago(1), follow_up_due=TODAY + timedelta(33))
    if setup == "test_drive":
        shop.appointment(customer, ago(1), "kept", "test_drive")
    assert action(shop, customer) == "nothing_now"
    on = shop.metrics(customer)["look_again_on"]
    assert on == TODAY + timedelta(days)
    if days < 90:
        shop.refresh(on - timedelta(1))
        assert shop.metrics(customer)["next_action"] == "nothing_now"
        shop.refresh(on)
        assert shop.metrics(customer)["next_action"] != "nothing_now"


def reachable_customer(shop: Any, **values: Any) -> int:
    customer = shop.customer(**values)
    for kind in ("mobile", "email", "zalo"):
        shop.contact(customer, kind, "x")
    return int(customer)


def test_service_needs_no_opt_in_and_never_a_blocked_channel(shop: Any) -> None:
    customer = reachable_customer(shop, preferred_channel="email")
    due_vehicle(shop, customer, -1)
    for channel, expected in ((None, "email"), ("email", "call"), ("call", "zalo"), ("zalo", "sms"), ("sms", None)):
        if channel:
            shop.consent(customer, channel, "service", "denied")
        action(shop, customer)
        assert shop.metrics(customer)["next_action_channel"] == expected
    assert shop.metrics(customer)["call_block"] == "call_denied"


def test_marketing_needs_a_grant_and_a_usable_address(shop: Any) -> None:
    customer = shop.customer(preferred_channel="email")
    shop.contact(customer, "mobile", "x")
    shop.contact(customer, "email", "x", is_usable=False)
    shop.order(customer, date(2020, 1, 1), "accessories")
    assert action(shop, customer) == "win_back"
    assert shop.metrics(customer)["next_action_channel"] is None
    assert shop.metrics(customer)["call_block"] == "no_call_consent"
    shop.consent(customer, "email", "marketing", "granted")
    shop.consent(customer, "sms", "marketing", "granted")
    action(shop, customer)
    assert shop.metrics(customer)["next_action_channel"] == "sms"


def test_a_complaint_is_answered_by_a_call_where_calls_are_allowed(shop: Any) -> None:
    customer = reachable_customer(shop, preferred_channel="zalo")
    shop.complaint(customer)
    action(shop, customer)
    assert shop.metrics(customer)["next_action_channel"] == "call"
    shop.consent(customer, "call", "service", "revoked")
    action(shop, customer)
    assert shop.metrics(customer)["next_action_channel"] == "zalo"


def test_do_not_contact_leaves_the_action_but_no_channel(shop: Any) -> None:
    customer = reachable_customer(shop, do_not_contact=True)
    shop.complaint(customer)
    assert action(shop, customer) == "complaint"
    row = shop.metrics(customer)
    assert (row["next_action_channel"], row["call_block"]) == (None, "do_not_contact")
