"""Reads the semantic model: Ossie documents, checked against their JSON schema, into the parts of `schema.model`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import jsonschema
import yaml
from pydantic import ValidationError

from schema.extensions import DatasetExtension, FieldExtension, MetricExtension, ModelExtension, Part
from schema.model import (
    Dataset,
    FieldOf,
    Metric,
    ModelError,
    Relationship,
    SemanticModel,
    near,
    parse_expression,
)
from schema.model_check import check_model
from schema.phrases import spelled_out

VENDOR = "LIFECYCLE"
SEMANTIC = Path(__file__).parent / "semantic"
OSSIE_SCHEMA = Path(__file__).parent / "ossie.schema.json"

Extension = TypeVar("Extension", bound=Part)
Named = TypeVar("Named", FieldOf, Dataset, Metric)


def load_model(path: Path | None = None) -> SemanticModel:
    """The shipped model, or the one of a file. Raises ModelError."""
    return parse_model(read_documents([path] if path else sorted(SEMANTIC.glob("*.yaml"))))


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
            whole = {**document, "semantic_model": [part]}
            continue
        first = whole["semantic_model"][0]
        for key in ("datasets", "relationships", "metrics", "custom_extensions"):
            first[key] = first.get(key, []) + part.get(key, [])
            if not first[key]:
                del first[key]
    return whole


def parse_model(document: dict[str, Any]) -> SemanticModel:
    """A checked model out of one Ossie document. Raises ModelError."""
    schema = json.loads(OSSIE_SCHEMA.read_text("utf-8"))
    for error in sorted(jsonschema.Draft202012Validator(schema).iter_errors(document), key=lambda e: list(e.path)):
        place = ".".join(map(str, error.absolute_path)) or "document"
        raise ModelError(f"{place}: {error.message}")
    raw = document["semantic_model"][0]
    model = SemanticModel(
        name=raw["name"],
        datasets=_by_name(_dataset, raw["datasets"], "dataset"),
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
        metrics=_by_name(_metric, raw.get("metrics", []), "metric"),
        ext=_extension(raw, ModelExtension, raw["name"]),
    )
    check_model(model)
    return model


def _by_name(read: Callable[[dict[str, Any]], Named], parts: Iterable[dict[str, Any]], kind: str) -> dict[str, Named]:
    found: dict[str, Named] = {}
    for part in parts:
        if part["name"] in found:
            raise ModelError(f"{kind} {part['name']} is declared twice")
        found[part["name"]] = read(part)
    return found


def _dataset(raw: dict[str, Any]) -> Dataset:
    name = raw["name"]
    return Dataset(
        name=name,
        source=raw["source"],
        primary_key=tuple(raw.get("primary_key", ())),
        unique_keys=tuple(map(tuple, raw.get("unique_keys", ()))),
        description=raw.get("description", ""),
        synonyms=_words(raw),
        fields=_by_name(lambda f: _field(name, f), raw.get("fields", []), f"{name}: field"),
        ext=_extension(raw, DatasetExtension, name),
    )


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


def _metric(raw: dict[str, Any]) -> Metric:
    return Metric(
        name=raw["name"],
        expression=_ansi(raw, raw["name"]),
        label=_context(raw).get("label") or _label(raw["name"]),
        description=raw.get("description", ""),
        datatype=raw.get("datatype", "Float"),
        synonyms=_words(raw),
        ext=_extension(raw, MetricExtension, raw["name"]),
    )


def _extension(part: dict[str, Any], cls: type[Extension], place: str) -> Extension:
    merged: dict[str, Any] = {}
    for extension in part.get("custom_extensions", []):
        if extension["vendor_name"] == VENDOR:
            try:
                data = json.loads(extension["data"], object_pairs_hook=_once)
            except ValueError as error:
                raise ModelError(f"{place}: custom extension is no JSON: {error}") from error
            if not isinstance(data, dict):
                raise ModelError(f"{place}: custom extension is no JSON object")
            merged |= data
    try:
        return cls.model_validate(merged)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        hint = ""
        if first["type"] == "extra_forbidden":
            hint = near(str(first["loc"][-1]), _part_at(cls, first["loc"][:-1]).model_fields)
        raise ModelError(f"{place}: {where}: {first['msg']}. {hint}".strip()) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand once; JSON would quietly take the last of two."""
    twice = [k for k, _ in pairs if sum(k == other for other, _ in pairs) > 1]
    if twice:
        raise ValueError(f"'{twice[0]}' stands twice")
    return dict(pairs)


def _part_at(cls: type[Part], path: tuple[int | str, ...]) -> type[Part]:
    """The part that `path` leads to inside `cls`: filters.0 of a dataset is a NamedFilter."""
    for name in path:
        annotation = cls.model_fields[name].annotation if isinstance(name, str) and name in cls.model_fields else None
        inner = [a for a in getattr(annotation, "__args__", ()) if isinstance(a, type) and issubclass(a, Part)]
        if inner:
            cls = inner[0]
    return cls


def _ansi(part: dict[str, Any], place: str) -> str:
    for dialect in part["expression"]["dialects"]:
        if dialect["dialect"] == "ANSI_SQL":
            try:
                parse_expression(dialect["expression"])
            except ModelError as error:
                raise ModelError(f"{place}: {error}") from error
            return str(dialect["expression"])
    raise ModelError(f"{place}: no expression in ANSI_SQL")


def _context(part: dict[str, Any]) -> dict[str, Any]:
    context = part.get("ai_context")
    return context if isinstance(context, dict) else {}


def _words(part: dict[str, Any]) -> tuple[str, ...]:
    return spelled_out(_context(part).get("synonyms", ()))


def _label(name: str) -> str:
    return name.replace("_", " ")
