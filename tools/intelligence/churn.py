"""Churn risk by the rule that stands in without a fitted model.

Source: business definitions, Churn risk. Scored: customers with a transaction who are not Churned.
"""

from __future__ import annotations

import polars as pl

from tools.intelligence.thresholds import Thresholds

NEEDS = ("orders", "customer_vehicles", "model_versions")


def churn(figures: pl.DataFrame, t: Thresholds) -> pl.DataFrame:
    """`figures` with churn_probability (0-1), churn_band, churn_basis; over d, E, C and the lifecycle stage."""
    d, e, c = pl.col("days_since_last"), pl.col("expected_interval"), pl.col("churn_line")
    late = e + t.grace_days
    rising = t.churn_start + (1 - t.churn_start) * (d - late) / (c - late)
    scored = (pl.col("transaction_count") > 0) & (pl.col("lifecycle_stage") != "Churned")
    p = pl.col("churn_probability")
    return figures.with_columns(
        churn_probability=pl.when(scored).then(
            pl.when(d <= late).then(0.0).otherwise(pl.min_horizontal(rising, pl.lit(1.0)))
        )
    ).with_columns(
        churn_band=pl.when(p >= t.churn_high).then(pl.lit("high"))
        .when(p >= t.churn_medium).then(pl.lit("medium"))
        .when(p.is_not_null()).then(pl.lit("low")),
        churn_basis=pl.when(p.is_not_null()).then(pl.lit("rule")),
    )  # fmt: skip
