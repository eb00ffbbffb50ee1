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


def median_of(work: Callable[[], object], repeats: int) -> float:
    """Median seconds of `repeats` runs after a first one that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


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
    whole = median_of(lambda: answers.append(agent.session(asker).ask(timed.text)), repeats)
    parse = statistics.median(s.elapsed_ms for a in answers[1:] for s in a.steps if s.name == "plan") / 1000
    answer = answers[-1]
    bare = _bare(store, answer.sql, repeats) if answer.sql else None
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


def _bare(store: Path, sql: str, repeats: int) -> float:
    with closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return median_of(lambda: connection.execute(sql).fetchall(), repeats)


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
