"""The same figures from the same rows on PostgreSQL."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from messy import fill
from sqlalchemy import create_engine, text

from schema.tables import metadata
from tools.store import open_store, upgrade

TODAY = date(2026, 11, 20)
COMPUTED = ("transactions", "transaction_items", "customer_metrics", "vehicle_metrics", "cut_points")


def move_sequences(shop: Any) -> None:
    """Rows that were given their ids are not known to the sequences that count the next."""
    with shop.engine.begin() as connection:
        for table in metadata.sorted_tables:
            if "id" in table.c:
                name = f"pg_get_serial_sequence('{table.name}', 'id')"
                connection.execute(text(f"SELECT setval({name}, coalesce(max(id), 0) + 1, false) FROM {table.name}"))


@pytest.mark.postgres
def test_full_and_incremental_refreshes_agree_with_sqlite(shop: Any, postgres_url: str) -> None:
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE intelligence_tests")
    admin.dispose()
    engine = open_store(postgres_url.replace("/postgres?", "/intelligence_tests?"))
    upgrade(engine)
    other = type(shop)(engine)
    people = [5, 6, 7, 8]
    for where in (shop, other):
        fill(where, 120, 9)
        where.save()
        if where is other:
            move_sequences(other)
        where.refresh(TODAY)
        for person in people:
            where.order(person, TODAY - timedelta(person), "service", 5_000_000)
            where.said(person, datetime(2026, 11, 19, 9))
        where.refresh(TODAY, customers=people)
        where.refresh(TODAY + timedelta(1))
    for table in (*COMPUTED, "consents", "service_records", "customers", "ownerships", "customer_tags"):
        assert shop.rows(table) == other.rows(table), table
    order = ("customer_id", "changed_on", "axis")
    kept = [[{**row, "id": None} for row in where.rows("axis_changes", *order)] for where in (shop, other)]
    assert kept[0] == kept[1]
    engine.dispose()
