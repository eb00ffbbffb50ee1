"""The day and the minute for which figures are computed, and months added with the day clamped."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True)
class Moment:
    """`as_of` is the day of the figures; `now` the local time, without zone, by which "ahead" is told from past."""

    as_of: date
    now: datetime

    @classmethod
    def of(cls, as_of: date, now: datetime | None) -> Moment:
        """`now` defaults to noon of `as_of`; one with a zone is turned into the dealer's local time."""
        if now is None:
            return cls(as_of, datetime.combine(as_of, time(12)))
        return cls(as_of, now.astimezone(ZONE).replace(tzinfo=None) if now.tzinfo else now)


def add_months(day: date, months: int) -> date:
    """`day` moved by `months`, clamped to the month's end.

    >>> add_months(date(2026, 8, 31), 6), add_months(date(2024, 2, 29), -12)
    (datetime.date(2027, 2, 28), datetime.date(2023, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
