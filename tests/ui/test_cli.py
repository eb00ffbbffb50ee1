"""The command `lifecycle`: what it prints, how it ends, and what it does not import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from agent.answer_card import Answer
from agent.session import Session
from tools.store import open_store, upgrade
from ui.cli import app
from ui.demo import ensure_demo, make_company

ROOT = Path(__file__).parents[2]
AT_RISK = "Which customers are at risk of churn?"
HEAVY = ("llama_index", "chainlit", "chromadb", "polars", "openai", "sklearn", "pandas", "sqlalchemy", "sqlglot")
COMMANDS = ("ask", "serve", "seed", "refresh", "eval", "doctor")


def lifecycle(*args: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(args), input=stdin)


def answers(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def python(code: str) -> str:
    """What a new process prints."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


# ask ------------------------------------------------------------------------------------------------------------------
def test_json_has_every_field_of_the_card(demo_url: str) -> None:
    (answer,) = answers(lifecycle("ask", "--json", "--database", demo_url, AT_RISK))
    assert answer.keys() == Answer.model_fields.keys()
    assert Answer.model_validate(answer).kind == "answer"
    assert len(answer["rows"]) == answer["total_rows"] > 0


def test_several_questions_are_one_dialogue(demo_url: str) -> None:
    first, second = answers(lifecycle("ask", "--json", "--database", demo_url, AT_RISK, "only in Hà Nội"))
    assert 0 < second["total_rows"] < first["total_rows"]


def test_the_asker_the_day_and_the_limit_are_taken(demo_url: str) -> None:
    mine = ("--as", "1", "--limit", "2", "--today", "2026-12-24")
    (answer,) = answers(lifecycle("ask", "--json", "--database", demo_url, *mine, AT_RISK))
    assert len(answer["rows"]) <= 2
    assert any("20/11/2026" in notice for notice in answer["notices"])


def test_a_person_reads_a_table_with_markup_as_text(demo_url: str) -> None:
    result = lifecycle("ask", "--database", demo_url, "[bold]top 5[/bold] customers by lifetime value", AT_RISK)
    assert result.exit_code == 0, result.output
    assert "[bold]top 5[/bold]" in result.stdout
    assert "--json gives all" in result.stdout


def test_a_refusal_is_an_answer_like_others(demo_url: str) -> None:
    (answer,) = answers(lifecycle("ask", "--json", "--database", demo_url, "what is the weather tomorrow"))
    assert (answer["kind"], answer["refusal"]) == ("refuse", "out_of_scope")


# --stdin --------------------------------------------------------------------------------------------------------------
def test_lines_are_answered_in_order_and_sessions_are_dialogues(demo_url: str) -> None:
    lines = [
        {"question": AT_RISK, "session": "a"},
        {"question": "how many customers", "session": "b"},
        {"question": "only in Hà Nội", "session": "a"},
        {"question": "only in Hà Nội", "session": "b"},
        {"question": "only in Hà Nội", "session": "a", "as": "1"},  # somebody else's dialogue has another past
        {"question": "only in Hà Nội"},  # a line of its own has none
    ]
    stdin = "\n\n".join(json.dumps(line) for line in lines)
    found = answers(lifecycle("ask", "--stdin", "--database", demo_url, stdin=stdin))
    assert len(found) == len(lines)
    risk, count, risk_here, count_here, other, alone = found
    assert 0 < risk_here["total_rows"] < risk["total_rows"]
    assert count_here["rows"][0][0] < count["rows"][0][0]
    assert risk_here["filters"] != other["filters"]
    assert other["sql"] is None or other["sql"] != risk_here["sql"]
    assert alone["filters"] != risk_here["filters"]


@pytest.mark.parametrize("line", ["no json", "[]", "3", '"text"', "{}", '{"question": 3}', '{"question": null}'])
def test_a_line_that_is_no_question_is_answered_with_a_sentence(demo_url: str, line: str) -> None:
    stdin = f'{line}\n{{"question": "how many customers"}}\n'
    wrong, right = answers(lifecycle("ask", "--stdin", "--database", demo_url, stdin=stdin))
    assert wrong["kind"] == "refuse"
    assert '"question"' in wrong["answer"]
    assert right["kind"] == "answer"


