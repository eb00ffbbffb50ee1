"""The planted stories can be found by the queries that `seed/README.md` gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ask = Callable[[str], list[Any]]
README = Path(__file__).parents[2] / "seed" / "README.md"
STORIES = re.findall(r"\*\*([^*]+?)\.?\*\*.*?```sql\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
QUERY = dict(STORIES)


def test_readme_tells_all_stories() -> None:
    assert len(STORIES) == 8


@pytest.mark.parametrize("title", QUERY)
def test_query_runs_and_finds_something(ask: Ask, title: str) -> None:
    assert ask(QUERY[title])


def test_public_example(ask: Ask) -> None:
    assert len(ask(QUERY["A public example"])) >= 3
    cars, visits = ask("SELECT (SELECT count(*) FROM customer_vehicles WHERE customer_id = 12345), "
                       "(SELECT count(*) FROM service_records WHERE customer_id = 12345)")[0]  # fmt: skip
    assert cars >= 2
    assert visits >= 4


def test_no_shows(ask: Ask) -> None:
    (worst, rate), (_, second) = ask(QUERY["One showroom's customers don't show up"])[:2]
    assert worst == "Kia Gò Vấp"
    assert rate > 2 * second


def test_departed_rep(ask: Ask) -> None:
    _, _, customers, unowned = ask(QUERY["A rep left 75 days ago"])[0]
    assert customers >= 20
    assert 0.05 * customers <= unowned <= 0.4 * customers


def test_waiting(ask: Ask) -> None:
    (worst, complaints), (_, second) = ask(QUERY["Waiting at the workshop"])[:2]
    assert worst == "VinFast Thủ Đức"
    assert complaints > 3 * second


def test_forgotten_model(ask: Ask) -> None:
    (model, share, _), (_, second, _) = ask(QUERY["Forgotten after a year"])[:2]
    assert model == "EcoSport"
    assert share < 0.5 * second


def test_family_at_risk(ask: Ask) -> None:
    _, cars, last = ask(QUERY["A VIP family at risk"])[0]
    assert cars == 3
    days = ask(f"SELECT julianday(:today) - julianday('{last}')")[0][0]
    assert 200 <= days <= 220
    phones = ask("SELECT count(DISTINCT customer_id), count(DISTINCT value) FROM contact_points "
                 "WHERE customer_id IN (7, 8) AND kind = 'mobile' AND is_primary")  # fmt: skip
    assert phones == [(2, 1)]


def test_last_tet(ask: Ask) -> None:
    before = ask(
        "SELECT count(*) FROM orders WHERE kind = 'vehicle' AND ordered_on BETWEEN '2026-01-18' AND '2026-02-16'"
    )
    year = ask("SELECT count(*) / 365.0 * 30 FROM orders WHERE kind = 'vehicle' "
               "AND ordered_on BETWEEN '2025-01-18' AND '2026-01-17'")  # fmt: skip
    assert before[0][0] > 1.6 * year[0][0]
