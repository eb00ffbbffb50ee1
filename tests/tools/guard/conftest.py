"""A small company of invented rows: three stores, eight users, every table filled, and who may see which row.

What is visible is worked out here row by row from the words of the business definitions, without the guard's SQL.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, Enum, PrimaryKeyConstraint, Table, UniqueConstraint, create_engine
from sqlalchemy import types as t

from schema.access import Asker
from schema.tables import metadata
from tools.database import Database
from tools.guard import Catalog

Row = dict[str, Any]
Data = dict[str, list[Row]]

SIZES = {"stores": 3, "users": 8, "customers": 40, "vehicles": 30, "vehicle_models": 4, "products": 6}
SECRET = "SECRET"  # stands in every cell that one of the askers may not read

ASKERS = {
    "rep": Asker(3, "rep", "Rep", "sales_rep", 1),
    "advisor": Asker(4, "advisor", "Advisor", "service_advisor", 2),
    "manager": Asker(5, "manager", "Manager", "store_manager", 1),
    "marketing": Asker(6, "marketing", "Marketing", "marketing"),
    "admin": Asker(1, "admin", "Admin", "admin"),
}


def _value(column: Column[Any], rnd: random.Random, number: int) -> Any:
    kind = column.type
    if isinstance(kind, Enum):
        return rnd.choice(kind.enums)
    if isinstance(kind, t.Boolean):
        return rnd.random() < 0.5
    if isinstance(kind, t.DateTime):
        return datetime(2025, 1, 1) + timedelta(hours=rnd.randrange(10_000))
    if isinstance(kind, t.Date):
        return date(2025, 1, 1) + timedelta(days=rnd.randrange(500))
    if isinstance(kind, t.Float):
        return rnd.randrange(1000) / 8
    if isinstance(kind, (BigInteger, t.Integer)):
        return rnd.randrange(1000)
    length = getattr(kind, "length", None) or 40
    return f"{column.name[:8]} {number}"[:length] if column.unique else f"{column.name[:6]} {rnd.randrange(9)}"[:length]


def _rows(table: Table, data: Data, rnd: random.Random) -> list[Row]:
    rows: list[Row] = []
    uniques = [
        [c.name for c in u.columns]
        for u in table.constraints
        if isinstance(u, (PrimaryKeyConstraint, UniqueConstraint))
    ]
    for number in range(1, SIZES.get(table.name, 60) + 1):
        row: Row = {}
        for column in table.columns:
            if column.computed is not None:
                continue
            target = next((f.column for f in column.foreign_keys), None)
            if column.nullable and rnd.random() < 0.3:
                row[column.name] = None
            elif target is not None and target.table is table:
                row[column.name] = rnd.choice([r["id"] for r in rows] or [None])
            elif target is not None:
                row[column.name] = rnd.choice(data[target.table.name])[target.name]
            elif column.primary_key and isinstance(column.type, t.Integer):
                row[column.name] = number
            else:
                row[column.name] = _value(column, rnd, number)
        if not any(all(row[k] == r[k] for k in unique) for unique in uniques for r in rows):
            rows.append(row)
    return rows


@pytest.fixture(scope="session")
def company() -> Data:
    """All rows by table. Whoever is neither of store 1 nor the rep's has a secret name."""
    rnd = random.Random(7)
    data: Data = {}
    for table in metadata.sorted_tables:
        data[table.name] = _rows(table, data, rnd)
    for user in data["users"]:
        user["store_id"] = user["id"] % 3 + 1
    for row in data["service_records"]:
        row["visited_on"] = row["out_date"] or row["in_date"]
    owned = {"user_id": 3, "to_date": None, "from_date": date(2025, 1, 1), "reason": "assigned"}
    data["ownerships"] += [{"id": 100 + i, "customer_id": i, **owned} for i in (2, 3, 5, 8)]
    for customer in data["customers"]:
        customer["identity_number"] = f"{SECRET} {customer['id']}"
    rep = visible_customers(data, ASKERS["rep"])
    for customer in data["customers"]:
        if customer["id"] not in rep:
            customer["full_name"] = f"{SECRET} {customer['id']}"
    data["value_tokens"] = [
        {"token": token, "source": "customers.full_name", "row_id": c["id"]}
        for c in data["customers"]
        for token in {*c["full_name"].lower().split(), f"name{c['id']}"}
    ]
    return data


