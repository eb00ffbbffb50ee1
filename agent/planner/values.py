"""The value index as the planner sees it: short lists as phrases of the lexicon, names and codes by look-up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from agent.planner.items import Pred
from agent.planner.lexicon import Lexicon
from agent.planner.scripts import ENGLISH
from agent.planner.tokens import Token
from schema.model import SemanticModel
from schema.query import Compare
from schema.text import fold, normal_phone


@dataclass(frozen=True)
class Hit:
    """A row that a name or code was found in. `tells_apart`: what distinguishes it from others of the same name."""

    source: str
    row_id: int
    label: str
    tells_apart: str = ""


class Values(Protocol):
    """Looks values up within the asker's rights."""

    def listed(self) -> Mapping[str, Sequence[str]]:
        """Short lists: dataset.field -> its distinct values."""
        ...

    def named(self, words: Sequence[str], limit: int = 9) -> Sequence[Hit]:
        """Rows whose name holds all the folded words; a shorter name first."""
        ...

    def coded(self, code: str, limit: int = 9) -> Sequence[Hit]:
        """Rows that hold the code (plate, phone, VIN), without its separators."""
        ...


def add_listed(lexicon: Lexicon, model: SemanticModel, values: Values) -> None:
    """The values of short lists, and their aliases, become phrases; datasets of one source share them."""
    by_place: dict[tuple[str, str], Sequence[str]] = {}
    for key, found in values.listed().items():
        f = model.field(key)
        by_place[model.datasets[f.dataset].source, f.expression] = found
    for dataset in model.datasets.values():
        said: set[str] = set()  # a city that is a province too is meant as the city: the first declared field has it
        for f in dataset.fields.values():
            if f.ext.index != "distinct":
                continue
            phrases = {
                (phrase, value)
                for value in by_place.get((dataset.source, f.expression), ())
                for phrase in (value, *_spellings(value), *f.ext.aliases.get(value, ()))
                if fold(phrase) not in said
            }
            for phrase, value in sorted(phrases):
                lexicon.add(
                    phrase,
                    Pred(Compare(field=f.key, op="=", value=value), dataset.name),
                    f.ext.weight,
                    capital=lexicon.is_language(phrase) or len(phrase) == 1,
                )
                said.add(fold(phrase))


def _spellings(value: str) -> tuple[str, ...]:
    """CX-5 is also typed CX5 and CX 5."""
    return (value.replace("-", ""), value.replace("-", " ")) if "-" in value else ()


@dataclass(frozen=True)
class NameFound:
    """Where a name or code stands, and the rows that it may be."""

    start: int
    end: int
    hits: tuple[Hit, ...]


MAX_LOOK_UPS, LONGEST_NAME, LOOKED_UP = 30, 10, 8  # the last: words that one look-up takes


