"""Merged customers: their facts go to the survivor, what silenced one silences the person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from schema.tables import metadata
from tools.intelligence.errors import RefreshError
from tools.intelligence.merged import customer_columns

TODAY = date(2026, 11, 20)


def one_of_each(shop: Any, customer: int) -> None:
    vehicle = shop.vehicle()
    shop.owns(customer, vehicle)
    shop.order(customer, date(2026, 1, 1))
    shop.visit(vehicle, date(2026, 2, 1), customer_id=customer)
    shop.said(customer, datetime(2026, 1, 1))
    shop.complaint(customer)
    shop.appointment(customer, datetime(2026, 1, 1), "kept")
    shop.contact(customer, "mobile", "0912345678")
    shop.consent(customer, "call", "service", "granted")
    shop.owned_by(customer, shop.user())
    shop.add("notes", customer_id=customer, written_at=datetime(2026, 1, 1), language="en", text="likes tea")
    shop.add("customer_tags", customer_id=customer, tag=f"tag {customer}")
    shop.add("customer_tags", customer_id=customer, tag="both")


def holders(shop: Any) -> dict[str, list[int]]:
    """Whose rows there are, by column."""
    with shop.engine.connect() as connection:
        return {
            str(column): sorted(connection.scalars(select(column)))
            for column in customer_columns()
            if column.table.name not in ("service_records", "standing_consents")
        }


def test_every_fact_goes_to_the_end_of_the_chain(shop: Any) -> None:
    survivor = shop.customer()
    between = shop.customer(merged_into_id=survivor)
    first = shop.customer(merged_into_id=between)
    for customer in (survivor, between, first):
        one_of_each(shop, customer)
    shop.refresh(TODAY)
    after = holders(shop)
    assert {column: set(ids) for column, ids in after.items()} == {column: {survivor} for column in after}
    assert {len(ids) for column, ids in after.items() if "tags" not in column} == {3}
    tags = [row["tag"] for row in shop.rows("customer_tags")]
    assert tags == ["both", "tag 1", "tag 2", "tag 3"]
    row = shop.metrics(survivor)
    assert (row["transaction_count"], row["vehicles_owned"]) == (3, 3)
    assert {v["owner_customer_id"] for v in shop.rows("vehicle_metrics")} == {survivor}
    assert {r["customer_id"] for r in shop.rows("service_records")} == {survivor}
    assert {r["customer_id"] for r in shop.rows("standing_consents")} == {survivor}
    shop.refresh(TODAY)
    assert holders(shop) == after


def test_every_table_that_names_a_customer_is_covered() -> None:
    moved = {column.table.name for column in customer_columns()}
    named = {
        table.name for table in metadata.sorted_tables for column in table.columns
        if any(key.target_fullname == "customers.id" for key in column.foreign_keys)
    }  # fmt: skip
    assert named - moved == {"customers", "transactions", "customer_metrics", "vehicle_metrics", "axis_changes"}


@pytest.mark.parametrize(
    ("own", "theirs", "expected"),
    [
        (("granted", 1), ("denied", 2), "denied"),
        (("denied", 1), ("granted", 2), "denied"),
        (("granted", 2), ("revoked", 1), "revoked"),
        (("granted", 1), ("granted", 2), "granted"),
        (("revoked", 2), ("granted", 1), "revoked"),
    ],
)
def test_the_most_restrictive_consent_wins(
    shop: Any, own: tuple[str, int], theirs: tuple[str, int], expected: str
) -> None:
    survivor = shop.customer()
    loser = shop.customer(merged_into_id=survivor)
    for customer, (state, day) in ((survivor, own), (loser, theirs)):
        shop.consent(customer, "call", "marketing", state, datetime(2026, 1, day))
    for _ in range(2):
        shop.refresh(TODAY)
        rows = shop.rows("consents", "recorded_at", "id")
        assert rows[-1]["state"] == expected
        assert {row["customer_id"] for row in rows} == {survivor}
        assert len(rows) <= 3
    shop.consent(survivor, "call", "marketing", "granted", datetime(2026, 6, 1))
    shop.refresh(TODAY)
    assert shop.rows("consents", "recorded_at", "id")[-1]["state"] == "granted"  # asked again, and said yes


def test_do_not_contact_and_death_pass_on(shop: Any) -> None:
    survivor, other = shop.customer(), shop.customer()
    between = shop.customer(merged_into_id=survivor)
    shop.customer(merged_into_id=between, do_not_contact=True, deceased_on=date(2026, 3, 1))
    shop.refresh(TODAY)
    rows = {row["id"]: row for row in shop.rows("customers")}
    assert (rows[survivor]["do_not_contact"], rows[survivor]["deceased_on"]) == (True, date(2026, 3, 1))
    assert (rows[other]["do_not_contact"], rows[other]["deceased_on"]) == (False, None)
    assert shop.metrics(survivor)["call_block"] == "deceased"


def test_one_open_ownership_stays(shop: Any) -> None:
    users = [shop.user() for _ in range(4)]
    survivor, free = shop.customer(), shop.customer()
    for number, into in enumerate((survivor, survivor, free, free)):
        loser = shop.customer(merged_into_id=into)
        shop.owned_by(loser, users[number], since=date(2022, 1, 1 + number))
    shop.owned_by(survivor, users[3], since=date(2021, 1, 1))
    shop.refresh(TODAY)
    still_open = {(r["customer_id"], r["user_id"]) for r in shop.rows("ownerships") if r["to_date"] is None}
    assert still_open == {(survivor, users[3]), (free, users[3])}


def test_customers_merged_into_each_other_are_refused(shop: Any) -> None:
    shop.customer(id=1)
    shop.customer(id=2, merged_into_id=1)
    shop.save()
    with shop.engine.begin() as connection:
        customers = metadata.tables["customers"]
        connection.execute(customers.update().where(customers.c.id == 1).values(merged_into_id=2))
    with pytest.raises(RefreshError, match="#1, #2 are merged into each other"):
        shop.refresh(TODAY)
