"""The model's own functions and the time grains, written out for each dialect.

sqlglot doesn't carry date arithmetic from one dialect to the other, so each is built here as its own tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import sqlglot
from sqlglot import exp

from schema.query import Grain, Period

Dialect = Literal["sqlite", "postgres"]


@dataclass(frozen=True)
class Clock:
    """The moment a question is asked at; nothing reads the real one."""

    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()


def text(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def _sql(template: str, dialect: Dialect, **parts: exp.Expr) -> exp.Expr:
    select = sqlglot.parse_one(f"SELECT {template}", read=dialect)
    tree: exp.Expr = select.expressions[0]
    return tree.transform(lambda n: parts[n.name].copy() if isinstance(n, exp.Column) and n.name in parts else n)


def days_between(later: exp.Expr, earlier: exp.Expr, dialect: Dialect) -> exp.Expr:
    """Whole days from one day to another, as an integer."""
    template = {
        "sqlite": "CAST(julianday(date(a)) - julianday(date(b)) AS INTEGER)",
        "postgres": "(CAST(a AS date) - CAST(b AS date))",
    }[dialect]
    return _sql(template, dialect, a=later, b=earlier)


def hours_between(later: exp.Expr, earlier: exp.Expr, dialect: Dialect) -> exp.Expr:
    template = {
        "sqlite": "((julianday(a) - julianday(b)) * 24.0)",
        "postgres": "(EXTRACT(EPOCH FROM (CAST(a AS timestamp) - CAST(b AS timestamp))) / 3600.0)",
    }[dialect]
    return _sql(template, dialect, a=later, b=earlier)


def years_since(day: exp.Expr, clock: Clock, dialect: Dialect) -> exp.Expr:
    """Completed years up to today."""
    today = clock.today
    template = {
        "sqlite": f"({today.year} - CAST(substr(a, 1, 4) AS INTEGER)"
        f" - CASE WHEN substr(a, 6, 5) > '{today:%m-%d}' THEN 1 ELSE 0 END)",
        "postgres": f"CAST(EXTRACT(YEAR FROM age(CAST('{today}' AS date), CAST(a AS date))) AS INTEGER)",
    }[dialect]
    return _sql(template, dialect, a=day)


def hour_of(moment: exp.Expr, dialect: Dialect) -> exp.Expr:
    """The hour of a timestamp, 0 to 23."""
    template = {
        "sqlite": "CAST(substr(a, 12, 2) AS INTEGER)",
        "postgres": "CAST(EXTRACT(HOUR FROM CAST(a AS timestamp)) AS INTEGER)",
    }
    return _sql(template[dialect], dialect, a=moment)


def weekday_of(day: exp.Expr, dialect: Dialect) -> exp.Expr:
    """1 for Monday to 7 for Sunday."""
    template = {
        "sqlite": "((CAST(strftime('%w', a) AS INTEGER) + 6) % 7 + 1)",
        "postgres": "CAST(EXTRACT(ISODOW FROM CAST(a AS date)) AS INTEGER)",
    }
    return _sql(template[dialect], dialect, a=day)


def truncate(value: exp.Expr, grain: Grain, dialect: Dialect) -> exp.Expr:
    """The first day of the day, week (from Monday), month, quarter or year that `value` lies in, as an ISO date."""
    if dialect == "postgres":
        return _sql(f"CAST(date_trunc('{grain}', CAST(a AS timestamp)) AS date)", dialect, a=value)
    template = {
        "day": "substr(a, 1, 10)",
        "week": "date(a, 'weekday 0', '-6 days')",
        "month": "substr(a, 1, 7) || '-01'",
        "quarter": "substr(a, 1, 4) || CASE WHEN substr(a, 6, 2) <= '03' THEN '-01-01' WHEN substr(a, 6, 2) <= '06'"
        " THEN '-04-01' WHEN substr(a, 6, 2) <= '09' THEN '-07-01' ELSE '-10-01' END",
        "year": "substr(a, 1, 4) || '-01-01'",
    }[grain]
    return _sql(template, dialect, a=value)


def month_day(value: exp.Expr, dialect: Dialect) -> exp.Expr:
    """'MM-DD' of a date."""
    template = {"sqlite": "substr(a, 6, 5)", "postgres": "to_char(CAST(a AS date), 'MM-DD')"}[dialect]
    return _sql(template, dialect, a=value)


def within(value: exp.Expr, period: Period, has_time: bool) -> exp.Expr:
    """Whether a date or timestamp lies in the period, both ends included; as bounds, so that an index serves."""
    bounds: list[exp.Expr] = []
    if period.start:
        bounds.append(exp.GTE(this=value.copy(), expression=text(period.start.isoformat())))
    if period.end and has_time:
        bounds.append(exp.LT(this=value.copy(), expression=text((period.end + timedelta(1)).isoformat())))
    elif period.end:
        bounds.append(exp.LTE(this=value.copy(), expression=text(period.end.isoformat())))
    return exp.and_(*bounds) if bounds else exp.true()


def recurs_within(value: exp.Expr, period: Period, dialect: Dialect) -> exp.Expr:
    """Whether a yearly day (birthday) falls in the period; 29 February is 28 where the period has no leap day."""
    if not period.start or not period.end or (period.end - period.start).days >= 365:
        return exp.not_(exp.Is(this=value.copy(), expression=exp.null()))
    days = {(period.start + timedelta(n)).strftime("%m-%d") for n in range((period.end - period.start).days + 1)}
    if "02-28" in days and "02-29" not in days and not _leap_day_follows(period):
        days.add("02-29")
    first, last = period.start.strftime("%m-%d"), period.end.strftime("%m-%d")
    part = month_day(value, dialect)
    if "02-29" in days and last == "02-28":
        last = "02-29"
    inside = exp.GTE(this=part, expression=text(first))
    before = exp.LTE(this=part.copy(), expression=text(last))
    return exp.and_(inside, before) if first <= last else exp.paren(exp.or_(inside, before))


def _leap_day_follows(period: Period) -> bool:
    """Whether the 28 February of the period is followed by a 29th."""
    assert period.start and period.end
    year = period.end.year if period.end >= date(period.end.year, 2, 28) else period.start.year
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def expand(tree: exp.Expr, clock: Clock, dialect: Dialect) -> exp.Expr:
    """Write out the model's functions (`schema.model_check.FUNCTIONS`), and let a division by zero give none."""

    def one(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Anonymous):
            name, args = str(node.this).upper(), [expand(a, clock, dialect) for a in node.expressions]
            if name == "TODAY":
                return text(clock.today.isoformat())
            if name == "NOW":
                return text(clock.now.strftime("%Y-%m-%d %H:%M:%S"))
            if name == "HOUR_OF":
                return hour_of(args[0], dialect)
            if name == "WEEKDAY_OF":
                return weekday_of(args[0], dialect)
            if name == "DAYS_SINCE":
                return days_between(text(clock.today.isoformat()), args[0], dialect)
            if name == "DAYS_BETWEEN":
                return days_between(args[0], args[1], dialect)
            if name == "HOURS_BETWEEN":
                return hours_between(args[0], args[1], dialect)
            if name == "YEARS_SINCE":
                return years_since(args[0], clock, dialect)
        return node

    tree = tree.transform(one)
    for division in reversed(list(tree.find_all(exp.Div))):  # inner ones first
        if not division.args.get("typed"):
            safe = divide(division.this, division.expression)
            tree = safe if division is tree else division.replace(safe).root()
    return tree


def divide(numerator: exp.Expr, denominator: exp.Expr) -> exp.Expr:
    """A true division that gives none for a zero denominator."""
    safe: exp.Expr = denominator.copy()
    if not isinstance(denominator, exp.Literal) or float(denominator.name) == 0:
        safe = exp.Nullif(this=safe, expression=exp.Literal.number(0))
    factor = exp.Mul(this=exp.Literal.number("1.0"), expression=exp.paren(numerator.copy()))
    return exp.paren(exp.Div(this=factor, expression=safe, typed=True))
