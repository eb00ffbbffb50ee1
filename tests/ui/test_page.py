"""The page in a real Chromium, over the scripted agent: what only a browser can show."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 375, "height": 812}}
Tabs = Callable[..., Any]


@pytest.fixture(scope="module")
def address(
    browser: Any,  # noqa: ARG001 - without one there is nothing to serve for
    serve_command: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    log = tmp_path_factory.mktemp("page") / "log"
    with serve_command([sys.executable, str(Path(__file__).with_name("scripted.py")), "0"], log) as found:
        yield found


def cells(scope: Any, column: int) -> list[str]:
    return [text.strip() for text in scope.locator(f"tbody tr td:nth-child({column})").all_inner_texts()]


def test_welcome(make_tab: Tabs, address: str) -> None:
    tab = make_tab(address)
    tab.page.get_by_role("heading", name="What would you like to know?").wait_for()
    tab.page.get_by_text("sees all customers of the group").wait_for()
    tab.page.get_by_role("button", name="few", exact=True).click()
    tab.settled(1)
    assert "25 vehicles are due" in tab.last().inner_text()
    assert tab.foreign == [] and tab.errors == []


def test_table_formats_sorts_and_pages(make_tab: Tabs, address: str) -> None:
    tab = make_tab(address)
    tab.ask("few")
    card = tab.last().locator(".lc-card")
    headers = [text.strip() for text in card.locator("thead th").all_inner_texts()]
    assert headers == ["customer", "name", "plate", "due date", "odometer (km)", "churn risk", "lifetime value (₫)"]
    first = [text.strip() for text in card.locator("tbody tr").first.locator("td").all_inner_texts()]
    assert first == ["#1", "Trần Thị Bình", "30A-00001", "02/03/2026", "10,137", "37.0%", "1,000,000"]
    align = "e => getComputedStyle(e).textAlign"
    assert card.locator("tbody td").nth(6).evaluate(align) == "right"
    assert card.locator("tbody td").nth(2).evaluate(align) in ("left", "start")

    value = card.get_by_role("columnheader", name="lifetime value")
    value.get_by_role("button").press("Enter")  # by keyboard
    assert value.get_attribute("aria-sort") == "descending" and cells(card, 1)[0] == "#25"
    value.get_by_role("button").click()
    assert value.get_attribute("aria-sort") == "ascending" and cells(card, 1)[0] == "#1"
    risk = card.get_by_role("columnheader", name="churn risk").get_by_role("button")
    risk.click()
    card.get_by_role("button", name="Last page").click()
    assert cells(card, 6)[-1] == "–"  # unknown ones last, whichever the direction
    risk.click()
    card.get_by_role("button", name="Last page").click()
    assert cells(card, 6)[-1] == "–"

    card.get_by_label("Rows a page").select_option("25")
    assert card.locator("tbody tr").count() == 25 and "1–25 of 25 rows" in card.inner_text()
    assert tab.errors == []


def test_one_row_is_shown_downwards(make_tab: Tabs, address: str) -> None:
    tab = make_tab(address)
    tab.ask("one")
    card = tab.last().locator(".lc-card")
    assert card.locator("table").count() == 0 and "1 row" in card.inner_text()
    shown = list(zip(card.locator("dt").all_inner_texts(), card.locator("dd").all_inner_texts(), strict=True))
    assert ("churn risk", "37.0%") in shown and ("lifetime value (₫)", "1,000,000") in shown
    card.get_by_role("button", name="Profile of Trần Thị Bình").click()
    tab.settled(2)
    assert "profile of customer #1" in tab.last().inner_text()


def test_rows_beyond_those_given_are_fetched(make_tab: Tabs, address: str) -> None:
    tab = make_tab(address)
    tab.ask("none")
    tab.ask("many")
    card = tab.last().locator(".lc-card")
    assert "1–10 of 2,345 rows" in card.inner_text() and "first 1,000 rows" in card.inner_text()
    card.get_by_role("button", name="Last page").click()
    card.get_by_text("#2345", exact=True).wait_for()
    assert cells(card, 1) == ["#2341", "#2342", "#2343", "#2344", "#2345"]
    # sorted over all rows, not over the thousand at hand
    card.get_by_role("columnheader", name="lifetime value").get_by_role("button").click()
    card.get_by_text("#2336", exact=True).wait_for()
    assert cells(card, 1)[0] == "#2345" and cells(card, 7)[0] == "2,345,000,000"


def test_a_card_keeps_its_state_when_the_chat_goes_on(make_tab: Tabs, address: str) -> None:
    tab = make_tab(address)
    tab.ask("few")
    card = tab.page.locator(".lc-card").first
    card.get_by_role("button", name="Next page").click()
    card.get_by_role("button", name="SQL").click()
    tab.ask("total")
    assert "11–20 of 25" in card.inner_text() and "SELECT customers.id" in card.inner_text()


def test_sql_definition_filters_and_freshness(make_tab: Tabs, address: str) -> None:
    tab = make_tab(address)
    tab.ask("few")
    card = tab.last().locator(".lc-card")
    for words in (
        "this month: 01/03/2026 – 31/03/2026", "store: Hà Nội", "Definition due date =", "Figures as of 15/03/2026",
        "12 more are overdue from before.", "Planner, no LLM", "34 ms",
    ):  # fmt: skip
        assert words in re.sub(r"\s+", " ", card.inner_text()), words
    button = card.get_by_role("button", name="SQL")
    assert button.get_attribute("aria-expanded") == "false" and card.locator("pre").count() == 0
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card.get_by_role("button", name="Copy").click()
    card.get_by_role("button", name="Copied").wait_for()
    assert tab.page.evaluate("navigator.clipboard.readText()").startswith("SELECT customers.id AS customer_id")


def test_csv(make_tab: Tabs, address: str, tmp_path: Path) -> None:
    tab = make_tab(address)
    tab.ask("few")
    with tab.page.expect_download() as download:
        tab.last().get_by_role("button", name="CSV").click()
    target = tmp_path / "answer.csv"
    download.value.save_as(target)
    text = target.read_bytes()
    assert download.value.suggested_filename == "answer-1.csv" and text.startswith(b"\xef\xbb\xbf")
    lines = text.decode("utf-8-sig").split("\r\n")
    assert lines[0] == "customer,name,plate,due date,odometer (km),churn risk,lifetime value (₫)"
    assert lines[1] == "1,Trần Thị Bình,30A-00001,2026-03-02,10137,0.37,1000000"
    assert lines[3].startswith('3,"<img src=x onerror=""window.hacked=1""><b>An</b>",')
    assert len(lines) == 27


FORMATS: list[tuple[Any, dict[str, Any], str, str]] = [
    (1234567, {"type": "integer", "unit": "₫"}, "vi", "1.234.567"),
    (1234567, {"type": "integer", "unit": "₫"}, "en", "1,234,567"),
    (0.1235, {"type": "number", "unit": "%"}, "vi", "12,4%"),
    (0.1235, {"type": "number", "unit": "%"}, "en", "12.4%"),
    (2026, {"type": "integer", "name": "model_year"}, "en", "2026"),
    (12345, {"type": "integer", "name": "customer_id"}, "vi", "#12345"),
    ("2026-03-05", {"type": "date"}, "en", "05/03/2026"),
    ("2026-03", {"type": "date"}, "en", "03/2026"),
    ("2026-03-05T14:30:00+07:00", {"type": "datetime"}, "vi", "05/03/2026 14:30"),
    (True, {"type": "boolean"}, "vi", "Có"),
    (0, {"type": "boolean"}, "en", "No"),
    (None, {"type": "integer"}, "en", "–"),
    (0, {"type": "integer"}, "en", "0"),
    ("unknown", {"type": "date"}, "en", "unknown"),
    ("due_service", {"type": "text"}, "en", "due service"),
    ("An_Bình", {"type": "text"}, "en", "An_Bình"),
]


def test_formats(make_tab: Tabs, address: str) -> None:
    page = make_tab(address).page
    labels = {"yes": "Có", "no": "No"}
    for value, column, language, shown in FORMATS:
        given = [value, {"name": "x", "label": "x"} | column, language, labels]
        assert page.evaluate("([v, c, l, t]) => window.lifecycle.format(v, c, l, t)", given) == shown


def test_a_formula_in_a_csv_is_text(make_tab: Tabs, address: str) -> None:
    columns = [{"name": "n", "label": "n", "type": "text"}, {"name": "v", "label": "v", "type": "integer"}]
    given = [columns, [["=1+1", -5], ['a,"b"', None]]]
    written = make_tab(address).page.evaluate("([columns, rows]) => window.lifecycle.csv(columns, rows)", given)
    assert written == '\ufeffn,v\r\n\'=1+1,-5\r\n"a,""b""",\r\n'


