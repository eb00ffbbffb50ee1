"""One SELECT over one base dataset: joins as fields ask for them, and the dataset's own conditions.

What a filter becomes inside it stands in `schema.conditions`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from schema.expressions import Clock, Dialect, expand, within
from schema.joins import JoinGraph, Step
from schema.model import Dataset, FieldOf, ModelError, SemanticModel, parse_expression
from schema.query import Period


class QueryError(Exception):
    """The typed query can't be answered from this model; the message says why and what is possible.

    Read by the LLM, which mends its call, or by the planner, which drops the reading.
    """


@dataclass(frozen=True)
class Frames:
    """Where frames come from: one model's graph, for one dialect, at one moment."""

    graph: JoinGraph
    clock: Clock
    dialect: Dialect

    @property
    def model(self) -> SemanticModel:
        return self.graph.model

    def on(self, base: str) -> Frame:
        """A new frame over `base`. Raises QueryError for an unknown dataset."""
        try:
            self.model.dataset(base)
        except ModelError as error:
            raise QueryError(str(error)) from error
        return Frame(self, base)


class Frame:
    """Collects the joins of one SELECT. Every dataset appears once, under its own name, over the shortest safe path."""

    def __init__(self, frames: Frames, base: str) -> None:
        self.frames, self.graph, self.model, self.base = frames, frames.graph, frames.model, base
        self.clock, self.dialect = frames.clock, frames.dialect
        self.joined: dict[str, Step] = {}

    def reaches(self, dataset: str) -> bool:
        return self.graph.reaches(self.base, [dataset])

    def join(self, dataset: str) -> None:
        """Make the columns of `dataset` available."""
        path = self.graph.tree(self.base).get(dataset)
        if path is None:
            raise QueryError(f"{self.base} has no single {dataset}: no declared relationship leads there.")
        for step in path:
            self.joined.setdefault(step.target, step)

    def known(self, key: str) -> FieldOf:
        """The field `dataset.field`. Raises QueryError, which lists and guesses."""
        try:
            return self.model.field(key)
        except ModelError as error:
            raise QueryError(str(error)) from error

    def time_field(self, key: str) -> FieldOf:
        """The field, if it is one of time. Raises QueryError otherwise."""
        field = self.known(key)
        if not field.is_time:
            times = [f.key for f in self.model.datasets[field.dataset].fields.values() if f.is_time]
            raise QueryError(f"{key} is no time field. Those of {field.dataset}: {', '.join(times) or 'none'}.")
        return field

    def field(self, key: str) -> exp.Expr:
        """A field's expression, its columns qualified and its dataset joined."""
        f = self.known(key)
        self.join(f.dataset)
        return self.expression(f.expression, f.dataset)

    def expression(self, source: str | exp.Expr, dataset: str | None = None) -> exp.Expr:
        """An expression of the model: bare columns are `dataset`'s own, qualified ones are fields."""

        def one(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Column):
                return node
            if node.table:
                return self.field(f"{node.table}.{node.name}")
            return exp.column(node.this.copy(), table=dataset)

        tree = parse_expression(source) if isinstance(source, str) else source.copy()
        return expand(tree.transform(one), self.clock, self.dialect)

    def select(self, *columns: exp.Expr) -> exp.Select:
        """SELECT columns FROM the base with all the joins collected so far."""
        query = exp.select(*columns).from_(self._table(self.base))
        for step in self.joined.values():
            on = exp.and_(
                *(
                    exp.column(t, table=step.target).eq(exp.column(s, table=step.source))
                    for s, t in zip(step.source_columns, step.target_columns, strict=True)
                )
            )
            query = query.join(self._table(step.target), on=on, join_type="left")
        return query

    def _table(self, dataset: str) -> exp.Expr:
        table = exp.to_table(self.model.datasets[dataset].source)
        return table if table.name == dataset and not table.db else exp.alias_(table, dataset, table=True)

    def own(self) -> list[exp.Expr]:
        """What holds for every row of the base."""
        where = self.model.datasets[self.base].ext.where
        return [self.expression(where)] if where else []

    def period(self, period: Period | None, default: str | None) -> list[exp.Expr]:
        """The period's bounds on its field, else on `default`."""
        if not period:
            return []
        key = period.field or default
        if not key:
            raise QueryError(f"{self.base} has no time field of its own; give the period a field.")
        has_time = self.time_field(key).datatype != "Date"
        return [within(self.field(key), period, has_time)]


def key_of(dataset: Dataset) -> list[exp.Expr]:
    """The columns that tell the rows of a dataset apart. Raises QueryError where none are declared."""
    if not dataset.primary_key:
        raise QueryError(f"{dataset.name} declares no primary_key: its rows can't be told apart.")
    return columns_of(dataset.name, dataset.primary_key)


def columns_of(dataset: str, names: tuple[str, ...]) -> list[exp.Expr]:
    """Columns of a dataset's own source."""
    return [exp.column(name, table=dataset) for name in names]


def all_known(columns: list[exp.Expr]) -> list[exp.Expr]:
    """IS NOT NULL of each: a row without the whole key belongs to nothing."""
    return [exp.not_(exp.Is(this=c.copy(), expression=exp.null())) for c in columns]
