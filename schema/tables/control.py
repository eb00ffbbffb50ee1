"""Settings of the tenant and the index that values are looked up in. Neither can be named by a question."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from schema.tables.declarative import Base


class Setting(Base):
    __tablename__ = "settings"
    __table_args__ = {"comment": "Declared thresholds of the tenant, and what the store knows of itself"}

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(String(200), comment="JSON")


class ValueToken(Base):
    __tablename__ = "value_tokens"
    __table_args__ = (
        Index(None, "token", "source", "row_id"),
        Index(None, "source", "row_id"),
        {"comment": "Folded words of names, plates and phones, and the rows that hold them"},
    )

    token: Mapped[str] = mapped_column(String(60), primary_key=True)
    source: Mapped[str] = mapped_column(String(40), primary_key=True, comment="dataset.field of the semantic model")
    row_id: Mapped[int] = mapped_column(primary_key=True)


class FieldValue(Base):
    __tablename__ = "field_values"
    __table_args__ = {"comment": "Distinct values of fields that people ask by: cities, models, products"}

    source: Mapped[str] = mapped_column(String(60), primary_key=True, comment="dataset.field of the semantic model")
    value: Mapped[str] = mapped_column(String(120), primary_key=True)
