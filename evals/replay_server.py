"""An OpenAI-compatible endpoint that answers from a cassette, so that dialogues with an LLM can be repeated by anybody.

A cassette is a file of lines {"key": …, "reply": {"content": text or null, "tool_calls": [{"name", "arguments"}]}}. The
key is the turn's: what the user said and the LLM called so far. Prompt and tools are no part of it: what an LLM once
wrote has to work with their later wording too. A turn that is not on it gets status 503.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

HOST = "127.0.0.1"
MATTERS = ("messages", "tools", "response_format", "tool_choice")
PIECE = 16  # characters of a streamed part
Reply = dict[str, Any]


class ReplyTo(Protocol):
    """Gives the reply to a request: content and tool calls, or {"error": {"status": 429, "message": …}}."""

    def __call__(self, request: dict[str, Any], /) -> Reply: ...


def request_key(request: dict[str, Any]) -> str:
    """A request's identity: what the reply depends on, with the random ids of calls numbered in their order."""
    known: dict[str, str] = {}

    def plain(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: plain(value[key], key) for key in sorted(value)}
        if isinstance(value, list):
            return [plain(item) for item in value]
        if isinstance(value, str) and name in ("id", "tool_call_id"):
            return known.setdefault(value, f"call-{len(known)}")
        return value

    content = {name: plain(request[name]) for name in MATTERS if request.get(name)}
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:20]


def read_cassettes(*paths: Path) -> dict[str, Reply]:
    """Key -> reply, of one or several cassettes. Raises ValueError for a line that is none."""
    known: dict[str, Reply] = {}
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            try:
                entry = json.loads(line)
                known[entry["key"]] = entry["reply"]
            except (ValueError, TypeError, KeyError) as error:
                raise ValueError(f"{path.name}:{number}: no line of a cassette: {error!r}") from error
    return known


def from_cassette(replies: dict[str, Reply]) -> ReplyTo:
    """Answers what was recorded."""

    def reply(request: dict[str, Any]) -> Reply:
        unknown = {"error": {"status": 503, "message": "This turn is not on the cassette."}}
        return replies.get(turn_key(request), unknown)

    return reply


def turn_key(request: dict[str, Any]) -> str:
    """Where in which dialogue a request stands: what the user said, and which calls were made."""
    said: list[Any] = []
    for message in request["messages"]:
        if message["role"] == "user":
            said.append(message["content"])
        elif message["role"] == "assistant":
            calls = message.get("tool_calls") or []
            said.append([[c["function"]["name"], json.loads(c["function"]["arguments"])] for c in calls])
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:20]


@contextmanager
def serving(reply: ReplyTo, port: int = 0) -> Iterator[str]:
    """Serve on this machine while the block runs; gives the base URL. Port 0 takes a free one."""

    class Handler(_Handler):
        reply_to = staticmethod(reply)

    server = ThreadingHTTPServer((HOST, port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    reply_to: ReplyTo

    def log_message(self, *_: object) -> None:
        """Nothing is logged: the caller has every request already."""

    def do_POST(self) -> None:
        try:
            request = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            known = self.path.endswith("/chat/completions") and isinstance(request["messages"], list)
        except (ValueError, TypeError, KeyError):
            known = False
        if not known:
            self._send(400, {"error": {"message": "POST …/v1/chat/completions with messages.", "type": "replay"}})
            return
        reply = self.reply_to(request)
        if error := reply.get("error"):
            self._send(error["status"], {"error": {"message": error["message"], "type": "replay"}})
        elif request.get("stream"):
            self._stream(request, reply)
        else:
            said: dict[str, Any] = {"role": "assistant", "content": reply.get("content")}
            choice = {"index": 0, "message": said | _calls_part(request, reply), "finish_reason": _finish(reply)}
            body = {"choices": [choice], "usage": _usage(request, reply)}
            self._send(200, _head(request, "chat.completion") | body)

    def _stream(self, request: dict[str, Any], reply: Reply) -> None:
        head = _head(request, "chat.completion.chunk")
        text = reply.get("content") or ""
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": text[i : i + PIECE]} for i in range(0, len(text), PIECE)]
        deltas += [{"tool_calls": [call]} for call in _calls_part(request, reply).get("tool_calls", [])]
        ends = [*(None for _ in deltas), _finish(reply)]
        pairs = zip([*deltas, {}], ends, strict=True)
        choices = [{"index": 0, "delta": delta, "finish_reason": end} for delta, end in pairs]
        chunks = [head | {"choices": [choice]} for choice in choices]
        chunks.append(head | {"choices": [], "usage": _usage(request, reply)})
        lines = [f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n" for chunk in chunks]
        self._write(200, "text/event-stream", "".join([*lines, "data: [DONE]\n\n"]).encode())

    def _send(self, status: int, body: dict[str, Any]) -> None:
        self._write(status, "application/json", json.dumps(body, ensure_ascii=False).encode())

    def _write(self, status: int, kind: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _calls_part(request: dict[str, Any], reply: Reply) -> dict[str, Any]:
    """The message's tool calls. Arguments that are a string go out as they stand, for replies that are malformed."""
    key = request_key(request)
    calls = []
    for i, call in enumerate(reply.get("tool_calls") or []):
        arguments = call.get("arguments", {})
        written = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
        function = {"name": call["name"], "arguments": written}
        calls.append({"index": i, "id": f"call_{key}_{i}", "type": "function", "function": function})
    return {"tool_calls": calls} if calls else {}


def _head(request: dict[str, Any], kind: str) -> dict[str, Any]:
    name = request.get("model", "replay")
    return {"id": f"chatcmpl-{request_key(request)}", "object": kind, "created": 0, "model": name}


def _finish(reply: Reply) -> str:
    return "tool_calls" if reply.get("tool_calls") else "stop"


def _usage(request: dict[str, Any], reply: Reply) -> dict[str, int]:
    """By length: about four characters a token."""
    said = [len(json.dumps(part, ensure_ascii=False)) // 4 for part in (request["messages"], reply)]
    return {"prompt_tokens": said[0], "completion_tokens": said[1], "total_tokens": sum(said)}
