"""The workshop: operations, appointments, service records and their lines."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Computed, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from schema.tables.declarative import Base, Follows, Key, Money, Open, choice, scope


class ServiceOperation(Base):
    __tablename__ = "service_operations"
    __table_args__ = {"comment": "Catalogue of workshop jobs", "info": scope(Open())}

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    name_vi: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(choice("kind", "maintenance", "repair", "tyre", "body", "accident", "warranty"))
    list_price: Mapped[Money]


class Appointment(Base):
    __tablename__ = "appointments"
    __table_args__ = (
        Index(None, "customer_id"),
        Index(None, "store_id", "starts_at"),
        Index(None, "starts_at"),
        Index(None, "vehicle_id"),
        {
            "comment": "Bookings for service, test drive or delivery",
            "info": scope(Follows("customer_id", "customers", store="store_id", opens=True)),
        },
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(choice("kind", "service", "test_drive", "delivery"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("vehicles.id"))
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    starts_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(choice("status", "booked", "kept", "missed", "cancelled"))
    booked_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class ServiceRecord(Base):
    __tablename__ = "service_records"
    __table_args__ = (
        Index(None, "vehicle_id"),
        Index(None, "customer_id", "visited_on"),
        Index(None, "store_id", "customer_id"),
        Index(None, "visited_on"),
        Index(None, "order_id"),
        {
            "comment": "Workshop records; a completed one is a visit",
            "info": scope(Follows("customer_id", "customers", store="store_id", opens=True)),
        },
    )

    id: Mapped[Key]
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"))
    customer_id: Mapped[int | None] = mapped_column(
        ForeignKey("customers.id"), comment="of the order that bills it, else the owner on that day; kept by refresh"
    )
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    advisor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), comment="bills it; none: free of charge")
    status: Mapped[str] = mapped_column(choice("status", "open", "completed", "cancelled"))
    in_date: Mapped[date]
    out_date: Mapped[date | None]
    visited_on: Mapped[date] = mapped_column(
        Date, Computed("coalesce(out_date, in_date)", persisted=True), comment="out date, else in date"
    )
    odometer_km: Mapped[int | None]


class ServiceLine(Base):
    __tablename__ = "service_lines"
    __table_args__ = (
        Index(None, "service_record_id"),
        {"comment": "Jobs done at a visit", "info": scope(Follows("service_record_id", "service_records"))},
    )

    id: Mapped[Key]
    service_record_id: Mapped[int] = mapped_column(ForeignKey("service_records.id"))
    operation_id: Mapped[int] = mapped_column(ForeignKey("service_operations.id"))
    amount: Mapped[Money] = mapped_column(comment="0: free of charge or under warranty")