def test_a_name_opens_the_customer(make_tab: Tabs, address: str) -> None:
    tab = make_tab(address)
    tab.ask("few")
    tab.last().get_by_role("button", name="Profile of Lê Hoàng Châu").first.click()
    tab.settled(2)
    assert tab.page.locator("[data-step-type=user_message]").last.inner_text() == "profile of customer #2"
    card = tab.last().locator(".lc-customer")
    assert card.get_by_role("heading", name="Next best action").is_visible()
    assert "87,000,000 ₫" in card.inner_text()
    assert "Wants a red one." in tab.last().locator(".lc-notes blockquote").inner_text()


def test_a_clarification_is_answered_by_a_button(make_tab: Tabs, address: str) -> None:
    tab = make_tab(address)
    tab.ask("which an")
    tab.last().get_by_role("button", name="Trần Thị An #40").click()
    tab.settled(2)
    assert tab.page.locator("[data-step-type=user_message]").last.inner_text() == "total"
    assert "17.3%" in tab.last().locator(".lc-figures").inner_text()


def test_markup_in_data_stays_text(make_tab: Tabs, address: str) -> None:
    tab = make_tab(address)
    tab.ask("markup")
    tab.ask("<script>window.hacked=2</script> <img src=x onerror=window.hacked=3>")
    tab.ask("few")
    tab.page.wait_for_timeout(300)
    assert tab.page.evaluate("window.hacked") is None
    assert tab.page.locator("img[src='x'], [data-step-type] script, .lc-card b b, a[href^=javascript]").count() == 0
    assert "status:overdue" in tab.page.locator("[data-step-type=assistant_message]").first.inner_text()
    assert tab.foreign == []


