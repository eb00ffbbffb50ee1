"""Numbers, money words and comparisons: "over 50m", "from 3 to 5", "30 tuổi trở lên", "ít nhất 2"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.planner.tokens import Token
from schema.query import Comparison

_SCALES = {
    "k": 1e3, "nghin": 1e3, "ngan": 1e3, "thousand": 1e3,
    "tr": 1e6, "trieu": 1e6, "m": 1e6, "mio": 1e6, "million": 1e6, "mil": 1e6, "cu": 1e6,
    "ty": 1e9, "ti": 1e9, "b": 1e9, "bn": 1e9, "billion": 1e9,
}  # fmt: skip
_UNITS = {
    "%": "%",
    "percent": "%",
    "₫": "₫",
    "vnd": "₫",
    "dong": "₫",
    "d": "₫",
    "km": "km",
    "kilometre": "km",
    "kilometer": "km",
    "tuoi": "years",
    "day": "days",
    "ngay": "days",
    "week": "weeks",
    "tuan": "weeks",
    "month": "months",
    "thang": "months",
    "year": "years",
    "nam": "years",
    "point": "points",
    "diem": "points",
    "hour": "hours",
    "gio": "hours",
    "tieng": "hours",
}
_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "twenty": 20,
    "hundred": 100,
    "hai": 2,
    "ba": 3,
    "bon": 4,
    "sau": 6,
    "bay": 7,
    "tam": 8,
    "chin": 9,
    "muoi": 10,
}
_TIMES = {"once": 1, "twice": 2}
# the comparison before its number
_BEFORE: tuple[tuple[tuple[str, ...], Comparison], ...] = (
    (("more", "than"), ">"),
    (("over",), ">"),
    (("above",), ">"),
    (("greater", "than"), ">"),
    (("exceeding",), ">"),
    (("higher", "than"), ">"),
    (("longer", "than"), ">"),
    (("bigger", "than"), ">"),
    (("tren",), ">"),
    (("hon",), ">"),
    (("vuot",), ">"),
    (("vuot", "qua"), ">"),
    (("vuot", "muc"), ">"),
    (("exceeds",), ">"),
    (("exceed",), ">"),
    (("beyond",), ">"),
    (("lon", "hon"), ">"),
    (("nhieu", "hon"), ">"),
    (("cao", "hon"), ">"),
    (("qua",), ">"),
    ((">",), ">"),
    (("at", "least"), ">="),
    (("from",), ">="),
    (("minimum", "of"), ">="),
    (("no", "less", "than"), ">="),
    (("not", "less", "than"), ">="),
    (("it", "nhat"), ">="),
    (("tu",), ">="),
    (("toi", "thieu"), ">="),
    ((">=",), ">="),
    (("≥",), ">="),
    (("less", "than"), "<"),
    (("under",), "<"),
    (("below",), "<"),
    (("fewer", "than"), "<"),
    (("lower", "than"), "<"),
    (("shorter", "than"), "<"),
    (("smaller", "than"), "<"),
    (("duoi",), "<"),
    (("it", "hon"), "<"),
    (("nho", "hon"), "<"),
    (("chua", "den"), "<"),
    (("chua", "toi"), "<"),
    (("chua", "day"), "<"),
    (("chua", "dat"), "<"),
    (("thap", "hon"), "<"),
    (("<",), "<"),
    (("at", "most"), "<="),
    (("up", "to"), "<="),
    (("no", "more", "than"), "<="),
    (("not", "more", "than"), "<="),
    (("maximum", "of"), "<="),
    (("nhieu", "nhat"), "<="),
    (("toi", "da"), "<="),
    (("khong", "qua"), "<="),
    (("<=",), "<="),
    (("≤",), "<="),
    (("exactly",), "="),
    (("equal", "to"), "="),
    (("dung",), "="),
    (("bang",), "="),
    (("=",), "="),
)
_AFTER: tuple[tuple[tuple[str, ...], Comparison], ...] = (
    (("or", "more"), ">="),
    (("or", "older"), ">="),
    (("and", "older"), ">="),
    (("and", "above"), ">="),
    (("or", "above"), ">="),
    (("tro", "len"), ">="),
    (("or", "higher"), ">="),
    (("and", "over"), ">="),
    (("or", "less"), "<="),
    (("or", "younger"), "<="),
    (("or", "fewer"), "<="),
    (("tro", "xuong"), "<="),
    (("or", "below"), "<="),
    (("or", "lower"), "<="),
    (("or", "newer"), ">="),
    (("or", "later"), ">="),
    (("or", "earlier"), "<="),
    (("and", "newer"), ">="),
)


@dataclass(frozen=True)
class Amount:
    """A number with its unit, if one was said; `whole` when it could be a count."""

    value: float
    unit: str | None


@dataclass(frozen=True)
class Bound:
    """A comparison with an amount; `high` for a range."""

    op: Comparison
    value: float
    unit: str | None
    high: float | None = None


Found = tuple[int, int, Amount | Bound]


def _number(token: Token) -> float | None:
    text = token.text.rstrip("%").lstrip("+")
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+", text):
        return float(re.sub(r"[.,]", "", text))
    if re.fullmatch(r"\d+([.,]\d+)?", text):
        return float(text.replace(",", "."))
    return None


def amount_at(tokens: Sequence[Token], i: int) -> tuple[int, Amount] | None:
    """The amount that starts at token i, and where it ends."""
    token = tokens[i]
    if glued := re.fullmatch(r"(\d+(?:[.,]\d+)?)(k|tr|m|ty|tỷ|b|bn)", token.text):
        value: float | None = float(glued[1].replace(",", ".")) * _SCALES[glued[2].replace("ỷ", "y")]
        unit: str | None = "₫"
    else:
        value, unit = _number(token), "%" if token.text.endswith("%") else None
        if value is None:
            value = _WORDS.get(token.plain) if token.text == token.plain or token.accented else None
    if value is None:
        return None
    j = i + 1
    if j < len(tokens) and tokens[j].plain in _SCALES and not (tokens[j].plain == "b" and tokens[j].capital):
        value, unit, j = value * _SCALES[tokens[j].plain], "₫", j + 1
        if (
            j < len(tokens)
            and (rest := _number(tokens[j])) is not None
            and rest < 1000
            and tokens[j - 1].plain in ("ty", "ti")
        ):
            value, j = value + (rest * 1e8 if rest < 10 else rest * 1e6), j + 1  # 1 tỷ 2, 1 tỷ 200
    scaled = j > i + 1 or (unit == "₫")  # 500 triệu năm nay: millions are no years
    if (
        j < len(tokens)
        and tokens[j].text != "dòng"  # 3 dòng xe: models, no money
        and (name := _UNITS.get(tokens[j].stem))
        and (name in ("₫", "km") or not scaled)
    ):
        unit, j = _UNITS[tokens[j].stem], j + 1
        if unit == "years" and j < len(tokens) and tokens[j].plain in ("tuoi", "old"):  # 10 năm tuổi: of a thing
            j += 1
    return j, Amount(value / 100 if unit == "%" else value, unit)


def _starts(tokens: Sequence[Token], i: int, words: tuple[str, ...]) -> bool:
    return tuple(t.plain for t in tokens[i : i + len(words)]) == words


def find_amounts(tokens: Sequence[Token], english: bool = True) -> list[Found]:
    """Every amount and comparison, as (first token, one past the last, meaning). `english`: ten is no tên."""
    out: list[Found] = []
    if not english:
        tokens = [replace(t, text="", plain="-") if t.plain == "ten" else t for t in tokens]
    for i in range(len(tokens)):
        out += _ages(tokens, i)
        if amount := amount_at(tokens, i):
            j, a = amount
            out.append((i, j, a))
            if j == i + 2 and tokens[i + 1].text == "dong" and a.value < 1000:
                out.append((i, i + 1, Amount(a.value, None)))  # 3 dong xe: three models, no three đồng
            out += _either(tokens, i, j, a)
            for words, op in _AFTER:
                before = 1 if i and tokens[i - 1].plain in ("tu", "from") else 0
                if _starts(tokens, j, words):
                    if words[1] == "older" and 1900 < a.value < 2100:
                        op = "<="  # model year 2018 or older
                    out.append((i - before, j + len(words), Bound(op, a.value, a.unit)))
            if (
                j < len(tokens)
                and tokens[j].plain in ("-", "to", "den", "and", "toi")
                and j + 1 < len(tokens)
                and (b := amount_at(tokens, j + 1))
            ):
                out += _range(tokens, i, a, *b)
        for words, op in _AFTER if tokens[i].plain in _TIMES else ():
            if _starts(tokens, i + 1, words):  # twice or more
                out.append((i, i + 1 + len(words), Bound(op, _TIMES[tokens[i].plain], None)))
        for words, op in _BEFORE:
            j = i + len(words)
            if j < len(tokens) and _starts(tokens, i, words) and tokens[j].plain in _TIMES:
                out.append((i, j + 1, Bound(op, _TIMES[tokens[j].plain], None)))
            if j < len(tokens) and _starts(tokens, i, words) and (amount := amount_at(tokens, j)):
                out.append((i, amount[0], Bound(op, amount[1].value, amount[1].unit)))
    return out


def _either(tokens: Sequence[Token], i: int, j: int, a: Amount) -> list[Found]:
    """9 or 10"""
    joined = j + 1 < len(tokens) and tokens[j].plain in ("or", "hoac", "hay")
    b = amount_at(tokens, j + 1) if joined else None
    if b is None or b[1].value != a.value + 1 or b[1].unit not in (None, a.unit) or a.value < 1:
        return []
    return [(i, b[0], Bound(">=", a.value, a.unit, b[1].value))]


def _ages(tokens: Sequence[Token], i: int) -> list[Found]:
    """older than 5 years; younger than 30 years old"""
    if i + 2 >= len(tokens) or tokens[i].plain not in ("older", "younger") or tokens[i + 1].plain != "than":
        return []
    value = _number(tokens[i + 2])
    if value is None:
        return []
    if i + 3 >= len(tokens) or tokens[i + 3].stem not in _UNITS:
        return [(i, i + 3, Bound(">" if tokens[i].plain == "older" else "<", value, "years"))]
    if tokens[i + 3].stem != "year":
        return []
    end = i + 5 if i + 4 < len(tokens) and tokens[i + 4].plain == "old" else i + 4
    return [(i, end, Bound(">" if tokens[i].plain == "older" else "<", value, "years"))]


def _range(tokens: Sequence[Token], i: int, low: Amount, end: int, high: Amount) -> list[Found]:
    start = i - 1 if i and tokens[i - 1].plain in ("between", "from", "tu", "khoang") else i
    if start == i and not (high.value > low.value >= 10 and low.unit in (None, high.unit)):
        return []  # aged 40 to 49
    if end < len(tokens) and tokens[end].plain == "old" and high.unit == "years":
        end += 1
    scale = high.value / low.value if low.value else 1
    value = low.value
    if high.unit == "₫" and low.unit is None and scale > 1e3:  # "between 50 and 100m": the scale is shared
        value *= 1e6 if high.value < 1e9 else 1e9
    return [(start, end, Bound(">=", value, high.unit or low.unit, high.value))]
