"""The four questions worked out by hand: sqlite3 rows of the base tables, loops, and the business definitions.

Reads a store whose figures were never computed. Nothing of the product is imported; the plain figures beside the
refresh's tests give each customer's and vehicle's figures. What merging and the rights of roles do stands here.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from plain_figures.customers import figures
from plain_figures.facts import Row, by, transactions, visits

TABLES = (
    "appointments", "cases", "consents", "contact_points", "customer_vehicles", "customers", "interactions",
    "odometer_readings", "order_items", "orders", "ownerships", "payments", "refunds", "service_lines",
    "service_operations", "service_records", "service_schedules", "settings", "stores", "users", "vehicle_models",
    "vehicles",
)  # fmt: skip
READ = {"DATE": date.fromisoformat, "DATETIME": datetime.fromisoformat, "BOOLEAN": bool}


class Person(Protocol):
    """Who asks."""

    id: int
    role: str
    store_id: int | None


def read_tables(path: Path) -> dict[str, list[Row]]:
    """The rows of the base tables, with dates and times as such."""
    tables: dict[str, list[Row]] = {}
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        for name in TABLES:
            columns = {c[1]: READ.get(c[2]) for c in connection.execute(f"PRAGMA table_xinfo({name})")}
            cursor = connection.execute(f"SELECT {', '.join(columns)} FROM {name}")
            tables[name] = [
                {c: v if v is None or not make else make(v) for (c, make), v in zip(columns.items(), row, strict=True)}
                for row in cursor
            ]
    return tables


def merged(tables: dict[str, list[Row]]) -> dict[int, int]:
    """Give the facts of merged customers to their survivors, in place; gives the survivor of each.

    The most restrictive consent wins, do-not-contact and death pass on, one open ownership stays: the survivor's own,
    else the latest.
    """
    people = {c["id"]: c for c in tables["customers"]}
    into: dict[int, int] = {}
    for c in tables["customers"]:
        end = c
        while end["merged_into_id"] is not None:
            end = people[end["merged_into_id"]]
        if end is not c:
            into[c["id"]] = end["id"]
            end["do_not_contact"] = end["do_not_contact"] or c["do_not_contact"]
            end["deceased_on"] = min(filter(None, (end["deceased_on"], c["deceased_on"])), default=None)
    latest: dict[tuple[int, str, str], Row] = {}
    for row in sorted(tables["consents"], key=lambda r: (r["recorded_at"], r["id"])):
        latest[row["customer_id"], row["channel"], row["purpose"]] = row
    denials = [
        r for r in latest.values() if r["state"] != "granted" and into.keys() | into.values() >= {r["customer_id"]}
    ]
    for row in denials:
        tables["consents"].append({**row, "recorded_at": datetime.max})
    survivors = {
        o["customer_id"] for o in tables["ownerships"] if o["to_date"] is None and o["customer_id"] not in into
    }
    for row in tables["ownerships"]:
        if row["customer_id"] in into and row["to_date"] is None and into[row["customer_id"]] in survivors:
            row["to_date"] = row["from_date"]
    for rows in tables.values():
        for row in rows:
            if row.get("customer_id") in into:
                row["customer_id"] = into[row["customer_id"]]
    return into


@dataclass
class Company:
    """What is true of the company on a day, at noon."""

    tables: dict[str, list[Row]]
    today: date
    into: dict[int, int] = field(init=False)
    figures: dict[int, Row] = field(init=False)
    due: dict[int, Row] = field(init=False)

    def __post_init__(self) -> None:
        self.into = merged(self.tables)
        self.figures, self.due = figures(self.tables, self.today)
        self.people = {c["id"]: c for c in self.tables["customers"]}
        self.users = {u["id"]: u for u in self.tables["users"]}
        self.stores = {s["id"]: s for s in self.tables["stores"]}
        self.vehicles = {v["id"]: v for v in self.tables["vehicles"]}
        self.models = {m["id"]: m for m in self.tables["vehicle_models"]}
        self.orders = {o["id"]: o for o in self.tables["orders"]}
        self.bought = transactions(self.tables)[0]
        self.seen = visits(self.tables)
        self.refunds = by(self.tables["refunds"], "order_id")
        self.payments = by(self.tables["payments"], "order_id")
        self.items = by(self.tables["order_items"], "order_id")
        self.ordered = by(self.tables["orders"], "customer_id")
        self.holders = Counter(plain(p["full_name"]) for p in [*self.tables["customers"], *self.tables["users"]])
        self.mine: dict[int, list[tuple[int, Row]]] = {}
        for key, row in self.bought.items():
            self.mine.setdefault(row["customer_id"], []).append((key, row))

    def visible(self, person: Person) -> set[int]:
        """The customers whom the asker sees."""
        if person.role == "sales_rep":
            return {key for key, row in self.figures.items() if row["owner_id"] == person.id}
        if person.role not in ("service_advisor", "technician", "store_manager"):
            return set(self.figures)
        store = person.store_id
        found = {key for key, row in self.figures.items() if row["home_store_id"] == store}
        places = {r["id"]: r["store_id"] for r in self.tables["service_records"]}
        found |= {v["customer_id"] for v in self.seen if places[v["id"]] == store}
        for table in ("orders", "appointments"):
            found |= {r["customer_id"] for r in self.tables[table] if r["store_id"] == store}
        return found & set(self.figures)

    def due_between(self, first: date, last: date, visible: set[int]) -> list[Row]:
        """Vehicles due in the window, the earliest first."""
        rows = []
        for key, v in self.due.items():
            if v["due_date"] is None or not first <= v["due_date"] <= last or v["owner_customer_id"] not in visible:
                continue
            vehicle, person = self.vehicles[key], self.people[v["owner_customer_id"]]
            ahead = v["appointment_ahead_at"]
            row = {
                "vehicle_id": key, "customer_id": person["id"], "customer_name": person["full_name"],
                "plate": vehicle["plate"], "model": vehicle["model_id"] and self.models[vehicle["model_id"]]["name"],
                "due_date": v["due_date"].isoformat(), "due_by": v["due_by"], "due_status": v["due_status"],
                "odometer_estimate": v["odometer_estimate"], "do_not_contact": person["do_not_contact"],
                "appointment_ahead_at": ahead and ahead.isoformat(),
            }  # fmt: skip
            rows.append(row)
        return sorted(rows, key=lambda r: (r["due_date"], r["vehicle_id"]))

    def overdue_before(self, day: date, visible: set[int]) -> int:
        """How many vehicles are overdue from before a day."""
        return sum(
            v["due_status"] == "overdue" and v["due_date"] < day and v["owner_customer_id"] in visible
            for v in self.due.values()
        )

    def history(self, customer: int) -> list[Row]:
        """A customer's transactions, newest first."""
        rows = []
        for key, t in self.mine.get(customer, []):
            seller = self.orders[key]["seller_id"]
            row = {
                "customer_id": customer, "customer_name": self.people[customer]["full_name"], "order_id": key,
                "ordered_on": t["on"].isoformat(), "kind": t["kind"], "revenue": t["revenue"],
                "store_name": self.stores[t["store_id"]]["name"],
                "refunded": sum(r["amount"] for r in self.refunds.get(key, [])),
                "seller_name": seller and self.users[seller]["full_name"],
            }  # fmt: skip
            rows.append(row)
        return sorted(rows, key=lambda r: (r["ordered_on"], r["order_id"]), reverse=True)

    def no_transactions(self, customer: int) -> dict[str, int]:
        """How many of a customer's orders are none: cancelled, returned (fully refunded too), unpaid."""
        counts = {"cancelled": 0, "returned": 0, "unpaid": 0}
        for order in self.ordered.get(customer, []):
            if order["id"] in self.bought:
                continue
            owed = sum(i["quantity"] * i["unit_price"] for i in self.items.get(order["id"], [])) - order["discount"]
            paid = sum(p["amount"] for p in self.payments.get(order["id"], []))
            if order["status"] in ("cancelled", "returned"):
                counts[order["status"]] += 1
            else:
                counts["unpaid" if paid < owed else "returned"] += 1
        return counts

    def at_risk(self, visible: set[int]) -> list[Row]:
        """Customers at risk of churn: by probability, then CLV, then number."""
        figures = (
            "churn_probability",
            "churn_band",
            "clv_tier",
            "days_since_last",
            "expected_interval",
            "lifecycle_stage",
        )
        rows = []
        for key in visible:
            row, person = self.figures[key], self.people[key]
            if row["churn_band"] not in ("high", "medium") or person["deceased_on"]:
                continue
            cells = {
                "customer_id": key, "customer_name": person["full_name"], "city": person["city"],
                "last_transaction_on": row["last_transaction_on"].isoformat(), "clv": row["clv_predicted"],
                "owner_name": row["owner_id"] and self.users[row["owner_id"]]["full_name"],
            }  # fmt: skip
            rows.append(cells | {name: row[name] for name in figures})
        return sorted(rows, key=lambda r: (-r["churn_probability"], -r["clv"], r["customer_id"]))

    def named(self, action: str, visible: set[int], kind: str = "individual") -> list[int]:
        """Customers with this next action whose full name nobody else has, customer or user, accents left aside."""
        return [
            key for key in sorted(visible)
            if self.figures[key]["next_action"] == action and self.people[key]["kind"] == kind
            and self.holders[plain(self.people[key]["full_name"])] == 1
        ]  # fmt: skip

    def next_action(self, customer: int) -> Row:
        """The first rule that matches, with its channel, times and the customer's place in the call list."""
        row = self.figures[customer]
        return {
            "customer_id": customer, "customer_name": self.people[customer]["full_name"],
            "next_action": row["next_action"], "channel": row["next_action_channel"],
            "best_call_time": row["best_call_time"], "call_priority": row["call_priority"],
            "expires_on": row["next_action_expires_on"].isoformat(),
            "look_again_on": row["look_again_on"] and row["look_again_on"].isoformat(),
        }  # fmt: skip


def plain(name: str) -> str:
    """Lower case without accents."""
    parts = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(c for c in parts if not unicodedata.combining(c))
