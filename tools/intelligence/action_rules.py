"""When the rules of the next best action match, and when they would if nothing changed.

Source: business definitions, Next best action. A `match` gives one row a customer: customer_id, vehicle_id (the one
due first), ends_on (last day on which the condition holds; none: no end), input (JSON: what made it match).
An `ahead` gives rows of customer_id, on: days on which the rule would match that does not today.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from tools.intelligence.arithmetic import plus_months
from tools.intelligence.base import Base
from tools.intelligence.moment import Moment
from tools.intelligence.thresholds import Thresholds
from tools.intelligence.touches import kept_test_drives


@dataclass(frozen=True)
class Situation:
    """What the rules look at. `figures`: the living, one row each; `due`: their vehicles, from `service_due`."""

    base: Base
    figures: pl.DataFrame
    due: pl.DataFrame
    consent: pl.DataFrame
    moment: Moment
    thresholds: Thresholds

    def day(self, days: int) -> date:
        """`days` after the day of the refresh."""
        return self.moment.as_of + timedelta(days=days)


def _match(rows: pl.DataFrame, *values: str, vehicle: str | None = None, ends: pl.Expr | None = None) -> pl.DataFrame:
    """The first row of each customer as a match, with the columns `values` as its input."""
    return rows.unique("customer_id", keep="first", maintain_order=True).select(
        "customer_id",
        vehicle_id=pl.col(vehicle) if vehicle else pl.lit(None, dtype=pl.Int64),
        ends_on=ends if ends is not None else pl.lit(None, dtype=pl.Date),
        input=pl.struct(*values).struct.json_encode(),
    )


def complaint(s: Situation) -> pl.DataFrame:
    """The oldest open complaint."""
    open_ = s.base.complaints.filter(pl.col("status").is_in(["open", "in_progress"])).sort("opened_at", "id")
    return _match(
        open_.select("customer_id", "status", case_number="number", opened_on=pl.col("opened_at").dt.date()),
        "case_number", "opened_on", "status",
    )  # fmt: skip


def follow_up(s: Situation) -> pl.DataFrame:
    """A follow-up due by today and not done; else a test drive with no touch since, of the last days but a few."""
    t = s.thresholds
    due = s.base.interactions.filter(
        pl.col("follow_up_done").is_null() & (pl.col("follow_up_due") <= s.moment.as_of)
    ).sort("follow_up_due", "id")
    driven = _untouched_test_drives(s).filter(
        pl.col("on").is_between(s.day(-t.test_drive_to_days), s.day(-t.test_drive_from_days))
    )
    return pl.concat([
        _match(due.rename({"id": "interaction_id"}), "interaction_id", "follow_up_due"),
        _match(
            driven.sort("on", "id", descending=True).select("customer_id", appointment_id="id", test_drive_on="on"),
            "appointment_id", "test_drive_on",
            ends=pl.col("test_drive_on") + pl.duration(days=t.test_drive_to_days),
        ),
    ]).unique("customer_id", keep="first", maintain_order=True)  # fmt: skip


def follow_up_ahead(s: Situation) -> pl.DataFrame:
    due = s.base.interactions.filter(
        pl.col("follow_up_done").is_null() & (pl.col("follow_up_due") > s.moment.as_of)
    ).select("customer_id", on="follow_up_due")
    first = pl.col("on") + pl.duration(days=s.thresholds.test_drive_from_days)
    driven = _untouched_test_drives(s).select("customer_id", first.alias("on"))
    return pl.concat([due, driven])


def _untouched_test_drives(s: Situation) -> pl.DataFrame:
    return (
        kept_test_drives(s.base, s.moment)
        .join(s.figures.select("customer_id", "last_touch_at"), on="customer_id")
        .filter(pl.col("last_touch_at").is_null() | (pl.col("last_touch_at") <= pl.col("starts_at")))
    )


def missed_appointment(s: Situation) -> pl.DataFrame:
    """The last missed one, where none that is booked or kept lies after it."""
    t = s.thresholds
    made = s.base.appointments.filter(pl.col("status").is_in(["booked", "kept"]))
    later = made.group_by("customer_id").agg(last_made=pl.col("starts_at").max())
    missed = (
        s.base.appointments.with_columns(on=pl.col("starts_at").dt.date())
        .filter((pl.col("status") == "missed") & pl.col("on").is_between(s.day(-t.missed_days), s.moment.as_of))
        .join(later, on="customer_id", how="left")
        .filter(pl.col("last_made").is_null() | (pl.col("last_made") <= pl.col("starts_at")))
        .sort("starts_at", "id", descending=True)
        .select("customer_id", "vehicle_id", appointment_id="id", appointment_kind="kind", missed_on="on")
    )
    return _match(
        missed, "appointment_id", "appointment_kind", "missed_on",
        vehicle="vehicle_id", ends=pl.col("missed_on") + pl.duration(days=t.missed_days),
    )  # fmt: skip


def _due_first(vehicles: pl.DataFrame) -> pl.DataFrame:
    return vehicles.sort("due_date", "vehicle_id", nulls_last=True).select(
        "vehicle_id", "due_date", "due_by", "due_status", customer_id="owner_customer_id"
    )


def overdue_service(s: Situation) -> pl.DataFrame:
    late = s.due.filter((pl.col("due_status") == "overdue") & pl.col("appointment_ahead_at").is_null())
    lapses = plus_months("due_date", "lapsed_months")
    return _match(
        _due_first(late).with_columns(lapsed_months=pl.lit(s.thresholds.lapsed_months)), "vehicle_id", "due_date",
        "due_by", vehicle="vehicle_id", ends=lapses,
    )  # fmt: skip


def due_service(s: Situation) -> pl.DataFrame:
    soon = s.due.filter(
        pl.col("due_date").is_between(s.moment.as_of, s.day(s.thresholds.due_action_days))
        & pl.col("appointment_ahead_at").is_null()
    )
    return _match(_due_first(soon), "vehicle_id", "due_date", "due_by", vehicle="vehicle_id", ends=pl.col("due_date"))


def service_ahead(s: Situation) -> pl.DataFrame:
    """The day on which a vehicle comes near its due date; not before its last appointment is past."""
    near = pl.col("due_date") - pl.duration(days=s.thresholds.due_action_days)
    return s.due.filter(pl.col("due_status").is_in(["overdue", "ahead"])).select(
        customer_id="owner_customer_id", on=pl.max_horizontal(near, "free_from_on")
    )


def birthday(s: Situation) -> pl.DataFrame:
    """A birthday or wedding anniversary within a few days, of who granted marketing on some channel."""
    soon = _occasions(s).filter(pl.col("on") <= s.day(s.thresholds.occasion_days)).sort("on", "occasion")
    return _match(soon, "occasion", "on", ends=pl.col("on"))


def birthday_ahead(s: Situation) -> pl.DataFrame:
    return _occasions(s).select("customer_id", pl.col("on") - pl.duration(days=s.thresholds.occasion_days))


def _occasions(s: Situation) -> pl.DataFrame:
    """The next birthday and the next wedding anniversary. Columns customer_id, occasion, on (from today)."""
    granted = s.consent.filter((pl.col("purpose") == "marketing") & (pl.col("state") == "granted"))
    people = s.base.customers.rename({"id": "customer_id"}).join(granted, on="customer_id", how="semi")
    parts = [
        people.filter(pl.col(column) != date(1900, 1, 1)).select(
            "customer_id", occasion=pl.lit(occasion), on=_next(column, s.moment.as_of)
        )
        for column, occasion in (("birth_date", "birthday"), ("wedding_anniversary", "wedding_anniversary"))
    ]
    return pl.concat(parts)


def _next(column: str, as_of: date) -> pl.Expr:
    """The first return of the day and month from `as_of` on; 29 February is the 28th in common years."""
    day = pl.col(column)

    def of(year: int) -> pl.Expr:
        leap_day = (day.dt.month() == 2) & (day.dt.day() == 29)
        number = pl.when(leap_day & pl.lit(not calendar.isleap(year))).then(28).otherwise(day.dt.day())
        return pl.date(year, day.dt.month(), number)

    return pl.when(of(as_of.year) >= as_of).then(of(as_of.year)).otherwise(of(as_of.year + 1))


def win_back(s: Situation) -> pl.DataFrame:
    """Churned, or a lapsed vehicle."""
    churned = s.figures.filter(pl.col("lifecycle_stage") == "Churned").select(
        "customer_id", "lifecycle_stage", "days_since_last", "churn_line"
    )
    lapsed = _due_first(s.due.filter(pl.col("due_status") == "lapsed"))
    both = churned.join(lapsed, on="customer_id", how="left", maintain_order="left_right")
    return pl.concat([
        _match(both, "lifecycle_stage", "days_since_last", "churn_line", vehicle="vehicle_id"),
        _match(lapsed, "vehicle_id", "due_date", "due_status", vehicle="vehicle_id"),
    ]).unique("customer_id", keep="first", maintain_order=True)  # fmt: skip


def win_back_ahead(s: Situation) -> pl.DataFrame:
    """The first day past the churn line, and the first on which a vehicle is lapsed."""
    silent = s.figures.filter(pl.col("churn_line").is_not_null()).select(
        "customer_id",
        on=pl.col("last_transaction_on") + pl.duration(days=pl.col("churn_line").floor().cast(pl.Int64) + 1),
    )
    months = s.due.filter(pl.col("due_status").is_in(["overdue", "ahead"])).with_columns(
        months=pl.lit(s.thresholds.lapsed_months), back=pl.lit(-s.thresholds.lapsed_months)
    )
    lapsing = months.with_columns(on=plus_months("due_date", "months") + pl.duration(days=1))
    # a year's shift is not its own inverse around 29 February: there the first day comes one later
    late = plus_months("on", "back") <= pl.col("due_date")
    return pl.concat([
        silent,
        lapsing.select(customer_id="owner_customer_id", on=pl.col("on") + pl.duration(days=late.cast(pl.Int64))),
    ])  # fmt: skip
