"""A small company with every edge of the rules far more often than real ones have it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

TODAY = date(2026, 11, 20)


def fill(shop: Any, customers: int, number: int) -> None:
    """A small company with every edge of the rules far more often than real ones have it."""
    dice = Random(number)

    def day(first: int, last: int) -> date:
        return TODAY - timedelta(days=dice.randint(last, first))

    def some(*choices: Any) -> Any:
        return dice.choice(choices)

    users = [shop.user(some(1, 2, None), some(None, day(900, 100))) for _ in range(6)]
    schedules = [(6, 10_000), (3, 5_000), (12, None), (None, 15_000), (None, None), (6, 10_000)]
    vehicles = [
        shop.vehicle(*some(*schedules), first_months=some(1, 6, None), first_km=some(1_000, None))
        for _ in range(customers)
    ]
    for _ in range(customers // 10):
        vehicles.append(
            shop.add("vehicles", model_id=None, powertrain=some(None, "petrol"), use="private", model_year=2019)
        )
    people: list[int] = []
    for _ in range(customers):
        marks: dict[str, Any] = {}
        if dice.random() < 0.2:
            marks = some(
                {"deceased_on": day(500, 0)}, {"erased_at": datetime(2026, 1, 1)}, {"do_not_contact": True},
                {"merged_into_id": some(*people)} if people else {}, {"kind": "business"},
            )  # fmt: skip
        people.append(
            shop.customer(
                full_name=some("Lê Thị Hoa", "N/A"),
                gender=some("female", None),
                city=some("Hà Nội", None, "N/A"),
                birth_date=some(
                    None, date(1900, 1, 1), date(1984, 2, 29), date(1980, 11, dice.randint(15, 30)), day(20_000, 9_000)
                ),
                wedding_anniversary=some(None, date(2010, 12, dice.randint(1, 31))),
                occupation=some("N/A", "teacher", None),
                street=some("1 Láng Hạ", None, "N/A"),
                preferred_channel=some(None, "zalo", "email", "call"),
                created_store_id=some(1, 2),
                **marks,
            )
        )
        person = people[-1]
        for kind in ("mobile", "landline", "email", "zalo"):
            if dice.random() < 0.5:
                shop.contact(person, kind, "x", is_usable=dice.random() < 0.8)
        for channel in ("call", "sms", "email", "zalo", "post"):
            for _ in range(some(0, 1, 2)):
                shop.consent(
                    person, channel, some("service", "marketing"), some("granted", "granted", "denied", "revoked"),
                    datetime(2025, 1, dice.randint(1, 28)),
                )  # fmt: skip
        for _ in range(some(0, 1, 1, 2)):
            shop.owned_by(person, some(*users), day(900, 0), some(None, None, TODAY))
        _history(shop, dice, person, users, some(0, 0, 1, 2, 4, 8), day, some)
        if dice.random() < 0.15:
            shop.complaint(
                person, datetime(2026, 10, dice.randint(1, 31)), some("open", "in_progress", "resolved", "closed")
            )
    for vehicle in vehicles:
        _garage(shop, dice, vehicle, people, day, some)


def _history(
    shop: Any,
    dice: Random,
    person: int,
    users: list[int],
    orders: int,
    day: Callable[..., Any],
    some: Callable[..., Any],
) -> None:
    recent = some(40, 200, 800, 1500)
    for _ in range(orders):
        kind = some("vehicle", "service", "service", "service", "parts", "accessories")
        price = dice.randint(700, 800) * 1_000_000 if kind == "vehicle" else dice.randint(0, 5) * 999_999
        shop.order(
            person,
            day(recent, 0),
            kind,
            store_id=some(1, 2),
            seller_id=some(None, *users),
            items=[
                (dice.randint(1, 3), price, some(None, price // 2)),
                (1, dice.randint(0, 9) * 33_333, some(None, 11_111)),
            ],
            discount=some(0, 0, 10_000),
            status=some("paid", "paid", "paid", "open", "cancelled", "returned"),
            paid=some(None, None, None, None, 500_000),
            refunded=some(0, 0, 0, 7_777, 900_000_000),
        )
    for _ in range(some(0, 1, 3, 9)):
        at = datetime.combine(day(some(10, 100, 400), 0), datetime.min.time()) + timedelta(
            minutes=dice.randint(400, 1100)
        )
        shop.said(
            person,
            at,
            some("inbound", "outbound"),
            type=some("call", "call", "email", "zalo"),
            user_id=some(None, *users),
            outcome=some(None, "no_answer", "answered", "promised"),
            sentiment=some(None, "positive", "positive", "negative"),
            follow_up_due=some(None, None, None, day(10, -40)),
            follow_up_done=some(None, TODAY),
        )


def _garage(
    shop: Any, dice: Random, vehicle: int, people: list[int], day: Callable[..., Any], some: Callable[..., Any]
) -> None:
    bought = day(2500, 20)
    for _ in range(some(0, 1, 1, 1, 2, 3)):
        ended = some(None, None, None, day(15, 0))
        shop.owns(
            some(*people),
            vehicle,
            relation=some("owner", "owner", "co_owner", "driver"),
            from_date=some(bought, day(900, 0)),
            to_date=ended,
            status=some("active", "active", "active", "active", "sold"),
            bought_as=some("new", "used", None),
            delivery_date=some(bought, bought, None),
            delivery_km=some(None, 0, 40_000),
            purchase_date=bought,
            annual_km=some(None, 1, 30_000, 300_000),
        )
    km = some(0, 40_000)
    for _ in range(some(0, 0, 2, 5, 9)):
        on = day((TODAY - bought).days, 0)
        wild = some(0, 0, 0, 0, 70_000, -9_000)
        shop.visit(
            vehicle,
            on,
            some(None, max(0, km + (on - bought).days * 35 + wild)),
            some("maintenance", "maintenance", "tyre", "repair"),
            status=some("completed", "completed", "completed", "open", "cancelled"),
        )
        if dice.random() < 0.3:
            shop.reading(vehicle, on, max(0, km + (on - bought).days * 35 + some(0, 500, 20_000)))
    for _ in range(some(0, 0, 1, 2)):
        at = datetime.combine(day(45, -45), datetime.min.time()) + timedelta(hours=dice.randint(8, 17))
        status = (
            some("missed", "missed", "kept", "cancelled")
            if at.date() < TODAY
            else some("booked", "booked", "cancelled")
        )
        kind = some("service", "service", "test_drive")
        shop.appointment(some(*people), at, status, kind, vehicle_id=some(vehicle, vehicle, None))
    # bills: some records belong to an order, perhaps of somebody who doesn't own the vehicle
    for table, row in shop.pending[-12:]:
        if table == "service_records" and dice.random() < 0.4:
            row["order_id"] = dice.choice([r["id"] for t, r in shop.pending if t == "orders"])
