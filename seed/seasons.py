"""How trade moves over the year in Vietnam: the peak before Tết, the pause in it, the seventh lunar month, growth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from lunardate import LunarDate

from seed.columns import Floats, Generator, Ints, day_date, day_number

YEARS = 9
GROWTH = 1.10  # a year
SPIKE = 1.8


@dataclass(frozen=True)
class Seasons:
    """Days of trade from `first` to `today`, with their weight in sales.

    `sales` is the cumulative share up to each day (days),
    `tet` the days of Tết.
    """

    first: int
    today: int
    sales: Floats
    tet: Ints

    def sale_days(self, shares: Floats) -> Ints:
        """The days by which these shares (0-1) of all sales were made."""
        return self.first + np.searchsorted(self.sales, shares, side="right").clip(max=len(self.sales) - 1)

    def out_of_tet(self, rng: Generator, days: Ints) -> Ints:
        """Visits (n) as people make them: most of those that would fall into Tết come in the weeks before."""
        inside = np.zeros(len(days), dtype=bool)
        shifted = days.copy()
        for tet in self.tet:
            hit = (days >= tet - 2) & (days <= tet + 7)
            shifted[hit] = tet - 3 - rng.integers(0, 25, int(hit.sum()))
            inside |= hit
        moved: Ints = np.where(inside & (rng.random(len(days)) < 0.85), shifted, days)
        return moved


def tet_day(year: int) -> date:
    """The first day of the lunar year that begins in `year`."""
    day: date = LunarDate(year, 1, 1).to_solar_date()
    return day


def last_tet(today: date) -> date:
    """The latest Tết that is over or has begun."""
    this = tet_day(today.year)
    return this if this <= today else tet_day(today.year - 1)


def seasons(today: date) -> Seasons:
    """The group's calendar: it has sold cars since 1 January, `YEARS` years before the year of `today`."""
    first, last = day_number(date(today.year - YEARS, 1, 1)), day_number(today)
    days = np.arange(first, last + 1)
    weights = GROWTH ** ((days - first) / 365.25)
    weekday = (days + 3) % 7  # 1970-01-01 was a Thursday
    weights = weights * np.where(weekday >= 5, 1.35, 1.0)
    tets = []
    for year in range(today.year - YEARS, today.year + 2):
        tet = day_number(tet_day(year))
        tets.append(tet)
        weights[(days >= tet - 40) & (days <= tet - 3)] *= 1.7
        holiday = (days >= tet - 2) & (days <= tet + 7)
        weights[holiday] *= 0.06
        weights[(days > tet + 7) & (days <= tet + 25)] *= 0.7
        ghost, end = (day_number(LunarDate(year, month, 1).to_solar_date()) for month in (7, 8))
        weights[(days >= ghost) & (days < end)] *= 0.55
    spike = day_number(last_tet(today))
    weights[(days >= spike - 30) & (days < spike)] *= SPIKE
    shares = np.cumsum(weights)
    return Seasons(first, last, shares / shares[-1], np.array(tets))


def year_of(days: Ints) -> Ints:
    """Calendar years of day numbers (n)."""
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def inflation(days: Ints, today: int) -> Floats:
    """Price level (n) against `today`: 3 % a year."""
    level: Floats = 1.03 ** ((days - today) / 365.25)
    return level


def quarter_before(today: int) -> tuple[int, int]:
    """First and last day of the last full calendar quarter."""
    now = day_date(today)
    start = date(now.year, 3 * ((now.month - 1) // 3) + 1, 1)
    before = date(start.year - (start.month == 1), (start.month - 4) % 12 + 1, 1)
    return day_number(before), day_number(start) - 1
