"""Changes of a customer's axes, by day, and since when the present stage holds.

Source: business definitions, Lifecycle (changes are kept with their day). Values of before the day of the refresh
are the stored figures, with what changed on that very day undone; so a second refresh of a day replaces the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection, func, select

from schema.tables.computed import AXES
from tools.intelligence.base import TABLES, Scope
from tools.intelligence.frames import read

NEEDS = ("customer_metrics", "axis_changes")


@dataclass(frozen=True)
class History:
    """`before`: each customer's axes and lifecycle_since before the day; `entered`: when he last entered a stage."""

    before: pl.DataFrame
    entered: pl.DataFrame


def latest_day(connection: Connection) -> date | None:
    """The day of the stored figures; none before the first refresh."""
    runs = TABLES["refresh_runs"]
    found: date | None = connection.execute(select(func.max(runs.c.as_of))).scalar()
    return found


def read_history(connection: Connection, as_of: date, scope: Scope | None) -> History:
    """What is stored of before `as_of`; customers without figures of before are absent."""
    metrics, changes = TABLES["customer_metrics"], TABLES["axis_changes"]
    stored = select(metrics.c.customer_id, metrics.c.lifecycle_since, *(metrics.c[axis] for axis in AXES))
    today = select(changes.c.customer_id, changes.c.axis, changes.c.old_value).where(
        changes.c.axis.in_(AXES), changes.c.changed_on == as_of
    )
    stage_of_today = (changes.c.axis == "lifecycle_stage") & (changes.c.changed_on == as_of)
    moved = select(changes.c.customer_id).where(stage_of_today)
    if scope is not None:
        moved = moved.where(scope.customer(changes.c.customer_id))
    entered = (
        select(changes.c.customer_id, func.max(changes.c.changed_on).label("entered_on"))
        .where(changes.c.axis == "lifecycle_stage", changes.c.changed_on < as_of, changes.c.customer_id.in_(moved))
        .group_by(changes.c.customer_id)
    )
    if scope is not None:
        stored = stored.where(scope.customer(metrics.c.customer_id))
        today = today.where(scope.customer(changes.c.customer_id))
    undo = read(connection, today).with_columns(changed=pl.lit(True))
    before = read(connection, stored)
    for axis in AXES:
        old = undo.filter(pl.col("axis") == axis).select("customer_id", "old_value", "changed")
        before = (
            before.join(old, on="customer_id", how="left")
            .with_columns(pl.when("changed").then(pl.col("old_value")).otherwise(pl.col(axis)).alias(axis))
            .drop("old_value", "changed")
        )
    return History(before.filter(pl.col("lifecycle_stage").is_not_null()), read(connection, entered))


def axis_changes(figures: pl.DataFrame, history: History, as_of: date) -> pl.DataFrame:
    """The day's rows of `axis_changes`: all axes of new customers with no old value, else those that changed."""
    new = figures.select("customer_id", *AXES).unpivot(
        index="customer_id", variable_name="axis", value_name="new_value"
    )
    old = history.before.select("customer_id", *AXES).unpivot(
        index="customer_id", variable_name="axis", value_name="old_value"
    )
    known = old.with_columns(known=pl.lit(True))
    return (
        new.join(known, on=["customer_id", "axis"], how="left")
        .filter(pl.col("known").is_null() | pl.col("new_value").ne_missing(pl.col("old_value")))
        .sort("customer_id", "axis")
        .select("customer_id", "axis", pl.lit(as_of).alias("changed_on"), "old_value", "new_value")
    )


def lifecycle_since(figures: pl.DataFrame, history: History, as_of: date) -> pl.DataFrame:
    """`figures` with lifecycle_since: `as_of` where the stage is new, else the day it was entered."""
    before = history.before.select("customer_id", old_stage="lifecycle_stage", old_since="lifecycle_since")
    same = pl.col("lifecycle_stage") == pl.col("old_stage")
    return (
        figures.join(before, on="customer_id", how="left")
        .join(history.entered, on="customer_id", how="left")
        .with_columns(
            lifecycle_since=pl.when(same).then(pl.coalesce("entered_on", "old_since")).otherwise(pl.lit(as_of))
        )
        .drop("old_stage", "old_since", "entered_on")
    )
