"""Measures taken apart: each aggregate function in the dataset that it counts, and how they are put together again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlglot import exp

from schema.columns import Column, result_type
from schema.expressions import divide
from schema.frame import Frames, QueryError
from schema.model import Dataset, Metric, parse_expression
from schema.query import Aggregate, All, AnyOf, Compare, Filter, Measure, Not, Period, SemanticQuery


@dataclass(frozen=True)
class Leaf:
    """One aggregate function of a measure, in the frame of its base dataset."""

    base: str
    tree: exp.Expr  # with dataset.field columns, not yet resolved
    where: Filter | None = None


@dataclass(frozen=True)
class Measured:
    """A measure taken apart: `expression` over placeholders leaf_0 … that stand for `leaves`.

    `additive`: the values of groups add up to a total, of which each has a share.
    """

    column: Column
    leaves: tuple[Leaf, ...]
    expression: exp.Expr
    period: Period | None
    additive: bool


_WORDS = {
    "count": ("number of", "số"), "count_distinct": ("distinct", "khác nhau"), "sum": ("total", "tổng"),
    "avg": ("average", "trung bình"), "min": ("lowest", "thấp nhất"), "max": ("highest", "cao nhất"),
    "median": ("median", "trung vị"),
}  # fmt: skip
_NODES: dict[str, type[exp.Expr]] = {
    "count": exp.Count, "sum": exp.Sum, "avg": exp.Avg, "min": exp.Min, "max": exp.Max, "median": exp.Median,
}  # fmt: skip


class Measures:
    """Takes the measures of one query apart."""

    def __init__(self, frames: Frames, query: SemanticQuery) -> None:
        self.model, self.graph, self.query = frames.model, frames.graph, query
        dimensions = (by.field.partition(".")[0] for by in query.by)
        self.wanted = {*dimensions, *_compared_datasets(query.filters)}

    def of(self, measure: Measure) -> list[Measured]:
        """The measure, then what is told beside it: n of a mean or rate, numerator and denominator of a share."""
        period = self.query.period
        if isinstance(measure, str):
            return self._metric(self.model.metric(measure), period)
        return self._share(measure, period) if measure.fn == "share" else self._aggregate(measure, period)

    # metrics of the model -------------------------------------------------------------------------------------------
    def _metric(self, metric: Metric, period: Period | None) -> list[Measured]:
        e = metric.ext
        if period and e.time and not period.field:
            period = period.model_copy(update={"field": e.time})
        tree = parse_expression(self._at(metric))
        column = Column(metric.name, metric.label, result_type(metric.datatype), e.unit, metric.name, e.label_vi)
        additive = tree.find(exp.Div, exp.Avg, exp.Min, exp.Max, exp.Median) is None
        out = [self._take_apart(tree, column, period, additive)]
        if e.n:
            n = Column("n", "n", "integer", None, f"{metric.name}.n", "n")
            out.append(self._take_apart(parse_expression(e.n), n, period, additive=True))
        return out

    def _at(self, metric: Metric) -> str:
        """The metric's expression at the coarsest dataset that reaches every dimension and compared field."""
        base = self._base_of(parse_expression(metric.expression))
        if self.graph.reaches(base, self.wanted):
            return metric.expression
        finer = (e for d, e in metric.ext.at.items() if self.graph.reaches(d, self.wanted))
        return next(finer, metric.expression)

    def _take_apart(self, tree: exp.Expr, column: Column, period: Period | None, additive: bool) -> Measured:
        leaves: list[Leaf] = []

        def one(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.AggFunc):
                leaves.append(Leaf(self._base_of(node), node.copy()))
                return exp.column(f"leaf_{len(leaves) - 1}")
            return node

        expression = tree.transform(one)
        return Measured(column, tuple(leaves), expression, period, additive)

    def _base_of(self, tree: exp.Expr) -> str:
        datasets = [c.table for c in tree.find_all(exp.Column)]
        if not datasets:
            if not self.query.dataset:
                raise QueryError("COUNT(*) needs a dataset whose rows it counts.")
            return self.query.dataset
        return self.graph.lowest(datasets) or datasets[0]

    # measures made on the spot --------------------------------------------------------------------------------------
    def _aggregate(self, a: Aggregate, period: Period | None) -> list[Measured]:
        dataset, _, name = a.over.partition(".")
        d = self.model.dataset(dataset)
        if a.fn == "count" and not name:
            labels = d.ext.labels or dataset
            said = (labels, f"số {d.ext.label_vi or labels}")
            column = Column(f"{dataset}_count", said[0], "integer", None, f"count:{dataset}", said[1])
            return [_single(column, Leaf(dataset, exp.Count(this=exp.Star()), a.where), period, additive=True)]
        if not name:
            raise QueryError(f"{a.fn} needs a field, as in {dataset}.{next(iter(d.fields), 'field')}.")
        f = self.model.field(a.over)
        counts = a.fn in ("count", "count_distinct")
        kind = "integer" if counts else "number" if a.fn in ("avg", "median") else result_type(f.datatype)
        word, word_vi = _WORDS[a.fn]
        column = Column(
            f"{a.fn}_{name}",
            f"{word} {f.label}",
            kind,
            None if counts else f.ext.unit,
            f"{a.fn}:{a.over}",
            f"số {f.ext.label_vi or f.label}" if a.fn == "count" else f"{f.ext.label_vi or f.label} {word_vi}",
        )
        over = exp.column(name, table=dataset)
        distinct = a.fn == "count_distinct"
        tree = exp.Count(this=exp.Distinct(expressions=[over])) if distinct else _NODES[a.fn](this=over)
        out = [_single(column, Leaf(dataset, tree, a.where), period, additive=a.fn in ("count", "sum"))]
        if a.fn in ("avg", "median"):
            n = Column("n", "n", "integer", None, f"{a.over}.n", "n")
            out.append(_single(n, Leaf(dataset, exp.Count(this=over.copy()), a.where), period, additive=True))
        return out

    def _share_of(self, metric: Metric, where: Filter | None, period: Period | None) -> list[Measured]:
        """The metric of the rows that meet `where` / that of all rows, with both values."""
        self.wanted |= {*_compared_datasets([where] if where else [])}
        whole = self._metric(metric, period)[0]
        if not whole.additive:
            raise QueryError(f"{metric.name} is a ratio: there is no share of it.")
        count = len(whole.leaves)
        part = tuple(replace(leaf, where=where) for leaf in whole.leaves)
        shifted = whole.expression.transform(
            lambda n: (
                exp.column(f"leaf_{int(n.name[5:]) + count}")
                if n.name[:5] == "leaf_" and isinstance(n, exp.Column)
                else n
            )
        )
        value = divide(none_as_zero(whole.expression), shifted)
        c = whole.column
        share = Column("share", f"share of {c.label}", "number", "%", f"share:{metric.name}", f"tỷ trọng {c.label_vi}")
        top = replace(c, name="numerator", label=f"{c.label}, the part", source="numerator", label_vi="phần")
        all_ = replace(c, name="denominator", label=f"{c.label}, all", source="denominator", label_vi="toàn bộ")
        return [
            Measured(share, (*part, *whole.leaves), value, whole.period, additive=False),
            replace(whole, column=top, leaves=part, expression=none_as_zero(whole.expression.copy())),
            replace(whole, column=all_),
        ]

    def _share(self, a: Aggregate, period: Period | None) -> list[Measured]:
        """The rows that meet `where` / all rows, with both numbers."""
        if a.of:
            return self._share_of(self.model.metric(a.of), a.where, period)
        dataset = a.over.partition(".")[0]
        d: Dataset = self.model.dataset(dataset)
        labels = d.ext.labels or dataset
        part = Leaf(dataset, exp.Sum(this=exp.Literal.number(1)), a.where)
        whole = Leaf(dataset, exp.Count(this=exp.Star()))
        numerator, denominator = none_as_zero(exp.column("leaf_0")), exp.column("leaf_1")
        share = Column("share", "share", "number", "%", f"share:{dataset}", "tỷ lệ")
        top = Column("numerator", f"{labels}, the part", "integer", None, "numerator", "phần")
        all_ = Column("denominator", f"{labels}, all", "integer", None, "denominator", "toàn bộ")
        return [
            Measured(share, (part, whole), divide(numerator, denominator), period, additive=False),
            Measured(top, (part,), numerator.copy(), period, additive=True),
            _single(all_, whole, period, additive=True),
        ]


