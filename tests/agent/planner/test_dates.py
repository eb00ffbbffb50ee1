"""Periods as people say them. Today is Friday, 20 November 2026; each expectation was read off a calendar."""

from __future__ import annotations

from datetime import date

import pytest

from agent.planner.dates import find_moments
from agent.planner.moments import Moment
from agent.planner.tokens import tokenize

TODAY = date(2026, 11, 20)


def whole(phrase: str) -> Moment:
    """The moment that the phrase as a whole stands for."""
    tokens = tokenize(phrase)
    found = [moment for start, end, moment in find_moments(tokens, TODAY) if (start, end) == (0, len(tokens))]
    assert found, f"'{phrase}' is no period"
    return found[0]


def span(phrase: str, plan: bool = False) -> str:
    period = whole(phrase).resolve(TODAY, plan)
    return f"{period.start or ''}..{period.end or ''}"


@pytest.mark.parametrize(("phrase", "due"), [
    ("last month", "2026-10-01..2026-10-31"),
    ("this quarter", "2026-10-01..2026-11-20"),
    ("tháng này", "2026-11-01..2026-11-20"),
    ("nam ngoai", "2025-01-01..2025-12-31"),
    ("in the last 30 days", "2026-10-21..2026-11-20"),
    ("6 tháng gần đây", "2026-05-20..2026-11-20"),
    ("nửa năm qua", "2026-05-20..2026-11-20"),
    ("3 days ago", "2026-11-17..2026-11-17"),
    ("hom qua", "2026-11-19..2026-11-19"),
    ("chiều nay", "2026-11-20..2026-11-20"),
    ("sang tuần", "2026-11-23..2026-11-29"),
    ("since the beginning of June", "2026-06-01..2026-11-20"),
    ("tuần rồi", "2026-11-09..2026-11-15"),
    ("quý vừa rồi", "2026-07-01..2026-09-30"),
    ("last friday", "2026-11-13..2026-11-13"),
    ("last weekend", "2026-11-14..2026-11-15"),
    ("year to date", "2026-01-01..2026-11-20"),
    ("từ đầu năm đến nay", "2026-01-01..2026-11-20"),
])  # fmt: skip
def test_relative_to_today(phrase: str, due: str) -> None:
    assert span(phrase) == due


@pytest.mark.parametrize(("phrase", "due"), [
    ("March", "2026-03-01..2026-03-31"),
    ("in march last year", "2025-03-01..2025-03-31"),
    ("tháng 9 năm ngoái", "2025-09-01..2025-09-30"),
    ("hồi tháng 9", "2026-09-01..2026-09-30"),
    ("Q3", "2026-07-01..2026-09-30"),
    ("quý 3/2025", "2025-07-01..2025-09-30"),
    ("H1 2025", "2025-01-01..2025-06-30"),
    ("nửa đầu năm nay", "2026-01-01..2026-06-30"),
    ("6 tháng cuối năm ngoái", "2025-07-01..2025-12-31"),
    ("the last 3 months of 2025", "2025-10-01..2025-12-31"),
    ("10 ngày đầu tháng", "2026-11-01..2026-11-10"),
    ("first two weeks of October", "2026-10-01..2026-10-14"),
    ("between March and June 2025", "2025-03-01..2025-06-30"),
    ("from 2024 to 2025", "2024-01-01..2025-12-31"),
    ("từ 1/3 đến 15/3", "2026-03-01..2026-03-15"),
    ("from 20/12 to 10/1", "2025-12-20..2026-01-10"),
])  # fmt: skip
def test_named_ones_and_parts_of_them(phrase: str, due: str) -> None:
    """Without a year, the latest one that has begun."""
    assert span(phrase) == due


@pytest.mark.parametrize(("phrase", "due"), [
    ("since June", "2026-06-01..2026-11-20"),
    ("kể từ tháng 6 đến nay", "2026-06-01..2026-11-20"),
    ("trước tháng 6", "..2026-05-31"),
    ("before 2024", "..2023-12-31"),
    ("up to 2024", "..2024-12-31"),
    ("until 30/9/2026", "..2026-09-30"),
    ("more than 2 years ago", "..2024-11-19"),
    ("hơn 1 năm trước", "..2025-11-19"),
    ("for over a year", "..2025-11-19"),
])  # fmt: skip
def test_open_at_one_end(phrase: str, due: str) -> None:
    assert span(phrase) == due


@pytest.mark.parametrize(("phrase", "due"), [
    ("tháng này", "2026-11-01..2026-11-30"),
    ("March", "2027-03-01..2027-03-31"),
    ("on 25 Nov", "2026-11-25..2026-11-25"),
    ("monday next week", "2026-11-23..2026-11-23"),
    ("chủ nhật", "2026-11-22..2026-11-22"),
    ("trong 2 tuần tới", "2026-11-20..2026-12-04"),
    ("by the end of the month", "2026-11-20..2026-11-30"),
    ("từ nay đến cuối tháng", "2026-11-20..2026-11-30"),
    ("in 6 weeks", "2026-11-20..2027-01-01"),
])  # fmt: skip
def test_plans_lie_ahead(phrase: str, due: str) -> None:
    assert span(phrase, plan=True) == due


@pytest.mark.parametrize("phrase", ["Mai", "nam", "khách nam trên 30", "may", "sáu con xe"])
def test_words_that_are_no_period(phrase: str) -> None:
    assert not find_moments(tokenize(phrase), TODAY)
