"""The planner knows no word of this store: with every name and word of the model renamed, it plans the same.

Renamed are datasets, fields, metrics, filters, tables, columns, and each word of a label, synonym or phrase, by
exchanging consonants; so are the words of the samples' questions. What the language needs for itself (words.yaml, days,
numbers) and data (names, cities, models) stays. A question is skipped where the two can't be told apart: a phrase of
words.yaml with a word of the model in it, a renamed word that is a word of the language, a typing error meant as one.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import pytest
from renaming import (
    CONSONANTS,
    WORD,
    Renaming,
    key,
    keys,
    phrases_of_the_language,
    places,
    spoken,
    subjects,
    words_of_the_code,
)

from agent.agent import SYSTEM, Agent
from agent.planner.decisions import EMPTY, Ask, CallTool, Decision, State, Which
from agent.planner.lexicon import build_lexicon
from agent.planner.planner import Planner
from agent.planner.rules import Context
from agent.planner.values import Hit, add_listed
from agent.session_values import SessionValues
from evals.dataset import Sample, load_samples
from schema.access import ROLE_SCOPES, Asker
from schema.compiler import Compiler
from schema.frame import QueryError
from schema.joins import JoinGraph
from schema.model import SemanticModel
from schema.query import SemanticQuery
from schema.text import fold
from tools.values import Values


# planning -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Renamed:
    """The value index under the renamed sources."""

    inner: SessionValues
    renaming: Renaming

    def listed(self) -> Mapping[str, Sequence[str]]:
        return {self.renaming.name(source): values for source, values in self.inner.listed().items()}

    def named(self, words: Sequence[str], limit: int = 9) -> Sequence[Hit]:
        return [self._hit(h) for h in self.inner.named(words, limit)]

    def coded(self, code: str, limit: int = 9) -> Sequence[Hit]:
        return [self._hit(h) for h in self.inner.coded(code, limit)]

    def _hit(self, hit: Hit) -> Hit:
        return Hit(self.renaming.name(hit.source), hit.row_id, hit.label, hit.tells_apart)


def planner_of(agent: Agent, model: SemanticModel, values: SessionValues | Renamed) -> Planner:
    planner = Planner(Context(model, JoinGraph(model), agent.today), build_lexicon(model))
    add_listed(planner.lexicon, model, values)
    return planner


def decisions(planner: Planner, turns: Iterable[str], asker: Asker, values: SessionValues | Renamed) -> list[Decision]:
    state, found = EMPTY, []
    for turn in turns:
        found.append(planner.plan(turn, asker, values, state))
        state = State(found[-1].query, state.one) if isinstance(found[-1], Ask) else state
    return found


def told(
    decision: Decision, query: Callable[[Any], Any], text: Callable[[str], str], name: Callable[[str], str]
) -> Any:
    """A decision as data, with its names passed through."""
    if isinstance(decision, Ask):
        as_good = [decision.query, *decision.rivals]  # which of them comes first is nothing that anybody is told
        return sorted(repr(query(r.model_dump(mode="json"))) for r in as_good)
    if isinstance(decision, CallTool):
        return decision.tool, {name(k): text(v) if isinstance(v, str) else v for k, v in decision.args.items()}
    if isinstance(decision, Which):
        return sorted(h.row_id for h in decision.hits)
    return decision.why, text(decision.about) if decision.why in ("absent", "no_such_name", "no_such_row") else None


@dataclass
class World:
    """The planner as shipped and the renamed one, over the same store; and what tells data from words."""

    agent: Agent
    renaming: Renaming
    values: SessionValues
    shipped: Planner
    renamed: Planner
    spoken: frozenset[str]
    names: frozenset[str]
    listed: frozenset[tuple[str, ...]]
    unclear: frozenset[tuple[str, ...]]

    def say(self, turn: str) -> tuple[str, str | None]:
        """The question in the renamed words; and why it can't be compared, where it can't."""
        words = list(WORD.finditer(turn))
        said, why = self.renaming.text(turn, self._data(words)), None
        if unclear := {(i, j) for i, j in places(words, self.unclear) if not turn[i].isupper()}:
            why = f"'{' '.join(turn[i:j] for i, j in sorted(unclear))}' is the language's or data, in the model's words"
        for old, new in zip(keys(turn), keys(said), strict=True):
            if old != new and new in self.renaming.stays | self.names:
                why = f"'{old}', renamed, is '{new}'"
        return said, why

    def _data(self, words: Sequence[re.Match[str]]) -> set[tuple[int, int]]:
        """Values of short lists in any case, names by their capitals, and names that are no word of the model."""
        found = {w.span() for w in words if fold(w[0]) in self.names and key(w[0]) not in self.spoken}
        capital = [w[0][0].isupper() and fold(w[0]) in self.names for w in words]
        found |= {w.span() for i, w in enumerate(words) if capital[i] and (i > 0 or capital[1:2] == [True])}
        cities = {(i, j) for i, j in places(words, self.unclear) if words[0].string[i].isupper()}
        return found | cities | places(words, self.listed)


@pytest.fixture(scope="module")
def world(agent: Agent) -> World:
    model, values = agent.model, SessionValues(Values(agent.context(SYSTEM)), agent.short_lists)
    named = subjects(model)
    language = {keys(p) for p in phrases_of_the_language()}
    single = {words[0] for words in language if len(words) == 1}
    stays = frozenset(single | (words_of_the_code() - named))
    phrases = frozenset(words for words in language if len(words) > 1 and not named & set(words) - single)
    said = spoken(model)
    names = frozenset(w for full in _full_names(agent) for w in fold(full).split())
    tried = (_renaming(seed, stays, phrases) for seed in range(100))
    often = Counter(w for sample in load_samples() for turn in sample.turns for w in keys(turn))
    renaming = min(tried, key=lambda r: _clashes(r, {w: 1 + often[w] for w in said - stays}, stays, names))
    listed = {v for found in values.listed().values() for v in found}
    spelled = {keys(v.replace("-", sep)) for v in listed for sep in "- "}
    mixed = {words for words in spelled if len(words) > 1 and set(words) <= said}  # a tag "xe điện"
    return World(
        agent, renaming, values,
        planner_of(agent, model, values), planner_of(agent, renaming.model(model), Renamed(values, renaming)),
        spoken=frozenset(said),
        names=names,
        listed=frozenset(words for words in spelled if not set(words) <= said),
        unclear=frozenset(words for words in language if len(words) > 1) - phrases | mixed,
    )  # fmt: skip


def _full_names(agent: Agent) -> list[str]:
    rows, _ = agent.context(SYSTEM).fetch("SELECT full_name FROM customers UNION SELECT full_name FROM users", None)
    return [full for (full,) in rows.rows if full]


def _renaming(seed: int, stays: frozenset[str], phrases: frozenset[tuple[str, ...]]) -> Renaming:
    other = list(CONSONANTS)
    random.Random(seed).shuffle(other)
    shuffled = "".join(other)
    letters = str.maketrans(CONSONANTS + CONSONANTS.upper(), shuffled + shuffled.upper())
    return Renaming(letters, stays, phrases)


def _clashes(renaming: Renaming, changed: Mapping[str, int], stays: frozenset[str], names: frozenset[str]) -> int:
    """How many renamed words are of the language, by how often each is said; somebody's name weighs less."""
    renamed = [(w, key(renaming.word(w))) for w in changed]
    return sum(changed[w] * (10 * (new in stays) + (new in names or new == w)) for w, new in renamed)


