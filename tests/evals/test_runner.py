"""Samples run end to end over the eval store; a crash or broken gold SQL is told, not hidden."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.session import Session
from evals.command import evaluate, passes
from evals.dataset import DatasetError, Sample
from evals.report import as_json, figures, write_report
from evals.runner import Outcome, Report, run
from evals.scorers import Score
from evals.store import TODAY, StoreSize, eval_store, fingerprint

PURCHASES = (
    "SELECT order_id, revenue FROM transactions WHERE customer_id = 12345 ORDER BY ordered_on DESC, order_id DESC"
)


def sample(name: str, question: str, **more: Any) -> Sample:
    whole = {"id": name, "kind": "data", "language": "en", "group": "tests", "turns": [question], "expect": "answer"}
    return Sample.model_validate(whole | more)


HISTORY = sample("history", "What is the purchase history for customer #12345?", gold=PURCHASES, match="rows")
WEATHER = sample("weather", "what is the weather today", kind="refuse", expect="refuse", refusal="out_of_scope")
WRONG = sample("wrong", HISTORY.question, gold=PURCHASES + " LIMIT 3", match="rows", split="unseen", language="vi")


@pytest.fixture(scope="module")
def report(store: Path) -> Report:
    return run(store, [HISTORY, WEATHER, WRONG])


def test_the_store_is_that_of_the_samples(store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("SELECT MAX(as_of) FROM customer_metrics").fetchone() == (TODAY.isoformat(),)
        assert connection.execute("SELECT COUNT(*) FROM customers").fetchone() == (2001,)


def test_the_store_is_made_once_for_the_same_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = StoreSize(customers=20)
    monkeypatch.setattr("evals.store.fingerprint", lambda _: "this code")
    path = eval_store(tmp_path, small)
    made = path.stat().st_mtime_ns
    assert eval_store(tmp_path, small) == path and path.stat().st_mtime_ns == made
    assert eval_store(tmp_path, StoreSize(customers=20, today=TODAY + timedelta(days=1))) != path
    monkeypatch.setattr("evals.store.fingerprint", lambda _: "other code")
    assert eval_store(tmp_path, small) == path and path.stat().st_mtime_ns != made


def test_the_fingerprint_is_of_the_code_and_the_size() -> None:
    assert fingerprint(StoreSize()) == fingerprint(StoreSize()) != fingerprint(StoreSize(customers=20))


def test_answers_are_scored_against_gold(report: Report) -> None:
    assert [(o.sample.id, o.score.right, o.score.confidently_wrong) for o in report.outcomes] == [
        ("history", True, False), ("weather", True, False), ("wrong", False, True),
    ]  # fmt: skip
    assert "3 rows were due" in report.outcomes[2].score.why


def test_gold_is_filled_in_with_the_asker(store: Path) -> None:
    gold = "SELECT {asker_id}, {store_id}, {today}, '{today}', role FROM users WHERE id = {asker_id}"
    mine = sample("mine", "my customers", gold=gold, **{"as": {"role": "sales_rep"}})
    (outcome,) = run(store, [mine]).outcomes
    assert outcome.gold is not None
    assert outcome.gold.rows[0][1:] == (1, "2026-11-20", "2026-11-20", "sales_rep")


def test_gold_can_only_read(store: Path) -> None:
    with pytest.raises(DatasetError, match=r"(?s)seen\.yaml \(deletes\).*readonly.*\(typo\).*no such column"):
        run(
            store,
            [sample("deletes", "q", gold="DELETE FROM notes"), sample("typo", "q", gold="SELECT nam FROM stores")],
        )


def test_an_unknown_asker_is_a_wrong_sample(store: Path) -> None:
    with pytest.raises(DatasetError, match=r"\(who\): No user has the id or login 'admn'"):
        run(store, [sample("who", "q", gold="SELECT 1", **{"as": "admn"})])


def test_a_question_that_raises_fails_alone(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Session.ask

    def fragile(session: Session, question: str, *, limit: int = 1000) -> Any:
        if "weather" in question:
            raise KeyError("boom")
        return ask(session, question, limit=limit)

    monkeypatch.setattr(Session, "ask", fragile)
    crashed, fine = run(store, [WEATHER, HISTORY]).outcomes
    assert (crashed.score.right, crashed.score.confidently_wrong) == (False, False)
    assert crashed.crash is not None and "boom" in crashed.crash
    assert fine.score.right


def test_figures(report: Report) -> None:
    every = figures(report.outcomes)
    assert (every.samples, every.answers.right, every.answers.due, every.answers.rate) == (3, 1, 2, 0.5)
    assert (every.refusals.right, every.refusals.due, every.clarifications.rate) == (1, 1, None)
    assert (every.confidently_wrong, every.confidently_wrong_rate) == (1, 1 / 3)
    timed = [Outcome(HISTORY, Score(True), None, None, (float(ms),)) for ms in range(1, 101)]
    assert (figures(timed).p50_ms, figures(timed).p95_ms) == (50.0, 95.0)
    assert figures([]).p50_ms is None


def test_the_limits_are_95_and_1_percent() -> None:
    def outcomes(right: int, declined: int, wrong: int) -> list[Outcome]:
        scores = [Score(True)] * right + [Score(False)] * declined + [Score(False, True)] * wrong
        return [Outcome(HISTORY, s, None, None) for s in scores]

    assert passes(figures(outcomes(95, 5, 0)))
    assert not passes(figures(outcomes(94, 6, 0)))
    assert passes(figures(outcomes(98, 1, 1)))
    assert not passes(figures(outcomes(97, 1, 2)))


def test_the_reports_shape(report: Report, tmp_path: Path) -> None:
    page = write_report(report, tmp_path).read_text("utf-8")
    told = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert told == json.loads(json.dumps(as_json(report), default=str))
    assert set(told) == {"today", "all", "seen", "unseen", "by", "samples"}
    assert (told["seen"]["samples"], told["unseen"]["confidently_wrong"]) == (2, 1)
    assert set(told["by"]) == {"kind", "language", "group", "role"}
    assert told["by"]["language"]["vi"]["answers"] == {"right": 0, "due": 1, "rate": 0.0}
    wrong = next(s for s in told["samples"] if s["id"] == "wrong")
    assert wrong["expected"]["total_rows"] == 3 and len(wrong["got"]["rows"]) == 5
    assert wrong["got"]["sql"].startswith("SELECT") and wrong["turns"] == [HISTORY.question]
    assert "http" not in page.replace("https://", "http://").split("</style>")[0]
    assert "3 rows were due" in page and "1 failing samples" in page and "<script" not in page


def test_what_stands_in_data_is_escaped_on_the_page(report: Report, tmp_path: Path) -> None:
    outcome = report.outcomes[2]
    bad = outcome.sample.model_copy(update={"turns": ("<script>alert(1)</script>",)})
    page = write_report(Report(report.today, (Outcome(bad, outcome.score, None, None),)), tmp_path).read_text("utf-8")
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_the_command_reports_and_gives_the_exit_code(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples = tmp_path / "samples"
    samples.mkdir()
    text = (
        "- id: {}\n  kind: data\n  language: en\n  group: g\n  expect: answer\n"
        f"  turns: ['{HISTORY.question}']\n  gold: {PURCHASES}{{}}\n"
    )
    (samples / "seen.yaml").write_text(text.format("fine", "") + text.format("short", " LIMIT 1"), "utf-8")
    assert evaluate(folder=store.parent, only="fine", samples=samples) == 0
    assert evaluate(folder=store.parent, only=None, samples=samples) == 1
    assert "short: confidently wrong" in capsys.readouterr().out
    (samples / "unseen.yaml").write_text(text.format("hidden", " LIMIT 2"), "utf-8")
    assert evaluate(folder=store.parent, only=None, samples=samples) == 1
    assert "hidden" not in capsys.readouterr().out
    assert (store.parent / "reports" / "report.html").is_file()
    assert evaluate(folder=store.parent, only="none", samples=samples) == 2
