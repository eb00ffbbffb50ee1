"""Which tables and columns a query may name, whose rows are whose, and which columns are closed to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Date, DateTime, MetaData

from schema.tables.declarative import Open, Pii, Scope


@dataclass(frozen=True)
class CatalogTable:
    """One table, as plain data."""

    name: str
    columns: tuple[str, ...]
    scope: Scope = field(default_factory=Open)
    key: str | None = None  # its one-column primary key
    nullable: frozenset[str] = frozenset()
    temporal: frozenset[str] = frozenset()  # dates and timestamps
    readers: Mapping[str, frozenset[str]] = field(default_factory=dict)  # closed column -> the roles that may read it

    def closed_to(self, role: str) -> frozenset[str]:
        """The columns that a user of this role reads as NULL and may not name."""
        return frozenset(column for column, roles in self.readers.items() if role not in roles)


@dataclass(frozen=True)
class Catalog:
    """The tables by their name in the database. What is not in it does not exist for a query."""

    tables: Mapping[str, CatalogTable]

    @staticmethod
    def of_tables(metadata: MetaData | None = None) -> Catalog:
        """From the marks in schema/tables (or in `metadata`): tables without a scope mark are left out."""
        if metadata is None:
            from schema.tables import metadata as store_metadata  # a foreign catalog needs none of it

            metadata = store_metadata
        tables = {}
        for table in metadata.tables.values():
            if "scope" not in table.info:
                continue
            keys = [c.name for c in table.primary_key.columns]
            pii = {c.name: c.info["pii"] for c in table.columns if isinstance(c.info.get("pii"), Pii)}
            tables[table.name] = CatalogTable(
                table.name,
                tuple(c.name for c in table.columns),
                table.info["scope"],
                keys[0] if len(keys) == 1 else None,
                frozenset(c.name for c in table.columns if c.nullable),
                frozenset(c.name for c in table.columns if isinstance(c.type, (Date, DateTime))),
                {name: mark.roles for name, mark in pii.items() if mark.roles},
            )
        return Catalog(tables)

    @staticmethod
    def of_columns(columns: Mapping[str, Sequence[str]]) -> Catalog:
        """A foreign database: every row and column of these tables is open to every user."""
        return Catalog({name: CatalogTable(name, tuple(names)) for name, names in columns.items()})
