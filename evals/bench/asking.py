"""Questions end to end, beside the time of their bare SQL in the same run."""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from agent.answer_card import Answer
from agent.build import open_agent
from agent.session import Agent
from evals.bench.child import measure
from evals.bench.questions import Timed, questions
from evals.bench.tables import Figures, milliseconds, ratio

REPEATS = 7


def medians_of(works: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Median seconds of each work over `repeats` rounds, after a first one that is not counted.

    The works take turns, so that whatever else the machine does falls on all of them.
    """
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeats + 1):
        for work, taken in zip(works, times, strict=True):
            started = time.perf_counter()
            work()
            taken.append(time.perf_counter() - started)
    return [statistics.median(taken[1:]) for taken in times]


def asking_table(store: Path, customers: int, repeats: int = REPEATS) -> Figures:
    """For each question: parse, whole answer, bare SQL, and for the first ones a cold `lifecycle ask`."""
    agent = open_agent(f"sqlite:///{store}")
    try:
        rows = [_row(agent, store, timed, repeats) for timed in questions(store)]
    finally:
        agent.database.close()
    note = (
        f"Medians of {repeats} repetitions, ms, a new session each, at most 1,000 rows. Bare SQL: the answer's own "
        "statement by sqlite3 in the same run; – where no single statement gives the answer. Cold: the command "
        "`lifecycle ask` from its start to its end, once."
    )
    columns = ("question", "parse", "answer", "bare SQL", "ratio", "more", "cold", "outcome")
    return Figures(f"{customers:,} customers: questions", columns, tuple(rows), note)


def _row(agent: Agent, store: Path, timed: Timed, repeats: int) -> tuple[str, ...]:
    asker = agent.asker("admin")
    answers: list[Answer] = []
    works: list[Callable[[], object]] = [lambda: answers.append(agent.session(asker).ask(timed.text))]
    with closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA cache_size=-65536")  # as much as the product's own connection has
        works[0]()
        if sql := answers.pop().sql:
            works.append(lambda: connection.execute(sql).fetchall())
        whole, *bare_s = medians_of(works, repeats)
    bare = bare_s[0] if bare_s else None
    answer = answers[-1]
    parse = statistics.median(s.elapsed_ms for a in answers[1:] for s in a.steps if s.name == "plan") / 1000
    kind = " ".join(filter(None, (answer.kind, answer.refusal)))
    outcome = f"{answer.total_rows:,} rows" if answer.kind == "answer" else kind
    return (
        timed.text,
        milliseconds(parse),
        milliseconds(whole),
        milliseconds(bare),
        ratio(whole, bare),
        milliseconds(whole - bare) if bare is not None else "–",
        _cold(store, timed.text) if timed.must else "–",
        outcome,
    )


def _cold(store: Path, question: str) -> str:
    """Milliseconds of one `lifecycle ask`; what went wrong, where it did."""
    command = [sys.executable, "-m", "ui.cli", "ask", "--database", f"sqlite:///{store}", "--json", question]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    seconds = time.perf_counter() - started
    if done.returncode == 0:
        return milliseconds(seconds)
    last: Sequence[str] = done.stderr.strip().splitlines()[-1:]
    return f"failed: {''.join(last)[:60]}"


def starting_table(stores: Sequence[tuple[int, Path]]) -> Figures:
    """Import, opening, first answer and memory, each in a process of its own."""
    rows = []
    for customers, store in stores:
        m = measure("start", store)
        cells = [milliseconds(m[k]) for k in ("import_s", "open_s", "first_s", "wall_s")]
        rows.append((f"{customers:,} customers", *cells, f"{m['peak_mb']:.0f}"))
    columns = ("store", "import", "open", "first answer", "whole process", "peak MB")
    return Figures("Start-up, ms", columns, tuple(rows), "One process each, by the planner's lane.")
