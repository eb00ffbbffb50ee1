"""When vehicles are due, in plain loops."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from math import ceil
from statistics import median

from plain_figures.facts import Row, Tables, by, half_up, months_on, rank_of


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
            "owner_customer_id": owner["customer_id"],
            "anchor_on": anchor,
            "anchor_km": at_anchor,
            "readings_dropped": dropped,
            "rate_km_day": float(rate),
            "due_date": on[0] if on else None,
            "due_by": on[1][2:] if on else None,
            "due_status": status,
            "appointment_ahead_at": ahead[0] if ahead else None,
            "odometer_estimate": half_up(kept[-1][1] + rate * (today - kept[-1][0]).days) if kept else None,
            "usual_interval_days": median(between) if between else None,
            "schedule_is_default": schedule is None,
            "last_ahead": ahead[-1] if ahead else None,
        }
    return found