def test_a_user_that_nobody_knows_spoils_only_his_line(demo_url: str) -> None:
    lines = [{"question": AT_RISK, "as": "nobody"}, {"question": AT_RISK}]
    found = answers(lifecycle("ask", "--stdin", "--database", demo_url, stdin="\n".join(map(json.dumps, lines))))
    assert [a["kind"] for a in found] == ["refuse", "answer"]
    assert "nobody" in found[0]["answer"]


# what goes wrong ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("args", "code", "said"), [
    (("ask",), 2, "Ask something"),
    (("ask", "--today", "tomorrow", "x"), 2, "write it as 2026-11-20"),
    (("ask", "--today", "2026-02-30", "x"), 2, "is no date"),
    (("seed", "--today", "now"), 2, "is no date"),
    (("refresh", "--today", "now"), 2, "is no date"),
    (("ask", "--limit", "0", "x"), 2, "--limit"),
    (("seed", "--customers", "0"), 2, "--customers"),
    (("sing",), 2, "No such command"),
    (("ask", "--database", "sqlite:///{tmp}/none.db", "x"), 1, "There is no store at"),
    (("ask", "--database", "nonsense", "x"), 1, "is no database address"),
    (("ask", "--database", "mysql://host/name", "x"), 1, "can't be read"),
    (("ask", "--database", "{demo}", "--as", "nobody", "x"), 1, "No user has the id or login 'nobody'. Near:"),
    (("ask", "--database", "{demo}", "--model", "{tmp}/none.yaml", "x"), 1, "none.yaml"),
    (("seed", "--database", "nonsense"), 1, "is no database URL"),
    (("seed", "--database", "{demo}"), 1, "holds a store already"),
    (("seed", "--database", "postgresql+psycopg://me:secret@127.0.0.1:1/none"), 1, "me:***@127.0.0.1:1/none can't be"),
    (("refresh", "--database", "postgresql+psycopg://me:secret@127.0.0.1:1/none"), 1, "can't be opened"),
    (("doctor", "--database", "sqlite:///{tmp}/none.db"), 1, "NO store: There is no store at"),
])  # fmt: skip
def test_what_goes_wrong_is_a_sentence_and_an_exit_code(
    demo_url: str, tmp_path: Path, args: tuple[str, ...], code: int, said: str
) -> None:
    result = lifecycle(*(arg.format(tmp=tmp_path, demo=demo_url) for arg in args))
    told = " ".join(result.output.replace("│", " ").split())
    assert result.exit_code == code, told
    assert said in told
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


