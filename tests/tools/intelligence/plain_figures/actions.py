"""The next best action and its channel, in plain loops."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from math import floor

from plain_figures.context import Context, drives
from plain_figures.facts import Row, months_on

CHANNELS = ("call", "zalo", "sms", "email", "post", "push")


def next_return(day: date, today: date) -> date:
    for year in (today.year, today.year + 1):
        clamped = 28 if (day.month, day.day) == (2, 29) and not calendar.isleap(year) else day.day
        on = date(year, day.month, clamped)
        if on >= today:
            return on
    raise AssertionError("within a year every day returns")


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
