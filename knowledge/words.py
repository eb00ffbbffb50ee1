"""What is looked for: the words of a question, their pairs, and other words for them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.passages import Synonyms
from schema.search import words_of
from schema.text import fold

MOST_WORDS = 24
MOST_SYNONYMS = 24

# Only words that are no others without accents: "an", "on", "me" are left in for ăn, ồn, mẹ; "là" stands, "la" doesn't
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        """
        about and any are by did does for from had has have his how is it its of or that their them they this was we
        were what when which who why with you your
        là và của đã được thì mà những các với về ở gì nào ai này đó kia tôi ạ à nhé
        """,
    )
)
_LATE_TONE = re.compile("(?<!q)(o(?=[ae])|u(?=y))([aey])([\u0300\u0301\u0303\u0309\u0323])(?![a-z])")


@dataclass(frozen=True)
class SoughtWords:
    """What one question looks for.

    `keys`: folded words and phrases, any of which may match. `text`: the question with the synonyms, for its meaning.
    `typed`: the question's own words, spelled one way; `others`: their synonyms.
    """

    keys: tuple[str, ...]
    text: str
    typed: frozenset[str]
    others: tuple[str, ...]

    def held_by(self, text: str) -> int:
        """How many of the typed words `text` holds; one with accents counts twice where it is held as typed."""
        words = spelled(text)
        held = {fold(w) for w in words}
        return sum((fold(w) in held) + (w != fold(w) and w in words) for w in self.typed)

    def is_meant_by(self, text: str) -> bool:
        """Whether `text` holds a typed word, or a synonym with its own accents: "thắng" is no "tháng"."""
        running = f" {' '.join(spelled(text))} "
        return self.held_by(text) > 0 or any(f" {o} " in running or f" {fold(o)} " in running for o in self.others)


def sought_words(question: str, synonyms: Synonyms | None = None) -> SoughtWords:
    """Take a question apart, and widen it.

    >>> sought_words("tiếng phanh").keys
    ('tieng', 'phanh', 'tieng phanh')
    """
    every = spelled(question)[:MOST_WORDS]
    words = [w for w in every if w not in _EMPTY] or every
    others = _others(words, synonyms) if synonyms else []
    keys = [*words, *_runs(words, 2), *others]
    return SoughtWords(
        keys=tuple(dict.fromkeys(key for k in keys if (key := " ".join(words_of(k))))),
        text=" ".join([question, *others]),
        typed=frozenset(words),
        others=tuple(" ".join(spelled(o)) for o in others),
    )


def spelled(text: str) -> list[str]:
    """The words of `text` in lower case with their accents, the tone where the older spelling has it.

    >>> spelled("Điều hoà, thủy") == spelled("điều hòa / thuỷ")
    True
    """
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).lower())
    early = unicodedata.normalize("NFC", _LATE_TONE.sub(r"\1\3\2", decomposed))
    return re.findall(r"[^\W_]+", early)


def _runs(words: Sequence[str], length: int) -> list[str]:
    """Neighbouring words as phrases: most Vietnamese words are written as two."""
    return [" ".join(words[i : i + length]) for i in range(len(words) - length + 1)]


def _others(words: Sequence[str], synonyms: Synonyms) -> list[str]:
    asked: Iterable[str] = (*_runs(words, 3), *_runs(words, 2), *words)
    found = dict.fromkeys(other.lower() for word in asked for other in synonyms(word))
    known = set(words)
    return [other for other in found if other not in known][:MOST_SYNONYMS]
