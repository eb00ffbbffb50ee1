"""The shipped samples are sound, and the agent answers a part of them well."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.dataset import Sample, load_samples
from evals.report import figures
from evals.runner import Report, run

REACHED = 0.90  # of the seen ones that can be answered; raised with each gain, never lowered
MOST_WRONG = 5  # of the 180 seen ones; the goal of the whole suite is 1 %


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return load_samples()


def test_the_trial_questions_are_sound_and_others_than_the_suite(samples: list[Sample]) -> None:
    trial = load_samples(splits=("trial",))
    assert len({s.id for s in [*samples, *trial]}) == len(samples) + len(trial)
    assert not {(s.turns, str(s.asker)) for s in trial} & {(s.turns, str(s.asker)) for s in samples}


def test_a_third_is_kept_unseen_and_questions_stand_once(samples: list[Sample]) -> None:
    unseen = [s for s in samples if s.split == "unseen"]
    assert 0.3 <= len(unseen) / len(samples) <= 0.37
    dialogues = [(s.turns, str(s.asker)) for s in samples]
    assert len(set(dialogues)) == len(dialogues)
    assert {s.language for s in unseen} == {s.language for s in samples}
    assert {s.kind for s in unseen} == {s.kind for s in samples}


@pytest.fixture(scope="module")
def report(samples: list[Sample], store: Path) -> Report:
    return run(store, [s for s in samples if s.split == "seen"])


def test_no_fewer_are_right_than_before(report: Report) -> None:
    """The goal of the whole suite is 95 %; `lifecycle eval` judges by it. This holds what was reached."""
    wrong = [f"{o.sample.id}: {o.score.why}" for o in report.outcomes if not o.score.right]
    rate = figures(report.outcomes).answers.rate
    assert rate is not None and rate >= REACHED, "\n".join(wrong)


def test_no_more_are_confidently_wrong_than_before(report: Report) -> None:
    wrong = [f"{o.sample.id}: {o.score.why}" for o in report.outcomes if o.score.confidently_wrong]
    assert len(wrong) <= MOST_WRONG, "\n".join(wrong)
