"""A store in a file of its own, and a hand to put rows into it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from schema.tables import metadata
from tools.intelligence.refresh import RefreshReport, refresh
from tools.store import open_store, upgrade, write_setting

TODAY = date(2026, 11, 20)
sys.path.append(str(Path(__file__).parent))  # tests are no package; messy and plain_figures stand here


class Shop:
    """A real store with two showrooms and one product; each method adds rows and returns the key of the last."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._keys: dict[str, int] = {}
        self.pending: list[tuple[str, dict[str, Any]]] = []
        for n, city in ((1, "Hà Nội"), (2, "Đà Nẵng")):
            self.add(
                "stores", name=f"Mazda {city}", brand="Mazda", district="Cầu Giấy", city=city,
                region="North" if n == 1 else "Central", opened_on=date(2010, 1, 1), workshop_days="1234567",
            )  # fmt: skip
        self.add("products", name="anything", category="oil", list_price=1)

    def add(self, table: str, **values: Any) -> int:
        if "id" in metadata.tables[table].c:
            values.setdefault("id", self._keys.get(table, 0) + 1)
            self._keys[table] = max(self._keys.get(table, 0), values["id"])
        self.pending.append((table, values))
        return int(values.get("id", 0))

    def user(self, store_id: int | None = 1, left_on: date | None = None) -> int:
        key = self._keys.get("users", 0) + 1
        return self.add(
            "users", login=f"u{key}", family_name="Trần", given_name="Minh", full_name="Trần Minh", role="sales_rep",
            store_id=store_id, hired_on=date(2015, 1, 1), left_on=left_on,
        )  # fmt: skip

    def customer(self, **values: Any) -> int:
        row = {
            "kind": "individual", "full_name": "Nguyễn Văn An", "name_folded": "nguyen van an", "language": "vi",
            "created_store_id": 1, "created_at": datetime(2015, 1, 1), "updated_at": datetime(2015, 1, 1),
            "do_not_contact": False, "country": "VN",
        }  # fmt: skip
        return self.add("customers", **(row | values))

    def order(
        self, customer: int, on: date, kind: str = "service", amount: int = 1_000_000, *, paid: int | None = None,
        refunded: int = 0, items: list[tuple[int, int, int | None]] | None = None, **values: Any,
    ) -> int:  # fmt: skip
        """`items`: quantity, price, cost; `paid` defaults to the amount, or the items' sum less the discount."""
        row = {"status": "paid", "channel": "showroom", "store_id": 1, "discount": 0} | values
        key = self.add("orders", customer_id=customer, kind=kind, ordered_on=on, **row)
        items = items or [(1, amount, 0)]
        for quantity, price, cost in items:
            self.add("order_items", order_id=key, product_id=1, quantity=quantity, unit_price=price, unit_cost=cost)
        total = sum(quantity * price for quantity, price, _ in items) - row["discount"]
        if paid or (paid is None and total):
            self.add(
                "payments", order_id=key, paid_on=on, amount=total if paid is None else paid, method="cash",
                is_deposit=False,
            )  # fmt: skip
        if refunded:
            self.add("refunds", order_id=key, refunded_on=on, amount=refunded)
        return key

    def vehicle(self, months: int | None = 6, km: int | None = 10_000, **schedule: Any) -> int:
        """A vehicle of a model of its own, with a schedule of these intervals."""
        key = self._keys.get("vehicle_models", 0) + 1
        self.add("vehicle_models", make="Mazda", name=f"M{key}", body_type="suv", segment="C", list_price=1)
        row = {"first_km": km, "first_months": months, "every_km": km, "every_months": months} | schedule
        self.add("service_schedules", model_id=key, powertrain="petrol", use="private", **row)
        return self.add("vehicles", model_id=key, powertrain="petrol", use="private", model_year=2020)

    def owns(self, customer: int, vehicle: int, **values: Any) -> int:
        row = {"relation": "owner", "from_date": date(2020, 1, 1), "status": "active"} | values
        return self.add("customer_vehicles", customer_id=customer, vehicle_id=vehicle, **row)

    def visit(self, vehicle: int, on: date, km: int | None = None, kind: str = "maintenance", **values: Any) -> int:
        operations = ["maintenance", "repair", "tyre", "body", "accident", "warranty"]
        if not self._keys.get("service_operations"):
            for name in operations:
                self.add("service_operations", code=name, name=name, name_vi=name, kind=name, list_price=0)
        row = {"status": "completed", "store_id": 1, "in_date": on, "out_date": on} | values
        key = self.add("service_records", vehicle_id=vehicle, odometer_km=km, **row)
        self.add("service_lines", service_record_id=key, operation_id=operations.index(kind) + 1, amount=0)
        return key

    def reading(self, vehicle: int, on: date, km: int) -> int:
        return self.add("odometer_readings", vehicle_id=vehicle, read_on=on, km=km, source="customer")

    def said(self, customer: int, at: datetime, direction: str = "inbound", **values: Any) -> int:
        row = {"type": "call", "purpose": "service"} | values
        return self.add("interactions", customer_id=customer, happened_at=at, direction=direction, **row)

    def appointment(self, customer: int, at: datetime, status: str, kind: str = "service", **values: Any) -> int:
        row = {"store_id": 1, "booked_at": datetime(2026, 1, 1)} | values
        return self.add("appointments", customer_id=customer, starts_at=at, status=status, kind=kind, **row)

    def complaint(self, customer: int, at: datetime = datetime(2026, 11, 1), status: str = "open") -> int:
        key = self._keys.get("cases", 0) + 1
        return self.add(
            "cases", number=f"C{key}", customer_id=customer, kind="complaint", category="price", subject="too dear",
            priority="low", status=status, store_id=1, opened_at=at, sla_due_at=at,
        )  # fmt: skip

    def consent(
        self, customer: int, channel: str, purpose: str, state: str, at: datetime = datetime(2020, 1, 1)
    ) -> int:
        return self.add(
            "consents", customer_id=customer, channel=channel, purpose=purpose, state=state, source="import",
            recorded_at=at,
        )  # fmt: skip

    def contact(self, customer: int, kind: str, value: str, *, is_usable: bool = True) -> int:
        return self.add(
            "contact_points", customer_id=customer, kind=kind, value_written=value, value=value, is_primary=True,
            is_usable=is_usable,
        )  # fmt: skip

    def owned_by(self, customer: int, user: int, since: date = date(2020, 1, 1), until: date | None = None) -> int:
        return self.add(
            "ownerships", customer_id=customer, user_id=user, from_date=since, to_date=until, reason="assigned"
        )

    def save(self) -> None:
        """Write what was added, parents first."""
        alike: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = {}
        for table, values in self.pending:
            alike.setdefault((table, tuple(sorted(values))), []).append(values)
        order = [table.name for table in metadata.sorted_tables]
        with self.engine.begin() as connection:
            for (table, _), rows in sorted(alike.items(), key=lambda group: order.index(group[0][0])):
                connection.execute(insert(metadata.tables[table]), sorted(rows, key=lambda row: row.get("id", 0)))
        self.pending.clear()

    def setting(self, name: str, value: Any) -> None:
        with self.engine.begin() as connection:
            write_setting(connection, name, value)

    def refresh(self, as_of: date = TODAY, **arguments: Any) -> RefreshReport:
        self.save()
        report = refresh(self.engine, as_of=as_of, **arguments)
        self._keys["consents"] = max((row["id"] for row in self.rows("consents")), default=0)  # a merge may write some
        return report

    def rows(self, table: str, *order_by: str) -> list[dict[str, Any]]:
        t = metadata.tables[table]
        keys = [t.c[name] for name in order_by] or list(t.primary_key.columns)
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(t).order_by(*keys)).mappings()]

    def metrics(self, customer: int) -> dict[str, Any]:
        return next(row for row in self.rows("customer_metrics") if row["customer_id"] == customer)

    def due(self, vehicle: int) -> dict[str, Any]:
        return next(row for row in self.rows("vehicle_metrics") if row["vehicle_id"] == vehicle)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("store") / "empty.db"
    engine = open_store(f"sqlite:///{path}")
    upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path.read_bytes()


@pytest.fixture
def new_shop(tmp_path: Path, empty_store: bytes) -> Iterator[Callable[[], Shop]]:
    shops: list[Shop] = []

    def make() -> Shop:
        path = tmp_path / f"{len(shops)}.db"
        path.write_bytes(empty_store)
        shops.append(Shop(open_store(f"sqlite:///{path}")))
        return shops[-1]

    yield make
    for shop in shops:
        shop.engine.dispose()


@pytest.fixture
def shop(new_shop: Callable[[], Shop]) -> Shop:
    return new_shop()
