"""Vehicles, whose they are, and when they should be serviced."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from schema.tables.declarative import Base, FollowedBy, Follows, Key, Money, Open, choice, pii, scope

POWERTRAINS = ("petrol", "diesel", "hybrid", "electric")
USES = ("private", "taxi", "rental", "company")


class VehicleModel(Base):
    __tablename__ = "vehicle_models"
    __table_args__ = (
        UniqueConstraint("make", "name"),
        {"comment": "Models that the group sells or services", "info": scope(Open())},
    )

    id: Mapped[Key]
    make: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60), comment="model name without the make: CX-5")
    body_type: Mapped[str] = mapped_column(choice("body_type", "sedan", "hatchback", "suv", "mpv", "pickup"))
    segment: Mapped[str] = mapped_column(String(2), comment="A to E by size")
    list_price: Mapped[Money]


class Vehicle(Base):
    __tablename__ = "vehicles"
    __table_args__ = (
        Index(None, "plate"),
        Index(None, "model_id"),
        {"comment": "Cars known to the group", "info": scope(FollowedBy("vehicle_id", "customer_vehicles"))},
    )

    id: Mapped[Key]
    vin: Mapped[str | None] = mapped_column(String(17), index=True, info=pii())
    plate: Mapped[str | None] = mapped_column(String(16), info=pii(), comment="normalised: 30A-123.45")
    model_id: Mapped[int | None] = mapped_column(ForeignKey("vehicle_models.id"), comment="none: model unknown")
    trim: Mapped[str | None] = mapped_column(String(40))
    model_year: Mapped[int | None]
    powertrain: Mapped[str | None] = mapped_column(choice("powertrain", *POWERTRAINS))
    use: Mapped[str] = mapped_column(choice("use", *USES))
    colour: Mapped[str | None] = mapped_column(
        choice("colour", "white", "black", "silver", "grey", "red", "blue", "brown", "green")
    )


class CustomerVehicle(Base):
    __tablename__ = "customer_vehicles"
    __table_args__ = (
        Index(None, "customer_id"),
        Index(None, "vehicle_id"),
        {"comment": "Who has or had which vehicle, and how", "info": scope(Follows("customer_id", "customers"))},
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"))
    relation: Mapped[str] = mapped_column(choice("relation", "owner", "co_owner", "driver"))
    from_date: Mapped[date]
    to_date: Mapped[date | None]
    bought_as: Mapped[str | None] = mapped_column(choice("bought_as", "new", "used", "certified"))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"), comment="where bought; none: elsewhere")
    purchase_date: Mapped[date | None]
    delivery_date: Mapped[date | None]
    delivery_km: Mapped[int | None] = mapped_column(comment="odometer at delivery; none: unknown, 0 if sold new")
    finance_type: Mapped[str | None] = mapped_column(choice("finance_type", "cash", "loan", "lease"))
    trade_in_date: Mapped[date | None]
    status: Mapped[str] = mapped_column(choice("status", "active", "sold", "traded"))
    annual_km: Mapped[int | None] = mapped_column(comment="annual mileage as the customer said")


class ServiceSchedule(Base):
    __tablename__ = "service_schedules"
    __table_args__ = (
        UniqueConstraint("model_id", "powertrain", "use"),
        {"comment": "Maintenance intervals by model, powertrain and use", "info": scope(Open())},
    )

    id: Mapped[Key]
    model_id: Mapped[int] = mapped_column(ForeignKey("vehicle_models.id"))
    powertrain: Mapped[str] = mapped_column(choice("powertrain", *POWERTRAINS))
    use: Mapped[str] = mapped_column(choice("use", *USES))
    first_km: Mapped[int | None]
    first_months: Mapped[int | None]
    every_km: Mapped[int | None] = mapped_column(comment="none: this branch is off")
    every_months: Mapped[int | None] = mapped_column(comment="none: this branch is off")


class OdometerReading(Base):
    __tablename__ = "odometer_readings"
    __table_args__ = (
        Index(None, "vehicle_id", "read_on"),
        {"comment": "Readings beside those of visits and deliveries", "info": scope(Follows("vehicle_id", "vehicles"))},
    )

    id: Mapped[Key]
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"))
    read_on: Mapped[date]
    km: Mapped[int]
    source: Mapped[str] = mapped_column(choice("source", "customer", "inspection", "telematics", "appraisal"))
