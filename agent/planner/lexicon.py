"""All phrases that the planner knows: the language's own words, and what the semantic model declares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

import yaml
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from agent.planner.items import (
    Ent,
    FieldItem,
    Function,
    GrainItem,
    Item,
    Marker,
    MetricItem,
    Pred,
    Skip,
    Sorting,
    Value,
    Verb,
    Word,
)
from agent.planner.scripts import Script, same_word
from agent.planner.tokens import Token, tokenize
from schema.extensions import NamedFilter
from schema.model import Dataset, FieldOf, SemanticModel
from schema.phrases import spelled_out
from schema.query import Compare, Named, SemanticQuery

WORDS = Path(__file__).with_name("words.yaml")
ABBREVIATIONS = Path(__file__).with_name("abbreviations.yaml")
_AUXILIARIES = frozenset(
    "currently now still hiện vẫn a an are be been bị is my our the their was were your đang đã được".split()
)
_DETERMINERS = frozenset("the our their my your".split())
_FUNCTIONS = {"avg", "sum", "min", "max", "median"}
_GRAINS = {
    phrase: unit
    for unit, phrases in {
        "day": ("day", "daily", "ngày", "hàng ngày"),
        "week": ("week", "weekly", "tuần", "hàng tuần"),
        "month": ("month", "monthly", "tháng", "hàng tháng"),
        "quarter": ("quarter", "quarterly", "quý", "hàng quý"),
        "year": ("year", "yearly", "annually", "annual", "năm", "hàng năm"),
    }.items()
    for phrase in phrases
}


Spelled = tuple[tuple[str, ...], tuple[str, ...]]  # a phrase's words as they are compared, and as written


@cache
def _spelled(phrase: str) -> Spelled:
    tokens = tokenize(phrase)
    return tuple(t.stem for t in tokens), tuple(t.text for t in tokens)


@dataclass(frozen=True)
class Entry:
    """A phrase and what it means. `weight` per word decides between readings."""

    words: tuple[str, ...]
    written: tuple[str, ...]
    item: Item
    weight: float = 1.0
    capital: bool = False  # a name that is also a word of the language: Morning


@dataclass
class Lexicon:
    """Phrases by their first word."""

    entries: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    short: dict[str, dict[str, str]] = field(default_factory=dict)  # language -> abbreviation -> what it stands for
    heads: dict[str, Lexicon] = field(default_factory=dict)  # dataset -> what its fields are called beside it: status
    _seen: set[tuple[tuple[str, ...], Item]] = field(default_factory=set)  # (words as written, meaning)

    def add(self, phrase: str, item: Item, weight: float = 1.0, *, capital: bool = False) -> None:
        self.add_spelled(_spelled(phrase), item, weight, capital=capital)

    def add_spelled(self, spelled: Spelled, item: Item, weight: float = 1.0, *, capital: bool = False) -> None:
        words, written = spelled
        if words and (written, item) not in self._seen:
            self._seen.add((written, item))
            self.entries[words[0]].append(Entry(words, written, item, weight, capital))
            if len(words) > 2 and isinstance(item, Verb | FieldItem | MetricItem | Ent):
                kept = [i for i, w in enumerate(written) if i == 0 or w not in _DETERMINERS]
                if 1 < len(kept) < len(words):  # at the workshop: at our workshop
                    self.add_spelled((tuple(words[i] for i in kept), tuple(written[i] for i in kept)), item, weight)

    def spelled_out(self, english: bool) -> dict[str, str]:
        """The abbreviations that such a question may hold."""
        return self.short["en"] if english else self.short["en"] | self.short["vi"]

    def is_language(self, phrase: str) -> bool:
        """Whether the phrase is one word that the language needs for itself: at, in, by."""
        tokens = tokenize(phrase)
        return len(tokens) == 1 and any(
            len(e.words) == 1 and isinstance(e.item, Skip | Word) for e in self.entries.get(tokens[0].stem, ())
        )

    def match(self, tokens: Sequence[Token], start: int, script: Script) -> Iterable[tuple[int, Entry]]:
        """Entries that stand at token `start`, with where they end; an auxiliary may stand inside: cars *were* sold."""
        for entry in self.entries.get(tokens[start].stem, ()):
            if entry.capital and not (tokens[start].capital and start > 0):
                continue
            at, slack = start, len(entry.words) > 1 and not isinstance(entry.item, Skip | Word)
            for place, (word, written) in enumerate(zip(entry.words, entry.written, strict=True)):
                if slack and place and at < len(tokens) and tokens[at].stem != word and tokens[at].text in _AUXILIARIES:
                    at += 1
                if at >= len(tokens) or tokens[at].stem != word:
                    break
                if not same_word(tokens[at], written, script, len(entry.words) == 1):
                    break
                at += 1
            else:
                yield at, entry

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every single word that stands in some phrase."""
        return frozenset(w for entries in self.entries.values() for e in entries for w in e.words)

    def mend(self, token: Token) -> str | None:
        """The known word that a typing error was meant as; None for short or far-off words."""
        if len(token.stem) < 5 or not token.stem.isalpha():
            return None
        reach = 1 if len(token.stem) < 8 else 2
        pool = [
            w for w in self.vocabulary if abs(len(w) - len(token.stem)) <= 1 and w[0] == token.stem[0] and len(w) > 3
        ]
        found = process.extract(token.stem, pool, scorer=DamerauLevenshtein.distance, score_cutoff=reach, limit=2)
        if not found or (len(found) > 1 and found[0][1] == found[1][1]):
            return None
        return found[0][0]


