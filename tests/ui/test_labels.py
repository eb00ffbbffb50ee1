from __future__ import annotations

import re

import pytest

from schema.access import ROLE_SCOPES
from ui.labels import LABELS, card_labels, say, spoken, took, unit_label, written_in

PLACES = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize("key", sorted(LABELS))
def test_both_languages_have_the_same_values_to_fill_in(key: str) -> None:
    english, vietnamese = LABELS[key]["en"], LABELS[key]["vi"]
    assert english.strip() and vietnamese.strip()
    assert sorted(PLACES.findall(english)) == sorted(PLACES.findall(vietnamese))


def test_every_role_and_scope_has_a_name() -> None:
    assert set(ROLE_SCOPES) <= set(LABELS)
    assert {f"sees_{scope}" for scope in ROLE_SCOPES.values()} <= set(LABELS)


def test_card_labels_are_unfilled() -> None:
    assert card_labels("vi")["rows"] == "{first}–{last} trong {total} dòng"


def test_say_needs_its_values() -> None:
    assert say("too_long", "en", length="3,000", limit="2,000").startswith("That message has 3,000 characters")
    with pytest.raises(KeyError):
        say("too_long", "en")


@pytest.mark.parametrize(
    ("code", "language"), [("vi", "vi"), ("vi-VN", "vi"), ("VI-vn", "vi"), ("en-US", "en"), ("de", "en"), (None, "en")]
)
def test_browser_language(code: str | None, language: str) -> None:
    assert spoken(code) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [("khách hàng nào", "vi"), ("due this month", "en"), ("next best action for Nguyễn Văn An", "en"), ("😀 12", "vi")],
)
def test_language_of_a_text(text: str, language: str) -> None:
    assert written_in(text, "vi") == language


def test_times_and_units() -> None:
    assert [took(0.2, "en"), took(12.4, "en"), took(1420, "en"), took(1420, "vi")] == [
        "1 ms",
        "12 ms",
        "1.4 s",
        "1,4 s",
    ]
    assert [unit_label("days", "vi"), unit_label("₫", "vi"), unit_label(None, "en")] == ["ngày", "₫", None]
