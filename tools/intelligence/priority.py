"""Whom to call first: a score of 0-100 with its parts, the lasting gates, the priority of 1-10, the best time.

Source: business definitions, Call priority. Gates of the moment (caps, hours, contacted today, somebody else's
complaint) depend on who asks and when, and are told at the question.
"""

from __future__ import annotations

import polars as pl

from tools.intelligence.cuts import Cuts, rank_in_store, score_cuts
from tools.intelligence.moment import Moment
from tools.intelligence.thresholds import Thresholds

NEEDS = ("customers", "consents", "registry_numbers", "vehicle_metrics", "interactions", "appointments", "drop_offs",
         "leads", "enquiries", "quotes", "behaviours", "ownerships")  # fmt: skip
NO_CALLS = "08-10"  # best time where nobody of the stage ever answered


def call_scores(figures: pl.DataFrame, moment: Moment, t: Thresholds) -> pl.DataFrame:
    """`figures` with the five parts and call_score; a missing part counts 0."""
    days = days_to("next_ahead_date", moment)
    urgency = pl.max_horizontal(
        pl.when(pl.col("overdue")).then(1.0),
        pl.when(days <= t.urgent_days).then(1 - days / t.urgent_days),
        pl.lit(0.0),
    )
    rank = pl.col("clv_percentile").fill_null(0) / 100
    parts = {
        "score_urgency": t.weight_urgency * urgency,
        "score_value": t.weight_value * rank,
        "score_risk": t.weight_risk * pl.col("churn_probability").fill_null(0.0) * rank,
        "score_intent": t.weight_intent * (pl.col("test_drives_recent") / t.intent_signals).clip(upper_bound=1.0),
        "score_relationship": pl.when(pl.col("owner_touched")).then(float(t.weight_relationship)).otherwise(0.0),
    }
    total = pl.lit(0.0)
    for part in parts:
        total = total + pl.col(part)
    return figures.with_columns(**parts).with_columns(call_score=total)


def days_to(column: str, moment: Moment) -> pl.Expr:
    """Whole days from the day of the refresh to the date in `column`."""
    return (pl.col(column) - pl.lit(moment.as_of)).dt.total_days()


def call_blocks(figures: pl.DataFrame, consent: pl.DataFrame) -> pl.DataFrame:
    """`figures` with call_block, the first lasting gate that holds; none: may be called.

    `consent`: from `channels.standing`. The purpose is that of the next action. The gate of the registry waits for
    the table of registered numbers; erased customers have no row of figures.
    """
    calls = consent.filter(pl.col("channel") == "call").select("customer_id", "purpose", call_state="state")
    state = pl.col("call_state")
    return (
        figures.join(
            calls, left_on=["customer_id", "next_action_purpose"], right_on=["customer_id", "purpose"], how="left"
        )
        .with_columns(
            call_block=pl.when(pl.col("deceased_on").is_not_null()).then(pl.lit("deceased"))
            .when(pl.col("do_not_contact")).then(pl.lit("do_not_contact"))
            .when(state.is_in(["denied", "revoked"])).then(pl.lit("call_denied"))
            .when((pl.col("next_action_purpose") == "marketing") & state.is_null()).then(pl.lit("no_call_consent"))
        )
        .drop("call_state")
    )  # fmt: skip


def store_cuts(figures: pl.DataFrame, t: Thresholds) -> dict[int, tuple[float, ...]]:
    """Cut points of the scores of those without a lasting block, by home store."""
    free = figures.filter(pl.col("call_block").is_null()).select("home_store_id", "call_score")
    return score_cuts(free, t.priorities)


def call_priority(figures: pl.DataFrame, cuts: Cuts) -> pl.DataFrame:
    """`figures` with call_priority; none for who is blocked."""
    rank = rank_in_store(figures.select("home_store_id", "call_score"), cuts.scores)
    return figures.with_columns(call_priority=rank).with_columns(
        call_priority=pl.when(pl.col("call_block").is_null()).then(pl.col("call_priority"))
    )


def best_call_times(calls: pl.DataFrame, figures: pl.DataFrame, cuts: Cuts, t: Thresholds) -> pl.DataFrame:
    """The band with most good calls of the customer where he has enough of them, else of his lifecycle stage.

    `calls`: from `touches.good_calls`. Columns customer_id, best_call_time.
    """
    own = calls.filter(pl.col("calls").sum().over("customer_id") >= t.calls_needed)
    stage = pl.col("lifecycle_stage").replace_strict(dict(cuts.call_times), default=NO_CALLS, return_dtype=pl.String)
    return (
        figures.select("customer_id", of_stage=stage)
        .join(_top_bands(own, "customer_id"), on="customer_id", how="left")
        .select("customer_id", pl.coalesce("band", "of_stage").alias("best_call_time"))
    )


def stage_call_times(calls: pl.DataFrame, figures: pl.DataFrame) -> dict[str, str]:
    """The best band of each lifecycle stage with good calls."""
    staged = calls.join(figures.select("customer_id", "lifecycle_stage"), on="customer_id")
    sums = staged.group_by("lifecycle_stage", "band").agg(pl.col("calls").sum())
    return dict(_top_bands(sums, "lifecycle_stage").rows())


def _top_bands(calls: pl.DataFrame, of: str) -> pl.DataFrame:
    """The band with most calls; of equal ones the earlier."""
    ranked = calls.sort(of, "calls", "band", descending=[False, True, False])
    return ranked.unique(of, keep="first", maintain_order=True).select(of, "band")
