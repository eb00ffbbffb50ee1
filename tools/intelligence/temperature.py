"""Hot, warm or cold, with the rule that said so.

Source: business definitions, Temperature. Do-not-contact makes nobody cold.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from tools.intelligence.moment import Moment
from tools.intelligence.thresholds import Thresholds

NEEDS = ("interactions", "appointments", "vehicle_metrics", "enquiries", "quotes", "drop_offs")
OF_RULE = {"recent_interest": "hot", "due_and_positive": "hot", "touched": "warm", "due_soon": "warm", "none": "cold"}


def temperature(figures: pl.DataFrame, moment: Moment, t: Thresholds) -> pl.DataFrame:
    """`figures` with temperature and its rule; over last_test_drive_on, next_due_date, last_positive,
    last_two_way_on."""
    day, due = moment.as_of, pl.col("next_due_date")
    interest = pl.col("last_test_drive_on") >= day - timedelta(days=t.hot_interest_days)
    rule = (
        pl.when(interest).then(pl.lit("recent_interest"))
        .when((due <= day + timedelta(days=t.hot_due_days)) & pl.col("last_positive")).then(pl.lit("due_and_positive"))
        .when(pl.col("last_two_way_on") >= day - timedelta(days=t.warm_touch_days)).then(pl.lit("touched"))
        .when(due <= day + timedelta(days=t.warm_due_days)).then(pl.lit("due_soon"))
        .otherwise(pl.lit("none"))
    )  # fmt: skip
    return figures.with_columns(temperature_rule=rule).with_columns(
        temperature=pl.col("temperature_rule").replace_strict(OF_RULE, return_dtype=pl.String)
    )
