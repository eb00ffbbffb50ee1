"""What was said between the group and a customer: interactions, notes and cases."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from schema.tables.declarative import Base, Follows, Key, choice, scope


class Interaction(Base):
    __tablename__ = "interactions"
    __table_args__ = (
        Index(None, "customer_id", "happened_at"),
        Index(None, "happened_at"),
        {
            "comment": "Calls, messages and meetings, either way",
            "info": scope(Follows("customer_id", "customers", user="user_id")),
        },
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    type: Mapped[str] = mapped_column(
        choice("type", "call", "email", "sms", "zalo", "whatsapp", "in_person", "web", "social")
    )
    purpose: Mapped[str] = mapped_column(choice("purpose", "service", "advertising"))
    direction: Mapped[str] = mapped_column(choice("direction", "inbound", "outbound"))
    happened_at: Mapped[datetime]
    duration_s: Mapped[int | None] = mapped_column(comment="seconds; none: not timed")
    subject: Mapped[str | None] = mapped_column(String(120))
    content: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(
        choice("outcome", "answered", "no_answer", "interested", "refused", "promised", "booked")
    )
    sentiment: Mapped[str | None] = mapped_column(choice("sentiment", "positive", "neutral", "negative"))
    follow_up_due: Mapped[date | None]
    follow_up_done: Mapped[date | None]


class Note(Base):
    __tablename__ = "notes"
    __table_args__ = (
        Index(None, "customer_id", "written_at"),
        {"comment": "Notes that staff write about a customer", "info": scope(Follows("customer_id", "customers"))},
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(choice("language", "vi", "en"))
    text: Mapped[str] = mapped_column(Text)


class Case(Base):
    __tablename__ = "cases"
    __table_args__ = (
        Index(None, "customer_id"),
        Index(None, "opened_at"),
        {
            "comment": "Complaints and requests",
            "info": scope(Follows("customer_id", "customers", store="store_id", user="owner_id")),
        },
    )

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(String(20), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(choice("kind", "complaint", "request"))
    category: Mapped[str] = mapped_column(
        choice("category", "waiting_time", "repair_quality", "price", "staff", "delivery", "product", "billing")
    )
    subject: Mapped[str] = mapped_column(String(160))
    priority: Mapped[str] = mapped_column(choice("priority", "low", "medium", "high", "urgent"))
    status: Mapped[str] = mapped_column(choice("status", "open", "in_progress", "resolved", "closed"))
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    opened_at: Mapped[datetime]
    sla_due_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    resolution: Mapped[str | None] = mapped_column(Text)
