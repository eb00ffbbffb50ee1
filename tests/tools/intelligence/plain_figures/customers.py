"""Every figure once more, written from the business definitions in plain loops, to compare the product's with."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any

from plain_figures.actions import act
from plain_figures.context import Context, drives
from plain_figures.facts import Row, Tables, by, half_up, is_two_way, months_on, transactions, visits
from plain_figures.ranks import rank_calls, rank_clv, rank_rfm
from plain_figures.vehicles import due


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
        days_since_last=d,
        expected_interval=e,
        expected_interval_basis=basis,
        churn_line=c,
        lifecycle_stage=stage,
        first_transaction_on=days[0] if days else None,
        last_transaction_on=days[-1] if days else None,
        longest_recent_gap=max(back, default=None),
        funnel_stage=funnel,
        journey_stage=journey,
        last_visit_on=last_visit,
        churn_probability=churn,
        lifetime_value=rest + car,
        vehicle_revenue=car,
        other_revenue=rest,
        acquisition_cost=context.costs.get(source, 0),
        lifetime_margin=rest + car - sum(t["cost"] for t in mine),
        clv_simple=clv,
        clv_predicted=clv,
        churn_band=None if churn is None else "high" if churn >= 0.6 else "medium" if churn >= 0.3 else "low",
        last_two_way_on=max((i["happened_at"].date() for i in both), default=None),
        days_to_next_purchase=half_up(float(max(0, e - d))) if mine else None,
    )
    return row


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
        temperature=warmth,
        temperature_rule=rule,
        next_due_date=first_due,
        engagement_score=engagement,
        health_score=health,
        profile_completeness=completeness(person, row, context),
        deceased=bool(person["deceased_on"]),
    )
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
