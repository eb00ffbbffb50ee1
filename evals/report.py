"""The figures of a run, and its report as JSON and as a page."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from evals.dataset import SPLITS
from evals.page import page
from evals.runner import Outcome, Report

SHOWN_ROWS = 5


class Count(BaseModel):
    """`right` of `due`; `rate` is their share, none where nothing was due."""

    model_config = ConfigDict(frozen=True)
    right: int
    due: int
    rate: float | None


class Figures(BaseModel):
    """The figures of a set of outcomes.

    `answers`: over the samples that can be answered. `confidently_wrong`: answers that differ from gold, or that were
    given where a refusal or a clarification was due; its rate is over all samples. `refusals`: of the right kind.
    p50 and p95 are of every turn's elapsed_ms, by the nearest rank.
    """

    model_config = ConfigDict(frozen=True)
    samples: int
    answers: Count
    refusals: Count
    clarifications: Count
    confidently_wrong: int
    confidently_wrong_rate: float | None
    crashed: int
    p50_ms: float | None
    p95_ms: float | None


def figures(outcomes: Iterable[Outcome]) -> Figures:
    """Count a set of outcomes."""
    every = list(outcomes)
    wrong = sum(o.score.confidently_wrong for o in every)
    times = sorted(ms for o in every for ms in o.elapsed_ms)
    return Figures(
        samples=len(every),
        answers=_count(every, "answer"),
        refusals=_count(every, "refuse"),
        clarifications=_count(every, "clarify"),
        confidently_wrong=wrong,
        confidently_wrong_rate=wrong / len(every) if every else None,
        crashed=sum(o.crash is not None for o in every),
        p50_ms=_rank(times, 0.50),
        p95_ms=_rank(times, 0.95),
    )


def _count(outcomes: Sequence[Outcome], expect: str) -> Count:
    due = [o for o in outcomes if o.sample.expect == expect]
    right = sum(o.score.right for o in due)
    return Count(right=right, due=len(due), rate=right / len(due) if due else None)


def _rank(times: Sequence[float], share: float) -> float | None:
    return times[max(0, math.ceil(share * len(times)) - 1)] if times else None


_AXES: dict[str, Callable[[Outcome], str]] = {
    "kind": lambda o: o.sample.kind,
    "language": lambda o: o.sample.language,
    "group": lambda o: o.sample.group,
    "role": lambda o: o.sample.role or str(o.sample.asker),
}


def as_json(report: Report) -> dict[str, Any]:
    """The report as data: figures of `all`, `seen`, `unseen`, the same `by` kind, language, group and role; `samples`.

    Rates are shares 0-1, times milliseconds; of rows the first five are shown.
    """
    whole: dict[str, Any] = {"today": report.today.isoformat(), "all": figures(report.outcomes).model_dump()}
    for split in SPLITS:
        whole[split] = figures(o for o in report.outcomes if o.sample.split == split).model_dump()
    whole["by"] = {
        axis: {
            name: figures(o for o in report.outcomes if of(o) == name).model_dump()
            for name in sorted({of(o) for o in report.outcomes})
        }
        for axis, of in _AXES.items()
    }
    whole["samples"] = [_sample(o) for o in report.outcomes]
    return whole


def _sample(o: Outcome) -> dict[str, Any]:
    told = o.sample.model_dump(by_alias=True, exclude={"gold"})
    told |= {"right": o.score.right, "confidently_wrong": o.score.confidently_wrong, "why": o.score.why}
    told |= {"elapsed_ms": list(o.elapsed_ms), "crash": o.crash, "expected": None, "got": None}
    if o.gold is not None:
        told["expected"] = {
            "sql": o.sample.gold,
            "columns": list(o.gold.columns),
            "rows": [list(row) for row in o.gold.rows[:SHOWN_ROWS]],
            "total_rows": len(o.gold.rows),
        }
    if o.answer is not None:
        told["got"] = {
            "kind": o.answer.kind,
            "refusal": o.answer.refusal,
            "answer": o.answer.answer,
            "options": [option.label for option in o.answer.options],
            "sql": o.answer.sql,
            "columns": [c.name for c in o.answer.columns],
            "rows": o.answer.rows[:SHOWN_ROWS],
            "total_rows": o.answer.total_rows,
        }
    return told


def write_report(report: Report, folder: Path) -> Path:
    """Write report.json and report.html into `folder`; gives the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    told = as_json(report)
    text = json.dumps(told, ensure_ascii=False, indent=1, default=str)
    (folder / "report.json").write_text(text + "\n", "utf-8")
    (folder / "report.html").write_text(page(told), "utf-8")
    return folder / "report.html"