def test_an_llm_that_there_is_not_is_told_at_once(demo_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_LLM", "clever")
    for command in (("ask", "--database", demo_url, "x"), ("serve", "--port", "0", "--database", demo_url)):
        result = lifecycle(*command)
        assert result.exit_code == 1
        assert "'clever' names no LLM. Possible: planner, openai:MODEL" in result.output
    assert "NO  LLM: 'clever'" in lifecycle("doctor", "--database", demo_url).output


def test_doctor_finds_nothing_wrong_with_the_demo(demo_url: str) -> None:
    result = lifecycle("doctor", "--database", demo_url)
    assert result.exit_code == 0, result.output
    assert "figures of 2026-11-20" in result.output


def test_doctor_tells_no_password() -> None:
    result = lifecycle("doctor", "--database", "postgresql+psycopg://somebody:secret@127.0.0.1:1/none")
    assert result.exit_code == 1
    assert "secret" not in result.output


# making a store -------------------------------------------------------------------------------------------------------
def test_seed_ask_refresh_by_the_configured_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_DATABASE", f"sqlite:///{tmp_path / 'own.db'}")
    made = lifecycle("seed", "--customers", "60", "--today", "2026-03-02", "--seed", "3")
    assert made.exit_code == 0, made.output
    (count,) = answers(lifecycle("ask", "--json", "how many customers"))
    assert 0 < count["rows"][0][0] <= 70
    assert lifecycle("refresh", "--today", "2026-03-05").exit_code == 0
    (risk,) = answers(lifecycle("ask", "--json", AT_RISK))
    assert risk["as_of"] == "2026-03-05"
    assert lifecycle("seed", "--customers", "60").exit_code == 1


def test_the_demo_is_made_anew_for_a_later_day_only_while_nobody_changed_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIFECYCLE_DATA", str(tmp_path))
    path, said = tmp_path / "demo.db", []
    make_company(f"sqlite:///{path}", 60, date(2026, 1, 5), 3, lambda _: None)
    ensure_demo(said.append)
    assert any("making it anew" in line for line in said)
    said.clear()
    ensure_demo(said.append)
    assert said == []
    engine = open_store(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM notes WHERE id = 1")
        connection.exec_driver_sql("UPDATE settings SET value = '\"2026-01-05\"' WHERE name = 'today'")
    engine.dispose()
    ensure_demo(said.append)
    assert any("Refreshing" in line for line in said)
    assert not any("anew" in line for line in said)


def test_a_demo_that_was_never_finished_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_DATA", str(tmp_path))
    monkeypatch.setattr("ui.demo.DEMO_CUSTOMERS", 40)
    (tmp_path / "demo.db").touch()
    (tmp_path / "demo.db.part").write_text("stopped half-way")
    ensure_demo(lambda _: None)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["demo.db"]
    (count,) = answers(lifecycle("ask", "--json", "how many customers"))
    assert count["rows"][0][0] > 0


def test_a_demo_of_an_earlier_version_gets_its_new_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_DATA", str(tmp_path))
    monkeypatch.setattr("ui.demo.DEMO_CUSTOMERS", 40)
    ensure_demo(lambda _: None)
    engine = open_store(f"sqlite:///{tmp_path / 'demo.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE order_totals")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
    said: list[str] = []
    ensure_demo(said.append)
    assert any("earlier version" in line for line in said)
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT COUNT(*) FROM order_totals").scalar()
        assert found == connection.exec_driver_sql("SELECT COUNT(*) FROM orders").scalar() != 0
    engine.dispose()
    said.clear()
    ensure_demo(said.append)
    assert said == []


def test_a_store_without_a_company_can_be_seeded(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'made.db'}"
    engine = open_store(url)
    upgrade(engine)
    engine.dispose()
    assert lifecycle("seed", "--customers", "40", "--today", "2026-03-02", "--database", url).exit_code == 0


# quick to start -------------------------------------------------------------------------------------------------------
def test_help_of_every_command_imports_nothing_slow() -> None:
    shown = python(f"""
import sys
from typer.testing import CliRunner
from ui.cli import app
for command in ([], *[[name] for name in {COMMANDS}]):
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0 and "Usage" in result.output, result.output
print([name for name in {HEAVY} if name in sys.modules])
""")
    assert shown.strip() == "[]"


def test_a_question_on_the_command_line_needs_no_llama_index(demo_url: str) -> None:
    shown = python(f"""
import sys
from typer.testing import CliRunner
from ui.cli import app
assert CliRunner().invoke(app, ["ask", "--database", {demo_url!r}, {AT_RISK!r}]).exit_code == 0
print([name for name in {HEAVY[:-2]} if name in sys.modules])
""")
    assert shown.strip() == "[]"


def test_one_question_that_fails_ends_no_run(demo_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure within the program is a sentence in its line; the questions after it are answered."""
    asked = Session.ask

    def failing(self: Session, question: str, limit: int = 1000) -> Answer:
        if "boom" in question:
            raise RuntimeError(question)
        return asked(self, question, limit=limit)

    monkeypatch.setattr(Session, "ask", failing)
    monkeypatch.setenv("LIFECYCLE_DATA", str(demo_folder))
    lines = "\n".join(json.dumps({"question": q}) for q in ("boom", "how many customers are there"))
    result = lifecycle("ask", "--stdin", "--json", "--database", f"sqlite:///{demo_folder / 'demo.db'}", stdin=lines)
    failed, answered = answers(result)
    assert (failed["kind"], failed["refusal"]) == ("refuse", "not_understood") and "Traceback" not in result.output
    assert answered["kind"] == "answer" and answered["rows"]
