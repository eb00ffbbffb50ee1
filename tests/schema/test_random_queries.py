"""Queries put together at random: filters against a plain reading of their words, whole queries on two databases."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from small import ROWS, Chain, Row

from schema.compiler import QueryError

Condition = dict[str, Any]
Truth = bool | None

COLUMNS = ["id", "person_id", "shop_id", "sold_on", "paid_on", "amount", "kind", "online"]
SALES = [
    {k: v.isoformat() if isinstance(v, date) else v for k, v in zip(COLUMNS, row, strict=True)} for row in ROWS["sales"]
]
FIELDS = ("person_id", "paid_on", "amount", "kind", "online")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
}  # fmt: skip


def value_of(rnd: random.Random, name: str) -> Any:
    return rnd.choice([r[name] for r in SALES if r[name] is not None])


def condition(rnd: random.Random, depth: int) -> Condition:
    kind = rnd.choice(["all", "any", "negate", "field"]) if depth else "field"
    if kind in ("all", "any"):
        return {kind: [condition(rnd, depth - 1) for _ in range(rnd.randint(1, 3))]}
    if kind == "negate":
        return {"negate": condition(rnd, depth - 1)}
    name = rnd.choice(FIELDS)
    op = rnd.choice(["=", "!=", ">", ">=", "<", "<=", "in", "not_in", "between", "empty", "filled"])
    if name == "online" and op not in ("=", "!=", "empty", "filled"):
        op = "="
    values = [value_of(rnd, name) for _ in range(2 if op in ("in", "not_in", "between") else 1)]
    return {"field": f"sales.{name}", "op": op, "value": values if len(values) > 1 else values[0]}


def holds(f: Condition, row: dict[str, Any]) -> Truth:
    """True, False or unknown: not, except and never keep the unknown, comparisons leave it out."""
    if "all" in f or "any" in f:
        parts = [holds(x, row) for x in f.get("all") or f["any"]]
        decides = "any" in f
        return decides if decides in parts else None if None in parts else not decides
    if "negate" in f:
        return holds(f["negate"], row) is not True
    value, op, wanted = row[f["field"].partition(".")[2]], f["op"], f["value"]
    if op in ("empty", "filled"):
        return (value is None) == (op == "empty")
    if op in ("!=", "not_in"):
        return value is None or (value != wanted if op == "!=" else value not in wanted)
    if value is None:
        return None
    if op == "in":
        return value in wanted
    return wanted[0] <= value <= wanted[1] if op == "between" else COMPARISONS[op](value, wanted)


def test_random_filters_mean_what_they_say(chain: Chain) -> None:
    """150 nested conditions over the seven sales, each against the plain reading above."""
    rnd = random.Random(5)
    sizes = set()
    for _ in range(150):
        f = condition(rnd, 3)
        expected = [r["id"] for r in SALES if holds(f, r) is True]
        assert sorted(chain.ids(dataset="sales", fields=["sales.id"], filters=[f])) == expected, f
        sizes.add(len(expected))
    assert sizes >= {0, 1, 3, 6, 7}


MEASURES: list[Any] = [
    "revenue", "basket", "sale_count", "buyers", "returned", "returned_rate", "average_age", "online_amount",
    {"fn": "count", "over": "people"}, {"fn": "median", "over": "sales.amount"}, {"fn": "max", "over": "sales.sold_on"},
    {"fn": "share", "over": "sales", "where": {"named": "sales.big"}}, {"fn": "median", "over": "people.age"},
]  # fmt: skip
GROUPS: list[Any] = [
    {"field": "shops.name"}, {"field": "people"}, {"field": "people.city"}, {"field": "products.category"},
    {"field": "sales.sold_on", "grain": "week"}, {"field": "sales.sold_on", "grain": "quarter"},
]  # fmt: skip
FILTERS: list[Condition] = [
    {"named": "people.regular"}, {"field": "products.category", "op": "=", "value": "paper"},
    {"negate": {"exists": "returns"}}, {"exists": "sales", "op": "<", "value": 2},
    {"field": "sales.amount", "op": ">", "value": 200}, {"field": "people.city", "op": "!=", "value": "Huế"},
]  # fmt: skip


def whole_query(rnd: random.Random) -> Condition:
    query: Condition = {
        "metrics": rnd.sample(MEASURES, rnd.randint(1, 3)),
        "by": rnd.sample(GROUPS, rnd.randint(0, 2)),
        "filters": rnd.sample(FILTERS, rnd.randint(0, 2)),
    }
    if rnd.random() < 0.3:
        query["period"] = {"start": "2026-01-01", "end": "2026-03-31", "field": "sales.sold_on"}
        query["compare"] = {"start": "2025-12-01", "end": "2025-12-31", "field": "sales.sold_on"}
    if rnd.random() < 0.3:
        query["having"] = [{"metric": "sale_count", "op": ">=", "value": 1}]
    if rnd.random() < 0.3:
        query["limit"] = 3
    return query


@pytest.mark.postgres
def test_both_databases_answer_alike(chain_sqlite: Chain, chain_postgres: Chain) -> None:
    """120 random queries: the same rows in the same order, and the same refusals."""
    rnd, answered = random.Random(11), 0
    for _ in range(120):
        query = whole_query(rnd)
        found = answer(chain_sqlite, query)
        assert answer(chain_postgres, query) == found, query
        answered += isinstance(found, list) and bool(found)
    assert answered >= 60


def answer(chain: Chain, query: Condition) -> list[Row] | str:
    """Rows with numbers to nine digits, or the refusal."""
    try:
        rows = chain.rows(**query)
    except QueryError as error:
        return str(error)
    return [tuple(float(f"{v:.9g}") if isinstance(v, int | float) else v for v in row) for row in rows]
