"""Starts the chat page: Chainlit from code, on one port of this machine, with no request to anybody else's."""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from agent.session import Agent

HOST = "127.0.0.1"
NAME = "Customer Lifecycle"
HERE = Path(__file__).parent
PUBLIC, TRANSLATIONS = HERE / "public", HERE / "translations"
_FOREIGN_LINK = re.compile(r"<link\b[^>]*https?://[^>]*>", re.IGNORECASE)
_FOREIGN_META = re.compile(r'<meta property="og:(?:image|url)"[^>]*>', re.IGNORECASE)


class OpenAgent(Protocol):
    def __call__(self, url: str | None, /, *, llm: str | None) -> Agent: ...


class ServeError(OSError):
    """The page can't be served; the message says why and what would help. Read by the user."""


def serve(port: int, url: str | None = None, llm: str | None = None, open_agent: OpenAgent | None = None) -> None:
    """Serve the chat at http://127.0.0.1:`port` until interrupted; prints the address. Port 0 takes a free one.

    `url` is the store's database URL (None: the configured or the demo store), `llm` the LLM's name (None: the
    configured one, or none). Raises ServeError where the port is taken, and what `open_agent` raises.
    """
    listener = _listen(port)
    agent = (open_agent or _configured)(url, llm=llm)
    root = app_root()
    try:
        server = prepare(root)
        from ui.app import Chat

        Chat(agent).install()
        run(server, listener, root)
    finally:
        listener.close()
        shutil.rmtree(root, ignore_errors=True)


def _configured(url: str | None, *, llm: str | None) -> Agent:
    from agent.build import open_agent

    return open_agent(url, llm=llm)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise ServeError(f"Port {port} can't be used: {error.strerror}. Choose another: --port {port + 1}") from error
    # listening from here on: whoever opens the address while the page still starts is answered a moment later
    listener.listen(128)
    return listener


def app_root() -> Path:
    """A folder of our own for what Chainlit reads and writes: the public files, configuration, elements in flight."""
    root = Path(tempfile.mkdtemp(prefix="lifecycle-chat-"))
    shutil.copytree(PUBLIC, root / "public")
    return root


def prepare(root: Path) -> Any:
    """Import Chainlit with its folder at `root`, configured; gives its server module."""
    os.environ["CHAINLIT_APP_ROOT"] = str(root)  # read at the import, and nowhere else: else it writes where we stand
    logging.getLogger("chainlit").setLevel(logging.ERROR)
    import chainlit.config

    configure(chainlit.config.config)
    write_translations(root / ".chainlit" / "translations")
    import chainlit.session
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    server: Any = importlib.import_module("chainlit.server")
    template = server.get_html_template
    server.get_html_template = lambda root_path: without_foreign_links(template(root_path))
    # Chainlit would ask the profiles for overrides of the configuration from inside its event loop, which can't be;
    # ours have none
    session_class: Any = chainlit.session.WebsocketSession
    session_class.get_config = lambda _: chainlit.config.config
    # its own setting lets any page of the web talk to this one; None is the same origin only
    server.sio.eio.cors_allowed_origins = None
    # and nobody's name may be pointed at this machine to become that origin
    server.app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    return server


def configure(config: Any) -> None:
    """Set Chainlit's options. Nothing is uploaded, edited, run as HTML or opened in a browser by itself."""
    config.ui.name = NAME
    config.ui.description = "Ask your customer data in plain language"
    config.ui.default_theme = "light"
    config.ui.layout = "wide"
    config.ui.cot = "full"
    config.ui.custom_css = "/public/style.css"
    config.ui.custom_js = "/public/page.js"
    config.ui.confirm_new_chat = False
    config.features.unsafe_allow_html = False
    config.features.user_message_markdown = False
    config.features.edit_message = False  # an edited question would leave the dialogue's state behind
    uploads = config.features.spontaneous_file_upload
    uploads.enabled, uploads.accept = False, ["text/plain"]
    config.project.allow_origins = []
    config.run.host, config.run.headless = HOST, True


def write_translations(folder: Path) -> None:
    """Leave English and Vietnamese there: Chainlit's English with our words over it; other browsers get English."""
    base = json.loads((folder / "en-US.json").read_text(encoding="utf-8"))
    for file in folder.glob("*.json"):
        file.unlink()
    for ours in TRANSLATIONS.glob("*.json"):
        words = merged(base, json.loads(ours.read_text(encoding="utf-8")))
        (folder / ours.name).write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the leaves of `over` in place of its own."""
    out = dict(base)
    for key, value in over.items():
        out[key] = merged(out.get(key, {}), value) if isinstance(value, Mapping) else value
    return out


def without_foreign_links(html: str) -> str:
    """The page without links to other hosts (fonts, styles): where these hang, the chat would not appear.

    >>> without_foreign_links('<link href="/a.css"><link rel="x" href="https://fonts.example/b">')
    '<link href="/a.css">'
    """
    return _FOREIGN_META.sub("", _FOREIGN_LINK.sub("", html))


def run(server: Any, listener: socket.socket, root: Path) -> None:
    """Print the address and serve until interrupted."""
    import uvicorn
    from chainlit import on_app_shutdown

    errors = logging.StreamHandler(sys.stderr)
    errors.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logging.getLogger("ui").addHandler(errors)
    # Chainlit ends the process by os._exit as soon as it has shut down: what must go, goes before
    on_app_shutdown(lambda: shutil.rmtree(root, ignore_errors=True))
    print(f"{NAME}: http://{HOST}:{listener.getsockname()[1]}  (Ctrl+C ends it)", flush=True)
    settings = uvicorn.Config(server.app, log_level="error", ws="auto", timeout_graceful_shutdown=2)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(settings).run(sockets=[listener])
