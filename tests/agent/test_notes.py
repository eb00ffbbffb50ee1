"""Notes are found by the words of either language, and by what the semantic model says means the same."""

from __future__ import annotations

import pytest

from agent.agent import Agent
from agent.notes import NoteSynonyms
from schema.loading import load_model


@pytest.fixture(scope="module")
def synonyms() -> NoteSynonyms:
    return NoteSynonyms(load_model())


@pytest.mark.parametrize(("word", "other"), [
    ("brake", "phanh"), ("phanh", "brakes"), ("Điều hòa", "air conditioning"), ("dieu hoa", "ac"), ("lốp", "tyres"),
    ("oil", "dầu nhớt"), ("engine", "động cơ"), ("loan", "trả góp"), ("tra gop", "loan"), ("price", "giá"),
    ("waiting", "chờ"), ("seven-seater", "7 chỗ"), ("bảy chỗ", "7 chỗ"), ("trade-in", "đổi xe"), ("gia đình", "family"),
    ("child seat", "ghế trẻ em"), ("ghe tre em", "isofix"), ("battery", "ắc quy"), ("noise", "kêu"),
    ("complaint", "khiếu nại"),  # a value of a field
])  # fmt: skip
def test_a_word_of_either_language_finds_the_other(synonyms: NoteSynonyms, word: str, other: str) -> None:
    assert other in synonyms(word)


def test_synonyms_go_both_ways(synonyms: NoteSynonyms) -> None:
    for group in load_model().ext.note_synonyms:
        assert len(set(group)) == len(group) > 1
        for word in group:
            assert {*group} - {word} <= {*synonyms(word)}


@pytest.mark.parametrize("word", ["may", "con", "xyzzy", "the", ""])
def test_a_short_word_without_accents_is_not_taken_for_one_with_them(synonyms: NoteSynonyms, word: str) -> None:
    """ "may" is English, or máy, mấy, may; "con" is a child as it is written, and nothing else."""
    assert "engine" not in synonyms(word)
    assert "still" not in synonyms(word)


@pytest.mark.parametrize(("question", "words"), [
    ("notes about brakes noise", ("phanh", "brake")),
    ("ghi chú về điều hòa", ("điều hòa", "AC ")),
    ("notes about loans", ("Vay", "vay", "Loan", "loan")),
])  # fmt: skip
def test_both_languages_are_found(demo_agent: Agent, question: str, words: tuple[str, ...]) -> None:
    answer = demo_agent.session(demo_agent.asker("admin")).ask(question)
    assert answer.kind == "answer", answer.answer
    assert answer.sources
    assert all(any(w.lower() in source.text.lower() for w in words) for source in answer.sources[:3])
    assert [s.text for s in answer.sources] == [row[-1] for row in answer.rows]
