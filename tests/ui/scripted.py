"""A scripted agent for what the page alone decides: slow streams, errors, long tables, markup in data."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any, Literal

from agent.answer_card import Answer, AnswerColumn, AnswerPeriod, Chip, Option, Source, Step
from agent.session import AgentError, AnswerEvent, Event, StepEvent, TokenEvent
from schema.access import Asker

MARKUP = '<img src=x onerror="window.hacked=1"><b>An</b>'
NAMES = ("Nguyễn Văn An", "Trần Thị Bình", "Lê Hoàng Châu", "Phạm Minh Đức", "Vũ Thuỳ Dương")
COLUMNS = [
    AnswerColumn(name="customer_id", label="customer", type="integer"),
    AnswerColumn(name="customer_name", label="name", type="text"),
    AnswerColumn(name="plate", label="plate", type="text"),
    AnswerColumn(name="due_date", label="due date", type="date"),
    AnswerColumn(name="estimated_odometer", label="odometer", type="integer", unit="km"),
    AnswerColumn(name="churn_probability", label="churn risk", type="number", unit="%"),
    AnswerColumn(name="lifetime_value", label="lifetime value", type="integer", unit="₫"),
]
SQL = "SELECT customers.id AS customer_id, customers.full_name AS customer_name\nFROM customers\nWHERE due_on <= :end"


def rows(count: int) -> list[list[Any]]:
    """Rows whose values follow from their number: the n-th has id n and a lifetime value of n million."""
    return [
        [
            n,
            NAMES[n % 5] if n != 3 else MARKUP,
            f"30A-{n:05d}",
            f"2026-03-{n % 28 + 1:02d}",
            10_000 + 137 * n,
            None if n % 7 == 0 else (n * 37 % 100) / 100,
            n * 1_000_000,
        ]
        for n in range(1, count + 1)
    ]


def due(total: int, given: int, language: Literal["en", "vi"] = "en") -> Answer:
    text = (
        f"**{total}** vehicles are due this month." if language == "en" else f"**{total}** xe đến hạn trong tháng này."
    )
    return Answer(
        kind="answer", answer=text, columns=COLUMNS, rows=rows(given), total_rows=total, sql=SQL,
        definition="due date = the earlier of the months and the kilometres since the last maintenance",
        filters=[Chip(label="due this month", key="service.due"), Chip(label="store: Hà Nội", key="store")],
        period=AnswerPeriod(start="2026-03-01", end="2026-03-31", label="this month"), as_of="2026-03-15",
        notices=["12 more are overdue from before."], language=language, elapsed_ms=34.0,
    )  # fmt: skip


def section(title: str, *labelled: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "rows": list(labelled)}


ANSWERS: dict[str, Answer] = {
    "few": due(25, 25),
    "many": due(2_345, 1_000),
    "nhiều": due(2_345, 1_000, "vi"),
    "none": Answer(kind="answer", answer="Nobody.", columns=COLUMNS, total_rows=0, sql=SQL),
    "one": Answer(
        kind="answer",
        answer="One vehicle is due.",
        columns=COLUMNS,
        rows=rows(1),
        total_rows=1,
        sql=SQL,
    ),
    "total": Answer(
        kind="answer",
        answer="1,204 customers are at risk.",
        total_rows=1,
        rows=[[1204, 0.173]],
        elapsed_ms=1420.0,
        columns=[
            AnswerColumn(name="count", label="customers", type="integer"),
            AnswerColumn(name="share", label="share", type="number", unit="%"),
        ],
    ),
    "by model": Answer(
        kind="answer",
        answer="Revenue by model.",
        total_rows=4,
        lane="llm",
        elapsed_ms=2100.0,
        rows=[["Vela S", 9_120_000_000], ["Vela X", 7_450_000_000], ["Orion", 1_200_000_000], [None, 90_000_000]],
        columns=[
            AnswerColumn(name="model", label="model", type="text"),
            AnswerColumn(name="revenue", label="revenue", type="integer", unit="₫"),
        ],
    ),
    "which an": Answer(
        kind="clarify",
        answer="Three customers are called An. Whom do you mean?",
        options=[Option(label="Nguyễn Văn An #12", question="few"), Option(label="Trần Thị An #40", question="total")],
    ),
    "weather": Answer(
        kind="refuse",
        refusal="out_of_scope",
        answer="I answer questions about customers, not about the weather.",
        options=[Option(label="Customers due for service this month", question="few")],
    ),
    "markup": Answer(
        kind="answer",
        answer=f"{MARKUP} ![x](https://evil.example/a.png) [y](javascript:alert(1)) status:overdue",
        sources=[Source(text=MARKUP, customer_id=7, customer_name=MARKUP, date="2026-02-01", author="Lê An")],
    ),
    "profile of customer #2": Answer(
        kind="answer",
        answer="Trần Thị Bình is Loyal.",
        profile={
            "title": "Trần Thị Bình #2",
            "sections": [
                section("Contact", {"label": "Phone", "value": "0912 345 678"}, {"label": "City", "value": None}),
                section("Next best action", {"label": "Action", "value": "Call about the overdue service"}),
                section("Value", {"label": "Lifetime value", "value": 87_000_000, "type": "integer", "unit": "₫"}),
            ],
        },
        sources=[
            Source(
                text="Wants a red one.", customer_id=2, customer_name="Trần Thị Bình", date="2026-02-01", author="An"
            )
        ],
    ),
}


class ScriptedSession:
    """Answers by the question's text; `asked` keeps what was asked."""

    def __init__(self, asker: Asker) -> None:
        self.asker, self.asked, self.queries = asker, list[str](), list[Answer]()

    async def stream(self, question: str, *, limit: int = 1000) -> AsyncIterator[Event]:
        assert limit == 1000
        self.asked.append(question)
        understand, query = (
            Step(name="Understand the question", detail="metric: a|b", elapsed_ms=3),
            Step(name="Run the query", detail=SQL, elapsed_ms=21),
        )
        yield StepEvent(understand, "started")
        if question == "slow":
            await asyncio.sleep(1.5)
        yield StepEvent(understand, "done")
        if question == "agent error":
            raise AgentError("The store is being refreshed; try again in a minute.")
        if question == "bug":
            raise ZeroDivisionError("secret detail")
        if question == "silence":
            return
        yield StepEvent(Step(name=query.name), "started")
        yield StepEvent(Step(name=query.name, detail="{'query': …}"), "done")  # its SQL comes with the answer
        answer = ANSWERS.get(question) or Answer(kind="answer", answer=f"{self.asker.name} asked: {question}")
        answer = answer.model_copy(update={"steps": [understand, query]})
        self.queries.append(answer)
        for word in answer.answer.split(" "):
            yield TokenEvent(word + " ")
            if question == "slow":
                await asyncio.sleep(0.2)
        yield AnswerEvent(answer)

    def page(self, turn: int, offset: int, limit: int, order: str | None = None) -> list[list[Any]]:
        answer = self.queries[turn]
        everything = rows(answer.total_rows)
        if order:
            index = [c.name for c in answer.columns].index(order.lstrip("-"))
            known = [r for r in everything if r[index] is not None]
            known.sort(key=lambda r: r[index], reverse=order.startswith("-"))
            everything = known + [r for r in everything if r[index] is None]
        return everything[offset : offset + limit]


class ScriptedAgent:
    today, now = date(2026, 3, 15), datetime(2026, 3, 15, 9, 0)
    askers = (
        Asker(3, "an", "Nguyễn Văn An", "sales_rep", 1),
        Asker(4, "binh", "Trần Thị Bình", "store_manager", 1),
        Asker(1, "admin", "Phạm Quản Trị", "admin"),
    )

    def __init__(self) -> None:
        self.sessions: list[ScriptedSession] = []

    def profiles(self) -> list[Asker]:
        return list(self.askers)

    def suggestions(self, language: Literal["en", "vi"]) -> list[str]:
        return ["Customers due for service this month", "few", "many"] if language == "en" else ["nhiều", "few"]

    def store_name(self, asker: Asker) -> str | None:
        return {1: "Vela Hà Nội Cầu Giấy"}.get(asker.store_id or 0)

    def session(self, asker: Asker) -> ScriptedSession:
        self.sessions.append(ScriptedSession(asker))
        return self.sessions[-1]


def open_agent(url: str | None = None, *, llm: str | None = None) -> Any:
    assert url is None and llm is None
    return ScriptedAgent()


if __name__ == "__main__":
    import sys

    from ui.serve import serve

    serve(int(sys.argv[1]), open_agent=open_agent)