def find_names(
    tokens: Sequence[Token], known: Sequence[bool], firm: Sequence[bool], titled: Sequence[bool], values: Values
) -> list[NameFound]:
    """Names in the question, longest first.

    Looked up are runs of capitals that are not all `firm` (part of a longer phrase, or a value of a short list), and
    where there is none, runs with a word that is unknown or has a title (anh, Mr).
    """
    word = [t.plain.replace("-", "").isalpha() for t in tokens]
    capital = [t.capital and word[i] for i, t in enumerate(tokens)]
    for i in range(1, len(tokens) - 1):  # Công ty TNHH Vận *tải* Phương Nam
        if (
            word[i]
            and not capital[i]
            and tokens[i - 1].capital
            and tokens[i + 1].capital
            and word[i - 1]
            and word[i + 1]
        ):
            capital[i] = not titled[i + 1] and (not known[i] or not firm[i]) and tokens[i].text not in ENGLISH
    for i in range(1, len(tokens)):  # Mr Hùng: the title is no part of the name
        if titled[i] and capital[i] and not (i > 1 and capital[i - 2]):
            capital[i - 1] = False
    loose = [capital[i] and not firm[i] and (i > 0 or not known[i]) for i in range(len(tokens))]
    unknown = [word[i] and (not known[i] or titled[i]) for i in range(len(tokens))]
    inside, seeds = (capital, loose) if any(loose) else (word, unknown)
    longest = LONGEST_NAME if any(loose) else 5
    found: list[NameFound] = []
    taken, budget = [False] * len(tokens), MAX_LOOK_UPS
    for length in range(min(longest, len(tokens)), 0, -1):
        for start in range(len(tokens) - length + 1):
            span = range(start, start + length)
            if budget <= 0 or any(taken[i] for i in span) or not all(inside[i] for i in span):
                continue
            if not any(seeds[i] or titled[i] for i in span):
                continue
            if length == 1 and not (capital[start] or titled[start]):
                continue  # one small word is no name
            budget -= 1
            hits = _named([tokens[i] for i in span], values)
            exact = tuple(h for h in hits if fold(h.label).split() == [tokens[i].plain for i in span])
            if length > 1 and not exact and all(known[i] for i in span):
                continue
            if length > 2 and not exact and not any(loose) and _exact_within(tokens, span, values):
                continue  # nguyen van an dang: An, who is doing something
            if not exact and any(loose) and _cut(span, capital):
                continue  # part of a longer name that nobody has is not somebody else
            if hits:
                found.append(NameFound(start, start + length, exact or hits))
                for i in span:
                    taken[i] = True
    return found


def _exact_within(tokens: Sequence[Token], span: range, values: Values) -> bool:
    """Whether the stretch without its first or last word is somebody's whole name."""
    for part in (span[:-1], span[1:]):
        words = [tokens[i] for i in part]
        if any(fold(h.label).split() == [t.plain for t in words] for h in _named(words, values)):
            return True
    return False


def _cut(span: range, capital: Sequence[bool]) -> bool:
    """Whether the stretch is part of a longer run of capitals."""
    before = span.start > 0 and capital[span.start - 1]
    return before or (span.stop < len(capital) and capital[span.stop])


def _named(words: Sequence[Token], values: Values) -> tuple[Hit, ...]:
    """Rows whose name holds the words; an accent that was typed counts."""
    written = [t.text for t in words if t.accented]
    plain = [t.plain for t in words]
    hits = values.named(plain[:LOOKED_UP], 60 if written else 9)
    if len(plain) > LOOKED_UP:
        hits = [h for h in hits if set(plain) <= set(fold(h.label).split())]
    return tuple(h for h in hits if all(w in h.label.lower().split() for w in written))[:9]


def find_codes(tokens: Sequence[Token], values: Values) -> list[NameFound]:
    """Plates, phones and VINs in any spelling, also over two or three words."""
    found = []
    for start in range(len(tokens)):
        for length in (4, 3, 2, 1):
            part = tokens[start : start + length]
            code = re.sub(r"[^0-9a-z]", "", "".join(t.plain for t in part))
            digits = sum(c.isdigit() for c in code)
            if len(part) < length or digits < 4 or not 6 <= len(code) <= 20 or part[0].plain.startswith("#"):
                continue
            if code.isdigit():
                code = normal_phone(code) or ""
            if code and (hits := values.coded(code)):
                found.append(NameFound(start, start + length, tuple(hits)))
                break
    return found


_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def find_addresses(text: str, tokens: Sequence[Token], values: Values) -> list[NameFound]:
    """E-mail addresses, which are several words to the reader."""
    found = []
    for m in _ADDRESS.finditer(text):
        inside = [i for i, t in enumerate(tokens) if m.start() <= t.start < m.end()]
        code = re.sub(r"[^0-9a-z]", "", fold(m[0]))
        if inside and (hits := values.coded(code)):
            found.append(NameFound(inside[0], inside[-1] + 1, tuple(hits)))
    return found


def missing_codes(tokens: Sequence[Token], covered: Sequence[bool]) -> list[str]:
    """What looks like a plate or phone and was found nowhere."""
    return [
        t.text
        for t, c in zip(tokens, covered, strict=True)
        if not c and re.search(r"\d{3}", t.plain) and len(t.plain) >= 6 and "/" not in t.plain
    ]
