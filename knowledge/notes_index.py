"""The vector side of the notes: built once, then kept level with the database a little at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.embeddings import EmbeddingSettings, Fitted, embed, embed_question, open_embedding
from knowledge.generation import Generation, GenerationFile
from knowledge.passages import FeedState, KnowledgeError, NoteFeed, NoteRecord, Within

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from knowledge.chroma import NoteVectors

BATCH = 5_461  # the most rows that Chroma takes at once
FIT_ON = 20_000
COMPARE_AT_ONCE = 20_000
PATIENCE_S = 2.0  # that a search waits for another thread's build


class NotBuiltError(KnowledgeError):
    """There are more notes than a search takes in by itself: `build` makes the index. Read by the user."""


class NotesIndex:
    """Finds notes by meaning. Opens and imports nothing heavy before its first use; safe among threads and processes.

    `folder`: where vectors and the fitted embedding are kept, and nothing else. `at_once`: the most notes that a search
    takes in before it answers; the others are left to the next searches, or to `build`.
    """

    def __init__(
        self, folder: Path, feed: NoteFeed, settings: EmbeddingSettings | None = None, *, at_once: int = BATCH
    ) -> None:
        self._folder, self._feed, self._at_once = folder, feed, at_once
        self._settings = settings or EmbeddingSettings()
        self._files = GenerationFile(folder)
        self._mutex = threading.RLock()
        self._opened_vectors: NoteVectors | None = None
        self._opened: tuple[str, BaseEmbedding] | None = None
        self._known: Generation | None = None

    def nearest(self, question: str, within: Within, limit: int) -> list[int]:
        """Ids of the notes nearest in meaning, best first; none where nothing is near.

        What was written since the last search is taken in first. A note deleted meanwhile may be among the ids: the
        caller reads them back from the database.

        Raises:
            KnowledgeError: the index or its embedding can't be used. NotBuiltError: not yet.
        """
        if within.customers is not None and not within.customers:
            return []
        if not self._mutex.acquire(timeout=PATIENCE_S):
            raise NotBuiltError("The index of the notes is being built.")
        try:
            self._catch_up()
            return self._search(question, within, limit)
        finally:
            self._mutex.release()

    def _search(self, question: str, within: Within, limit: int) -> list[int]:
        generation = self._present()
        if generation is None:
            return []
        embedding = self._embedding(generation.name)
        vector = embed_question(embedding, question)
        if vector is None:
            return []
        hits = self._vectors.nearest(generation.name, embedding, question, vector, within, limit)
        return [note_id for note_id, similarity in hits if similarity >= self._settings.least_similar]

    def build(self) -> int:
        """Make the index anew from all notes, then let go of the old one. Returns the number of notes.

        After a seed or an import, when notes have doubled, after an erasure (its words leave the fitted embedding).
        """
        with self._mutex, self._files.alone(wait=True):
            return self._build()

    def reconcile(self) -> None:
        """Take in, replace and let go of whatever differs between index and database, edited notes too."""
        with self._mutex, self._files.alone(wait=True):
            if generation := self._present():
                self._compare(generation)
            else:
                self._build()

    def forget(self, customer_id: int) -> None:
        """Let go of a customer's notes at once (an erasure)."""
        with self._mutex, self._files.alone(wait=True):
            if generation := self._present():
                self._vectors.remove_customer(generation.name, customer_id)
                self._keep(generation)

    def close(self) -> None:
        """Let go of the files."""
        with self._mutex:
            self._close_vectors()
            self._opened = None

    # keeping level --------------------------------------------------------------------------------------------------
    def _catch_up(self) -> None:
        generation, now = self._present(), self._feed.state()
        if generation and generation.taken_in == now and self._same_newest(generation):
            return
        with self._files.alone(wait=False) as alone:
            if not alone:  # another process writes: answer with what stands
                return
            generation = self._present()
            small = now.count <= self._at_once
            if generation is None and not small:
                raise NotBuiltError(f"The index of {now.count:,} notes is not built yet.")
            if generation is None or (small and now.count >= 2 * generation.fitted_on):
                self._build()
                return
            if self._same_newest(generation):
                generation = self._add_new(generation)
                if generation.taken_in == now or generation.taken_in.last_id < now.last_id:
                    return
            if now.count <= COMPARE_AT_ONCE:
                self._compare(generation)

    def _same_newest(self, generation: Generation) -> bool:
        """Whether the newest note taken in is still what it was: SQLite gives the id of a deleted last row anew."""
        return self._mark_of(generation.taken_in.last_id) == generation.last_mark

    def _mark_of(self, note_id: int) -> str:
        found = self._feed.after(note_id - 1, 1) if note_id else ()
        return found[0].mark if found and found[0].id == note_id else ""

    def _add_new(self, generation: Generation) -> Generation:
        """Take in the notes above the last id, at most `at_once` of them."""
        taken, last_mark, left = generation.taken_in, generation.last_mark, self._at_once
        while left > 0 and (records := self._feed.after(taken.last_id, min(BATCH, left))):
            self._add(generation.name, records)
            customers = taken.customers + sum(r.customer_id for r in records)
            taken, last_mark = FeedState(taken.count + len(records), records[-1].id, customers), records[-1].mark
            left -= len(records)
        return self._keep(replace(generation, taken_in=taken, last_mark=last_mark))

    def _compare(self, generation: Generation) -> None:
        now, held = self._feed.state(), self._vectors.marks(generation.name)
        gone, changed = set(held), list[NoteRecord]()
        for records in self._pages():
            gone -= {r.id for r in records}
            changed += [r for r in records if held.get(r.id) != r.mark]
        self._vectors.remove(generation.name, [*gone, *(r.id for r in changed if r.id in held)])
        for start in range(0, len(changed), BATCH):
            self._add(generation.name, changed[start : start + BATCH])
        self._keep(replace(generation, taken_in=now, last_mark=self._mark_of(now.last_id)))

    def _build(self) -> int:
        now, old = self._feed.state(), self._vectors.names()
        name = f"notes-{max((int(n.rpartition('-')[2]) for n in old), default=0) + 1}"
        embedding = open_embedding(self._settings)
        if isinstance(embedding, Fitted):
            texts = [t for t in self._feed.sample(FIT_ON) if any(c.isalnum() for c in t)]
            if not texts:
                return 0
            self._files.home(name).mkdir(exist_ok=True)
            embedding.fit(texts).save(self._files.home(name))
        self._opened = (name, embedding)
        self._vectors.create(name)
        total = 0
        for records in self._pages():
            self._add(name, records)
            total += len(records)
        self._keep(Generation(name, self._settings.fingerprint, now.count, now, self._mark_of(now.last_id)))
        for gone in old:
            self._vectors.drop(gone)
            self._files.remove(gone)
        return total

    def _pages(self) -> Iterator[Sequence[NoteRecord]]:
        last = 0
        while records := self._feed.after(last, BATCH):
            yield records
            last = records[-1].id

    def _add(self, name: str, records: Sequence[NoteRecord]) -> None:
        self._vectors.add(name, records, embed(self._embedding(name), [r.text for r in records]))

    def _keep(self, generation: Generation) -> Generation:
        self._known = replace(generation, revision=generation.revision + 1)
        self._files.write(self._known)
        return self._known

    # what is open ---------------------------------------------------------------------------------------------------
    def _present(self) -> Generation | None:
        """The generation that stands. Chroma is opened anew where another process wrote: it would not see that."""
        generation = self._files.read(self._settings.fingerprint)
        if generation != self._known:
            self._close_vectors()
            self._known = generation
        return generation

    def _close_vectors(self) -> None:
        if self._opened_vectors:
            self._opened_vectors.close()
            self._opened_vectors = None

    @property
    def _vectors(self) -> NoteVectors:
        if self._opened_vectors is None:
            from knowledge.chroma import NoteVectors

            self._opened_vectors = NoteVectors(self._folder / "chroma")
        return self._opened_vectors

    def _embedding(self, name: str) -> BaseEmbedding:
        """The embedding of that generation."""
        if self._opened is None or self._opened[0] != name:
            embedding = open_embedding(self._settings)
            if isinstance(embedding, Fitted):
                try:
                    embedding.load(self._files.home(name))
                except (OSError, ValueError, KeyError) as error:
                    raise KnowledgeError(
                        f"The fitted embedding of the notes is broken; build it anew. {error}"
                    ) from error
            self._opened = (name, embedding)
        return self._opened[1]
