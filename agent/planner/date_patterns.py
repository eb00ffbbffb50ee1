"""How periods are said: PATTERNS, one line a form, over folded words; a maker turns a match into a Moment."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from agent.planner.moments import Moment, Unit, shift, unit_days

_UNITS: dict[str, Unit] = {
    "day": "day", "ngay": "day", "week": "week", "tuan": "week", "month": "month", "thang": "month",
    "quarter": "quarter", "quy": "quarter", "year": "year", "nam": "year",
}  # fmt: skip
_MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): i for i, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_WEEKDAYS = {name.lower(): i for i, name in enumerate(calendar.day_name)}
_WEEKDAYS |= {
    f"thu {n}": i for i, pair in enumerate(("hai 2", "ba 3", "tu 4", "nam 5", "sau 6", "bay 7")) for n in pair.split()
}
_WEEKDAYS |= {"chu nhat": 6, "cn": 6}
_COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "couple of": 2, "couple": 2, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "sau": 6, "muoi": 10,
}  # fmt: skip
# the words of PATTERNS in Vietnamese that mean something else with other accents (nam is also male, thu also autumn)
ACCENTS = {
    "nam": "năm", "thang": "tháng", "tuan": "tuần", "quy": "quý", "ngay": "ngày", "truoc": "trước", "thu": "thứ",
    "dau": "đầu", "cuoi": "cuối", "nua": "nửa", "qua": "qua quá", "hai": "hai", "ba": "ba", "bon": "bốn", "sau": "sau sáu",
    "muoi": "mười", "mot": "một", "hom": "hôm", "mai": "mai", "tu": "từ tư", "den": "đến", "toi": "tới", "ngoai": "ngoái ngoài",
}  # fmt: skip

_N = rf"(?P<n>\d+|{'|'.join(_COUNTS)})"
_U = rf"(?P<unit>{'|'.join(_UNITS)})s?"
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_VMONTH = r"thang (?P<month>1[0-2]|0?[1-9])(?!\d)"
_YEAR = (
    r"(?:(?: of | nam |/ ?| )(?P<year>20\d\d|19\d\d)|(?: of)? (?P<back>last|this|next) year"
    r"| (?:cua )?nam (?P<back_vi>nay|ngoai|truoc|roi|sau|toi))"
)
_REF = r"(?:the |this |of this |of the )?"
_DAY = r"(?P<d1>\d{1,2})(?:st|nd|rd|th)?"
_LAST = {
    "last",
    "past",
    "previous",
    "prior",
    "qua",
    "truoc",
    "vua qua",
    "vua roi",
    "roi",
    "ngoai",
    "gan nhat",
    "gan day",
}
_NEXT = {"next", "coming", "following", "upcoming", "sau", "toi", "sap toi", "tiep theo", "ke tiep"}

Maker = Callable[[re.Match[str], date], Moment | None]


def _count(m: re.Match[str]) -> int:
    said = m["n"]
    return int(said) if said.isdigit() else _COUNTS[said]


def _group(m: re.Match[str], name: str) -> str | None:
    return m[name] if name in m.re.groupindex else None


def _offset(word: str) -> int:
    return -1 if word in _LAST else 1 if word in _NEXT else 0


def _year(m: re.Match[str], today: date) -> date | None:
    """New Year of the year that was said; of one that no calendar has, of none."""
    if year := _group(m, "year"):
        full = int(year) + (2000 if len(year) == 2 else 0)
        return date(full, 1, 1) if 1900 <= full <= 9998 else None
    back = _group(m, "back") or _group(m, "back_vi")
    return date(today.year + _offset(back), 1, 1) if back else None


def _unit(m: re.Match[str], today: date) -> Moment:
    return Moment("unit", _UNITS[m["unit"]], _offset(m["dir"]), full=bool(_group(m, "full")))


def _this_unit(m: re.Match[str], today: date) -> Moment:
    return Moment("unit", _UNITS[m["unit"]], 0)


def _rolling(m: re.Match[str], today: date) -> Moment:
    return Moment("rolling", _UNITS[m["unit"]], _offset(m["dir"]) or -1, _count(m))


def _lasting(m: re.Match[str], today: date) -> Moment:
    """in 6 weeks, for over a year: ahead for plans, back for facts"""
    return Moment("rolling", _UNITS[m["unit"]], 0, _count(m))


def _over(m: re.Match[str], today: date) -> Moment:
    """for over a year: longer ago than that; of what did not happen, the whole of it"""
    return Moment("over", _UNITS[m["unit"]], 0, _count(m))


def _back_one(m: re.Match[str], today: date) -> Moment:
    """the past year: up to today"""
    return Moment("rolling", _UNITS[m["unit"]], -1, 1)


def _half_year_long(m: re.Match[str], today: date) -> Moment:
    return Moment("rolling", "month", -1, 6)


def _ago(m: re.Match[str], today: date) -> Moment:
    """more than 2 years ago: before that day; 3 days ago: on it"""
    day = shift(today, _UNITS[m["unit"]], -_count(m))
    return Moment("before", start=day) if m["more"] else Moment("span", start=day, end=day)


def _month(m: re.Match[str], today: date) -> Moment | None:
    if (
        m["month"] == "may"
        and _year(m, today) is None
        and m[0] == "may"
        and m.string[: m.start()][-3:] not in ("to ", "nd ")
    ):
        return None  # it may be a verb
    return Moment("month", "month", count=_MONTHS.get(m["month"]) or int(m["month"]), start=_year(m, today))


def _since_year(m: re.Match[str], today: date) -> Moment | None:
    if m["back"] if "back" in m.re.groupindex else m["back_vi"]:
        return Moment("since", start=date(today.year - 1, 1, 1))
    return Moment("since", start=date(int(m["year"]), 1, 1))


def _since_begun(m: re.Match[str], today: date) -> Moment:
    """từ đầu quý 4"""
    whole = _quarter(m, today) if m["quarter"] else Moment("month", "month", count=int(m["month"]))
    return Moment("since", start=replace(whole, full=True).resolve(today, plan=False).start)


def _quarter(m: re.Match[str], today: date) -> Moment:
    return Moment("quarter", "quarter", count=int(m["quarter"]), start=_year(m, today))


def _whole_year(m: re.Match[str], today: date) -> Moment | None:
    first = _year(m, today)
    return Moment("span", "year", start=first, end=first.replace(month=12, day=31)) if first else None


def _half(m: re.Match[str], today: date) -> Moment:
    """the first half of a year or month; 6 tháng đầu năm"""
    if _group(m, "of") in ("month", "thang"):
        first, last = unit_days("month", today, _offset(_group(m, "dir") or ""))
        middle = first.replace(day=15)
        return (
            Moment("span", start=first, end=middle)
            if _first(m)
            else Moment("span", start=middle + timedelta(1), end=last)
        )
    year = _year(m, today) or date(today.year, 1, 1)
    if _first(m):
        return Moment("span", start=year, end=year.replace(month=6, day=30))
    return Moment("span", start=year.replace(month=7), end=year.replace(month=12, day=31))


def _first(m: re.Match[str]) -> bool:
    return m["which"] in ("first", "1st", "dau", "1")


def _part(m: re.Match[str], today: date) -> Moment | None:
    """the first 10 days of the month, 3 tháng đầu năm 2025, the last two weeks of October"""
    if month := _group(m, "month"):
        whole = Moment("month", "month", count=_MONTHS.get(month) or int(month), start=_year(m, today))
        period = replace(whole, full=True).resolve(today, plan=False)
        first, last = period.start, period.end
    elif year := _year(m, today):
        first, last = unit_days("year", year, 0)
    else:
        first, last = unit_days(_UNITS[m["of"]], today, _offset(_group(m, "dir") or ""))
    if first is None or last is None:
        return None
    unit = _UNITS[m["unit"]]
    if _first(m):
        return Moment("span", start=first, end=min(last, shift(first, unit, _count(m)) - timedelta(1)))
    return Moment("span", start=max(first, shift(last + timedelta(1), unit, -_count(m))), end=last)


def _end_of(m: re.Match[str], today: date) -> Moment:
    """until the end of the month"""
    last = unit_days(_UNITS[m["unit"]], today, _offset(_group(m, "dir") or ""))[1]
    return Moment("until", end=last)


def _end_of_month(m: re.Match[str], today: date) -> Moment:
    """đến hết tháng 11"""
    whole = Moment("month", "month", count=_MONTHS.get(m["month"]) or int(m["month"]), start=_year(m, today))
    return Moment("until", end=replace(whole, full=True).resolve(today, plan=True).end)


def _rest_of(m: re.Match[str], today: date) -> Moment:
    return Moment("span", start=today, end=unit_days(_UNITS[m["unit"]], today, 0)[1], full=True)


def _named_day(m: re.Match[str], today: date) -> Moment:
    ahead = {"today": 0, "hom nay": 0, "yesterday": -1, "hom qua": -1, "hom kia": -2}
    return Moment("unit", "day", ahead.get(m["day"], 1))


def _span(m: re.Match[str], today: date, first: tuple[str, str], last: tuple[str, str]) -> Moment | None:
    """Days of named months; where no year was said the latest ones begun, for plans the next."""
    year = _year(m, today)
    try:
        start, end = (
            date((year or today).year, _MONTHS.get(m[month]) or int(m[month]), int(m[day]))
            for day, month in (first, last)
        )
    except ValueError:
        return None
    if end < start and year is None:  # from 20/12 to 10/1
        start = start.replace(year=start.year - 1)
    return Moment("span", start=start, end=end, floating=year is None)


def _one_day(m: re.Match[str], today: date) -> Moment | None:
    return _span(m, today, ("d1", "month"), ("d1", "month"))


def _days(m: re.Match[str], today: date) -> Moment | None:
    return _span(m, today, ("d1", "month"), ("d2", "month"))


def _weekday(m: re.Match[str], today: date) -> Moment:
    at = _WEEKDAYS[m["weekday"]]
    said = _group(m, "week")
    if said is None:
        return Moment("weekday", count=at, offset=-1 if _group(m, "dir") in ("last", "truoc", "roi", "vua roi") else 0)
    day = unit_days("week", today, _offset(said))[0] + timedelta(at)
    return Moment("span", start=day, end=day)


def _weekend(m: re.Match[str], today: date) -> Moment:
    monday = unit_days("week", today, _offset(m["dir"]))[0]
    return Moment("span", start=monday + timedelta(5), end=monday + timedelta(6))


def _recently(m: re.Match[str], today: date) -> Moment:
    """With no number: the 30 days that "new" means, too"""
    return Moment("rolling", "day", -1, 30)


def _same(m: re.Match[str], today: date) -> Moment:
    return Moment("same", "year")


def _previous(m: re.Match[str], today: date) -> Moment:
    return Moment("previous", _UNITS[m["unit"]])


_DIR_EN = r"(?P<dir>last|previous|prior|this|current|next|coming|following|upcoming)"
_DIR_VI = r"(?P<dir>nay|truoc|vua qua|vua roi|qua|roi|ngoai|sau|toi|sap toi|tiep theo)"
_MORE = r"(?P<more>more than |over |at least |hon |tren |qua |it nhat )?"
_WEEKDAY = rf"(?P<weekday>{'|'.join(_WEEKDAYS)})"

PATTERNS: tuple[tuple[str, Maker], ...] = (
    # units: last month, this quarter, tháng này, năm ngoái
    (r"(?P<day>today|hom nay|yesterday|hom qua|hom kia|tomorrow|ngay mai|mai)", _named_day),
    (rf"(?:in |over |for |during |within )?(?:the )?{_DIR_EN} (?P<full>full |complete |whole )?{_U}", _unit),
    (rf"(?:in |over |for |during |within )?(?:the )?past {_U}", _back_one),
    (rf"(?:trong |hoi )?(?:ca )?{_U} {_DIR_VI}", _unit),
    (r"(?P<unit>year|month|week|quarter) to date", _this_unit),
    (r"(?P<unit>y|m)td", lambda m, t: Moment("unit", "year" if m["unit"] == "y" else "month", 0)),
    (rf"(?:since |from |tu )?(?:the )?(?:beginning|start) of {_REF}{_U}", _this_unit),
    (r"(?:tu |ke tu |tinh tu )?dau (?P<unit>nam|thang|quy|tuan)(?: nay)?(?: (?:den|toi) (?:nay|gio))?", _this_unit),
    (r"(?:(?:since|from) )?(?:the )?(?:beginning|start) of (?P<year>20\d\d|(?P<back>last) year)", _since_year),
    (r"(?:(?:tu|ke tu|tinh tu) )?dau nam (?:(?P<year>20\d\d)|(?P<back_vi>ngoai|truoc))(?: (?:den|toi) (?:nay|gio))?", _since_year),
    (r"(?:tu|ke tu|tinh tu) dau (?:quy (?P<quarter>[1-4])|thang (?P<month>1[0-2]|0?[1-9]))(?: (?:den|toi) (?:nay|gio))?", _since_begun),
    # rolling: the last 30 days, 6 tháng gần đây, for over a year
    (rf"(?:in |over |for |during |within )?(?:the )?(?P<dir>last|past|previous|next|coming) {_N} {_U}", _rolling),
    (rf"(?:in|within|for|in at least|for at least) {_N} {_U}", _lasting),
    (rf"(?:in |for )?(?:over|more than|longer than) {_N} {_U}", _over),
    (rf"(?:trong )?(?:vong )?(?:suot )?{_N} {_U} (?P<dir>qua|gan day|gan nhat|vua qua|truoc|toi|sau|tiep theo|sap toi|ke tiep)", _rolling),
    (rf"(?:trong )?(?:vong )?{_N} {_U}(?P<dir>)(?: nay| tro lai day| tro lai| roi)", _rolling),
    (rf"(?:da )?(?:hon|tren|qua|it nhat) {_N} {_U}(?: nay| qua| roi)?", _over),
    (rf"(?:suot|da|duoc) (?P<dir>){_N} {_U}(?: nay| qua| roi)?", _rolling),
    (rf"(?:trong|trong vong) {_N} {_U}", _lasting),
    (r"half a year|nua nam (?:qua|nay|gan day)", _half_year_long),
    (rf"{_MORE}{_N} {_U} (?:ago|back|before today)", _ago),
    (rf"(?:cach day )?(?P<more>hon |tren |qua |it nhat ){_N} {_U} truoc", _ago),
    (rf"cach day {_MORE}{_N} {_U}", _ago),
    (r"(?:most )?recently|lately|gan day|dao nay|thoi gian qua", _recently),
    # named months, quarters, years, halves
    (rf"(?:in |of |during )?{_MONTH}{_YEAR}?", _month),
    (rf"(?:(?<=to )|(?<=and ))(?P<month>may){_YEAR}?", _month),
    (rf"(?:trong |hoi |dip )?{_VMONTH}{_YEAR}?(?: nay| vua roi| vua qua)?", _month),
    (r"(?:in )?(?P<month>1[0-2]|0?[1-9])/(?P<year>\d{4})", _month),
    (rf"t(?P<month>1[0-2]|[1-9]){_YEAR}?", _month),
    (rf"(?:in |trong )?(?:the )?(?:q|quarter |quy )(?P<quarter>[1-4]){_YEAR}?(?: vua roi| vua qua)?", _quarter),
    (rf"(?:the )?(?P<which>first|second) quarter{_YEAR}?", lambda m, t: Moment("quarter", "quarter", count=1 if m["which"] == "first" else 2, start=_year(m, t))),
    (r"(?:in |during |nam |year |trong nam |trong |ca nam |hoi nam |hoi )?(?P<year>20[0-4]\d)", _whole_year),
    (rf"(?:in |during )?(?:the )?(?P<which>first|1st|second|2nd|last) half{_YEAR}?", _half),
    (r"(?:in |during )?(?:the )?(?P<which>first|1st|second|2nd|last) half of (?:the |this )?(?:year|(?P<of>month))", _half),
    (rf"h(?P<which>[12]){_YEAR}?", _half),
    (rf"(?:nua|6 thang|sau thang) (?P<which>dau|cuoi|sau)(?: cua)?(?:{_YEAR}| nam)", _half),
    (r"nua (?P<which>dau|cuoi|sau) (?P<of>thang)(?: (?P<dir>nay|truoc|sau))?", _half),
    (rf"(?:in |during )?(?:the )?(?P<which>first|last) {_N} {_U} of {_REF}(?:(?P<dir>last|next|previous) )?(?P<of>week|month|quarter|year)", _part),
    (rf"(?:in |during )?(?:the )?(?P<which>first|last) {_N} {_U} of {_MONTH}{_YEAR}?", _part),
    (rf"(?:in |during )?(?:the )?(?P<which>first|last) {_N} {_U} of (?P<year>20\d\d)", _part),
    (rf"{_N} {_U} (?P<which>dau|cuoi)(?: cua)? (?:(?P<of>tuan|thang|quy|nam)(?: (?P<dir>nay|truoc|sau|ngoai))?)", _part),
    (rf"{_N} {_U} (?P<which>dau|cuoi)(?: cua)? {_VMONTH}{_YEAR}?", _part),
    (rf"{_N} {_U} (?P<which>dau|cuoi)(?: cua)? nam (?P<year>20\d\d)", _part),
    # ends: by the end of the month, đến cuối năm
    (rf"(?:by |until |till |before )?(?:the )?end of (?:the |this )?(?:(?P<dir>next|last) )?{_U}", _end_of),
    (r"(?:den |toi |cho den |truoc )(?:cuoi|het) (?P<unit>tuan|thang|quy|nam)(?: (?P<dir>nay|sau|toi))?", _end_of),
    (r"(?:cuoi|het) (?P<unit>thang|quy|nam)(?: (?P<dir>nay|sau|toi))?", _end_of),
    (rf"(?:den |toi |cho den )?(?:het|cuoi) {_VMONTH}{_YEAR}?", _end_of_month),
    (rf"(?:by |until |till )?(?:the )?end of {_MONTH}{_YEAR}?", _end_of_month),
    (rf"(?:for )?(?:the )?(?:rest|remainder) of (?:the |this )?{_U}", _rest_of),
    (rf"(?:from now |from today |between now and |tu nay |tu gio |tu hom nay )(?:until |till |to |den |toi )?(?:the )?(?:end of|cuoi|het)(?: the| this)? {_U}(?: nay)?", _rest_of),
    # against an earlier one
    (r"(?:the )?same (?:day|week|month|quarter|period|time)s?(?: of)? last year|this time last year|cung ky(?: nam (?:truoc|ngoai))?", _same),
    (rf"(?:the )?{_U} before(?: that| this)?$", _previous),
    # days
    (rf"(?:from |between )?{_DAY} (?:to|and|-|until) (?P<d2>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH}{_YEAR}?", _days),
    (rf"(?:from |between )?{_MONTH} {_DAY} (?:to|and|-|until) (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?{_YEAR}?", _days),
    (rf"(?:tu )?(?:ngay )?{_DAY} (?:den|toi|-) (?:ngay )?(?P<d2>\d{{1,2}}) {_VMONTH}{_YEAR}?", _days),
    (rf"(?:tu )?(?:ngay )?{_DAY} (?:den|toi|-) (?:ngay )?(?P<d2>\d{{1,2}})/(?P<month>\d{{1,2}})(?:/(?P<year>\d{{4}}|\d\d))?", _days),
    (rf"(?:on )?(?:the )?{_DAY} (?:of )?{_MONTH}{_YEAR}?", _one_day),
    (rf"(?:on )?{_MONTH} {_DAY}{_YEAR}?(?! (?:to|and) )", _one_day),
    (rf"ngay {_DAY} {_VMONTH}{_YEAR}?", _one_day),
    (r"(?:on |ngay |hom )?(?P<d1>\d{1,2})[/.-](?P<month>\d{1,2})(?:[/.-](?P<year>\d{4}|\d\d))?", _one_day),
    (
        r"(?:from|between|tu|tu ngay) (?P<d1>\d{1,2})/(?P<month>\d{1,2}) (?:to|and|until|den|den ngay|-|toi) (?P<d2>\d{1,2})/(?P<month2>\d{1,2})"
        r"(?:/(?P<year>\d{4}|\d\d))?",
        lambda m, t: _span(m, t, ("d1", "month"), ("d2", "month2")),
    ),
    # weekdays and weekends
    (rf"(?:on )?(?:(?P<dir>next|last|this) )?{_WEEKDAY}s?(?! (?:tuan|next week|last week|this week))", _weekday),
    (rf"(?:on )?{_WEEKDAY} (?:tuan )?(?P<week>nay|sau|toi|truoc|roi|vua roi)", _weekday),
    (rf"(?:on )?{_WEEKDAY} (?P<week>next|last|this) week", _weekday),
    (r"(?:on |over )?(?:the )?(?P<dir>this|last|next|past|coming) weekend", _weekend),
    (r"cuoi tuan (?P<dir>nay|truoc|sau|toi|qua|roi|vua roi)", _weekend),
)  # fmt: skip
