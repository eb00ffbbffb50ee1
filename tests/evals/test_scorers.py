"""Each kind of match on small results made by hand: what is right passes, each way to be wrong does not."""

from __future__ import annotations

from typing import Any

import pytest

from agent.answer_card import Answer, AnswerColumn
from evals.dataset import Sample
from evals.scorers import SCORERS, Gold, score

Table = list[list[Any]]


def answer(columns: str, rows: Table, total: int | None = None) -> Answer:
    """`columns`: names, each with its unit after a colon."""
    split = [c.partition(":") for c in columns.split()]
    named = [AnswerColumn(name=n, label=n, type="number", unit=u or None) for n, _, u in split]
    return Answer(kind="answer", answer="", columns=named, rows=rows, total_rows=len(rows) if total is None else total)


def gold(*rows: tuple[Any, ...]) -> Gold:
    return Gold(tuple(f"c{i}" for i in range(len(rows[0]) if rows else 1)), rows)


PEOPLE = "customer_id customer_name city"
THREE = [[1, "An", "Huế"], [2, "Bình", "Huế"], [7, "Chi", None]]


@pytest.mark.parametrize(
    ("due", "came", "right"),
    [
        (gold((1,), (2,), (7,)), answer(PEOPLE, THREE), True),
        (gold((7, "x"), (1, "y"), (2, "z")), answer(PEOPLE, THREE), True),
        (gold((1,), (2,)), answer(PEOPLE, THREE), False),
        (gold((1,), (2,), (7,), (8,)), answer(PEOPLE, THREE), False),
        (gold((1,), (2,), (8,)), answer(PEOPLE, THREE), False),
        (gold((1,), (2,), (7,)), answer(PEOPLE, THREE, total=4), False),
        (gold((1,), (2,), (7,)), answer("id name city", THREE), False),
        (Gold(("id",), ()), answer(PEOPLE, []), True),
        (Gold(("id",), ()), answer(PEOPLE, THREE), False),
    ],
)
def test_ids(due: Gold, came: Answer, right: bool) -> None:
    assert (SCORERS["ids"](due, came) is None) is right


@pytest.mark.parametrize(
    ("due", "came", "right"),
    [
        (171, answer("customers_count", [[171]]), True),
        (171, answer("customers_count", [[172]]), False),
        (171, answer("customers_count", [[171], [3]]), False),
        (171, answer("customers_count", [[171]], total=2), False),
        (0.25, answer("share part whole", [[0.25, 10, 40]]), True),
        (0.1 + 0.2, answer("rate:%", [[0.3]]), True),
        (1_000_000, answer("revenue:₫", [[1_000_001]]), True),
        (1_000, answer("revenue:₫", [[1_002]]), False),
        (5, answer("visits", [[6]]), False),
        (5, answer("customer_id visits", [[5, 6]]), False),
        (5, answer("customer_id", [[5]]), True),
        ("2026-11-20 08:30:00.000000", answer("at", [["2026-11-20T08:30:00"]]), True),
        ("Hà Nội", answer("city n", [["Hà Nội", 4]]), True),
        (None, answer("revenue:₫", [[None]]), True),
        (None, answer("revenue:₫", [[0]]), False),
    ],
)
def test_value(due: Any, came: Answer, right: bool) -> None:
    assert (SCORERS["value"](gold((due,)), came) is None) is right


BY_MONTH = "month revenue:₫ n"
MONTHS = [["2026-01-01", 500, 3], ["2026-02-01", 700, 3], ["2026-03-01", 500, 4]]


