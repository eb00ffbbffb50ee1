"""The semantic model in typed parts, with its lookups. `schema.loading` reads it from an Ossie document.

What Ossie has no word for (units, lists, named filters, phrasings, values, access) stands in `custom_extensions` of the
vendor LIFECYCLE as JSON, and is typed by the `…Extension` classes here.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import cache, cached_property
from typing import Any, Literal

import sqlglot
from pydantic import BaseModel, ConfigDict, Field
from sqlglot import exp
from sqlglot.errors import SqlglotError


class ModelError(Exception):
    """The document is wrong; the message names the place and guesses the fix. Read by the developer or analyst."""


def near(word: str, known: Iterable[str]) -> str:
    """The end of an error sentence: what is known, and what may have been meant."""
    names = sorted(known)
    guess = difflib.get_close_matches(word, names, 1, 0.6)
    return f"Known: {', '.join(names)}." + (f" Did you mean '{guess[0]}'?" if guess else "")


def parse_expression(text: str) -> exp.Expr:
    """One SQL expression of the model as a fresh tree. Raises ModelError where it can't be read as one."""
    return _parsed(text).copy()


@cache
def _parsed(text: str) -> exp.Expr:
    if text.isidentifier():  # a bare column, which may be a word of SQL (use)
        return exp.column(text)
    try:
        tree = sqlglot.parse_one(f"SELECT {text}")
    except SqlglotError as error:
        said = re.sub(r"\x1b\[\d*m", "", str(error)).splitlines()[0]  # sqlglot underlines the place for terminals
        raise ModelError(f"the expression {text!r} can't be read: {said}") from error
    if not isinstance(tree, exp.Select) or len(tree.selects) != 1 or tree.args.get("from_"):
        raise ModelError(f"the expression {text!r} is not a single expression")
    return tree.selects[0]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Value(Part):
    """One value of an enumeration, as people call it."""

    label: str
    label_vi: str
    synonyms: tuple[str, ...] = ()
    named: tuple[str, ...] = Field((), description="words that mean it only beside the field's name: high (priority)")


class NamedFilter(Part):
    """A predicate people say as one thing: "overdue", "VIP", "at risk".

    `time`: a period said with it binds this field; `period`: the one taken where none is said (next_30_days …).
    `lists`: the dataset whose rows a list of it shows, with `columns` where given, sorted by `order`. `recurs`: day and
    month count, not the year (birthdays). `beside`: a filter whose number is told beside.
    """

    name: str
    label: str
    label_vi: str
    expression: str
    description: str
    description_vi: str = ""
    synonyms: tuple[str, ...] = ()
    time: str | None = None
    period: str | None = None
    lists: str | None = None
    columns: tuple[str, ...] = ()
    recurs: bool = False
    axis: str | None = Field(None, description="field whose values these are: hot and warm exclude each other")
    beside: str | None = None
    order: tuple[str, ...] = ()


class Phrasing(Part):
    """How people say that an entity has rows of this dataset: the verbs "bought", "came in", "mua".

    `about`: the entity that is the subject. `filters`: what the verb adds ("called": outbound calls), as SemanticQuery
    filters. `time`: the field that a period said with the verb binds.
    """

    verbs: tuple[str, ...]
    about: str
    filters: tuple[dict[str, Any], ...] = ()


class FieldExtension(Part):
    label_vi: str | None = None
    unit: str | None = None
    values: dict[str, Value] = {}
    index: Literal["distinct", "tokens", "code"] | None = None
    aliases: dict[str, tuple[str, ...]] = Field({}, description="value of an indexed field -> what else it is called")
    more: tuple[str, ...] = Field((), description="comparatives and superlatives that mean a high value: older, oldest")
    less: tuple[str, ...] = ()
    weak: tuple[str, ...] = Field((), description="synonyms that mean it only where nothing fits better: value")
    detail: bool = Field(False, description="shown on request only")
    weight: float = Field(1.0, description="how readily its values are meant; below 1 where another field has them too")
    ranges: dict[str, tuple[float | None, float | None]] = Field(
        {}, description="of values that are ranges: from and up to which amount"
    )
    had: bool = Field(False, description="its values are things that one has: a mobile, a Zalo handle")
    axis: bool = Field(False, description="its values are meant only when the field itself is named")


class Moves(Part):
    """The fields of a log of changes: which axis changed, from what, to what; and the axes, the likeliest first."""

    axis: str
    old: str
    new: str
    axes: tuple[str, ...]


class DatasetExtension(Part):
    label: str | None = None
    labels: str | None = Field(None, description="plural")
    label_vi: str | None = None
    where: str | None = Field(None, description="holds for every row of the dataset")
    id_as: str | None = None
    name_field: str | None = None
    name_as: str | None = None
    list: tuple[str, ...] = ()
    time: str | None = None
    plan: bool = Field(False, description="rows may lie ahead: a bare month is the present or next one")
    order: tuple[str, ...] = ()
    filters: tuple[NamedFilter, ...] = ()
    phrasings: tuple[Phrasing, ...] = ()
    person: bool = False
    bridge: bool = Field(False, description="preferred where several datasets could link two others")
    mine: dict[str, Any] | None = Field(None, description="what 'mine' means, as a filter; $asker is the user's id")
    total: str | None = Field(None, description="field or metric whose sum is told with a list")
    home: str | None = Field(None, description="field with the store where the fact took place")
    stored: bool = Field(False, description="computed by refresh: has an as_of")
    bare_number: str | None = Field(None, description="field that a number without a unit means: women over 30")
    amounts: dict[str, str] = Field({}, description="unit -> field that an amount of it means: orders over 1 m ₫")
    past: dict[str, tuple[str, ...]] = Field({}, description="field -> values that make a plan a fact: missed, kept")
    standing: str | None = Field(None, description="named filter meant by having such a row now")
    best: str | None = Field(None, description="field or metric by which the top ones are meant")
    bests: tuple[str, ...] = Field((), description="fields and metrics by which one may be the best: asked about")
    who: str | None = Field(None, description="dataset of the people who make its rows: notes by their authors")
    worth: str | None = Field(None, description="metric that an amount of money said with its verbs is of")
    counted_as: str | None = Field(None, description="dataset whose rows are meant by a value of this catalogue")
    rows: str | None = Field(None, description="dataset that a list of what one did shows instead")
    state: bool = Field(False, description="its rows stand now: a period said beside is of something else")
    quality: bool = Field(False, description="its rows say something of the subject, and are not counted themselves")
    objects: dict[str, tuple[dict[str, Any], ...]] = Field(
        {}, description="dataset that its rows may be about -> what holds then: a car bought is a vehicle order's"
    )
    moves: Moves | None = Field(None, description="of a log of changes: its fields")