def _single(column: Column, leaf: Leaf, period: Period | None, additive: bool) -> Measured:
    return Measured(column, (leaf,), exp.column("leaf_0"), period, additive)


def none_as_zero(value: exp.Expr) -> exp.Expr:
    """A count of no rows is 0."""
    return exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])


def before(measured: Measured, then: Period, partial: bool = False) -> Measured:
    """The same measure in the earlier period, in a column of its own. `partial`: as many days as passed of this one."""
    if partial and then.label:
        return _during(measured, then, "before", f"{then.label}, same days", f"{then.label}, cùng số ngày")
    return _during(measured, then, "before", then.label or "before", then.label or "trước đó")


def in_full(measured: Measured, whole: Period) -> Measured:
    """The same measure in the whole of the earlier period."""
    label, label_vi = whole.label or "before", whole.label or "trước đó"
    return _during(measured, whole, "before_in_full", f"{label} in full", f"trọn {label_vi}")


def _during(measured: Measured, then: Period, name: str, label: str, label_vi: str) -> Measured:
    c = measured.column
    column = Column(
        f"{c.name}_{name}",
        f"{c.label}, {label}",
        c.type,
        c.unit,
        f"{c.source}:{name}",
        f"{c.label_vi or c.label}, {label_vi}",
    )
    bound = measured.period.field if measured.period else None
    period = then if then.field or not bound else then.model_copy(update={"field": bound})
    return replace(measured, column=column, period=period)


def numbered(measured: Measured, others: Iterable[Measured]) -> Measured:
    """Under a source and name of its own, where another measure has them (two counts of which one is filtered)."""
    c, shown = measured.column, list(others)
    taken = {m.column.source for m in shown}
    if c.source not in taken or measured in shown:
        return measured
    number = 2
    while f"{c.source}:{number}" in taken:
        number += 1
    return replace(measured, column=replace(c, name=f"{c.name}_{number}", source=f"{c.source}:{number}"))


def _compared_datasets(filters: Iterable[Filter]) -> Iterable[str]:
    for f in filters:
        if isinstance(f, Compare):
            yield f.field.partition(".")[0]
        elif isinstance(f, All | AnyOf):
            yield from _compared_datasets(f.all if isinstance(f, All) else f.any)
        elif isinstance(f, Not):
            yield from _compared_datasets([f.negate])