@pytest.mark.parametrize(
    ("due", "right"),
    [
        (gold(("2026-01", 500), ("2026-02", 700), ("2026-03", 500)), True),
        (gold((500, "2026-03-01"), (500, "2026-01-01"), (700, "2026-02-01")), True),
        (gold((4,), (3,), (3,)), True),
        (gold((4,), (4,), (3,)), False),
        (gold(("2026-01", 700), ("2026-02", 500), ("2026-03", 500)), False),
        (gold(("2026-01", 500), ("2026-02", 700)), False),
        (gold(("2026-01", 500), ("2026-02", 700), ("2026-03", 502)), False),
        (gold(("2026-01", 500, 500), ("2026-02", 700, 700), ("2026-03", 500, 500)), False),
    ],
)
def test_rows(due: Gold, right: bool) -> None:
    assert (SCORERS["rows"](due, answer(BY_MONTH, MONTHS)) is None) is right


def test_rows_that_did_not_all_come_along_are_wrong() -> None:
    due = gold(("2026-01", 500), ("2026-02", 700), ("2026-03", 500))
    assert SCORERS["rows"](due, answer(BY_MONTH, MONTHS[:2], total=3)) == "only 2 of 3 rows came along"


def test_rows_of_means_are_compared_in_their_size() -> None:
    due = gold((1, 1 / 3), (2, 2 / 3), (3, None))
    assert SCORERS["rows"](due, answer("store_id mean", [[3, None], [2, 0.66666667], [1, 0.33333333]])) is None
    assert SCORERS["rows"](due, answer("store_id mean", [[3, None], [2, 0.667], [1, 0.333]])) is not None
    assert SCORERS["rows"](due, answer("store_id mean", [[3, 0], [2, 2 / 3], [1, 1 / 3]])) is not None


def test_ordered_wants_golds_order_too() -> None:
    due = gold(("2026-01", 500), ("2026-02", 700), ("2026-03", 500))
    assert SCORERS["ordered"](due, answer(BY_MONTH, MONTHS)) is None
    assert SCORERS["ordered"](due, answer(BY_MONTH, MONTHS[::-1])) == "the rows are right, their order is not"
    assert SCORERS["rows"](due, answer(BY_MONTH, MONTHS[::-1])) is None


def test_action_is_the_cell_of_next_action() -> None:
    came = answer("customer_id next_action channel", [[5, "follow_up", "call"]])
    assert SCORERS["action"](gold(("follow_up",)), came) is None
    assert SCORERS["action"](gold(("call",)), came) is not None
    assert SCORERS["action"](gold(("follow_up",)), answer("customer_id", [[5]])) is not None


def sample(expect: str, **more: Any) -> Sample:
    return Sample.model_validate(
        {"id": "s", "kind": "data", "language": "en", "group": "g", "turns": ["?"], "expect": expect} | more
    )


ANSWERED = answer("n", [[3]])
ASKED_BACK = Answer(kind="clarify", answer="which?")
NO_DATA = Answer(kind="refuse", refusal="no_data", answer="no")


@pytest.mark.parametrize(
    ("due", "came", "right", "confidently_wrong"),
    [
        (sample("answer", gold="SELECT 3", match="value"), ANSWERED, True, False),
        (sample("answer", gold="SELECT 3", match="value"), answer("n", [[4]]), False, True),
        (sample("answer", gold="SELECT 3", match="value"), ASKED_BACK, False, False),
        (sample("answer", gold="SELECT 3", match="value"), NO_DATA, False, False),
        (sample("clarify"), ASKED_BACK, True, False),
        (sample("clarify"), ANSWERED, False, True),
        (sample("clarify"), NO_DATA, False, False),
        (sample("refuse", refusal="no_data"), NO_DATA, True, False),
        (sample("refuse", refusal="not_allowed"), NO_DATA, False, False),
        (sample("refuse", refusal="no_data"), ANSWERED, False, True),
        (sample("refuse", refusal="no_data"), ASKED_BACK, False, False),
    ],
)
def test_score(due: Sample, came: Answer, right: bool, confidently_wrong: bool) -> None:
    scored = score(due, came, gold((3,)) if due.gold else None)
    assert (scored.right, scored.confidently_wrong) == (right, confidently_wrong)
    assert bool(scored.why) is not right
