"""Handwritten notes in two languages, and a feed over a list: what a database gives, without one."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from knowledge.notes_index import NotesIndex
from knowledge.passages import FeedState, NoteRecord

NOTES = Path(__file__).parent.parent / "data" / "notes.json"


class ListFeed:
    """Notes that a test adds, changes and removes."""

    def __init__(self, notes: Sequence[NoteRecord]) -> None:
        self.notes = {n.id: n for n in notes}
        self.read = 0  # notes handed out, to see how much is read

    def state(self) -> FeedState:
        return FeedState(len(self.notes), max(self.notes, default=0), sum(n.customer_id for n in self.notes.values()))

    def after(self, note_id: int, limit: int) -> Sequence[NoteRecord]:
        found = [self.notes[i] for i in sorted(self.notes) if i > note_id][:limit]
        self.read += len(found)
        return found

    def sample(self, limit: int) -> Sequence[str]:
        texts = [self.notes[i].text for i in sorted(self.notes)]
        return texts[:: max(1, -(-len(texts) // limit))]

    def add(self, text: str, customer_id: int = 101, note_id: int | None = None) -> int:
        new = note_id or max(self.notes, default=0) + 1
        self.notes[new] = NoteRecord(new, customer_id, date(2026, 1, 1), text)
        return new

    def id_of(self, start: str) -> int:
        return next(n.id for n in self.notes.values() if n.text.startswith(start))


@pytest.fixture
def feed() -> ListFeed:
    written = json.loads(NOTES.read_text(encoding="utf-8"))
    return ListFeed(
        [NoteRecord(i, n["customer"], date.fromisoformat(n["day"]), n["text"]) for i, n in enumerate(written, start=1)]
    )


@pytest.fixture
def index(tmp_path: Path, feed: ListFeed) -> Iterator[NotesIndex]:
    opened = NotesIndex(tmp_path / "index", feed)
    yield opened
    opened.close()
