"""An embedding that needs no download: latent semantic analysis of the tenant's own notes.

TF-IDF of words and of character n-grams on folded text, then a truncated SVD. Both languages and typos; no synonyms
that the notes don't show together. Source: Deerwester et al., "Indexing by Latent Semantic Analysis", JASIS 41 (1990).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion
from sklearn.utils.extmath import randomized_svd

from schema.text import fold

DIMENSIONS = 192
MOST_FEATURES = 60_000  # of words and of letter groups each
LEAST_KNOWN = 0.4
_WORDS_FILE, _VECTORS_FILE = "lsa_words.json", "lsa_vectors.npz"


class LsaEmbedding(BaseEmbedding):
    """Vectors of length 1 with `DIMENSIONS` + 1 entries; the last is 1 for a note of which nothing is known.

    A question gives the zero vector, near nothing, where too few of its letter groups occur in the notes.
    """

    _words: TfidfVectorizer = PrivateAttr()
    _letters: TfidfVectorizer = PrivateAttr()
    _components: npt.NDArray[np.float32] = PrivateAttr()

    def __init__(self, **options: Any) -> None:
        super().__init__(model_name="lsa", embed_batch_size=2048, **options)

    def fit(self, texts: Sequence[str]) -> Self:
        """Learn words and directions from `texts`, at least one of which holds a word. Deterministic."""
        rare = 2 if len(texts) >= 2_000 else 1
        self._words = _weights("word", min_df=rare, max_features=MOST_FEATURES)
        self._letters = _weights("char_wb", min_df=rare, max_features=MOST_FEATURES)
        counted = self._both.fit_transform(texts)
        dimensions = max(1, min(DIMENSIONS, min(counted.shape) - 1))
        _, _, directions = randomized_svd(counted, dimensions, n_iter=3, random_state=0)
        self._components = np.ascontiguousarray(directions.T, np.float32)
        return self

    def save(self, folder: Path) -> None:
        """Write words, weights and directions: plain JSON and arrays, nothing that runs code when it is read."""
        vocabularies = [sorted(v, key=v.__getitem__) for v in (self._words.vocabulary_, self._letters.vocabulary_)]
        (folder / _WORDS_FILE).write_text(json.dumps(vocabularies, ensure_ascii=False), encoding="utf-8")
        with (folder / _VECTORS_FILE).open("wb") as file:
            np.savez(file, words=self._words.idf_, letters=self._letters.idf_, components=self._components)

    def load(self, folder: Path) -> Self:
        """Read what `save` wrote. Raises OSError, ValueError or KeyError where it is missing or broken."""
        words, letters = json.loads((folder / _WORDS_FILE).read_text(encoding="utf-8"))
        self._words = _weights("word", vocabulary=words)
        self._letters = _weights("char_wb", vocabulary=letters)
        with np.load(folder / _VECTORS_FILE, allow_pickle=False) as arrays:
            self._words.idf_ = arrays["words"]
            self._letters.idf_ = arrays["letters"]
            self._components = arrays["components"]
        return self

    @property
    def _both(self) -> FeatureUnion:
        return FeatureUnion([("words", self._words), ("letters", self._letters)])

    def _vectors(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        placed = np.asarray(self._both.transform(texts) @ self._components, np.float32)
        lengths = np.linalg.norm(placed, axis=1, keepdims=True)
        nothing = (lengths < 1e-6).astype(np.float32)
        return np.hstack([placed / np.maximum(lengths, 1e-6) * (1 - nothing), nothing])

    def _known(self, text: str) -> float:
        """The share of the text's letter groups that occur in the notes."""
        groups = set(self._letters.build_analyzer()(text))
        return sum(group in self._letters.vocabulary_ for group in groups) / len(groups) if groups else 0.0

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._vectors(texts).tolist()  # type: ignore[no-any-return]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        vector = self._get_text_embedding(query)
        if vector[-1] or self._known(query) < LEAST_KNOWN:
            return [0.0] * len(vector)
        return vector

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def _weights(analyzer: str, **options: Any) -> TfidfVectorizer:
    """Words and their pairs, or groups of 3 to 5 letters within words."""
    lengths, pattern = ((1, 2), r"\w+") if analyzer == "word" else ((3, 5), None)
    return TfidfVectorizer(
        preprocessor=fold, analyzer=analyzer, token_pattern=pattern, ngram_range=lengths,
        sublinear_tf=True, dtype=np.float32, **options,
    )  # fmt: skip
