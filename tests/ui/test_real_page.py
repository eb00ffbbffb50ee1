"""The whole product in a real Chromium: `lifecycle serve` on a small seeded store."""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

pytestmark = pytest.mark.browser
Tabs = Callable[..., Any]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store of 400 customers as of today, with all figures. Gives its URL."""
    from ui.demo import make_company

    url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'shop.db'}"
    make_company(url, 400, date.today(), 20, lambda _: None)
    return url


@pytest.fixture(scope="module")
def address(
    browser: Any,  # noqa: ARG001 - without one there is nothing to serve for
    store: str,
    serve_command: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    lifecycle = str(Path(sys.executable).with_name("lifecycle"))
    log = tmp_path_factory.mktemp("real") / "log"
    with serve_command([lifecycle, "serve", "--port", str(port), "--database", store], log) as found:
        yield found


def test_customers_due_this_month(make_tab: Tabs, address: str, store: str) -> None:
    tab = make_tab(address)
    tab.ask("Show me customers due for service this month")
    card = tab.last().locator(".lc-card").first
    card.wait_for(timeout=20_000)
    assert card.locator("tbody tr").count() >= 1
    for words in ("Definition", "SQL", date.today().strftime("%m/%Y")):
        assert words in card.inner_text(), words
    assert tab.foreign == [] and tab.errors == []

    # the total on the card is the store's own, but for the few who must not be contacted
    first = date.today().replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    query = "SELECT count(*) FROM vehicle_metrics WHERE due_date BETWEEN :first AND :last"
    engine = create_engine(store)
    with engine.connect() as connection:
        due = connection.execute(text(query), {"first": first.isoformat(), "last": last.isoformat()}).scalar_one()
    engine.dispose()
    shown = re.search(r"of ([\d,]+) rows", card.locator(".lc-pager").inner_text())
    total = int(shown[1].replace(",", "")) if shown else 1
    assert due * 0.9 <= total <= due


def test_a_row_opens_the_customer(make_tab: Tabs, address: str) -> None:
    tab = make_tab(address)
    tab.ask("Show me customers due for service this month")
    link = tab.last().locator(".lc-card tbody .lc-link").first
    name = link.inner_text()
    link.click()
    tab.settled(2)
    assert name in tab.last().inner_text()
    card = tab.last().locator(".lc-customer")
    card.get_by_role("heading", name=name).wait_for()
    assert card.locator(".lc-next dd").count() >= 1


def test_three_customers_of_one_name(make_tab: Tabs, address: str) -> None:
    tab = make_tab(address)
    tab.ask("What is the next best action for Nguyễn Văn An?")
    tab.last().get_by_role("button").filter(has_text="An").first.click()
    tab.settled(2)
    assert "Nguyễn Văn An" in tab.last().inner_text()


@pytest.mark.parametrize("question", ["asdf qwer zxcv", "<script>alert(1)</script>", "what is the weather tomorrow?"])
def test_what_it_can_not_answer_is_a_sentence(make_tab: Tabs, address: str, question: str) -> None:
    tab = make_tab(address)
    tab.ask(question)
    reply = tab.last().inner_text()
    assert len(reply) > 20 and "Traceback" not in reply and "Something went wrong" not in reply
