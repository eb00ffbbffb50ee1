"""Text into words, with what is needed to compare them: folded, singular, and where they stood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from schema.text import fold

_TOKEN = re.compile(
    r"#\s?\d+"  # a public number
    r"|\d{2}[a-z]{1,2}\d?[\s.-]?\d{3}[.]?\d{1,3}(?!\w)"  # a plate
    r"|\d{1,2}(?:st|nd|rd|th)(?!\w)"  # 1st
    r"|\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}/\d{4}|\d{1,2}/\d{1,2}(?!\d)"  # a date, a month
    r"|\+?\d[\d.,]*\d(?:%|(?=[^\w]|$))|\d+(?:[.,]\d+)?%?"  # a number, with separators
    r"|\w+(?:[’']\w+)?(?:-\w+)*"
    r"|[&%₫<>=≥≤]+",
    re.IGNORECASE,
)

_TONES = dict(  # khoẻ and khỏe are one word: the tone on either vowel of a last oa, oe, uy
    zip(
        "oà oá oả oã oạ oè oé oẻ oẽ oẹ uỳ uý uỷ uỹ uỵ".split(),
        "òa óa ỏa õa ọa òe óe ỏe õe ọe ùy úy ủy ũy ụy".split(),
        strict=True,
    )
)
_EXAMPLES = re.compile(r"\((?:[^()]*(?:\.\.\.|…)|(?:e\.g\.|i\.e\.|vd|ví dụ)[^()]*)\)")  # (SUV, sedan, …) asks nothing


@dataclass(frozen=True)
class Token:
    """A word of the question. `text` in lower case as written, `plain` folded, `stem` what the lexicon compares."""

    text: str
    plain: str
    stem: str
    start: int
    end: int
    capital: bool

    @property
    def accented(self) -> bool:
        return self.text != self.plain


@cache
def stem(plain: str) -> str:
    """A folded English word without its plural; Vietnamese words have no such ending.

    >>> stem("customers"), stem("companies"), stem("class"), stem("bus")
    ('customer', 'company', 'class', 'bus')
    """
    if plain.endswith("ies") and len(plain) > 4:
        return plain[:-3] + "y"
    if plain.endswith("s") and len(plain) > 3 and not plain.endswith(("ss", "us", "is")):
        return plain[:-1]
    return plain


def tokenize(text: str) -> list[Token]:
    """The words of a question; a possessive 's is dropped, a hyphen keeps its word whole.

    >>> [t.plain for t in tokenize("Khách VIP ở Hà Nội, #12345's cars")]
    ['khach', 'vip', 'o', 'ha', 'noi', '#12345', 'cars']
    """
    text = unicodedata.normalize("NFC", text).replace("’", "'")
    text = _EXAMPLES.sub(lambda m: " " * len(m[0]), text)
    out = []
    for m in _TOKEN.finditer(text):
        written = re.sub(r"'(?:s|ve|re|ll|d|m)$", "", m[0], flags=re.IGNORECASE)
        if written == "s" and m.start() and text[m.start() - 1] == "'":
            continue
        lower = written.lower()
        if lower[-2:] in _TONES and lower[-3:-2] != "q":
            lower = lower[:-2] + _TONES[lower[-2:]]
        plain = fold(lower)
        out.append(Token(lower, plain, stem(plain), m.start(), m.start() + len(written), written[:1].isupper()))
    return out


def parts(token: Token) -> list[Token]:
    """The words that hyphens tie together.

    >>> [t.plain for t in parts(tokenize("high-priority")[0])]
    ['high', 'priority']
    """
    out: list[Token] = []
    at = token.start
    for word in token.text.split("-"):
        if word:
            plain = fold(word)
            out.append(Token(word, plain, stem(plain), at, at + len(word), token.capital))
        at += len(word) + 1
    return out


def expanded(tokens: Sequence[Token], short: Mapping[str, str], accents: bool) -> list[Token]:
    """Abbreviations spelled out, each word standing where the short form stood. `accents`: as the asker types."""
    out: list[Token] = []
    for t in tokens:
        if (said := short.get(t.text)) is None:
            out.append(t)
            continue
        for word in said.lower().split():
            plain = fold(word)
            out.append(Token(word if accents else plain, plain, stem(plain), t.start, t.end, t.capital))
    return out


def key(phrase: str) -> tuple[str, ...]:
    """What a phrase of the lexicon is found by."""
    return tuple(t.stem for t in tokenize(phrase))
