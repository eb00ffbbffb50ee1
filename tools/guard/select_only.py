"""Rule: the tree holds nothing but the kinds of node listed here, each with no parts but those listed beside it.

Functions are left to the next rule. A part that is not listed (locks, INTO, samples, hints …) is refused wherever it
appears, and so is a kind of node that a later sqlglot may invent.
"""

from __future__ import annotations

import re

from sqlglot import exp

from tools.guard.context import Context
from tools.guard.errors import GuardError

_BINARY = frozenset({"this", "expression"})
_UNARY = frozenset({"this"})
_SET = frozenset({"this", "expression", "distinct", "order", "limit", "offset", "with_"})

KINDS: dict[type[exp.Expr], frozenset[str]] = {
    # queries
    exp.Select: frozenset({
        "expressions", "from_", "joins", "where", "group", "having", "windows", "order", "limit", "offset", "distinct",
        "with_",
    }),
    exp.Union: _SET, exp.Intersect: _SET, exp.Except: _SET,
    exp.Subquery: frozenset({"this", "alias"}),
    exp.With: frozenset({"expressions"}),
    exp.CTE: frozenset({"this", "alias", "materialized"}),
    # sources
    exp.From: _UNARY,
    exp.Join: frozenset({"this", "on", "using", "side", "kind"}),
    exp.Table: frozenset({"this", "alias", "db", "catalog"}),  # qualified names are for the rule `tables` to refuse
    exp.TableAlias: frozenset({"this", "columns"}),
    exp.Values: frozenset({"expressions", "alias"}),
    exp.Lateral: frozenset({"this", "alias"}),
    # clauses
    exp.Where: _UNARY, exp.Having: _UNARY,
    exp.Group: frozenset({"expressions"}),
    exp.Order: frozenset({"this", "expressions"}),
    exp.Ordered: frozenset({"this", "desc", "nulls_first"}),
    exp.Limit: frozenset({"expression"}), exp.Offset: frozenset({"expression"}),
    exp.Distinct: frozenset({"expressions", "on"}),
    # names and values
    exp.Identifier: frozenset({"this", "quoted"}),
    exp.Column: frozenset({"this", "table", "db", "catalog"}),
    exp.Star: frozenset(),
    exp.Alias: frozenset({"this", "alias"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Boolean: _UNARY, exp.Null: frozenset(),
    exp.Var: _UNARY,
    exp.DataType: frozenset({"this", "expressions", "nested"}), exp.DataTypeParam: _UNARY,
    exp.Interval: frozenset({"this", "unit", "fraction_in_string"}),
    # operators
    exp.And: _BINARY, exp.Or: _BINARY, exp.Not: _UNARY, exp.Paren: _UNARY,
    exp.Tuple: frozenset({"expressions"}),
    exp.EQ: _BINARY, exp.NEQ: _BINARY, exp.GT: _BINARY, exp.GTE: _BINARY, exp.LT: _BINARY, exp.LTE: _BINARY,
    exp.Is: _BINARY | {"negate"}, exp.NullSafeEQ: _BINARY, exp.NullSafeNEQ: _BINARY,
    exp.Between: frozenset({"this", "low", "high", "symmetric"}),
    exp.In: frozenset({"this", "expressions", "query"}),
    exp.Exists: _UNARY, exp.Any: _UNARY, exp.All: _UNARY,
    exp.Like: _BINARY | {"negate"}, exp.ILike: _BINARY | {"negate"}, exp.Glob: _BINARY, exp.Escape: _BINARY,
    exp.Collate: _BINARY,
    exp.Add: _BINARY, exp.Sub: _BINARY, exp.Mul: _BINARY, exp.Neg: _UNARY,
    exp.Div: _BINARY | {"typed", "safe"}, exp.Mod: _BINARY, exp.IntDiv: _BINARY,
    exp.DPipe: _BINARY | {"safe"},
    exp.BitwiseAnd: _BINARY, exp.BitwiseOr: _BINARY,
    exp.Case: frozenset({"this", "ifs", "default"}), exp.If: frozenset({"this", "true", "false"}),
    exp.Cast: frozenset({"this", "to"}),
    exp.JSONPath: frozenset({"expressions"}), exp.JSONPathRoot: frozenset(), exp.JSONPathKey: _UNARY,
    exp.JSONPathSubscript: _UNARY,
    # around functions
    exp.Filter: _BINARY, exp.WithinGroup: _BINARY,
    exp.Window: frozenset({"this", "partition_by", "order", "spec", "alias", "over"}),
    exp.WindowSpec: frozenset({"kind", "start", "start_side", "end", "end_side", "exclude"}),
}  # fmt: skip

TYPES = {
    exp.DType.BOOLEAN, exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT, exp.DType.DECIMAL, exp.DType.FLOAT,
    exp.DType.DOUBLE, exp.DType.TEXT, exp.DType.CHAR, exp.DType.VARCHAR, exp.DType.DATE, exp.DType.TIME,
    exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ, exp.DType.INTERVAL, exp.DType.JSON, exp.DType.JSONB,
}  # fmt: skip

# What sqlglot writes out without quotes: units, fields of EXTRACT, collations, frame exclusions
WORDS = frozenset({
    "YEAR", "YEARS", "QUARTER", "QUARTERS", "MONTH", "MONTHS", "WEEK", "WEEKS", "DAY", "DAYS", "HOUR", "HOURS",
    "MINUTE", "MINUTES", "SECOND", "SECONDS", "DOW", "ISODOW", "DOY", "ISOYEAR", "EPOCH", "NOCASE", "BINARY", "RTRIM",
    "TIES", "GROUP",
})  # fmt: skip

_PARTS: dict[tuple[type[exp.Expr], str], tuple[str, str]] = {
    (exp.Join, "method"): ("NATURAL JOIN", "Name the columns: JOIN … ON, or USING."),
    (exp.With, "recursive"): ("WITH RECURSIVE", "Queries that repeat themselves are not run."),
    (exp.In, "field"): ("IN without brackets", "Write IN (SELECT column FROM table)."),
}
_JSON_KEY = re.compile(r"\w+")


def select_only(tree: exp.Expr, context: Context) -> exp.Expr:
    """Refuse whatever is not on the list."""
    for node in tree.walk():
        _check_words(node, context)
        listed = KINDS.get(type(node))
        if listed is None:
            if isinstance(node, exp.Func):
                continue
            raise _refusal(node, type(node).__name__, context)
        for part, value in node.args.items():
            if value and part not in listed:
                raise _refusal(node, f"{type(node).__name__} with {part.rstrip('_')}", context, part)
    return tree


def _refusal(node: exp.Expr, what: str, context: Context, part: str = "") -> GuardError:
    if isinstance(node, (exp.DDL, exp.DML, exp.Command, exp.Into, exp.Lock)) or part in ("into", "locks"):
        return GuardError("Only reading is possible here: one SELECT that changes and locks nothing.", "not_allowed")
    what, hint = _PARTS.get((type(node), part), (what, ""))
    return GuardError(f"{what} can't be used ({context.place(node)}).", hint=hint)


def _check_words(node: exp.Expr, context: Context) -> None:
    """What is written out as it is has to be a known word."""
    match node:
        case exp.Var() if node.name.upper() not in WORDS:
            raise GuardError(f"'{node.name}' is no unit, field or collation ({context.place(node)}).")
        case exp.DataType() if node.this not in TYPES:
            raise GuardError(f"The type {node.sql(context.dialect)} can't be used ({context.place(node)}).")
        case exp.JSONPathKey() if not isinstance(node.this, str) or not _JSON_KEY.fullmatch(node.this):
            raise GuardError("A JSON path may hold plain keys only.")
        case exp.JSONPathSubscript() if not isinstance(node.this, int):
            raise GuardError("A JSON path may hold plain positions only.")
        case exp.TableAlias() if node.args.get("columns") and context.dialect == "sqlite":
            if not isinstance(node.parent, exp.CTE):
                raise GuardError("SQLite can't name columns there.", hint="Write WITH name(a, b) AS (…).")
        case exp.Distinct() if node.args.get("on") and context.dialect == "sqlite":
            raise GuardError("SQLite has no DISTINCT ON.", hint="Use ROW_NUMBER() OVER (PARTITION BY …).")
        case exp.ILike() if context.dialect == "sqlite":
            raise GuardError("SQLite has no ILIKE.", hint="Its LIKE ignores the case of ASCII letters.")
