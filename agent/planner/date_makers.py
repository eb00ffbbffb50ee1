"""From a form of saying a period to the Moment: one maker a form, named as the form."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from agent.planner.date_words import COUNTS, LAST, MONTHS, NEXT, UNITS, WEEKDAYS
from agent.planner.moments import Moment, shift, unit_days

BEFORE_MONTH = frozenset(
    "to and since from in of before after until till by during last this next through thru".split()
)


@dataclass(frozen=True)
class Said:
    """A form's match, and the day it is said on."""

    match: re.Match[str]
    today: date


def count(said: Said) -> int:
    number = said.match["n"]
    return int(number) if number.isdigit() else COUNTS[number]


def group(said: Said, name: str) -> str | None:
    return said.match[name] if name in said.match.re.groupindex else None


def offset(word: str) -> int:
    return -1 if word in LAST else 1 if word in NEXT else 0


def new_year(said: Said) -> date | None:
    """New Year of the year that was said; of one that no calendar has, of none."""
    if year := group(said, "year"):
        full = int(year) + (2000 if len(year) == 2 else 0)
        return date(full, 1, 1) if 1900 <= full <= 9998 else None
    back = group(said, "back") or group(said, "back_vi")
    return date(said.today.year + offset(back), 1, 1) if back else None


def unit(said: Said) -> Moment:
    return Moment("unit", UNITS[said.match["unit"]], offset(said.match["dir"]), full=bool(group(said, "full")))


def before_last(said: Said) -> Moment:
    """the week before last, tuần trước nữa"""
    return Moment("unit", UNITS[said.match["unit"] or said.match["unit_vi"]], -2)


def this_unit(said: Said) -> Moment:
    return Moment("unit", UNITS[said.match["unit"]], 0)


def rolling(said: Said) -> Moment:
    return Moment("rolling", UNITS[said.match["unit"]], offset(said.match["dir"]) or -1, count(said))


def lasting(said: Said) -> Moment:
    """in 6 weeks, for over a year: ahead for plans, back for facts"""
    return Moment("rolling", UNITS[said.match["unit"]], 0, count(said))


def over(said: Said) -> Moment:
    """for over a year: longer ago than that; of what did not happen, the whole of it"""
    return Moment("over", UNITS[said.match["unit"]], 0, count(said))


def back_one(said: Said) -> Moment:
    """the past year: up to today"""
    return Moment("rolling", UNITS[said.match["unit"]], -1, 1)


def half_year_long(_: Said) -> Moment:
    return Moment("rolling", "month", -1, 6)


def ago(said: Said) -> Moment:
    """more than 2 years ago: before that day; 3 days ago: on it"""
    day = shift(said.today, UNITS[said.match["unit"]], -count(said))
    return Moment("before", start=day) if said.match["more"] else Moment("span", start=day, end=day)


def month(said: Said) -> Moment | None:
    if (
        said.match["month"] == "may"
        and new_year(said) is None
        and said.match[0] == "may"
        and said.match.string[: said.match.start()].rpartition(" ")[0].rpartition(" ")[2] not in BEFORE_MONTH
    ):
        return None  # it may be a verb
    return Moment(
        "month", "month", count=MONTHS.get(said.match["month"]) or int(said.match["month"]), start=new_year(said)
    )


def since_year(said: Said) -> Moment | None:
    if said.match["back"] if "back" in said.match.re.groupindex else said.match["back_vi"]:
        return Moment("since", start=date(said.today.year - 1, 1, 1))
    return Moment("since", start=date(int(said.match["year"]), 1, 1))


def since_begun(said: Said) -> Moment:
    """từ đầu quý 4"""
    whole = quarter(said) if said.match["quarter"] else Moment("month", "month", count=int(said.match["month"]))
    return Moment("since", start=replace(whole, full=True).resolve(said.today, plan=False).start)


def since_month(said: Said) -> Moment | None:
    """since the beginning of June"""
    whole = month(said)
    return Moment("since", start=replace(whole, full=True).resolve(said.today, plan=False).start) if whole else None


def quarter(said: Said) -> Moment:
    return Moment("quarter", "quarter", count=int(said.match["quarter"]), start=new_year(said))


def whole_year(said: Said) -> Moment | None:
    first = new_year(said)
    return Moment("span", "year", start=first, end=first.replace(month=12, day=31)) if first else None


def half(said: Said) -> Moment:
    """the first half of a year or month; 6 tháng đầu năm"""
    if group(said, "of") in ("month", "thang"):
        first, last = unit_days("month", said.today, offset(group(said, "dir") or ""))
        middle = first.replace(day=15)
        return (
            Moment("span", start=first, end=middle)
            if is_first(said)
            else Moment("span", start=middle + timedelta(1), end=last)
        )
    year = new_year(said) or date(said.today.year, 1, 1)
    if is_first(said):
        return Moment("span", start=year, end=year.replace(month=6, day=30))
    return Moment("span", start=year.replace(month=7), end=year.replace(month=12, day=31))