def build_lexicon(model: SemanticModel) -> Lexicon:
    """The lexicon of a model. Pure: the same model gives the same lexicon."""
    lexicon = Lexicon(short=yaml.safe_load(ABBREVIATIONS.read_text("utf-8")))
    _language(lexicon, model)
    nouns = frozenset(n for d in model.datasets.values() for n in (d.ext.label, d.ext.label_vi, *d.synonyms))
    for dataset in model.datasets.values():
        _dataset(lexicon, model, dataset)
        lexicon.heads[dataset.name] = _heads(dataset, nouns)
    superlatives: set[str] = set()
    for metric in model.metrics.values():
        for phrase in metric.ext.more:  # best-selling is said of cars first
            lexicon.add(phrase, Sorting(metric.name, None, True, True), 0.9 if phrase in superlatives else 1.1)
        superlatives.update(metric.ext.more)
        for phrase in metric.ext.less:
            lexicon.add(phrase, Sorting(metric.name, None, False, True), 1.1)
        spoken = (metric.label, metric.ext.label_vi or metric.label, *metric.synonyms, metric.name.replace("_", " "))
        for phrase in spoken:
            lexicon.add(phrase, MetricItem(metric.name), 1.15)
    for name, tool in model.ext.tools.items():
        for phrase in tool.phrases:
            lexicon.add(phrase, Marker("tool", name), 1.05)
    for absent in model.ext.absent:
        for phrase in (absent.label, absent.label_vi, *absent.synonyms):
            lexicon.add(phrase, Marker("absent", absent.label), 0.9)
    _unmistakable(lexicon)
    return lexicon


def _unmistakable(lexicon: Lexicon) -> None:
    """Values that need their field's name mean it without, where nothing else is called so: reactivated customers."""
    found = [e for entries in lexicon.entries.values() for e in entries]
    valued = {e.words for e in found if isinstance(e.item, Value)}
    meanings: dict[tuple[str, ...], set[Item]] = defaultdict(set)
    for e in (e for e in found if e.words in valued):  # items are slow to hash
        meanings[e.words].add(e.item)
    for e in found:
        if isinstance(e.item, Value) and meanings[e.words] == {e.item}:
            key, (value,) = e.item.key, e.item.values
            pred = Pred(Compare(field=key, op="=", value=value), key.partition(".")[0])
            lexicon.add(" ".join(e.written), pred, 0.8)


def _language(lexicon: Lexicon, model: SemanticModel) -> None:
    words: dict[str, list[list[Any]]] = yaml.load(
        WORDS.read_text("utf-8"), Loader=yaml.BaseLoader
    )  # on and no are words
    for kind, lists in words.items():
        for phrase in spelled_out(str(p) for language in lists for p in language):
            if kind == "empty":
                lexicon.add(phrase, Skip(), 0.6)
            elif kind in ("act", "outside", "greeting", "why"):
                lexicon.add(phrase, Marker(cast(Any, kind), phrase), 0.8)
            elif kind == "people":
                if model.ext.subject:
                    lexicon.add(phrase, Ent(model.ext.subject, who=True), 0.55)
            elif kind in _FUNCTIONS or kind == "distinct":
                lexicon.add(phrase, Function(cast(Any, "count_distinct" if kind == "distinct" else kind)), 0.9)
            else:
                said = "by" if kind == "each" else kind.replace("worst", "least")
                lexicon.add(phrase, Word(said, each=kind == "each", judged=said != kind and kind != "each"), 0.9)
            if kind in ("with", "and", "list", "only", "about", "them", "him", "greeting"):
                lexicon.add(phrase, Skip(), 0.5)
            if kind == "how_much" and phrase.startswith(("là ", "what ", "how is", "how was")):
                lexicon.add(phrase, Skip(), 0.5)  # doanh thu là bao nhiêu
    for unit in ("day", "week", "month", "quarter", "year"):
        for phrase in (f"{unit} by {unit}", f"by the {unit}", f"each {unit}", f"every {unit}", f"{unit} on {unit}"):
            lexicon.add(phrase, GrainItem(cast(Any, unit), each=True), 1.0)
    for phrase, grain in _GRAINS.items():
        if phrase.startswith("hàng ") or phrase.endswith(("ly",)):
            lexicon.add(phrase, GrainItem(cast(Any, grain), each=True), 0.95)
        lexicon.add(phrase, GrainItem(cast(Any, grain)), 0.9)