class MetricExtension(Part):
    label_vi: str | None = None
    unit: str | None = None
    time: str | None = None
    at: dict[str, str] = Field({}, description="finer dataset -> the same metric's expression there")
    n: str | None = Field(None, description="expression of the number behind a mean or rate")
    less_is_more: bool = False
    who: str | None = Field(None, description="dataset of the people who bring it about: cars are sold by sellers")
    amount: str | None = Field(None, description="metric meant by how much instead of how many")
    without: tuple[str, ...] = Field((), description="datasets whose conditions do not fit it, though they are linked")
    share_of: dict[str, Any] | None = Field(None, description="condition whose share, where it is asked for, is this")
    more: tuple[str, ...] = Field((), description="superlatives that mean a high value: spent the most")
    less: tuple[str, ...] = ()
    description_vi: str = ""


class ToolPhrases(Part):
    """Words by which a tool is asked for, and whether it needs one entity."""

    phrases: tuple[str, ...]
    needs: str | None = None
    why: str | None = Field(None, description="the named filter that it gives the reasons of")


class Absent(Part):
    """Something people ask for that the store doesn't record."""

    label: str
    label_vi: str
    synonyms: tuple[str, ...]


class Verified(Part):
    """A question whose plan was checked by a person."""

    question: str
    query: dict[str, Any]
    owner: str
    date: str


class ModelExtension(Part):
    subject: str | None = Field(None, description="the dataset whose id and name every row about it carries")
    users: str | None = Field(None, description="dataset of the people who ask")
    stores: str | None = None
    owners: str | None = Field(None, description="dataset of whoever looks after the subject now")
    given: str | None = Field(None, description="field with the name by which people are called")
    profile: str | None = Field(None, description="the tool that shows one entity of the subject whole")
    tools: dict[str, ToolPhrases] = {}
    absent: tuple[Absent, ...] = ()
    verified: tuple[Verified, ...] = ()
    suggestions: tuple[str, ...] = ()
    note_synonyms: tuple[tuple[str, ...], ...] = Field(
        (), description="words of notes that mean one thing, in any language"
    )


class FieldOf(Part):
    """A field: a SQL expression over the columns of its dataset's source."""

    dataset: str
    name: str
    expression: str
    label: str
    description: str
    datatype: str
    is_time: bool
    synonyms: tuple[str, ...]
    ext: FieldExtension

    @property
    def key(self) -> str:
        return f"{self.dataset}.{self.name}"


class Dataset(Part):
    name: str
    source: str
    primary_key: tuple[str, ...]
    unique_keys: tuple[tuple[str, ...], ...]
    description: str
    synonyms: tuple[str, ...]
    fields: dict[str, FieldOf]
    ext: DatasetExtension

    @property
    def id_field(self) -> str:
        return f"{self.name}.{self.primary_key[0]}"


class Relationship(Part):
    name: str
    many: str
    one: str
    many_columns: tuple[str, ...]
    one_columns: tuple[str, ...]


class Metric(Part):
    name: str
    expression: str
    label: str
    description: str
    datatype: str
    synonyms: tuple[str, ...]
    ext: MetricExtension


class SemanticModel(Part):
    """The whole model, with its lookups."""

    name: str
    datasets: dict[str, Dataset]
    relationships: tuple[Relationship, ...]
    metrics: dict[str, Metric]
    ext: ModelExtension

    def dataset(self, name: str) -> Dataset:
        if name not in self.datasets:
            raise ModelError(f"Unknown dataset '{name}'. {near(name, self.datasets)}")
        return self.datasets[name]

    def field(self, key: str) -> FieldOf:
        """`dataset.field`, or a ModelError that lists and guesses."""
        dataset, _, name = key.partition(".")
        fields = self.dataset(dataset).fields
        if name not in fields:
            raise ModelError(f"Unknown field '{name}' of {dataset}. {near(name, fields)}")
        return fields[name]

    def metric(self, name: str) -> Metric:
        if name not in self.metrics:
            raise ModelError(f"Unknown metric '{name}'. {near(name, self.metrics)}")
        return self.metrics[name]

    def named(self, key: str) -> NamedFilter:
        if key not in self.named_filters:
            raise ModelError(f"Unknown filter '{key}'. {near(key, self.named_filters)}")
        return self.named_filters[key]

    @cached_property
    def named_filters(self) -> dict[str, NamedFilter]:
        return {f"{d.name}.{f.name}": f for d in self.datasets.values() for f in d.ext.filters}