def month_number(said: Said) -> int:
    """The month that was said, by name or number."""
    return MONTHS.get(said.match["month"]) or int(said.match["month"])


def is_first(said: Said) -> bool:
    return said.match["which"] in ("first", "1st", "dau", "1")


def part(said: Said) -> Moment | None:
    """the first 10 days of the month, 3 tháng đầu năm 2025, the last two weeks of October"""
    if month := group(said, "month"):
        whole = Moment("month", "month", count=MONTHS.get(month) or int(month), start=new_year(said))
        period = replace(whole, full=True).resolve(said.today, plan=False)
        first, last = period.start, period.end
    elif year := new_year(said):
        first, last = unit_days("year", year, 0)
    else:
        first, last = unit_days(UNITS[said.match["of"]], said.today, offset(group(said, "dir") or ""))
    if first is None or last is None:
        return None
    unit = UNITS[said.match["unit"]]
    if is_first(said):
        return Moment("span", start=first, end=min(last, shift(first, unit, count(said)) - timedelta(1)))
    return Moment("span", start=max(first, shift(last + timedelta(1), unit, -count(said))), end=last)


def end_of(said: Said) -> Moment:
    """until the end of the month"""
    last = unit_days(UNITS[said.match["unit"]], said.today, offset(group(said, "dir") or ""))[1]
    return Moment("until", end=last)


def end_of_month(said: Said) -> Moment:
    """đến hết tháng 11"""
    whole = Moment(
        "month", "month", count=MONTHS.get(said.match["month"]) or int(said.match["month"]), start=new_year(said)
    )
    return Moment("until", end=replace(whole, full=True).resolve(said.today, plan=True).end)


def rest_of(said: Said) -> Moment:
    return Moment("span", start=said.today, end=unit_days(UNITS[said.match["unit"]], said.today, 0)[1], full=True)


def named_day(said: Said) -> Moment:
    ahead = {"today": 0, "hom nay": 0, "sang": 0, "chieu": 0, "toi": 0, "yesterday": -1, "hom qua": -1, "hom kia": -2}
    return Moment("unit", "day", ahead.get(said.match["day"], 1))


def span(said: Said, first: tuple[str, str], last: tuple[str, str]) -> Moment | None:
    """Days of named months; where no year was said the latest ones begun, for plans the next."""
    year = new_year(said)
    m = said.match
    try:
        start, end = (
            date((year or said.today).year, MONTHS.get(m[month]) or int(m[month]), int(m[day]))
            for day, month in (first, last)
        )
    except ValueError:
        return None
    if end < start and year is None:  # from 20/12 to 10/1
        start = start.replace(year=start.year - 1)
    return Moment("span", start=start, end=end, floating=year is None)


def one_day(said: Said) -> Moment | None:
    return span(said, ("d1", "month"), ("d1", "month"))


def days(said: Said) -> Moment | None:
    return span(said, ("d1", "month"), ("d2", "month"))


def weekday(said: Said) -> Moment:
    at = WEEKDAYS[said.match["weekday"]]
    week = group(said, "week")
    if week is None:
        return Moment(
            "weekday", count=at, offset=-1 if group(said, "dir") in ("last", "truoc", "roi", "vua roi") else 0
        )
    day = unit_days("week", said.today, offset(week))[0] + timedelta(at)
    return Moment("span", start=day, end=day)


def weekend(said: Said) -> Moment:
    monday = unit_days("week", said.today, offset(said.match["dir"]))[0]
    return Moment("span", start=monday + timedelta(5), end=monday + timedelta(6))


def recently(_: Said) -> Moment:
    """With no number: the 30 days that "new" means, too"""
    return Moment("rolling", "day", -1, 30)


def same(_: Said) -> Moment:
    return Moment("same", "year")


def same_in(said: Said) -> Moment | None:
    """the same quarter of last year's number"""
    year = int(said.match["year"] or said.match["year_vi"])
    return Moment("same", "year") if year == said.today.year - 1 else None


def same_of(said: Said) -> Moment:
    """the same days of last month: as far as this one has gone"""
    return Moment("same", UNITS[said.match["unit"]])


def previous(said: Said) -> Moment:
    return Moment("previous", UNITS[said.match["unit"]])


def next_unit(said: Said) -> Moment:
    """sang tuần"""
    return Moment("unit", UNITS[said.match["unit"]], 1)


def following(said: Said) -> Moment:
    return Moment("previous", UNITS[said.match["unit"]], 1)


def to_date(said: Said) -> Moment:
    """ytd, mtd"""
    return Moment("unit", "year" if said.match["unit"] == "y" else "month", 0)


def first_quarters(said: Said) -> Moment:
    """the second quarter"""
    count = ("first", "second", "third", "fourth").index(said.match["which"]) + 1
    return Moment("quarter", "quarter", count=count, start=new_year(said))


def days_of_months(said: Said) -> Moment | None:
    """from 20/12 to 10/1"""
    return span(said, ("d1", "month"), ("d2", "month2"))
