"""Chainlit with a folder of its own, the scripted agent behind a real server, and a real Chromium."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
Serving = Callable[[list[str], Path], Any]


@pytest.fixture(scope="session")
def scripted() -> ModuleType:
    """tests/ui/scripted.py, which is no part of a package."""
    path = Path(__file__).with_name("scripted.py")
    spec = importlib.util.spec_from_file_location("scripted_agent", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["scripted_agent"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def chainlit_server() -> Iterator[ModuleType]:
    """Chainlit's server module, prepared as `serve` does it."""
    from ui.serve import app_root, prepare

    root = app_root()
    yield prepare(root)
    shutil.rmtree(root)


@contextmanager
def serving(command: list[str], log: Path, patience: float = 120) -> Iterator[str]:
    """Run a command that prints the page's address, until the block ends. Gives the address."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(command, cwd=log.parent, env=environment, stdout=out, stderr=subprocess.STDOUT)
        try:
            yield _address(process, log, patience)
        finally:
            process.terminate()
            process.wait(20)


def _address(process: subprocess.Popen[bytes], log: Path, patience: float) -> str:
    until = time.monotonic() + patience
    while time.monotonic() < until and process.poll() is None:
        written = log.read_text(encoding="utf-8")
        found = next(
            (w for line in written.splitlines() for w in line.split() if w.startswith("http://127.0.0.1:")), None
        )
        if found:
            return found.rstrip("/.,")
        time.sleep(0.1)
    pytest.fail(f"the page did not start:\n{log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="module")
def serve_command() -> Serving:
    """`serve_command(command, log)`: a context manager that gives the address."""
    return serving


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real Chromium. One a module: Playwright's event loop must not outlive it, or asyncio.run fails elsewhere."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not executable:
        pytest.skip("no Chromium: set CHROMIUM to its path, or install one")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield launched
        launched.close()


class Tab:
    """A browser tab on the chat, which notes what should never happen: errors of the page, requests to other hosts."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.errors: list[str] = []
        self.foreign: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("request", self._request)

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")) and "127.0.0.1" not in request.url:
            self.foreign.append(request.url)

    def open(self) -> None:
        self.page.goto(self.address)
        self.page.locator("#chat-input").wait_for(timeout=20_000)

    def ask(self, question: str) -> None:
        """Type a question, send it, and wait until the answer is complete."""
        before = self.page.locator("[data-step-type=user_message]").count()
        box = self.page.locator("#chat-input")
        box.click()
        self.page.keyboard.insert_text(question)
        # enabled only once the websocket is up
        self.page.locator("#chat-submit:not([disabled])").wait_for(timeout=20_000)
        self.page.locator("#chat-submit").click()
        self.settled(before + 1)

    def settled(self, questions: int) -> None:
        """Wait until the n-th question has its reply and nothing runs any more."""
        self.page.locator("[data-step-type=assistant_message]").nth(questions - 1).wait_for(timeout=30_000)
        self.page.locator("#stop-button").wait_for(state="detached", timeout=30_000)
        self.page.locator("#chat-submit").wait_for(timeout=30_000)

    def last(self) -> Any:
        """The last message of the assistant."""
        return self.page.locator("[data-step-type=assistant_message]").last


@pytest.fixture
def make_tab(browser: Any) -> Iterator[Callable[..., Tab]]:
    """`make_tab(address, **context)`: a tab of a new browser context, open on the chat."""
    contexts: list[Any] = []

    def make(address: str, **options: Any) -> Tab:
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}, "locale": "en-US"} | options))
        contexts.append(context)
        tab = Tab(context.new_page(), address)
        tab.open()
        return tab

    yield make
    for context in contexts:
        context.close()
