"""Ways of saying, written short: "(got|was given) a (new|different) owner" stands for four phrases."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product
from typing import Annotated

from pydantic import AfterValidator

MOST = 400  # phrases that one may stand for; more is a slip of the pen
_CHOICE = re.compile(r"\(([^()]*)\)")


def spelled_out(phrases: Iterable[str]) -> tuple[str, ...]:
    """Each phrase with its choices made, in order, none twice. Raises ValueError where one stands for too many.

    >>> spelled_out(["(got|has) (a new|another) owner"])
    ('got a new owner', 'got another owner', 'has a new owner', 'has another owner')
    """
    found: dict[str, None] = {}
    for phrase in phrases:
        parts = _CHOICE.split(phrase)  # outside, inside, outside, …
        choices = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
        number = 1
        for choice in choices:
            number *= len(choice)
        if number > MOST:
            raise ValueError(f"{phrase!r} stands for {number} phrases; at most {MOST} are possible: split it")
        for chosen in product(*choices):
            found[" ".join("".join(chosen).split())] = None
    return tuple(found)


Phrases = Annotated[tuple[str, ...], AfterValidator(spelled_out)]
