"""The number check: prose may round, scale and reformat what a result holds, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.language import number
from agent.numbers_check import unfounded

CELLS = [12, 1_234_567_890, 0.3456, 41.5, "2026-11-20", "30A-123.45", None, True, "Toyota Vios 1.5G"]


@pytest.mark.parametrize("text", [
    "There are 12 of them.",
    "Revenue was 1,234,567,890 ₫.",
    "Doanh thu 1.234.567.890 ₫.",
    "Some 1.2 billion, or 1,235 million.",
    "Khoảng 1,23 tỷ.",
    "A share of 34.56 %, so 35 %.",
    "tỷ lệ 34,6 %",
    "12 % of them.",  # a query may give percents of its own
    "The mean is 41.5 days, about 42.",
    "On 2026-11-20, that is 20/11/2026, the plate 30A-123.45 came in.",
    "A Vios 1.5G of 2026.",
    "Customer #12345 has no number of his own.",  # a customer's number is a name
    "No number at all.",
    "",
])  # fmt: skip
def test_what_a_result_holds_may_be_said(text: str) -> None:
    assert unfounded(text, CELLS, "") == []


@pytest.mark.parametrize(("text", "wrong"), [
    ("There are 13 of them.", ["13"]),
    ("12 now, 120 soon, 1 gone.", ["120", "1"]),
    ("Revenue was 1,234,567,891 ₫.", ["1,234,567,891"]),
    ("Some 1.3 billion.", ["1.3"]),
    ("A share of 35.6 %.", ["35.6"]),
    ("On 2026-11-21, or on 21/11/2026.", ["2026-11-21", "21/11/2026"]),
    ("In 1.", ["1"]),  # True is no number, and a billion is not said
    ("There are 0.", ["0"]),
    ("1.3 million.", ["1.3"]),
    ("1234 %", ["1234"]),
])  # fmt: skip
def test_what_no_result_holds_is_found(text: str, wrong: list[str]) -> None:
    assert unfounded(text, CELLS, "") == wrong


def test_what_the_question_said_may_be_repeated() -> None:
    assert unfounded("The top 5 since 2024.", [], "top 5 customers since 2024") == []
    assert unfounded("The top 5 since 2024.", [], "top 50 customers since 20245") == ["5", "2024"]


def test_a_date_cell_counts_like_its_text() -> None:
    assert unfounded("Due 2026-12-01.", [date(2026, 12, 1)], "") == []


@given(st.integers(0, 10**12), st.sampled_from(["en", "vi"]))
def test_every_whole_number_may_be_said_as_either_language_writes_it(value: int, language: str) -> None:
    assert unfounded(f"{number(value, language)} ₫.", [value], "") == []  # type: ignore[arg-type]


@given(st.integers(1_000, 10**9), st.integers(1, 999))
def test_a_number_that_is_off_by_little_is_found(value: int, off: int) -> None:
    assert unfounded(f"{value + off}", [value], "") == [str(value + off)]


@given(st.text(), st.lists(st.one_of(st.none(), st.text(), st.floats(allow_nan=True), st.integers(), st.booleans())))
def test_any_text_is_read(text: str, cells: list[object]) -> None:
    assert isinstance(unfounded(text, cells, ""), list)
