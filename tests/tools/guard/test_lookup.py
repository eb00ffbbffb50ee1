"""Looking values up finds what the asker may see, all of it up to the limit, and nothing else."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from schema.access import Asker
from tools.database import Database
from tools.guard import Catalog, GuardedLookup, GuardError, guard_lookup, guard_tokens

Data = dict[str, list[dict[str, Any]]]

ASKERS = {
    "rep": Asker(3, "rep", "Rep", "sales_rep", 1),
    "advisor": Asker(4, "advisor", "Advisor", "service_advisor", 2),
    "manager": Asker(5, "manager", "Manager", "store_manager", 1),
    "admin": Asker(1, "admin", "Admin", "admin"),
}
NAMES: dict[str, Any] = {"source": "customers.full_name", "table": "customers", "key": "id"}


def _visible(cut: dict[str, Database], who: str) -> set[int]:
    path = cut[who]._reader.url.database  # type: ignore[attr-defined]
    connection = sqlite3.connect(path)
    ids = {row[0] for row in connection.execute("SELECT id FROM customers")}
    connection.close()
    return ids


def _expected(company: Data, visible: set[int], positions: list[list[str]], prefix: bool) -> list[int]:
    tokens: dict[int, set[str]] = {}
    for row in company["value_tokens"]:
        tokens.setdefault(row["row_id"], set()).add(row["token"])

    def holds(mine: set[str], words: list[str], begins: bool) -> bool:
        return any(t.startswith(w) if begins else t == w for t in mine for w in words)

    return sorted(
        i
        for i in visible & set(tokens)
        if all(holds(tokens[i], words, prefix and k == len(positions) - 1) for k, words in enumerate(positions))
    )


WORDS: list[list[list[str]]] = [
    [["full_n"]],
    [["secret"]],
    [["full_n"], ["name2"]],
    [["full_n"], ["name2", "name3", "name5", "name40"]],
    [["secret", "full_n"], ["name1", "name2", "name11", "name30"]],
    [["nobody"]],
    [["full_n"], ["nobody"]],
    [["name1"], ["name2"]],
    [["o'hara"]],
    [["') OR 1=1 --"]],
]


@pytest.mark.parametrize("prefix", [False, True])
@pytest.mark.parametrize("who", ASKERS)
def test_finds_all_that_is_visible_and_nothing_else(
    who: str, prefix: bool, company: Data, full: Database, cut: dict[str, Database], catalog: Catalog
) -> None:
    visible = _visible(cut, who)
    for positions in WORDS:
        lookup = guard_lookup(
            ASKERS[who], catalog, "sqlite", columns=["full_name"], tokens=positions, limit=100, prefix=prefix, **NAMES
        )
        found = full.lookup(lookup)
        assert [row[0] for row in found.rows] == _expected(company, visible, positions, prefix), positions
        assert found.columns == ("id", "full_name")
        assert not found.truncated


def test_somebody_sees_less(company: Data, cut: dict[str, Database]) -> None:
    """Else the test above would prove nothing."""
    sizes = [len(_expected(company, _visible(cut, who), [["secret", "full_n"]], False)) for who in ("rep", "admin")]
    assert 0 < sizes[0] < sizes[1]


@pytest.mark.postgres
@pytest.mark.parametrize("who", ASKERS)
def test_postgres_finds_the_same(who: str, full: Database, postgres: Database, catalog: Catalog) -> None:
    for positions in WORDS:
        for prefix in (False, True):
            wanted: dict[str, Any] = {"columns": ["full_name"], "tokens": positions, "limit": 100, "prefix": prefix}
            found = [
                door.lookup(guard_lookup(ASKERS[who], catalog, door.dialect, **wanted, **NAMES)).rows
                for door in (full, postgres)
            ]
            assert found[0] == found[1]
    for first in ("n", "s", "name1"):
        near = [
            sorted(door.lookup(guard_tokens(ASKERS[who], catalog, door.dialect, first=first, **LETTERS)).rows)
            for door in (full, postgres)
        ]
        assert near[0] == near[1]


LETTERS: dict[str, Any] = {**NAMES, "shortest": 4, "longest": 7, "limit": 200}


@pytest.mark.parametrize("who", ASKERS)
def test_guesses_come_from_visible_rows_only(
    who: str, company: Data, full: Database, cut: dict[str, Database], catalog: Catalog
) -> None:
    visible = _visible(cut, who)
    for first in ("n", "s", "f", "name1", "x"):
        got = full.lookup(guard_tokens(ASKERS[who], catalog, "sqlite", first=first, **LETTERS))
        expected = {
            row["token"]
            for row in company["value_tokens"]
            if row["row_id"] in visible and row["token"].startswith(first) and 4 <= len(row["token"]) <= 7
        }
        assert {row[0] for row in got.rows} == expected
        assert len(got.rows) == len(expected)


def test_the_limit_is_told(full: Database, catalog: Catalog) -> None:
    lookup = guard_lookup(ASKERS["admin"], catalog, "sqlite", columns=[], tokens=["secret"], limit=3, **NAMES)
    found = full.lookup(lookup)
    assert len(found.rows) == 3
    assert found.truncated


def test_other_tables_follow_their_customers(full: Database, cut: dict[str, Database], catalog: Catalog) -> None:
    """A vehicle's plate, a contact point's value: by the guard's SQL on the full and on the cut-down store."""
    for table in ("vehicles", "contact_points", "service_records", "order_items", "stores"):
        for who in ASKERS:
            for positions in (
                [["full_n"]],
                [["name1", "name2", "name3", "name5", "name8", "name13"], ["full_n", "secret"]],
            ):
                kind: dict[str, Any] = {"table": table, "key": "id", "columns": [], "source": "customers.full_name"}
                mine = guard_lookup(ASKERS[who], catalog, "sqlite", tokens=positions, limit=100, **kind)
                admins = guard_lookup(ASKERS["admin"], catalog, "sqlite", tokens=positions, limit=100, **kind)
                assert full.lookup(mine).rows == cut[who].lookup(admins).rows, (table, who)


def test_closed_fields_are_not_looked_up(catalog: Catalog) -> None:
    rep = ASKERS["rep"]
    closed: list[dict[str, Any]] = [
        {**NAMES, "columns": ["identity_number"]},
        {**NAMES, "columns": [], "source": "customers.identity_number"},
    ]
    for kind in closed:
        with pytest.raises(GuardError) as refused:
            guard_lookup(rep, catalog, "sqlite", tokens=["1"], limit=5, **kind)
        assert refused.value.kind == "not_allowed"
    guard_lookup(ASKERS["admin"], catalog, "sqlite", tokens=["1"], limit=5, **closed[0])


@pytest.mark.parametrize(
    "wrong",
    [
        {"tokens": []},
        {"tokens": [[]]},
        {"tokens": [""]},
        {"tokens": ["a\0b"]},
        {"tokens": ["a"] * 9},
        {"tokens": ["a" * 61]},
        {"limit": 0},
        {"table": "settings"},
        {"table": "value_tokens"},
        {"columns": ["nme"]},
        {"key": "id; DROP TABLE customers"},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any], catalog: Catalog) -> None:
    with pytest.raises(GuardError):
        guard_lookup(ASKERS["rep"], catalog, "sqlite", **{**NAMES, "columns": [], "tokens": ["a"], "limit": 5, **wrong})


def test_a_lookup_is_made_by_the_guard_alone() -> None:
    with pytest.raises(TypeError, match="guard_lookup"):
        GuardedLookup("SELECT 1", "sqlite", ASKERS["admin"], 5, {}, object())
