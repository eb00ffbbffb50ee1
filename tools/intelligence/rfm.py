"""Recency, frequency, monetary value of the last 24 months: three scores of 1-5 and a segment.

Source: business definitions, RFM. The score 1 + floor(5 x share strictly worse) is read off the whole percent: with
n measured and k of them worse, floor(5 * floor(100 k / n) / 100) = floor(5 k / n).
"""

from __future__ import annotations

import polars as pl

from tools.intelligence.arithmetic import days_since
from tools.intelligence.cuts import PERCENT, Cuts
from tools.intelligence.moment import Moment, add_months
from tools.intelligence.thresholds import Thresholds

NEEDS = ("orders", "payments", "refunds")
MEASURES = (("recency", "recency_days", True), ("frequency", "rfm_count", False), ("monetary", "rfm_revenue", False))


def measured(found: pl.DataFrame, present: pl.DataFrame, moment: Moment, t: Thresholds) -> pl.DataFrame:
    """R (recency_days), F (rfm_count) and M (rfm_revenue, ₫) of those with a transaction in the window.

    `found`: transactions; `present`: the customers who count.
    """
    return (
        found.filter(pl.col("ordered_on") >= add_months(moment.as_of, -t.rfm_months))
        .join(present.select("customer_id"), on="customer_id", how="semi")
        .group_by("customer_id")
        .agg(
            recency_days=days_since("ordered_on", moment.as_of).min(),
            rfm_count=pl.len().cast(pl.Int64),
            rfm_revenue=pl.col("revenue").filter(pl.col("kind") != "vehicle").sum(),
        )
    )


def with_cuts(cuts: Cuts, who: pl.DataFrame) -> Cuts:
    """`cuts` and those of R, F and M."""
    for measure, column, high_is_worse in MEASURES:
        cuts = cuts.with_values(measure, who[column], high_is_worse=high_is_worse)
    return cuts


def rfm(who: pl.DataFrame, counts: pl.DataFrame, cuts: Cuts, t: Thresholds) -> pl.DataFrame:
    """Scores and segment of those `measured`; `counts` has each customer's transaction_count ever."""
    scored = who.with_columns(
        (1 + t.rfm_scores * cuts.percent(measure, who[column], high_is_worse=worse) // PERCENT).alias(f"rfm_{measure}")
        for measure, column, worse in MEASURES
    ).join(counts.select("customer_id", "transaction_count"), on="customer_id", how="left")
    return scored.with_columns(
        fm=(pl.col("rfm_frequency") + pl.col("rfm_monetary") + 1) // 2
    ).select(
        "customer_id", "rfm_recency", "rfm_frequency", "rfm_monetary", "rfm_count", "rfm_revenue",
        rfm_segment=segment(t),
    )  # fmt: skip


def segment(t: Thresholds) -> pl.Expr:
    """First match over rfm_recency (R), fm and transaction_count."""
    r, fm = pl.col("rfm_recency"), pl.col("fm")
    return (
        pl.when((pl.col("transaction_count") == 1) & (r >= t.rfm_new_recency)).then(pl.lit("New"))
        .when((r >= t.rfm_good) & (fm >= t.rfm_good)).then(pl.lit("Champions"))
        .when((r >= t.rfm_fair) & (fm >= t.rfm_fair)).then(pl.lit("Loyal"))
        .when(r >= t.rfm_fair).then(pl.lit("Potential Loyalist"))
        .when((r == 1) & (fm >= t.rfm_good)).then(pl.lit("Can't Lose"))
        .when((r <= t.rfm_poor) & (fm >= t.rfm_fair)).then(pl.lit("At Risk"))
        .when((r == 1) & (fm == 1)).then(pl.lit("Lost"))
        .otherwise(pl.lit("Hibernating"))
    )  # fmt: skip
