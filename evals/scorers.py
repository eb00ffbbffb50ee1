"""Scorers: whether an answer gives what the gold SQL gives. Values are compared, not names or texts.

Numbers are equal within 1e-6 of their size, ₫ within 1, times as ISO text; a first day of a month equals its month.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from agent.answer_card import Answer
from evals.dataset import Match, Sample

RELATIVE, DONG = 1e-6, 1.0
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(?:\.\d+)?")
_PART = re.compile(r"\d{4}(-\d\d)?")
Row = Sequence[Any]


@dataclass(frozen=True)
class Gold:
    """What the gold SQL gave."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Score:
    """`right`: what was due came. `confidently_wrong`: an answer was given, and it is not the one due."""

    right: bool
    confidently_wrong: bool = False
    why: str = ""


Scorer = Callable[[Gold, Answer], str | None]  # what is wrong; None where nothing is


def score(sample: Sample, answer: Answer, gold: Gold | None) -> Score:
    """The score of the sample's last turn."""
    if sample.expect == "answer":
        assert gold is not None, "an answer is due, so there is gold SQL"
        if answer.kind != "answer":
            return Score(False, why=f"an answer was due, came: {answer.kind} {answer.refusal or ''}".rstrip())
        wrong = SCORERS[sample.match](gold, answer)
        return Score(wrong is None, wrong is not None, wrong or "")
    if answer.kind == "answer":
        return Score(False, True, f"{sample.expect} {sample.refusal or ''} was due, came an answer".replace("  ", " "))
    if answer.kind != sample.expect:
        return Score(False, why=f"{sample.expect} was due, came: {answer.kind}")
    if sample.refusal and answer.refusal != sample.refusal:
        return Score(False, why=f"the refusal {sample.refusal} was due, came: {answer.refusal}")
    return Score(True)


# one a kind of match --------------------------------------------------------------------------------------------------
def ids(gold: Gold, answer: Answer) -> str | None:
    """The customers of the answer are those of gold's first column, and as many rows are told of as gold has."""
    names = [c.name for c in answer.columns]
    if "customer_id" not in names:
        return "the answer has no column customer_id"
    place = names.index("customer_id")
    got, due = {row[place] for row in answer.rows}, {row[0] for row in gold.rows}
    if got != due:
        return f"{len(due - got)} customers are missing {_few(due - got)}, {len(got - due)} too many {_few(got - due)}"
    return _totals(gold, answer)


def value(gold: Gold, answer: Answer) -> str | None:
    """Gold's single value is a cell of the answer's single row; ids count only where there is no other number."""
    due = _single(gold)
    if len(answer.rows) != 1 or answer.total_rows != 1:
        return f"{_shown(due)} was due, came {answer.total_rows} rows"
    cells = list(zip(answer.rows[0], answer.columns, strict=True))
    plain = [(cell, c.unit) for cell, c in cells if not c.name.endswith("_id")]
    numbers = [(cell, unit) for cell, unit in plain if isinstance(cell, int | float) and not isinstance(cell, bool)]
    where = numbers if numbers and isinstance(due, int | float) else plain or [(cell, c.unit) for cell, c in cells]
    if any(same(due, cell, unit) for cell, unit in where):
        return None
    return f"{_shown(due)} was due, came {_few([cell for cell, _ in where])}"


def rows(gold: Gold, answer: Answer) -> str | None:
    """Each row of gold is one row of the answer, whose columns may stand in any order and be more."""
    return _totals(gold, answer) or _mapped(gold, answer, _same_rows, "no columns of the answer hold gold's rows")


def ordered(gold: Gold, answer: Answer) -> str | None:
    """As rows, in gold's order."""
    wrong = rows(gold, answer)
    return wrong or _mapped(gold, answer, _same_order, "the rows are right, their order is not")


def action(gold: Gold, answer: Answer) -> str | None:
    """Gold's single value is the answer's next_action."""
    due, names = _single(gold), [c.name for c in answer.columns]
    if "next_action" not in names or len(answer.rows) != 1:
        return "the answer has no single next_action"
    came = answer.rows[0][names.index("next_action")]
    return None if same(due, came) else f"{_shown(due)} was due, came {_shown(came)}"


SCORERS: Mapping[Match, Scorer] = MappingProxyType(
    {"rows": rows, "value": value, "ids": ids, "ordered": ordered, "action": action}
)


# comparing ------------------------------------------------------------------------------------------------------------
def same(due: Any, came: Any, unit: str | None = None) -> bool:
    """Whether two cells hold the same value.

    >>> same(0.1 + 0.2, 0.3), same(10, 11, "₫"), same("2026-11", "2026-11-01"), same(None, 0)
    (True, True, True, False)
    """
    if isinstance(due, int | float) and isinstance(came, int | float):
        return math.isclose(due, came, rel_tol=RELATIVE, abs_tol=DONG if unit == "₫" else 1e-12)
    return bool(_plain(due) == _plain(came))


