"""Rule: functions by name. What is not listed for the database is refused, and so is reading its clock.

`SQLITE_NAMES` is the same list as SQLite's authorizer sees it: the second wall, in tools/database.py.
"""

from __future__ import annotations

import re

from sqlglot import exp

from tools.guard.context import Context
from tools.guard.errors import GuardError, near
from tools.guard.guarded import DialectName
from tools.guard.select_only import KINDS

_BOTH: set[type[exp.Expr]] = {
    exp.Count, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.GroupConcat,
    exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile, exp.Lag, exp.Lead,
    exp.FirstValue, exp.LastValue, exp.NthValue,
    exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least,
    exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Trunc, exp.Pow, exp.Sqrt, exp.Ln, exp.Log, exp.Exp, exp.Sign,
    exp.Lower, exp.Upper, exp.Length, exp.Trim, exp.Substring, exp.StrPosition, exp.Replace,
    exp.TimeToStr, exp.JSONExtract, exp.JSONExtractScalar,
}  # fmt: skip

TYPED: dict[DialectName, set[type[exp.Expr]]] = {
    "sqlite": _BOTH | {exp.Date, exp.TsOrDsToTimestamp, exp.Format, exp.Typeof},
    "postgres": _BOTH | {
        exp.Extract, exp.TimestampTrunc, exp.StrToDate, exp.DateFromParts,
        exp.LogicalAnd, exp.LogicalOr, exp.CountIf,
        exp.PercentileCont, exp.PercentileDisc, exp.Median, exp.Mode, exp.Stddev, exp.StddevSamp, exp.StddevPop,
        exp.Variance, exp.VariancePop, exp.Corr,
        exp.Concat, exp.ConcatWs, exp.Left, exp.Right, exp.SplitPart, exp.Initcap,
    },
}  # fmt: skip

NAMED: dict[DialectName, frozenset[str]] = {
    "sqlite": frozenset({"date", "time", "datetime", "julianday", "strftime", "unixepoch", "total", "printf"}),
    "postgres": frozenset({"age", "make_date", "date_part", "every", "btrim"}),
}

# The names that they are called by. SQLite's authorizer goes by its list; `match` stands there for the keyword index of
# the notes, which no query can name.
SQLITE_NAMES = frozenset({
    "abs", "avg", "ceil", "ceiling", "coalesce", "count", "cume_dist", "date", "datetime", "dense_rank", "exp",
    "first_value", "floor", "format", "glob", "group_concat", "ifnull", "iif", "instr", "json_extract", "julianday",
    "lag", "last_value", "lead", "length", "like", "ln", "log", "lower", "ltrim", "match", "max", "min", "nth_value",
    "ntile", "nullif", "percent_rank", "pow", "power", "printf", "rank", "replace", "round", "row_number", "rtrim",
    "sign", "sqrt", "strftime", "substr", "substring", "sum", "time", "total", "trim", "trunc", "typeof", "unixepoch",
    "upper", "->", "->>",
})  # fmt: skip

POSTGRES_NAMES = frozenset({
    "abs", "age", "avg", "bool_and", "bool_or", "btrim", "ceil", "coalesce", "concat", "concat_ws", "corr", "count",
    "cume_dist", "date_part", "date_trunc", "dense_rank", "every", "exp", "extract", "first_value", "floor", "greatest",
    "initcap", "lag", "last_value", "lead", "least", "left", "length", "ln", "log", "lower", "ltrim", "make_date",
    "max", "min", "mode", "nth_value", "ntile", "nullif", "percent_rank", "percentile_cont", "percentile_disc",
    "position", "power", "rank", "replace", "right", "round", "row_number", "rtrim", "sign", "split_part", "sqrt",
    "stddev", "string_agg", "strpos", "substring", "sum", "to_char", "to_date", "trim", "trunc", "upper", "variance",
})  # fmt: skip

_PRINTED = re.compile(r"(?:[^%]|%%|%[-+ 0,#!]*\d{0,2}(?:\.\d{0,2})?[a-zA-Z])*", re.DOTALL)
_CLOCK = frozenset({"current_date", "current_time", "current_timestamp", "now", "localtime", "localtimestamp"})
_CLOCK_HINT = "Write the day itself, as '2026-07-01'."
_DATE_FUNCTIONS = frozenset({"date", "time", "datetime", "julianday", "strftime", "unixepoch"})


def functions(tree: exp.Expr, context: Context) -> exp.Expr:
    """Refuse functions that are not listed, by the name that the database would call."""
    typed, named = TYPED[context.dialect], NAMED[context.dialect]
    for node in tree.walk():
        if isinstance(node, exp.Func) and type(node) not in KINDS:
            if type(node) not in typed and not (isinstance(node, exp.Anonymous) and _name(node) in named):
                raise _unknown(node, context)
            if context.dialect == "sqlite" and _name(node) in _DATE_FUNCTIONS and _reads_clock(node):
                raise GuardError(f"{_name(node).upper()} of this moment can't be asked for.", hint=_CLOCK_HINT)
            _check_size(node, context)
        elif isinstance(node, exp.Cast) and _is_now(node.this):
            raise GuardError(f"'{node.this.name}' is not known here.", hint=_CLOCK_HINT)
    return tree


def _check_size(node: exp.Func, context: Context) -> None:
    """What one call could spend minutes on, in which no deadline is looked at: a search for long texts in long ones,
    and a printed width of millions."""
    sought = None
    if isinstance(node, exp.StrPosition):
        sought = node.args.get("substr")
    elif isinstance(node, (exp.Replace, exp.Trim)):
        sought = node.args.get("expression")
    if sought is not None and not isinstance(sought, exp.Literal):
        hint = "What is looked for has to be written as a text."
        raise GuardError(f"{_name(node)} can't be used so ({context.place(node)}).", hint=hint)
    if isinstance(node, exp.Format) or _name(node) == "printf":
        form = node.this if isinstance(node, exp.Format) else (node.expressions or [None])[0]
        if not isinstance(form, exp.Literal) or not _PRINTED.fullmatch(form.name):
            raise GuardError(f"{_name(node)} needs a plain format such as '%.2f' ({context.place(node)}).")


def _name(node: exp.Func) -> str:
    """The name as people write it."""
    if isinstance(node, exp.Anonymous):
        return str(node.this).lower()
    if isinstance(node, exp.TimeToStr):
        return "strftime"
    return "instr" if isinstance(node, exp.StrPosition) else node.sql_name().lower()


def _unknown(node: exp.Func, context: Context) -> GuardError:
    name = _name(node)
    if name in _CLOCK:
        return GuardError(f"{name.upper()} can't be asked for.", hint=_CLOCK_HINT)
    known = NAMED[context.dialect] | {kind.sql_names()[0].lower() for kind in TYPED[context.dialect]}  # type: ignore[attr-defined]
    return GuardError(
        f"The function {name} can't be used ({context.place(node)}).", hint=near(name, known, "Functions")
    )


def _reads_clock(node: exp.Func) -> bool:
    """SQLite's date functions mean this moment by 'now', and without any argument."""
    values = list(node.iter_expressions())
    if isinstance(node, exp.TimeToStr):
        values = list(node.this.iter_expressions()) if isinstance(node.this, exp.TsOrDsToTimestamp) else [node.this]
    return not values or any(_is_now(value) for value in values)


def _is_now(value: object) -> bool:
    moments = {"now", "today", "tomorrow", "yesterday"}
    return isinstance(value, exp.Literal) and bool(value.is_string) and value.name.strip().lower() in moments
