"""Rule: each table gives way to a subquery with just the permitted rows and the columns that the query takes.

`FROM customers AS c` becomes `FROM (SELECT customers.id FROM customers WHERE …) AS c`, so that no WHERE, ORDER BY,
LIKE or aggregate can tell anything of the other rows; where a condition can fail, not even by its error. Columns closed
to the asker are NULL inside.
"""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp

from tools.guard.context import Context, Occurrence
from tools.guard.failures import can_fail
from tools.guard.guarded import DialectName
from tools.guard.names import identifier
from tools.guard.visibility import VISIBLE, Visibility


def row_scope(tree: exp.Expr, context: Context) -> exp.Expr:
    """Replace every occurrence; fills `Context.reads`."""
    visibility = Visibility(context.asker, context.catalog, shared=True)
    closed = visibility.scope != "group" and can_fail(tree, context.dialect)
    for occurrence in context.occurrences.values():
        permitted = _permitted(occurrence, visibility.of_table(occurrence.table), context)
        if closed and permitted.this.args.get("where"):
            _close(permitted.this, context.dialect)
        occurrence.node.replace(permitted)
    if VISIBLE in context.reads:
        del context.reads[VISIBLE]
        body = _checked(visibility.customers(), context)
        visible = exp.CTE(this=body, alias=exp.TableAlias(this=identifier(VISIBLE)))
        with_ = tree.args.get("with_")
        tree.set("with_", exp.With(expressions=[visible, *(with_.expressions if with_ else [])]))
    return tree


def _permitted(occurrence: Occurrence, condition: str | None, context: Context) -> exp.Subquery:
    table = occurrence.table
    closed = table.closed_to(context.asker.role)
    taken = [name for name in table.columns if name in occurrence.used] or [table.key or table.columns[0]]
    items: list[exp.Expr] = []
    for name in taken:
        if name in closed:
            items.append(exp.Alias(this=exp.Null(), alias=identifier(name)))
        else:
            items.append(exp.Column(this=identifier(name), table=identifier(table.name)))
    select = exp.Select(expressions=items, from_=exp.From(this=exp.Table(this=identifier(table.name))))
    _note(context, table.name, frozenset(taken) - closed)
    if condition is not None:
        select.set("where", exp.Where(this=_checked(condition, context)))
    return exp.Subquery(this=select, alias=occurrence.node.args["alias"].copy())


def _close(select: exp.Expr, dialect: DialectName) -> None:
    """Neither planner moves a condition into a subquery with such a limit, or dissolves it among conditions."""
    number = exp.Literal.number(0 if dialect == "postgres" else -1)
    if dialect == "postgres":
        select.set("offset", exp.Offset(expression=number))
    else:
        select.set("limit", exp.Limit(expression=number))


def _checked(text: str, context: Context) -> exp.Expr:
    """The tree of a piece of the guard's own, after noting what it reads."""
    tree, reads = _parsed(text, context.dialect)
    for name, columns in reads:
        _note(context, name, columns)
    return tree.copy()


def _note(context: Context, table: str, columns: frozenset[str]) -> None:
    context.reads[table] = context.reads.get(table, frozenset()) | columns


@lru_cache(maxsize=4096)
def _parsed(text: str, dialect: DialectName) -> tuple[exp.Expr, tuple[tuple[str, frozenset[str]], ...]]:
    """Parsed once for each asker and table; the text names every column with its table."""
    tree = sqlglot.parse_one(text, dialect=dialect)
    return tree, columns_of(tree)


def columns_of(tree: exp.Expr) -> tuple[tuple[str, frozenset[str]], ...]:
    """The columns by table, in a tree whose columns are all written table.column and whose tables have no alias."""
    reads: dict[str, set[str]] = {table.name: set() for table in tree.find_all(exp.Table)}
    for column in tree.find_all(exp.Column):
        reads.setdefault(column.table, set()).add(column.name)
    return tuple((table, frozenset(columns)) for table, columns in reads.items())
