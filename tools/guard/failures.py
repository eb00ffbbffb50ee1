"""Whether a condition of a query could fail on a row that the asker may not see.

A planner is free to test a user's condition before the guard's, and then an error tells of hidden rows: of a name that
is no number (PostgreSQL even quotes it), or by CASE, of anything. Where a condition holds more than what can't fail,
the guard's subqueries are closed to the planner, at the price of its shortcuts. What takes time stays out of account.
"""

from __future__ import annotations

from sqlglot import exp

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
            if not all(_never_fails(node, dialect) for node in _reached(condition)):
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


def _reached(condition: exp.Expr) -> list[exp.Expr]:
    """The nodes of a condition, but not of the queries in it, which are looked at by themselves, nor of aggregates,
    which are computed from the rows that the guard let pass."""
    found, stack = [], [condition]
    while stack:
        node = stack.pop()
        if not isinstance(node, exp.AggFunc):
            found.append(node)
            if not isinstance(node, exp.Query):
                stack.extend(node.iter_expressions())
    return found


def _never_fails(node: exp.Expr, dialect: DialectName) -> bool:
    if type(node) in _NEVER_BY_DIALECT[dialect]:
        return dialect == "sqlite" or not isinstance(node, exp.Subquery) or _is_one_row(node)
    match node:
        case exp.Like() | exp.ILike() | exp.Glob():  # an escape sign at the end fails where all before it matches
            pattern = node.expression
            return isinstance(pattern, exp.Literal) and "\\" not in pattern.name and len(pattern.name) < 200
        case exp.DPipe():  # of two long texts a longer one: too long in the end
            return dialect == "postgres" or _is_short(node.this) or _is_short(node.expression)
        case exp.Anonymous() if dialect == "sqlite":
            return str(node.this).lower() in _DATES
    return dialect == "postgres" and _never_fails_there(node)


def _never_fails_there(node: exp.Expr) -> bool:
    """What PostgreSQL's types decide: dates can be cut to days and subtracted, and texts can't be cast to all."""
    match node:
        case exp.Cast():
            to_time = node.to.this in (exp.DType.DATE, exp.DType.TIMESTAMP) and _is_time(node.this)
            to_whole = node.to.this in (exp.DType.INT, exp.DType.BIGINT) and isinstance(node.this, exp.Extract)
            fits = to_whole and node.this.name.upper() != "EPOCH"
            return isinstance(node.this, exp.Literal) or node.to.this is exp.DType.TEXT or to_time or fits
        case exp.Sub():
            return _is_time(node.this) and _is_time(node.expression)
        case exp.Div():
            return _is_span(node.this) and isinstance(node.expression, exp.Literal) and float(node.expression.name) >= 1
        case exp.TimeToStr():
            return _is_time(node.this) and isinstance(node.args["format"], exp.Literal)
        case exp.Anonymous():
            return str(node.this).lower() == "age" and all(_is_time(value) for value in node.expressions)
        case exp.Substring():
            return all(isinstance(part, exp.Literal) for name, part in node.args.items() if name != "this" and part)
    return False


def _is_time(node: exp.Expr) -> bool:
    """A date or timestamp, whichever row it is of."""
    inner = node.unnest()
    if isinstance(inner, (exp.Cast, exp.TimestampTrunc)):
        return isinstance(inner.this, exp.Literal) or _is_time(inner.this)
    return isinstance(inner, exp.Column) and bool(inner.meta.get("temporal"))


def _is_span(node: exp.Expr) -> bool:
    """Days or seconds between two times, or a part of them."""
    return isinstance(node.unnest(), (exp.Extract, exp.Sub))


def _is_short(node: exp.Expr) -> bool:
    """A text of a length that stands in the query."""
    if isinstance(node, exp.Substring):
        return all(isinstance(part, exp.Literal) for name, part in node.args.items() if name != "this" and part)
    if isinstance(node, exp.Case):
        return all(
            _is_short(part) for part in (*(i.args["true"] for i in node.args["ifs"]), node.args.get("default")) if part
        )
    return isinstance(node, exp.Literal)


def _is_one_row(node: exp.Subquery) -> bool:
    """As a value, a query fails where it has two rows."""
    if isinstance(node.parent, (exp.In, exp.Any, exp.All)):
        return True
    query = node.this
    total = isinstance(query, exp.Select) and isinstance(query.expressions[0].unalias(), exp.AggFunc)
    return total and not query.args.get("group")
