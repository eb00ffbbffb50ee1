"""The four axes, each with exactly one value a customer: lifecycle, funnel, type, journey.

Source: business definitions, Lifecycle. d, E and C are stored beside the stage as its reason.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from tools.intelligence.arithmetic import days_since
from tools.intelligence.base import Base
from tools.intelligence.holdings import owned
from tools.intelligence.moment import Moment, add_months
from tools.intelligence.thresholds import Thresholds

NEEDS = ("orders", "customer_vehicles", "vehicles", "service_schedules", "service_records", "interactions",
         "appointments", "enquiries", "quotes", "opportunities")  # fmt: skip


def rhythm(base: Base, found: pl.DataFrame, moment: Moment, thresholds: Thresholds) -> pl.DataFrame:
    """d, E, C and what they rest on, one row a customer of `base.customers`; `found`: transactions."""
    t = thresholds
    counts = found.group_by("customer_id").agg(
        transaction_count=pl.len(),
        first_transaction_on=pl.col("ordered_on").min(),
        last_transaction_on=pl.col("ordered_on").max(),
        only_service=(pl.col("kind") == "service").all(),
    )
    line = pl.col("expected_interval") + pl.when((pl.col("vehicles_owned") > 0) | pl.col("only_service")).then(
        t.churn_slack_service_days
    ).otherwise(t.churn_slack_days)
    return (
        base.customers.select(customer_id="id")
        .join(counts, on="customer_id", how="left")
        .join(_gaps(found, moment, t), on="customer_id", how="left")
        .join(_schedules(base, t), on="customer_id", how="left")
        .with_columns(
            pl.col("transaction_count", "vehicles_owned").fill_null(0).cast(pl.Int64),
            days_since_last=days_since("last_transaction_on", moment.as_of),
        )
        .with_columns(
            pl.when(pl.col("transaction_count") == 0)
            .then(None)
            .otherwise(pl.coalesce("own_gap", "schedule_days", pl.lit(float(t.declared_interval_days))))
            .alias("expected_interval"),
            pl.when(pl.col("transaction_count") == 0)
            .then(None)
            .when(pl.col("own_gap").is_not_null())
            .then(pl.lit("own_gaps"))
            .when(pl.col("schedule_days").is_null())
            .then(pl.lit("declared"))
            .when(pl.col("schedule_is_own"))
            .then(pl.lit("schedule"))
            .otherwise(pl.lit("default_schedule"))
            .alias("expected_interval_basis"),
        )
        .with_columns(
            pl.when(pl.col("transaction_count") > 0)
            .then(pl.max_horizontal(line, pl.lit(float(t.churn_floor_days))))
            .alias("churn_line")
        )
        .drop("own_gap", "schedule_days", "schedule_is_own", "only_service")
    )


def _gaps(found: pl.DataFrame, moment: Moment, t: Thresholds) -> pl.DataFrame:
    """Median of the gaps that count, where there are enough, and the longest gap that ended lately."""
    lately = moment.as_of - timedelta(days=t.reactivated_days)
    gap = (
        found.select("customer_id", "ordered_on")
        .unique()
        .sort("customer_id", "ordered_on")
        .with_columns(gap=(pl.col("ordered_on") - pl.col("ordered_on").shift(1).over("customer_id")).dt.total_days())
        .drop_nulls("gap")
    )
    counted = pl.col("gap").filter(pl.col("gap") >= t.gap_days)
    return gap.group_by("customer_id").agg(
        own_gap=pl.when(counted.len() >= t.gaps_needed).then(counted.median()),
        longest_recent_gap=pl.col("gap").filter(pl.col("ordered_on") >= lately).max(),
    )


def _schedules(base: Base, t: Thresholds) -> pl.DataFrame:
    """Vehicles owned and the shortest interval of their schedules; of equal ones a vehicle's own goes first."""
    months = pl.when(pl.col("has_schedule")).then(pl.col("every_months")).otherwise(t.default_months)
    return (
        owned(base)
        .select("customer_id", "vehicle_id")
        .unique()
        .join(base.vehicles, left_on="vehicle_id", right_on="id")
        .with_columns(months=months)
        .group_by("customer_id")
        .agg(
            vehicles_owned=pl.len(),
            schedule_days=(pl.col("months").min() * t.days_a_month).cast(pl.Float64),
            schedule_is_own=(pl.col("has_schedule") & (pl.col("months") == pl.col("months").min())).any(),
        )
    )


