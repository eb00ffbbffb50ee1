"""Visits: completed service records, and the last one of each customer.

Source: business definitions, Counting (visit). Whose a visit is, `holdings.record_owners` says.
"""

from __future__ import annotations

import polars as pl

from tools.intelligence.base import Base
from tools.intelligence.moment import Moment

NEEDS = ("service_records", "service_lines", "service_operations", "orders", "customer_vehicles")


def visits(base: Base, owners: pl.DataFrame, moment: Moment) -> pl.DataFrame:
    """Columns id, vehicle_id, customer_id, visited_on, odometer_km, maintenance; `owners`: of `record_owners`."""
    return (
        base.service_records.filter((pl.col("status") == "completed") & (pl.col("visited_on") <= moment.as_of))
        .drop("customer_id")
        .join(owners, on="id", how="left")
        .select("id", "vehicle_id", "customer_id", "visited_on", "odometer_km", "maintenance")
    )


def last_visits(found: pl.DataFrame) -> pl.DataFrame:
    """Columns customer_id, last_visit_on."""
    return found.drop_nulls("customer_id").group_by("customer_id").agg(last_visit_on=pl.col("visited_on").max())
