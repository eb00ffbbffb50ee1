"""The guard: text or tree and the asker in, a query that shows him nothing beyond his rights out."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from schema.access import Asker
from tools.guard.catalog import Catalog
from tools.guard.columns import columns
from tools.guard.context import Context
from tools.guard.errors import GuardError
from tools.guard.functions import functions
from tools.guard.guarded import DialectName, GuardedQuery, issue_query
from tools.guard.identifiers import identifiers
from tools.guard.row_cap import row_cap
from tools.guard.row_scope import row_scope
from tools.guard.select_only import select_only
from tools.guard.statement import parse_statement
from tools.guard.tables import tables

Rule = Callable[[exp.Expr, Context], exp.Expr]

RULES: tuple[Rule, ...] = (select_only, identifiers, functions, tables, columns, row_scope, row_cap)


def guard(
    query: str | exp.Expr, asker: Asker, catalog: Catalog, *, dialect: DialectName, row_cap: int | None
) -> GuardedQuery:
    """Apply RULES in order.

    `row_cap`: how many rows are wanted at most; None leaves the query's own LIMIT alone (counts).
    Raises GuardError: "invalid" for the LLM to try again, "not_allowed" for the user to read.
    """
    try:
        tree = parse_statement(query, dialect)
        context = Context(asker, catalog, dialect, row_cap)
        for rule in RULES:
            tree = rule(tree, context)
        sql = tree.sql(dialect, pretty=True, comments=False, copy=False)
    except RecursionError:
        raise GuardError("The query is nested too deeply.", hint="Write it in fewer levels.") from None
    named = frozenset(o.table.name for o in context.occurrences.values())
    return issue_query(sql, dialect, asker, row_cap, named, context.reads)


def guard_sql(sql: str, asker: Asker, catalog: Catalog, dialect: DialectName) -> str:
    """The SQL that runs in place of `sql`, as text; no LIMIT is added."""
    return guard(sql, asker, catalog, dialect=dialect, row_cap=None).sql
