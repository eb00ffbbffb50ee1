"""One part of an aggregation: the leaves of one base dataset in one SELECT … GROUP BY."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from schema.columns import Columns, entity_columns, field_column, grain_column
from schema.conditions import condition
from schema.expressions import truncate
from schema.frame import Frame, Frames, QueryError, all_known, key_of
from schema.measures import Leaf, Measured
from schema.query import Filter, Period, SemanticQuery


@dataclass(frozen=True)
class PartKey:
    """Leaves that share it are aggregated in the same SELECT; a median needs one of its own."""

    base: str
    period: Period | None
    where: Filter | None
    median: exp.Expr | None

    @classmethod
    def of(cls, leaf: Leaf, measured: Measured) -> PartKey:
        return cls(leaf.base, measured.period, leaf.where, leaf.tree if isinstance(leaf.tree, exp.Median) else None)


class Part:
    """The SELECT of one part: its dimensions' columns, then value_0 … for its leaves.

    Where a dimension lies beyond the base's reach, the rows of the dataset that links the two are read instead, and
    each row of the base is taken once a group (fan-out).
    """

    def __init__(self, frames: Frames, query: SemanticQuery, key: PartKey, leaves: Sequence[Leaf]) -> None:
        self.query, self.key, self.leaves, self.model = query, key, leaves, frames.model
        self.base = frames.model.dataset(key.base)
        wanted = [key.base, *(by.field.partition(".")[0] for by in query.by)]
        start = key.base if frames.graph.reaches(key.base, wanted) else frames.graph.bridge(wanted)
        if start is None:
            for name in wanted:
                frames.model.dataset(name)
            raise QueryError(
                f"{key.base} can't be grouped by {', '.join(b.field for b in query.by)}: nothing links them."
            )
        self.frame = frames.on(start)
        self.fans_out = start != key.base
        self.dims = self._dims(self.frame)

    def select(self) -> exp.Select:
        conditions = self._conditions()
        if self.key.median is not None:
            return self._median(conditions)
        trees = [self.frame.expression(leaf.tree) for leaf in self.leaves]
        if self.fans_out:
            return self._once_a_group(trees, conditions)
        select = self.frame.select(*self.dims.selected(), *_values(trees))
        if conditions:
            select = select.where(*conditions)
        return select.group_by(*(e.copy() for e, _ in self.dims.items)) if self.dims.items else select

    def _dims(self, frame: Frame) -> Columns:
        dims = Columns()
        for by in self.query.by:
            if "." not in by.field:
                if by.grain:
                    raise QueryError(f"{by.field} has no {by.grain}: a grain needs a time field.")
                for e, c in entity_columns(frame, by.field):
                    dims.add(e, c)
            elif by.grain:
                frame.time_field(by.field)
                dims.add(truncate(frame.field(by.field), by.grain, frame.dialect), grain_column(by))
            else:
                dims.add(frame.field(by.field), field_column(self.model, by.field))
        return dims

    def _conditions(self) -> list[exp.Expr]:
        frame, base = self.frame, self.base
        conditions = frame.own() + [condition(frame, f) for f in self.query.filters]
        if self.fans_out and base.ext.where:
            conditions.append(frame.expression(base.ext.where))
        if self.key.where is not None:
            conditions.append(condition(frame, self.key.where))
        subject = self.model.ext.subject
        where = self.model.datasets[subject].ext.where if subject else None
        if subject and where and base.name != subject and any(by.field == subject for by in self.query.by):
            frame.join(subject)  # facts of an erased customer count in totals, they make no row
            nobody = exp.Is(this=frame.field(self.model.datasets[subject].id_field), expression=exp.null())
            conditions.append(exp.paren(exp.or_(frame.expression(where), nobody)))
        conditions += frame.period(self.key.period, base.ext.time)
        return conditions

    def _rows(self, columns: Sequence[exp.Expr], conditions: list[exp.Expr]) -> exp.Select:
        """The rows to aggregate: those of the base, each once a group."""
        if not self.fans_out:
            select = self.frame.select(*self.dims.selected(), *columns)
            return select.where(*conditions) if conditions else select
        keys = key_of(self.base)
        self.frame.join(self.base.name)
        named = [exp.alias_(k, f"key_{i}") for i, k in enumerate(keys)]
        select = self.frame.select(*self.dims.selected(), *named, *columns).distinct()
        return select.where(*conditions, *all_known(keys))

    def _once_a_group(self, trees: list[exp.Expr], conditions: list[exp.Expr]) -> exp.Select:
        arguments: list[exp.Expr] = []
        outer: list[exp.Expr] = []
        for tree in trees:
            argument = tree.this
            if isinstance(argument, exp.Star):
                outer.append(tree)
                continue
            distinct = isinstance(argument, exp.Distinct)
            name = f"argument_{len(arguments)}"
            arguments.append(exp.alias_(argument.expressions[0] if distinct else argument, name))
            over: exp.Expr = exp.column(name, table="once")
            outer.append(type(tree)(this=exp.Distinct(expressions=[over]) if distinct else over))
        rows = exp.Subquery(this=self._rows(arguments, conditions), alias="once")
        shown = self._shown("once")
        select = exp.select(*shown, *_values(outer)).from_(rows)
        return select.group_by(*(s.copy() for s in shown)) if shown else select

    def _median(self, conditions: list[exp.Expr]) -> exp.Select:
        """The mean of the middle one or two values of each group; neither dialect needs a function for it."""
        value = self.frame.expression(self.leaves[0].tree.this)
        known = [*conditions, *all_known([value])]
        rows = exp.Subquery(this=self._rows([exp.alias_(value, "median_value")], known), alias="known")
        values = exp.column("median_value", table="known")
        groups = self._shown("known")
        order = exp.Order(expressions=[exp.Ordered(this=values.copy())])
        place = exp.Window(this=exp.RowNumber(), partition_by=groups, order=order)
        size = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[g.copy() for g in groups])
        ranked = exp.select(
            *(g.copy() for g in groups),
            values,
            exp.alias_(place, "median_place"),
            exp.alias_(size, "median_size"),
        ).from_(rows)
        shown = self._shown("ranked")
        middle = "ranked.median_place * 2 BETWEEN ranked.median_size AND ranked.median_size + 2"
        mean = exp.Avg(this=exp.column("median_value", table="ranked"))
        select = exp.select(*shown, *_values([mean])).from_(exp.Subquery(this=ranked, alias="ranked")).where(middle)
        return select.group_by(*(s.copy() for s in shown)) if shown else select

    def _shown(self, table: str) -> list[exp.Expr]:
        return [exp.column(c.name, table=table) for c in self.dims.columns]


def _values(trees: Sequence[exp.Expr]) -> list[exp.Expr]:
    return [exp.alias_(tree, f"value_{i}") for i, tree in enumerate(trees)]
