"""Finds dates and periods in both languages: the patterns' matches, and the edges that words before them make."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from agent.planner.date_makers import Said
from agent.planner.date_patterns import PATTERNS, Maker
from agent.planner.date_words import ACCENTS
from agent.planner.moments import Moment
from agent.planner.tokens import Token

Found = tuple[int, int, Moment]
_EDGES = {
    "since": "since", "from": "since", "starting": "since", "tu": "since", "ke tu": "since", "tinh tu": "since",
    "before": "before", "prior to": "before", "truoc": "before", "older than": "before",
    "after": "after", "sau": "after", "later than": "after",
    "until": "until", "till": "until", "by": "until", "up to": "until", "den": "until", "toi": "until",
    "den het": "until",     "truoc hoac trong": "until", "cho den": "until", "tinh den": "until",
}  # fmt: skip
_TODAY = frozenset(("now", "today", "nay", "gio", "bay gio", "hom nay"))
_NO_EDGES = frozenset("tôi tối tụ tủ đen đèn".split())  # they fold to words of an edge
_NOW = re.compile(r"(?:(?:to|until|till|up to|den|toi|cho den|den tan) )?(?:now|today|date|nay|gio|hom nay|hien tai)")


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], Maker], ...]:
    return tuple((re.compile(rf"(?<!\S)(?:{pattern})(?!\S)"), maker) for pattern, maker in PATTERNS)


def find_moments(tokens: Sequence[Token], today: date) -> list[Found]:
    """Every period said, as (first token, one past the last, moment); longer ones cover shorter ones."""
    text = " ".join(t.plain for t in tokens)
    place: dict[int, int] = {}
    at = 0
    for i, t in enumerate(tokens):
        place[at] = i
        at += len(t.plain) + 1
    place[len(text) + 1] = len(tokens)
    accents = any(t.accented for t in tokens)
    found: dict[tuple[int, int, Moment], Found] = {}
    for pattern, maker in _compiled():
        for m in pattern.finditer(text):
            first, last = place[m.start()], place[m.end() + 1]
            if not _as_written(tokens[first:last], accents):
                continue
            try:
                moment = maker(Said(m, today))
            except (ValueError, OverflowError):
                continue
            if moment is not None and _possible(moment, today):
                moment = replace(moment, label=" ".join(t.text for t in tokens[first:last]))
                found[first, last, moment] = (first, last, moment)
    moments = list(found.values())
    moments += _afterwards(moments, tokens, today)
    return moments + [f for f in _edges(moments, tokens, today) if _possible(f[2], today)]


def _as_written(tokens: Sequence[Token], accents: bool) -> bool:
    """Whether the words are those of time, where accents were typed: năm, not nam; and no name: Mai, Tuấn."""
    for t in tokens:
        if (
            accents
            and t.plain in ACCENTS
            and t.text not in ACCENTS[t.plain].split()
            and (t.accented or t.plain != "may")
        ):
            return False
        if t.plain == "mai" and t.capital and len(tokens) == 1:
            return False
    return True


def _possible(moment: Moment, today: date) -> bool:
    """Whether the calendar reaches that far."""
    try:
        moment.resolve(today, plan=True)
        moment.resolve(today, plan=False)
    except (ValueError, OverflowError):
        return False
    return True


_THEN = re.compile(
    r"(?<!\S)(?:after (?:that|then)(?: (?:year|quarter|month|week|day))?|since (?:then|that (?:year|quarter|month|day))"
    r"|from then on|(?:ke )?tu (?:do|luc do|hom do|nam do)(?: (?:den|toi) (?:nay|gio))?)(?!\S)"
)


def _afterwards(found: list[Found], tokens: Sequence[Token], today: date) -> list[Found]:
    """bought in 2024 but nothing *after that year*: after the moment said last before it, where that is over"""
    text, out = " ".join(t.plain for t in tokens), []
    for m in _THEN.finditer(text):
        first = text[: m.start()].count(" ")
        last = first + m[0].count(" ") + 1
        before = [f for f in found if f[1] <= first]
        nearest = max(before, key=lambda f: (f[1], f[1] - f[0]), default=None)
        then = nearest[2].resolve(today, False).end if nearest else None
        if then and then < today:
            out.append((first, last, Moment("after", start=then, label=_said(tokens, first, last))))
    return out


def _edges(found: list[Found], tokens: Sequence[Token], today: date) -> list[Found]:
    """since / before / after / until a moment, and from one moment to another."""
    out = []
    for first, last, moment in found:
        for start, edge in _before(tokens, first) if moment.kind != "over" else ():
            whole = replace(moment, full=True).resolve(today, plan=False)
            made = {
                "since": Moment("since", start=whole.start),
                "before": Moment("before", start=whole.start),
                "after": Moment("after", start=whole.end),
                "until": Moment("until", end=whole.end),
            }[edge]
            if tokens[first].plain in ("trong", "in", "during") or (made.start or made.end) is None:
                continue
            if tokens[start].plain == "from" and moment.kind == "unit" and moment.offset == -1 and last == len(tokens):
                continue  # messages from last week: of it
            named = moment.floating or (moment.kind in ("month", "quarter") and not moment.start)
            made = replace(made, floating=named and edge != "since")  # before 10 Dec: for plans, the next one
            end = _to_now(tokens, last) if edge == "since" else last
            out.append((start, end, replace(made, label=_said(tokens, start, end))))
    out += _ranges(found, tokens, today)
    return out


def _before(tokens: Sequence[Token], first: int) -> list[tuple[int, str]]:
    """The words of an edge that end at token `first`, with where they start."""
    out = []
    for length in (1, 2, 3):
        start = first - length
        said = tokens[max(start, 0) : first]
        if any(t.accented and t.text in _NO_EDGES for t in said):
            continue  # của tôi tháng này: I, not until
        if start >= 0 and (edge := _EDGES.get(" ".join(t.plain for t in said))):
            out.append((start, edge))
    return out


def _to_now(tokens: Sequence[Token], at: int) -> int:
    """since March *until now*: adds nothing"""
    for length in (3, 2):
        said = " ".join(t.plain for t in tokens[at : at + length])
        if _NOW.fullmatch(said):
            return at + len(tokens[at : at + length])
    return at


def _ranges(found: list[Found], tokens: Sequence[Token], today: date) -> list[Found]:
    """from March to June; between 2024 and 2025; từ nay đến cuối năm"""
    out = []
    for second, end, other in found:
        b = replace(other, full=True).resolve(today, False)
        for first, last, moment in found:
            opened = first and tokens[first - 1].plain in ("from", "between", "tu")
            joined = second == last + 1 and tokens[last].plain in (
                "to",
                "and",
                "until",
                "till",
                "through",
                "thru",
                "den",
                "toi",
                "-",
                "va",
            )
            bare = moment.kind == other.kind == "month" and joined and tokens[last].plain not in ("and", "va")
            if not ((opened or bare) and joined):
                continue
            if moment.kind in ("month", "quarter") and not moment.start and other.start:  # March to June 2025
                moment = replace(moment, start=other.start)
            a = moment.resolve(today, False)
            if a.start and b.end and a.start <= b.end:
                begin = first - 1 if opened else first
                span = Moment("span", start=a.start, end=b.end, label=_said(tokens, begin, end))
                out.append((begin, end, span))
        for length in (2, 3, 4):  # from now until …
            start = second - length
            words = [t.plain for t in tokens[max(start, 0) : second]]
            since = start >= 0 and words[0] in ("from", "tu")
            if since and {" ".join(words[1:]), " ".join(words[1:-1])} & _TODAY and b.end:
                ahead = other.resolve(today, plan=True).end or b.end
                out.append(
                    (start, end, Moment("span", start=today, end=ahead, full=True, label=_said(tokens, start, end)))
                )
    return out


def _said(tokens: Sequence[Token], start: int, end: int) -> str:
    return " ".join(t.text for t in tokens[start:end])
