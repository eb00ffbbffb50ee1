from __future__ import annotations

import asyncio
import json
import shutil
import socket
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from ui.serve import ServeError, app_root, merged, serve, without_foreign_links, write_translations


def test_a_taken_port_is_said_before_anything_starts() -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("the agent was opened")

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=f"Port {port} can't be used.*--port {port + 1}"):
            serve(port, open_agent=never)  # type: ignore[arg-type]


def test_the_page_names_no_other_host(chainlit_server: ModuleType) -> None:
    html = chainlit_server.get_html_template("")
    assert "https://" not in html and "http://" not in html
    assert "/public/page.js" in html and "/public/style.css" in html and "Customer Lifecycle" in html


def test_own_links_stay() -> None:
    html = '<link rel="icon" href="/favicon" />\n<link\n href="https://fonts.example/x"\n rel="stylesheet"\n/>'
    assert without_foreign_links(html).strip() == '<link rel="icon" href="/favicon" />'


def test_options(chainlit_server: ModuleType) -> None:
    config = chainlit_server.config
    assert not config.features.unsafe_allow_html and not config.features.edit_message
    assert not config.features.spontaneous_file_upload.enabled and not config.features.mcp.enabled
    assert config.project.allow_origins == [] and chainlit_server.sio.eio.cors_allowed_origins is None


def test_nothing_is_written_where_we_stand(chainlit_server: ModuleType) -> None:
    assert str(Path.cwd()) != chainlit_server.APP_ROOT
    assert (Path(chainlit_server.APP_ROOT) / "public" / "elements" / "AnswerCard.jsx").is_file()


def test_translations_are_ours_over_chainlits(tmp_path: Path) -> None:
    base = {"chat": {"a": "A", "watermark": "LLMs can make mistakes"}, "x": "X"}
    for name in ("en-US", "de-DE"):
        (tmp_path / f"{name}.json").write_text(json.dumps(base), encoding="utf-8")
    write_translations(tmp_path)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["en-US.json", "vi.json"]
    vietnamese = json.loads((tmp_path / "vi.json").read_text(encoding="utf-8"))
    assert vietnamese["x"] == "X" and vietnamese["chat"]["a"] == "A" and "SQL" in vietnamese["chat"]["watermark"]


def test_merged() -> None:
    assert merged({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}, "d": {"e": 4}}) == {"a": {"b": 3, "c": 2}, "d": {"e": 4}}


def test_app_root_is_a_copy() -> None:
    first, second = app_root(), app_root()
    assert first != second and (first / "public" / "logo.svg").is_file()
    shutil.rmtree(first)
    shutil.rmtree(second)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "127.0.0.1:3002"}, 200),
        ({"Host": "127.0.0.1:3002", "Origin": "http://127.0.0.1:3002"}, 200),
        ({"Host": "127.0.0.1:3002", "Origin": "https://evil.example"}, 400),
        ({"Host": "evil.example:3002", "Origin": "http://evil.example:3002"}, 400),
    ],
)
def test_only_the_page_itself_may_talk_to_the_chat(
    chainlit_server: ModuleType, headers: dict[str, str], status: int
) -> None:
    async def handshake() -> int:
        transport = httpx.ASGITransport(app=chainlit_server.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:3002") as client:
            polled = await client.get("/ws/socket.io/?EIO=4&transport=polling", headers=headers)
            return polled.status_code

    assert asyncio.run(handshake()) == status
