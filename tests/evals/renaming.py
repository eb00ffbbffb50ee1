"""Renames a semantic model and questions about it: consonants exchanged, what the language and the data need kept."""

from __future__ import annotations

import ast
import calendar
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from agent.planner import lexicon as lexicon_module
from agent.planner.tokens import stem
from schema.model import SemanticModel
from schema.phrases import spelled_out
from schema.text import fold

PLANNER = Path(lexicon_module.__file__).parent
CONSONANTS = "bcfghjklmnpqrtvwxz"  # d, s and y stay, as the vowels do: đ, plurals and accents remain what they are
WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['’-][^\W\d_]+)*(?!\w)")
SPOKEN = {"label", "labels", "label_vi", "synonyms", "verbs", "phrases", "more", "less", "named", "weak"}
NAMED = {
    "name", "source", "primary_key", "unique_keys", "id_as", "name_field", "name_as", "list", "time", "order", "lists",
    "columns", "beside", "about", "total", "home", "bare_number", "best", "many", "one", "many_columns", "one_columns",
    "subject", "users", "stores", "owners", "needs", "why", "dataset", "amounts", "exists", "metric", "over",
    "who", "worth", "rows", "counted_as", "axis", "old", "new", "axes", "amount", "without", "bests", "log",
    "mean", "handled_by",
}  # fmt: skip
FIELD = re.compile(r"-?[a-z_]+\.[a-z_]+")
EXPRESSED = {"expression", "where", "n", "at"}
KEYED = {"datasets", "fields", "metrics", "at", "objects", "past"}
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
        """Names in SQL; functions, text in quotes and the compiler's own names (value_0) stay."""
        found = r"'[^']*'|\b[a-z][a-z0-9_]*(?<!_\d)\b(?!\()"
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
            under = of if of in ("at", "amounts") else ""
            return {
                self.name(k) if of in KEYED else k: self._aliases(v) if k == "aliases" else self._part(v, under or k)
                for k, v in part.items()
            }
        if isinstance(part, list | tuple):
            return [self._part(p, of) for p in part]
        return self._said(part, of) if isinstance(part, str) else part

    def _aliases(self, part: dict[str, Any]) -> dict[str, list[str]]:
        """What values are called besides: the values are data and stay, the names are the model's words."""
        return {value: [self.text(name) for name in names] for value, names in part.items()}

    def _said(self, text: str, of: str) -> str:
        """A text of the model, by what it stands for: words, SQL, a name; anything else stays."""
        if of in SPOKEN:
            return self.text(text)
        if of in EXPRESSED:
            return self.expression(text)
        if of == "without":  # a dataset, or a field and its value
            field, equals, value = text.partition("=")
            return self.name(field) + equals + value
        return self.name(text) if of in NAMED or FIELD.fullmatch(text) else text


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


# what stays -----------------------------------------------------------------------------------------------------------
def phrases_of_the_language() -> list[str]:
    kinds = yaml.load((PLANNER / "words.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)  # no and on are words
    short = yaml.safe_load((PLANNER / "abbreviations.yaml").read_text("utf-8"))
    said = list(spelled_out(p for lists in kinds.values() for phrases in lists for p in phrases))
    return said + [str(part) for pair in short.items() for part in pair]


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