def lifecycle_stage(t: Thresholds) -> pl.Expr:
    """First match of the stage's rules over the columns of `rhythm`."""
    d, e, c = pl.col("days_since_last"), pl.col("expected_interval"), pl.col("churn_line")
    since_first = pl.col("days_since_first")
    return (
        pl.when(pl.col("transaction_count") == 0).then(pl.lit("Prospect"))
        .when(d > c).then(pl.lit("Churned"))
        .when(pl.col("longest_recent_gap") > c).then(pl.lit("Reactivated"))
        .when(since_first <= t.new_days).then(pl.lit("New"))
        .when((pl.col("transaction_count") >= t.loyal_transactions) & (d <= e + t.grace_days)).then(pl.lit("Loyal"))
        .when(d > e + t.grace_days).then(pl.lit("At Risk"))
        .when(d > e).then(pl.lit("Due"))
        .otherwise(pl.lit("Active"))
    )  # fmt: skip


def funnel_stage(t: Thresholds) -> pl.Expr:
    """Over lifecycle_stage, transaction_count, last_two_way_on and test_drives (kept ones, ever)."""
    n = pl.col("transaction_count")
    return (
        pl.when(pl.col("lifecycle_stage") == "Churned").then(pl.lit("inactive"))
        .when(n >= t.loyal_transactions).then(pl.lit("loyal"))
        .when(n >= t.repeat_transactions).then(pl.lit("repeat_buyer"))
        .when(n >= 1).then(pl.lit("first_buyer"))
        .when(pl.col("last_two_way_on").is_not_null() | (pl.col("test_drives") > 0)).then(pl.lit("prospect"))
        .otherwise(pl.lit("lead"))
    )  # fmt: skip


def customer_type(t: Thresholds) -> pl.Expr:
    """Over lifecycle_stage, clv_tier and transaction_count."""
    return (
        pl.when(pl.col("lifecycle_stage") == "Churned").then(pl.lit("inactive"))
        .when(pl.col("clv_tier") == "VIP").then(pl.lit("vip"))
        .when(pl.col("transaction_count") >= t.repeat_transactions).then(pl.lit("repeat"))
        .otherwise(pl.lit("new"))
    )  # fmt: skip


def journey_stage(moment: Moment, t: Thresholds) -> pl.Expr:
    """Over last_visit_on, vehicles_owned, unpaid_orders and test_drives. Repurchase needs opportunities."""
    return (
        pl.when(pl.col("last_visit_on") >= add_months(moment.as_of, -t.service_months)).then(pl.lit("Service"))
        .when(pl.col("vehicles_owned") > 0).then(pl.lit("Ownership"))
        .when(pl.col("unpaid_orders") > 0).then(pl.lit("Purchase"))
        .when(pl.col("test_drives") > 0).then(pl.lit("Consideration"))
        .otherwise(pl.lit("Awareness"))
    )  # fmt: skip


def axes(figures: pl.DataFrame, moment: Moment, thresholds: Thresholds) -> pl.DataFrame:
    """`figures` with the four axes; it holds the columns that their rules name."""
    return (
        figures.with_columns(days_since_first=days_since("first_transaction_on", moment.as_of))
        .with_columns(lifecycle_stage=lifecycle_stage(thresholds))
        .with_columns(
            funnel_stage=funnel_stage(thresholds),
            customer_type=customer_type(thresholds),
            journey_stage=journey_stage(moment, thresholds),
        )
        .drop("days_since_first")
    )
