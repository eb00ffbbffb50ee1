"""Questions taken apart, and rankings made one."""

import pytest

from knowledge.fusion import reciprocal_rank
from knowledge.words import sought_words, spelled


def test_words_pairs_and_synonyms_are_looked_for_folded():
    other = {"phanh": ["brake", "thắng"], "điều hòa": ["air conditioning"]}
    sought = sought_words("Phanh với điều hòa", lambda word: other.get(word, []))
    assert sought.keys == (
        "phanh", "dieu", "hoa", "phanh dieu", "dieu hoa", "air conditioning", "brake", "thang",
    )  # fmt: skip
    assert sought.text == "Phanh với điều hòa air conditioning brake thắng"


def test_empty_words_are_left_out_but_not_when_nothing_else_is_said():
    assert sought_words("what about the brake").keys == ("the", "brake", "the brake")
    assert sought_words("what about").keys == ("what", "about", "what about")
    assert sought_words("me, on").keys[:2] == ("me", "on")  # mẹ, ồn


def test_synonyms_of_a_word_typed_with_the_late_tone():
    other = {"điều hòa": ["aircon"]}
    assert sought_words("điều hoà", lambda word: other.get(word, [])).keys[-1] == "aircon"


@pytest.mark.parametrize(
    ("late", "early"),
    [("hoà", "hòa"), ("thuỷ", "thủy"), ("khoẻ", "khỏe"), ("HOÀ", "hòa"), ("quý", "quý"), ("hoàng", "hoàng")],
)
def test_one_spelling_of_the_tone(late: str, early: str):
    assert spelled(late) == [early]


def test_a_text_holds_typed_words_folded_and_synonyms_with_their_accents():
    sought = sought_words("bạn phanh", lambda word: ["thắng"] if word == "phanh" else [])
    assert sought.held_by("Bạn hỏi phanh") == 3
    assert sought.held_by("Bán xe") == 1
    assert sought.is_meant_by("Thắng kêu")
    assert sought.is_meant_by("thang keu")
    assert not sought.is_meant_by("tháng mười")


def test_a_very_long_question_is_cut():
    assert len(sought_words(" ".join(f"w{i}" for i in range(500))).keys) == 24 + 23


def test_reciprocal_rank_fusion():
    scores = reciprocal_rank([[7, 5, 9], [5, 8], []])
    assert list(scores) == [5, 7, 8, 9]
    assert scores[5] == pytest.approx(1 / 62 + 1 / 61)
    assert reciprocal_rank([]) == {}
