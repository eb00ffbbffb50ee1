"""What was said with a customer and when: two-way touches, moods, calls, test drives, unpaid orders.

Source: business definitions, Counting (two-way touch, contacted, touch). These are the inputs of several figures.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from tools.intelligence.base import Base
from tools.intelligence.moment import Moment
from tools.intelligence.thresholds import Thresholds

NEEDS = ("interactions", "appointments", "orders", "payments")

_ANSWERED = pl.col("outcome").is_not_null() & (pl.col("outcome") != "no_answer")
_TWO_WAY = (pl.col("direction") == "inbound") | _ANSWERED
_BANDS = ((8, "08-10"), (10, "10-12"), (12, "12-14"), (14, "14-16"), (16, "16-17"))
LAST_HOUR = 17


def touches(base: Base, owners: pl.DataFrame, moment: Moment, t: Thresholds) -> pl.DataFrame:
    """One row a customer with an interaction; `owners`: present owner of each customer.

    Columns customer_id, last_touch_at, last_two_way_on, touches_recent (two-way, for engagement), owner_touched.
    """
    said = base.interactions.with_columns(two_way=_TWO_WAY, on=pl.col("happened_at").dt.date()).join(
        owners, on="customer_id", how="left"
    )
    both = pl.col("two_way")
    return said.group_by("customer_id").agg(
        last_touch_at=pl.col("happened_at").max(),
        last_two_way_on=pl.col("on").filter(both).max(),
        touches_recent=(both & (pl.col("on") >= moment.as_of - timedelta(days=t.engagement_touch_days))).sum(),
        owner_touched=(
            both
            & (pl.col("user_id") == pl.col("owner_id"))
            & (pl.col("on") >= moment.as_of - timedelta(days=t.relationship_days))
        ).any(),
    )


def moods(base: Base, t: Thresholds) -> pl.DataFrame:
    """Whether the last inbound interactions of a customer were positive. Columns customer_id, last_positive."""
    return (
        base.interactions.filter(pl.col("direction") == "inbound")
        .sort("customer_id", "happened_at", "id", descending=[False, True, True])
        .group_by("customer_id", maintain_order=True)
        .head(t.hot_positive)
        .group_by("customer_id")
        .agg(last_positive=((pl.col("sentiment") == "positive").sum() == t.hot_positive))
    )


def test_drives(base: Base, moment: Moment, t: Thresholds) -> pl.DataFrame:
    """Kept test drives. Columns customer_id, test_drives, last_test_drive_on, test_drives_recent (for intent)."""
    return (
        kept_test_drives(base, moment)
        .group_by("customer_id")
        .agg(
            test_drives=pl.len(),
            last_test_drive_on=pl.col("on").max(),
            test_drives_recent=(pl.col("on") >= moment.as_of - timedelta(days=t.intent_days)).sum(),
        )
    )


def kept_test_drives(base: Base, moment: Moment) -> pl.DataFrame:
    """Appointments of that kind that were kept, with their day `on`."""
    return base.appointments.with_columns(on=pl.col("starts_at").dt.date()).filter(
        (pl.col("kind") == "test_drive") & (pl.col("status") == "kept") & (pl.col("on") <= moment.as_of)
    )


def unpaid_orders(orders: pl.DataFrame) -> pl.DataFrame:
    """Open orders whose payments are below their total. Columns customer_id, unpaid_orders."""
    return (
        orders.filter((pl.col("status") == "open") & (pl.col("paid") < pl.col("total")))
        .group_by("customer_id")
        .agg(unpaid_orders=pl.len())
    )


def good_calls(base: Base) -> pl.DataFrame:
    """Answered or positive calls, either way, within the bands. Columns customer_id, band, calls."""
    hour = pl.col("happened_at").dt.hour()
    band = pl.lit(None, dtype=pl.String)
    for start, name in _BANDS:
        band = pl.when(hour >= start).then(pl.lit(name)).otherwise(band)
    return (
        base.interactions.filter(
            (pl.col("type") == "call") & (_ANSWERED | (pl.col("sentiment") == "positive")) & (hour < LAST_HOUR)
        )
        .with_columns(band=band)
        .drop_nulls("band")
        .group_by("customer_id", "band")
        .agg(calls=pl.len())
    )
