"""Rule: each table that is named is one of the catalog or a CTE in reach; each CTE gets a name of its own.

CTEs that are called as a table of the catalog, or as another CTE, are renamed: what the guard adds names tables of the
catalog, and no CTE of the user may slip in their place.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from tools.guard.context import Context, Occurrence, parts
from tools.guard.errors import GuardError, near
from tools.guard.names import identifier
from tools.guard.visibility import VISIBLE

MAX_TABLES = 40  # SQLite joins 64 at most; planning time grows with the number

Reach = Mapping[str, exp.CTE]  # CTEs by the name that the query gave them


def tables(tree: exp.Expr, context: Context) -> exp.Expr:
    """Find out what each Table node means: `context.occurrences` and `context.ctes`."""
    known = {context.key(name): name for name in context.catalog.tables}
    taken = {*known, VISIBLE}

    def visit(query: exp.Expr, reach: Reach) -> None:
        with_ = query.args.get("with_")
        if with_ is not None:
            reach = dict(reach)
            own: set[str] = set()
            for cte in with_.expressions:
                visit(cte.this, reach)  # a CTE does not see itself: without RECURSIVE its name means the table
                key = context.key(cte.alias)
                if key in own:
                    raise GuardError(f"WITH names '{cte.alias}' twice ({context.place(cte.args['alias'])}).")
                own.add(key)
                cte.args["alias"].set("this", _unused(key, taken))
                reach[key] = cte
        for node in parts(query):
            if isinstance(node, exp.Table):
                resolve(node, reach)
            elif isinstance(node, exp.Query):
                visit(node, reach)

    def resolve(node: exp.Table, reach: Reach) -> None:
        name = node.this
        if not isinstance(name, exp.Identifier):
            raise GuardError(f"Functions can't stand in FROM ({context.place(node)}).", hint="Name a table.")
        if node.args.get("db") or node.args.get("catalog"):
            raise GuardError(
                f"Tables are named without a schema ({context.place(node)}).", hint=near(name.name, known, "Tables")
            )
        key = context.key(name.name)
        if key in reach:
            if not node.alias:
                node.set("alias", exp.TableAlias(this=name.copy()))
            node.set("this", reach[key].args["alias"].this.copy())
            context.ctes[id(node)] = reach[key]
        elif key in known:
            if node.args.get("alias") and node.args["alias"].args.get("columns"):
                raise GuardError(f"The columns of '{name.name}' can't be renamed there.", hint="Use AS in SELECT.")
            context.occurrences[id(node)] = Occurrence(node, context.catalog.tables[known[key]])
            if len(context.occurrences) > MAX_TABLES:
                raise GuardError(f"More than {MAX_TABLES} tables are joined.", hint="Ask for less at once.")
        else:
            raise GuardError(
                f"Unknown table '{name.name}' ({context.place(node)}).", hint=near(key, [*known, *reach], "Tables")
            )

    visit(tree, {})
    return tree


def _unused(name: str, taken: set[str]) -> exp.Identifier:
    """The name, or the name with a number, that nothing else in the statement has."""
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name[:50]}_{number}"
    taken.add(candidate)
    return identifier(candidate)
