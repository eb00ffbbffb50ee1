"""What happened, in plain loops: transactions and their items, visits, whose a vehicle was."""

from __future__ import annotations

import calendar
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

Row = dict[str, Any]
Tables = Mapping[str, Sequence[Row]]

MARGIN_SHARES = {"vehicle": 0.08, "service": 0.45, "parts": 0.25, "accessories": 0.35}


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


def order_totals(tables: Tables) -> dict[int, Row]:
    """What each order comes to, what was paid, and what is still owed for an open one."""
    found = {o["id"]: {"order_id": o["id"], "total": -o["discount"], "paid": 0, "owed": 0} for o in tables["orders"]}
    for item in tables["order_items"]:
        found[item["order_id"]]["total"] += item["quantity"] * item["unit_price"]
    for payment in tables["payments"]:
        found[payment["order_id"]]["paid"] += payment["amount"]
    for order in tables["orders"]:
        row = found[order["id"]]
        if order["status"] == "open" and row["paid"] < row["total"]:
            row["owed"] = row["total"] - row["paid"]
    return found


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


def is_two_way(i: Row) -> bool:
    return i["direction"] == "inbound" or i["outcome"] not in (None, "no_answer")
