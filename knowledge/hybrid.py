"""A search of the notes by words and by meaning at once, each side within the asker's rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from knowledge.fusion import reciprocal_rank
from knowledge.notes_index import NotBuiltError
from knowledge.passages import KeywordSearch, KnowledgeError, Passage, ReadPassages, Synonyms, Within
from knowledge.words import SoughtWords, sought_words

Side = Literal["words", "meaning"]
MeaningState = Literal["searched", "not_built", "unavailable"]
LEAST_POOL = 40


class MeaningSearch(Protocol):
    """What NotesIndex does."""

    def nearest(self, question: str, within: Within, limit: int) -> Sequence[int]: ...


@dataclass(frozen=True)
class Found:
    """A passage, why it was found, and its fused score (only its order means something)."""

    passage: Passage
    sides: tuple[Side, ...]
    score: float


@dataclass(frozen=True)
class Findings:
    """Best first. `meaning` tells whether the vector side took part; `reason` why it couldn't."""

    found: tuple[Found, ...]
    meaning: MeaningState
    reason: str = ""


def search(
    question: str,
    keyword: KeywordSearch,
    meaning: MeaningSearch,
    read: ReadPassages,
    within: Within,
    limit: int,
    synonyms: Synonyms | None = None,
) -> Findings:
    """The `limit` best passages.

    Each side is asked for more than is shown, for what `read` does not give back (deleted, or not to be seen any more)
    drops out.
    """
    sought = sought_words(question, synonyms)
    if not sought.keys:
        return Findings((), "searched")
    pool = max(LEAST_POOL, 4 * limit)
    held = keyword(sought.keys, pool)
    near, state, reason = _by_meaning(meaning, sought, within, pool)
    passages = read(list(dict.fromkeys((*held, *near))))
    by_words = [i for i in held if i in passages and sought.is_meant_by(passages[i].text)]
    by_meaning = [i for i in near if i in passages]
    scores = reciprocal_rank([by_words, by_meaning, _as_typed(sought, by_words, passages)])
    sides: dict[Side, set[int]] = {"words": set(by_words), "meaning": set(by_meaning)}
    found = tuple(
        Found(passages[i], tuple(side for side, ids in sides.items() if i in ids), score)
        for i, score in list(scores.items())[:limit]
    )
    return Findings(found, state, reason)


def _by_meaning(
    index: MeaningSearch, sought: SoughtWords, within: Within, pool: int
) -> tuple[Sequence[int], MeaningState, str]:
    try:
        return index.nearest(sought.text, within, pool), "searched", ""
    except NotBuiltError as error:
        return (), "not_built", str(error)
    except KnowledgeError as error:
        return (), "unavailable", str(error)


def _as_typed(sought: SoughtWords, ids: Sequence[int], passages: Mapping[int, Passage]) -> list[int]:
    """A third ranking: who holds most of the typed words, and as they were typed ("bạn", not "bán"), comes first."""
    held = {i: sought.held_by(passages[i].text) for i in ids}
    return sorted((i for i, n in held.items() if n), key=lambda i: -held[i])
