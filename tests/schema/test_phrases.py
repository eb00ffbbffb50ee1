"""Phrases with choices inside: what each stands for."""

from __future__ import annotations

import pytest

from schema.extensions import Phrasing
from schema.phrases import MOST, spelled_out


def test_each_choice_is_made_in_its_order() -> None:
    assert spelled_out(["(got|has) (a new|another) owner"]) == (
        "got a new owner", "got another owner", "has a new owner", "has another owner",
    )  # fmt: skip


def test_an_empty_choice_leaves_a_word_out_and_no_gap() -> None:
    assert spelled_out(["came (back |)in", "came in"]) == ("came back in", "came in")


def test_a_phrase_without_choices_stays_as_it_is() -> None:
    assert spelled_out(["last visit", "xe"]) == ("last visit", "xe")


def test_a_phrase_that_stands_for_too_many_is_named_with_its_number() -> None:
    many = "(" + "|".join(f"w{i}" for i in range(MOST + 1)) + ")"
    with pytest.raises(ValueError, match=f"stands for {MOST + 1} phrases"):
        Phrasing(verbs=(many,), about="people")
