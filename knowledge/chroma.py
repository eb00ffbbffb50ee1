"""The door to Chroma: vectors of notes, with the customer and the day that a search filters by.

No text is kept here: what is quoted comes from the database.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import chromadb
from chromadb.api.client import Client
from chromadb.config import Settings
from chromadb.errors import ChromaError
from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.schema import QueryBundle, TextNode
from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters
from llama_index.vector_stores.chroma import ChromaVectorStore

from knowledge.passages import KnowledgeError, NoteRecord, Within

BATCH = 5_461  # the most rows that Chroma takes at once
MOST_CUSTOMERS = 5_000  # in one filter; SQLite below Chroma takes no more than 32,766 variables


class NoteVectors:
    """The collections of one folder; each generation of the index is one of them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with _translated():
            client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
        self._client = cast(Client, client)  # the only one that can be closed

    def create(self, name: str) -> None:
        with _translated():
            self._client.create_collection(
                name, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 200}}
            )

    def names(self) -> list[str]:
        with _translated():
            return [collection.name for collection in self._client.list_collections()]

    def drop(self, name: str) -> None:
        with _translated():
            self._client.delete_collection(name)

    def count(self, name: str) -> int:
        with _translated():
            return self._collection(name).count()

    def add(self, name: str, records: Sequence[NoteRecord], vectors: Sequence[Sequence[float]]) -> None:
        """At most BATCH records. Ids that are there already stay as they are."""
        nodes = [
            TextNode(
                id_=str(record.id),
                text="",
                embedding=list(vector),
                metadata={"customer_id": record.customer_id, "day": _day(record), "mark": record.mark},
            )
            for record, vector in zip(records, vectors, strict=True)
        ]
        with _translated():
            ChromaVectorStore(chroma_collection=self._collection(name)).add(list(nodes))

    def remove(self, name: str, ids: Iterable[int]) -> None:
        gone = [str(i) for i in ids]
        with _translated():
            for start in range(0, len(gone), BATCH):
                self._collection(name).delete(ids=gone[start : start + BATCH])

    def remove_customer(self, name: str, customer_id: int) -> None:
        with _translated():
            self._collection(name).delete(where={"customer_id": customer_id})

    def marks(self, name: str) -> dict[int, str]:
        """What each note was when it was taken in."""
        found: dict[int, str] = {}
        with _translated():
            collection = self._collection(name)
            for offset in range(0, collection.count(), BATCH):
                page = collection.get(limit=BATCH, offset=offset, include=["metadatas"])
                found |= {
                    int(i): str(held["mark"]) for i, held in zip(page["ids"], page["metadatas"] or (), strict=True)
                }
        return found

    def nearest(
        self, name: str, embedding: BaseEmbedding, question: str, vector: list[float], within: Within, limit: int
    ) -> list[tuple[int, float]]:
        """(id, cosine similarity) of the nearest notes within the filter, best first."""
        found: dict[int, float] = {}
        with _translated():
            store = ChromaVectorStore(chroma_collection=self._collection(name))
            # its default transformations would open a tokenizer
            index = VectorStoreIndex.from_vector_store(store, embed_model=embedding, transformations=[embedding])
            for filters in _filters(within):
                retriever = index.as_retriever(similarity_top_k=limit, filters=filters)
                for hit in retriever.retrieve(QueryBundle(question, embedding=vector)):
                    # LlamaIndex scores exp(-distance); the distance is 1 - cosine
                    found[int(hit.node_id)] = 1 + math.log(hit.score) if hit.score else 0.0
        return sorted(found.items(), key=lambda item: (-item[1], item[0]))[:limit]

    def close(self) -> None:
        self._client.close()

    def _collection(self, name: str) -> chromadb.Collection:
        return self._client.get_collection(name, embedding_function=None)


def _day(record: NoteRecord) -> int:
    return int(record.written_on.strftime("%Y%m%d"))


def _filters(within: Within) -> Iterator[MetadataFilters | None]:
    """The filter in as many parts as Chroma needs; none: everything."""
    common = []
    if within.customer_id is not None:
        common.append(MetadataFilter(key="customer_id", value=within.customer_id))
    if within.start:
        common.append(
            MetadataFilter(key="day", value=int(within.start.strftime("%Y%m%d")), operator=FilterOperator.GTE)
        )
    if within.end:
        common.append(MetadataFilter(key="day", value=int(within.end.strftime("%Y%m%d")), operator=FilterOperator.LTE))
    if within.customers is None:
        yield MetadataFilters(filters=list(common)) if common else None
        return
    allowed = sorted(within.customers)
    for start in range(0, len(allowed), MOST_CUSTOMERS):
        part = MetadataFilter(
            key="customer_id", value=allowed[start : start + MOST_CUSTOMERS], operator=FilterOperator.IN
        )
        yield MetadataFilters(filters=[*common, part])


class ChromaFunctionEmbedding(BaseEmbedding):
    """One of Chroma's embedding functions as a LlamaIndex embedding."""

    _function: chromadb.EmbeddingFunction[chromadb.Documents] = PrivateAttr()

    def __init__(self, function: chromadb.EmbeddingFunction[chromadb.Documents]) -> None:
        super().__init__(model_name="chroma", embed_batch_size=256)
        self._function = function

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in vector] for vector in self._function(texts)]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def default_embedding() -> BaseEmbedding:
    """The embedding that Chroma takes when nothing else is said; it downloads its weights."""
    from chromadb.utils.embedding_functions import DefaultEmbeddingFunction

    return ChromaFunctionEmbedding(DefaultEmbeddingFunction())


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (ChromaError, OSError, ValueError, RuntimeError) as error:
        raise KnowledgeError(f"The notes' vector index can't be used: {error}") from error
