"""Embeddings by setting: the tenant's own, an endpoint's, any LlamaIndex class."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from knowledge.embeddings import EmbeddingSettings, embed, embed_question, open_embedding
from knowledge.notes_index import NotesIndex
from knowledge.passages import KnowledgeError, Within


def letters(text: str) -> list[float]:
    """How often each letter occurs."""
    return [float(text.lower().count(c)) for c in "abcdefghijklmnopqrstuvwxyz"]


@pytest.fixture
def endpoint() -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """An OpenAI-compatible endpoint, and the requests that it got."""
    got: list[tuple[str, str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            got.append((self.path, self.headers["Authorization"], asked["model"]))
            data = [{"object": "embedding", "index": i, "embedding": letters(t)} for i, t in enumerate(asked["input"])]
            usage = {"prompt_tokens": 1, "total_tokens": 1}
            body = json.dumps({"object": "list", "model": asked["model"], "data": data, "usage": usage}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1", got
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_endpoint_by_url(tmp_path: Path, feed, endpoint):
    url, got = endpoint
    index = NotesIndex(tmp_path / "index", feed, EmbeddingSettings("openai", "bge-m3", url, "secret"))
    rattle = feed.id_of("Rattling")
    assert index.nearest(feed.notes[rattle].text, Within(), 1) == [rattle]
    assert set(got) == {("/v1/embeddings", "Bearer secret", "bge-m3")}
    index.close()
    held = b"".join(p.read_bytes() for p in (tmp_path / "index").rglob("*") if p.is_file())
    assert b"secret" not in held


def test_an_endpoint_that_is_away_is_told(tmp_path: Path, feed):
    options = {"max_retries": 0, "timeout": 1.0}
    index = NotesIndex(tmp_path, feed, EmbeddingSettings("openai", "m", "http://127.0.0.1:9/v1", options=options))
    with pytest.raises(KnowledgeError, match="embedding failed"):
        index.nearest("phanh", Within(), 1)
    index.close()


def test_a_class_by_dotted_name():
    embedding = open_embedding(EmbeddingSettings("llama_index.core.MockEmbedding", options={"embed_dim": 4}))
    assert embed(embedding, ["a", "b"]) == [[0.5] * 4] * 2


@pytest.mark.parametrize(
    ("provider", "message"),
    [
        ("lsi", "Known: chroma, lsa, openai"),
        ("no.such.Class", "can't be opened"),
        ("llama_index.core.NoSuchEmbedding", "can't be opened"),
        ("pathlib.Path", "no LlamaIndex embedding class"),
    ],
)
def test_a_wrong_provider_is_told(provider: str, message: str):
    with pytest.raises(KnowledgeError, match=message):
        open_embedding(EmbeddingSettings(provider))


def test_chromas_functions_fit_in():
    from knowledge.chroma import ChromaFunctionEmbedding

    embedding = ChromaFunctionEmbedding(lambda texts: [np.array(letters(t), np.float32) for t in texts])
    assert embed(embedding, ["abba"]) == [letters("abba")]
    assert embed_question(embedding, "abba") == letters("abba")
    assert embed_question(embedding, "…") is None


def test_the_fingerprint_tells_vectors_apart_and_holds_no_key():
    one = EmbeddingSettings("openai", "m", "http://a/v1", "secret")
    assert one.fingerprint == EmbeddingSettings("openai", "m", "http://a/v1", "other").fingerprint
    assert one.fingerprint != EmbeddingSettings("openai", "n", "http://a/v1", "secret").fingerprint
    assert "secret" not in one.fingerprint + repr(one)


def test_the_fitted_embedding_is_the_same_after_saving(tmp_path: Path, feed):
    from knowledge.lsa import LsaEmbedding

    texts = [n.text for n in feed.notes.values()]
    fitted = LsaEmbedding().fit(texts)
    again = LsaEmbedding().fit(texts)
    fitted.save(tmp_path)
    loaded = LsaEmbedding().load(tmp_path)
    vectors = embed(fitted, texts)
    assert embed(loaded, texts) == vectors
    assert np.allclose(embed(again, texts), vectors)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert embed(fitted, ["…"])[0][-1] == 1.0
    assert embed_question(fitted, "…") is None
