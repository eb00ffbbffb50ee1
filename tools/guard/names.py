"""Names as they stand in SQL: folded, and quoted where they have to be."""

from __future__ import annotations

import re
from string import ascii_lowercase, ascii_uppercase

from sqlglot import exp

# Keywords of SQLite, and those of PostgreSQL that are reserved or named like a function
_KEYWORDS = frozenset({
    "abort", "action", "add", "after", "all", "alter", "always", "analyse", "analyze", "and", "any", "array", "as",
    "asc", "asymmetric", "attach", "authorization", "autoincrement", "before", "begin", "between", "binary", "both",
    "by", "cascade", "case", "cast", "check", "collate", "collation", "column", "commit", "concurrently",
    "conflict", "constraint", "create", "cross", "current", "current_catalog", "current_date", "current_role",
    "current_schema", "current_time", "current_timestamp", "current_user", "database", "default", "deferrable",
    "deferred", "delete", "desc", "detach", "distinct", "do", "drop", "each", "else", "end", "escape", "except",
    "exclude", "exclusive", "exists", "explain", "fail", "false", "fetch", "filter", "first", "following", "for",
    "foreign", "freeze", "from", "full", "generated", "glob", "grant", "group", "groups", "having", "if", "ignore",
    "ilike", "immediate", "in", "index", "indexed", "initially", "inner", "insert", "instead", "intersect", "into",
    "is", "isnull", "join", "key", "last", "lateral", "leading", "left", "like", "limit", "localtime",
    "localtimestamp", "match", "materialized", "natural", "no", "not", "nothing", "notnull", "null", "nulls", "of",
    "offset", "on", "only", "or", "order", "others", "outer", "over", "overlaps", "partition", "placing", "plan",
    "pragma", "preceding", "primary", "query", "raise", "range", "recursive", "references", "regexp", "reindex",
    "release", "rename", "replace", "restrict", "returning", "right", "rollback", "row", "rows", "savepoint",
    "select", "session_user", "similar", "some", "symmetric", "system_user", "table", "tablesample", "temp",
    "temporary", "then", "ties", "to", "trailing", "transaction", "trigger", "true", "unbounded", "union", "unique",
    "update", "user", "using", "vacuum", "values", "variadic", "verbose", "view", "virtual", "when", "where",
    "window", "with", "without",
})  # fmt: skip
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_FOLD = str.maketrans(ascii_uppercase, ascii_lowercase)  # both databases fold ASCII only: K (Kelvin) is no k


def fold(name: str) -> str:
    """Lower case as the databases do it."""
    return name.translate(_FOLD)


def identifier(name: str) -> exp.Identifier:
    """The name, quoted where it has to be."""
    return exp.Identifier(this=name, quoted=not _PLAIN.fullmatch(name) or name in _KEYWORDS)


def quote(name: str) -> str:
    """The name as it stands in SQL.

    >>> quote("city"), quote("order"), quote('a"b')
    ('city', '"order"', '"a""b"')
    """
    return '"' + name.replace('"', '""') + '"' if identifier(name).args["quoted"] else name
