"""Stores, users, and who owned which customer when."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from schema.tables.declarative import Base, Follows, Key, Open, choice, scope

ROLES = (
    "sales_rep", "service_advisor", "technician", "store_manager",
    "marketing", "data_analyst", "customer_service", "admin",
)  # fmt: skip
REGIONS = ("North", "Central", "South")


class Store(Base):
    __tablename__ = "stores"
    __table_args__ = {"comment": "Showrooms of the group, each with its workshop", "info": scope(Open())}

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(80), unique=True, comment="as people call it: brand, city, district")
    brand: Mapped[str] = mapped_column(String(40), comment="make it sells")
    district: Mapped[str] = mapped_column(String(60))
    city: Mapped[str] = mapped_column(String(60), index=True)
    region: Mapped[str] = mapped_column(choice("region", *REGIONS))
    opened_on: Mapped[date]
    workshop_days: Mapped[str] = mapped_column(String(7), comment="weekdays the workshop is open, 1 = Monday: 123456")


class User(Base):
    __tablename__ = "users"
    __table_args__ = {"comment": "Staff of the group, present and departed", "info": scope(Open())}

    id: Mapped[Key]
    login: Mapped[str] = mapped_column(String(60), unique=True)
    family_name: Mapped[str] = mapped_column(String(60), comment="with middle name: Nguyễn Văn")
    given_name: Mapped[str] = mapped_column(String(40))
    full_name: Mapped[str] = mapped_column(String(100), comment="family name first")
    role: Mapped[str] = mapped_column(choice("role", *ROLES))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"), index=True, comment="none: the group")
    hired_on: Mapped[date]
    left_on: Mapped[date | None] = mapped_column(comment="none: still here")


class Ownership(Base):
    __tablename__ = "ownerships"
    __table_args__ = (
        Index(None, "user_id", "to_date", "customer_id"),
        Index(None, "customer_id", "to_date"),
        {
            "comment": "Which user owned a customer, and when",
            "info": scope(Follows("customer_id", "customers")),
        },
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    from_date: Mapped[date]
    to_date: Mapped[date | None] = mapped_column(comment="none: owns the customer now")
    reason: Mapped[str] = mapped_column(choice("reason", "assigned", "handover", "left_company", "request", "moved"))
