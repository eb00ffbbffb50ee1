"""Columns asked for in a clause beside the question."""

from __future__ import annotations

import pytest

from agent.agent import Agent
from agent.planner.columns import clauses, columns


@pytest.mark.parametrize(("text", "due"), [
    ("complaints still open? Case number and owner", [("complaints still open", "Case number and owner")]),
    ("orders of #1487: date, kind", [("orders of #1487", "date, kind")]),
    ("revenue of 1.5 billion", []),
    ("cars in the workshop - plate, please", [("cars in the workshop", "plate, please")]),
    ("hi. who is due?", []),
])  # fmt: skip
def test_clauses(text: str, due: list[tuple[str, str]]) -> None:
    assert list(clauses(text)) == due


@pytest.mark.parametrize(("clause", "dataset", "due"), [
    ("Case number and who is handling it", "cases", {"cases.number", "case_owners.full_name"}),
    ("mã và tiêu đề", "cases", {"cases.number", "cases.subject"}),
    ("ngày và số tiền từng đơn", "transactions", {"transactions.ordered_on", "transactions.revenue"}),
    ("date and amount, please", "transactions", {"transactions.ordered_on", "transactions.revenue"}),
    ("and who of them is married", "cases", None),
    ("please", "cases", None),
])  # fmt: skip
def test_columns(demo_agent: Agent, clause: str, dataset: str, due: set[str] | None) -> None:
    planner = demo_agent.planner
    found = columns(planner.ctx, planner.lexicon, clause, dataset)
    assert (set(found) if found else None) == due


def test_a_text_of_full_stops_is_tried_a_few_times() -> None:
    """Each place costs a plan; two thousand characters of them must not cost hundreds."""
    assert len(list(clauses("who are they? " * 140))) <= 3


def test_a_list_with_a_clause_is_the_list(demo_agent: Agent) -> None:
    """The same rows; the named columns come with them."""
    asked = demo_agent.session(demo_agent.asker("admin"))
    whole = asked.ask("complaints still open. I need case number, subject and who is handling it")
    plain = asked.ask("complaints still open")
    assert whole.kind == "answer", whole.answer
    assert whole.total_rows == plain.total_rows > 0
    assert {"number", "subject", "case_owner_name"} <= {c.name for c in whole.columns}
