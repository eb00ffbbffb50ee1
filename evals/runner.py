"""Runs samples through a session and scores their last turn against gold SQL."""

from __future__ import annotations

import sqlite3
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from agent.answer_card import Answer
from agent.build import open_agent
from agent.errors import AgentError
from agent.session import Agent
from evals.dataset import DatasetError, Sample
from evals.scorers import Gold, Score, score
from schema.access import ROLE_SCOPES, Asker

ROW_LIMIT = 10_000  # more than any list of the eval store is long: lists are compared whole


@dataclass(frozen=True)
class Outcome:
    """One sample with what came of it. `elapsed_ms`: of each turn, as its answer tells. `crash`: what was raised."""

    sample: Sample
    score: Score
    answer: Answer | None
    gold: Gold | None
    elapsed_ms: tuple[float, ...] = ()
    crash: str | None = None


@dataclass(frozen=True)
class Report:
    """One run over one store."""

    today: date
    outcomes: tuple[Outcome, ...]


def run(store: Path, samples: Sequence[Sample], progress: Callable[[str], None] = lambda _: None) -> Report:
    """Ask each sample's turns in a session of its own, by the planner's lane.

    A question that raises is a failing sample, not the end of the run. Raises DatasetError where gold SQL can't be run
    or a sample's asker is unknown: then the samples are wrong, and no score would mean anything.
    """
    agent = open_agent(f"sqlite:///{store}")
    try:
        askers = [_asker(agent, s) for s in samples]
        golds = _golds(store, list(zip(samples, askers, strict=True)), agent.today)
        outcomes = []
        with ThreadPoolExecutor(1) as worker:  # its futures hold whatever is raised
            for n, (sample, asker, gold) in enumerate(zip(samples, askers, golds, strict=True), 1):
                outcomes.append(_outcome(worker, agent, sample, asker, gold))
                if n % 50 == 0 or n == len(samples):
                    progress(f"{n} of {len(samples)} samples")
        return Report(agent.today, tuple(outcomes))
    finally:
        agent.database.close()


def _asker(agent: Agent, sample: Sample) -> Asker:
    try:
        if sample.role is None:
            return agent.asker(str(sample.asker))
        return agent.first_of(sample.role, None if ROLE_SCOPES[sample.role] == "group" else 1)
    except AgentError as error:
        raise DatasetError(f"{sample.split}.yaml ({sample.id}): {error}") from error


def _golds(store: Path, asked: Sequence[tuple[Sample, Asker]], today: date) -> list[Gold | None]:
    golds, broken = [], []
    for sample, asker in asked:
        try:
            golds.append(gold_of(store, sample, asker, today))
        except DatasetError as error:
            broken.append(str(error))
    if broken:
        raise DatasetError("\n".join(broken))
    return golds


def gold_of(store: Path, sample: Sample, asker: Asker, today: date) -> Gold | None:
    """What the sample's gold SQL gives; none where no answer is due. Read-only: the SQL is the repository's own.

    Raises DatasetError with the database's words.
    """
    if sample.gold is None:
        return None
    sql = sample.gold
    for written in ("'{today}'", "{today}"):
        sql = sql.replace(written, f"'{today.isoformat()}'")
    sql = sql.replace("{asker_id}", str(asker.id))
    sql = sql.replace("{store_id}", "NULL" if asker.store_id is None else str(asker.store_id))
    with closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            cursor = connection.execute(sql)
            return Gold(tuple(d[0] for d in cursor.description), tuple(cursor.fetchall()))
        except sqlite3.Error as error:
            raise DatasetError(f"{sample.split}.yaml ({sample.id}): the gold SQL can't be run: {error}") from error


def _outcome(worker: Executor, agent: Agent, sample: Sample, asker: Asker, gold: Gold | None) -> Outcome:
    session = agent.session(asker)
    future = worker.submit(lambda: [session.ask(turn, limit=ROW_LIMIT) for turn in sample.turns])
    crash = future.exception()
    if crash is not None:
        told = "".join(traceback.format_exception(crash)[-2:]).strip()
        return Outcome(sample, Score(False, why=f"raised {type(crash).__name__}: {crash}"), None, gold, crash=told)
    answers = future.result()
    elapsed = tuple(a.elapsed_ms for a in answers)
    return Outcome(sample, score(sample, answers[-1], gold), answers[-1], gold, elapsed)
