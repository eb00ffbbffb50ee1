"""The tools of one session: each runs for one asker and leaves its full result under a handle.

Annotations are real types here: LlamaIndex reads a tool's parameters off its signature.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
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
    search: Callable[[str, int | None], list[dict[str, Any]]]
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
        except (ToolError, GuardError, DatabaseError, ValidationError) as error:
            outcome.error = error
        detail = (
            outcome.result.sql if outcome.result and outcome.result.sql else json.dumps(plain(args), ensure_ascii=False)
        )
        self.steps.append(Step(name=tool, detail=detail or "", elapsed_ms=(time.perf_counter() - started) * 1000))
        return preview(outcome)

    def _run(self, outcome: Outcome) -> None:
        args = outcome.args
        match outcome.tool:
            case "query_customers":
                query = (
                    args["query"]
                    if isinstance(args["query"], SemanticQuery)
                    else SemanticQuery.model_validate(args["query"])
                )
                outcome.result = query_customers(self.context, query, self.limit)
            case "run_sql":
                outcome.result = run_sql(self.context, args["sql"], self.limit)
            case "customer_profile":
                outcome.result = customer_profile(self.context, args["customer_id"])
            case "next_best_action":
                outcome.result = next_best_action(self.context, args["customer_id"])
            case "churn_risk":
                outcome.result = churn_risk(self.context, args["customer_id"])
            case "describe_data":
                outcome.result = describe_data(self.context, args.get("about") or "")
            case "search_notes":
                outcome.notes = self.search(args["text"], args.get("customer_id"))
            case _:
                raise ToolError(f"There is no tool '{outcome.tool}'. Known: {', '.join(TOOLS)}.")


TOOLS = (
    "query_customers", "run_sql", "customer_profile", "next_best_action", "churn_risk", "search_notes", "describe_data",
)  # fmt: skip


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
