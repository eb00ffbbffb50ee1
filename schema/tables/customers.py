"""Customers, how to reach them, and what they consented to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from schema.tables.declarative import Base, Customers, Follows, Key, choice, pii, scope
from schema.tables.organisation import REGIONS

MESSAGE_CHANNELS = ("call", "sms", "email", "zalo", "post", "push")
SOURCE_CHANNELS = (
    "facebook", "tiktok", "youtube", "zalo", "event", "showroom", "web", "referral", "phone",
)  # fmt: skip
TIME_BANDS = ("08-10", "10-12", "12-14", "14-16", "16-17")


class Customer(Base):
    __tablename__ = "customers"
    __table_args__ = (
        Index(None, "name_folded"),
        Index(None, "home_store_id"),
        Index(None, "city"),
        Index(None, "merged_into_id"),
        {"comment": "People and businesses; the id is the public number, shown as #12345", "info": scope(Customers())},
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(choice("kind", "individual", "business"))
    family_name: Mapped[str | None] = mapped_column(String(60), info=pii(), comment="with middle name: Nguyễn Văn")
    given_name: Mapped[str | None] = mapped_column(String(40), info=pii())
    business_name: Mapped[str | None] = mapped_column(String(120), info=pii())
    full_name: Mapped[str] = mapped_column(String(140), info=pii(), comment="family name first; a business: its name")
    name_folded: Mapped[str] = mapped_column(String(140), info=pii(), comment="full name, lower case, no accents")
    gender: Mapped[str | None] = mapped_column(choice("gender", "female", "male", "other"))
    birth_date: Mapped[date | None] = mapped_column(info=pii(), comment="1900-01-01 is a placeholder")
    marital_status: Mapped[str | None] = mapped_column(
        choice("marital_status", "single", "married", "divorced", "widowed")
    )
    wedding_anniversary: Mapped[date | None] = mapped_column(info=pii())
    occupation: Mapped[str | None] = mapped_column(String(60), comment="N/A is a placeholder")
    income_range: Mapped[str | None] = mapped_column(
        choice("income_range", "under_15m", "15m_30m", "30m_60m", "60m_120m", "over_120m"), comment="₫ a month"
    )
    education: Mapped[str | None] = mapped_column(
        choice("education", "secondary", "college", "bachelor", "master", "doctorate")
    )
    street: Mapped[str | None] = mapped_column(String(120), info=pii())
    district: Mapped[str | None] = mapped_column(String(60))
    city: Mapped[str | None] = mapped_column(String(60))
    province: Mapped[str | None] = mapped_column(String(60))
    region: Mapped[str | None] = mapped_column(choice("region", *REGIONS))
    country: Mapped[str] = mapped_column(String(2), default="VN")
    identity_number: Mapped[str | None] = mapped_column(String(20), info=pii("admin"), comment="masked: •••••••••123")
    preferred_channel: Mapped[str | None] = mapped_column(choice("preferred_channel", *MESSAGE_CHANNELS))
    preferred_time: Mapped[str | None] = mapped_column(choice("preferred_time", *TIME_BANDS))
    language: Mapped[str] = mapped_column(choice("language", "vi", "en"))
    source_channel: Mapped[str | None] = mapped_column(choice("source_channel", *SOURCE_CHANNELS))
    created_store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), comment="where the record was made")
    home_store_id: Mapped[int | None] = mapped_column(
        ForeignKey("stores.id"),
        comment="of the owner, else last transaction, else where made; kept by refresh",
    )
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)
    erased_at: Mapped[datetime | None] = mapped_column(comment="identity removed on request; facts stay in totals")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), comment="the surviving record")
    deceased_on: Mapped[date | None]
    do_not_contact: Mapped[bool] = mapped_column(default=False)


class CustomerTag(Base):
    __tablename__ = "customer_tags"
    __table_args__ = {"comment": "Free labels of a customer", "info": scope(Follows("customer_id", "customers"))}

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


CONSENT_PURPOSES = ("service", "marketing", "survey")
CONSENT_STATES = ("granted", "denied", "revoked")


class ContactPoint(Base):
    __tablename__ = "contact_points"
    __table_args__ = (
        Index(None, "value"),
        Index(None, "customer_id"),
        {"comment": "Phones, e-mails, Zalo and other handles", "info": scope(Follows("customer_id", "customers"))},
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(choice("kind", "mobile", "landline", "other_phone", "email", "zalo", "handle"))
    value_written: Mapped[str] = mapped_column(String(120), info=pii(), comment="as somebody wrote it")
    value: Mapped[str] = mapped_column(String(120), info=pii(), comment="normalised: 0xxxxxxxxx, lower-case e-mail")
    is_primary: Mapped[bool]
    is_usable: Mapped[bool] = mapped_column(comment="well formed and no placeholder")


class Consent(Base):
    __tablename__ = "consents"
    __table_args__ = (
        Index(None, "customer_id", "channel", "purpose", "recorded_at"),
        {
            "comment": "One row a change; the latest of a channel and purpose holds; silence is no consent",
            "info": scope(Follows("customer_id", "customers")),
        },
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    channel: Mapped[str] = mapped_column(choice("channel", *MESSAGE_CHANNELS))
    purpose: Mapped[str] = mapped_column(choice("purpose", *CONSENT_PURPOSES))
    state: Mapped[str] = mapped_column(choice("state", *CONSENT_STATES))
    source: Mapped[str] = mapped_column(choice("source", "showroom_form", "web_form", "phone", "zalo", "import"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
