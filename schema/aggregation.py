"""Measures by dimensions: each base dataset is aggregated in its own SELECT, then they are joined on their groups."""

from __future__ import annotations

from sqlglot import exp

from schema.columns import Column, Columns, last_unknown
from schema.conditions import OPERATORS, literal
from schema.expressions import divide, expand
from schema.frame import Frames, QueryError
from schema.measures import Leaf, Measured, Measures, before, in_full, none_as_zero, numbered
from schema.part import Part, PartKey
from schema.query import Measure, SemanticQuery

_Places = dict[tuple[PartKey, Leaf], exp.Column]


class Aggregation:
    """Builds the SELECT of a query with metrics."""

    def __init__(self, frames: Frames, query: SemanticQuery) -> None:
        self.frames, self.query = frames, query
        self.measures = Measures(frames, query)

    def build(self) -> tuple[exp.Select, list[Column]]:
        """The tree and its columns: groups, measures with what is told beside them, changes, share."""
        query = self.query
        measured: list[Measured] = []
        of: dict[Measure, Measured] = {}  # the measure itself, without what is told beside it
        for measure in dict.fromkeys(query.metrics):
            made = [numbered(m, measured) for m in self.measures.of(measure)]
            of[measure] = made[0]
            measured += made
        hidden = {h.metric: self.measures.of(h.metric)[0] for h in query.having if h.metric not in of}
        if query.compare:
            measured = self._compared(measured)
        parts, places = self._parts([*measured, *hidden.values()])
        joined, groups = self._join(parts)
        columns = Columns()
        for expression, column in groups:
            columns.add(expression, column)
        found: dict[str, exp.Expr] = {}
        for m in measured:
            found[m.column.source or ""] = value = self._place(m, places)
            columns.add(value, m.column)
        self._changes(columns, found, measured)
        held = {measure: found[m.column.source or ""] for measure, m in of.items()}
        held |= {measure: self._place(m, places) for measure, m in hidden.items()}
        if query.share:
            columns.add(self._share(measured[0], found, joined), _SHARE)
        tree = joined.select(*columns.selected(), append=False)
        for h in query.having:
            tree = tree.where(OPERATORS[h.op](this=held[h.metric].copy(), expression=literal(h.value)))
        if groups:  # a group without name and without measure is no group
            nothing: list[exp.Expr] = [exp.Is(this=e.copy(), expression=exp.null()) for e, _ in groups]
            if all(map(_conditional, measured)) and not query.having:  # a group that no row of the metric falls into
                nothing = []
            nothing += [_nothing(found[m.column.source or ""], m.column, m.additive) for m in measured]
            tree = tree.where(exp.not_(exp.paren(exp.and_(*nothing))))
        keys = self._order(columns, len(groups))
        tree = tree.order_by(*keys) if keys else tree
        return (tree.limit(query.limit) if query.limit else tree), columns.columns

    def _compared(self, measured: list[Measured]) -> list[Measured]:
        """Each measure beside its value of the earlier period, and of the whole of it."""
        then, whole = self.query.compare, self.query.compare_whole
        if self.query.period is None or then is None:
            raise QueryError("To compare, both periods are needed.")
        out: list[Measured] = []
        for now in measured:
            beside = now.column.label != "n"
            out += [now, before(now, then, partial=whole is not None)] if beside else [now]
            out += [in_full(now, whole)] if beside and whole else []
        return out

    # parts ----------------------------------------------------------------------------------------------------------
    def _parts(self, measured: list[Measured]) -> tuple[list[Part], _Places]:
        leaves: dict[PartKey, list[Leaf]] = {}
        for m in measured:
            for leaf in m.leaves:
                kept = leaves.setdefault(PartKey.of(leaf, m), [])
                if leaf not in kept:
                    kept.append(leaf)
        parts = [Part(self.frames, self.query, key, kept) for key, kept in leaves.items()]
        places = {
            (key, leaf): exp.column(f"value_{i}", table=f"part_{number}")
            for number, (key, kept) in enumerate(leaves.items())
            for i, leaf in enumerate(kept)
        }
        return parts, places

    def _join(self, parts: list[Part]) -> tuple[exp.Select, list[tuple[exp.Expr, Column]]]:
        """The parts side by side, on the union of their groups (chasm), or as one row."""
        columns = parts[0].dims.columns
        names = [c.name for c in columns]
        query = exp.select()
        for number, part in enumerate(parts):
            query = query.with_(f"part_{number}", as_=part.select())
        if len(parts) == 1 or not names:
            query = query.from_("part_0")
            for number in range(1, len(parts)):
                query = query.join(f"part_{number}", join_type="cross")
            return query, [(exp.column(c.name, table="part_0"), c) for c in columns]
        spine: exp.Select | exp.Union = exp.select(*map(exp.column, names)).from_("part_0")
        for number in range(1, len(parts)):
            spine = exp.union(spine, exp.select(*map(exp.column, names)).from_(f"part_{number}"))
        query = query.with_("spine", as_=spine).from_("spine")
        for number in range(len(parts)):
            same = (
                exp.NullSafeEQ(this=exp.column(n, table=f"part_{number}"), expression=exp.column(n, table="spine"))
                for n in names
            )
            query = query.join(f"part_{number}", on=exp.and_(*same), join_type="left")
        return query, [(exp.column(c.name, table="spine"), c) for c in columns]

    def _place(self, m: Measured, places: _Places) -> exp.Expr:
        """The measure's expression over the columns of the parts."""
        values: list[exp.Expr] = []
        for leaf in m.leaves:
            value = places[PartKey.of(leaf, m), leaf].copy()
            values.append(none_as_zero(value) if isinstance(leaf.tree, exp.Count) else value)

        def one(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Column) and node.name.startswith("leaf_"):
                return values[int(node.name.removeprefix("leaf_"))].copy()
            return node

        return expand(m.expression.transform(one), self.frames.clock, self.frames.dialect)

    # what stands beside the measures --------------------------------------------------------------------------------
    @staticmethod
    def _changes(columns: Columns, found: dict[str, exp.Expr], measured: list[Measured]) -> None:
        """(new - old) / old of every number; none where the old value is 0."""
        for m in measured:
            c = m.column
            if c.type in ("integer", "number") and (earlier := found.get(f"{c.source}:before")) is not None:
                difference = exp.Sub(this=found[c.source or ""].copy(), expression=earlier.copy())
                change = Column(f"{c.name}_change", "change", "number", "%", f"{c.source}:change", "thay đổi")
                columns.add(divide(difference, earlier), change)

    def _share(self, m: Measured, found: dict[str, exp.Expr], joined: exp.Select) -> exp.Expr:
        """Each group's part of the total of all groups, those that `having` leaves out included."""
        if not m.additive:
            raise QueryError(f"{m.column.label} is a ratio: it has no share of a total.")
        value = found[m.column.source or ""]
        total: exp.Expr = exp.Window(this=exp.Sum(this=value.copy()))
        if self.query.having:
            whole = joined.copy()
            whole.set("with_", None)
            total = exp.Subquery(this=whole.select(exp.Sum(this=value.copy()), append=False))
        return divide(value, total)

    def _order(self, columns: Columns, groups: int) -> list[exp.Expr]:
        """As asked, else over time forward, else by the first measure, highest first; ties by the groups."""
        named = {c.name: e for e, c in columns.items} | {c.source: e for e, c in columns.items if c.source}
        keys: list[exp.Expr] = []
        for o in self.query.order:
            if o.by not in named:
                raise QueryError(f"Can't sort by '{o.by}'. Possible: {', '.join(c.name for c in columns.columns)}.")
            keys.append(last_unknown(named[o.by], o.descending))
        if groups and not self.query.order and not any(b.grain for b in self.query.by):
            keys.append(last_unknown(columns.items[groups][0], True))
        return keys + [last_unknown(e, False) for e, _ in columns.items[:groups]]


_SHARE = Column("share", "share of total", "number", "%", "share", "tỷ trọng")


def _conditional(m: Measured) -> bool:
    """Whether every part of the measure counts only some rows: COUNT or SUM of CASE WHEN."""
    return all(leaf.tree.find(exp.Case) is not None for leaf in m.leaves)


def _nothing(value: exp.Expr, column: Column, additive: bool = True) -> exp.Expr:
    """Whether a measure is none; a number that adds up also where it is 0."""
    none = exp.Is(this=value.copy(), expression=exp.null())
    if column.type not in ("integer", "number") or not additive:
        return none
    return exp.paren(exp.or_(none, exp.EQ(this=value.copy(), expression=literal(0))))