def visible_customers(data: Data, asker: Asker) -> set[int]:
    """Who sees what: own, store, group."""
    if asker.scope == "group":
        return {c["id"] for c in data["customers"]}
    if asker.scope == "own":
        return {o["customer_id"] for o in data["ownerships"] if o["user_id"] == asker.id and o["to_date"] is None}
    came = ("orders", "service_records", "appointments")
    return {c["id"] for c in data["customers"] if c["home_store_id"] == asker.store_id} | {
        r["customer_id"] for name in came for r in data[name] if r["store_id"] == asker.store_id and r["customer_id"]
    }


def cut_down(data: Data, asker: Asker) -> Data:
    """Only what the asker may see; closed fields are empty."""
    if asker.scope == "group":
        cut = {name: [dict(row) for row in rows] for name, rows in data.items()}
    else:
        customers = visible_customers(data, asker)
        of_customer = {
            "ownerships", "orders", "transactions", "appointments", "cases", "interactions", "notes", "consents",
            "contact_points", "customer_metrics", "customer_tags", "customer_vehicles", "axis_changes",
        }  # fmt: skip
        orders = {o["id"] for o in data["orders"] if o["customer_id"] in customers}
        sales = {o["order_id"] for o in data["transactions"] if o["customer_id"] in customers}
        cars = {v["vehicle_id"] for v in data["customer_vehicles"] if v["customer_id"] in customers}

        def record_visible(row: Row) -> bool:
            if row["customer_id"] is None:
                return asker.scope == "store" and row["store_id"] == asker.store_id
            return row["customer_id"] in customers

        records = {r["id"] for r in data["service_records"] if record_visible(r)}
        rules: dict[str, Callable[[Row], bool]] = {
            "customers": lambda r: r["id"] in customers,
            "vehicles": lambda r: r["id"] in cars,
            "odometer_readings": lambda r: r["vehicle_id"] in cars,
            "vehicle_metrics": lambda r: r["owner_customer_id"] in customers,
            "order_items": lambda r: r["order_id"] in orders,
            "payments": lambda r: r["order_id"] in orders,
            "refunds": lambda r: r["order_id"] in orders,
            "transaction_items": lambda r: r["order_id"] in sales,
            "service_records": lambda r: r["id"] in records,
            "service_lines": lambda r: r["service_record_id"] in records,
            **{name: (lambda r: r["customer_id"] in customers) for name in of_customer},
        }
        every = lambda _: True  # noqa: E731
        cut = {name: [dict(r) for r in rows if rules.get(name, every)(r)] for name, rows in data.items()}
    if asker.role != "admin":
        for customer in cut["customers"]:
            customer["identity_number"] = None
    return cut


def write(data: Data, url: str) -> None:
    """Create the tables and insert the rows."""
    engine = create_engine(url)
    metadata.create_all(engine)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            names = {c.name for c in table.columns if c.computed is None}
            rows = [{k: v for k, v in row.items() if k in names} for row in data[table.name]]
            if rows:
                connection.execute(table.insert(), rows)
    engine.dispose()


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog.of_tables()


@pytest.fixture(scope="session")
def full_url(company: Data, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the store with all rows."""
    url = f"sqlite:///{tmp_path_factory.mktemp('guard') / 'full.db'}"
    write(company, url)
    return url


@pytest.fixture(scope="session")
def full(full_url: str) -> Iterator[Database]:
    with Database(full_url) as database:
        yield database


@pytest.fixture(scope="session")
def cut(company: Data, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Database]]:
    """A store for each asker, with no row that he may not see."""
    folder = tmp_path_factory.mktemp("cut")
    stores = {}
    for name, asker in ASKERS.items():
        write(cut_down(company, asker), f"sqlite:///{folder / name}.db")
        stores[name] = Database(f"sqlite:///{folder / name}.db")
    yield stores
    for database in stores.values():
        database.close()


@pytest.fixture(scope="session")
def postgres(company: Data, postgres_url: str) -> Iterator[Database]:
    """The same rows on a real server."""
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE guard_tests")
    admin.dispose()
    url = postgres_url.replace("/postgres?", "/guard_tests?")
    write(company, url)
    with Database(url) as database:
        yield database


@pytest.fixture(scope="session")
def small_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("small")
