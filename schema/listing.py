"""A list: one row an entity of a dataset, with the columns that the model shows first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from schema.columns import Column, Columns, entity_columns, field_column, last_unknown
from schema.conditions import condition
from schema.frame import Frames, QueryError, columns_of
from schema.model import Dataset
from schema.query import Named, SemanticQuery


class Listing:
    """Builds the SELECT of a query without metrics."""

    def __init__(self, frames: Frames, query: SemanticQuery) -> None:
        if not query.dataset:
            raise QueryError("A query needs metrics, or a dataset to list.")
        asked = {"by": query.by, "having": query.having, "compare": query.compare, "share": query.share}
        if lost := [name for name, value in asked.items() if value]:
            raise QueryError(f"{', '.join(lost)}: only with metrics; a list has one row an entity.")
        self.model, self.query, self.frame = frames.model, query, frames.on(query.dataset)

    def build(self) -> tuple[exp.Select, list[Column]]:
        """The tree and its columns: the subject, the entity itself, fields asked for, the dataset's own list."""
        query, frame = self.query, self.frame
        dataset = self.model.dataset(frame.base)
        columns = self._columns(dataset)
        conditions = frame.own() + [condition(frame, f) for f in query.filters]
        conditions += frame.period(query.period, dataset.ext.time)
        order = [(frame.field(self._key(o.by)), o.descending) for o in query.order]
        order += [(frame.field(self._key(o.lstrip("-"))), o.startswith("-")) for o in self._order(dataset.ext.order)]
        order += [(key, False) for key in columns_of(dataset.name, dataset.primary_key)]  # ties
        tree = frame.select(*columns.selected())
        if conditions:
            tree = tree.where(*conditions)
        tree = tree.order_by(*(last_unknown(e, descending) for e, descending in order))
        return (tree.limit(query.limit) if query.limit else tree), columns.columns

    def _columns(self, dataset: Dataset) -> Columns:
        columns, frame, subject = Columns(), self.frame, self.model.ext.subject
        if subject and frame.reaches(subject):
            for e, c in entity_columns(frame, subject):
                columns.add(e, c)
        if dataset.ext.id_as:
            columns.add(frame.field(dataset.id_field), field_column(self.model, dataset.id_field, dataset.ext.id_as))
        named = [f"{dataset.name}.{dataset.ext.name_field}"] if dataset.ext.name_field else []
        for key in [*named, *self.query.fields, *(dataset.ext.list or self._plain(dataset))]:
            columns.add(frame.field(self._key(key)), field_column(self.model, self._key(key)))
        return columns

    @staticmethod
    def _plain(dataset: Dataset) -> list[str]:
        return [f.key for f in dataset.fields.values() if not f.ext.detail]

    def _key(self, name: str) -> str:
        return name if "." in name else f"{self.frame.base}.{name}"

    def _order(self, own: Sequence[str]) -> Iterable[str]:
        """The sort keys of the named filter that the list is of, where it has its own; else the dataset's."""
        for f in self.query.filters:
            order = self.model.named(f.named).order if isinstance(f, Named) else ()
            if order and all(self.frame.reaches(self._key(o.lstrip("-")).partition(".")[0]) for o in order):
                return order
        return own
