"""The tools of one session: each runs for one asker and leaves its full result under a handle.

Annotations are real types here: LlamaIndex reads a tool's parameters off its signature.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError

from agent.answer_card import Step
from schema.query import SemanticQuery
from tools.churn_risk import churn_risk
from tools.context import Result, ToolContext, ToolError
from tools.customer_profile import customer_profile
from tools.database import DatabaseError
from tools.describe_data import describe_data
from tools.guard import GuardError
from tools.next_best_action import next_best_action
from tools.query_customers import query_customers
from tools.run_sql import run_sql

PREVIEW_ROWS = 20


@dataclass
class Outcome:
    """One tool call and what came of it."""

    tool: str
    args: dict[str, Any]
    result: Result | None = None
    notes: list[dict[str, Any]] | None = None
    error: Exception | None = None


@dataclass
class Toolbox:
    """Runs tools by name. `search` is the notes' search, given by the builder."""

    context: ToolContext
    search: Callable[..., list[dict[str, Any]]]
    limit: int = 1000
    outcomes: list[Outcome] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def query_customers(self, query: SemanticQuery) -> str:
        """Answer a question about the customer store with a typed query: metrics, groups, filters, a period."""
        return self.run("query_customers", {"query": query})

    def run_sql(self, sql: str) -> str:
        """Run one read-only SELECT, only where no typed query fits the question."""
        return self.run("run_sql", {"sql": sql})

    def customer_profile(self, customer_id: int) -> str:
        """Everything about one customer: who, cars, value, last contacts, what to do next."""
        return self.run("customer_profile", {"customer_id": customer_id})

    def next_best_action(self, customer_id: int) -> str:
        """What to do next with one customer, with the reason, the channel and the best time."""
        return self.run("next_best_action", {"customer_id": customer_id})

    def churn_risk(self, customer_id: int) -> str:
        """How likely one customer is not to come back, and why."""
        return self.run("churn_risk", {"customer_id": customer_id})

    def search_notes(self, text: str, customer_id: int | None = None) -> str:
        """Search what staff wrote about customers; notes are quoted, each with customer, date and author."""
        return self.run("search_notes", {"text": text, "customer_id": customer_id})

    def describe_data(self, about: str = "") -> str:
        """What can be asked for, what a term means, and what the store does not hold yet."""
        return self.run("describe_data", {"about": about})

    def run(self, tool: str, args: dict[str, Any]) -> str:
        """Run a tool; its outcome is kept, a preview is given back. Errors for the LLM are given back as text."""
        started = time.perf_counter()
        outcome = Outcome(tool, args)
        self.outcomes.append(outcome)
        try:
            self._run(outcome)
        except (ToolError, GuardError, DatabaseError) as error:
            outcome.error = error
        sql = outcome.result.sql if outcome.result else None
        detail = sql or json.dumps(plain(args), ensure_ascii=False)
        self.steps.append(Step(name=tool, detail=detail, elapsed_ms=(time.perf_counter() - started) * 1000))
        return preview(outcome)

    def forget(self) -> None:
        """Drop what was found, for another attempt; the steps stay, for they were taken."""
        self.outcomes.clear()

    def _run(self, outcome: Outcome) -> None:
        args = outcome.args
        match outcome.tool:
            case "query_customers":
                outcome.result = query_customers(self.context, _query(args["query"]), self.limit)
            case "run_sql":
                outcome.result = run_sql(self.context, str(args["sql"]), self.limit)
            case "customer_profile":
                outcome.result = customer_profile(self.context, _customer(args["customer_id"]))
            case "next_best_action":
                outcome.result = next_best_action(self.context, _customer(args["customer_id"]))
            case "churn_risk":
                outcome.result = churn_risk(self.context, _customer(args["customer_id"]))
            case "describe_data":
                outcome.result = describe_data(self.context, str(args.get("about") or ""))
            case "search_notes":
                customer = args.get("customer_id")
                outcome.notes = self.search(
                    str(args["text"]), None if customer is None else _customer(customer), **_days(args)
                )
            case _:
                raise ToolError(f"There is no tool '{outcome.tool}'. Known: {', '.join(TOOLS)}.")


TOOLS = (
    "query_customers", "run_sql", "customer_profile", "next_best_action", "churn_risk", "search_notes", "describe_data",
)  # fmt: skip


def _query(value: Any) -> SemanticQuery:
    """A typed query as an LLM gives it: an object, or its JSON. Raises ToolError, which names each wrong part."""
    if isinstance(value, SemanticQuery):
        return value
    try:
        if isinstance(value, str):
            return SemanticQuery.model_validate_json(value)
        return SemanticQuery.model_validate(value)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'query'}: {e['msg']}" for e in error.errors())
        raise ToolError(f"That is no typed query. {wrong}") from error


def _customer(value: Any) -> int:
    """A customer's number as an LLM gives it: 12345, "12345" or "#12345"."""
    text = str(value).removeprefix("#")
    if not text.isdecimal():
        raise ToolError(f"customer_id is a whole number such as 12345, not {value!r}.")
    return int(text)


def _days(args: dict[str, Any]) -> dict[str, date]:
    """The first and last day of a search; only those that were given."""
    return {name: date.fromisoformat(args[name]) for name in ("start", "end") if args.get(name)}


def plain(value: Any) -> Any:
    """Arguments as JSON."""
    if isinstance(value, SemanticQuery):
        return value.model_dump(mode="json", exclude_defaults=True)
    return {k: plain(v) for k, v in value.items()} if isinstance(value, dict) else value


def preview(outcome: Outcome) -> str:
    """What an LLM's message gets of a result: columns, the first rows, the true number."""
    if outcome.error is not None:
        return json.dumps({"error": str(outcome.error)}, ensure_ascii=False)
    if outcome.notes is not None:
        return json.dumps({"notes": outcome.notes}, ensure_ascii=False)
    r = outcome.result
    assert r is not None
    shown: dict[str, Any] = {
        "columns": [c.name for c in r.columns],
        "rows": r.rows[:PREVIEW_ROWS],
        "total_rows": r.total_rows,
    }
    if r.as_of:
        shown["as_of"] = r.as_of
    for beside in r.beside:
        shown.setdefault("beside", {})[beside.named] = beside.count
    if r.missing:
        shown["not_in_the_store"] = r.missing
    if "reason" in r.details:
        shown["reason"] = {"rule": r.details["reason"].rule, "inputs": dict(r.details["reason"].inputs)}
    if "sections" in r.details:
        shown["profile"] = {
            name: [(c[0].label, c[1]) if isinstance(c, tuple) else c for c in content]
            for name, content in r.details["sections"].items()
        }
    return json.dumps(shown, ensure_ascii=False, default=str)
