"""Engagement, health, days to the next purchase, completeness of the profile.

Source: business definitions, Scores and Others (profile completeness).
"""

from __future__ import annotations

import polars as pl

from tools.intelligence.arithmetic import days_since, divide_half_up, round_half_up
from tools.intelligence.base import Base
from tools.intelligence.moment import Moment
from tools.intelligence.thresholds import Thresholds

NEEDS = ("interactions", "cases", "vehicle_metrics", "campaign_targets", "contact_points", "consents", "customers")

PHONES = ("mobile", "landline", "other_phone")
PLACEHOLDERS = ("", "n/a", "0000000000", "1900-01-01")
WEIGHTS = {
    "name": 10, "phone": 20, "email": 10, "birth_date": 10, "city": 10, "gender": 5, "occupation": 5, "consent": 15,
    "owner": 5, "vehicle_or_preference": 10,
}  # fmt: skip
PERSONAL = ("birth_date", "gender", "occupation")  # left out for a business, the rest scaled


def scores(figures: pl.DataFrame, moment: Moment, t: Thresholds) -> pl.DataFrame:
    """`figures` with engagement_score, health_score, days_to_next_purchase.

    The engagement's share of messages replied to or opened counts 0 until campaign deliveries are stored.
    """
    quiet = days_since("last_two_way_on", moment.as_of)
    fresh = (1 - quiet / t.engagement_recency_days).clip(0).fill_null(0.0)
    often = (pl.col("touches_recent") / t.engagement_touch_count).clip(upper_bound=1.0)
    churned = pl.col("lifecycle_stage") == "Churned"
    health = (
        100
        - t.health_churn * pl.when(churned).then(1.0).otherwise(pl.col("churn_probability"))
        - t.health_complaint * (pl.col("open_complaints") > 0).cast(pl.Int64)
        - t.health_overdue * pl.col("overdue").cast(pl.Int64)
        - t.health_engagement * (1 - pl.col("engagement_score") / 100)
    )
    return figures.with_columns(
        engagement_score=t.engagement_recency * fresh + t.engagement_touches * often,
        days_to_next_purchase=round_half_up(
            (pl.col("expected_interval") - pl.col("days_since_last")).clip(lower_bound=0)
        ),
    ).with_columns(
        health_score=pl.when(pl.col("transaction_count") > 0).then(round_half_up(health).clip(0, 100)),
    )


def completeness(base: Base, holdings: pl.DataFrame) -> pl.DataFrame:
    """Columns customer_id, profile_completeness (0-100).

    `holdings`: columns customer_id, owner_id, vehicles_owned.
    """
    usable = base.contact_points.filter("is_usable")
    reach = usable.group_by("customer_id").agg(
        phone=pl.col("kind").is_in(PHONES).any(), email=(pl.col("kind") == "email").any()
    )
    consented = base.consents.select("customer_id").unique().with_columns(consent=pl.lit(True))
    has = (
        base.customers.rename({"id": "customer_id"})
        .join(holdings.select("customer_id", "owner_id", "vehicles_owned"), on="customer_id")
        .join(reach, on="customer_id", how="left")
        .join(consented, on="customer_id", how="left")
        .select(
            "customer_id",
            "kind",
            _filled("full_name").alias("name"),
            pl.col("phone", "email", "consent").fill_null(False),
            _filled(pl.col("birth_date").dt.to_string("%Y-%m-%d")).alias("birth_date"),
            _filled("city").alias("city"),
            pl.col("gender").is_not_null().alias("gender"),
            _filled("occupation").alias("occupation"),
            pl.col("owner_id").is_not_null().alias("owner"),
            (
                (pl.col("vehicles_owned") > 0)
                | pl.col("preferred_channel").is_not_null()
                | pl.col("preferred_time").is_not_null()
            ).alias("vehicle_or_preference"),
        )
    )
    impersonal = {field: weight for field, weight in WEIGHTS.items() if field not in PERSONAL}
    full = pl.sum_horizontal(pl.col(field).cast(pl.Int64) * weight for field, weight in WEIGHTS.items())
    rest = pl.sum_horizontal(pl.col(field).cast(pl.Int64) * weight for field, weight in impersonal.items())
    return has.select(
        "customer_id",
        profile_completeness=pl.when(pl.col("kind") == "business")
        .then(divide_half_up(rest * 100, sum(impersonal.values())))
        .otherwise(full),
    )


def _filled(field: str | pl.Expr) -> pl.Expr:
    """Whether there is a value that is no placeholder."""
    text = (pl.col(field) if isinstance(field, str) else field).str.strip_chars().str.to_lowercase()
    return (text.is_not_null() & ~text.is_in(PLACEHOLDERS)).fill_null(False)