def _plain(cell: Any) -> Any:
    """Moments to the second with T, months and years as their first day; anything else as it is.

    >>> _plain("2026-11-20 08:30:00.000000"), _plain("2026-11"), _plain("Kia")
    ('2026-11-20T08:30:00', '2026-11-01', 'Kia')
    """
    if not isinstance(cell, str):
        return cell
    if found := _TIME.fullmatch(cell):
        return f"{found[1]}T{found[2]}{found[3] or ':00'}"
    return cell + "-01-01"[len(cell) - 4 :] if _PART.fullmatch(cell) else cell


def _single(gold: Gold) -> Any:
    """Gold's only value; none where it has no row."""
    return gold.rows[0][0] if gold.rows else None


def _totals(gold: Gold, answer: Answer) -> str | None:
    return None if answer.total_rows == len(gold.rows) else f"{len(gold.rows)} rows were due, came {answer.total_rows}"


Compare = Callable[[Sequence[Row], Sequence[Row], Sequence[str | None]], bool]


def _mapped(gold: Gold, answer: Answer, compare: Compare, wrong: str) -> str | None:
    """None where some choice of the answer's columns, one for each of gold's, stands the comparison."""
    if not gold.rows:
        return None
    if len(answer.rows) != len(gold.rows):
        return f"only {len(answer.rows)} of {answer.total_rows} rows came along"
    units = [c.unit for c in answer.columns]
    columns = list(zip(*answer.rows, strict=True)) or [() for _ in units]
    could: list[list[int]] = []
    for at, name in enumerate(gold.columns):
        due = [row[at] for row in gold.rows]
        fitting = [i for i, cells in enumerate(columns) if _same_column(due, cells, units[i])]
        if not fitting:
            return f"no column of the answer has the values of gold's {name}: {_few(due)}"
        could.append(fitting)
    for choice in _choices(could):
        if compare(gold.rows, [[row[i] for i in choice] for row in answer.rows], [units[i] for i in choice]):
            return None
    return wrong


def _choices(could: Sequence[Sequence[int]], taken: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """All ways to take a different column of each list."""
    if len(taken) == len(could):
        yield taken
        return
    for i in could[len(taken)]:
        if i not in taken:
            yield from _choices(could, (*taken, i))


def _same_column(due: Sequence[Any], came: Sequence[Any], unit: str | None) -> bool:
    """Whether two columns hold the same values as often, in any order."""
    if _is_exact(due) and _is_exact(came) and unit != "₫":
        return Counter(map(_plain, due)) == Counter(map(_plain, came))
    a, b = (sorted(c, key=lambda cell: (cell is None, isinstance(cell, str), cell)) for c in (due, came))
    return all(same(d, c, unit) for d, c in zip(a, b, strict=True))


def _same_rows(due: Sequence[Row], came: Sequence[Row], units: Sequence[str | None]) -> bool:
    """Whether two lists hold the same rows as often, in any order. The exact cells find a row's partners fast."""
    exact = [
        i
        for i, u in enumerate(units)
        if u != "₫" and _is_exact([r[i] for r in due]) and _is_exact([r[i] for r in came])
    ]
    left: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in came:
        left[tuple(_plain(row[i]) for i in exact)].append(row)
    for row in due:
        partners = left[tuple(_plain(row[i]) for i in exact)]
        found = next((i for i, other in enumerate(partners) if _same_row(row, other, units)), None)
        if found is None:
            return False
        partners.pop(found)
    return not any(left.values())


def _is_exact(cells: Sequence[Any]) -> bool:
    """Whether cells are equal only where they are identical: ids, names, whole numbers."""
    return not any(isinstance(cell, float) for cell in cells)


def _same_row(due: Row, came: Row, units: Sequence[str | None]) -> bool:
    return all(same(d, c, u) for d, c, u in zip(due, came, units, strict=True))


def _same_order(due: Sequence[Row], came: Sequence[Row], units: Sequence[str | None]) -> bool:
    return all(_same_row(d, c, units) for d, c in zip(due, came, strict=True))


# telling --------------------------------------------------------------------------------------------------------------
def _shown(cell: Any) -> str:
    return f"{cell:,}" if isinstance(cell, int | float) and not isinstance(cell, bool) else str(cell)


def _few(cells: Any) -> str:
    """At most five of them.

    >>> _few([3, None, "a"])
    '(3, None, a)'
    """
    listed = sorted(cells, key=repr) if isinstance(cells, set | frozenset) else list(cells)
    return f"({', '.join(_shown(c) for c in listed[:5])}{' …' if len(listed) > 5 else ''})" if listed else ""
