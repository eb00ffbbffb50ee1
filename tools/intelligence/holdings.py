"""Whose a vehicle is, who owns a customer, and which store is his home.

Source: business definitions, Vehicles and service due (owns, present owner) and Who sees what (home store).
"""

from __future__ import annotations

import polars as pl

from tools.intelligence.base import Base

NEEDS = ("customer_vehicles", "ownerships", "users", "orders", "customers")

_RANK = pl.when(pl.col("relation") == "owner").then(0).otherwise(1)


def owned(base: Base) -> pl.DataFrame:
    """Rows of customer_vehicles by which a customer owns a vehicle now: owner or co-owner, no end, active."""
    return base.customer_vehicles.filter(
        pl.col("relation").is_in(["owner", "co_owner"]) & pl.col("to_date").is_null() & (pl.col("status") == "active")
    )


def present_owners(base: Base) -> pl.DataFrame:
    """One row a vehicle of `owned`: owner before co-owner, then the latest from-date, then the lowest customer id."""
    return (
        owned(base)
        .with_columns(rank=_RANK)
        .sort("vehicle_id", "rank", "from_date", "customer_id", "id", descending=[False, False, True, False, False])
        .unique("vehicle_id", keep="first", maintain_order=True)
        .drop("rank")
    )


def record_owners(base: Base) -> pl.DataFrame:
    """customer_id of each service record: of the order that bills it, else of the vehicle's owner on that day.

    Columns id, customer_id (none: nobody known).
    """
    unbilled = base.service_records.filter(pl.col("billed_customer_id").is_null()).select(
        "id", "vehicle_id", "visited_on"
    )
    held = base.customer_vehicles.filter(pl.col("relation").is_in(["owner", "co_owner"])).with_columns(rank=_RANK)
    on_the_day = (
        unbilled.join(held.select("vehicle_id", "customer_id", "rank", "from_date", "to_date"), on="vehicle_id")
        .filter(
            (pl.col("from_date") <= pl.col("visited_on"))
            & (pl.col("to_date").is_null() | (pl.col("to_date") >= pl.col("visited_on")))
        )
        .sort("id", "rank", "from_date", "customer_id", descending=[False, False, True, False])
        .unique("id", keep="first", maintain_order=True)
        .select("id", owner_id="customer_id")
    )
    return base.service_records.join(on_the_day, on="id", how="left").select(
        "id", pl.coalesce("billed_customer_id", "owner_id").alias("customer_id")
    )


def customer_owners(base: Base) -> pl.DataFrame:
    """The user who owns each customer now: of several open ownerships the latest. Columns customer_id, owner_id."""
    return (
        base.ownerships.sort("customer_id", "from_date", "id", descending=[False, True, True])
        .unique("customer_id", keep="first", maintain_order=True)
        .select("customer_id", owner_id="user_id")
    )


def home_stores(base: Base, owners: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Store of the present owner, else of the last transaction, else where the record was made.

    `found`: transactions. Columns customer_id, home_store_id.
    """
    of_owner = owners.join(base.users, left_on="owner_id", right_on="id").select("customer_id", owner_store="store_id")
    last = (
        found.sort("customer_id", "ordered_on", "order_id", descending=[False, True, True])
        .unique("customer_id", keep="first", maintain_order=True)
        .select("customer_id", last_store="store_id")
    )
    return (
        base.customers.select(customer_id="id", made="created_store_id")
        .join(of_owner, on="customer_id", how="left")
        .join(last, on="customer_id", how="left")
        .select("customer_id", pl.coalesce("owner_store", "last_store", "made").alias("home_store_id"))
    )
