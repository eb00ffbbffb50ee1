"""What the guard hands out, and the only things the database takes.

Neither can be made outside the guard: the constructors ask for a token that only `issue_query` and `issue_lookup` hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from typing import Literal

from schema.access import Asker

DialectName = Literal["sqlite", "postgres"]
Reads = Mapping[str, frozenset[str]]  # table -> the columns that the statement takes from it, the guard's own included

_TOKEN = object()


@dataclass(frozen=True)
class GuardedQuery:
    """A SELECT that shows `asker` nothing beyond his rights. Complete: it has no parameters to bind."""

    sql: str
    dialect: DialectName
    asker: Asker
    row_cap: int | None  # rows that are shown at most; the statement may fetch one more, which tells that rows were cut
    tables: frozenset[str]  # that the query names
    reads: Reads
    token: InitVar[object]

    def __post_init__(self, token: object) -> None:
        _check(token, "guard()")


@dataclass(frozen=True)
class GuardedLookup:
    """A look-up in the value index that finds nothing beyond the rights of `asker`. At most `limit` rows are shown."""

    sql: str
    dialect: DialectName
    asker: Asker
    limit: int
    reads: Reads
    token: InitVar[object]

    def __post_init__(self, token: object) -> None:
        _check(token, "guard_lookup()")


def _check(token: object, maker: str) -> None:
    if token is not _TOKEN:
        raise TypeError(f"made by {maker} of tools.guard only")


def issue_query(
    sql: str, dialect: DialectName, asker: Asker, row_cap: int | None, tables: frozenset[str], reads: Reads
) -> GuardedQuery:
    """For tools/guard/rules.py alone."""
    return GuardedQuery(sql, dialect, asker, row_cap, tables, reads, _TOKEN)


def issue_lookup(sql: str, dialect: DialectName, asker: Asker, limit: int, reads: Reads) -> GuardedLookup:
    """For tools/guard/lookup.py alone."""
    return GuardedLookup(sql, dialect, asker, limit, reads, _TOKEN)
