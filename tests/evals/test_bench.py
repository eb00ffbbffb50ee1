"""The bench measures what it says: the same rows, the same questions, and its tables can be read."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from evals.bench.asking import asking_table, medians_of, starting_table
from evals.bench.filling import GROUPED, filled, filling_table, group_plainly, insert_plainly
from evals.bench.questions import MUST, OTHERS, questions
from evals.bench.tables import Figures, as_markdown, milliseconds, ratio


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the bench's store of 30 customers, made by the bench."""
    folder = tmp_path_factory.mktemp("bench")
    filled(folder, 30, again=False, progress=lambda _: None)
    return folder


def test_a_store_and_its_measurements_are_kept(small: Path) -> None:
    kept = json.loads((small / "30.json").read_text("utf-8"))
    made = (small / "30.db").stat().st_mtime_ns
    _, measured = filled(small, 30, again=False, progress=pytest.fail)
    assert measured == {**kept, "kept": True}
    assert (small / "30.db").stat().st_mtime_ns == made
    table = filling_table(30, measured)
    assert [row[0] for row in table.rows] == ["seed", "refresh", "index of values"]
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert kept["seed"]["peak_mb"] > 20


def test_the_plain_insert_takes_the_same_rows(small: Path, tmp_path: Path) -> None:
    kept = json.loads((small / "30.json").read_text("utf-8"))["seed"]
    with closing(sqlite3.connect(small / "30.db")) as connection:
        counts = [connection.execute(f'SELECT COUNT(*) FROM "{t}"').fetchone()[0] for t in kept["tables"]]
    assert sum(counts) == kept["rows"]
    assert insert_plainly(small / "30.db", tmp_path / "plain.db", kept["tables"]) > 0
    assert list(tmp_path.iterdir()) == []


def test_the_plain_groups_are_valid_sql(small: Path) -> None:
    assert len(GROUPED) == 9 and group_plainly(small / "30.db") > 0


def test_the_questions_name_a_customer_that_is_one(store: Path) -> None:
    asked = questions(store)
    assert len(asked) == len(MUST) + len(OTHERS) == 12
    name = asked[3].text.removeprefix("What is the next best action for ").rstrip("?")
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM customers WHERE full_name = ?", (name,)).fetchone() == (1,)


def test_each_question_has_its_times(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evals.bench.asking._cold", lambda *_: "1")  # a second each: the command has tests of its own
    table = asking_table(small / "30.db", 30, repeats=1)
    assert len(table.rows) == 12 and all(len(row) == len(table.columns) for row in table.rows)
    history = table.rows[1]
    assert all(float(cell.replace(",", "")) > 0 for cell in history[1:4])


def test_start_up_is_measured_in_a_process_of_its_own(small: Path) -> None:
    """What this process holds is not counted with it."""
    held = bytearray(400 * 2**20)
    (row,) = starting_table([(30, small / "30.db")]).rows
    assert all(float(cell.replace(",", "")) > 0 for cell in row[1:])
    assert float(row[-1]) < len(held) / 2**20


def test_what_is_compared_takes_turns() -> None:
    runs: list[str] = []
    first, second = medians_of([lambda: (runs.append("a"), time.sleep(0.02)), lambda: runs.append("b")], 3)
    assert runs == ["a", "b"] * 4
    assert first >= 0.02 > second


def test_markdown_and_numbers() -> None:
    table = Figures("T", ("what", "ms"), (("a|b", "2"),), "note")
    assert as_markdown(table) == "### T\n\n| what | ms |\n|---|---:|\n| a\\|b | 2 |\n\nnote\n"
    assert (milliseconds(None), ratio(1, None), ratio(1, 0.0)) == ("–", "–", "–")
    assert (ratio(1.0, 0.5), ratio(30.0, 0.01)) == ("2.0", "3,000")
