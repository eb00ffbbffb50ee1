"""How a question is typed: with accents, in English, or in Vietnamese without any; and what a word may then mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from agent.planner.tokens import Token, stem
from schema.text import fold

Script = Literal["accents", "english", "plain"]
ENGLISH = frozenset(
    """
    the what which who how of is are were was by with and show for my many much did does have has not in all
    from than this last next when where why
    """.split()
)
_SYLLABLES = frozenset(
    """
    co la bao nhieu khach hang cua cho nao thang trong nam nay xe va theo duoc chua khong may den tu voi
    nhung ai minh toi
    """.split()
)


def script_of(tokens: Sequence[Token]) -> Script:
    """How the asker types: with accents, in English, or Vietnamese without accents."""
    if any(t.accented for t in tokens):
        return "accents"
    english = sum(t.plain in ENGLISH for t in tokens)
    return "english" if english and sum(t.plain in _SYLLABLES for t in tokens) < 2 else "plain"


def same_word(token: Token, written: str, script: Script, alone: bool) -> bool:
    """Where the asker types accents, they count: nam is not năm. Without any, the folded words decide.

    In an English sentence a short word is not a Vietnamese one that lost its accent: the is not thẻ.
    """
    if token.text == written:
        return True
    if script != "accents":
        if alone and token.text in ENGLISH and written != token.text:
            return False
        return token.capital or not (script == "english" and alone and written != fold(written) and len(written) <= 4)
    if written == fold(written):  # an English or unaccented word of the lexicon
        return not token.accented or stem(token.plain) != token.plain
    return False
