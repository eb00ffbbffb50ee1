"""Looking values up: the index of folded tokens, joined to the permitted rows before LIMIT.

Made for a million customers, where "nguyen" alone stands for 400,000 rows: who owns few customers starts from these;
everybody else starts from the rarest token, which the statement itself finds out by counting each up to a bound, and
checks row by row until LIMIT is reached.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlglot
from sqlglot import exp

from schema.access import Asker
from tools.guard.catalog import Catalog, CatalogTable
from tools.guard.errors import GuardError, near
from tools.guard.guarded import DialectName, GuardedLookup, issue_lookup
from tools.guard.names import quote
from tools.guard.row_scope import columns_of
from tools.guard.visibility import Visibility

COUNTED = 30_000  # rows of a token that are counted to find the rarest; more are all the same
WALKED = 20_000  # distinct tokens that guard_tokens passes at most; give more letters where a field has more
MAX_POSITIONS = 8
MAX_ALTERNATIVES = 50
MAX_LENGTH = 60

Tokens = Sequence[str | Sequence[str]]


def guard_lookup(
    asker: Asker,
    catalog: Catalog,
    dialect: DialectName,
    *,
    source: str,
    table: str,
    key: str,
    columns: Sequence[str],
    tokens: Tokens,
    limit: int,
    prefix: bool = False,
) -> GuardedLookup:
    """Rows of `table` that hold all `tokens` in `source`, among those that the asker sees.

    `source`: "dataset.field" as in ValueToken.source, whose row_id is `key` of `table`. Each position of `tokens` is a
    folded word, or a sequence of words any of which will do. With `prefix` the last position need only begin so.
    Gives (key, *columns), at most `limit` rows, by key. Which rows come where there are more is left open.
    Raises GuardError for unknown names and for fields closed to the asker.
    """
    place = _Place(asker, catalog, dialect, source, table, key, columns)
    positions = [_alternatives(position) for position in tokens]
    if not 0 < len(positions) <= MAX_POSITIONS:
        raise GuardError(f"A look-up takes 1 to {MAX_POSITIONS} words.")
    matches = [
        " OR ".join(place.begins(word) for word in words) if prefix and i == len(positions) - 1 else place.is_any(words)
        for i, words in enumerate(positions)
    ]
    has = [place.has(match) for match in matches]
    # where a token need only begin so, an expression keeps SQLite from the index by source, which holds most rows
    sources = [place.is_source] * (len(matches) - 1) + [place.is_source.replace(" =", " || '' =", 1 if prefix else 0)]
    if place.starts_from_rows:
        inner = f"SELECT {place.items} FROM {place.permitted} WHERE {' AND '.join(has)} LIMIT {limit + 1}"
        return place.issue(f"SELECT * FROM ({inner}) AS found ORDER BY {quote(key)}", limit)
    arms = []
    for i, match in enumerate(matches):
        pick, chosen = ("rarest CROSS JOIN ", f"rarest.position = {i} AND ") if len(matches) > 1 else ("", "")
        others = [condition for j, condition in enumerate(has) if j != i]
        conditions = " AND ".join([sources[i], f"({match})", place.link, *others, *place.row_condition])
        arms.append(
            f"SELECT * FROM (SELECT DISTINCT {place.items} FROM {pick}value_tokens CROSS JOIN {place.name} "
            f"WHERE {chosen}{conditions} LIMIT {limit + 1}) AS arm_{i}"
        )
    counts = " UNION ALL ".join(
        f"SELECT {i} AS position, COUNT(*) AS n FROM (SELECT 1 AS one FROM value_tokens WHERE {sources[i]} "
        f"AND ({match}) LIMIT {COUNTED}) AS some_{i}"
        for i, match in enumerate(matches)
    )
    rarest = f"WITH rarest AS (SELECT position FROM ({counts}) AS counted ORDER BY n, position LIMIT 1) "
    found = f"SELECT * FROM ({' UNION ALL '.join(arms)}) AS found ORDER BY {quote(key)}"
    return place.issue((rarest if len(matches) > 1 else "") + found, limit)


def guard_tokens(
    asker: Asker,
    catalog: Catalog,
    dialect: DialectName,
    *,
    source: str,
    table: str,
    key: str,
    first: str,
    shortest: int,
    longest: int,
    limit: int,
) -> GuardedLookup:
    """Distinct tokens of `source` that begin with `first` and have so many letters, to guess what a typo meant.

    A token comes only where a row that the asker sees holds it: names of others don't leak by way of a guess.
    Gives (token,), at most `limit`.
    """
    place = _Place(asker, catalog, dialect, source, table, key, ())
    start = _literal(first)
    if not first or len(first) > MAX_LENGTH:
        raise GuardError("Guessing needs the first letter.")
    fits = f"LENGTH({{0}}) BETWEEN {int(shortest)} AND {int(longest)} AND SUBSTR({{0}}, 1, {len(first)}) = {start}"
    if place.starts_from_rows:
        held = f"FROM {place.permitted} CROSS JOIN value_tokens WHERE {place.is_source} AND {place.link}"
        return place.issue(
            f"SELECT DISTINCT value_tokens.token {held} AND {fits.format('value_tokens.token')} LIMIT {limit + 1}",
            limit,
        )
    conditions = [place.is_source, "value_tokens.token = walk.token", place.link, *place.row_condition]
    following = "SELECT MIN(value_tokens.token) FROM value_tokens WHERE value_tokens.token"
    return place.issue(
        "WITH RECURSIVE walk(token, step) AS ("  # from one distinct token to the next, past all rows of each
        f"SELECT ({following} >= {start}), 1 UNION ALL SELECT ({following} > walk.token), walk.step + 1 FROM walk "
        f"WHERE SUBSTR(walk.token, 1, {len(first)}) = {start} AND walk.step < {WALKED}) "
        f"SELECT walk.token FROM walk WHERE {fits.format('walk.token')} AND EXISTS (SELECT 1 FROM value_tokens "
        f"CROSS JOIN {place.name} WHERE {' AND '.join(conditions)}) LIMIT {limit + 1}",
        limit,
    )


class _Place:
    """One field of the value index, as one asker sees it: the conditions that look-ups are put together from."""

    def __init__(
        self,
        asker: Asker,
        catalog: Catalog,
        dialect: DialectName,
        source: str,
        table: str,
        key: str,
        columns: Sequence[str],
    ) -> None:
        if table not in catalog.tables:
            raise GuardError(f"Unknown table '{table}'.", hint=near(table, catalog.tables, "Tables"))
        self.asker, self.dialect = asker, dialect
        self.table: CatalogTable = catalog.tables[table]
        self.columns = tuple(dict.fromkeys((key, *columns)))
        closed = self.table.closed_to(asker.role)
        for name in self.columns:
            if name not in self.table.columns:
                raise GuardError(
                    f"Unknown column '{name}'.", hint=near(name, self.table.columns, f"Columns of {table}")
                )
        for name in (*self.columns, source.rpartition(".")[2]):
            if name in closed:
                raise GuardError(f"'{name}' is closed to the role {asker.role}.", "not_allowed")
        visibility = Visibility(asker, catalog)
        in_set = visibility.of_table(self.table)
        self.starts_from_rows = visibility.scope == "own" and in_set is not None
        condition = in_set if self.starts_from_rows else visibility.of_row(self.table)
        self.row_condition = [condition] if condition else []
        self.name = quote(table)
        self.items = ", ".join(f"{self.name}.{quote(name)}" for name in self.columns)
        self.link = f"value_tokens.row_id = {self.name}.{quote(key)}"
        self.is_source = f"value_tokens.source = {_literal(source)}"
        self.permitted = f"(SELECT {self.items} FROM {self.name} WHERE {condition}) AS {self.name}" if condition else ""

    def is_any(self, words: Sequence[str]) -> str:
        """One of these tokens."""
        if len(words) == 1:
            return f"value_tokens.token = {_literal(words[0])}"
        return f"value_tokens.token IN ({', '.join(map(_literal, words))})"

    def begins(self, word: str) -> str:
        """A token that begins so. Bounds for the index; SUBSTR decides, whatever the order of the letters is."""
        low = f"value_tokens.token >= {_literal(word)}"
        if self.dialect == "sqlite":
            high = f"value_tokens.token < {_literal(word + chr(0x10FFFF))}"
        elif word[-1] in "abcdefghijklmnopqrstuvwxy012345678":  # the next one follows in every collation
            high = f"value_tokens.token < {_literal(word[:-1] + chr(ord(word[-1]) + 1))}"
        else:
            high = low
        return f"({low} AND {high} AND SUBSTR(value_tokens.token, 1, {len(word)}) = {_literal(word)})"

    def has(self, match: str) -> str:
        """The row holds such a token."""
        return f"EXISTS (SELECT 1 FROM value_tokens WHERE {self.is_source} AND ({match}) AND {self.link})"

    def issue(self, sql: str, limit: int) -> GuardedLookup:
        if limit < 1:
            raise GuardError("A look-up gives at least one row.")
        reads = {self.table.name: frozenset(self.columns), "value_tokens": frozenset({"token", "source", "row_id"})}
        for condition in self.row_condition:
            for name, columns in columns_of(sqlglot.parse_one(condition, dialect=self.dialect)):
                reads[name] = reads.get(name, frozenset()) | columns
        return issue_lookup(sql, self.dialect, self.asker, limit, reads)


def _alternatives(position: str | Sequence[str]) -> list[str]:
    words = [position] if isinstance(position, str) else list(dict.fromkeys(position))
    if not 0 < len(words) <= MAX_ALTERNATIVES or not all(0 < len(word) <= MAX_LENGTH for word in words):
        raise GuardError(f"A word has 1 to {MAX_LENGTH} letters, and at most {MAX_ALTERNATIVES} alternatives.")
    return words


def _literal(text: str) -> str:
    if "\0" in text:
        raise GuardError("A value holds a NUL character.")
    return exp.Literal.string(text).sql("sqlite")  # both databases double the quote, and nothing else
