"""One turn of the planner's lane: decide, run the tools, state the answer. The loop over it lives elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agent.answer_card import Answer
from agent.cards import Cards
from agent.language import Language, language_of
from agent.planner.decisions import Ask, CallTool, Decision, Refuse, State, Which
from agent.planner.planner import Planner
from agent.planner.values import Values
from agent.toolbox import Outcome, Toolbox
from schema.access import Asker
from schema.query import SemanticQuery
from tools.context import Result
from tools.guard import GuardError


@dataclass
class Turn:
    """The state of one question: what was decided, and the calls that follow from it."""

    question: str
    planner: Planner
    asker: Asker
    values: Values
    state: State
    toolbox: Toolbox
    suggestions: list[str]
    pending: dict[str, SemanticQuery]
    language: Language = field(init=False)
    decision: Decision = field(init=False)

    def __post_init__(self) -> None:
        self.language = language_of(self.question)
        chosen = self.pending.get(self.question.strip())
        self.decision = (
            Ask(chosen) if chosen is not None else self.planner.plan(self.question, self.asker, self.values, self.state)
        )

    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        """The tool calls that the decision needs; rival readings are run beside the first."""
        d = self.decision
        if isinstance(d, Ask):
            return [("query_customers", {"query": q}) for q in (d.query, *d.rivals)]
        if isinstance(d, CallTool):
            return [(d.tool, d.args)]
        return []

    def answer(self) -> Answer:
        """The card, once the calls have run."""
        stating = Cards(self.planner.ctx.model, self.language)
        d = self.decision
        if isinstance(d, Refuse):
            return stating.refuse(d, self.suggestions)
        if isinstance(d, Which):
            return stating.which(d)
        outcomes = self.toolbox.outcomes
        failed = next((o for o in outcomes[:1] if o.error is not None), None)
        if failed is not None:
            return self._failed(failed, stating)
        if isinstance(d, CallTool):
            return self._card(outcomes[-1], stating)
        return self._rows(d, outcomes, stating)

    def _failed(self, outcome: Outcome, stating: Cards) -> Answer:
        error = outcome.error
        if isinstance(error, GuardError) and error.kind == "not_allowed":
            return stating.refuse(Refuse("closed_field", str(error)), self.suggestions)
        return stating.refuse(Refuse("cannot", str(error)), self.suggestions)

    def _card(self, outcome: Outcome, stating: Cards) -> Answer:
        today = self.planner.ctx.today.isoformat()
        if outcome.notes is not None:
            return stating.notes(outcome.notes, outcome.args["text"])
        result = outcome.result
        assert result is not None
        if outcome.tool == "describe_data":
            return stating.description(result, today)
        if not result.rows:
            return stating.refuse(Refuse("no_such_row", f"#{outcome.args['customer_id']}"), self.suggestions)
        state = {
            "customer_profile": stating.profile,
            "next_best_action": stating.next_action,
            "churn_risk": stating.churn,
        }
        return state[outcome.tool](result, today)

    def _rows(self, d: Ask, outcomes: list[Outcome], stating: Cards) -> Answer:
        results: list[tuple[SemanticQuery, Result]] = [
            (o.args["query"], o.result) for o in outcomes if o.result is not None and o.tool == "query_customers"
        ]
        first_query, first = results[0]
        missing = self._missing_row(first_query, first)
        if missing:
            return stating.refuse(Refuse("no_such_row", missing), self.suggestions)
        different = [(q, r) for q, r in results[1:] if not same_rows(first, r)]
        if different:
            kept = [(first_query, first)]
            for q, r in different:
                if all(not same_rows(r, other) for _, other in kept):
                    kept.append((q, r))
            answer = stating.rivals([q for q, _ in kept], [r for _, r in kept])
            self.pending.clear()
            self.pending.update({o.question: q for o, (q, _) in zip(answer.options, kept, strict=True)})
            return answer
        answer = stating.rows(first, self.planner.ctx.today.isoformat())
        if d.mended:
            read = ", ".join(f"{a} → {b}" for a, b in d.mended.items())
            answer.notices.append(stating.pick(f"Read as: {read}.", f"Hiểu là: {read}."))
        return answer

    def _missing_row(self, query: SemanticQuery, result: Result) -> str | None:
        """A list of one named customer's rows is empty: does the asker see that customer at all?"""
        if result.total_rows or not query.dataset:
            return None
        subject = self.planner.ctx.model.ext.subject
        if not subject:
            return None
        key = self.planner.ctx.model.datasets[subject].id_field
        for f in query.filters:
            if getattr(f, "field", None) == key and getattr(f, "op", None) == "=":
                number = int(f.value)  # type: ignore[union-attr,arg-type]
                if self.toolbox.context.one(number, []) is None:
                    return f"#{number}"
        return None

    def next_state(self, answer: Answer) -> State:
        """What the dialogue stands at after this turn."""
        d = self.decision
        if isinstance(d, Ask) and answer.kind == "answer":
            return State(d.query, self._focus(answer) or (self.state.one if d.query == self.state.query else None))
        if isinstance(d, CallTool) and answer.kind == "answer":
            return State(self.state.query, d.args.get("customer_id") or self.state.one)
        return self.state

    def _focus(self, answer: Answer) -> int | None:
        """The one customer that the answer is about."""
        place = next((i for i, c in enumerate(answer.columns) if c.name == "customer_id"), None)
        ids = {r[place] for r in answer.rows} if place is not None else set()
        return int(ids.pop()) if len(ids) == 1 else None


def same_rows(a: Result, b: Result) -> bool:
    """Whether two readings gave the same: the rows in any order of columns that both have."""
    if a.total_rows != b.total_rows:
        return False
    common = [c.name for c in a.columns if c.name in {x.name for x in b.columns}]
    if not common:
        return False

    def keyed(r: Result) -> list[str]:
        places = [[c.name for c in r.columns].index(n) for n in common]
        return sorted(repr([row[p] for p in places]) for row in r.rows)

    return keyed(a) == keyed(b)
