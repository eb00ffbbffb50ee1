"""SemanticQuery -> SELECT as a sqlglot tree. No LLM, no clock of its own: the same query gives the same SQL.

Three traps are rewritten, never met: a *fan-out* (a measure next to a dimension that multiplies its rows) counts each row
once a group; a *chasm* (measures of two facts) aggregates each fact by itself before they are joined; an *exists* filter
is a semi-join.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from schema.expressions import Clock, Dialect, divide, expand, truncate
from schema.frame import _OPERATORS, Frame, QueryError, literal
from schema.joins import JoinGraph
from schema.model import ModelError, SemanticModel, parse_expression
from schema.query import Aggregate, By, Compare, Exists, Filter, Having, Measure, Named, Period, SemanticQuery


@dataclass(frozen=True)
class Column:
    """A column of the result. `type`: integer, number, text, date, datetime or boolean. `source`: field or metric."""

    name: str
    label: str
    type: str
    unit: str | None = None
    source: str | None = None
    label_vi: str | None = None


@dataclass(frozen=True)
class Compiled:
    """The tree, its columns, and the datasets that are figures stored by refresh."""

    tree: exp.Select
    count: exp.Select
    columns: tuple[Column, ...]
    datasets: frozenset[str]


@dataclass(frozen=True)
class Leaf:
    """One aggregate function of a measure, in the frame of its base dataset."""

    base: str
    tree: exp.Expression  # with dataset.field columns, not yet resolved
    where: Filter | None = None


@dataclass
class Measured:
    """A measure taken apart: `expression` over placeholders leaf_0 … that stand for `leaves`."""

    column: Column
    leaves: list[Leaf]
    expression: exp.Expression
    period: Period | None
    additive: bool


_TYPES = {"Integer": "integer", "Decimal": "number", "Float": "number", "Boolean": "boolean", "Date": "date"}


def result_type(datatype: str) -> str:
    return "datetime" if datatype.startswith("DateTime") else _TYPES.get(datatype, "text")


@dataclass
class Compiler:
    """Compiles queries of one model for one dialect at one moment."""

    model: SemanticModel
    clock: Clock
    dialect: Dialect = "sqlite"
    graph: JoinGraph = field(init=False)

    def __post_init__(self) -> None:
        self.graph = JoinGraph(self.model)

    def compile(self, query: SemanticQuery) -> Compiled:
        """Raises QueryError, which names what is wrong and what is possible."""
        try:
            built = _Aggregation(self, query).build() if query.metrics else _Listing(self, query).build()
        except ModelError as error:
            raise QueryError(str(error)) from error
        tree, columns = built
        bare = tree.copy()
        bare.set("order", None)
        bare.set("limit", None)
        if query.limit:
            bare = tree.copy()
        count = exp.select(exp.alias_(exp.Count(this=exp.Star()), "n")).from_(exp.Subquery(this=bare, alias="counted"))
        used = {t.alias_or_name for t in tree.find_all(exp.Table)} & self.model.datasets.keys()
        return Compiled(tree, count, tuple(columns), frozenset(used))

    def frame(self, base: str) -> Frame:
        if base not in self.model.datasets:
            self.model.dataset(base)  # raises, with what is known
        return Frame(self.graph, base, self.clock, self.dialect)


def _entity_columns(model: SemanticModel, frame: Frame, dataset: str) -> list[tuple[exp.Expression, Column]]:
    """The id and the name by which an entity is shown."""
    d = model.dataset(dataset)
    keys = [d.primary_key[0]] + ([d.ext.name_field] if d.ext.name_field else [])
    names = [d.ext.id_as or f"{d.name}_{keys[0]}", d.ext.name_as or d.ext.name_field or ""]
    return [
        (frame.field(f"{dataset}.{key}"), _column(model, f"{dataset}.{key}", name))
        for key, name in zip(keys, names, strict=False)
    ]


def _column(model: SemanticModel, key: str, name: str | None = None) -> Column:
    f = model.field(key)
    return Column(name or f.name, f.label, result_type(f.datatype), f.ext.unit, key, f.ext.label_vi)


class _Columns:
    """Selected expressions under names that don't collide."""

    def __init__(self) -> None:
        self.items: list[tuple[exp.Expression, Column]] = []

    def add(self, expression: exp.Expression, column: Column) -> None:
        if any(c.source == column.source and c.source for _, c in self.items):
            return
        taken = {c.name for _, c in self.items}
        if column.name in taken and column.source:
            column = Column(**{**column.__dict__, "name": column.source.replace(".", "_")})
        self.items.append((expression, column))

    def selected(self) -> list[exp.Expression]:
        return [exp.alias_(e, c.name, quoted=False) for e, c in self.items]

    @property
    def columns(self) -> list[Column]:
        return [c for _, c in self.items]


