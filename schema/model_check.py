"""What the JSON schema can't see: every name that a model uses is one that it declares, and every path exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp

from schema.joins import JoinGraph
from schema.model import Dataset, ModelError, SemanticModel, near, parse_expression

FUNCTIONS = {
    "TODAY": 0,
    "NOW": 0,
    "DAYS_SINCE": 1,
    "DAYS_BETWEEN": 2,
    "HOURS_BETWEEN": 2,
    "YEARS_SINCE": 1,
    "HOUR_OF": 1,
    "WEEKDAY_OF": 1,
}
"""The model's own functions, and how many arguments each takes; `schema.expressions` writes them out."""


def check_model(model: SemanticModel) -> None:
    """Raises ModelError for the first thing that doesn't hold together; the message names its place."""
    _relationships(model)
    for dataset in model.datasets.values():
        _dataset(model, dataset)
    for field in (f for d in model.datasets.values() for f in d.fields.values()):
        _expression(model, field.expression, field.key, bare=True)
        _acyclic(model, field.key, ())
    for metric in model.metrics.values():
        places = {metric.name: metric.expression} | {f"{metric.name} at {d}": e for d, e in metric.ext.at.items()}
        if metric.ext.n:
            places[f"{metric.name}: n"] = metric.ext.n
        for place, expression in places.items():
            _expression(model, expression, place)
            _aggregated(expression, place)
        for name in metric.ext.at:
            _one_of(name, model.datasets, f"{metric.name}: at: unknown dataset")
        if metric.ext.time:
            _field(model, metric.ext.time, f"{metric.name}: time")
    for role in ("subject", "users", "stores"):
        if name := getattr(model.ext, role):
            _one_of(name, model.datasets, f"{model.name}: {role}: unknown dataset")
    _filters(model)


def _relationships(model: SemanticModel) -> None:
    for r in model.relationships:
        for end in (r.many, r.one):
            _one_of(end, model.datasets, f"relationship {r.name}: unknown dataset")
        if len(r.many_columns) != len(r.one_columns):
            raise ModelError(f"relationship {r.name}: from_columns and to_columns differ in number")


def _dataset(model: SemanticModel, dataset: Dataset) -> None:
    e, name = dataset.ext, dataset.name
    if e.id_as and not dataset.primary_key:
        raise ModelError(f"{name}: id_as names a primary_key, and there is none")
    keys = [*e.list, *_unsigned(e.order), *(k for k in (e.time, e.name_field, e.home, e.bare_number) if k)]
    for key in keys:
        _field(model, key if "." in key else f"{name}.{key}", name)
    for named in (e.usual, e.standing):
        if named and named not in model.named_filters:
            raise ModelError(f"{name}: {named} is no named filter. {near(named, model.named_filters)}".strip())
    for f in dataset.fields.values():
        for other in (f.ext.latest_of, f.ext.same_as):
            if other:
                _field(model, other, f.key)
    for shown in (e.total, e.best):
        if shown and shown not in model.metrics:
            _field(model, shown if "." in shown else f"{name}.{shown}", name)
    if e.where:
        _expression(model, e.where, f"{name}: where")


def _filters(model: SemanticModel) -> None:
    graph = JoinGraph(model)
    for dataset in model.datasets.values():
        seen: set[str] = set()
        for f in dataset.ext.filters:
            place = f"{dataset.name}.{f.name}"
            if f.name in seen:
                raise ModelError(f"filter {place} is declared twice")
            seen.add(f.name)
            _expression(model, f.expression, place)
            for key in (*f.columns, *_unsigned(f.order), *([f.time] if f.time else [])):
                _field(model, key if "." in key else f"{dataset.name}.{key}", place)
            if f.lists:
                _one_of(f.lists, model.datasets, f"{place}: lists: unknown dataset")
            if f.beside:
                _one_of(f.beside, model.named_filters, f"{place}: beside: unknown filter")
            for column in parse_expression(f.expression).find_all(exp.Column):
                if not graph.reaches(dataset.name, [column.table]):
                    raise ModelError(f"{place}: no relationship leads from {dataset.name} to one {column.table}")


def _expression(model: SemanticModel, expression: str, place: str, bare: bool = False) -> None:
    """`bare`: columns without a dataset are those of the dataset's own source."""
    try:
        tree = parse_expression(expression)
    except ModelError as error:
        raise ModelError(f"{place}: {error}") from error
    for column in tree.find_all(exp.Column):
        if column.table:
            _field(model, f"{column.table}.{column.name}", place)
        elif not bare:
            raise ModelError(f"{place}: '{column.name}' needs its dataset, as in dataset.{column.name}")
    for function in tree.find_all(exp.Anonymous):
        name = str(function.this).upper()
        _one_of(name, FUNCTIONS, f"{place}: unknown function")
        if len(function.expressions) != FUNCTIONS[name]:
            raise ModelError(f"{place}: {name} takes {FUNCTIONS[name]} arguments, not {len(function.expressions)}")


def _aggregated(expression: str, place: str) -> None:
    tree = parse_expression(expression)
    if not tree.find(exp.AggFunc):
        raise ModelError(f"{place}: a metric needs an aggregate: SUM, COUNT, AVG, MIN, MAX or MEDIAN")
    for column in tree.find_all(exp.Column):
        if not column.find_ancestor(exp.AggFunc):
            raise ModelError(f"{place}: {column.table}.{column.name} stands outside of every aggregate")


def _acyclic(model: SemanticModel, key: str, above: tuple[str, ...]) -> None:
    if key in above:
        raise ModelError(f"{above[0]}: its expression leads back to itself: {' > '.join((*above, key))}")
    for column in parse_expression(model.field(key).expression).find_all(exp.Column):
        if column.table:
            _acyclic(model, f"{column.table}.{column.name}", (*above, key))


def _field(model: SemanticModel, key: str, place: str) -> None:
    try:
        model.field(key)
    except ModelError as error:
        raise ModelError(f"{place}: {error}") from None


def _one_of(name: str, known: Iterable[str], what: str) -> None:
    names = list(known)
    if name not in names:
        raise ModelError(f"{what} '{name}'. {near(name, names)}")


def _unsigned(keys: Iterable[str]) -> Iterator[str]:
    """Sort keys without the minus that means descending."""
    return (key.lstrip("-") for key in keys)
