"""The number check: every number and date in an LLM's prose must stand in a result, or the prose is dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_DATE = re.compile(r"(?<!\d)(?:(\d{4})-(\d\d?)-(\d\d?)|(\d\d?)/(\d\d?)/(\d{4}))(?!\d)")
_NUMBER = re.compile(
    r"(?<![\w#])(\d[\d.,]*\d|\d)"
    r"(?:\s*(?:₫|đ\b|vnd\b)?\s*(%|(?:percent|per cent|phần trăm|k|thousand|nghìn|ngàn|m|mn|mil|million|tr|triệu|"
    r"b|bn|billion|tỷ|tỉ)\b))?",
    re.IGNORECASE,
)
_SCALES = {
    **dict.fromkeys(("%", "percent", "per cent", "phần trăm"), 0.01),
    **dict.fromkeys(("k", "thousand", "nghìn", "ngàn"), 1e3),
    **dict.fromkeys(("m", "mn", "mil", "million", "tr", "triệu"), 1e6),
    **dict.fromkeys(("b", "bn", "billion", "tỷ", "tỉ"), 1e9),
}


def unfounded(text: str, cells: Iterable[Any], said: str) -> list[str]:
    """The dates and numbers of `text` that are neither `said` nor, rounded and in the unit that follows, in `cells`.

    >>> unfounded("There are 12 customers, 34.5 % of 40, on 20/11/2026.", [12, 0.345, 40, "2026-11-20"], "")
    []
    >>> unfounded("There are 13, or 0 million.", [12], "")
    ['13', '0']
    """
    known: set[float] = set()
    texts = [said]
    for cell in cells:
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            known.add(float(cell))
        else:
            texts.append(str(cell))
    told = " ".join(texts)
    days = {_iso(m) for m in _DATE.finditer(told)}
    wrong = [m[0] for m in _DATE.finditer(text) if _iso(m) not in days]
    for m in _NUMBER.finditer(_DATE.sub(" ", text)):
        if not _founded(m[1], (m[2] or "").lower(), known, told):
            wrong.append(m[1])
    return wrong


def _iso(m: re.Match[str]) -> str:
    year, month, day = (m[1], m[2], m[3]) if m[1] else (m[6], m[5], m[4])
    return f"{year}-{int(month):02d}-{int(day):02d}"


def _founded(written: str, unit: str, known: set[float], told: str) -> bool:
    if re.search(rf"(?<![\d.,]){re.escape(written)}(?!\d|[.,]\d)", told):
        return True
    for reading in {written.replace(",", ""), written.replace(".", "").replace(",", ".")}:
        try:
            value = float(reading)
        except ValueError:
            continue
        half = 0.5 * 10 ** -len(reading.partition(".")[2])  # of the last digit that is written
        for scale in {1.0, _SCALES.get(unit, 1.0)}:
            if any(abs(k / scale - value) <= _rounding(k / scale, half) for k in known):
                return True
    return False


def _rounding(exact: float, half: float) -> float:
    """How far a written number may be off: half its last digit, no tenth of itself, and not at all for a whole one."""
    return min(half, abs(exact) / 10) + 1e-9 if exact % 1 else 1e-9
