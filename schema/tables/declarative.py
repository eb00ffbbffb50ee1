"""The declarative base, the column types and the marks that every table is written with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from sqlalchemy import BigInteger, Enum, MetaData
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables of the customer store."""

    metadata = MetaData(naming_convention=NAMING)


Key = Annotated[int, mapped_column(primary_key=True)]
Money = Annotated[int, mapped_column(BigInteger)]  # whole Vietnamese dong


def choice(name: str, *values: str) -> Enum:
    """A text column held to `values` by a check constraint; `name` is unique in its table."""
    return Enum(*values, name=name, native_enum=False, create_constraint=True, validate_strings=True)


@dataclass(frozen=True)
class Open:
    """Every user sees every row."""


@dataclass(frozen=True)
class Customers:
    """The customers' own table: visible by role scope (own, store, group)."""


@dataclass(frozen=True)
class Follows:
    """A row is visible where the row of `table` that `column` points to is.

    With `column` empty, the row follows its store or user, by the columns `store` and `user`, where it has them.
    `opens`: a row at a store makes its customer visible to that store (orders, visits, appointments).
    """

    column: str
    table: str
    store: str | None = None
    user: str | None = None
    opens: bool = False


@dataclass(frozen=True)
class FollowedBy:
    """A row is visible where a visible row of `table` points at it by `column` (a vehicle, by its customers)."""

    column: str
    table: str


Scope = Open | Customers | Follows | FollowedBy


@dataclass(frozen=True)
class Pii:
    """A personal field. `roles`: who may read it; empty means every role that sees the row."""

    roles: frozenset[str] = field(default_factory=frozenset)


def scope(mark: Scope) -> dict[str, Any]:
    """The `info=` of a table. A table without this mark can't be named by a question at all."""
    return {"scope": mark}


def pii(*roles: str) -> dict[str, Any]:
    """The `info=` of a personal column; with `roles`, all other roles read NULL and may not name it."""
    return {"pii": Pii(frozenset(roles))}
