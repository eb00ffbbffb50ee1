from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest

from agent.answer_card import Answer, AnswerColumn, Step
from schema.access import Asker
from ui.render import MAX_QUESTION, asker_title, cards, markdown, objection, profile_sections, question_of, step_view


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**3** due", "**3** due"),
        ("status:overdue", "status\\:overdue"),
        ("![x](http://evil)", "!\\[x\\](http\\://evil)"),
        ("<script>", "\\<script\\>"),
        ("~5 km … ~9 km", "\\~5 km … \\~9 km"),
        ("a_b `c` $d$", "a\\_b \\`c\\` \\$d\\$"),
    ],
)
def test_data_in_a_text_is_no_markup(text: str, shown: str) -> None:
    assert markdown(text) == shown


@pytest.mark.parametrize(
    ("written", "question"),
    [
        ("  due\tthis\nmonth  ", "due this month"),
        ("due\x00this\x1bmonth", "due this month"),
        ("cus\u00adtomer\u200b #1\u202e", "customer #1"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        (" \n\t\x07", ""),
    ],
)
def test_question_without_what_nobody_sees(written: str, question: str) -> None:
    assert question_of(written) == question


def test_what_is_no_question() -> None:
    assert objection("due this month", "en") is None
    assert objection("12345", "en") is None
    assert "no question" in str(objection("", "en"))
    assert "words and numbers" in str(objection("😀👍🏽 ?!", "en"))
    long = objection("x" * 51_200, "en")
    assert long and "51,200" in long and "2,000" in long
    assert "51.200" in str(objection("x" * 51_200, "vi"))
    assert objection("x" * MAX_QUESTION, "en") is None


def test_steps_show_sql_as_sql() -> None:
    sql = step_view(Step(name="Query", detail="\nWITH a AS (SELECT 1) SELECT * FROM a", elapsed_ms=2), "en")
    assert (sql.title, sql.language) == ("Query · 2 ms", "sql") and sql.content.startswith("\nWITH")
    plain = step_view(Step(name="Read", detail="selected: a|b"), "en")
    assert (plain.title, plain.content, plain.language) == ("Read", "selected\\: a\\|b", None)
    tool = step_view(Step(name="customer_profile", detail='{"customer_id": 7}', elapsed_ms=60), "vi")
    assert (tool.title, tool.content, tool.language) == ("Đọc hồ sơ · 60 ms", '{"customer_id": 7}', "json")
    assert step_view(Step(name="plan", elapsed_ms=5), "en", done=False).title == "Understand the question"


def test_answer_card_carries_everything(scripted: ModuleType) -> None:
    answer = scripted.due(2_345, 1_000)
    (card,) = cards(answer, 4)
    assert card.name == "AnswerCard"
    props = card.props
    assert (props["turn"], props["total_rows"], len(props["rows"])) == (4, 2_345, 1_000)
    assert props["rows"][0][3] == "2026-03-02"
    assert [c["unit"] for c in props["columns"]][-3:] == ["km", "%", "₫"]
    for key in ("definition", "filters", "period", "as_of", "lane", "sql", "notices", "took"):
        assert props[key], key
    json.dumps(props)


def test_units_and_labels_in_the_language_of_the_answer() -> None:
    column = AnswerColumn(name="d", label="số ngày", type="integer", unit="days")
    (card,) = cards(Answer(kind="answer", answer="…", columns=[column], rows=[[1]], total_rows=1, language="vi"), 0)
    assert card.props["columns"][0]["unit"] == "ngày" and card.props["labels"]["definition"] == "Định nghĩa"


def test_which_cards(scripted: ModuleType) -> None:
    named = {key: [card.name for card in cards(answer, 0)] for key, answer in scripted.ANSWERS.items()}
    assert named["which an"] == [] and named["weather"] == []
    assert named["markup"] == ["NotesCard"]
    assert named["profile of customer #2"] == ["CustomerCard", "NotesCard"]
    assert named["none"] == ["AnswerCard"]


def test_notes_are_quoted_and_not_tabled_again(scripted: ModuleType) -> None:
    (source,) = scripted.ANSWERS["markup"].sources
    columns = [AnswerColumn(name=n, label=n, type="text") for n in ("customer_id", "text")]
    found = Answer(kind="answer", answer="…", columns=columns, rows=[[7, "x"]], total_rows=1, sources=[source])
    quoted, facts = cards(found, 0)
    assert (quoted.name, facts.name, facts.props["rows"]) == ("NotesCard", "AnswerCard", [])
    columns.append(AnswerColumn(name="due_date", label="due", type="date"))
    table, quoted = cards(found.model_copy(update={"columns": columns, "rows": [[7, "x", None]]}), 0)
    assert (table.name, len(table.props["rows"]), quoted.name) == ("AnswerCard", 1, "NotesCard")


def test_what_to_do_next_stands_out() -> None:
    given = {"sections": {"Contact": {"a": 1}, "Next best action": {"a": 1}, "Việc nên làm tiếp": {"a": 1}}}
    assert [s["next"] for s in profile_sections(given)["sections"]] == [False, True, True]


@pytest.mark.parametrize(
    "profile",
    [
        {"title": "An", "sections": [{"title": "Contact", "rows": [{"label": "Phone", "value": "1"}]}]},
        {"title": "An", "sections": {"Contact": [("Phone", "1")]}},
        {"title": "An", "sections": {"Contact": {"Phone": "1"}}},
        {"title": "An", "Contact": {"Phone": "1"}},
    ],
)
def test_profile_of_any_shape(profile: dict[str, Any]) -> None:
    shown = profile_sections(profile)
    assert shown["title"] == "An"
    assert [(s["title"], s["rows"]) for s in shown["sections"]] == [("Contact", [{"label": "Phone", "value": "1"}])]


def test_profile_values_are_plain() -> None:
    shown = profile_sections({"sections": {"Cars": {"Plates": ["30A-1", {"a": 1}], "Next": {"b": 2}}, "Empty": {}}})
    (cars,) = shown["sections"]
    assert [row["value"] for row in cars["rows"]] == [["30A-1", "a: 1"], "b: 2"]


def test_asker_title() -> None:
    rep = Asker(3, "an", "Nguyễn Văn An", "sales_rep", 1)
    assert asker_title(rep, "Vela Hà Nội", "en") == "Nguyễn Văn An · Sales rep · Vela Hà Nội"
    assert asker_title(rep, None, "vi") == "Nguyễn Văn An · Tư vấn bán hàng · cửa hàng #1"
    assert asker_title(Asker(1, "x", "X", "admin"), None, "en") == "X · Admin · whole group"