def _ordered(expression: exp.Expression, descending: bool) -> list[exp.Expression]:
    """Unknown values come last, in either direction and in both dialects."""
    return [exp.Ordered(this=expression.copy(), desc=descending, nulls_first=False)]


class _Listing:
    """A list: one row an entity."""

    def __init__(self, compiler: Compiler, query: SemanticQuery) -> None:
        if not query.dataset:
            raise QueryError("A query needs metrics, or a dataset to list.")
        self.model, self.query = compiler.model, query
        self.frame = compiler.frame(query.dataset)

    def build(self) -> tuple[exp.Select, list[Column]]:
        query, model, frame = self.query, self.model, self.frame
        dataset = model.dataset(query.dataset or "")
        columns = _Columns()
        subject = model.ext.subject
        if subject and frame.reaches(subject):
            for e, c in _entity_columns(model, frame, subject):
                columns.add(e, c)
        if dataset.ext.id_as:
            columns.add(frame.field(dataset.id_field), _column(model, dataset.id_field, dataset.ext.id_as))
        if dataset.ext.name_field and dataset.name != subject:
            key = f"{dataset.name}.{dataset.ext.name_field}"
            columns.add(frame.field(key), _column(model, key, dataset.ext.name_as))
        for key in [*query.fields, *(dataset.ext.list or self._plain(dataset.name))]:
            d = model.dataset(key.partition(".")[0])
            named = d.ext.name_as if d.ext.name_field == key.partition(".")[2] else None
            columns.add(frame.field(key), _column(model, key, named))
        conditions = frame.own() + [frame.condition(f) for f in query.filters]
        conditions += frame.period(query.period, dataset.ext.time)
        order = [self._key(o.by) + (o.descending,) for o in query.order]
        order += [(frame.field(o.lstrip("-")), o.startswith("-")) for o in self._default_order(dataset.ext.order)]
        keys = [part for e, down in order for part in _ordered(e, down)]
        keys += [exp.Ordered(this=frame.field(f"{dataset.name}.{k}")) for k in dataset.primary_key]
        tree = frame.select(*columns.selected())
        if conditions:
            tree = tree.where(*conditions)
        tree = tree.order_by(*keys)
        return (tree.limit(query.limit) if query.limit else tree), columns.columns

    def _default_order(self, own: Sequence[str]) -> Iterable[str]:
        for f in self.query.filters:
            if isinstance(f, Named) and (order := self.model.named(f.named).order):
                if all(self.frame.reaches(o.lstrip("-").partition(".")[0]) for o in order):
                    return order
        return own

    def _plain(self, dataset: str) -> list[str]:
        fields = self.model.dataset(dataset).fields.values()
        return [f.key for f in fields if not f.ext.detail]

    def _key(self, by: str) -> tuple[exp.Expression]:
        return (self.frame.field(by if "." in by else f"{self.query.dataset}.{by}"),)


