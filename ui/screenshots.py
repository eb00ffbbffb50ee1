"""Takes the documentation's pictures with the real app: `python -m ui.screenshots [--database URL] [--out FOLDER]`."""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Browser, Page, sync_playwright

DESK, PHONE = (1280, 960), (375, 812)
PATIENCE = 300  # seconds; the first start may have to seed the demo store


@dataclass(frozen=True)
class Picture:
    """What is asked before the picture is taken; `option` is the number of the option pressed in the end, from 0."""

    name: str
    questions: Sequence[str] = ()
    option: int | None = None
    size: tuple[int, int] = DESK
    theme: str = "light"
    locale: str = "en-US"


PICTURES = (
    Picture("welcome"),
    Picture("due", ["Show me customers due for service this month"]),
    Picture("purchase_history", ["What is the purchase history for customer #12345?"]),
    Picture("churn", ["Which customers are at risk of churn?"], theme="dark"),
    Picture("clarification", ["What is the next best action for Nguyễn Văn An?"]),
    Picture("next_best_action", ["What is the next best action for Nguyễn Văn An?"], option=0),
    Picture("profile", ["profile of customer #12345"]),
    Picture("vietnamese", ["Khách hàng nào đến hạn bảo dưỡng tháng này?"], locale="vi-VN"),
    Picture("phone", ["Show me customers due for service this month"], size=PHONE),
)


@contextmanager
def app(database: str | None) -> Iterator[str]:
    """Run `lifecycle serve` on a free port until the block ends. Gives its address, or ends where it does not start."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("lifecycle")), "serve", "--port", str(port)]
    process = subprocess.Popen(command + (["--database", database] if database else []))
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + PATIENCE
        while not _answers(address):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit("lifecycle serve did not start; its own output says why")
            time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=5):
            return True
    except (URLError, TimeoutError, ConnectionError):
        return False


def take(browser: Browser, address: str, picture: Picture, folder: Path) -> Path:
    """One picture in a tab of its own, as PNG; gives its file."""
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=picture.locale,
        color_scheme="dark" if picture.theme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(address)
    page.locator("#starters").wait_for()
    for asked, question in enumerate(picture.questions, 1):
        page.locator("#chat-input").click()
        page.keyboard.insert_text(question)
        page.locator("#chat-submit:not([disabled])").click()
        _settle(page, asked)
    if picture.option is not None:
        options = page.locator('[data-step-type=assistant_message] [class~="-ml-1.5"] > button[id]')
        if options.count() > picture.option:
            options.nth(picture.option).click()
            _settle(page, len(picture.questions) + 1)
    page.mouse.move(2, height / 2)
    page.wait_for_timeout(600)  # transitions
    file = folder / f"{picture.name}.png"
    page.screenshot(path=file)
    context.close()
    return file


def _settle(page: Page, questions: int) -> None:
    page.locator("[data-step-type=assistant_message]").nth(questions - 1).wait_for()
    page.locator("#stop-button").wait_for(state="detached", timeout=60_000)
    page.wait_for_timeout(400)


def main() -> None:
    """Take all pictures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", help="the store's URL; without it the one that lifecycle serve takes")
    options.add_argument("--out", type=Path, default=Path("docs/screenshots"))
    options.add_argument("--chromium", default=shutil.which("chromium"), help="path of a Chromium")
    given = options.parse_args()
    if not given.chromium:
        raise SystemExit("no Chromium found: name one with --chromium")
    given.out.mkdir(parents=True, exist_ok=True)
    with app(given.database) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
        for picture in PICTURES:
            print(take(browser, address, picture, given.out))
        browser.close()


if __name__ == "__main__":
    main()
