"""Which embedding turns a note into a vector: the tenant's own, an endpoint's, or any LlamaIndex class."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

from knowledge.passages import KnowledgeError

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

LSA_VERSION = 1  # counts up when the same notes would give other vectors


@dataclass(frozen=True)
class EmbeddingSettings:
    """`provider`: a name of PROVIDERS, or the dotted name of a LlamaIndex embedding class.

    `options`: further arguments of its class. `floor`: the least cosine similarity that counts as near; none: the
    provider's own.
    """

    provider: str = "lsa"
    model: str = ""
    url: str = ""
    key: str = field(default="", repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)
    floor: float | None = None

    @property
    def fingerprint(self) -> str:
        """Same for settings that give the same vectors. Holds no key."""
        said = [self.provider, self.model, self.url, dict(self.options), LSA_VERSION if self.provider == "lsa" else 0]
        return json.dumps(said, sort_keys=True, default=str)

    @property
    def least_similar(self) -> float:
        """Below it a note is no hit. Pretrained embeddings differ too much in scale for one default."""
        return self.floor if self.floor is not None else FLOORS.get(self.provider, 0.0)


@runtime_checkable
class Fitted(Protocol):
    """An embedding that learns from the notes and is kept beside their vectors."""

    def fit(self, texts: Sequence[str]) -> Self: ...

    def save(self, folder: Path) -> None: ...

    def load(self, folder: Path) -> Self: ...


def _lsa(_settings: EmbeddingSettings) -> BaseEmbedding:
    from knowledge.lsa import LsaEmbedding

    return LsaEmbedding()


def _openai(settings: EmbeddingSettings) -> BaseEmbedding:
    """OpenAI, or whatever speaks its protocol at `url`."""
    from llama_index.embeddings.openai import OpenAIEmbedding

    options: dict[str, Any] = {"max_retries": 1, "timeout": 10.0, "reuse_client": True, **settings.options}
    return OpenAIEmbedding(
        model_name=settings.model or "text-embedding-3-small",
        api_base=settings.url or "https://api.openai.com/v1",  # given, for else it would read the environment
        api_key=settings.key or "none",
        **options,
    )


def _chroma(_settings: EmbeddingSettings) -> BaseEmbedding:
    """Chroma's own default, which is downloaded when it first runs."""
    from knowledge.chroma import default_embedding

    return default_embedding()


PROVIDERS: dict[str, Callable[[EmbeddingSettings], BaseEmbedding]] = {"lsa": _lsa, "openai": _openai, "chroma": _chroma}
FLOORS = {"lsa": 0.3}


def open_embedding(settings: EmbeddingSettings) -> BaseEmbedding:
    """The embedding that the settings name.

    Raises:
        KnowledgeError: no such provider, or its arguments are wrong.
    """
    from llama_index.core.base.embeddings.base import BaseEmbedding

    make = PROVIDERS.get(settings.provider)
    if make is None and "." not in settings.provider:
        raise KnowledgeError(
            f"Unknown embedding '{settings.provider}'. Known: {', '.join(sorted(PROVIDERS))}, or the dotted name of a "
            "LlamaIndex embedding class."
        )
    try:
        embedding = make(settings) if make else _class(settings)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise KnowledgeError(f"Embedding '{settings.provider}' can't be opened: {error}") from error
    if not isinstance(embedding, BaseEmbedding):
        raise KnowledgeError(f"'{settings.provider}' is no LlamaIndex embedding class.")
    return embedding


def _class(settings: EmbeddingSettings) -> Any:
    module, _, name = settings.provider.rpartition(".")
    named = {"model_name": settings.model} if settings.model else {}
    return getattr(importlib.import_module(module), name)(**named, **settings.options)


def embed(embedding: BaseEmbedding, texts: Sequence[str]) -> list[list[float]]:
    """A vector for each text.

    Raises:
        KnowledgeError: the endpoint doesn't answer, or not with vectors.
    """
    with_errors = _errors()
    try:
        return embedding.get_text_embedding_batch(list(texts))
    except with_errors as error:
        raise KnowledgeError(f"The embedding failed: {error}") from error


def embed_question(embedding: BaseEmbedding, question: str) -> list[float] | None:
    """The question's vector, or none where the embedding knows nothing of it. Raises KnowledgeError as `embed` does."""
    with_errors = _errors()
    try:
        vector = embedding.get_query_embedding(question)
    except with_errors as error:
        raise KnowledgeError(f"The embedding failed: {error}") from error
    return vector if any(vector) else None


def _errors() -> tuple[type[Exception], ...]:
    """What embeddings raise when their service is away or their answer is of no use."""
    import httpx
    from openai import OpenAIError

    return (OpenAIError, httpx.HTTPError, OSError, ValueError, RuntimeError, ImportError)