class _Aggregation:
    """Measures by dimensions: each base dataset is aggregated in its own SELECT, then they are joined."""

    def __init__(self, compiler: Compiler, query: SemanticQuery) -> None:
        self.compiler, self.model, self.query, self.graph = compiler, compiler.model, query, compiler.graph

    # measures -------------------------------------------------------------------------------------------------------
    def _measure(self, measure: Measure, period: Period | None) -> list[Measured]:
        if isinstance(measure, str):
            return self._metric(measure, period)
        return self._aggregate(measure, period)

    def _metric(self, name: str, period: Period | None) -> list[Measured]:
        metric = self.model.metric(name)
        e = metric.ext
        expression = self._at(metric.expression, e.at)
        column = Column(name, metric.label, result_type(metric.datatype), e.unit, name, e.label_vi)
        ratio = parse_expression(expression).find(exp.Div, exp.Avg) is not None
        out = [self._take_apart(expression, column, period, additive=not ratio)]
        if e.n:
            n = Column("n", "n", "integer", None, f"{name}.n", "n")
            out.append(
                self._take_apart(e.n if expression == metric.expression else "COUNT(*)", n, period, additive=True)
            )
        return out

    def _at(self, expression: str, finer: dict[str, str]) -> str:
        """The metric's expression at the coarsest dataset that reaches every dimension and compared field."""
        wanted = set(self._dimension_datasets()) | set(self._filter_datasets(self.query.filters))
        base = self._base_of(parse_expression(expression))
        if self.graph.reaches(base, wanted):
            return expression
        return next((e for d, e in finer.items() if self.graph.reaches(d, wanted)), expression)

    def _filter_datasets(self, filters: Iterable[Filter]) -> Iterable[str]:
        for f in filters:
            if isinstance(f, Compare):
                yield f.field.partition(".")[0]

    def _dimension_datasets(self) -> Iterable[str]:
        return [by.field.partition(".")[0] for by in self.query.by]

    def _take_apart(self, expression: str, column: Column, period: Period | None, additive: bool) -> Measured:
        tree = parse_expression(expression)
        leaves: list[Leaf] = []

        def one(node: exp.Expression) -> exp.Expression:
            if isinstance(node, exp.AggFunc):
                leaves.append(Leaf(self._base_of(node), node.copy()))
                return exp.column(f"leaf_{len(leaves) - 1}")
            return node

        return Measured(column, leaves, tree.transform(one), period, additive)

    def _base_of(self, tree: exp.Expression) -> str:
        datasets = [c.table for c in tree.find_all(exp.Column)]
        base = self.graph.lowest(datasets) if datasets else self.query.dataset
        if not base and len(set(datasets)) > 1:
            base = datasets[0]
        if not base:
            raise QueryError("This measure has no single base dataset.")
        return base

    def _aggregate(self, a: Aggregate, period: Period | None) -> list[Measured]:
        dataset, _, name = a.over.partition(".")
        d = self.model.dataset(dataset)
        if a.fn == "share":
            one = exp.Sum(this=exp.Literal.number(1))
            share = Column("share", "share", "number", "%", f"share:{dataset}", "tỷ lệ")
            top = Column("numerator", f"{d.ext.labels or dataset} so", "integer", None, "numerator", "tử số")
            all_ = Column("denominator", f"all {d.ext.labels or dataset}", "integer", None, "denominator", "mẫu số")
            leaves = [Leaf(dataset, one, a.where), Leaf(dataset, exp.Count(this=exp.Star()))]
            return [
                Measured(share, leaves, divide(_coalesce(exp.column("leaf_0")), exp.column("leaf_1")), period, False),
                Measured(top, [leaves[0]], _coalesce(exp.column("leaf_0")), period, True),
                Measured(all_, [leaves[1]], exp.column("leaf_0"), period, True),
            ]
        if a.fn == "count":
            label, label_vi = d.ext.labels or dataset, d.ext.label_vi
            column = Column(f"{dataset}_count", label, "integer", None, f"count:{dataset}", f"số {label_vi or label}")
            tree: exp.Expression = exp.Count(this=exp.Star())
        else:
            f = self.model.field(a.over)
            words = {"avg": "average", "sum": "total", "min": "lowest", "max": "highest", "median": "median"}
            words_vi = {"avg": "trung bình", "sum": "tổng", "min": "thấp nhất", "max": "cao nhất", "median": "trung vị"}
            word, word_vi = words.get(a.fn, "distinct"), words_vi.get(a.fn, "khác nhau")
            kind = (
                "integer"
                if a.fn == "count_distinct"
                else "number"
                if a.fn in ("avg", "median")
                else result_type(f.datatype)
            )
            unit = None if a.fn == "count_distinct" else f.ext.unit
            column = Column(
                f"{a.fn}_{name}",
                f"{word} {f.label}",
                kind,
                unit,
                f"{a.fn}:{a.over}",
                f"{f.ext.label_vi or f.label} {word_vi}",
            )
            over = exp.column(name, table=dataset)
            tree = {
                "count_distinct": lambda: exp.Count(this=exp.Distinct(expressions=[over])),
                "sum": lambda: exp.Sum(this=over), "avg": lambda: exp.Avg(this=over), "min": lambda: exp.Min(this=over),
                "max": lambda: exp.Max(this=over), "median": lambda: exp.Median(this=over),
            }[a.fn]()  # fmt: skip
        out = [Measured(column, [Leaf(dataset, tree, a.where)], exp.column("leaf_0"), period, a.fn in ("count", "sum"))]
        if a.fn in ("avg", "median"):
            n = Column("n", "n", "integer", None, f"{a.over}.n", "n")
            counted = exp.Count(this=exp.column(name, table=dataset))
            out.append(Measured(n, [Leaf(dataset, counted, a.where)], exp.column("leaf_0"), period, True))
        return out

    # frames ---------------------------------------------------------------------------------------------------------
    def build(self) -> tuple[exp.Select, list[Column]]:
        query = self.query
        measured = [m for measure in query.metrics for m in self._measure(measure, query.period)]
        if query.compare:
            measured = self._compared(measured)
        wanted = {m.column.source for m in measured}
        hidden = [
            m for h in query.having for m in self._measure(h.metric, query.period)[:1] if m.column.source not in wanted
        ]
        frames: dict[tuple[str, Period | None, str], list[Leaf]] = {}
        for m in [*measured, *hidden]:
            for leaf in m.leaves:
                key = (leaf.base, m.period, repr(leaf.where) + ("median" if isinstance(leaf.tree, exp.Median) else ""))
                kept = frames.setdefault(key, [])
                if leaf not in kept:
                    kept.append(leaf)
        selects, dims = [], _Columns()
        places: dict[tuple[tuple[str, Period | None, str], Leaf], exp.Expression] = {}
        for number, (key, leaves) in enumerate(frames.items()):
            select, dims, values = self._frame(key[0], key[1], leaves)
            selects.append(select)
            for leaf, value in zip(leaves, values, strict=True):
                places[key, leaf] = exp.column(value, table=f"part_{number}")
        joined, spine = self._join(selects, dims)
        columns = _Columns()
        for _, c in dims.items:
            columns.add(spine[c.name], c)
        found: dict[str, exp.Expression] = {}
        for m in [*measured, *hidden]:
            expression = self._place(m, places)
            found[m.column.source or m.column.name] = expression
            if m not in hidden:
                columns.add(expression, m.column)
        return self._finish(joined, columns, found, measured), columns.columns

    def _place(
        self, m: Measured, places: dict[tuple[tuple[str, Period | None, str], Leaf], exp.Expression]
    ) -> exp.Expression:
        values = []
        for leaf in m.leaves:
            key = (leaf.base, m.period, repr(leaf.where) + ("median" if isinstance(leaf.tree, exp.Median) else ""))
            value = places[key, leaf].copy()
            values.append(_coalesce(value) if isinstance(leaf.tree, exp.Count) else value)
        tree = m.expression.transform(
            lambda n: values[int(n.name[5:])].copy() if isinstance(n, exp.Column) and n.name.startswith("leaf_") else n
        )
        return expand(tree, self.compiler.clock, self.compiler.dialect)

    def _compared(self, measured: list[Measured]) -> list[Measured]:
        """Each measure beside its value of the earlier period, and the change between them."""
        now, then = self.query.period, self.query.compare
        if now is None or then is None:
            raise QueryError("To compare, both periods are needed.")
        out: list[Measured] = []
        for m in measured:
            c = m.column
            out.append(m)
            if c.name == "n":
                continue
            label, label_vi = then.label or "before", then.label or "trước đó"
            before = Column(
                f"{c.name}_before",
                f"{c.label}, {label}",
                c.type,
                c.unit,
                f"{c.source}:before",
                f"{c.label_vi or c.label}, {label_vi}",
            )
            out.append(Measured(before, m.leaves, m.expression, then, m.additive))
        return out

    def _frame(self, base: str, period: Period | None, leaves: list[Leaf]) -> tuple[exp.Select, _Columns, list[str]]:
        """One SELECT … GROUP BY; where a dimension lies beyond the base's reach, over distinct rows of the base."""
        wanted = [base, *self._dimension_datasets()]
        start = base
        if not self.graph.reaches(base, wanted):
            found = self.graph.bridge(wanted)
            if not found:
                raise QueryError(
                    f"{base} can't be grouped by {', '.join(b.field for b in self.query.by)}: nothing links them."
                )
            start = found
        frame = self.compiler.frame(start)
        dims = self._dims(frame)
        conditions = frame.own() + [frame.condition(f) for f in self.query.filters]
        if start != base and (own := self.model.datasets[base].ext.where):
            conditions.append(frame.expression(own))
        if leaves[0].where is not None:
            conditions.append(frame.condition(leaves[0].where))
        conditions += frame.period(period, self._time(base))
        names = [f"value_{i}" for i in range(len(leaves))]
        if isinstance(leaves[0].tree, exp.Median):
            return self._median(frame, dims, conditions, leaves[0].tree), dims, names
        trees = [frame.expression(leaf.tree.sql()) for leaf in leaves]
        if start == base:
            select = frame.select(*dims.selected(), *(exp.alias_(t, n) for t, n in zip(trees, names, strict=True)))
            select = select.where(*conditions) if conditions else select
            return (select.group_by(*(e.copy() for e, _ in dims.items)) if dims.items else select), dims, names
        return self._deduplicated(frame, base, dims, conditions, trees, names), dims, names

    def _time(self, base: str) -> str | None:
        return self.model.datasets[base].ext.time

    def _dims(self, frame: Frame) -> _Columns:
        dims = _Columns()
        for by in self.query.by:
            if "." not in by.field:
                for e, c in _entity_columns(self.model, frame, by.field):
                    dims.add(e, c)
                continue
            column = _column(self.model, by.field, self._dim_name(by))
            expression = frame.field(by.field)
            if by.grain:
                expression = truncate(expression, by.grain, frame.dialect)
                column = Column(by.grain, by.grain, "date", None, f"{by.field}:{by.grain}", _GRAINS_VI[by.grain])
            dims.add(expression, column)
        return dims

    def _dim_name(self, by: By) -> str | None:
        d = self.model.dataset(by.field.partition(".")[0])
        return d.ext.name_as if d.ext.name_field == by.field.partition(".")[2] else None

    def _deduplicated(
        self,
        frame: Frame,
        base: str,
        dims: _Columns,
        conditions: list[exp.Expression],
        trees: list[exp.Expression],
        names: list[str],
    ) -> exp.Select:
        """Fan-out: each row of the base is taken once a group, then aggregated."""
        keys = [exp.column(k, table=base) for k in self.model.datasets[base].primary_key]
        frame.join(base)
        inner = dims.selected() + [exp.alias_(k, f"key_{i}") for i, k in enumerate(keys)]
        outer = []
        for number, tree in enumerate(trees):
            argument = tree.this
            distinct = isinstance(argument, exp.Distinct)
            if distinct:
                argument = argument.expressions[0]
            if isinstance(argument, exp.Star):
                outer.append(tree)
                continue
            inner.append(exp.alias_(argument, f"argument_{number}"))
            over: exp.Expression = exp.column(f"argument_{number}", table="once")
            outer.append(type(tree)(this=exp.Distinct(expressions=[over]) if distinct else over))
        once = (
            frame.select(*inner)
            .distinct()
            .where(*conditions, exp.not_(exp.Is(this=keys[0].copy(), expression=exp.null())))
        )
        shown = [exp.column(c.name, table="once") for c in dims.columns]
        select = exp.select(*shown, *(exp.alias_(t, n) for t, n in zip(outer, names, strict=True)))
        return select.from_(exp.Subquery(this=once, alias="once")).group_by(*(s.copy() for s in shown))

    def _median(
        self, frame: Frame, dims: _Columns, conditions: list[exp.Expression], tree: exp.Expression
    ) -> exp.Select:
        """The mean of the middle one or two values of each group; neither dialect needs a function for it."""
        value = frame.expression(tree.this.sql())
        groups = [e.copy() for e, _ in dims.items]
        rank = exp.Window(
            this=exp.RowNumber(), partition_by=groups, order=exp.Order(expressions=[exp.Ordered(this=value.copy())])
        )
        size = exp.Window(this=exp.Count(this=value.copy()), partition_by=[g.copy() for g in groups])
        known = exp.not_(exp.Is(this=value.copy(), expression=exp.null()))
        inner = frame.select(
            *dims.selected(), exp.alias_(value, "v"), exp.alias_(rank, "place"), exp.alias_(size, "size")
        )
        inner = inner.where(*conditions, known)
        shown = [exp.column(c.name, table="ranked") for c in dims.columns]
        middle = "ranked.place * 2 BETWEEN ranked.size AND ranked.size + 2"
        select = exp.select(*shown, exp.alias_(exp.Avg(this=exp.column("v", table="ranked")), "value_0"))
        select = select.from_(exp.Subquery(this=inner, alias="ranked")).where(middle)
        return select.group_by(*(s.copy() for s in shown)) if shown else select

    def _join(self, selects: list[exp.Select], dims: _Columns) -> tuple[exp.Select, dict[str, exp.Expression]]:
        """The parts side by side: on the union of their groups, or as one row."""
        names = [c.name for c in dims.columns]
        query = exp.select()
        for number, select in enumerate(selects):
            query = query.with_(f"part_{number}", as_=select)
        if len(selects) == 1 or not names:
            query = query.from_("part_0")
            for number in range(1, len(selects)):
                query = query.join(f"part_{number}", join_type="cross")
            return query, {n: exp.column(n, table="part_0") for n in names}
        union: exp.Expression = exp.select(*names).from_("part_0")
        for number in range(1, len(selects)):
            union = exp.union(union, exp.select(*names).from_(f"part_{number}"))
        query = query.with_("spine", as_=union).from_("spine")
        for number in range(len(selects)):
            on = exp.and_(
                *(
                    exp.NullSafeEQ(this=exp.column(n, table=f"part_{number}"), expression=exp.column(n, table="spine"))
                    for n in names
                )
            )
            query = query.join(f"part_{number}", on=on, join_type="left")
        return query, {n: exp.column(n, table="spine") for n in names}

    def _finish(
        self, tree: exp.Select, columns: _Columns, found: dict[str, exp.Expression], measured: list[Measured]
    ) -> exp.Select:
        query = self.query
        for m in measured:
            earlier = found.get(f"{m.column.source}:before")
            if earlier is not None:
                difference = exp.paren(exp.Sub(this=found[m.column.source or ""].copy(), expression=earlier.copy()))
                change = Column(
                    f"{m.column.name}_change", "change", "number", "%", f"{m.column.source}:change", "thay đổi"
                )
                columns.add(divide(difference, earlier), change)
        if query.share:
            for m in measured[:1]:
                if not m.additive:
                    raise QueryError(f"{m.column.label} is a ratio: it has no share of a total.")
                value = found[m.column.source or ""]
                total = exp.Window(this=exp.Sum(this=value.copy()))
                columns.add(divide(value, total), Column("share", "share of total", "number", "%", "share", "tỷ trọng"))
        tree = tree.select(*columns.selected(), append=False)
        for h in query.having:
            value = found[self._source(h)]
            tree = tree.where(_OPERATORS[h.op](this=value.copy(), expression=literal(h.value)))
        named = {c.name: e for e, c in columns.items} | {c.source: e for e, c in columns.items if c.source}
        keys: list[exp.Expression] = []
        for o in query.order:
            if o.by not in named:
                raise QueryError(f"Can't sort by '{o.by}'. Possible: {', '.join(c.name for c in columns.columns)}.")
            keys += _ordered(named[o.by], o.descending)
        keys += self._default_order(columns, bool(query.order))
        if keys:
            tree = tree.order_by(*keys)
        return tree.limit(query.limit) if query.limit else tree

    def _default_order(self, columns: _Columns, ordered: bool) -> list[exp.Expression]:
        """Groups over time run forward; others by the first measure, highest first; ties by the groups themselves."""
        count = len(columns.items)
        groups = [(e, c) for e, c in columns.items if c.source and ("." in c.source) and not c.source.endswith(".n")]
        groups = [(e, c) for e, c in groups if ":" not in (c.source or "") or c.type == "date"]
        if not groups or count == len(groups):
            return []
        keys: list[exp.Expression] = []
        if not ordered and not any(b.grain for b in self.query.by):
            first = next(e for e, c in columns.items if (e, c) not in groups)
            keys += _ordered(first, True)
        for e, _ in groups:
            keys += _ordered(e, False)
        return keys

    def _source(self, h: Having) -> str:
        return self._measure(h.metric, self.query.period)[0].column.source or ""


def _coalesce(value: exp.Expression) -> exp.Expression:
    return exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])


_GRAINS_VI = {"day": "ngày", "week": "tuần", "month": "tháng", "quarter": "quý", "year": "năm"}

__all__ = ["Column", "Compiled", "Compiler", "Exists", "QueryError"]
