"""Every figure of every customer, against the same figures computed in plain loops."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from messy import fill
from plain_figures.consents import standing
from plain_figures.customers import figures
from plain_figures.facts import order_totals, transactions, visits
from sqlalchemy import select

from schema.tables import metadata
from seed.company import seed
from tools.intelligence.refresh import refresh
from tools.store import open_store, upgrade

TODAY = date(2026, 11, 20)


def everything(shop: Any) -> dict[str, list[dict[str, Any]]]:
    with shop.engine.connect() as connection:
        return {
            name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for name, table in metadata.tables.items()
        }


def differences(shop: Any, today: date) -> list[str]:
    """Where stored figures and plain ones differ: customer or vehicle, figure, stored, plain."""
    tables = everything(shop)
    customers, vehicles = figures(tables, today)
    found, parts, _ = transactions(tables)
    homes = {row["id"]: row["home_store_id"] for row in tables["customers"]}
    stored = {
        row["customer_id"]: row | {"home_store_id": homes[row["customer_id"]]} for row in tables["customer_metrics"]
    }
    seen = {row["id"]: {"customer_id": row["customer_id"]} for row in visits(tables)}
    pairs: list[tuple[str, dict[Any, Any], dict[Any, Any]]] = [
        ("customer", stored, customers),
        ("vehicle", {row["vehicle_id"]: row for row in tables["vehicle_metrics"]}, vehicles),
        ("transaction", {row["order_id"]: row for row in tables["transactions"]}, found),
        ("item", {row["order_item_id"]: row for row in tables["transaction_items"]}, parts),
        ("order", {row["order_id"]: row for row in tables["order_totals"]}, order_totals(tables)),
        ("consent", _standing(tables), standing(tables)),
        ("visit", {row["id"]: row for row in tables["service_records"]}, seen),
    ]
    wrong = []
    for what, ours, theirs in pairs:
        if ours.keys() != theirs.keys():
            wrong.append(f"{what}s {sorted(ours.keys() ^ theirs.keys())[:9]} are only in one")
        for key in ours.keys() & theirs.keys():
            for name, value in theirs[key].items():
                mine = ours[key].get(name, value)
                both = isinstance(mine, float) and value is not None
                if mine != (pytest.approx(value, rel=1e-12, abs=1e-9) if both else value):
                    wrong.append(f"{what} {key} {name}: stored {ours[key][name]!r}, plain {value!r}")
    return wrong


def _standing(tables: dict[str, list[dict[str, Any]]]) -> dict[tuple[int, str, str], dict[str, Any]]:
    return {(row["customer_id"], row["channel"], row["purpose"]): row for row in tables["standing_consents"]}


@pytest.mark.parametrize("number", [1, 2])
def test_every_figure_of_a_messy_company(shop: Any, number: int) -> None:
    fill(shop, 250, number)
    shop.refresh(TODAY)
    assert differences(shop, TODAY) == []


def test_the_messy_company_reaches_every_value(shop: Any) -> None:
    """What the comparison never sees it can't find wrong."""
    fill(shop, 250, 1)
    shop.refresh(TODAY)
    rows, vehicles = shop.rows("customer_metrics"), shop.rows("vehicle_metrics")
    assert {(row["state"], row["reachable"]) for row in shop.rows("standing_consents")} == {
        ("granted", True), ("granted", False), ("denied", False), ("revoked", False)
    }  # fmt: skip
    for column, least in (
        ("lifecycle_stage", 8), ("funnel_stage", 6), ("customer_type", 4), ("journey_stage", 5), ("clv_tier", 5),
        ("rfm_segment", 8), ("churn_band", 4), ("temperature_rule", 5), ("next_action", 7), ("call_block", 4),
        ("expected_interval_basis", 5), ("best_call_time", 5), ("next_action_channel", 6), ("call_priority", 10),
    ):  # fmt: skip
        assert len({row[column] for row in rows}) >= least, (column, {row[column] for row in rows})
    for column, least in (("due_status", 4), ("due_by", 3), ("rate_basis", 3), ("anchor_kind", 3)):
        assert len({row[column] for row in vehicles}) >= least, (column, {row[column] for row in vehicles})


def test_every_figure_of_the_seeded_company(shop: Any) -> None:
    path = shop.engine.url.database
    shop.engine.dispose()
    engine = open_store(f"sqlite:///{path}.seeded")
    upgrade(engine)
    seed(engine, customers=400, today=TODAY, number=11)
    shop.engine = engine
    shop.pending.clear()
    refresh(engine, as_of=TODAY)
    assert differences(shop, TODAY) == []
