"""Looking notes up: by their words, by their ids, and whose there are; joined to the permitted rows before LIMIT.

The words are SQLite's full-text index or PostgreSQL's expression index (schema/search.py). MATCH doesn't survive the
rewriting of a query, so that index is no table of the catalog: it is read here and nowhere else. Notes of erased
customers are never given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import sqlglot

from schema.access import Asker
from schema.search import WORDS_TABLE, words_of, words_vector
from tools.guard.catalog import Catalog
from tools.guard.errors import GuardError
from tools.guard.guarded import DialectName, GuardedLookup, issue_lookup
from tools.guard.row_scope import columns_of
from tools.guard.visibility import Visibility

MAX_WORDS = 100
MAX_IDS = 2_000
RANKED = 20_000  # PostgreSQL weighs each hit's text anew; of more hits than these the newest are ranked
MOST_CUSTOMERS = 1_000_000

# What FTS5 itself reads of its table and of the tables under it
_INDEX_READS: Mapping[str, frozenset[str]] = {
    WORDS_TABLE: frozenset({WORDS_TABLE, "ROWID", "rowid", "rank"}),
    f"{WORDS_TABLE}_config": frozenset({"k", "v"}),
    f"{WORDS_TABLE}_data": frozenset({"id", "block"}),
    f"{WORDS_TABLE}_docsize": frozenset({"id", "sz"}),
    f"{WORDS_TABLE}_idx": frozenset({"segid", "term", "pgno"}),
}
_READS = {
    "notes": frozenset({"id", "customer_id", "author_id", "written_at", "language", "text"}),
    "customers": frozenset({"id", "full_name", "erased_at"}),
    "users": frozenset({"id", "full_name"}),
}
_FROM = "FROM notes JOIN customers ON customers.id = notes.customer_id AND customers.erased_at IS NULL"


def guard_note_search(
    asker: Asker,
    catalog: Catalog,
    dialect: DialectName,
    *,
    match_words: Sequence[str],
    customer_id: int | None = None,
    start: date | None = None,
    end: date | None = None,
    limit: int,
) -> GuardedLookup:
    """Notes that hold any of `match_words`, best first; the newer one on a tie.

    `match_words`: words or phrases in any spelling; they are folded here. `start`, `end`: days of writing, included.
    Gives (id,), at most `limit`. Raises GuardError where there is no word in them.
    """
    phrases = list(dict.fromkeys(" ".join(words) for written in match_words if (words := words_of(written))))
    if not 0 < len(phrases) <= MAX_WORDS:
        raise GuardError(f"A search of the notes takes 1 to {MAX_WORDS} words.")
    scope = _Scope(asker, catalog, dialect, customer_id)
    where = [*scope.conditions, *_written(start, end)]
    if dialect == "sqlite":  # a phrase is letters, digits and spaces: nothing of it is FTS5's syntax
        matches = " OR ".join(f'"{phrase}"' for phrase in phrases)
        where = [f"{WORDS_TABLE} MATCH '{matches}'", *where]
        sql = (
            f"SELECT notes.id FROM {WORDS_TABLE} CROSS JOIN notes ON notes.id = {WORDS_TABLE}.rowid "
            "JOIN customers ON customers.id = notes.customer_id AND customers.erased_at IS NULL "
            f"WHERE {' AND '.join(where)} ORDER BY {WORDS_TABLE}.rank, notes.id DESC LIMIT {limit + 1}"
        )
    else:
        vector = words_vector("notes.text")
        query = " || ".join(f"phraseto_tsquery('simple', '{phrase}')" for phrase in phrases)
        where = [f"{vector} @@ ({query})", *where]
        newest = (
            f"SELECT notes.id, notes.text {_FROM} WHERE {' AND '.join(where)} ORDER BY notes.id DESC LIMIT {RANKED}"
        )
        sql = (
            f"SELECT notes.id FROM ({newest}) AS notes "
            f"ORDER BY ts_rank({vector}, ({query})) DESC, notes.id DESC LIMIT {limit + 1}"
        )
    return scope.issue(sql, limit)


def guard_notes(asker: Asker, catalog: Catalog, dialect: DialectName, *, ids: Sequence[int]) -> GuardedLookup:
    """Those of the notes `ids` that stand and that the asker may see, to be quoted.

    Gives (id, customer_id, customer_name, written_at, author, language, text); the author may be none.
    """
    if not 0 < len(ids) <= MAX_IDS:
        raise GuardError(f"1 to {MAX_IDS} notes are read at once.")
    scope = _Scope(asker, catalog, dialect, None, few=True)
    if "full_name" in catalog.tables["customers"].closed_to(asker.role):
        raise GuardError(f"Customers' names are closed to the role {asker.role}.", "not_allowed")
    where = [f"notes.id IN ({', '.join(str(_integer(i)) for i in ids)})", *scope.conditions]
    return scope.issue(
        "SELECT notes.id, notes.customer_id, customers.full_name AS customer_name, notes.written_at, "
        f"users.full_name AS author, notes.language, notes.text {_FROM} LEFT JOIN users ON users.id = notes.author_id "
        f"WHERE {' AND '.join(where)} ORDER BY notes.id",
        len(ids),
    )


def guard_note_customers(
    asker: Asker, catalog: Catalog, dialect: DialectName, *, customer_id: int | None = None
) -> GuardedLookup:
    """The customers with notes that the asker may see (or whether `customer_id` is one). Gives (customer_id,)."""
    scope = _Scope(asker, catalog, dialect, customer_id)
    where = f" WHERE {' AND '.join(scope.conditions)}" if scope.conditions else ""
    return scope.issue(f"SELECT DISTINCT notes.customer_id {_FROM}{where} ORDER BY notes.customer_id", MOST_CUSTOMERS)


def guard_all_notes(
    asker: Asker, catalog: Catalog, dialect: DialectName, *, after: int, limit: int, every: int = 1
) -> GuardedLookup:
    """Notes with an id above `after`, ascending, for the vector index; with `every`, those whose id it divides.

    The asker must be of the group, for all notes are given: (id, customer_id, written_at, text).
    """
    scope = _everything(asker, catalog, dialect)
    some = f" AND notes.id % {_integer(every)} = 0" if every > 1 else ""
    return scope.issue(
        f"SELECT notes.id, notes.customer_id, notes.written_at, notes.text {_FROM} "
        f"WHERE notes.id > {_integer(after)}{some} ORDER BY notes.id LIMIT {limit + 1}",
        limit,
    )


def guard_notes_state(asker: Asker, catalog: Catalog, dialect: DialectName) -> GuardedLookup:
    """How many notes there are: one row (count, highest id, sum of customer ids). The asker must be of the group."""
    scope = _everything(asker, catalog, dialect)
    items = "COUNT(*) AS count, COALESCE(MAX(notes.id), 0) AS last_id, COALESCE(SUM(notes.customer_id), 0) AS customers"
    return scope.issue(f"SELECT {items} {_FROM}", 1)


class _Scope:
    """The conditions that hold for every note which one asker may see."""

    def __init__(
        self, asker: Asker, catalog: Catalog, dialect: DialectName, customer_id: int | None, few: bool = False
    ) -> None:
        self._asker, self._dialect = asker, dialect
        visibility, notes = Visibility(asker, catalog), catalog.tables["notes"]
        # of one customer or of few notes each row is probed; else the permitted customers are one set
        probe = few or customer_id is not None
        self._visible = visibility.of_row(notes) if probe else visibility.of_table(notes)
        self.conditions = [self._visible] if self._visible else []
        if customer_id is not None:
            self.conditions.append(f"notes.customer_id = {_integer(customer_id)}")

    def issue(self, sql: str, limit: int) -> GuardedLookup:
        if limit < 1:
            raise GuardError("A look-up gives at least one row.")
        reads = dict(_READS)
        if self._visible:
            for name, columns in columns_of(sqlglot.parse_one(self._visible, dialect=self._dialect)):
                reads[name] = reads.get(name, frozenset()) | columns
        if self._dialect == "sqlite" and WORDS_TABLE in sql:
            reads |= _INDEX_READS
        return issue_lookup(sql, self._dialect, self._asker, limit, reads)


def _everything(asker: Asker, catalog: Catalog, dialect: DialectName) -> _Scope:
    scope = _Scope(asker, catalog, dialect, None)
    if asker.scope != "group":
        raise GuardError("Only who sees all customers may read all notes.", "not_allowed")
    return scope


def _written(start: date | None, end: date | None) -> list[str]:
    """Bounds on the day of writing, so that an index may serve."""
    bounds = [f"notes.written_at >= '{start.isoformat()}'"] if start else []
    return bounds + ([f"notes.written_at < '{(end + timedelta(1)).isoformat()}'"] if end else [])


def _integer(value: object) -> int:
    """What goes into the SQL: an integer, and nothing that only looks like one."""
    if type(value) is not int or value < 0:
        raise GuardError(f"{value!r} is no id.")
    return value
