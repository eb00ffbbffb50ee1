"""Rule: no more rows than the cap leave the database, and one beyond it tells that rows were cut.

The LIMIT goes onto the outermost query itself, beside its ORDER BY: a SELECT around it might forget the order.
"""

from __future__ import annotations

from sqlglot import exp

from tools.guard.context import Context
from tools.guard.errors import GuardError


def row_cap(tree: exp.Expr, context: Context) -> exp.Expr:
    """Set LIMIT to the lesser of what is asked for and the cap and one more."""
    limit = tree.args.get("limit")
    asked = None
    if limit is not None:
        value = limit.expression
        if not isinstance(value, exp.Literal) or value.is_string or not value.name.isdecimal():
            raise GuardError(f"LIMIT needs a whole number, not {value.sql(context.dialect)}.")
        asked = int(value.name)
    if context.row_cap is None:
        return tree
    most = context.row_cap + 1
    number = exp.Literal.number(most if asked is None else min(asked, most))
    tree.set("limit", exp.Limit(expression=number))
    return tree
