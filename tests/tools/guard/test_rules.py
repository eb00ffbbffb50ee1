"""Each rule by its fixtures: query, `=>`, and what the whole guard makes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlglot

from schema.access import Asker
from schema.tables.declarative import Customers, FollowedBy, Follows
from tools.guard import RULES, Catalog, CatalogTable, GuardError, guard
from tools.guard.guarded import DialectName

FIXTURES = Path(__file__).parent / "fixtures"
ASKERS = {
    "admin": Asker(1, "admin", "Admin", "admin"),
    "marketing": Asker(2, "marketing", "Marketing", "marketing"),
    "rep": Asker(5, "rep", "Rep", "sales_rep", 7),
    "manager": Asker(6, "manager", "Manager", "store_manager", 7),
}
_OF_CUSTOMER = Follows("customer_id", "customers")
CATALOG = Catalog(
    {
        table.name: table
        for table in (
            CatalogTable(
                "customers",
                ("id", "name", "city", "home_store_id", "secret"),
                Customers(),
                "id",
                readers={"secret": frozenset({"admin"})},
            ),
            CatalogTable("ownerships", ("customer_id", "user_id", "to_date"), _OF_CUSTOMER),
            CatalogTable(
                "orders",
                ("id", "customer_id", "store_id", "amount", "ordered_on"),
                Follows("customer_id", "customers", store="store_id", opens=True),
                "id",
                temporal=frozenset({"ordered_on"}),
            ),
            CatalogTable("payments", ("id", "order_id", "paid"), Follows("order_id", "orders"), "id"),
            CatalogTable(
                "visits",
                ("id", "customer_id", "store_id"),
                Follows("customer_id", "customers", store="store_id"),
                "id",
                frozenset({"customer_id"}),
            ),
            CatalogTable(
                "calls",
                ("id", "customer_id", "user_id"),
                Follows("customer_id", "customers", user="user_id"),
                "id",
                frozenset({"customer_id"}),
            ),
            CatalogTable("keepers", ("customer_id", "car_id"), _OF_CUSTOMER),
            CatalogTable("cars", ("id", "plate"), FollowedBy("car_id", "keepers"), "id"),
            CatalogTable("readings", ("id", "car_id", "km"), Follows("car_id", "cars"), "id"),
            CatalogTable("stores", ("id", "name"), key="id"),
            CatalogTable("users", ("id", "store_id"), key="id"),
        )
    }
)


@dataclass
class Case:
    title: str
    asker: Asker
    dialect: DialectName
    cap: int | None
    query: str
    expected: str


def cases(name: str) -> list[Case]:
    found = []
    for block in re.split(r"\n\s*\n", (FIXTURES / f"{name}.sql").read_text(encoding="utf-8").strip()):
        query, expected = block.split("\n=>\n")
        notes = [line[3:] for line in query.splitlines() if line.startswith("-- ")]
        options = dict(line.split(": ", 1) for line in notes[1:])
        dialect: DialectName = "postgres" if options.get("dialect") == "postgres" else "sqlite"
        cap = int(options["cap"]) if "cap" in options else None
        text = "\n".join(line for line in query.splitlines() if not line.startswith("-- "))
        found.append(Case(notes[0], ASKERS[options.get("asker", "admin")], dialect, cap, text, expected.strip()))
    return found


ALL = [pytest.param(case, id=f"{rule.__name__}: {case.title}") for rule in RULES for case in cases(rule.__name__)]


@pytest.mark.parametrize("case", ALL)
def test_rule(case: Case) -> None:
    got = outcome(case)
    if case.expected.startswith("ERROR "):
        assert got.startswith("ERROR ")
        kind, _, message = case.expected.partition(": ")
        assert got.startswith(kind)
        assert message in got
    else:
        assert got == sqlglot.parse_one(case.expected, dialect=case.dialect).sql(case.dialect)


def outcome(case: Case) -> str:
    try:
        query = guard(case.query, case.asker, CATALOG, dialect=case.dialect, row_cap=case.cap)
    except GuardError as error:
        return f"ERROR {error.kind}: {error}"
    return sqlglot.parse_one(query.sql, dialect=case.dialect).sql(case.dialect)


def test_every_fixture_has_its_rule() -> None:
    assert {path.stem for path in FIXTURES.glob("*.sql")} == {rule.__name__ for rule in RULES}


def test_a_tree_is_taken_as_well_and_stays_as_it_is() -> None:
    tree = sqlglot.parse_one("SELECT id FROM customers", dialect="sqlite")
    before = tree.copy()
    query = guard(tree, ASKERS["rep"], CATALOG, dialect="sqlite", row_cap=5)
    assert tree == before
    assert query.tables == {"customers"}
    assert query.reads == {"customers": {"id"}, "ownerships": {"customer_id", "user_id", "to_date"}}


def test_a_tree_is_checked_as_the_text_that_it_makes() -> None:
    tree = sqlglot.exp.select(sqlglot.exp.Var(this="secret FROM customers --")).from_("stores")
    with pytest.raises(GuardError):
        guard(tree, ASKERS["marketing"], CATALOG, dialect="sqlite", row_cap=5)
