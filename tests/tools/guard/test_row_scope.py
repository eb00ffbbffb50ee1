"""A user's answer is the admin's answer on a database cut down to what the user may see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from schema.access import Asker
from tools.database import Database, Rows
from tools.guard import Catalog, GuardError, guard, guard_sql

ASKERS = {
    "rep": Asker(3, "rep", "Rep", "sales_rep", 1),
    "advisor": Asker(4, "advisor", "Advisor", "service_advisor", 2),
    "manager": Asker(5, "manager", "Manager", "store_manager", 1),
    "marketing": Asker(6, "marketing", "Marketing", "marketing"),
    "admin": Asker(1, "admin", "Admin", "admin"),
}
QUERIES = [
    line.rstrip(";\n") for line in (Path(__file__).parent / "queries.sql").read_text().splitlines() if line.strip()
]


def _sorted(rows: Rows) -> list[tuple[Any, ...]]:
    """Rows in an order of their own: booleans and floats as numbers of three places."""

    def plain(value: object) -> object:
        return round(float(value), 3) if isinstance(value, (int, float)) else value

    return sorted((tuple(plain(v) for v in row) for row in rows.rows), key=repr)


@pytest.mark.parametrize("query", QUERIES, ids=range(1, len(QUERIES) + 1))
@pytest.mark.parametrize("who", ASKERS)
def test_answer_equals_the_admins_on_a_cut_down_store(
    query: str, who: str, full: Database, cut: dict[str, Database], catalog: Catalog
) -> None:
    mine = full.fetch(guard(query, ASKERS[who], catalog, dialect="sqlite", row_cap=5000))
    admins = cut[who].fetch(guard(query, ASKERS["admin"], catalog, dialect="sqlite", row_cap=5000))
    assert mine.columns == admins.columns
    assert _sorted(mine) == _sorted(admins)


def test_scopes_differ(full: Database, catalog: Catalog) -> None:
    """Else the comparison above would prove nothing."""
    counts = {
        who: full.fetch(guard("SELECT COUNT(*) FROM customers", a, catalog, dialect="sqlite", row_cap=None)).rows[0][0]
        for who, a in ASKERS.items()
    }
    assert counts["rep"] < counts["manager"] < counts["admin"] == counts["marketing"] == 40
    assert counts["rep"] >= 4
    assert counts["manager"] != counts["advisor"]


@pytest.mark.postgres
@pytest.mark.parametrize("who", ASKERS)
def test_postgres_gives_the_same_answers(who: str, full: Database, postgres: Database, catalog: Catalog) -> None:
    for query in QUERIES:
        there = postgres.fetch(guard(query, ASKERS[who], catalog, dialect="postgres", row_cap=5000))
        here = full.fetch(guard(query, ASKERS[who], catalog, dialect="sqlite", row_cap=5000))
        assert there.columns == here.columns, query
        if "LIMIT" not in query:  # the databases sort text their own way
            assert _dateless(_sorted(there)) == _dateless(_sorted(here)), query


def _dateless(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """SQLAlchemy writes a datetime to SQLite with its microseconds, as the door gives those of PostgreSQL."""
    return rows


def test_queries_run_in_a_plain_sqlite(full_url: str, catalog: Catalog) -> None:
    import sqlite3

    connection = sqlite3.connect(full_url.removeprefix("sqlite:///"))
    for query in QUERIES:
        connection.execute(guard_sql(query, ASKERS["rep"], catalog, "sqlite")).fetchall()
    connection.close()


def test_no_query_of_a_rep_scans_a_table_of_rows(full_url: str, catalog: Catalog) -> None:
    """Every table of customers' facts is reached by an index, from the few customers that he owns."""
    import sqlite3

    connection = sqlite3.connect(full_url.removeprefix("sqlite:///"))
    for query in (
        "SELECT COUNT(*) FROM customers",
        "SELECT SUM(revenue) FROM transactions WHERE ordered_on >= '2026-01-01'",
        "SELECT c.id, SUM(o.discount) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id",
        "SELECT SUM(amount) FROM payments",
        "SELECT v.id FROM vehicles v JOIN odometer_readings r ON r.vehicle_id = v.id",
        "SELECT COUNT(*) FROM service_records",
        "SELECT COUNT(*) FROM service_lines",
        "SELECT customer_id FROM vehicle_metrics m JOIN customer_vehicles v ON v.vehicle_id = m.vehicle_id",
    ):
        sql = guard_sql(query, ASKERS["rep"], catalog, "sqlite")
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
        scanned = {line.split()[1] for line in plan if line.startswith("SCAN")}
        assert not scanned & set(catalog.tables), (query, plan)
    connection.close()


@pytest.mark.parametrize(
    "asker",
    [
        Asker(3, "x", "X", "janitor", 1),
        Asker(3, "x", "X", "store_manager", None),
        Asker("3 OR 1=1", "x", "X", "sales_rep", 1),  # type: ignore[arg-type]
        Asker(True, "x", "X", "sales_rep", 1),
        Asker(3, "x", "X", "store_manager", "1"),  # type: ignore[arg-type]
    ],
)
def test_who_is_not_known_gets_nothing(asker: Asker, catalog: Catalog) -> None:
    with pytest.raises(GuardError) as refused:
        guard("SELECT id FROM customers", asker, catalog, dialect="sqlite", row_cap=10)
    assert refused.value.kind == "not_allowed"


def test_a_foreign_database_is_open(tmp_path: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(tmp_path / "foreign.db")
    connection.executescript(
        'CREATE TABLE "Order Lines" ("Group" TEXT, qty INTEGER);'
        "INSERT INTO \"Order Lines\" VALUES ('a', 2), ('b', 3);"
    )
    connection.close()
    catalog = Catalog.of_columns({"Order Lines": ["Group", "qty"]})
    with Database(f"sqlite:///{tmp_path / 'foreign.db'}") as database:
        query = 'SELECT "group", SUM(QTY) AS total FROM "order lines" GROUP BY "Group" ORDER BY 1'
        got = database.fetch(guard(query, ASKERS["rep"], catalog, dialect="sqlite", row_cap=10))
    assert got.rows == [("a", 2), ("b", 3)]
    with pytest.raises(GuardError, match="Unknown table 'customers'"):
        guard("SELECT id FROM customers", ASKERS["rep"], catalog, dialect="sqlite", row_cap=10)


def test_a_computed_limit_is_held_to_the_cap(full: Database, catalog: Catalog) -> None:
    for wanted, rows, truncated in (
        ("COUNT(*) / 10", 4, False),
        ("-5", 10, True),
        ("NULL", 10, True),
        ("99", 10, True),
    ):
        query = f"SELECT id FROM customers ORDER BY id LIMIT (SELECT {wanted} FROM customers LIMIT 1)"
        got = full.fetch(guard(query, ASKERS["admin"], catalog, dialect="sqlite", row_cap=10))
        assert (len(got.rows), got.truncated) == (rows, truncated)
