"""The command `lifecycle`: serve, ask, seed, refresh, eval, doctor. Imports what a command needs, when it runs."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="lifecycle", help="Ask the customer store in plain English or Vietnamese.", no_args_is_help=True,
    add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich",
)  # fmt: skip
Database = Annotated[
    str | None, typer.Option("--database", help="URL of the store: sqlite:///file or postgresql+psycopg://…")
]
Today = Annotated[str | None, typer.Option("--today", help="The day to answer for: YYYY-MM-DD.", metavar="DATE")]


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no date; write it as 2026-11-20.") from None


def _say(message: str) -> None:
    typer.secho(message, err=True)


@app.command()
def ask(
    questions: Annotated[list[str] | None, typer.Argument(help="One question, or the turns of one dialogue.")] = None,
    user: Annotated[str, typer.Option("--as", help="Id or login of the user who asks.")] = "admin",
    today: Today = None,
    database: Database = None,
    model: Annotated[
        Path | None, typer.Option("--model", help="An Ossie document, for a database of your own.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a question.")] = False,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read one JSON object a line: question, session, as.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most rows in an answer.")] = 1000,
) -> None:
    """Answer questions. Several in one call are turns of one dialogue."""
    if not questions and not stdin:
        raise typer.BadParameter('Ask something: lifecycle ask "Which customers are at risk of churn?"')
    day = _day(today)

    from agent.build import open_agent
    from ui.asking import answer_lines, answered, print_answer
    from ui.demo import ensure_demo
    from ui.failures import told

    with told():
        if database is None:
            ensure_demo(_say)
        agent = open_agent(database, model=model, today=day)
        if stdin:
            for line in answer_lines(agent, sys.stdin, user, limit):
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
            return
        session = agent.session(agent.asker(user))
        for question in questions or []:
            answer = answered(session, question, limit)
            if as_json:
                sys.stdout.write(json.dumps(answer.model_dump(), ensure_ascii=False) + "\n")
            else:
                print_answer(question, answer)


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port of the page.")] = 3002,
    database: Database = None,
) -> None:
    """Serve the chat page; seeds the demo company first where there is no store."""
    from agent.settings import read_settings
    from ui.demo import ensure_demo
    from ui.failures import told
    from ui.serve import serve as serve_page

    with told():
        if database is None:
            ensure_demo(_say)
        serve_page(port, database, read_settings().llm)


@app.command()
def seed(
    customers: Annotated[int, typer.Option(min=1, help="How many customers.")] = 2000,
    today: Today = None,
    number: Annotated[int, typer.Option("--seed", help="The number that all chance comes from.")] = 20,
    database: Database = None,
) -> None:
    """Make a demo company in an empty store, and compute its figures."""
    day = _day(today)

    from agent.settings import clock_today, read_settings
    from ui.demo import make_company
    from ui.failures import told

    settings = read_settings()
    with told():
        make_company(database or settings.database or settings.demo, customers, day or clock_today(), number, _say)


@app.command()
def refresh(today: Today = None, database: Database = None) -> None:
    """Compute all figures for a day (default: today), and the index of values."""
    day = _day(today)

    from agent.settings import clock_today, read_settings
    from ui.demo import refresh_store
    from ui.failures import told

    settings = read_settings()
    with told():
        refresh_store(database or settings.database or settings.demo, day or clock_today(), _say)


@app.command("eval")
def evaluate(
    only: Annotated[str | None, typer.Option(help="Only samples whose id or group holds this.")] = None,
) -> None:
    """Run the scoreboard offline. Exit code 1 below 95 % right or above 1 % confidently wrong."""
    from agent.settings import read_settings
    from evals.command import evaluate as run

    raise typer.Exit(run(folder=read_settings().data, only=only, progress=_say))


@app.command()
def doctor(database: Database = None) -> None:
    """Check what the product needs, and say what is missing."""
    from ui.doctor import checks

    worst = 0
    for name, ok, detail in checks(database):
        typer.secho(f"{'ok ' if ok else 'NO '} {name}: {detail}", fg="green" if ok else "red")
        worst = max(worst, 0 if ok else 1)
    raise typer.Exit(worst)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
