"""The planner knows no word of this store: with every name and word of the model renamed, it plans the same.

Renamed are datasets, fields, metrics, filters, tables, columns, and each word of a label, synonym or phrase, by exchanging
consonants; so are the words of the samples' questions. What the language needs for itself (words.yaml, days and numbers)
and data (names, cities, models) stays. A question is skipped where the two can't be told apart: a phrase of words.yaml that
has a word of the model in it, or a renamed word that is a word of the language.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    """Exchanges consonants, but in words that stay. The same for a word and its plural, with and without accents."""

    letters: Mapping[int, int]
    stays: frozenset[str]

    def word(self, word: str) -> str:
        return word if key(word) in self.stays else word.translate(self.letters)

    def text(self, text: str) -> str:
        return WORD.sub(lambda m: self.word(m[0]), text)

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


def keys(text: str) -> list[str]:
    return [key(m[0]) for m in WORD.finditer(text)]


# what stays --------------------------------------------------------------------------------------------------------------
def phrases_of_the_language() -> list[str]:
    kinds = yaml.safe_load((PLANNER / "words.yaml").read_text("utf-8"))
    return [str(p) for lists in kinds.values() for phrases in lists for p in phrases]


def words_of_the_code() -> set[str]:
    """Days, numbers, titles: words in the planner's own constants, docstrings left out."""
    found: set[str] = set()
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


def told(decision: Decision, query: Callable[[Any], Any], text: Callable[[str], str], name: Callable[[str], str]) -> Any:
    """A decision as data, with its names passed through."""
    if isinstance(decision, Ask):
        rivals = sorted(repr(query(r.model_dump(mode="json"))) for r in decision.rivals)
        return query(decision.query.model_dump(mode="json")), rivals
    if isinstance(decision, CallTool):
        return decision.tool, {name(k): text(v) if isinstance(v, str) else v for k, v in decision.args.items()}
    if isinstance(decision, Which):
        return sorted(h.row_id for h in decision.hits)
    return decision.why, name(decision.about) if decision.why in ("others_rows", "closed_field") else text(decision.about)


@dataclass
class World:
    """The planner as shipped and the renamed one, over the same store."""

    agent: Agent
    renaming: Renaming
    values: SessionValues
    shipped: Planner
    renamed: Planner
    names: frozenset[str]
    listed: frozenset[tuple[str, ...]]
    mixed: frozenset[tuple[str, ...]]

    def data(self, turn: str) -> set[tuple[int, int]]:
        """Where data stands in a question: values of short lists in any case, names by their capitals."""
        words = list(WORD.finditer(turn))
        found: set[tuple[int, int]] = set()
        for start in range(len(words)):
            for end in range(start + 1, min(start + 6, len(words) + 1)):
                if tuple(fold(w[0]) for w in words[start:end]) in self.listed:
                    found |= {w.span() for w in words[start:end]}
        capital = [w[0][0].isupper() and fold(w[0]) in self.names for w in words]
        runs = {i for i, j in pairwise(range(len(words))) if capital[i] and capital[j]}
        runs |= {i + 1 for i in runs} | {i for i, c in enumerate(capital) if c and i > 0}
        found |= {words[i].span() for i in runs}
        return found | {w.span() for w in words if fold(w[0]) in self.names and key(w[0]) not in spoken_words(self.agent)}

    def say(self, turn: str) -> tuple[str, str | None]:
        """The question in the renamed words, and why it can't be compared, if so."""
        data = self.data(turn)
        said = WORD.sub(lambda m: m[0] if m.span() in data else self.renaming.word(m[0]), turn)
        before, after = keys(turn), keys(said)
        for phrase in self.mixed:
            if any(tuple(before[i : i + len(phrase)]) == phrase for i in range(len(before))):
                return said, f"the language's '{' '.join(phrase)}' has a word of the model"
        clash = [b for a, b in zip(before, after, strict=True) if a != b and b in self.renaming.stays | self.names]
        return said, f"renamed, it has the word {clash[0]}" if clash else None


def spoken_words(agent: Agent) -> set[str]:
    if id(agent) not in _SPOKEN:
        _SPOKEN[id(agent)] = spoken(agent.model)
    return _SPOKEN[id(agent)]


_SPOKEN: dict[int, set[str]] = {}


@pytest.fixture(scope="module")
def world(agent: Agent) -> World:
    model, values = agent.model, SessionValues(Values(agent.context(SYSTEM)), agent.short_lists)
    single = {key(p) for p in phrases_of_the_language() if len(keys(p)) == 1}
    stays = frozenset(single | (words_of_the_code() - subjects(model)))
    changed = spoken(model) - stays
    rows, _ = agent.context(SYSTEM).fetch("SELECT full_name FROM customers UNION SELECT full_name FROM users", None)
    names = frozenset(w for (full,) in rows.rows for w in fold(full or "").split())
    taken = stays | names
    renaming = min((_renaming(seed, stays) for seed in range(200)), key=lambda r: sum(key(r.word(w)) in taken for w in changed))
    listed = {v for found in values.listed().values() for v in found}
    listed |= {a for d in model.datasets.values() for f in d.fields.values() for al in f.ext.aliases.values() for a in al}
    spellings = {tuple(fold(w[0]) for w in WORD.finditer(v.replace("-", sep))) for v in listed for sep in "- "}
    mixed = frozenset(tuple(keys(p)) for p in phrases_of_the_language() if len(keys(p)) > 1 and set(keys(p)) & changed)
    other = renaming.model(model)
    return World(
        agent, renaming, values, planner_of(agent, model, values), planner_of(agent, other, Renamed(values, renaming)),
        names, frozenset(spellings), mixed,
    )  # fmt: skip


def _renaming(seed: int, stays: frozenset[str]) -> Renaming:
    other = list(CONSONANTS)
    random.Random(seed).shuffle(other)
    pairs = dict(zip(CONSONANTS + CONSONANTS.upper(), "".join(other) + "".join(other).upper(), strict=True))
    return Renaming(str.maketrans(pairs), stays)