def _asker(agent: Agent, sample: Sample) -> Asker:
    if sample.role is None:
        return agent.asker(str(sample.asker))
    return agent.first_of(sample.role, None if ROLE_SCOPES[sample.role] == "group" else 1)


def test_the_renaming_changes_the_model(world: World) -> None:
    """Most words are renamed, no two become one, and the names of the store's things all are."""
    words = spoken(world.agent.model)
    assert len(words & world.renaming.stays) / len(words) < 0.3
    assert len({key(world.renaming.word(w)) for w in words}) > 0.99 * len(words)
    renamed = set(world.renamed.ctx.model.datasets)
    assert len(renamed & set(world.agent.model.datasets)) <= 2  # axis_changes, follow_ups: words of the language
    assert not renamed & {"customers", "orders", "vehicles", "stores", "transactions"}


@dataclass(frozen=True)
class Compared:
    """What both planned for one dialogue; `due` and `came` as data under the renamed names."""

    id: str
    shipped: Decision
    renamed: Decision
    due: Any
    came: Any


@pytest.fixture(scope="module")
def compared(world: World) -> list[Compared]:
    found: list[Compared] = []
    skipped: dict[str, str] = {}
    samples = load_samples()
    for sample in samples:
        said = [world.say(turn) for turn in sample.turns]
        asker, other = _asker(world.agent, sample), Renamed(world.values, world.renaming)
        shipped = decisions(world.shipped, sample.turns, asker, world.values)[-1]
        why = [w for _, w in said if w] or _mended(shipped, world.renaming.stays)
        if isinstance(shipped, Which) and world.names & {
            fold(w) for t, (s, _) in zip(sample.turns, said, strict=True) for w in set(t.split()) - set(s.split())
        }:
            why = ["somebody's name in small letters is a word of the model too"]
        if why:
            skipped[sample.id] = why[0]
            continue
        renamed = decisions(world.renamed, [s for s, _ in said], asker, other)[-1]
        due = told(
            shipped, lambda q: _quoted(world, world.renaming.query(q)), lambda t: world.say(t)[0], world.renaming.name
        )
        found.append(Compared(sample.id, shipped, renamed, due, told(renamed, _as_is, _as_is, _as_is)))
    assert len(skipped) <= 0.15 * len(samples), skipped
    return found


