"""Folding and phones: what is compared is the same however it was written."""

from __future__ import annotations

import doctest
import unicodedata

import pytest

from schema import search, text
from schema.text import fold, normal_phone


@pytest.mark.parametrize("module", [text, search])
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    found = doctest.testmod(module)  # type: ignore[arg-type]
    assert found.attempted > 0 and found.failed == 0


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("NGUYỄN", "nguyen"),
        ("Đặng Thị Hường", "dang thi huong"),
        ("ươ ƯỞ ỹ Ợ", "uo uo y o"),
        ("Çelik Ñandú", "celik nandu"),
        ("CX-5 2.0", "cx-5 2.0"),
        ("", ""),
    ],
)
def test_accents_and_case_fold(written: str, folded: str) -> None:
    """Composed or decomposed, as keyboards differ; folding what is folded changes nothing."""
    assert fold(written) == folded
    assert fold(unicodedata.normalize("NFD", written)) == folded
    assert fold(folded) == folded


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("0912 345 678", "0912345678"),
        ("+84 (0) 912-345-678", "0912345678"),
        ("0084912345678", "0912345678"),
        ("84912345678", "0912345678"),
        ("0168 123 4567", "0381234567"),
        ("01201234567", "0701234567"),
        ("01991234567", "0591234567"),
        ("024 3825 1234", "02438251234"),
        ("0000000000", None),
        ("12345", None),
        ("0912 34", None),
        ("an@example.vn", None),
        ("", None),
    ],
)
def test_phones_are_one_number_however_written(written: str, normal: str | None) -> None:
    """Country code and signs go, numbers of 11 digits from before 2018 become those of 10, placeholders none."""
    assert normal_phone(written) == normal
