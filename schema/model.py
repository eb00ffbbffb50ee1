"""The semantic model in typed parts, with its lookups. `schema.loading` reads it from an Ossie document.

What Ossie has no word for (units, lists, named filters, phrasings, values, access) stands in `custom_extensions` of the
vendor LIFECYCLE as JSON, and is typed by the `…Extension` classes here.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import cache, cached_property

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from schema.extensions import DatasetExtension, FieldExtension, MetricExtension, ModelExtension, NamedFilter, Part


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