def _quoted(world: World, part: Any) -> Any:
    """Words that a text has to hold are the asker's own, and so are renamed as the question is."""
    if isinstance(part, dict):
        words = {"value": world.say(part["value"])[0]} if part.get("op") == "contains" else {}
        return {k: _quoted(world, v) for k, v in part.items()} | words
    return [_quoted(world, x) for x in part] if isinstance(part, list) else part


def _mended(decision: Decision, stays: frozenset[str]) -> list[str]:
    mended = decision.mended if isinstance(decision, Ask) else {}
    return [f"'{typed}' was read as the language's '{meant}'" for typed, meant in mended.items() if key(meant) in stays]


def _as_is(part: Any) -> Any:
    return part


def test_the_plans_are_the_same(compared: list[Compared]) -> None:
    differing = {c.id: (c.shipped, c.renamed) for c in compared if c.due != c.came}
    assert not differing
    assert sum(isinstance(c.shipped, Ask) for c in compared) > len(compared) / 4


def test_the_sql_is_the_same(world: World, compared: list[Compared]) -> None:
    """Token by token; the compiler's own names (part_0, n) are no names of the model and stay."""
    clock = world.agent.clock
    ours = Compiler(world.agent.model, clock, "sqlite")
    theirs = Compiler(world.renamed.ctx.model, clock, "sqlite")
    for c in compared:
        if isinstance(c.shipped, Ask) and isinstance(c.renamed, Ask) and not c.shipped.rivals:
            pairs = list(zip_longest(_tokens(ours, c.shipped.query), _tokens(theirs, c.renamed.query), fillvalue=""))
            assert [
                p for p in pairs if p[1] not in (p[0], world.renaming.expression(p[0]), _said(world, p[0]))
            ] == [], c.id


def _said(world: World, token: str) -> str:
    """Words that a text has to hold, as the renamed question says them."""
    return world.say(token)[0] if token.startswith("'") else token


def _tokens(compiler: Compiler, query: SemanticQuery) -> list[str]:
    """The compiled query; none where the model can't answer it."""
    try:
        return re.findall(r"'[^']*'|\w+|\S", compiler.compile(query).tree.sql("sqlite"))
    except QueryError:
        return []


def test_without_renamed_words_hardly_a_question_is_understood(world: World, compared: list[Compared]) -> None:
    """That the plans are the same is owed to the model's words, not to words that stayed."""
    turns = {s.id: s.turns[0] for s in load_samples() if len(s.turns) == 1}
    asked = [(c.shipped, turns[c.id]) for c in compared if isinstance(c.shipped, Ask) and c.id in turns][::3]
    other = Renamed(world.values, world.renaming)
    plain = [decisions(world.renamed, [turn], SYSTEM, other)[0] for _, turn in asked]
    assert sum(isinstance(d, Ask) for d in plain) < len(asked) / 4
