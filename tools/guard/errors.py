"""What the guard says when it refuses."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal

Kind = Literal["invalid", "not_allowed"]

MAX_LISTED = 100


class GuardError(Exception):
    """A query that will not run.

    `kind` names the reader. "invalid": the query is wrong or uses what is not on offer; the LLM reads message and hint,
    and writes it anew. "not_allowed": nobody with these rights gets an answer to it; the user reads the message, and
    writing it anew is of no use.
    """

    def __init__(self, message: str, kind: Kind = "invalid", hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.kind = kind
        self.hint = hint


def near(name: str, known: Iterable[str], what: str) -> str:
    """A hint that guesses and lists.

    >>> near("citi", ["id", "city"], "Columns of customers")
    "Did you mean 'city'? Columns of customers: city, id."
    """
    names = sorted(set(known))
    if not names:
        return ""
    guesses = get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    guess = f"Did you mean '{guesses[0]}'? " if guesses else ""
    more = " …" if len(names) > MAX_LISTED else ""
    return f"{guess}{what}: {', '.join(names[:MAX_LISTED])}{more}."
