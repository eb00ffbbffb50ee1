"""What a customer brought and is expected to bring.

Source: business definitions, Customer value. Until a fitted model is active, clv_predicted is clv_simple.
"""

from __future__ import annotations

import polars as pl

from tools.intelligence.arithmetic import days_since, divide_half_up, wide
from tools.intelligence.base import Base
from tools.intelligence.moment import Moment
from tools.intelligence.thresholds import Thresholds

NEEDS = ("orders", "customers", "settings", "campaigns", "campaign_costs")
TIERS = ("VIP", "High", "Medium", "Low")


def value(base: Base, found: pl.DataFrame, moment: Moment, thresholds: Thresholds) -> pl.DataFrame:
    """One row a customer of `base.customers`; `found`: transactions. Amounts in ₫, none CLV without a transaction."""
    sums = found.group_by("customer_id").agg(
        first_on=pl.col("ordered_on").min(),
        lifetime_value=pl.col("revenue").sum(),
        cost=pl.col("cost").sum(),
        vehicle_revenue=pl.col("revenue").filter(pl.col("kind") == "vehicle").sum(),
    )
    money = base.customers.select(customer_id="id", channel="source_channel").join(sums, on="customer_id", how="left")
    return (
        money.with_columns(
            pl.col("lifetime_value", "cost", "vehicle_revenue").fill_null(0),
            acquisition_cost=_acquisition(thresholds),
        )
        .with_columns(
            lifetime_margin=pl.col("lifetime_value") - pl.col("cost"),
            other_revenue=pl.col("lifetime_value") - pl.col("vehicle_revenue"),
            days=days_since("first_on", moment.as_of),
        )
        .with_columns(clv_simple=_clv_simple(thresholds))
        .with_columns(
            clv_predicted=pl.col("clv_simple"),
            clv_basis=pl.when(pl.col("clv_simple").is_not_null()).then(pl.lit("simple")),
        )
        .drop("channel", "first_on", "cost", "days")
    )


def _acquisition(t: Thresholds) -> pl.Expr:
    """The setting of the source channel; whole costs of campaigns would stand in, once there are campaigns."""
    costs = {channel: round(cost) for channel, cost in t.acquisition_costs.items()}
    return pl.col("channel").replace_strict(costs, default=0, return_dtype=pl.Int64)


def _clv_simple(t: Thresholds) -> pl.Expr:
    """3 x (other / max(1, y) + vehicle / max(5, y)) - acquisition cost, y = days / 365.25, in whole numbers.

    y = 4 days / 1461, so x / max(k, y) = x * 1461 / max(1461 k, 4 days).
    """
    days = wide("days") * 4
    yearly = pl.max_horizontal(wide(pl.lit(1461)), days)
    vehicle = pl.max_horizontal(wide(pl.lit(1461 * t.clv_vehicle_years)), days)
    sums = wide("other_revenue") * vehicle + wide("vehicle_revenue") * yearly
    rounded = divide_half_up(sums * 1461 * t.clv_years, yearly * vehicle)
    return pl.when(pl.col("days").is_not_null()).then(rounded - pl.col("acquisition_cost"))
