"""The types that a search of the notes is made of, and what its caller must bring."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class KnowledgeError(Exception):
    """The meaning side of a search can't run (the keyword side can); the message says why. Read by the user."""


@dataclass(frozen=True)
class NoteRecord:
    """A note as the index takes it in."""

    id: int
    customer_id: int
    written_on: date
    text: str

    @property
    def mark(self) -> str:
        """Changes when anything that the index holds of the note does."""
        held = f"{self.customer_id}|{self.written_on.isoformat()}|{self.text}"
        return hashlib.blake2b(held.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class FeedState:
    """What tells that notes came, went or moved to another customer: their count, highest id, sum of customer ids."""

    count: int
    last_id: int
    customers: int


class NoteFeed(Protocol):
    """All the notes of the tenant, whoever asks; only the index reads them, and it returns nothing but ids."""

    def state(self) -> FeedState: ...

    def after(self, note_id: int, limit: int) -> Sequence[NoteRecord]:
        """Notes with a higher id, ascending."""
        ...

    def sample(self, limit: int) -> Sequence[str]:
        """At most `limit` texts, spread evenly over all notes."""
        ...


@dataclass(frozen=True)
class Within:
    """The notes that a search may find, as a filter inside it.

    `customers`: those the asker sees; none: all. `start`, `end`: days, both included.
    """

    customers: frozenset[int] | None = None
    customer_id: int | None = None
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class Passage:
    """A note as it is quoted: its words, whose it is, and who wrote it when."""

    note_id: int
    customer_id: int
    customer_name: str
    written_on: date
    author: str | None
    text: str


KeywordSearch = Callable[[Sequence[str], int], Sequence[int]]
"""(folded words and phrases, limit) -> ids of permitted notes that hold any of them, best first."""

ReadPassages = Callable[[Sequence[int]], Mapping[int, Passage]]
"""ids -> the notes that stand in the database now and that the asker may see."""

Synonyms = Callable[[str], Sequence[str]]
"""A word or phrase in lower case -> other words for it, in either language; none where it has none."""
