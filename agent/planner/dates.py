"""Finds dates and periods in both languages."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import date
from typing import Literal

from agent.planner.moments import Moment, Unit
from agent.planner.tokens import Token

_UNITS: dict[str, Unit] = {
    "day": "day",
    "ngay": "day",
    "week": "week",
    "tuan": "week",
    "month": "month",
    "thang": "month",
    "quarter": "quarter",
    "quy": "quarter",
    "year": "year",
    "nam": "year",
}
_MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): i for i, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_WEEKDAYS = {name.lower(): i for i, name in enumerate(calendar.day_name)}
_WEEKDAYS_VI = {
    "hai": 0,
    "2": 0,
    "ba": 1,
    "3": 1,
    "tu": 2,
    "4": 2,
    "nam": 3,
    "5": 3,
    "sau": 4,
    "6": 4,
    "bay": 5,
    "7": 5,
}
_COUNTS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "ten": 10,
    "twelve": 12,
    "mot": 1,
    "hai": 2,
    "ba": 3,
    "sau": 6,
}


_WORD = r"(?:last|past|previous|prior|this|current|next|coming|following|upcoming)"
_U = r"(day|week|month|quarter|year)s?"
_N = r"(\d+|one|two|three|four|five|six|seven|ten|twelve)"
_UV = r"(ngay|tuan|thang|quy|nam)"
_NV = r"(\d+|mot|hai|ba|sau)"
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?"


def _date(day: str, month: str, year: str | None, today: date) -> date | None:
    try:
        if year:
            full = int(year) + (2000 if len(year) == 2 else 0)
            return date(full, int(month), int(day)) if full >= 1900 else None
        found = date(today.year, int(month), int(day))
        return found if found <= today else date(today.year - 1, int(month), int(day))
    except ValueError:
        return None


def _offset(word: str) -> int:
    return {"this": 0, "current": 0}.get(word, 1 if word in ("next", "coming", "following", "upcoming") else -1)


def _first_of(year: str | None) -> date | None:
    """New Year of a written year; of one that no calendar has, of none."""
    return date(int(year), 1, 1) if year and 1900 <= int(year) <= 9998 else None


def _possible(moment: Moment, today: date) -> bool:
    """Whether the calendar reaches that far."""
    try:
        moment.resolve(today, plan=True)
        moment.resolve(today, plan=False)
    except (ValueError, OverflowError):
        return False
    return True


def _days_of_month(first: int, last: int, month: int, year: str | None, today: date) -> Moment | None:
    """Days of a named month; without a year those of this year, which may lie ahead."""
    try:
        start = date(int(year) if year else today.year, month, first)
        return Moment("span", start=start, end=start.replace(day=last), full=True)
    except ValueError:
        return None


def find_moments(tokens: Sequence[Token], today: date) -> list[tuple[int, int, Moment]]:
    """Every period said, as (first token, one past the last, moment); longer ones cover shorter ones."""
    text, starts = "", []
    for t in tokens:
        starts.append(len(text))
        text += t.plain + " "
    accents = any(t.accented for t in tokens)
    out: list[tuple[int, int, Moment]] = []

    def add(m: re.Match[str], moment: Moment | None) -> None:
        if moment is None or not _possible(moment, today):
            return
        first = next((i for i, s in enumerate(starts) if s == m.start()), None)
        if first is None:  # the match begins inside a word
            return
        last = next((i for i, s in enumerate(starts) if s >= m.end()), len(tokens))
        label = " ".join(t.text for t in tokens[first:last])
        out.append((first, last, Moment(**{**moment.__dict__, "label": label})))

    def year_word(m: re.Match[str], group: int) -> bool:
        """Whether "nam" is năm (year), not nam (male) or Nam (South), where accents were typed."""
        if m[group] != "nam" or not accents:
            return True
        at = next(i for i, s in enumerate(starts) if s >= m.start(group))
        return tokens[at].text == "năm"

    for m in re.finditer(r"\b(today|hom nay|yesterday|hom qua|tomorrow|ngay mai|mai)\b", text):
        if m[1] == "mai" and accents and "mai" not in [t.text for t in tokens if not t.capital]:
            continue
        offset = {"yesterday": -1, "hom qua": -1, "tomorrow": 1, "ngay mai": 1, "mai": 1}.get(m[1], 0)
        add(m, Moment("unit", "day", offset))
    for m in re.finditer(rf"\b(?:the )?({_WORD}) (full |complete |whole )?{_U}\b", text):
        add(m, Moment("unit", _UNITS[m[3]], _offset(m[1]), full=bool(m[2])))
    for m in re.finditer(
        rf"\b(?:in |over |for |during |within )?(?:the )?(last|past|previous|next|coming) {_N} {_U}\b", text
    ):
        count = int(m[2]) if m[2].isdigit() else _COUNTS[m[2]]
        add(m, Moment("rolling", _UNITS[m[3]], 1 if m[1] in ("next", "coming") else -1, count))
    for m in re.finditer(rf"\b(?:in|within) {_N} {_U}\b", text):
        add(m, Moment("rolling", _UNITS[m[2]], 0, int(m[1]) if m[1].isdigit() else _COUNTS[m[1]]))
    for m in re.finditer(r"\b(?:year|month|week|quarter) to date\b|\bytd\b|\bmtd\b", text):
        unit: Unit = _UNITS.get(m[0].split()[0], "year") if " " in m[0] else ("year" if m[0] == "ytd" else "month")
        add(m, Moment("unit", unit, 0))
    for m in re.finditer(rf"\b(?:trong )?{_UV} (nay|truoc|qua|sau|toi|vua qua|vua roi|roi|ngoai)\b", text):
        if year_word(m, 1):
            add(m, Moment("unit", _UNITS[m[1]], 0 if m[2] == "nay" else 1 if m[2] in ("sau", "toi") else -1))
    for m in re.finditer(
        rf"\b(?:trong )?(?:vong )?{_NV} {_UV} (qua|gan day|gan nhat|vua qua|truoc|toi|sau|tiep theo|sap toi)\b", text
    ):
        if year_word(m, 2):
            count = int(m[1]) if m[1].isdigit() else _COUNTS[m[1]]
            ahead = m[3] in ("toi", "sau", "tiep theo", "sap toi")
            add(m, Moment("rolling", _UNITS[m[2]], 1 if ahead else -1, count))
    for m in re.finditer(rf"\b(?:in |of |during )?({_MONTH})(?: (?:of )?(\d{{4}}))?\b", text):
        if m[1] == "may" and not m[2] and not m[0].startswith(("in ", "of ", "during ")):
            continue
        add(m, Moment("month", "month", count=_MONTHS[m[1]], start=_first_of(m[2])))
    for m in re.finditer(r"\b(?:trong )?thang (\d{1,2})(?:(?: nam | |/)(\d{4})| nay| vua roi| vua qua)?\b", text):
        if 1 <= int(m[1]) <= 12:
            add(m, Moment("month", "month", count=int(m[1]), start=_first_of(m[2])))
    for m in re.finditer(r"\b(\d{1,2})/(\d{4})\b", text):
        if 1 <= int(m[1]) <= 12:
            add(m, Moment("month", "month", count=int(m[1]), start=_first_of(m[2])))
    for m in re.finditer(r"\b(?:q|quarter |quy )([1-4])(?:(?: of| nam|/)? ?(\d{4}))?\b", text):
        add(m, Moment("quarter", "quarter", count=int(m[1]), start=_first_of(m[2])))
    for m in re.finditer(r"\b(?:in |during |nam |year |trong nam )?(20[0-4]\d)\b", text):
        add(m, Moment("span", "year", start=date(int(m[1]), 1, 1), end=date(int(m[1]), 12, 31)))
    for m in re.finditer(
        rf"\b(?:the )?same (?:{_U[1:-3]}|period|time)s?(?: of)? last year\b|\bcung ky (?:nam (?:truoc|ngoai))?\b", text
    ):
        add(m, Moment("same", "year"))
    for m in re.finditer(rf"\b(?:the )?{_U} before\b(?! \d)", text):
        if m.end() >= len(text.rstrip()):
            add(m, Moment("previous", _UNITS[m[1]]))
    for m in re.finditer(
        r"\b(?:since |from |tu )?(?:the )?(?:beginning|start) of (?:the |this )?(year|month|quarter|week)\b", text
    ):
        add(m, Moment("unit", _UNITS[m[1]], 0))
    for m in re.finditer(r"\b(?:tu |ke tu )?dau (nam|thang|quy|tuan)(?: nay)?(?: (?:den|toi) (?:nay|gio))?\b", text):
        add(m, Moment("unit", _UNITS[m[1]], 0))
    for m in re.finditer(
        rf"\b(?:from |between )?(\d{{1,2}}) (?:to|and|-|until) (\d{{1,2}}) ({_MONTH})(?: (\d{{4}}))?\b", text
    ):
        add(m, _days_of_month(int(m[1]), int(m[2]), _MONTHS[m[3]], m[4], today))
    for m in re.finditer(rf"\b(?:on )?(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({_MONTH})(?: (\d{{4}}))?\b", text):
        add(m, _days_of_month(int(m[1]), int(m[1]), _MONTHS[m[2]], m[3], today))
    for m in re.finditer(rf"\b(?:on )?({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?(?: (\d{{4}}))?\b(?! (?:to|and) )", text):
        add(m, _days_of_month(int(m[2]), int(m[2]), _MONTHS[m[1]], m[3], today))
    for m in re.finditer(r"\b(?:ngay )(\d{1,2}) thang (\d{1,2})(?: nam (\d{4}))?\b", text):
        if 1 <= int(m[2]) <= 12:
            add(m, _days_of_month(int(m[1]), int(m[1]), int(m[2]), m[3], today))
    for m in re.finditer(r"\btu (?:ngay )?(\d{1,2}) (?:den|toi) (?:ngay )?(\d{1,2}) thang (\d{1,2})\b", text):
        if 1 <= int(m[3]) <= 12:
            add(m, _days_of_month(int(m[1]), int(m[2]), int(m[3]), None, today))
    for m in re.finditer(rf"\b(?:on |ngay )?{_DATE}\b", text):
        day = _date(m[1], m[2], m[3], today)
        add(m, Moment("span", start=day, end=day) if day else None)
    for m in re.finditer(rf"\b(?:from|between|tu|tu ngay) {_DATE} (?:to|and|until|den|den ngay|-) {_DATE}\b", text):
        first, last = _date(m[1], m[2], m[3], today), _date(m[4], m[5], m[6], today)
        add(m, Moment("span", start=first, end=last) if first and last else None)
    for m in re.finditer(rf"\b(?:on |next |last |this )?({'|'.join(_WEEKDAYS)})\b", text):
        add(m, Moment("weekday", count=_WEEKDAYS[m[1]]))
    for m in re.finditer(r"\bthu (hai|ba|tu|nam|sau|bay|[2-7])\b", text):
        add(m, Moment("weekday", count=_WEEKDAYS_VI[m[1]]))
    for m in re.finditer(r"\bchu nhat\b", text):
        add(m, Moment("weekday", count=6))
    return out + [found for found in _edges(out, tokens, today) if _possible(found[2], today)]


def _edges(found: list[tuple[int, int, Moment]], tokens: Sequence[Token], today: date) -> list[tuple[int, int, Moment]]:
    """since / before / after / until a moment, and from one moment to another."""
    edges: dict[str, Literal["since", "before", "after", "until"]] = {
        "since": "since",
        "from": "since",
        "tu": "since",
        "ke": "since",
        "before": "before",
        "truoc": "before",
        "after": "after",
        "sau": "after",
        "until": "until",
        "by": "until",
        "den": "until",
    }
    out = []
    for first, last, moment in found:
        if first and (edge := edges.get(tokens[first - 1].plain)):
            p = Moment(**{**moment.__dict__, "full": True}).resolve(today, plan=False)
            label = " ".join(t.text for t in tokens[first - 1 : last])
            if edge == "since":
                out.append((first - 1, last, Moment("since", start=p.start, label=label)))
            elif edge == "before":
                out.append((first - 1, last, Moment("before", start=p.start, label=label)))
            elif edge == "after":
                out.append((first - 1, last, Moment("after", start=p.end, label=label)))
            elif p.end:
                out.append((first - 1, last, Moment("span", end=p.end, label=label)))
        for second, end, other in found:
            if (
                second == last + 1
                and tokens[last].plain in ("to", "and", "until", "den", "toi")
                and first
                and tokens[first - 1].plain
                in (
                    "from",
                    "between",
                    "tu",
                )
            ):
                a, b = moment.resolve(today, False), Moment(**{**other.__dict__, "full": True}).resolve(today, False)
                if a.start and b.end and a.start <= b.end:
                    label = " ".join(t.text for t in tokens[first - 1 : end])
                    out.append((first - 1, end, Moment("span", start=a.start, end=b.end, label=label)))
    return out
