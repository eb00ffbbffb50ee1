"""The semantic model: an Apache Ossie document, checked against its JSON schema and read into typed parts.

What Ossie has no word for (units, lists, named filters, phrasings, values, access) stands in `custom_extensions` of the
vendor LIFECYCLE as JSON, and is typed by the `…Extension` classes here.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import jsonschema
import sqlglot
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlglot import exp

VENDOR = "LIFECYCLE"
SEMANTIC = Path(__file__).parent / "semantic"
OSSIE_SCHEMA = Path(__file__).parent / "ossie.schema.json"


class ModelError(Exception):
    """The document is wrong; the message names the place and guesses the fix. Read by the developer or analyst."""


def near(word: str, known: Iterable[str]) -> str:
    """The end of an error sentence: what is known, and what may have been meant."""
    names = sorted(known)
    guess = difflib.get_close_matches(word, names, 1, 0.6)
    return f"Known: {', '.join(names)}." + (f" Did you mean '{guess[0]}'?" if guess else "")


def parse_expression(text: str) -> exp.Expression:
    """One SQL expression of the model as a fresh tree. Raises sqlglot.ParseError."""
    return _parsed(text).copy()


@cache
def _parsed(text: str) -> exp.Expression:
    if text.isidentifier():  # a bare column, which may be a word of SQL (use)
        return exp.column(text)
    return sqlglot.parse_one(f"SELECT {text}").selects[0]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Value(Part):
    """One value of an enumeration, as people call it."""

    label: str
    label_vi: str
    synonyms: tuple[str, ...] = ()


class NamedFilter(Part):
    """A predicate people say as one thing: "overdue", "VIP", "at risk".

    `time`: a period said with it binds this field; `period`: the one taken where none is said (next_30_days …).
    `lists`: the dataset whose rows a list of it shows, with `columns` where given. `recurs`: day and month count, not the
    year (birthdays). `beside`: a filter whose number is told beside.
    `order`: how its list is sorted.
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
    detail: bool = Field(False, description="shown on request only")
    weight: float = Field(1.0, description="how readily its values are meant; below 1 where another field has them too")
    axis: bool = Field(False, description="its values are meant only when the field itself is named")


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
    best: str | None = Field(None, description="field or metric by which the top ones are meant")


class MetricExtension(Part):
    label_vi: str | None = None
    unit: str | None = None
    time: str | None = None
    at: dict[str, str] = Field({}, description="finer dataset -> the same metric's expression there")
    n: str | None = Field(None, description="expression of the number behind a mean or rate")
    less_is_more: bool = False
    more: tuple[str, ...] = Field((), description="superlatives that mean a high value: spent the most")
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
    tools: dict[str, ToolPhrases] = {}
    absent: tuple[Absent, ...] = ()
    verified: tuple[Verified, ...] = ()
    suggestions: tuple[str, ...] = ()


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


def _extension(part: dict[str, Any], cls: type[Part], place: str) -> Any:
    merged: dict[str, Any] = {}
    for extension in part.get("custom_extensions", []):
        if extension["vendor_name"] == VENDOR:
            try:
                merged |= json.loads(extension["data"])
            except ValueError as error:
                raise ModelError(f"{place}: custom extension is no JSON: {error}") from error
    try:
        return cls.model_validate(merged)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        hint = near(str(first["loc"][-1]), cls.model_fields) if first["type"] == "extra_forbidden" else ""
        raise ModelError(f"{place}: {where}: {first['msg']}. {hint}".strip()) from error


def _ansi(part: dict[str, Any], place: str) -> str:
    for dialect in part["expression"]["dialects"]:
        if dialect["dialect"] == "ANSI_SQL":
            try:
                parse_expression(dialect["expression"])
            except sqlglot.ParseError as error:
                raise ModelError(f"{place}: expression can't be read: {error}") from error
            return str(dialect["expression"])
    raise ModelError(f"{place}: no expression in ANSI_SQL")


def _words(part: dict[str, Any]) -> tuple[str, ...]:
    context = part.get("ai_context", {})
    return tuple(context.get("synonyms", ())) if isinstance(context, dict) else ()


def _label(name: str) -> str:
    return name.replace("_", " ")


def _field(dataset: str, raw: dict[str, Any]) -> FieldOf:
    place = f"{dataset}.{raw['name']}"
    datatype = raw.get("datatype", "String")
    return FieldOf(
        dataset=dataset,
        name=raw["name"],
        expression=_ansi(raw, place),
        label=raw.get("label") or _label(raw["name"]),
        description=raw.get("description", ""),
        datatype=datatype,
        is_time=raw.get("dimension", {}).get("is_time", datatype in ("Date", "DateTime", "DateTimeTz")),
        synonyms=_words(raw),
        ext=_extension(raw, FieldExtension, place),
    )


