"""The planner knows no word of this store: with every name and word of the model renamed, it plans the same.

Renamed are datasets, fields, metrics, filters, tables, columns, and each word of a label, synonym or phrase, by exchanging
consonants; so are the words of the samples' questions. What the language needs for itself (words.yaml, days and numbers)
and data (names, cities, models) stays. A question is skipped where the two can't be told apart: a phrase of words.yaml that
has a word of the model in it, or a renamed word that is a word of the language.
"""

from __future__ import annotations

import ast
import calendar
import random
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.agent import SYSTEM, Agent
from agent.planner import lexicon as lexicon_module
from agent.planner.decisions import EMPTY, Ask, CallTool, Decision, Refuse, State, Which
from agent.planner.lexicon import build_lexicon
from agent.planner.planner import Planner
from agent.planner.rules import Context
from agent.planner.tokens import stem
from agent.planner.values import Hit, add_listed
from agent.session_values import SessionValues
from evals.dataset import Sample, load_samples
from schema.access import ROLE_SCOPES, Asker
from schema.compiler import Compiler
from schema.joins import JoinGraph
from schema.model import SemanticModel
from schema.query import SemanticQuery
from schema.text import fold
from tools.values import Values

PLANNER = Path(lexicon_module.__file__).parent
CONSONANTS = "bcfghjklmnpqrtvwxz"  # d, s and y stay, as the vowels do: đ, plurals and accents remain what they are
WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['’-][^\W\d_]+)*(?!\w)")
SPOKEN = {"label", "labels", "label_vi", "synonyms", "verbs", "phrases", "more", "less"}
NAMED = {
    "name", "source", "primary_key", "unique_keys", "id_as", "name_field", "name_as", "list", "time", "order", "lists",
    "columns", "beside", "about", "total", "home", "bare_number", "best", "many", "one", "many_columns", "one_columns",
    "subject", "users", "stores", "owners", "needs", "why", "dataset", "amounts",
}  # fmt: skip
EXPRESSED = {"expression", "where", "n", "at"}
KEYED = {"datasets", "fields", "metrics", "at"}
VALUES = {"value", "label", "op", "fn", "grain", "start", "end"}  # of a typed query: not names


@dataclass(frozen=True)
class Renaming:
    """Exchanges consonants, but in words and phrases that stay. The same for a plural, and without accents."""

    letters: Mapping[int, int]
    stays: frozenset[str]
    phrases: frozenset[tuple[str, ...]]

    def word(self, word: str) -> str:
        return word if key(word) in self.stays else word.translate(self.letters)

    def text(self, text: str, data: Collection[tuple[int, int]] = ()) -> str:
        """Rename words, but those at the places of `data`."""
        words = list(WORD.finditer(text))
        stay = set(data) | places(words, self.phrases)
        return WORD.sub(lambda m: m[0] if m.span() in stay else self.word(m[0]), text)

    def name(self, name: str) -> str:
        """dataset.field, -dataset.field, a metric: each word between underscores."""
        return re.sub(r"[a-z]+", lambda m: self.word(m[0]), name)

    def expression(self, sql: str) -> str:
        """Names in SQL; functions and text in quotes stay."""
        found = r"'[^']*'|\b[a-z][a-z0-9_]*\b(?!\()"
        return re.sub(found, lambda m: m[0] if m[0][0] == "'" else self.name(m[0]), sql)

    def query(self, query: Any) -> Any:
        """A typed query, or a part of one, as plain data."""
        if isinstance(query, dict):
            return {k: v if k in VALUES else self.query(v) for k, v in query.items()}
        if isinstance(query, list | tuple):
            return [self.query(v) for v in query]
        return self.name(query) if isinstance(query, str) else query

    def model(self, model: SemanticModel) -> SemanticModel:
        return SemanticModel.model_validate(self._part(model.model_dump()))

    def _part(self, part: Any, of: str = "") -> Any:
        if isinstance(part, dict):
            if of in ("mine", "filters") and not {"label", "verbs"} & set(part):  # a typed query's filter
                return self.query(part)
            keys = (lambda k: self.name(k)) if of in KEYED else (lambda k: k)
            under = of if of in ("at", "amounts") else ""
            return {keys(k): self._part(v, under or k) for k, v in part.items() if of != "aliases"} or dict(part)
        if isinstance(part, list | tuple):
            return [self._part(p, of) for p in part]
        if not isinstance(part, str):
            return part
        change: Callable[[str], str] = (
            self.text if of in SPOKEN else self.expression if of in EXPRESSED else self.name if of in NAMED else str
        )
        return change(part)


def key(word: str) -> str:
    """What two spellings of a word have in common."""
    return stem(fold(re.sub(r"['’]s$", "", word)))


def keys(text: str) -> tuple[str, ...]:
    return tuple(key(m[0]) for m in WORD.finditer(text))


def places(words: Sequence[re.Match[str]], phrases: Collection[tuple[str, ...]]) -> set[tuple[int, int]]:
    """Where words stand that are one of the phrases together."""
    found: set[tuple[int, int]] = set()
    for i in range(len(words)):
        for j in range(i + 1, min(i + 6, len(words)) + 1):
            if tuple(key(w[0]) for w in words[i:j]) in phrases:
                found |= {w.span() for w in words[i:j]}
    return found


# what stays --------------------------------------------------------------------------------------------------------------
def phrases_of_the_language() -> list[str]:
    kinds = yaml.safe_load((PLANNER / "words.yaml").read_text("utf-8"))
    return [str(p) for lists in kinds.values() for phrases in lists for p in phrases]


def words_of_the_code() -> set[str]:
    """Days, numbers, titles: words in the planner's own constants, docstrings left out; and the calendar's."""
    calendars = (calendar.month_name, calendar.month_abbr, calendar.day_name, calendar.day_abbr)
    found = {key(name) for names in calendars for name in names}
    for path in PLANNER.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        bare = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
                found.update(keys(node.value))
    return found


def spoken(model: SemanticModel) -> set[str]:
    """All words of the model's labels, synonyms and phrases."""
    found: set[str] = set()

    def walk(part: Any, of: str) -> None:
        for k, v in part.items() if isinstance(part, dict) else ((of, p) for p in part):
            if isinstance(v, dict | list | tuple):
                walk(v, str(k))
            elif isinstance(v, str) and k in SPOKEN:
                found.update(keys(v))

    walk(model.model_dump(), "")
    return found


def subjects(model: SemanticModel) -> set[str]:
    """Single words that name a dataset or a metric: these never stay, whatever the code says."""
    named = [p for d in model.datasets.values() for p in (d.ext.label, d.ext.labels, d.ext.label_vi, *d.synonyms) if p]
    named += [p for m in model.metrics.values() for p in (m.label, m.ext.label_vi or "", *m.synonyms)]
    return {key(p) for p in named if WORD.fullmatch(p)}


# planning ----------------------------------------------------------------------------------------------------------------
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
        rivals = sorted(repr(query(r.model_dump(mode="json"))) for r in decision.rivals)
        return query(decision.query.model_dump(mode="json")), rivals
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
        if unclear := places(words, self.unclear):
            why = f"'{' '.join(turn[i:j] for i, j in sorted(unclear))}' is the language's, and has the model's words"
        for old, new in zip(keys(turn), keys(said), strict=True):
            if old != new and new in self.renaming.stays | self.names:
                why = f"'{old}', renamed, is '{new}'"
        return said, why

    def _data(self, words: Sequence[re.Match[str]]) -> set[tuple[int, int]]:
        """Values of short lists in any case, names by their capitals, and names that are no word of the model."""
        found = {w.span() for w in words if fold(w[0]) in self.names and key(w[0]) not in self.spoken}
        capital = [w[0][0].isupper() and fold(w[0]) in self.names for w in words]
        found |= {w.span() for i, w in enumerate(words) if capital[i] and (i > 0 or capital[1:2] == [True])}
        return found | places(words, self.listed)


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
    tried = (_renaming(seed, stays, phrases) for seed in range(300))
    renaming = min(tried, key=lambda r: _clashes(r, said - stays, stays | names))
    listed = {v for found in values.listed().values() for v in found}
    listed |= {
        a for d in model.datasets.values() for f in d.fields.values() for al in f.ext.aliases.values() for a in al
    }
    spelled = {keys(v.replace("-", sep)) for v in listed for sep in "- "}
    return World(
        agent, renaming, values,
        planner_of(agent, model, values), planner_of(agent, renaming.model(model), Renamed(values, renaming)),
        spoken=frozenset(said),
        names=names,
        listed=frozenset(words for words in spelled if len(words) > 1 or not set(words) & said),
        unclear=frozenset(words for words in language if len(words) > 1) - phrases,
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


def _clashes(renaming: Renaming, changed: Iterable[str], taken: frozenset[str]) -> int:
    """How many renamed words are words that stay, or not renamed at all."""
    return sum(key(new) in taken or new == w for w in changed for new in [renaming.word(w)])


def _asker(agent: Agent, sample: Sample) -> Asker:
    if sample.role is None:
        return agent.asker(str(sample.asker))
    return agent.first_of(sample.role, None if ROLE_SCOPES[sample.role] == "group" else 1)


def test_the_renaming_changes_the_model(world: World) -> None:
    """Most words are renamed, no two become one, and the names of the store's things all are."""
    words = spoken(world.agent.model)
    assert len(words & world.renaming.stays) / len(words) < 0.3
    assert len({key(world.renaming.word(w)) for w in words}) == len(words)
    renamed = set(world.renamed.ctx.model.datasets)
    assert len(renamed & set(world.agent.model.datasets)) <= 1
    assert not renamed & {"customers", "orders", "vehicles", "stores", "transactions"}


@pytest.fixture(scope="module")
def compared(world: World) -> list[tuple[str, Decision, Any, Any, SemanticQuery | None]]:
    """Each sample that can be compared: id, the shipped decision, it and the renamed one as data, the renamed query."""
    found, skipped = [], {}
    samples = load_samples()
    keep: Callable[[Any], Any] = lambda x: x  # noqa: E731
    for sample in samples:
        said = [world.say(turn) for turn in sample.turns]
        if why := next((w for _, w in said if w), None):
            skipped[sample.id] = why
            continue
        asker = _asker(world.agent, sample)
        other = Renamed(world.values, world.renaming)
        shipped = decisions(world.shipped, sample.turns, asker, world.values)[-1]
        renamed = decisions(world.renamed, [s for s, _ in said], asker, other)[-1]
        r = world.renaming
        due = told(shipped, r.query, lambda text: world.say(text)[0], r.name)
        came = told(renamed, keep, keep, keep)
        found.append((sample.id, shipped, due, came, renamed.query if isinstance(renamed, Ask) else None))
    assert len(skipped) <= 0.15 * len(samples), skipped
    return found
