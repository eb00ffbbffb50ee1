"""The base tables' columns that the figures need, read once, as polars frames."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import polars as pl
from sqlalchemy import BigInteger, ColumnElement, Connection, Select, Table, cast, func, select, union

from schema.tables import metadata
from tools.intelligence.frames import read
from tools.intelligence.moment import Moment

TABLES = metadata.tables


@dataclass(frozen=True)
class Scope:
    """Which customers and vehicles an incremental refresh reads: two staged tables of ids."""

    customers: Table
    vehicles: Table

    def customer(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        return column.in_(select(self.customers.c.id))

    def vehicle(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        return column.in_(select(self.vehicles.c.id))


@dataclass(frozen=True)
class Base:
    """Frames named as their tables; facts later than the day of the refresh are left out."""

    customers: pl.DataFrame  # wanted: whether figures of this one are asked for
    contact_points: pl.DataFrame
    consents: pl.DataFrame
    ownerships: pl.DataFrame  # open ones
    users: pl.DataFrame
    orders: pl.DataFrame  # with paid and refunded, ₫
    order_items: pl.DataFrame
    vehicles: pl.DataFrame  # with the schedule of model, powertrain and use; has_schedule: whether there is one
    customer_vehicles: pl.DataFrame
    service_records: pl.DataFrame  # of any day; with billed_customer_id and maintenance
    odometer_readings: pl.DataFrame
    appointments: pl.DataFrame  # of any day
    interactions: pl.DataFrame
    complaints: pl.DataFrame  # cases of that kind


def _columns(table: Table, names: str) -> list[ColumnElement[Any]]:
    return [table.c[name] for name in names.split()]


def vehicles_of(customers: Table) -> Select[Any]:
    """Ids of the vehicles on which figures of the staged `customers` rest: had, served or billed."""
    ids = select(customers.c.id)
    held, record, order = TABLES["customer_vehicles"], TABLES["service_records"], TABLES["orders"]
    billed = select(order.c.id).where(order.c.customer_id.in_(ids))
    found = union(
        select(held.c.vehicle_id).where(held.c.customer_id.in_(ids)),
        select(record.c.vehicle_id).where(record.c.customer_id.in_(ids)),
        select(record.c.vehicle_id).where(record.c.order_id.in_(billed)),
    ).subquery()
    return select(found.c.vehicle_id.label("id"))


def read_base(connection: Connection, moment: Moment, scope: Scope | None) -> Base:
    """Everything the figures of the customers in `scope` need; of all customers where it is None."""
    day, evening = moment.as_of, datetime.combine(moment.as_of + timedelta(days=1), time())

    def rows(name: str, columns: str, *where: ColumnElement[bool], by: str | None = "customer_id") -> pl.DataFrame:
        table = TABLES[name]
        statement = select(*_columns(table, columns)).where(*where)
        if scope is not None and by is not None:
            limit = scope.vehicle if by == "vehicle_id" else scope.customer
            statement = statement.where(limit(table.c[by]))
        return read(connection, statement)

    interactions, cases, consents = TABLES["interactions"].c, TABLES["cases"].c, TABLES["consents"].c
    return Base(
        customers=_customers(connection, scope),
        contact_points=rows("contact_points", "customer_id kind is_usable"),
        consents=rows("consents", "id customer_id channel purpose state recorded_at", consents.recorded_at < evening),
        ownerships=rows("ownerships", "id customer_id user_id from_date", TABLES["ownerships"].c.to_date.is_(None)),
        users=rows("users", "id store_id", by=None),
        orders=_orders(connection, moment, scope),
        order_items=_items(connection, moment, scope),
        vehicles=_vehicles(connection, scope),
        customer_vehicles=rows(
            "customer_vehicles",
            "id customer_id vehicle_id relation from_date to_date bought_as purchase_date delivery_date delivery_km"
            " status annual_km",
            by="vehicle_id",
        ),
        service_records=_service_records(connection, scope),
        odometer_readings=rows(
            "odometer_readings", "vehicle_id read_on km", TABLES["odometer_readings"].c.read_on <= day, by="vehicle_id"
        ),
        appointments=_appointments(connection, scope),
        interactions=rows(
            "interactions",
            "id customer_id user_id type direction happened_at outcome sentiment follow_up_due follow_up_done",
            interactions.happened_at < evening,
        ),
        complaints=rows(
            "cases", "id customer_id number status opened_at", cases.kind == "complaint", cases.opened_at < evening
        ),
    )


def _customers(connection: Connection, scope: Scope | None) -> pl.DataFrame:
    """With a scope also the owners of its vehicles, whose marks decide whether a vehicle is listed."""
    table, held = TABLES["customers"], TABLES["customer_vehicles"]
    names = (
        "id kind full_name gender birth_date wedding_anniversary occupation street city preferred_channel"
        " preferred_time source_channel created_store_id home_store_id erased_at merged_into_id deceased_on"
        " do_not_contact"
    )
    statement = select(*_columns(table, names))
    if scope is None:
        return read(connection, statement).with_columns(wanted=pl.lit(True))
    owners = select(held.c.customer_id).where(scope.vehicle(held.c.vehicle_id))
    found = read(connection, statement.where(scope.customer(table.c.id) | table.c.id.in_(owners)))
    wanted = read(connection, select(scope.customers.c.id)).with_columns(wanted=pl.lit(True))
    return found.join(wanted, on="id", how="left").with_columns(pl.col("wanted").fill_null(False))


def _orders(connection: Connection, moment: Moment, scope: Scope | None) -> pl.DataFrame:
    order = TABLES["orders"]

    def sums(name: str, day: str, label: str) -> pl.DataFrame:
        table = TABLES[name]
        total = cast(func.sum(table.c.amount), BigInteger).label(label)
        statement = select(table.c.order_id, total).where(table.c[day] <= moment.as_of).group_by(table.c.order_id)
        if scope is not None:
            statement = statement.where(
                table.c.order_id.in_(select(order.c.id).where(scope.customer(order.c.customer_id)))
            )
        return read(connection, statement)

    names = "id customer_id kind status ordered_on store_id seller_id discount"
    statement = select(*_columns(order, names)).where(order.c.ordered_on <= moment.as_of)
    if scope is not None:
        statement = statement.where(scope.customer(order.c.customer_id))
    return (
        read(connection, statement)
        .join(sums("payments", "paid_on", "paid"), left_on="id", right_on="order_id", how="left")
        .join(sums("refunds", "refunded_on", "refunded"), left_on="id", right_on="order_id", how="left")
        .with_columns(pl.col("paid", "refunded").fill_null(0))
    )


def _items(connection: Connection, moment: Moment, scope: Scope | None) -> pl.DataFrame:
    item, order = TABLES["order_items"], TABLES["orders"]
    statement = select(*_columns(item, "id order_id product_id vehicle_id quantity unit_price unit_cost"))
    if scope is not None:
        wanted = select(order.c.id).where(scope.customer(order.c.customer_id), order.c.ordered_on <= moment.as_of)
        statement = statement.where(item.c.order_id.in_(wanted))
    return read(connection, statement)


def _vehicles(connection: Connection, scope: Scope | None) -> pl.DataFrame:
    vehicle, schedule = TABLES["vehicles"], TABLES["service_schedules"]
    statement = select(
        vehicle.c.id,
        vehicle.c.model_year,
        schedule.c.id.label("schedule_id"),
        *(schedule.c[n] for n in ("first_km", "first_months", "every_km", "every_months")),
    ).select_from(
        vehicle.outerjoin(
            schedule,
            (schedule.c.model_id == vehicle.c.model_id)
            & (schedule.c.powertrain == vehicle.c.powertrain)
            & (schedule.c.use == vehicle.c.use),
        )
    )
    if scope is not None:
        statement = statement.where(scope.vehicle(vehicle.c.id))
    found = read(connection, statement)
    return found.with_columns(has_schedule=pl.col("schedule_id").is_not_null()).drop("schedule_id")


def _service_records(connection: Connection, scope: Scope | None) -> pl.DataFrame:
    record, order = TABLES["service_records"], TABLES["orders"]
    line, operation = TABLES["service_lines"], TABLES["service_operations"]
    names = "id vehicle_id customer_id order_id status visited_on odometer_km"
    statement = select(*_columns(record, names), order.c.customer_id.label("billed_customer_id")).select_from(
        record.outerjoin(order, order.c.id == record.c.order_id)
    )
    kept_up = (
        select(line.c.service_record_id.label("id"))
        .distinct()
        .where(line.c.operation_id.in_(select(operation.c.id).where(operation.c.kind == "maintenance")))
    )
    if scope is not None:
        statement = statement.where(scope.vehicle(record.c.vehicle_id))
        kept_up = kept_up.where(
            line.c.service_record_id.in_(select(record.c.id).where(scope.vehicle(record.c.vehicle_id)))
        )
    maintained = read(connection, kept_up).with_columns(maintenance=pl.lit(True))
    return (
        read(connection, statement)
        .join(maintained, on="id", how="left")
        .with_columns(pl.col("maintenance").fill_null(False))
    )


def _appointments(connection: Connection, scope: Scope | None) -> pl.DataFrame:
    table = TABLES["appointments"]
    statement = select(*_columns(table, "id kind customer_id vehicle_id starts_at status"))
    if scope is not None:
        statement = statement.where(scope.customer(table.c.customer_id) | scope.vehicle(table.c.vehicle_id))
    return read(connection, statement)
