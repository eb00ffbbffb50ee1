"""What all customers' rules look at, grouped by customer."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

from plain_figures.facts import Row, Tables, by, setting


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


def drives(context: Context, customer: int) -> list[Row]:
    return [
        a for a in context.appointments.get(customer, [])
        if a["kind"] == "test_drive" and a["status"] == "kept" and a["starts_at"].date() <= context.today
    ]  # fmt: skip
