"""Groups, their order and what stands beside them, on SQLite and PostgreSQL, added up by hand from small.ROWS."""

from __future__ import annotations

from typing import Any

import pytest
from small import Chain

SALES = {"fn": "count", "over": "sales"}
BY_SHOP = [{"field": "shops.name"}]


def by(field: str, grain: str | None = None) -> list[dict[str, Any]]:
    return [{"field": field, "grain": grain}]


def test_a_group_is_an_entity_not_a_name(chain: Chain) -> None:
    """By person: An 300, Bình 700, Chi 500, nobody 700; ties by the id. Em is gone: her 600 count in totals alone."""
    rows = chain.rows(metrics=["revenue"], by=[{"field": "people"}])
    nobody = (None, None, 700)
    assert rows == [(2, "Bình", 700), nobody, (3, "Chi", 500), (1, "An", 300)]


def test_two_time_fields_of_one_grain_stand_beside_each_other(chain: Chain) -> None:
    """Sale 1 was sold in 2025 and paid in 2026; sale 7 isn't paid."""
    years = [*by("sales.sold_on", "year"), *by("sales.paid_on", "year")]
    rows = chain.rows(metrics=["sale_count"], by=years)
    assert sorted(rows, key=str) == sorted(
        [("2025-01-01", "2026-01-01", 1), ("2026-01-01", "2026-01-01", 5), ("2026-01-01", None, 1)], key=str
    )


@pytest.mark.parametrize(
    ("grain", "expected"),
    [
        ("week", {"2025-12-29": 600, "2026-01-05": 400, "2026-03-30": 1100, "2026-04-27": 700}),
        ("month", {"2025-12-01": 100, "2026-01-01": 900, "2026-03-01": 500, "2026-04-01": 1300}),
        ("quarter", {"2025-10-01": 100, "2026-01-01": 1400, "2026-04-01": 1300}),
        ("year", {"2025-01-01": 100, "2026-01-01": 2700}),
    ],
)
def test_time_grains_at_the_years_edges(chain: Chain, grain: str, expected: dict[str, int]) -> None:
    """The week of Monday 29 December 2025 holds sales 1, 2 and 3 (Wednesday, Thursday, Sunday); sale 4 is on the next
    Monday; 31 March and 1 April share a week but no month or quarter. Groups over time run forward."""
    found = chain.table(metrics=["revenue"], by=by("sales.sold_on", grain))
    assert found == expected
    assert list(found) == sorted(found)


def test_grains_of_a_field_with_a_time(chain: Chain) -> None:
    """23:30 on 31 January is January; midnight begins 1 February."""
    days = {"2026-01-31": 50, "2026-02-01": 30, "2026-02-15": 20, "2026-03-10": 70}
    assert chain.table(metrics=["returned"], by=by("returns.returned_at", "day")) == days
    months = {"2026-01-01": 50, "2026-02-01": 50, "2026-03-01": 70}
    assert chain.table(metrics=["returned"], by=by("returns.returned_at", "month")) == months


# having, order, limit, share, comparison -----------------------------------------------------------------------------
def test_having_a_metric_that_is_not_shown(chain: Chain) -> None:
    """Alpha has four sales, Beta three; with sales of at least 500 alone: one and two."""
    more = {"metric": "sale_count", "op": ">", "value": 3}
    assert chain.table(metrics=["revenue"], by=BY_SHOP, having=[more]) == {"Alpha": 1300}
    big = {"metric": SALES | {"where": {"named": "sales.big"}}, "op": ">=", "value": 2}
    assert chain.table(metrics=[SALES], by=BY_SHOP, having=[big]) == {"Beta": 3}


def test_groups_are_sorted_with_unknown_last_either_way(chain: Chain) -> None:
    """Revenue: Beta 1,500, Alpha 1,300, Gamma none."""
    query = {"metrics": ["revenue", "returned"], "by": BY_SHOP}
    up = chain.rows(**query, order=[{"by": "revenue"}])
    down = chain.rows(**query, order=[{"by": "revenue", "descending": True}])
    assert [r[0] for r in up] == ["Alpha", "Beta", "Gamma"]
    assert [r[0] for r in down] == ["Beta", "Alpha", "Gamma"]


def test_groups_of_a_date_measure_are_sorted_by_it(chain: Chain) -> None:
    """Latest sale: Alpha 30 April, Beta 1 April."""
    latest = {"fn": "max", "over": "sales.sold_on"}
    assert chain.rows(metrics=[latest], by=BY_SHOP) == [("Alpha", "2026-04-30"), ("Beta", "2026-04-01")]


def test_a_limit_keeps_the_first_groups(chain: Chain) -> None:
    """Beta leads; the count of a limited query is that of its rows."""
    assert chain.rows(metrics=["revenue"], by=BY_SHOP, limit=1) == [("Beta", 1500)]
    assert chain.count(metrics=["revenue"], by=BY_SHOP, limit=1) == 1
    assert chain.count(metrics=["revenue"], by=BY_SHOP) == 2


def test_a_share_of_the_total_is_of_all_groups(chain: Chain) -> None:
    """1,300 and 1,500 of 2,800; neither a limit nor a condition on the groups makes the total smaller."""
    alpha, beta = pytest.approx(1300 / 2800), pytest.approx(1500 / 2800)
    query = {"metrics": ["revenue"], "by": BY_SHOP, "share": True}
    assert chain.table(**query) == {"Beta": (1500, beta), "Alpha": (1300, alpha)}
    assert chain.table(**query, limit=1) == {"Beta": (1500, beta)}
    four = [{"metric": "sale_count", "op": ">", "value": 3}]
    assert chain.table(**query, having=four) == {"Alpha": (1300, alpha)}


def test_a_period_against_an_earlier_one(chain: Chain) -> None:
    """First quarter of 2026 against the last of 2025. Alpha: 500 against 100, +400 %; Beta: 900 against nothing."""
    periods = {
        "period": {"start": "2026-01-01", "end": "2026-03-31"},
        "compare": {"start": "2025-10-01", "end": "2025-12-31"},
    }
    found = chain.table(metrics=["revenue"], by=BY_SHOP, **periods)
    assert found == {"Alpha": (500, 100, 4), "Beta": (900, None, None)}
    columns = chain.compile(metrics=["revenue"], by=BY_SHOP, **periods).columns
    assert [c.name for c in columns] == ["name", "revenue", "revenue_before", "revenue_change"]


def test_a_change_from_nothing_is_none(chain: Chain) -> None:
    """Four sales in the quarter, none in the summer of 2025: the change from 0 is none; 4 to 1 is -75 %."""
    quarter, summer = {"start": "2026-01-01", "end": "2026-03-31"}, {"start": "2025-06-01", "end": "2025-08-31"}
    assert chain.rows(metrics=["sale_count"], period=quarter, compare=summer) == [(4, 0, None)]
    december = {"start": "2025-12-01", "end": "2025-12-31"}
    assert chain.rows(metrics=["sale_count"], period=december, compare=quarter) == [(1, 4, -0.75)]
