"""Whether a condition of a query could fail on a row that the asker may not see.

A planner is free to test a user's condition before the guard's, and then an error tells of hidden rows: of a name that
is no number (PostgreSQL even quotes it), or by CASE, of anything. Where a condition holds more than what can't fail,
the guard's subqueries are closed to the planner, at the price of its shortcuts. What takes time stays out of account.
"""

from __future__ import annotations

from sqlglot import exp

from tools.guard.context import parts
from tools.guard.guarded import DialectName

_NEVER: set[type[exp.Expr]] = {
    exp.Where, exp.Having, exp.Column, exp.Identifier, exp.Star, exp.Literal, exp.Boolean, exp.Null, exp.Var, exp.Alias,
    exp.And, exp.Or, exp.Not, exp.Paren, exp.Tuple, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is,
    exp.NullSafeEQ, exp.NullSafeNEQ, exp.Between, exp.In, exp.Exists, exp.Any, exp.All, exp.Case, exp.If,
    exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least, exp.Lower, exp.Upper, exp.Length, exp.Trim, exp.Collate,
    exp.Select, exp.Union, exp.Intersect, exp.Except, exp.Subquery, exp.DataType, exp.DataTypeParam,
    exp.Window, exp.WindowSpec, exp.Order, exp.Ordered, exp.RowNumber, exp.Rank, exp.DenseRank, exp.Filter,
    exp.Distinct,
}  # fmt: skip

_NEVER_BY_DIALECT: dict[DialectName, set[type[exp.Expr]]] = {
    "sqlite": _NEVER | {  # arithmetic gives NULL or a float, a cast gives 0
        exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Cast, exp.Substring, exp.Round, exp.Floor, exp.Ceil,
        exp.StrPosition, exp.Date, exp.TimeToStr, exp.TsOrDsToTimestamp, exp.Sign, exp.Typeof,
    },
    "postgres": _NEVER | {exp.Extract, exp.TimestampTrunc, exp.Left, exp.Right},
}  # fmt: skip

_DATES = frozenset({"date", "time", "datetime", "julianday", "unixepoch", "strftime"})


def can_fail(tree: exp.Expr, dialect: DialectName) -> bool:
    """Looks at WHERE, ON and HAVING, and at what inner queries compute, for that may end up in a condition outside."""
    for query in tree.find_all(exp.Select):
        conditions = [query.args.get("where"), query.args.get("having")]
        conditions += [join.args.get("on") for join in query.args.get("joins") or []]
        if not _outermost(query, tree):
            conditions += [item for item in query.expressions if not _is_grouped(item)]
        for condition in filter(None, conditions):
            if not all(_never_fails(node, dialect) for node in (condition, *_reached(condition))):
                return True
    return False


def _outermost(query: exp.Expr, tree: exp.Expr) -> bool:
    """The query itself, or an arm of its UNION."""
    at: exp.Expr | None = query
    while at is not tree:
        at = at.parent if at is not None else None
        if not isinstance(at, (exp.SetOperation, exp.Subquery)):
            return False
    return True


def _is_grouped(item: exp.Expr) -> bool:
    """Computed from groups of rows: no planner makes it a condition on single ones."""
    return item.find(exp.AggFunc) is not None and item.find(exp.Window) is None


def _is_total(item: exp.Expr) -> bool:
    return isinstance(item.unalias(), exp.AggFunc)


def _reached(condition: exp.Expr) -> list[exp.Expr]:
    """The nodes of a condition; queries in it are looked at by themselves."""
    return [] if isinstance(condition, exp.Query) else list(parts(condition))


def _never_fails(node: exp.Expr, dialect: DialectName) -> bool:
    match node:
        case exp.Like() | exp.ILike() | exp.Glob():  # an escape sign at the end fails where all before it matches
            pattern = node.expression
            return isinstance(pattern, exp.Literal) and "\\" not in pattern.name and len(pattern.name) < 200
        case exp.Cast() if dialect == "postgres":
            return isinstance(node.this, exp.Literal) or node.to.this is exp.DType.TEXT
        case exp.Substring() if dialect == "postgres":
            return all(isinstance(part, exp.Literal) for name, part in node.args.items() if name != "this" and part)
        case exp.Subquery() if dialect == "postgres" and not isinstance(node.parent, (exp.In, exp.Any, exp.All)):
            one = node.this  # as a value it fails where it has two rows
            return isinstance(one, exp.Select) and not one.args.get("group") and _is_total(one.expressions[0])
        case exp.Anonymous():
            return dialect == "sqlite" and str(node.this).lower() in _DATES
    return type(node) in _NEVER_BY_DIALECT[dialect]
