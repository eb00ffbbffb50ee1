"""One turn of the planner's lane: decide, run the tools, state the answer. The loop over it lives elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from agent.answer_card import Answer
from agent.cards import Cards
from agent.language import Language, language_of
from agent.planner.columns import fields_named
from agent.planner.decisions import Ask, CallTool, Decision, Refuse, State, Which
from agent.planner.planner import Planner
from agent.planner.values import Values
from agent.refusals import nearest
from agent.toolbox import Outcome, Toolbox, plain
from schema.access import Asker
from schema.query import Aggregate, Compare, SemanticQuery
from tools.context import Result
from tools.database import DatabaseError
from tools.guard import GuardError

SUGGESTED = 4


@dataclass
class Turn:
    """The state of one question: what was decided, and the calls that follow from it."""

    question: str
    planner: Planner
    asker: Asker
    values: Values
    state: State
    toolbox: Toolbox
    suggest: Callable[[Language], list[str]]
    pending: dict[str, SemanticQuery]
    before: Language | None = None
    language: Language = field(init=False)
    decision: Decision = field(init=False)

    def __post_init__(self) -> None:
        self.language = language_of(self.question, self.before)
        chosen = self.pending.get(self.question.strip())
        self.decision = (
            Ask(chosen) if chosen is not None else self.planner.plan(self.question, self.asker, self.values, self.state)
        )

        if isinstance(self.decision, Refuse) and self.decision.why in ("words", "unreadable"):
            self._closed()
        if isinstance(self.decision, Which) and self.decision.narrowed is not None:
            self._narrow(self.decision, self.decision.narrowed)

    def _closed(self) -> None:
        """A field that the role never sees is refused as such, though not every word beside it is understood."""
        model, catalog = self.planner.ctx.model, self.toolbox.context.catalog
        for key in fields_named(self.planner.lexicon, self.question):
            table = catalog.tables.get(model.datasets[key.partition(".")[0]].source)
            if table is not None and model.field(key).expression in table.closed_to(self.asker.role):
                self.decision = Refuse("closed_field", key)
                return

    def _narrow(self, which: Which, query: SemanticQuery) -> None:
        """Where only one of the name is left by what else was said, that one is meant."""
        self.toolbox.run("query_customers", {"query": query})
        found = self.toolbox.outcomes[-1].result
        self.toolbox.forget()
        if found is None or found.total_rows != 1:
            return
        place = [c.name for c in found.columns].index("customer_id")
        question = which.question.format(f"#{found.rows[0][place]}")
        self.decision = self.planner.plan(question, self.asker, self.values, self.state)

    @property
    def suggestions(self) -> list[str]:
        """What to ask instead, once a refusal needs it."""
        return nearest(self.question, self.suggest(self.language))[:SUGGESTED]

    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        """The tool calls that the decision needs; rival readings are run beside the first."""
        d = self.decision
        if isinstance(d, Ask):
            return [("query_customers", {"query": q}) for q in (d.query, *d.rivals)]
        if isinstance(d, CallTool):
            return [(d.tool, d.args)]
        return []

    def answer(self) -> Answer:
        """The card, once the calls have run. Raises DatabaseError where the store gave none."""
        stating = Cards(self.planner.ctx.model, self.language)
        d = self.decision
        if isinstance(d, Refuse):
            return stating.refuse(d, self.suggestions)
        if isinstance(d, Which):
            return stating.which(d)
        outcomes = self.toolbox.outcomes
        if isinstance(d, Ask):
            # LlamaIndex runs several calls at once: they may have begun in another order than they were asked for
            wanted = [plain(q) for q in (d.query, *d.rivals)]
            outcomes = sorted(outcomes, key=lambda o: wanted.index(plain(o.args["query"])))
        first = outcomes[0]
        if first.error is not None:
            return self._failed(first.error, stating)
        return self._card(first, stating) if isinstance(d, CallTool) else self._rows(d, outcomes, stating)

    def _failed(self, error: Exception, stating: Cards) -> Answer:
        if isinstance(error, DatabaseError):
            raise error  # no fault of the question
        if isinstance(error, GuardError) and error.kind == "not_allowed":
            return stating.refuse(Refuse("closed_field", str(error)), self.suggestions)
        return stating.refuse(Refuse("cannot", str(error)), self.suggestions)

    def _card(self, outcome: Outcome, stating: Cards) -> Answer:
        if outcome.result and not outcome.result.rows and "customer_id" in outcome.args:
            return stating.refuse(Refuse("no_such_row", f"#{outcome.args['customer_id']}"), self.suggestions)
        return stating.card(outcome, self.planner.ctx.today.isoformat())

    def _rows(self, d: Ask, outcomes: list[Outcome], stating: Cards) -> Answer:
        results = [(o.result.query, o.result) for o in outcomes if o.result is not None and o.result.query is not None]
        likelier: SemanticQuery | None = None
        for query in d.fallbacks if all(nothing(r) for _, r in results) else ():
            self.toolbox.run("query_customers", {"query": query})
            found = self.toolbox.outcomes[-1].result
            if found is not None and not nothing(found):
                likelier, results = d.query, [(query, found)]
                break
        if any(
            not nothing(r) for _, r in results
        ):  # a reading that finds nothing gives way to one that finds something
            results = [(q, r) for q, r in results if not nothing(r)]
        first_query, first = results[0]
        if first_query != d.query:
            self.decision = replace(d, query=first_query, rivals=())
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
        if likelier is not None:
            said = stating.wording.understood(likelier)
            answer.notices.append(
                stating.wording.pick(
                    f"Read first as: {said}; nothing matches that.", f"Hiểu trước là: {said}; không có kết quả."
                )
            )
        if d.mended:
            read = ", ".join(f"{a} → {b}" for a, b in d.mended.items())
            answer.notices.append(stating.pick(f"Read as: {read}.", f"Hiểu là: {read}."))
        return answer

    def _missing_row(self, query: SemanticQuery, result: Result) -> str | None:
        """Nothing is found of one named customer: does the asker see that customer at all?"""
        if result.total_rows and query.dataset:
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

    def next_state(self, answer: Answer, told: SemanticQuery | None = None) -> State:
        """What the dialogue stands at after this turn. `told`: the query of an LLM whose rows the answer shows."""
        d = self.decision if told is None else Ask(told)
        if isinstance(d, Ask) and answer.kind == "answer":
            one = (
                self._focus(answer) or self._named(d.query) or (self.state.one if d.query == self.state.query else None)
            )
            return State(d.query, one, among=self._among(d.query, answer), day=self._day(d.query, answer))
        if isinstance(d, CallTool) and answer.kind == "answer":
            return State(self.state.query, d.args.get("customer_id") or self.state.one)
        return replace(self.state, lost=self.state.query is None and isinstance(d, Refuse))

    def _among(self, query: SemanticQuery, answer: Answer) -> tuple[str, tuple[int, ...]] | None:
        """The rows of a first n, of which a follow-up may ask: those ten, not ten of its own."""
        dataset = query.dataset or (query.by[0].field if len(query.by) == 1 else "")
        known = self.planner.ctx.model.datasets.get(dataset)
        place = next((i for i, c in enumerate(answer.columns) if known and c.name == known.ext.id_as), None)
        if query.limit is None or place is None:
            return None
        return dataset, tuple(int(r[place]) for r in answer.rows if r[place] is not None)

    def _named(self, query: SemanticQuery) -> int | None:
        """The one customer that a question named."""
        subject = self.planner.ctx.model.ext.subject
        key = self.planner.ctx.model.datasets[subject].id_field if subject else ""
        ids = {f.value for f in query.filters if isinstance(f, Compare) and f.field == key and f.op == "="}
        return int(ids.pop()) if len(ids) == 1 else None  # type: ignore[arg-type]

    def _day(self, query: SemanticQuery, answer: Answer) -> date | None:
        """The one day that was asked for: the last visit's."""
        first = query.metrics[0] if query.metrics and not query.by else None
        if not isinstance(first, Aggregate) or first.fn not in ("max", "min") or len(answer.rows) != 1:
            return None
        said = answer.rows[0][0]
        dated = self.planner.ctx.model.field(first.over).is_time and isinstance(said, str)
        return date.fromisoformat(said[:10]) if dated else None

    def _focus(self, answer: Answer) -> int | None:
        """The one customer that the answer is about."""
        place = next((i for i, c in enumerate(answer.columns) if c.name == "customer_id"), None)
        ids = {r[place] for r in answer.rows} if place is not None else set()
        return int(ids.pop()) if len(ids) == 1 else None


def nothing(result: Result) -> bool:
    """Whether a reading found nothing: no row, or one of zeros and unknowns alone."""
    return not result.total_rows or (result.total_rows == 1 and not any(any(row) for row in result.rows))


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