def test_the_streamed_steps_and_text(make_tab: Tabs, address: str) -> None:
    tab = make_tab(address)
    tab.page.locator("#chat-input").click()
    tab.page.keyboard.insert_text("slow")
    tab.page.locator("#chat-submit:not([disabled])").click()
    tab.page.get_by_text("Understand the question").wait_for(timeout=5_000)  # shown while it runs
    tab.last().get_by_text("Phạm").wait_for(timeout=5_000)
    assert "slow" not in tab.last().inner_text()  # the last word has not arrived
    tab.settled(1)
    assert tab.last().inner_text().strip() == "Phạm Quản Trị asked: slow"
    tab.page.get_by_role("button", name="2 steps").click()
    tab.page.get_by_role("button", name="Run the query").click()
    tab.page.locator("code.language-sql, pre code").get_by_text("FROM customers").first.wait_for()


def test_stopping_leaves_a_chat_that_goes_on(make_tab: Tabs, address: str) -> None:
    tab = make_tab(address)
    tab.page.locator("#chat-input").click()
    tab.page.keyboard.insert_text("slow")
    tab.page.locator("#chat-submit:not([disabled])").click()
    tab.last().get_by_text("Phạm").wait_for(timeout=5_000)
    tab.page.locator("#stop-button").click()
    tab.page.locator("#chat-submit").wait_for()
    assert tab.page.locator(".blinking-cursor, [class*=loading-shimmer]").count() == 0
    assert "slow" not in tab.page.locator("[data-step-type=assistant_message]").first.inner_text()
    tab.ask("total")
    tab.page.get_by_text("1,204 customers are at risk.").wait_for()


