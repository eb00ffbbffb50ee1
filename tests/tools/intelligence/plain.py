"""The figures once more, written from the business definitions in plain loops, to compare the product's with."""

from __future__ import annotations

import calendar
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from statistics import median
from typing import Any

Row = dict[str, Any]
Tables = Mapping[str, Sequence[Row]]

MARGIN_SHARES = {"vehicle": 0.08, "service": 0.45, "parts": 0.25, "accessories": 0.35}
CHANNELS = ("call", "zalo", "sms", "email", "post", "push")
BANDS = ("08-10", "10-12", "12-14", "14-16", "16-17")


def half_up(x: Fraction | float) -> int:
    return floor(x + Fraction(1, 2)) if isinstance(x, Fraction) else floor(x + 0.5)


def months_on(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def by(rows: Iterable[Row], key: str) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def setting(tables: Tables, name: str, default: Any) -> Any:
    return next((json.loads(s["value"]) for s in tables["settings"] if s["name"] == name), default)


def transactions(tables: Tables) -> tuple[dict[int, Row], dict[int, Row], list[Row]]:
    """Transactions by order, their items by id, and open orders that are not fully paid."""
    items, paid, refunded = by(tables["order_items"], "order_id"), defaultdict(int), defaultdict(int)
    for row in tables["payments"]:
        paid[row["order_id"]] += row["amount"]
    for row in tables["refunds"]:
        refunded[row["order_id"]] += row["amount"]
    shares = setting(tables, "margin_shares", MARGIN_SHARES)
    served: dict[int, int] = {}
    for record in sorted(tables["service_records"], key=lambda r: r["id"]):
        if record["order_id"] is not None:
            served.setdefault(record["order_id"], record["vehicle_id"])
    found, parts, unpaid = {}, {}, []
    for order in tables["orders"]:
        lines = sorted(items.get(order["id"], []), key=lambda i: i["id"])
        gross = sum(i["quantity"] * i["unit_price"] for i in lines)
        got, back = paid[order["id"]], refunded[order["id"]]
        if order["status"] == "open" and got < gross - order["discount"]:
            unpaid.append(order)
        if order["status"] in ("cancelled", "returned") or got < gross - order["discount"]:
            continue
        if back > 0 and back >= got:
            continue
        revenue = got - back
        kept = Fraction(revenue, got) if got else Fraction(1)
        cost = Fraction(0)
        for line in lines:
            price = line["quantity"] * line["unit_price"]
            if line["unit_cost"] is not None:
                cost += line["quantity"] * line["unit_cost"] * kept
            elif gross:
                cost += Fraction(price, gross) * revenue * (1 - Fraction(str(shares[order["kind"]])))
        row = {
            "customer_id": order["customer_id"], "kind": order["kind"], "on": order["ordered_on"],
            "store_id": order["store_id"], "revenue": revenue, "cost": half_up(cost),
        }  # fmt: skip
        found[order["id"]] = row
        whole, part, before = gross or len(lines), 0, (0, 0)
        for line in lines:
            part += line["quantity"] * line["unit_price"] if gross else 1
            upto = half_up(Fraction(revenue * part, whole)), half_up(Fraction(row["cost"] * part, whole))
            parts[line["id"]] = {
                "revenue": upto[0] - before[0], "cost": upto[1] - before[1],
                "vehicle_id": line["vehicle_id"] if line["vehicle_id"] else served.get(order["id"]),
            }  # fmt: skip
            before = upto
    return found, parts, unpaid


def rank_of(row: Row) -> tuple[int, int, int]:
    return (0 if row["relation"] == "owner" else 1, -row["from_date"].toordinal(), row["customer_id"])


def visits(tables: Tables) -> list[Row]:
    orders = {o["id"]: o for o in tables["orders"]}
    held = by(tables["customer_vehicles"], "vehicle_id")
    found = []
    maintenance = {o["id"] for o in tables["service_operations"] if o["kind"] == "maintenance"}
    kept_up = {r["service_record_id"] for r in tables["service_lines"] if r["operation_id"] in maintenance}
    for record in tables["service_records"]:
        day = record["out_date"] or record["in_date"]
        customer = None
        if record["order_id"] is not None:
            customer = orders[record["order_id"]]["customer_id"]
        else:
            owners = [
                h for h in held.get(record["vehicle_id"], [])
                if h["relation"] != "driver" and h["from_date"] <= day and (h["to_date"] is None or day <= h["to_date"])
            ]  # fmt: skip
            if owners:
                customer = min(owners, key=rank_of)["customer_id"]
        found.append(
            {"id": record["id"], "customer_id": customer, "vehicle_id": record["vehicle_id"], "on": day,
             "km": record["odometer_km"], "maintenance": record["id"] in kept_up, "status": record["status"]}
        )  # fmt: skip
    return found


def believed(readings: set[tuple[date, int]]) -> tuple[list[tuple[date, int]], int]:
    lowest: dict[date, int] = {}
    for day, km in readings:
        lowest[day] = min(km, lowest.get(day, km))
    kept = sorted(lowest.items())
    while True:
        against = [sum((a < c and b > d) or (a > c and b < d) for c, d in kept) for a, b in kept]
        if not any(against):
            return kept, len(readings) - len(kept)
        worst = max(range(len(kept)), key=lambda i: (against[i], i))
        kept.pop(worst)


def due(tables: Tables, seen: list[Row], today: date, now: datetime) -> dict[int, Row]:
    customers = {c["id"]: c for c in tables["customers"]}
    schedules = {(s["model_id"], s["powertrain"], s["use"]): s for s in tables["service_schedules"]}
    held, been = by(tables["customer_vehicles"], "vehicle_id"), by(seen, "vehicle_id")
    read, booked = by(tables["odometer_readings"], "vehicle_id"), by(tables["appointments"], "vehicle_id")
    found = {}
    for vehicle in tables["vehicles"]:
        owners = [
            h for h in held.get(vehicle["id"], [])
            if h["relation"] != "driver" and h["to_date"] is None and h["status"] == "active"
        ]  # fmt: skip
        if not owners:
            continue
        owner = min(owners, key=rank_of)
        person = customers[owner["customer_id"]]
        if person["erased_at"] or person["merged_into_id"] or person["deceased_on"]:
            continue
        done = [v for v in been.get(vehicle["id"], []) if v["status"] == "completed" and v["on"] <= today]
        served = [v["on"] for v in done if v["maintenance"]]
        schedule = schedules.get((vehicle["model_id"], vehicle["powertrain"], vehicle["use"]))
        if schedule is None:
            km_step, month_step = 10_000, 6
        elif owner["bought_as"] == "new" and not served:
            km_step, month_step = schedule["first_km"], schedule["first_months"]
        else:
            km_step, month_step = schedule["every_km"], schedule["every_months"]
        readings = {(r["read_on"], r["km"]) for r in read.get(vehicle["id"], []) if r["read_on"] <= today}
        readings |= {(v["on"], v["km"]) for v in done if v["km"] is not None}
        at_delivery = 0 if owner["delivery_km"] is None and owner["bought_as"] == "new" else owner["delivery_km"]
        if owner["delivery_date"] and at_delivery is not None and owner["delivery_date"] <= today:
            readings.add((owner["delivery_date"], at_delivery))
        kept, dropped = believed(readings)
        rate = Fraction(owner["annual_km"] if owner["annual_km"] is not None else 15_000, 365)
        if kept:
            earlier = [r for r in kept if (kept[-1][0] - r[0]).days >= 30]
            if earlier:
                rate = Fraction(kept[-1][1] - earlier[-1][1], (kept[-1][0] - earlier[-1][0]).days)
        rate = min(max(rate, Fraction(3)), Fraction(200))
        anchor = max(served) if served else owner["delivery_date"]
        at_anchor = dict(kept).get(anchor)
        days: list[tuple[date, str]] = []
        if anchor and month_step is not None:
            days.append((months_on(anchor, month_step), "a months"))
        if anchor and km_step is not None and at_anchor is not None:
            target = at_anchor + km_step
            passed = [d for d, km in kept if d >= anchor and km >= target]
            days.append((passed[0] if passed else kept[-1][0] + timedelta(ceil((target - kept[-1][1]) / rate)), "b km"))
        on = min(days) if days else None
        if on is None:
            status = "unknown"
        elif on[0] < months_on(today, -12):
            status = "lapsed"
        else:
            status = "overdue" if on[0] < today else "ahead"
        ahead = sorted(
            a["starts_at"] for a in booked.get(vehicle["id"], [])
            if a["kind"] == "service" and a["status"] == "booked" and a["starts_at"] >= now
        )  # fmt: skip
        order = sorted(v["on"] for v in done)
        between = [(b - a).days for a, b in pairwise(order)]
        found[vehicle["id"]] = {
            "owner_customer_id": owner["customer_id"], "anchor_on": anchor, "anchor_km": at_anchor,
            "readings_dropped": dropped, "rate_km_day": float(rate), "due_date": on[0] if on else None,
            "due_by": on[1][2:] if on else None, "due_status": status, "appointment_ahead_at": ahead[0] if ahead else None,
            "odometer_estimate": half_up(kept[-1][1] + rate * (today - kept[-1][0]).days) if kept else None,
            "usual_interval_days": median(between) if between else None,
            "schedule_is_default": schedule is None, "last_ahead": ahead[-1] if ahead else None,
        }  # fmt: skip
    return found


def next_return(day: date, today: date) -> date:
    for year in (today.year, today.year + 1):
        clamped = 28 if (day.month, day.day) == (2, 29) and not calendar.isleap(year) else day.day
        on = date(year, day.month, clamped)
        if on >= today:
            return on
    raise AssertionError("within a year every day returns")


def figures(tables: Tables, today: date, now: datetime | None = None) -> tuple[dict[int, Row], dict[int, Row]]:
    """Figures by customer and by vehicle, with the columns of the product's tables."""
    now = now or datetime.combine(today, time(12))
    found, _, unpaid = transactions(tables)
    seen = visits(tables)
    vehicles = due(tables, seen, today, now)
    people = [c for c in tables["customers"] if not c["erased_at"] and c["merged_into_id"] is None]
    bought = by(found.values(), "customer_id")
    rows: dict[int, Row] = {}
    context = Context(tables, vehicles, seen, unpaid, today, now)
    for person in people:
        rows[person["id"]] = axes_and_value(person, bought.get(person["id"], []), context)
    rank_clv(rows)
    rank_rfm(rows, bought, today)
    for person in people:
        later_figures(person, rows[person["id"]], context)
    rank_calls(rows, people, found, context)
    return rows, vehicles


class Context:
    """What all customers share, grouped by customer."""

    def __init__(
        self, tables: Tables, vehicles: dict[int, Row], seen: list[Row], unpaid: list[Row], today: date, now: datetime
    ) -> None:
        self.tables, self.vehicles, self.today, self.now = tables, vehicles, today, now
        self.costs = setting(tables, "acquisition_costs", {})
        self.due = by(({"vehicle_id": k, **v} for k, v in vehicles.items()), "owner_customer_id")
        self.said = by((i for i in tables["interactions"] if i["happened_at"].date() <= today), "customer_id")
        self.appointments = by(tables["appointments"], "customer_id")
        self.seen = by((v for v in seen if v["status"] == "completed" and v["on"] <= today), "customer_id")
        self.unpaid = by(unpaid, "customer_id")
        self.complaints = by((c for c in tables["cases"] if c["kind"] == "complaint"), "customer_id")
        self.contacts = by(tables["contact_points"], "customer_id")
        self.owners: dict[int, int] = {}
        for o in sorted(tables["ownerships"], key=lambda o: (o["from_date"], o["id"])):
            if o["to_date"] is None:
                self.owners[o["customer_id"]] = o["user_id"]
        self.consents: dict[tuple[int, str, str], str] = {}
        self.consented: set[int] = set()
        for c in sorted(tables["consents"], key=lambda c: (c["recorded_at"], c["id"])):
            self.consents[c["customer_id"], c["channel"], c["purpose"]] = c["state"]
            self.consented.add(c["customer_id"])
        schedules = {(s["model_id"], s["powertrain"], s["use"]): s for s in tables["service_schedules"]}
        months: dict[int, tuple[int | None, bool]] = {}
        for v in tables["vehicles"]:
            own = schedules.get((v["model_id"], v["powertrain"], v["use"]))
            months[v["id"]] = (own["every_months"], True) if own else (6, False)
        self.owned: dict[int, dict[int, tuple[int | None, bool]]] = defaultdict(dict)
        for h in tables["customer_vehicles"]:
            if h["relation"] != "driver" and h["to_date"] is None and h["status"] == "active":
                self.owned[h["customer_id"]][h["vehicle_id"]] = months[h["vehicle_id"]]


def is_two_way(i: Row) -> bool:
    return i["direction"] == "inbound" or i["outcome"] not in (None, "no_answer")


def drives(context: Context, customer: int) -> list[Row]:
    return [
        a for a in context.appointments.get(customer, [])
        if a["kind"] == "test_drive" and a["status"] == "kept" and a["starts_at"].date() <= context.today
    ]  # fmt: skip


def axes_and_value(person: Row, mine: list[Row], context: Context) -> Row:
    today, owned = context.today, context.owned.get(person["id"], {})
    days = sorted({t["on"] for t in mine})
    gaps = [(b, (b - a).days) for a, b in pairwise(days)]
    row: Row = {
        "transaction_count": len(mine),
        "vehicles_owned": len(owned),
        "owner_id": context.owners.get(person["id"]),
    }
    d = e = c = basis = None
    if mine:
        d = (today - days[-1]).days
        long = [gap for _, gap in gaps if gap >= 14]
        months = [m for m, _ in owned.values() if m is not None]
        if len(long) >= 3:
            e, basis = median(long), "own_gaps"
        elif months:
            e = min(months) * 30
            basis = "schedule" if (min(months), True) in owned.values() else "default_schedule"
        else:
            e, basis = 90, "declared"
        slack = 220 if owned or all(t["kind"] == "service" for t in mine) else 60
        c = max(90, e + slack)
    back = [gap for day, gap in gaps if (today - day).days <= 60]
    if d is None:
        stage = "Prospect"
    elif d > c:
        stage = "Churned"
    elif any(gap > c for gap in back):
        stage = "Reactivated"
    elif (today - days[0]).days <= 30:
        stage = "New"
    elif len(mine) >= 5 and d <= e + 30:
        stage = "Loyal"
    elif d > e + 30:
        stage = "At Risk"
    else:
        stage = "Due" if d > e else "Active"
    said = context.said.get(person["id"], [])
    both = [i for i in said if is_two_way(i)]
    driven = drives(context, person["id"])
    if stage == "Churned":
        funnel = "inactive"
    elif len(mine) >= 5:
        funnel = "loyal"
    elif mine:
        funnel = "repeat_buyer" if len(mine) >= 2 else "first_buyer"
    else:
        funnel = "prospect" if both or driven else "lead"
    last_visit = max((v["on"] for v in context.seen.get(person["id"], [])), default=None)
    if last_visit and last_visit >= months_on(today, -12):
        journey = "Service"
    elif owned:
        journey = "Ownership"
    elif context.unpaid.get(person["id"]):
        journey = "Purchase"
    else:
        journey = "Consideration" if driven else "Awareness"
    churn = None
    if mine and stage != "Churned":
        churn = 0.0 if d <= e + 30 else min(1.0, 0.3 + 0.7 * (d - e - 30) / (c - e - 30))
    car = sum(t["revenue"] for t in mine if t["kind"] == "vehicle")
    rest = sum(t["revenue"] for t in mine) - car
    clv, source = None, person["source_channel"]
    if mine:
        y = Fraction((today - days[0]).days) / Fraction("365.25")
        clv = half_up(3 * (rest / max(Fraction(1), y) + car / max(Fraction(5), y)) - context.costs.get(source, 0))
    row.update(
        days_since_last=d, expected_interval=e, expected_interval_basis=basis, churn_line=c, lifecycle_stage=stage,
        first_transaction_on=days[0] if days else None, last_transaction_on=days[-1] if days else None,
        longest_recent_gap=max(back, default=None), funnel_stage=funnel, journey_stage=journey, last_visit_on=last_visit,
        churn_probability=churn, lifetime_value=rest + car, vehicle_revenue=car, other_revenue=rest,
        acquisition_cost=context.costs.get(source, 0), lifetime_margin=rest + car - sum(t["cost"] for t in mine), clv_simple=clv, clv_predicted=clv,
        churn_band=None if churn is None else "high" if churn >= 0.6 else "medium" if churn >= 0.3 else "low",
        last_two_way_on=max((i["happened_at"].date() for i in both), default=None),
        days_to_next_purchase=half_up(float(max(0, e - d))) if mine else None,
    )  # fmt: skip
    return row


def rank_clv(rows: dict[int, Row]) -> None:
    ranked = sorted((-r["clv_predicted"], k) for k, r in rows.items() if r["clv_predicted"] is not None)
    n = len(ranked)
    for place, (negative, key) in enumerate(ranked, 1):
        lower = sum(other > negative for other, _ in ranked)
        rows[key]["clv_percentile"] = lower * 100 // n
        rows[key]["clv_tier"] = next(
            (tier for tier, p in (("VIP", 5), ("High", 20), ("Medium", 70)) if place <= ceil(Fraction(p * n, 100))),
            "Low",
        )
    for row in rows.values():
        row.setdefault("clv_percentile", None)
        row.setdefault("clv_tier", None)
        if row["lifecycle_stage"] == "Churned":
            row["customer_type"] = "inactive"
        elif row["clv_tier"] == "VIP":
            row["customer_type"] = "vip"
        else:
            row["customer_type"] = "repeat" if row["transaction_count"] >= 2 else "new"


def rank_rfm(rows: dict[int, Row], bought: dict[int, list[Row]], today: date) -> None:
    measured: dict[int, tuple[int, int, int]] = {}
    for key in rows:
        late = [t for t in bought.get(key, []) if t["on"] >= months_on(today, -24)]
        if late:
            money = sum(t["revenue"] for t in late if t["kind"] != "vehicle")
            measured[key] = (-(today - max(t["on"] for t in late)).days, len(late), money)
    n = len(measured)
    for key, mine in measured.items():
        r, f, m = (1 + 5 * sum(o[i] < mine[i] for o in measured.values()) // n for i in range(3))
        fm = (f + m + 1) // 2
        if rows[key]["transaction_count"] == 1 and r >= 4:
            segment = "New"
        elif r >= 4 and fm >= 4:
            segment = "Champions"
        elif r >= 3:
            segment = "Loyal" if fm >= 3 else "Potential Loyalist"
        elif r == 1 and fm >= 4:
            segment = "Can't Lose"
        elif fm >= 3:
            segment = "At Risk"
        else:
            segment = "Lost" if r == 1 and fm == 1 else "Hibernating"
        rows[key].update(
            rfm_recency=r, rfm_frequency=f, rfm_monetary=m, rfm_segment=segment, rfm_count=mine[1], rfm_revenue=mine[2]
        )


def later_figures(person: Row, row: Row, context: Context) -> None:
    today, key = context.today, person["id"]
    mine = context.due.get(key, [])
    dates = [v["due_date"] for v in mine if v["due_status"] in ("overdue", "ahead")]
    said = context.said.get(key, [])
    inbound = sorted((i for i in said if i["direction"] == "inbound"), key=lambda i: (i["happened_at"], i["id"]))[-2:]
    happy = len(inbound) == 2 and all(i["sentiment"] == "positive" for i in inbound)
    both = [i["happened_at"].date() for i in said if is_two_way(i)]
    first_due = min(dates, default=None)
    if any((today - a["starts_at"].date()).days <= 7 for a in drives(context, key)):
        rule, warmth = "recent_interest", "hot"
    elif first_due and first_due <= today + timedelta(14) and happy:
        rule, warmth = "due_and_positive", "hot"
    elif any((today - day).days <= 90 for day in both):
        rule, warmth = "touched", "warm"
    elif first_due and first_due <= today + timedelta(60):
        rule, warmth = "due_soon", "warm"
    else:
        rule, warmth = "none", "cold"
    overdue = any(v["due_status"] == "overdue" for v in mine)
    open_complaints = [c for c in context.complaints.get(key, []) if c["status"] in ("open", "in_progress")]
    engagement = 30 * min(1.0, sum((today - day).days <= 90 for day in both) / 6)
    if both:
        engagement += 40 * max(0.0, 1 - (today - max(both)).days / 180)
    health = None
    if row["transaction_count"]:
        churn = 1.0 if row["lifecycle_stage"] == "Churned" else row["churn_probability"]
        points = 100 - 50 * churn - 20 * bool(open_complaints) - 15 * overdue - 15 * (1 - engagement / 100)
        health = min(100, max(0, half_up(points)))
    row.update(
        temperature=warmth, temperature_rule=rule, next_due_date=first_due, engagement_score=engagement,
        health_score=health, profile_completeness=completeness(person, row, context), deceased=bool(person["deceased_on"]),
    )  # fmt: skip
    row.update(act(person, row, mine, open_complaints, context))


def completeness(person: Row, row: Row, context: Context) -> int:
    def filled(value: Any) -> bool:
        return value is not None and str(value).strip().lower() not in ("", "n/a", "0000000000", "1900-01-01")

    usable = {c["kind"] for c in context.contacts.get(person["id"], []) if c["is_usable"]}
    points = 10 * filled(person["full_name"]) + 20 * bool(usable & {"mobile", "landline", "other_phone"})
    points += 10 * ("email" in usable) + 10 * filled(person["city"]) + 15 * (person["id"] in context.consented)
    points += 5 * (row["owner_id"] is not None)
    points += 10 * bool(row["vehicles_owned"] or person["preferred_channel"] or person["preferred_time"])
    if person["kind"] == "business":
        return half_up(Fraction(points * 100, 80))
    return points + 10 * filled(person["birth_date"]) + 5 * filled(person["gender"]) + 5 * filled(person["occupation"])


def act(person: Row, row: Row, mine: list[Row], complaints: list[Row], context: Context) -> Row:
    """The first rule that matches, the others, vehicle, expiry, channel, purpose and when to look again."""
    today, key, end = context.today, person["id"], context.today + timedelta(14)
    matches: list[tuple[str, int | None, date]] = []
    looks: list[date] = []
    said, booked = context.said.get(key, []), context.appointments.get(key, [])
    if complaints:
        matches.append(("complaint", None, end))
    undone = [i["follow_up_due"] for i in said if i["follow_up_due"] and i["follow_up_done"] is None]
    quiet = [
        a["starts_at"].date() for a in drives(context, key) if not any(i["happened_at"] > a["starts_at"] for i in said)
    ]
    waiting = [day for day in quiet if 3 <= (today - day).days <= 30]
    if any(day <= today for day in undone):
        matches.append(("follow_up", None, end))
    elif waiting:
        matches.append(("follow_up", None, max(waiting) + timedelta(30)))
    looks += undone + [day + timedelta(3) for day in quiet]
    missed = [
        a for a in booked
        if a["status"] == "missed" and 0 <= (today - a["starts_at"].date()).days <= 30
        and not any(b["status"] in ("booked", "kept") and b["starts_at"] > a["starts_at"] for b in booked)
    ]  # fmt: skip
    if missed:
        last = max(missed, key=lambda a: (a["starts_at"], a["id"]))
        matches.append(("missed_appointment", last["vehicle_id"], last["starts_at"].date() + timedelta(30)))
    free = [v for v in mine if v["due_date"] and v["appointment_ahead_at"] is None]
    late = [v for v in free if v["due_status"] == "overdue"]
    soon = [v for v in free if today <= v["due_date"] <= today + timedelta(30)]
    lapsed = [v for v in mine if v["due_status"] == "lapsed"]
    for code, some in (("overdue_service", late), ("due_service", soon)):
        if some:
            first = min(some, key=lambda v: (v["due_date"], v["vehicle_id"]))
            ends = months_on(first["due_date"], 12) if code == "overdue_service" else first["due_date"]
            matches.append((code, first["vehicle_id"], ends))
    days = [d for d in (person["birth_date"], person["wedding_anniversary"]) if d and d != date(1900, 1, 1)]
    if any(context.consents.get((key, channel, "marketing")) == "granted" for channel in CHANNELS):
        returns = [next_return(day, today) for day in days]
        if any(day <= today + timedelta(7) for day in returns):
            matches.append(("birthday", None, min(returns)))
        looks += [day - timedelta(7) for day in returns]
    if row["lifecycle_stage"] == "Churned" or lapsed:
        first = min(lapsed, key=lambda v: (v["due_date"], v["vehicle_id"]), default={"vehicle_id": None})
        matches.append(("win_back", first["vehicle_id"], end))
    elif row["transaction_count"]:
        looks.append(row["last_transaction_on"] + timedelta(floor(row["churn_line"]) + 1))
    for v in mine:
        if v["due_status"] in ("overdue", "ahead"):
            on = v["due_date"] - timedelta(30)
            if v["last_ahead"]:
                past = v["last_ahead"].date() + timedelta(v["last_ahead"].time() >= context.now.time())
                on = max(on, past)
            lapses = months_on(v["due_date"], 12) + timedelta(1)
            looks += [on, lapses if months_on(lapses, -12) > v["due_date"] else lapses + timedelta(1)]
    if person["deceased_on"]:
        return {"next_action": "nothing_now", "next_action_others": "", "look_again_on": None,
                "next_action_vehicle_id": None, "next_action_expires_on": end, "next_action_channel": None,
                "next_action_purpose": "marketing"}  # fmt: skip
    if not matches:
        again = min([day for day in looks if day > today] + [today + timedelta(90)])
        return {"next_action": "nothing_now", "next_action_others": "", "look_again_on": again,
                "next_action_vehicle_id": None, "next_action_expires_on": min(end, again - timedelta(1)),
                "next_action_channel": None, "next_action_purpose": "marketing"}  # fmt: skip
    code, vehicle, ends = matches[0]
    service = code in ("complaint", "missed_appointment", "overdue_service", "due_service")
    purpose = "service" if service else "marketing"
    return {
        "next_action": code, "next_action_others": ",".join(m[0] for m in matches[1:]), "look_again_on": None,
        "next_action_vehicle_id": vehicle, "next_action_expires_on": min(ends, end), "next_action_purpose": purpose,
        "next_action_channel": channel_for(person, purpose, code, context),
    }  # fmt: skip


def channel_for(person: Row, purpose: str, code: str, context: Context) -> str | None:
    if person["do_not_contact"]:
        return None
    usable = {c["kind"] for c in context.contacts.get(person["id"], []) if c["is_usable"]}
    address = {
        "call": bool(usable & {"mobile", "landline", "other_phone"}), "sms": "mobile" in usable,
        "zalo": "zalo" in usable, "email": "email" in usable,
        "post": person["street"] not in (None, "") and person["street"].lower() != "n/a" and bool(person["city"]),
    }  # fmt: skip
    preferred = [person["preferred_channel"]] if person["preferred_channel"] else []
    order = ["call", *preferred] if code == "complaint" else preferred
    for channel in [*order, *CHANNELS]:
        state = context.consents.get((person["id"], channel, purpose))
        allowed = state in (None, "granted") if purpose == "service" else state == "granted"
        if allowed and address.get(channel, False):
            return channel
    return None


def rank_calls(rows: dict[int, Row], people: list[Row], found: dict[int, Row], context: Context) -> None:
    today = context.today
    stores = {u["id"]: u["store_id"] for u in context.tables["users"]}
    last: dict[int, tuple[date, int, int]] = {}
    for order_id, t in found.items():
        last[t["customer_id"]] = max(last.get(t["customer_id"], (date.min, 0, 0)), (t["on"], order_id, t["store_id"]))
    good: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    of_stage: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for person in people:
        key, row = person["id"], rows[person["id"]]
        row["home_store_id"] = person["created_store_id"]
        if key in last:
            row["home_store_id"] = last[key][2]
        if row["owner_id"] is not None and stores[row["owner_id"]] is not None:
            row["home_store_id"] = stores[row["owner_id"]]
        mine = context.due.get(key, [])
        urgency = 1.0 if any(v["due_status"] == "overdue" for v in mine) else 0.0
        for v in mine:
            if v["due_status"] == "ahead" and (v["due_date"] - today).days <= 30:
                urgency = max(urgency, 1 - (v["due_date"] - today).days / 30)
        percent = (row["clv_percentile"] or 0) / 100
        signals = sum((today - a["starts_at"].date()).days <= 30 for a in drives(context, key))
        said = context.said.get(key, [])
        known = row["owner_id"] is not None and any(
            is_two_way(i) and i["user_id"] == row["owner_id"] and (today - i["happened_at"].date()).days <= 180
            for i in said
        )
        row["call_score"] = (
            35 * urgency + 25 * percent + 20 * (row["churn_probability"] or 0.0) * percent
            + 15 * min(1.0, signals / 5) + (5.0 if known else 0.0)
        )  # fmt: skip
        state = context.consents.get((key, "call", row["next_action_purpose"]))
        block = None
        if row["next_action_purpose"] == "marketing" and state is None:
            block = "no_call_consent"
        if state in ("denied", "revoked"):
            block = "call_denied"
        if person["do_not_contact"]:
            block = "do_not_contact"
        row["call_block"] = "deceased" if person["deceased_on"] else block
        for i in said:
            if i["type"] != "call" or not (i["outcome"] not in (None, "no_answer") or i["sentiment"] == "positive"):
                continue
            if 8 <= i["happened_at"].hour < 17:
                band = BANDS[(i["happened_at"].hour - 8) // 2]
                good[key][band] += 1
                of_stage[row["lifecycle_stage"]][band] += 1
    for key, row in rows.items():
        calls = good[key] if sum(good[key].values()) >= 3 else of_stage[row["lifecycle_stage"]]
        row["best_call_time"] = max(BANDS, key=lambda b: (calls[b], -BANDS.index(b)))
        row["call_priority"] = None
        if row["call_block"] is None:
            others = [
                r["call_score"] for r in rows.values()
                if r["home_store_id"] == row["home_store_id"] and r["call_block"] is None
            ]  # fmt: skip
            row["call_priority"] = 1 + 10 * sum(s < row["call_score"] for s in others) // len(others)
