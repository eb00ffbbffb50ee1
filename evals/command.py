"""What `lifecycle eval` does: run the samples, write the report, print the scoreboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from evals.dataset import SAMPLES, SPLITS, DatasetError, load_samples, select
from evals.page import milliseconds
from evals.report import Count, Figures, figures, write_report
from evals.runner import Outcome, run
from evals.store import eval_store

LEAST_RIGHT, MOST_CONFIDENTLY_WRONG = 0.95, 0.01  # of the answerable samples; of all samples


def evaluate(
    *, folder: Path, only: str | None = None, progress: Callable[[str], None] = lambda _: None, samples: Path = SAMPLES
) -> int:
    """Run the samples that `only` names (all without it) and report; the store and the reports are kept in `folder`.

    Gives the exit code: 0 where at least 95 % of the answers are right and at most 1 % of the samples confidently
    wrong, 1 where not, 2 where the samples themselves are wrong.
    """
    console = Console()
    try:
        chosen = select(load_samples(samples, ("trial",) if only == "trial" else SPLITS), only)
        report = run(eval_store(folder, progress=progress), chosen, progress)
    except DatasetError as error:
        console.print(str(error), style="red", markup=False)
        return 2
    path = write_report(report, folder / "reports")
    console.print(scoreboard(report.outcomes))
    failing = [o for o in report.outcomes if not o.score.right]
    for o in failing:
        if o.sample.split == "seen" or only is not None:
            console.print(_failure(o), markup=False, highlight=False)
    if only is None and any(o.sample.split == "unseen" for o in failing):
        console.print("Unseen ones that fail are not listed here: they stay unseen as long as nobody tunes on them.")
    console.print(f"Report: {path}", markup=False, highlight=False, soft_wrap=True)
    return 0 if passes(figures(report.outcomes)) else 1


def passes(f: Figures) -> bool:
    """Whether the figures reach the two limits."""
    right = f.answers.rate is None or f.answers.rate >= LEAST_RIGHT
    return right and (f.confidently_wrong_rate or 0.0) <= MOST_CONFIDENTLY_WRONG


def scoreboard(outcomes: tuple[Outcome, ...]) -> Table:
    """One line for all samples, one for each split, and one for each kind and language."""
    table = Table("samples", title="Evals", title_justify="left")
    for name in ("n", "right", "confidently\nwrong", "refusals\nright", "clarif.\nright", "p50\nms", "p95\nms"):
        table.add_column(name, justify="right", no_wrap=True)
    _line(table, "all", outcomes)
    for split in SPLITS:
        _line(table, split, tuple(o for o in outcomes if o.sample.split == split))
    for axis in ("kind", "language"):
        table.add_section()
        for name in sorted({getattr(o.sample, axis) for o in outcomes}):
            _line(table, name, tuple(o for o in outcomes if getattr(o.sample, axis) == name))
    return table


def _line(table: Table, name: str, outcomes: tuple[Outcome, ...]) -> None:
    if not outcomes:
        return
    f = figures(outcomes)
    wrong = f"{f.confidently_wrong}\n{(f.confidently_wrong_rate or 0) * 100:.1f} %"
    counts = [_count(c) for c in (f.answers, f.refusals, f.clarifications)]
    table.add_row(name, str(f.samples), counts[0], wrong, *counts[1:], milliseconds(f.p50_ms), milliseconds(f.p95_ms))


def _count(c: Count) -> str:
    return "–" if c.rate is None else f"{c.right}/{c.due}\n{c.rate * 100:.1f} %"


def _failure(o: Outcome) -> str:
    mark = "confidently wrong" if o.score.confidently_wrong else "not right"
    return f"{o.sample.id}: {mark}: {o.sample.question!r}: {o.score.why}"
