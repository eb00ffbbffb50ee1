"""What holds of consents now and who can be reached by it, in plain loops."""

from __future__ import annotations

from plain_figures.facts import Row, Tables, by

KINDS = {"call": {"mobile", "landline", "other_phone"}, "sms": {"mobile"}, "zalo": {"zalo"}, "email": {"email"}}


def standing(tables: Tables) -> dict[tuple[int, str, str], Row]:
    """By customer, channel and purpose: the latest state, and whether it is a grant that reaches somebody."""
    contacts = by(tables["contact_points"], "customer_id")
    people = {p["id"]: p for p in tables["customers"] if p["erased_at"] is None and p["merged_into_id"] is None}
    found: dict[tuple[int, str, str], Row] = {}
    for change in sorted(tables["consents"], key=lambda c: (c["recorded_at"], c["id"])):
        person = people.get(change["customer_id"])
        if person is None:
            continue
        usable = {c["kind"] for c in contacts.get(person["id"], []) if c["is_usable"]}
        way = bool(usable & KINDS.get(change["channel"], set()))
        if change["channel"] == "post":
            way = person["street"] not in (None, "") and person["street"].lower() != "n/a" and bool(person["city"])
        spoken_to = not person["do_not_contact"] and person["deceased_on"] is None
        found[person["id"], change["channel"], change["purpose"]] = {
            "state": change["state"], "reachable": change["state"] == "granted" and way and spoken_to,
        }  # fmt: skip
    return found
