"""The declared numbers of the rules, and a tenant's own in their place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tools.intelligence.errors import RefreshError
from tools.intelligence.thresholds import DECLARED, Thresholds

TODAY = date(2026, 11, 20)


def test_a_setting_replaces_one_number() -> None:
    own = Thresholds.of({"new_days": 45, "churn_high": 1, "margin_shares": {"parts": 0.5}, "something_else": "x"})
    assert (own.new_days, own.churn_high, own.gap_days) == (45, 1.0, DECLARED.gap_days)
    assert own.margin_shares == {**DECLARED.margin_shares, "parts": 0.5}
    assert Thresholds.of({}) == DECLARED


@pytest.mark.parametrize("settings", [
    {"new_days": "45"}, {"new_days": 4.5}, {"new_days": True}, {"churn_high": None}, {"margin_shares": 0.5},
    {"acquisition_costs": {"web": "dear"}},
])  # fmt: skip
def test_a_setting_of_the_wrong_kind_is_named(settings: dict[str, Any]) -> None:
    with pytest.raises(RefreshError, match=f"setting '{next(iter(settings))}' is"):
        Thresholds.of(settings)


def test_the_declared_interval_is_the_tenants(shop: Any) -> None:
    customer = shop.customer()
    shop.order(customer, TODAY - timedelta(100), "accessories")
    shop.setting("declared_interval_days", 120)
    shop.refresh(TODAY)
    row = shop.metrics(customer)
    assert (row["expected_interval"], row["expected_interval_basis"], row["lifecycle_stage"]) == (
        120,
        "declared",
        "Active",
    )


def test_a_wrong_setting_stops_the_refresh(shop: Any) -> None:
    shop.setting("gap_days", "two weeks")
    with pytest.raises(RefreshError, match="gap_days"):
        shop.refresh(TODAY)
    assert shop.rows("refresh_runs") == []
