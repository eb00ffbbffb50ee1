"""Rule: each column that is named belongs to one source in reach, is not closed, and is written with its source.

Stars are written out. A column that is closed to the asker comes out of a star as NULL and can't be named, not even
through a CTE or a derived table.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from tools.guard.context import Context, parts
from tools.guard.errors import GuardError, near
from tools.guard.names import identifier
from tools.guard.sources import Frame, Output, Source

MAX_COLUMNS = 500  # of one SELECT: stars of stars double with each level


def columns(tree: exp.Expr, context: Context) -> exp.Expr:
    """Resolve every name; fills `Occurrence.used`."""
    Resolver(context).outputs(tree, None)
    return tree


class Resolver:
    """Walks the queries from the inside out."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.key = context.key
        self.of_cte: dict[int, list[Output]] = {}
        self.unnamed = 0

    def outputs(self, query: exp.Expr, outer: Frame | None) -> list[Output]:
        """Resolve a query; the columns that it gives."""
        if query.args.get("with_"):
            for cte in query.args["with_"].expressions:
                self.of_cte[id(cte)] = self._renamed(self.outputs(cte.this, outer), cte.args["alias"])
        if isinstance(query, exp.Subquery):
            return self.outputs(query.this, outer)
        if isinstance(query, exp.SetOperation):
            return self._set_operation(query, outer)
        if isinstance(query, exp.Select):
            return self._select(query, outer)
        raise GuardError(f"A SELECT is missing ({self.context.place(query)}).", hint="Join tables without brackets.")

    def _set_operation(self, query: exp.SetOperation, outer: Frame | None) -> list[Output]:
        left, right = self.outputs(query.left, outer), self.outputs(query.right, outer)
        if len(left) != len(right):
            raise GuardError(f"{query.key.upper()} joins {len(left)} columns with {len(right)}.")
        names = {self.key(o.name) for o in left if o.name}
        for node in self._in_order(query):
            if isinstance(node, exp.Query) or (isinstance(node, exp.Column) and not self._is_bare(node, names)):
                raise GuardError(
                    f"'{node.sql(self.context.dialect)}' is no column of the whole ({self.context.place(node)}).",
                    hint=near(node.name, names, "Columns"),
                )
        return [Output(a.name, a.closed or b.closed) for a, b in zip(left, right, strict=True)]

    def _select(self, query: exp.Select, outer: Frame | None) -> list[Output]:
        frame = Frame(outer)
        joins = query.args.get("joins") or []
        for source in [query.args["from_"].this] if query.args.get("from_") else []:
            self._add(source, frame)
        for join in joins:
            self._add(join.this, frame)
            for name in join.args.get("using") or []:
                self._merge(name, frame)
        items, outputs = self._written_out(query, frame)
        query.set("expressions", items)
        aliases = {self.key(item.alias) for item in items if isinstance(item, exp.Alias)}
        for item in items:
            self._bind(item, frame)
        for join in joins:
            self._bind(join.args.get("on"), frame)
        self._bind(query.args.get("distinct"), frame)
        for window in query.args.get("windows") or []:
            self._bind(window, frame)
        frame.aliases = aliases  # from here on they can be meant
        for clause in ("where", "group", "having"):
            self._bind(query.args.get(clause), frame)
        for ordered in query.args["order"].expressions if query.args.get("order") else []:
            if not self._is_bare(ordered.this, aliases):  # a bare name in ORDER BY is first of all an alias
                self._bind(ordered, frame)
        for clause in ("limit", "offset"):
            self._bind(query.args.get(clause), Frame(None))
        return outputs

    def _add(self, node: exp.Expr, frame: Frame) -> None:
        """Take a source into the frame."""
        occurrence = self.context.occurrences.get(id(node))
        if occurrence is not None:
            closed = occurrence.table.closed_to(self.context.asker.role)
            given = [Output(name, name in closed) for name in occurrence.table.columns]
        elif id(node) in self.context.ctes:
            given = self.of_cte[id(self.context.ctes[id(node)])]
        elif isinstance(node, exp.Lateral):
            given = self.outputs(node.this, frame)  # sees what stands to its left
        elif isinstance(node, exp.Values):
            given = self._values(node, frame.outer)
        else:
            given = self.outputs(node, frame.outer)
        if not node.args.get("alias"):
            self.unnamed += occurrence is None
            name = occurrence.table.name if occurrence else f"derived_{self.unnamed}"
            node.set("alias", exp.TableAlias(this=identifier(name)))
        alias = self.key(node.alias)
        if alias in frame.sources:
            raise GuardError(f"'{node.alias}' is joined twice by that name.", hint="Give each its own alias.")
        if id(node) not in self.context.occurrences:
            given = self._renamed(given, node.args["alias"])
        outputs: dict[str, Output] = {}
        for output in given:
            if output.name:
                known = outputs.get(self.key(output.name))
                outputs[self.key(output.name)] = Output(output.name, output.closed or bool(known and known.closed))
        frame.sources[alias] = Source(node.alias, outputs, occurrence)

    def _values(self, node: exp.Values, outer: Frame | None) -> list[Output]:
        widths = {len(row.expressions) if isinstance(row, exp.Tuple) else 1 for row in node.expressions}
        if len(widths) != 1:
            raise GuardError("The rows of VALUES have different lengths.")
        for row in node.expressions:
            self._bind(row, Frame(outer))
        return [Output(f"column{i + 1}") for i in range(widths.pop())]

    @staticmethod
    def _renamed(outputs: list[Output], alias: exp.Expr) -> list[Output]:
        """After AS name(a, b)."""
        names = alias.args.get("columns") or []
        if len(names) > len(outputs):
            raise GuardError(f"'{alias.name}' names {len(names)} columns, and there are {len(outputs)}.")
        return [Output(n.name, o.closed) for n, o in zip(names, outputs, strict=False)] + outputs[len(names) :]

    def _merge(self, name: exp.Identifier, frame: Frame) -> None:
        """USING: the column has to be on both sides, and open on both."""
        key = self.key(name.name)
        *left, right = frame.sources.values()
        mine = [s for s in left if key in s.outputs]
        if not mine or key not in right.outputs or (len(mine) > 1 and key not in frame.merged):
            raise GuardError(f"USING needs '{name.name}' once on each side ({self.context.place(name)}).")
        for source in (*mine, right):
            self._open(source, key)
            source.use(key)
        frame.merged.add(key)

    def _written_out(self, query: exp.Select, frame: Frame) -> tuple[list[exp.Expr], list[Output]]:
        """The items of SELECT without stars, and what they give."""
        items: list[exp.Expr] = []
        outputs: list[Output] = []
        for item in query.expressions:
            if isinstance(item, exp.Star):
                chosen: Iterable[Source] = frame.sources.values()
            elif isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
                chosen = [self._source(item, frame)]
            else:
                named = isinstance(item, (exp.Alias, exp.Column))
                if not named and item.find(exp.Query):  # else its heading would be the guard's SQL
                    item = exp.Alias(this=item, alias=identifier(f"column_{len(items) + 1}"))
                    named = True
                items.append(item)
                outputs.append(Output(item.alias_or_name if named else None))
                continue
            once: set[str] = set()
            for source in chosen:
                for key, output in source.outputs.items():
                    shared = key in frame.merged and isinstance(item, exp.Star)
                    if shared and key in once:
                        continue
                    once.add(key)
                    column = exp.Column(this=identifier(source.use(key)))
                    if not shared:
                        column.set("table", identifier(source.alias))
                    column.meta["bound"] = True
                    items.append(column)
                    outputs.append(output)
            if not once:
                raise GuardError(f"There is nothing that * could mean ({self.context.place(item)}).")
        if not items:
            raise GuardError("SELECT names no columns.")
        if len(items) > MAX_COLUMNS:
            raise GuardError(f"More than {MAX_COLUMNS} columns are selected.", hint="Name the columns that are needed.")
        return items, outputs

    def _bind(self, root: exp.Expr | None, frame: Frame) -> None:
        """Resolve the names below a clause, and the queries in it."""
        if root is None:
            return
        for node in [root, *parts(root)] if not isinstance(root, exp.Query) else [root]:
            if isinstance(node, exp.Query):
                self.outputs(node, frame)
            elif isinstance(node, exp.Column) and not node.meta.get("bound"):
                self._column(node, frame)
            elif isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count):
                raise GuardError(f"* can't stand there ({self.context.place(root)}).", hint="Name the columns.")

    def _column(self, node: exp.Column, frame: Frame) -> None:
        """Find the one source of a column, from the inside out."""
        if node.args.get("db") or isinstance(node.this, exp.Star):
            raise GuardError(f"Columns are named as column or table.column ({self.context.place(node)}).")
        key = self.key(node.name)
        if node.table:
            source = self._source(node, frame)
            if key not in source.outputs:
                raise self._unknown(node, [source])
        else:
            at: Frame | None = frame
            found: list[Source] = []
            while at is not None and not found:
                found = [s for s in at.sources.values() if key in s.outputs]
                if not found and at is frame and key in frame.aliases:
                    return
                if len(found) > 1 and key in at.merged:
                    for source in found:
                        source.use(key)
                    return
                at = at.outer
            if not found:
                raise self._unknown(node, frame.sources.values())
            if len(found) > 1:
                choices = ", ".join(f"{s.alias}.{node.name}" for s in found)
                raise GuardError(f"'{node.name}' can mean {choices} ({self.context.place(node)}).", hint="Name one.")
            source = found[0]
        self._open(source, key)
        node.set("this", identifier(source.use(key)))
        node.set("table", identifier(source.alias))
        node.meta["temporal"] = source.occurrence is not None and node.name in source.occurrence.table.temporal

    def _source(self, node: exp.Column, frame: Frame) -> Source:
        at: Frame | None = frame
        while at is not None:
            if self.key(node.table) in at.sources:
                return at.sources[self.key(node.table)]
            at = at.outer
        raise GuardError(
            f"'{node.table}' is not joined here ({self.context.place(node)}).",
            hint=near(node.table, frame.sources, "Joined"),
        )

    def _open(self, source: Source, key: str) -> None:
        if source.outputs[key].closed:
            raise GuardError(
                f"'{source.outputs[key].name}' is closed to the role {self.context.asker.role}.", "not_allowed"
            )

    def _unknown(self, node: exp.Column, sources: Iterable[Source]) -> GuardError:
        sources = list(sources)
        if not node.table and self.key(node.name) in {self.key(s.alias) for s in sources}:
            return GuardError(f"'{node.name}' is a table; whole rows can't be used.", hint="Name its columns.")
        known = [o.name for s in sources for o in s.outputs.values() if o.name and not o.closed]
        of = ", ".join(s.alias for s in sources) or "nothing"
        return GuardError(
            f"Unknown column '{node.name}' ({self.context.place(node)}).",
            hint=near(node.name, known, f"Columns of {of}"),
        )

    def _in_order(self, query: exp.Expr) -> list[exp.Expr]:
        """The nodes of ORDER BY, LIMIT and OFFSET."""
        roots = [query.args[name] for name in ("order", "limit", "offset") if query.args.get(name)]
        return [node for root in roots for node in parts(root)]

    def _is_bare(self, node: exp.Expr, names: set[str]) -> bool:
        return isinstance(node, exp.Column) and not node.table and self.key(node.name) in names
