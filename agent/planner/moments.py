"""A span of time as it is said, and the days it covers once it is known whether it binds facts or plans.

"This month" ends today for facts and at the month's end for plans, so a period can't be fixed while it is read.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from schema.query import Period

Unit = Literal["day", "week", "month", "quarter", "year"]


@dataclass(frozen=True)
class Moment:
    """A span of time as said. Relative ones count `unit`s from today's (`offset`) or roll (`count` of them)."""

    kind: Literal[
        "unit",
        "rolling",
        "span",
        "since",
        "until",
        "month",
        "quarter",
        "weekday",
        "before",
        "after",
        "same",
        "previous",
        "over",
    ]
    unit: Unit = "day"
    offset: int = 0
    count: int = 0
    start: date | None = None
    end: date | None = None
    full: bool = False
    floating: bool = False  # a span whose year was not said
    label: str = ""

    def lacking(self) -> Moment:
        """The span in which something did not happen: not seen *for over a year* = not in the last year."""
        return replace(self, kind="rolling", offset=-1) if self.kind == "over" else self

    def resolve(self, today: date, plan: bool) -> Period:
        """The days it covers: for facts up to today, for plans whole."""
        start, end = self._days(today, plan)
        if (
            not plan
            and self.kind in ("unit", "month", "quarter", "span")
            and not self.full
            and start
            and start <= today
            and end
            and end > today
        ):
            end = today
        return Period(start=start, end=end, label=self.label or None)

    def _days(self, today: date, plan: bool) -> tuple[date | None, date | None]:
        if self.kind == "unit":
            return unit_days(self.unit, today, self.offset)
        if self.kind == "rolling":
            if self.offset > 0 or (self.offset == 0 and plan):  # "in 6 weeks": ahead for plans, back for facts
                return today, shift(today, self.unit, self.count)
            return shift(today, self.unit, -self.count), today
        if self.kind == "month":
            first = date(self.start.year if self.start else today.year, self.count, 1)
            if not self.start:
                if plan and first.replace(day=calendar.monthrange(first.year, first.month)[1]) < today:
                    first = first.replace(year=first.year + 1)
                elif not plan and first > today:
                    first = first.replace(year=first.year - 1)
            return unit_days("month", first, 0)
        if self.kind == "quarter":
            first = date(self.start.year if self.start else today.year, 3 * self.count - 2, 1)
            if not self.start:
                if plan and unit_days("quarter", first, 0)[1] < today:
                    first = first.replace(year=first.year + 1)
                elif not plan and first > today:
                    first = first.replace(year=first.year - 1)
            return unit_days("quarter", first, 0)
        if self.kind == "weekday":
            day = today + timedelta((self.count - today.weekday()) % 7)
            if (not plan and day > today) or self.offset < 0:
                day -= timedelta(7)
            return day, day
        if (
            self.floating
            and plan
            and (edge := self.start or self.end)
            and edge <= today
            and not (self.start and self.end)
        ):
            return replace(
                self,
                floating=False,
                start=self.start and shift(self.start, "year", 1),
                end=self.end and shift(self.end, "year", 1),
            )._days(today, plan)
        if self.floating and self.start and self.end:
            back = -1 if not plan and self.start > today else 1 if plan and self.end < today else 0
            return shift(self.start, "year", back), shift(self.end, "year", back)
        if self.kind == "since":
            return self.start, None if plan else today
        if self.kind == "after":
            return (self.start or today) + timedelta(1), None if plan else today
        if self.kind == "until":  # what is planned by then lies ahead, what happened by then is all before
            return (today if plan and self.end and self.end > today else None), self.end
        if self.kind == "over":  # it happened more than so long ago
            return None, shift(today, self.unit, -self.count) - timedelta(1)
        if self.kind == "before":
            ahead = plan and self.start and self.start > today
            return (today if ahead else None), (self.start or today) - timedelta(1)
        return self.start, self.end


def shift(day: date, unit: Unit, count: int) -> date:
    """`day` moved by units; months keep the day, clamped to the month's end.

    >>> shift(date(2026, 8, 31), "month", 6)
    datetime.date(2027, 2, 28)
    """
    if unit in ("day", "week"):
        return day + timedelta(count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + count * {"month": 1, "quarter": 3, "year": 12}[unit]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def unit_days(unit: Unit, today: date, offset: int) -> tuple[date, date]:
    """First and last day of the calendar unit that lies `offset` units from today's; weeks start on Monday."""
    if unit == "day":
        day = today + timedelta(offset)
        return day, day
    if unit == "week":
        first = today - timedelta(today.weekday()) + timedelta(7 * offset)
        return first, first + timedelta(6)
    first = today.replace(day=1)
    if unit == "quarter":
        first = first.replace(month=(first.month - 1) // 3 * 3 + 1)
    elif unit == "year":
        first = first.replace(month=1)
    first = shift(first, unit, offset)
    return first, shift(first, unit, 1) - timedelta(1)


def earlier(period: Period, today: date, moment: Moment | None) -> Period | None:
    """The stretch of an earlier moment as long as an unfinished present one, at most to its own end."""
    if not moment or not period.start or not period.end:
        return None
    if moment.kind == "previous":
        start, end = unit_days(moment.unit, period.start, -1)
        return Period(start=start, end=end, label=moment.label)
    if moment.kind == "same":  # the same stretch a year (or so) earlier
        return Period(
            start=shift(period.start, moment.unit, -1), end=shift(period.end, moment.unit, -1), label=moment.label
        )
    then = moment.resolve(today, plan=False)
    if moment.kind == "unit" and moment.unit == "year" and (back := _years_back(period, moment.offset, today)):
        return Period(
            start=shift(period.start, "year", -back), end=shift(period.end, "year", -back), label=moment.label
        )
    if then.start and then.end and period.end == today:
        then = then.model_copy(update={"end": min(then.end, then.start + (period.end - period.start))})
    return then


def in_full(period: Period, then: Period, today: date) -> Period | None:
    """The whole week, month, quarter or year that an earlier stretch begins, where the present one is unfinished."""
    if period.end != today or not then.start or not then.end:
        return None
    for unit in ("week", "month", "quarter", "year"):
        first, last = unit_days(unit, then.start, 0)
        if unit_days(unit, today, 0)[0] == period.start and first == then.start and last > then.end:
            return Period(start=first, end=last, label=then.label)
    return None


def _years_back(period: Period, offset: int, today: date) -> int:
    """Of a quarter or month beside last year: how many years before, for the same stretch; none for a year's."""
    assert period.start and period.end
    whole = period.start == period.start.replace(month=1, day=1) and period.end in (
        today,
        period.end.replace(month=12, day=31),
    )
    return 0 if whole or period.end.year != period.start.year else max(0, period.start.year - (today.year + offset))