@pytest.mark.parametrize(("question", "words"), [("bug", "Something went wrong"), ("agent error", "being refreshed")])
def test_errors_are_sentences(make_tab: Tabs, address: str, question: str, words: str) -> None:
    tab = make_tab(address)
    tab.ask(question)
    text = tab.last().inner_text()
    assert words in text and "Traceback" not in tab.page.content() and "secret detail" not in tab.page.content()
    tab.ask("total")  # and the chat goes on
    assert "1,204" in tab.last().inner_text()


def test_a_message_of_50_kb(make_tab: Tabs, address: str) -> None:
    tab = make_tab(address)
    tab.ask("x" * 51_200)
    assert "51,200 characters" in tab.last().inner_text()


def test_another_profile_is_another_dialogue(make_tab: Tabs, address: str) -> None:
    tab = make_tab(address)
    tab.ask("hello there")
    assert "Phạm Quản Trị asked" in tab.last().inner_text()
    tab.page.locator("#chat-profiles").click()
    tab.page.get_by_role("option", name="Nguyễn Văn An · Sales rep · Vela Hà Nội Cầu Giấy").click()
    tab.page.locator("[role=dialog]").get_by_role("button").filter(has_text="Confirm").click()
    tab.page.get_by_text("Nguyễn Văn An sees the customers in their own care.").wait_for()
    tab.ask("hello there")
    assert "Nguyễn Văn An asked" in tab.last().inner_text()


def test_vietnamese(make_tab: Tabs, address: str) -> None:
    tab = make_tab(address, locale="vi-VN")
    tab.page.get_by_role("heading", name="Bạn muốn biết điều gì?").wait_for()
    assert tab.page.get_by_text("Toàn tập đoàn", exact=False).count()
    tab.ask("nhiều")
    card = tab.last().locator(".lc-card")
    assert "1–10 trong 2.345 dòng" in card.inner_text() and "Định nghĩa" in card.inner_text()
    assert cells(card, 7)[0] == "1.000.000"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_phone(make_tab: Tabs, address: str, theme: str) -> None:
    tab = make_tab(address, color_scheme=theme, **PHONE)
    tab.ask("few")
    tab.ask("profile of customer #2")
    wide = tab.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 375
    for box in [b for b in (c.bounding_box() for c in tab.page.locator(".lc-card").all()) if b]:
        assert box["x"] >= 0 and box["x"] + box["width"] <= 375
    scroll = tab.page.locator(".lc-scroll").first
    assert scroll.evaluate("e => e.scrollWidth > e.clientWidth && e.tabIndex === 0")
    assert tab.page.evaluate("document.documentElement.className") == theme


CONTRAST = """(card) => {
  const paint = (colour) => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const luminance = (colour) => {
    const [r, g, b] = paint(colour).map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = luminance(getComputedStyle(card).backgroundColor);
  const texts = [...card.querySelectorAll("td, th, button:not(:disabled), li, p, span, dt, dd")];
  const ratios = texts.filter((e) => e.innerText && e.innerText.trim()).map((e) => {
    const front = luminance(getComputedStyle(e).color);
    return (Math.max(front, behind) + 0.05) / (Math.min(front, behind) + 0.05);
  });
  return Math.min(...ratios);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_has_contrast_and_controls_have_names(make_tab: Tabs, address: str, theme: str) -> None:
    tab = make_tab(address, color_scheme=theme)
    tab.ask("few")
    card = tab.last().locator(".lc-card")
    assert card.evaluate(CONTRAST) >= 4.5  # WCAG 2.1 AA
    nameless = "es => es.filter(e => !(e.innerText.trim() || e.getAttribute('aria-label'))).length"
    assert card.locator("button, select").evaluate_all(nameless) == 0
    assert card.locator("th:not([scope=col])").count() == 0