def _dataset(lexicon: Lexicon, model: SemanticModel, dataset: Dataset) -> None:
    e = dataset.ext
    taken = {s for d in model.datasets.values() if d is not dataset for s in d.synonyms}
    labels = [p for p in (e.label, e.labels, e.label_vi) if p and p not in taken]
    for phrase in (*labels, *dataset.synonyms):
        lexicon.add(phrase, Ent(dataset.name))
    for named in e.filters:
        pred = _named(dataset, named)
        for phrase in (named.label, named.label_vi, *named.synonyms):
            lexicon.add(phrase, pred, 1.1)
    for phrasing in e.phrasings:
        filters = SemanticQuery.model_validate({"filters": phrasing.filters}).filters
        for verb in phrasing.verbs:
            lexicon.add(verb, Verb(dataset.name, phrasing.about, filters), 1.02)
    if e.mine:
        lexicon.add("mine", Word("mine"))
    for f in dataset.fields.values():
        _field(lexicon, dataset, f)


def _named(dataset: Dataset, named: NamedFilter) -> Pred:
    key = f"{dataset.name}.{named.name}"
    return Pred(Named(named=key), dataset.name, dated=key if named.time else None)


_LINKS = frozenset("of the của".split())


def _heads(dataset: Dataset, taken: frozenset[str | None]) -> Lexicon:
    """What is meant where the dataset is named already: the method of payments, status of cases, consent to SMS."""
    heads = Lexicon()
    nouns = [n for n in (dataset.ext.label, dataset.ext.labels, dataset.ext.label_vi, *dataset.synonyms) if n]
    own = [w for w in (tuple(t.stem for t in tokenize(n)) for n in nouns) if w]
    for named in dataset.ext.filters:
        for phrase in named.named:
            heads.add(phrase, _named(dataset, named), 1.1)
    for f in dataset.fields.values():
        for value, names in f.ext.values.items() if f.ext.axis or f.ext.detail or f.ext.weight < 1 else ():
            for phrase in {names.label, names.label_vi, *names.synonyms} - taken:
                heads.add(phrase, Pred(Compare(field=f.key, op="=", value=value), dataset.name))
        if f.ext.detail or f.name == "id" or f.name.endswith("_id"):
            continue
        heads.add(f.name.replace("_", " "), FieldItem(f.key), 0.75)
        for phrase in (f.label, f.ext.label_vi or "", *f.synonyms):
            tokens = tokenize(phrase)
            words = tuple(t.stem for t in tokens)
            for noun in own:
                n = len(noun)
                rest = tokens[n:] if words[:n] == noun else tokens[:-n] if words[-n:] == noun else []
                while rest and rest[-1].text in _LINKS:
                    rest = rest[:-1]
                if rest and rest[0].text not in _LINKS:
                    heads.add(" ".join(t.text for t in rest), FieldItem(f.key), 0.75)
    return heads


def _field(lexicon: Lexicon, dataset: Dataset, f: FieldOf) -> None:
    labels = () if f.ext.detail else (f.label, f.ext.label_vi or f.label)
    for phrase in f.synonyms or [p for p in labels if not lexicon.is_language(p)]:  # a column "to" is not asked for so
        weak = phrase in f.ext.weak or (phrase.isascii() and lexicon.is_language(phrase))
        lexicon.add(phrase, FieldItem(f.key), 0.6 if weak else 1.0)
    for phrase in f.ext.more:
        lexicon.add(phrase, Sorting(None, f.key, True, True))
    for phrase in f.ext.less:
        lexicon.add(phrase, Sorting(None, f.key, False, True))
    for value, names in f.ext.values.items():
        pred = Pred(Compare(field=f.key, op="=", value=value), dataset.name)
        for phrase in names.named:
            lexicon.add(phrase, Value(f.key, (value,)), 0.9)
        for phrase in (names.label, names.label_vi, *names.synonyms):
            if f.ext.axis or f.ext.detail:  # meant only when the field itself is named
                lexicon.add(phrase, Value(f.key, (value,)), 0.9)
                value_words, value_written = _spelled(phrase)
                for name_words, name_written in map(_spelled, f.synonyms):
                    lexicon.add_spelled((name_words + value_words, name_written + value_written), pred, 1.05)
                    lexicon.add_spelled((value_words + name_words, value_written + name_written), pred, 1.05)
            else:  # an automatic is AT, hardly at
                lexicon.add(phrase, pred, f.ext.weight, capital=phrase.isupper() and lexicon.is_language(phrase))


__all__ = ["Entry", "Lexicon", "build_lexicon"]
