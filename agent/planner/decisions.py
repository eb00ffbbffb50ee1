"""What the planner decides for a turn; words for it are found at the edge."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from agent.planner.values import Hit
from schema.query import SemanticQuery


@dataclass(frozen=True)
class Ask:
    """Run the typed query. `rivals`: other readings as good; they are run too, and asked about where results differ."""

    query: SemanticQuery
    rivals: tuple[SemanticQuery, ...] = ()
    mended: dict[str, str] = field(default_factory=dict)
    fallbacks: tuple[SemanticQuery, ...] = ()  # less likely readings, for where all these find nothing
    edited: bool = False  # the last query, changed


@dataclass(frozen=True)
class CallTool:
    tool: str
    args: dict[str, Any]


@dataclass(frozen=True)
class Which:
    """Several rows have the name that was said: ask which. `question` has a slot for the choice.

    `narrowed` lists those of them that meet what else was said of the person: where it is one, nothing is asked.
    """

    name: str
    hits: tuple[Hit, ...]
    question: str
    narrowed: SemanticQuery | None = None


Why = Literal[
    "empty",
    "unreadable",
    "words",
    "absent",
    "outside",
    "action",
    "greeting",
    "no_such_name",
    "no_such_row",
    "others_rows",
    "closed_field",
    "cannot",
    "too_long",
    "too_many_words",
    "nothing_before",
]


@dataclass(frozen=True)
class Refuse:
    """No answer, with the kind of reason and what it is about."""

    why: Why
    about: str = ""


Decision = Ask | CallTool | Which | Refuse


@dataclass(frozen=True)
class State:
    """A dialogue so far: the last typed query, and the entity in focus."""

    query: SemanticQuery | None = None
    one: int | None = None
    lost: bool = False  # what was asked first was not understood
    among: tuple[str, tuple[int, ...]] | None = None  # the rows of a first n: their dataset and ids
    day: date | None = None  # the day that the last answer gave


EMPTY = State()
