"""Joins the notes' search: the index in its folder, the door to the database, synonyms of the semantic model."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.embeddings import EmbeddingSettings
from knowledge.notes_index import NotesIndex
from schema.access import Asker
from schema.model import SemanticModel
from schema.text import fold
from tools.context import ToolContext
from tools.database import Database
from tools.guard import Catalog
from tools.search_notes import DatabaseFeed, NotesContext, search_notes

EVERYBODY = Asker(0, "system", "system", "admin")
SURE = 4  # letters from which a word is known without its accents: "phanh" is; "may" could be máy, mấy or English


class Notes:
    """The notes of one store. The index opens, and what it needs is imported, at the first search.

    `folder`: where the indexes of all stores are kept, each in a folder named by its URL. `embedding`: lsa, an
    endpoint's URL, or a dotted class; `key`: the endpoint's.
    """

    def __init__(self, database: Database, catalog: Catalog, folder: Path, url: str, embedding: str, key: str) -> None:
        provider = "openai" if embedding.startswith("http") else embedding
        settings = EmbeddingSettings(provider=provider, url=embedding if provider == "openai" else "", key=key)
        home = folder / hashlib.sha256(url.encode()).hexdigest()[:12]
        self._index = NotesIndex(home, DatabaseFeed(database, catalog, EVERYBODY), settings)
        self._synonyms: NoteSynonyms | None = None

    def __call__(
        self,
        context: ToolContext,
        text: str,
        customer_id: int | None,
        start: date | None = None,
        end: date | None = None,
    ) -> list[dict[str, Any]]:
        """Notes about `text`, written from `start` to `end`, as sources: text, customer, date, author."""
        if self._synonyms is None:
            self._synonyms = NoteSynonyms(context.model)
        notes = NotesContext(context.database, context.catalog, context.asker, self._index, self._synonyms)
        return [
            {
                "text": h.text, "customer_id": h.customer_id, "customer_name": h.customer_name,
                "date": h.written_on.isoformat(), "author": h.author,
            }
            for h in search_notes(notes, text, customer_id, start=start, end=end).hits
        ]  # fmt: skip


class NoteSynonyms:
    """Word -> other words for it, in either language: the values of fields, and what the model says of notes."""

    def __init__(self, model: SemanticModel) -> None:
        values = [v for d in model.datasets.values() for f in d.fields.values() for v in f.ext.values.values()]
        groups = [*model.ext.note_synonyms, *((v.label, v.label_vi, *v.synonyms) for v in values)]
        self._written: dict[str, dict[str, None]] = defaultdict(dict)
        self._folded: dict[str, dict[str, None]] = defaultdict(dict)
        for group in groups:
            for word in group:
                others = dict.fromkeys(other for other in group if other != word)
                self._written[word.lower()] |= others
                if len(fold(word)) >= SURE:
                    self._folded[fold(word)] |= others

    def __call__(self, word: str) -> Sequence[str]:
        return list(self._written.get(word.lower()) or self._folded.get(fold(word)) or ())
