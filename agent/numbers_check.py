"""The number check: every number in an LLM's prose must be a cell of a result, or the prose is dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_NUMBER = re.compile(r"(?<![\w#])\d[\d.,]*\d|(?<![\w#])\d")
_SCALES = (1.0, 1e3, 1e6, 1e9, 0.01)


def unfounded(text: str, cells: Iterable[Any], said: str) -> list[str]:
    """Numbers of `text` that are not `said` and not in `cells`, rounded or scaled to thousand, million, billion, %.

    >>> unfounded("There are 12 customers, 34.5 % of 40.", [12, 0.345, 40], "")
    []
    >>> unfounded("There are 13.", [12], "")
    ['13']
    """
    known = {float(c) for c in cells if isinstance(c, int | float) and not isinstance(c, bool)}
    texts = " ".join(str(c) for c in cells if not isinstance(c, int | float)) + " " + said
    return [m[0] for m in _NUMBER.finditer(text) if not _founded(m[0], known, texts)]


def _founded(written: str, known: set[float], texts: str) -> bool:
    if re.search(rf"(?<!\d){re.escape(written)}(?!\d)", texts):
        return True
    readings = {written.replace(",", ""), written.replace(".", "").replace(",", ".")}
    for reading in readings:
        try:
            value = float(reading)
        except ValueError:
            continue
        digits = len(reading.partition(".")[2])
        for scale in _SCALES:
            if any(abs(round(k / scale, digits) - value) < 1e-9 for k in known):
                return True
    return False