def _dataset(raw: dict[str, Any]) -> Dataset:
    fields: dict[str, FieldOf] = {}
    for f in raw.get("fields", []):
        if f["name"] in fields:
            raise ModelError(f"{raw['name']}.{f['name']} is declared twice")
        fields[f["name"]] = _field(raw["name"], f)
    return Dataset(
        name=raw["name"],
        source=raw["source"],
        primary_key=tuple(raw.get("primary_key", ())),
        unique_keys=tuple(map(tuple, raw.get("unique_keys", ()))),
        description=raw.get("description", ""),
        synonyms=_words(raw),
        fields=fields,
        ext=_extension(raw, DatasetExtension, raw["name"]),
    )


def parse_model(document: dict[str, Any]) -> SemanticModel:
    """A checked model out of one Ossie document. Raises ModelError."""
    schema = json.loads(OSSIE_SCHEMA.read_text("utf-8"))
    for error in sorted(jsonschema.Draft202012Validator(schema).iter_errors(document), key=lambda e: list(e.path)):
        place = ".".join(map(str, error.absolute_path)) or "document"
        raise ModelError(f"{place}: {error.message}")
    raw = document["semantic_model"][0]
    model = SemanticModel(
        name=raw["name"],
        datasets={d["name"]: _dataset(d) for d in raw["datasets"]},
        relationships=tuple(
            Relationship(
                name=r["name"],
                many=r["from"],
                one=r["to"],
                many_columns=tuple(r["from_columns"]),
                one_columns=tuple(r["to_columns"]),
            )
            for r in raw.get("relationships", [])
        ),
        metrics={
            m["name"]: Metric(
                name=m["name"],
                expression=_ansi(m, m["name"]),
                label=(m.get("ai_context") or {}).get("label") or _label(m["name"]),
                description=m.get("description", ""),
                datatype=m.get("datatype", "Float"),
                synonyms=_words(m),
                ext=_extension(m, MetricExtension, m["name"]),
            )
            for m in raw.get("metrics", [])
        },
        ext=_extension(raw, ModelExtension, raw["name"]),
    )
    _check(model)
    return model


def _check(model: SemanticModel) -> None:
    """Every name that the model uses is one that it declares."""
    for r in model.relationships:
        for end in (r.many, r.one):
            if end not in model.datasets:
                raise ModelError(f"relationship {r.name}: unknown dataset '{end}'. {near(end, model.datasets)}")
    expressions = [(m.name, m.expression) for m in model.metrics.values()]
    expressions += [(f"{m.name} at {d}", e) for m in model.metrics.values() for d, e in m.ext.at.items()]
    for dataset in model.datasets.values():
        e = dataset.ext
        expressions += [(f"{dataset.name}.{f.name}", f.expression) for f in e.filters]
        expressions += [(f"{dataset.name}: where", e.where)] if e.where else []
        keys = [*e.list, *(o.lstrip("-") for o in e.order), *(t for t in (e.time, e.name_field, e.home) if t)]
        keys += [k for f in e.filters for k in (f.time, *f.columns, *(o.lstrip("-") for o in f.order)) if k]
        for key in keys:
            _known(model, key if "." in key else f"{dataset.name}.{key}", dataset.name)
    for place, expression in expressions:
        for column in parse_expression(expression).find_all(exp.Column):
            if not column.table:
                raise ModelError(f"{place}: '{column.name}' needs its dataset, as in dataset.{column.name}")
            _known(model, f"{column.table}.{column.name}", place)


def _known(model: SemanticModel, key: str, place: str) -> None:
    try:
        model.field(key)
    except ModelError as error:
        raise ModelError(f"{place}: {error}") from None


def read_documents(paths: Iterable[Path]) -> dict[str, Any]:
    """Several documents of one model, joined into one: datasets, relationships, metrics and extensions add up."""
    whole: dict[str, Any] = {}
    for path in paths:
        try:
            document = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except (OSError, yaml.YAMLError) as error:
            raise ModelError(f"{path.name}: {error}") from error
        if not isinstance(document, dict) or not document.get("semantic_model"):
            raise ModelError(f"{path.name}: no 'semantic_model'; an Ossie document has version and semantic_model")
        part = document["semantic_model"][0]
        if not whole:
            whole = {"version": document.get("version"), "semantic_model": [part]}
            continue
        first = whole["semantic_model"][0]
        for key in ("datasets", "relationships", "metrics", "custom_extensions"):
            first[key] = first.get(key, []) + part.get(key, [])
            if not first[key]:
                del first[key]
    return whole


def load_model(path: Path | None = None) -> SemanticModel:
    """The shipped model, or the one of a file. Raises ModelError."""
    return parse_model(read_documents([path] if path else sorted(SEMANTIC.glob("*.yaml"))))
