"""When each active vehicle of a living, present customer is due for maintenance.

Source: business definitions, Vehicles and service due.
"""

from __future__ import annotations

import polars as pl

from tools.intelligence.arithmetic import plus_months
from tools.intelligence.base import Base
from tools.intelligence.holdings import present_owners
from tools.intelligence.moment import Moment, add_months
from tools.intelligence.odometer import kept_readings, pace
from tools.intelligence.thresholds import Thresholds

NEEDS = ("vehicles", "customer_vehicles", "service_schedules", "service_records", "service_lines",
         "service_operations", "odometer_readings", "appointments")  # fmt: skip


def service_due(base: Base, visits: pl.DataFrame, moment: Moment, thresholds: Thresholds) -> pl.DataFrame:
    """The rows of `vehicle_metrics` but as_of, and `free_from_on`: the first day with no appointment ahead any more."""
    listed = base.customers.filter(
        pl.col("erased_at").is_null() & pl.col("merged_into_id").is_null() & pl.col("deceased_on").is_null()
    )
    holders = present_owners(base).join(listed.select("id"), left_on="customer_id", right_on="id", how="semi")
    kept = kept_readings(base, visits, holders, moment)
    vehicles = (
        holders.select(
            "vehicle_id", "purchase_date", "bought_as", "annual_km", owner_customer_id="customer_id",
            delivered_on="delivery_date",
        )
        .join(base.vehicles, left_on="vehicle_id", right_on="id")
        .join(_last_maintenance(visits), on="vehicle_id", how="left")
        .with_columns(
            vehicle_since=pl.coalesce("delivered_on", "purchase_date", pl.date(pl.col("model_year"), 1, 1)),
            anchor_on=pl.coalesce("maintained_on", "delivered_on"),
            anchor_kind=pl.when(pl.col("maintained_on").is_not_null())
            .then(pl.lit("visit"))
            .when(pl.col("delivered_on").is_not_null())
            .then(pl.lit("delivery")),
            schedule_is_default=~pl.col("has_schedule"),
        )
        .with_columns(_interval("km", thresholds.default_km), _interval("months", thresholds.default_months))
        .join(
            kept.select("vehicle_id", anchor_on="read_on", anchor_km="km"), on=["vehicle_id", "anchor_on"], how="left"
        )
    )  # fmt: skip
    return (
        vehicles.join(pace(kept, vehicles, moment, thresholds), on="vehicle_id")
        .join(_passed(vehicles, kept), on="vehicle_id", how="left")
        .with_columns(by_months=plus_months("anchor_on", "interval_months"), by_km=_by_km())
        .with_columns(due_date=pl.min_horizontal("by_months", "by_km"))
        .with_columns(
            due_by=pl.when(pl.col("by_months") == pl.col("due_date"))
            .then(pl.lit("months"))
            .when(pl.col("due_date").is_not_null())
            .then(pl.lit("km")),
            due_status=due_status(moment, thresholds),
        )
        .join(_appointments_ahead(base, moment), on="vehicle_id", how="left")
        .join(_usual_intervals(visits), on="vehicle_id", how="left")
    )


def due_status(moment: Moment, t: Thresholds) -> pl.Expr:
    """First match over due_date."""
    due = pl.col("due_date")
    return (
        pl.when(due.is_null()).then(pl.lit("unknown"))
        .when(due < add_months(moment.as_of, -t.lapsed_months)).then(pl.lit("lapsed"))
        .when(due < moment.as_of).then(pl.lit("overdue"))
        .otherwise(pl.lit("ahead"))
    )  # fmt: skip


def _interval(branch: str, default: int) -> pl.Expr:
    """first_* of the schedule for a vehicle sold new and never serviced, else every_*; the default without one."""
    first = (pl.col("bought_as") == "new") & pl.col("maintained_on").is_null()
    own = pl.when(first).then(pl.col(f"first_{branch}")).otherwise(pl.col(f"every_{branch}"))
    return pl.when(pl.col("has_schedule")).then(own).otherwise(default).alias(f"interval_{branch}")


def _last_maintenance(visits: pl.DataFrame) -> pl.DataFrame:
    return visits.filter("maintenance").group_by("vehicle_id").agg(maintained_on=pl.col("visited_on").max())


def _passed(vehicles: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    """The first reading since the anchor at which the kilometre target was already reached. vehicle_id, passed_on."""
    target = vehicles.select("vehicle_id", "anchor_on", target=pl.col("anchor_km") + pl.col("interval_km")).drop_nulls()
    return (
        kept.join(target, on="vehicle_id")
        .filter((pl.col("read_on") >= pl.col("anchor_on")) & (pl.col("km") >= pl.col("target")))
        .group_by("vehicle_id")
        .agg(passed_on=pl.col("read_on").min())
    )


def _by_km() -> pl.Expr:
    """passed_on, else the last reading's date + ceil((target - reading) / rate) days; none without a target."""
    missing = pl.col("anchor_km") + pl.col("interval_km") - pl.col("last_reading_km")
    rate_km, rate_days = pl.col("rate_km"), pl.col("rate_days")
    days = (missing * rate_days + rate_km - 1) // rate_km
    return pl.coalesce("passed_on", pl.col("last_reading_on") + pl.duration(days=days))


def _appointments_ahead(base: Base, moment: Moment) -> pl.DataFrame:
    """vehicle_id, appointment_ahead_at (the next), free_from_on (the day by whose hour of refresh the last is past)."""
    last = pl.col("starts_at").max()
    later = (last.dt.time() >= moment.now.time()).cast(pl.Int64)
    return (
        base.appointments.filter(
            (pl.col("kind") == "service") & (pl.col("status") == "booked") & (pl.col("starts_at") >= moment.now)
        )
        .drop_nulls("vehicle_id")
        .group_by("vehicle_id")
        .agg(appointment_ahead_at=pl.col("starts_at").min(), free_from_on=last.dt.date() + pl.duration(days=later))
    )


def _usual_intervals(visits: pl.DataFrame) -> pl.DataFrame:
    """Median days between a vehicle's consecutive visits."""
    between = (pl.col("visited_on") - pl.col("visited_on").shift(1).over("vehicle_id")).dt.total_days()
    return (
        visits.sort("vehicle_id", "visited_on", "id")
        .with_columns(days=between)
        .group_by("vehicle_id")
        .agg(usual_interval_days=pl.col("days").median())
    )


def by_owner(due: pl.DataFrame, moment: Moment) -> pl.DataFrame:
    """What a customer's vehicles ask for. Columns customer_id, next_due_date (not lapsed), overdue, lapsed."""
    date_ = pl.col("due_date")
    return due.group_by(customer_id="owner_customer_id").agg(
        next_due_date=date_.filter(pl.col("due_status").is_in(["overdue", "ahead"])).min(),
        next_ahead_date=date_.filter(date_ >= moment.as_of).min(),
        overdue=(pl.col("due_status") == "overdue").any(),
        lapsed=(pl.col("due_status") == "lapsed").any(),
    )
