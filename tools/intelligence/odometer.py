"""Odometer readings: which to believe, how fast the kilometres rise, where the odometer stands today.

Source: business definitions, Vehicles and service due (odometer readings).
"""

from __future__ import annotations

import polars as pl

from tools.intelligence.arithmetic import days_since, divide_half_up
from tools.intelligence.base import Base
from tools.intelligence.moment import Moment
from tools.intelligence.thresholds import Thresholds

NEEDS = ("odometer_readings", "service_records", "customer_vehicles")
YEAR = 365


def kept_readings(base: Base, visits: pl.DataFrame, holders: pl.DataFrame, moment: Moment) -> pl.DataFrame:
    """Columns vehicle_id, read_on, km, one row a day; `dropped` counts what was left out of the vehicle's readings.

    `holders`: present owners, whose delivery gives a reading (0 km where sold new and not said otherwise).
    """
    delivered = holders.select(
        "vehicle_id",
        read_on="delivery_date",
        km=pl.coalesce("delivery_km", pl.when(pl.col("bought_as") == "new").then(0)),
    )
    distinct = (
        pl.concat([
            base.odometer_readings.select("vehicle_id", "read_on", "km"),
            visits.select("vehicle_id", read_on="visited_on", km="odometer_km"),
            delivered,
        ])
        .drop_nulls()
        .filter(pl.col("read_on") <= moment.as_of)
        .unique()
    )  # fmt: skip
    lowest = distinct.group_by("vehicle_id", "read_on").agg(pl.col("km").min())
    kept = _without_contradictions(lowest.sort("vehicle_id", "read_on"))
    before = distinct.group_by("vehicle_id").agg(before=pl.len())
    after = kept.group_by("vehicle_id").agg(after=pl.len())
    dropped = before.join(after, on="vehicle_id").select(
        "vehicle_id", dropped=pl.col("before").cast(pl.Int64) - pl.col("after").cast(pl.Int64)
    )
    return kept.join(dropped, on="vehicle_id")


def _without_contradictions(readings: pl.DataFrame) -> pl.DataFrame:
    """Take out, one a vehicle and round, the reading in most contradictions (on equality the latest), until none is.

    A later reading that is lower contradicts. Only vehicles that have one are compared pair by pair.
    """
    falls = (pl.col("km") < pl.col("km").shift(1).over("vehicle_id")).any().over("vehicle_id")
    split = readings.with_columns(falls=falls)
    done = [split.filter(~pl.col("falls")).drop("falls")]
    open_ = split.filter(pl.col("falls")).drop("falls")
    while open_.height:
        against = (
            open_.join(open_, on="vehicle_id", suffix="_other")
            .filter(
                ((pl.col("read_on") < pl.col("read_on_other")) & (pl.col("km") > pl.col("km_other")))
                | ((pl.col("read_on") > pl.col("read_on_other")) & (pl.col("km") < pl.col("km_other")))
            )
            .group_by("vehicle_id", "read_on")
            .agg(contradictions=pl.len())
        )
        worst = against.sort("vehicle_id", "contradictions", "read_on", descending=[False, True, True]).unique(
            "vehicle_id", keep="first", maintain_order=True
        )
        done.append(open_.join(worst, on="vehicle_id", how="anti"))
        open_ = open_.join(worst, on="vehicle_id", how="semi").join(worst, on=["vehicle_id", "read_on"], how="anti")
    return pl.concat(done).sort("vehicle_id", "read_on")


def pace(kept: pl.DataFrame, vehicles: pl.DataFrame, moment: Moment, t: Thresholds) -> pl.DataFrame:
    """One row a vehicle of `vehicles` (columns vehicle_id, annual_km): its last reading, the rate, today's odometer.

    The rate is kept as a fraction rate_km / rate_days too, so that what rests on it stays exact.
    """
    last = kept.group_by("vehicle_id").agg(
        pl.col("read_on", "km").sort_by("read_on").last().name.prefix("last_"),
        readings_dropped=pl.col("dropped").first(),
    )
    earlier = (
        kept.join(last, on="vehicle_id")
        .filter((pl.col("last_read_on") - pl.col("read_on")).dt.total_days() >= t.rate_gap_days)
        .group_by("vehicle_id")
        .agg(pl.col("read_on", "km").sort_by("read_on").last().name.prefix("earlier_"))
    )
    km, days = pl.col("last_km") - pl.col("earlier_km"), pl.col("last_read_on") - pl.col("earlier_read_on")
    known = pl.col("earlier_km").is_not_null()
    return (
        vehicles.select("vehicle_id", "annual_km")
        .join(last, on="vehicle_id", how="left")
        .join(earlier, on="vehicle_id", how="left")
        .with_columns(
            rate_km=pl.when(known).then(km).otherwise(pl.coalesce("annual_km", pl.lit(t.annual_km, dtype=pl.Int64))),
            rate_days=pl.when(known).then(days.dt.total_days()).otherwise(YEAR),
            rate_basis=pl.when(known)
            .then(pl.lit("readings"))
            .when(pl.col("annual_km").is_not_null())
            .then(pl.lit("annual_km"))
            .otherwise(pl.lit("default")),
        )
        .with_columns(
            rate_km=pl.col("rate_km").clip(t.rate_least * pl.col("rate_days"), t.rate_most * pl.col("rate_days"))
        )
        .with_columns(
            rate_km_day=pl.col("rate_km") / pl.col("rate_days"),
            odometer_estimate=pl.col("last_km")
            + divide_half_up(pl.col("rate_km") * days_since("last_read_on", moment.as_of), pl.col("rate_days")),
        )
        .select(
            "vehicle_id", "rate_km", "rate_days", "rate_km_day", "rate_basis", "odometer_estimate",
            pl.col("readings_dropped").fill_null(0), last_reading_on="last_read_on", last_reading_km="last_km",
        )
    )  # fmt: skip
