"""One SELECT over one base dataset: joins as fields ask for them, and filters as conditions."""

from __future__ import annotations

from sqlglot import exp

from schema.expressions import Clock, Dialect, expand, recurs_within, text, within
from schema.joins import JoinGraph, Step
from schema.model import FieldOf, ModelError, parse_expression
from schema.query import All, AnyOf, Compare, Exists, Filter, Measure, Named, Not, Period

_OPERATORS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ, "!=": exp.NEQ, ">": exp.GT, ">=": exp.GTE, "<": exp.LT, "<=": exp.LTE,
}  # fmt: skip


class QueryError(Exception):
    """The typed query can't be answered from this model; the message says why and what is possible.

    Read by the LLM, which mends its call, or by the planner, which drops the reading.
    """


def literal(value: object) -> exp.Expression:
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, int | float):
        return exp.Literal.number(int(value) if float(value).is_integer() else value)
    return text(str(value))


class Frame:
    """Collects the joins of one SELECT. Every dataset appears once, under its own name, over the shortest safe path."""

    def __init__(self, graph: JoinGraph, base: str, clock: Clock, dialect: Dialect) -> None:
        self.graph, self.model, self.base, self.clock, self.dialect = graph, graph.model, base, clock, dialect
        self.joined: dict[str, Step] = {}

    # fields ---------------------------------------------------------------------------------------------------------
    def reaches(self, dataset: str) -> bool:
        return self.graph.reaches(self.base, [dataset])

    def join(self, dataset: str) -> None:
        """Make the columns of `dataset` available."""
        path = self.graph.tree(self.base).get(dataset)
        if path is None:
            raise QueryError(f"{self.base} has no single {dataset}: no declared relationship leads there.")
        for step in path:
            self.joined.setdefault(step.target, step)

    def field(self, key: str) -> exp.Expression:
        """A field's expression, its columns qualified and its dataset joined."""
        f = self._known(key)
        self.join(f.dataset)
        return self.expression(f.expression, f.dataset)

    def _known(self, key: str) -> FieldOf:
        try:
            return self.model.field(key)
        except ModelError as error:
            raise QueryError(str(error)) from error

    def expression(self, source: str, dataset: str | None = None) -> exp.Expression:
        """An expression of the model: bare columns are `dataset`'s own, qualified ones are fields."""

        def one(node: exp.Expression) -> exp.Expression:
            if isinstance(node, exp.Column):
                return (
                    exp.column(node.name, table=dataset) if not node.table else self.field(f"{node.table}.{node.name}")
                )
            return node

        return expand(parse_expression(source).transform(one), self.clock, self.dialect)

    def select(self, *columns: exp.Expression) -> exp.Select:
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

    def _table(self, dataset: str) -> exp.Expression:
        table = exp.to_table(self.model.datasets[dataset].source)
        return table if table.name == dataset and not table.db else exp.alias_(table, dataset, table=True)

    # conditions -----------------------------------------------------------------------------------------------------
    def own(self) -> list[exp.Expression]:
        """What holds for every row of the base."""
        where = self.model.datasets[self.base].ext.where
        return [self.expression(where)] if where else []

    def period(self, period: Period | None, default: str | None) -> list[exp.Expression]:
        """The period's bounds on its field, else on `default`."""
        if not period:
            return []
        key = period.field or default
        if not key:
            raise QueryError(f"{self.base} has no time field of its own; give the period a field.")
        return [within(self.field(key), period, self._known(key).datatype != "Date")]

    def condition(self, filter_: Filter) -> exp.Expression:
        if isinstance(filter_, Compare):
            return self._compare(filter_)
        if isinstance(filter_, Named):
            return self._named(filter_)
        if isinstance(filter_, All):
            return exp.paren(exp.and_(*(self.condition(f) for f in filter_.all)))
        if isinstance(filter_, AnyOf):
            return exp.paren(exp.or_(*(exp.paren(self.condition(f)) for f in filter_.any)))
        if isinstance(filter_, Not):
            inside = exp.paren(self.condition(filter_.negate))
            return exp.not_(exp.Is(this=inside, expression=exp.true()))  # unknown stays in the complement
        return self._exists(filter_)

    def _compare(self, f: Compare) -> exp.Expression:
        dataset = self._known(f.field).dataset
        if not self.reaches(dataset):
            return self._exists(Exists(exists=self._link(dataset), filters=(f,)))
        column = self.field(f.field)
        values = f.value if isinstance(f.value, tuple) else (f.value,)
        literals = [literal(v) for v in values if v is not None]
        if f.op in ("empty", "filled"):
            null = exp.Is(this=column, expression=exp.null())
            return null if f.op == "empty" else exp.not_(null)
        if not literals:
            raise QueryError(f"{f.field} {f.op}: a value is missing.")
        if f.op in ("in", "not_in"):
            inside = exp.In(this=column, expressions=literals)
            return inside if f.op == "in" else self._or_unknown(exp.not_(inside), column)
        if f.op == "between":
            if len(literals) != 2:
                raise QueryError(f"{f.field} between: two values are needed.")
            return exp.Between(this=column, low=literals[0], high=literals[1])
        if f.op == "contains":
            return exp.Like(this=column, expression=text(f"%{values[0]}%"))
        if self._known(f.field).datatype.startswith("DateTime") and isinstance(values[0], str) and len(values[0]) == 10:
            column = self._day(column)
        comparison = _OPERATORS[f.op](this=column, expression=literals[0])
        return self._or_unknown(comparison, column) if f.op == "!=" else comparison

    def _day(self, column: exp.Expression) -> exp.Expression:
        if self.dialect == "postgres":
            return exp.cast(column, "date")
        return exp.func("substr", column, exp.Literal.number(1), exp.Literal.number(10))

    @staticmethod
    def _or_unknown(condition: exp.Expression, column: exp.Expression) -> exp.Expression:
        return exp.paren(exp.or_(condition, exp.Is(this=column.copy(), expression=exp.null())))

    def _named(self, f: Named) -> exp.Expression:
        try:
            named = self.model.named(f.named)
        except ModelError as error:
            raise QueryError(str(error)) from error
        home = f.named.partition(".")[0]
        datasets = {home, *(c.table for c in parse_expression(named.expression).find_all(exp.Column))}
        if not self.graph.reaches(self.base, datasets):
            return self._exists(Exists(exists=home, filters=(f,)))
        condition = exp.paren(self.expression(named.expression))
        if not f.period:
            return condition
        key = f.period.field or named.time
        if not key:
            raise QueryError(f"{f.named} takes no period.")
        if named.recurs:
            return exp.and_(condition, recurs_within(self.field(key), f.period, self.dialect))
        return exp.and_(condition, *self.period(f.period, key))

    def _link(self, dataset: str) -> str:
        """The dataset whose rows tie the base, or the subject that it belongs to, to `dataset`."""
        for anchor in (self.base, self.model.ext.subject):
            if anchor and self.reaches(anchor) and (found := self.graph.bridge([anchor, dataset])):
                return found
        raise QueryError(f"Nothing links {self.base} with {dataset}.")

    def _exists(self, f: Exists) -> exp.Expression:
        """A semi-join on the entity that both sides belong to: the base itself, else the model's subject."""
        if f.exists not in self.model.datasets:
            raise QueryError(f"Unknown dataset '{f.exists}'.")
        related = Frame(self.graph, f.exists, self.clock, self.dialect)
        anchor = next(
            (a for a in (self.base, self.model.ext.subject) if a and self.reaches(a) and related.reaches(a)), None
        )
        if anchor is None:
            return self._joined(f)
        path = self.graph.tree(f.exists)[anchor]
        if path:
            step = path[-1]
            related.join(step.source)
            key = exp.column(step.source_columns[0], table=step.source)
            mine = exp.column(step.target_columns[0], table=step.target)
        else:
            key = exp.column(self.model.datasets[anchor].primary_key[0], table=anchor)
            mine = key.copy()
        self.join(anchor)
        conditions = related.own() + [related.condition(x) for x in f.filters]
        conditions += related.period(f.period, self.model.datasets[f.exists].ext.time)
        having = self._reach(f, related) if f.value is not None else None
        inner = related.select(key).where(*conditions, exp.not_(exp.Is(this=key.copy(), expression=exp.null())))
        if having is not None:
            inner = inner.group_by(key.copy()).having(having)
        return exp.In(this=mine, query=exp.Subquery(this=inner))

    def _joined(self, f: Exists) -> exp.Expression:
        """The base has at most one such row: its conditions hold directly."""
        if not self.reaches(f.exists):
            raise QueryError(f"Nothing links {self.base} with {f.exists}.")
        key = exp.column(self.model.datasets[f.exists].primary_key[0], table=f.exists)
        self.join(f.exists)
        parts = [exp.not_(exp.Is(this=key, expression=exp.null())), *(self.condition(x) for x in f.filters)]
        parts += self.period(f.period, self.model.datasets[f.exists].ext.time)
        return exp.paren(exp.and_(*parts))

    def _reach(self, f: Exists, related: Frame) -> exp.Expression:
        measure: Measure | None = f.metric
        if measure is None:
            total: exp.Expression = exp.Count(this=exp.Star())
        elif isinstance(measure, str):
            total = related.expression(self.model.metric(measure).expression)
        elif measure.fn == "count":
            total = exp.Count(this=exp.Star())
        else:
            total = exp.func(measure.fn, related.field(measure.over))
        return _OPERATORS[f.op](this=total, expression=literal(f.value))
