"""The answer card: everything that a user, the evals and the command line are told about one turn, as data."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["answer", "clarify", "refuse"]
Refusal = Literal["no_data", "not_allowed", "out_of_scope", "not_understood"]
Lane = Literal["planner", "llm"]


class Card(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AnswerColumn(Card):
    """`type`: integer, number, text, date, datetime or boolean. `unit`: ₫, km, %, days …; a % is a share 0-1."""

    name: str
    label: str
    type: str
    unit: str | None = None


class Chip(Card):
    """One condition that the answer used, in the asker's words; `key` says what it stands for."""

    label: str
    key: str


class Option(Card):
    """What a clarification offers: pressing it asks `question`."""

    label: str
    question: str


class Step(Card):
    """One step taken: its name, what went in or came out of it, and how long it took."""

    name: str
    detail: str = ""
    elapsed_ms: float = 0.0


class Source(Card):
    """A quoted note: whose, when, by whom."""

    text: str
    customer_id: int
    customer_name: str
    date: str
    author: str | None = None


class AnswerPeriod(Card):
    start: str | None = None
    end: str | None = None
    label: str | None = None


class Answer(Card):
    """The outcome of one turn."""

    kind: Kind
    refusal: Refusal | None = None
    answer: str = Field(description="the text, in the language of the question")
    columns: list[AnswerColumn] = []
    rows: list[list[Any]] = Field([], description="in the order of columns; ISO dates, integer ₫, shares 0-1")
    total_rows: int = 0
    sql: str | None = None
    definition: str | None = None
    filters: list[Chip] = []
    period: AnswerPeriod | None = None
    as_of: str | None = Field(None, description="day of the stored figures that the answer used")
    lane: Lane = "planner"
    options: list[Option] = []
    steps: list[Step] = []
    sources: list[Source] = []
    notices: list[str] = Field(
        [], description="what else must be told: cut rows, unknown values, stale or missing data"
    )
    profile: dict[str, Any] | None = Field(None, description="for a customer card: sections of label/value pairs")
    language: Literal["en", "vi"] = "en"
    elapsed_ms: float = 0.0
