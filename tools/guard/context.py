"""What the rules know of a query: who asks, what there is, and what earlier rules found out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from schema.access import Asker
from tools.guard.catalog import Catalog, CatalogTable
from tools.guard.guarded import DialectName
from tools.guard.names import fold


@dataclass
class Occurrence:
    """One mention of a physical table in the query."""

    node: exp.Table
    table: CatalogTable
    used: set[str] = field(default_factory=set)  # columns that the query takes from it


@dataclass
class Context:
    """Handed from rule to rule. Nodes are known by their `id`, which holds while the tree lives."""

    asker: Asker
    catalog: Catalog
    dialect: DialectName
    row_cap: int | None
    occurrences: dict[int, Occurrence] = field(default_factory=dict)  # by the Table node; filled by `tables`
    ctes: dict[int, exp.CTE] = field(default_factory=dict)  # Table node -> the CTE that it means; filled by `tables`
    reads: dict[str, frozenset[str]] = field(default_factory=dict)  # filled by `row_scope`

    def key(self, name: str) -> str:
        """By what names are compared: SQLite ignores the case even of quoted ones."""
        return fold(name) if self.dialect == "sqlite" else name

    @staticmethod
    def place(node: exp.Expr) -> str:
        """Where in the text a node stands: "line 1, column 8"; "in the query" where that is not known."""
        for part in node.walk():
            if "line" in part.meta:
                meta = part.meta  # sqlglot gives the column of the last character
                return f"line {meta['line']}, column {meta['col'] - (meta['end'] - meta['start'])}"
        return "in the query"


def parts(query: exp.Expr) -> Iterator[exp.Expr]:
    """The nodes of one query: queries inside it (and its WITH) are yielded and not entered."""
    stack = list(query.iter_expressions(reverse=True))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (exp.Query, exp.With)):
            stack.extend(node.iter_expressions(reverse=True))
