"""Joins the notes' search: the index in its folder, the door to the database, synonyms of the semantic model."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
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


def open_index(database: Database, catalog: Catalog, folder: Path, url: str, embedding: str, key: str) -> NotesIndex:
    """The index of one store's notes, in a folder of its own. `embedding`: lsa, an endpoint's URL, or a dotted class."""
    provider = "openai" if embedding.startswith("http") else embedding
    settings = EmbeddingSettings(provider=provider, url=embedding if provider == "openai" else "", key=key)
    home = folder / hashlib.sha256(url.encode()).hexdigest()[:12]
    return NotesIndex(home, DatabaseFeed(database, catalog, EVERYBODY), settings)


def found(context: ToolContext, index: NotesIndex, text: str, customer_id: int | None) -> list[dict[str, Any]]:
    """Notes about `text` as an answer's sources: text, customer, date, author."""
    words = _synonyms(context.model)
    notes = NotesContext(
        context.database, context.catalog, context.asker, index, lambda word: words.get(fold(word), ())
    )
    hits = search_notes(notes, text, customer_id).hits
    return [
        {
            "text": h.text, "customer_id": h.customer_id, "customer_name": h.customer_name, "date": h.written_on.isoformat(),
            "author": h.author,
        }
        for h in hits
    ]  # fmt: skip


def _synonyms(model: SemanticModel) -> dict[str, Sequence[str]]:
    """Word -> the other names, in either language, of what it names in the model."""
    out: dict[str, set[str]] = defaultdict(set)
    for dataset in model.datasets.values():
        for f in dataset.fields.values():
            for names in f.ext.values.values():
                group = {names.label, names.label_vi, *names.synonyms}
                for word in group:
                    out[fold(word)] |= group - {word}
    return {word: sorted(others) for word, others in out.items()}
