"""The model's own functions and the time grains, run on SQLite and PostgreSQL against Python's calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from small import Chain, Row
from sqlglot import exp

from schema.expressions import Clock, divide, expand, truncate, within
from schema.model import parse_expression
from schema.query import Grain, Period

LEAP, EDGE = date(2024, 2, 25), date(2025, 12, 27)
DAYS = [start + timedelta(n) for start in (LEAP, EDGE) for n in range(10)] + [date(2026, m, 1) for m in range(1, 13)]


def first_day(day: date, grain: str) -> date:
    starts = {
        "day": day,
        "week": day - timedelta(day.weekday()),
        "month": day.replace(day=1),
        "quarter": date(day.year, (day.month - 1) // 3 * 3 + 1, 1),
        "year": date(day.year, 1, 1),
    }
    return starts[grain]


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
@pytest.mark.parametrize("time", ["", " 00:00:00", " 23:59:59"])
def test_the_first_day_of_every_grain(chain: Chain, grain: Grain, time: str) -> None:
    """Over a leap day, the turn of a year (its week belongs to both) and each month's first."""
    text = [exp.Literal.string(f"{day}{time}") for day in DAYS]
    found = chain.run(exp.select(*(truncate(t, grain, chain.compiler.dialect) for t in text)))
    assert list(found[0]) == [first_day(day, grain).isoformat() for day in DAYS]


def one(chain: Chain, expression: str, now: datetime = datetime(2027, 2, 28, 10)) -> object:
    tree = expand(parse_expression(expression), Clock(now), chain.compiler.dialect)
    row: Row = chain.run(exp.select(tree))[0]
    return row[0]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("DAYS_SINCE('2027-02-28')", 0),
        ("DAYS_SINCE('2024-02-28')", 1096),
        ("DAYS_SINCE('2027-03-01')", -1),
        ("DAYS_BETWEEN('2026-01-01', '2025-12-31')", 1),
        ("DAYS_BETWEEN('2026-01-01 00:00:01', '2025-12-31 23:59:59')", 1),
        ("DAYS_BETWEEN(TODAY(), '2027-02-01')", 27),
        ("DAYS_SINCE(NULL)", None),
        ("YEARS_SINCE('2000-02-28')", 27),
        ("YEARS_SINCE('2000-02-29')", 26),
        ("YEARS_SINCE('1999-12-31')", 27),
        ("YEARS_SINCE('2026-03-01')", 0),
        ("HOUR_OF('2026-11-20 00:59:59')", 0),
        ("HOUR_OF('2026-11-20 23:00:00')", 23),
        ("WEEKDAY_OF('2026-11-16')", 1),
        ("WEEKDAY_OF('2026-11-22 23:59:59')", 7),
        ("7 / 2", 3.5),
        ("7 / (2 - 2)", None),
        ("7 / 0", None),
        ("1 / (1 / 0)", None),
        ("12 / (2 / 4)", 24),
        ("100 * 1 / 8", 12.5),
    ],
)
def test_the_models_functions(chain: Chain, expression: str, expected: object) -> None:
    """On 28 February 2027. 1,096 days: three years with one leap day. Who was born on 29 February is a year older on
    1 March of common years. 16 November 2026 is a Monday, the 22nd a Sunday. Division is never whole-numbered, and by
    zero gives none."""
    assert one(chain, expression) == expected


def test_hours_between(chain: Chain) -> None:
    """From Friday 22:30 to Saturday 01:00: 2.5 hours."""
    hours = one(chain, "HOURS_BETWEEN('2026-11-21 01:00:00', '2026-11-20 22:30:00')")
    assert hours == pytest.approx(2.5, abs=1e-6)


def test_now_is_the_clocks(chain: Chain) -> None:
    """Nothing reads the real time: 10:00 of the clock's day is later than 9:59 and no later than 10:00."""
    assert one(chain, "CASE WHEN NOW() > '2027-02-28 09:59:59' THEN 1 ELSE 0 END") == 1
    assert one(chain, "CASE WHEN NOW() > '2027-02-28 10:00:00' THEN 1 ELSE 0 END") == 0
    assert one(chain, "TODAY()") == "2027-02-28"


def test_age_on_the_eve_of_a_birthday_and_on_the_day(chain: Chain) -> None:
    """An, born 31 December 1990."""
    query = {"dataset": "people", "fields": ["people.age"], "filters": [{"field": "people.id", "op": "=", "value": 1}]}
    assert chain.at(datetime(2026, 12, 30, 23)).rows(**query)[0][2] == 35
    assert chain.at(datetime(2026, 12, 31, 0)).rows(**query)[0][2] == 36


def test_a_division_guards_its_zero_once() -> None:
    """A literal denominator other than 0 needs no guard; a second pass leaves what is guarded alone."""
    clock = Clock(datetime(2026, 11, 20))
    tree = expand(parse_expression("SUM(a.x) / COUNT(a.y) / 12"), clock, "sqlite")
    assert tree.sql("sqlite") == "(1.0 * ((1.0 * (SUM(a.x)) / NULLIF(COUNT(a.y), 0))) / 12)"
    assert expand(tree.copy(), clock, "sqlite") == tree
    assert divide(exp.column("a"), exp.Literal.number(0)).sql("sqlite") == "(1.0 * (a) / NULLIF(0, 0))"


def test_a_period_is_written_as_bounds() -> None:
    """So that an index on the column serves; open ends leave a bound out."""
    column = exp.column("c")
    full = Period(start=date(2026, 2, 1), end=date(2026, 2, 28))
    assert within(column, full, False).sql() == "c >= '2026-02-01' AND c <= '2026-02-28'"
    assert within(column, full, True).sql() == "c >= '2026-02-01' AND c < '2026-03-01'"
    assert within(column, Period(end=date(2026, 2, 28)), True).sql() == "c < '2026-03-01'"
    assert within(column, Period(), False).sql() == "TRUE"
