"""Rule: no more rows than the cap leave the database, and one beyond it tells that rows were cut.

The LIMIT goes onto the outermost query itself, beside its ORDER BY: a SELECT around it might forget the order.
"""

from __future__ import annotations

from sqlglot import exp

from tools.guard.context import Context
from tools.guard.errors import GuardError


def row_cap(tree: exp.Expr, context: Context) -> exp.Expr:
    """Set LIMIT to the lesser of what is asked for and the cap and one more."""
    asked = tree.args["limit"].expression if tree.args.get("limit") else None
    whole = isinstance(asked, exp.Literal) and not asked.is_string and asked.name.isdecimal()
    if asked is not None and not whole and not isinstance(asked, exp.Subquery):
        raise GuardError(f"LIMIT needs a whole number, not {asked.sql(context.dialect)}.")
    if context.row_cap is None:
        return tree
    most: exp.Expr = exp.Literal.number(context.row_cap + 1)
    if whole and asked is not None:
        most = min(asked, most, key=lambda number: int(number.name))
    elif asked is not None:  # a top tenth; below 0 and NULL both mean no limit somewhere
        lower = exp.Between(this=asked.copy(), low=exp.Literal.number(0), high=most.copy())
        most = exp.Case(ifs=[exp.If(this=lower, true=asked)], default=most)
    tree.set("limit", exp.Limit(expression=most))
    return tree
