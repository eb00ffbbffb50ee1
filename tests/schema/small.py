"""A tiny chain of shops: an Ossie document built in Python, and its rows, few enough to add up by hand.

People live in cities, buy at shops (a sale has items of products) and bring things back (returns, a second fact with
nothing in common with sales but the shop and the person). Figures are one to one with people; offers point at prices by
two columns. Today is Friday 20 November 2026.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Engine, Integer, MetaData, String, Table

from schema.compiler import Compiled, Compiler
from schema.expressions import Clock, Dialect
from schema.loading import parse_model
from schema.model import SemanticModel
from schema.query import SemanticQuery

NOW = datetime(2026, 11, 20, 10)
Row = tuple[Any, ...]

metadata = MetaData()
_TYPES = {"int": Integer, "str": String, "date": Date, "time": DateTime, "bool": Boolean}


def _table(name: str, columns: str) -> None:
    """`columns`: name:type, with * for those of the key."""
    made = [
        Column(c.rstrip("*"), _TYPES[t], primary_key=c.endswith("*"))
        for c, t in (part.split(":") for part in columns.split())
    ]
    Table(name, metadata, *made)


_table("shops", "id*:int name:str city:str Group:str")
_table("people", "id*:int name:str born:date city:str gone_on:date")
_table("figures", "person_id*:int score:int")
_table("products", "id*:int name:str category:str")
_table("sales", "id*:int person_id:int shop_id:int sold_on:date paid_on:date amount:int kind:str online:bool")
_table("items", "id*:int sale_id:int product_id:int amount:int")
_table("returns", "id*:int person_id:int shop_id:int returned_at:time amount:int")
_table("prices", "shop_id*:int product_id*:int price:int")
_table("offers", "id*:int shop_id:int product_id:int")

D = date
ROWS: dict[str, list[Row]] = {
    "shops": [(1, "Alpha", "Hà Nội", "red"), (2, "Beta", "Huế", "red"), (3, "Gamma", None, "blue")],
    "people": [
        (1, "An", D(1990, 12, 31), "Hà Nội", None),
        (2, "Bình", D(2000, 2, 29), "Huế", None),
        (3, "Chi", D(1985, 1, 1), None, None),
        (4, "Dung", None, "Hà Nội", None),
        (5, "Em", D(1970, 6, 15), "Huế", D(2026, 1, 15)),  # gone: no row of the dataset people, but her sale stays
    ],
    "figures": [(1, 9), (2, 3), (3, None)],
    "products": [(1, "Ball", "sport"), (2, "Book", "paper"), (3, "Bat", "sport")],
    "sales": [
        (1, 1, 1, D(2025, 12, 31), D(2026, 1, 2), 100, "toys", True),  # Wednesday
        (2, 1, 1, D(2026, 1, 1), D(2026, 1, 1), 200, "books", False),
        (3, 2, 1, D(2026, 1, 4), D(2026, 1, 4), 300, "toys", False),  # Sunday
        (4, 2, 2, D(2026, 1, 5), D(2026, 2, 1), 400, None, True),  # Monday
        (5, 3, 2, D(2026, 3, 31), D(2026, 3, 31), 500, "books", False),
        (6, 5, 2, D(2026, 4, 1), D(2026, 4, 1), 600, "toys", False),
        (7, None, 1, D(2026, 4, 30), None, 700, "toys", True),
    ],
    "items": [
        (1, 1, 1, 60), (2, 1, 2, 40), (3, 2, 2, 200), (4, 3, 1, 100), (5, 3, 1, 150), (6, 3, 3, 50),
        (7, 4, 2, 400), (8, 5, 3, 500), (9, 6, 1, 600), (10, 7, 3, 700),
    ],
    "returns": [
        (1, 1, 1, datetime(2026, 1, 31, 23, 30), 50),
        (2, 2, 2, datetime(2026, 2, 1), 30),
        (3, 2, 2, datetime(2026, 2, 15, 12), 20),
        (4, 3, 3, datetime(2026, 3, 10, 9), 70),
    ],
    "prices": [(1, 1, 10), (1, 2, 20), (2, 1, 30)],
    "offers": [(1, 1, 1), (2, 2, 1), (3, 2, 1)],
}  # fmt: skip

DATATYPES = {"int": "Integer", "str": "String", "date": "Date", "time": "DateTime", "bool": "Boolean"}


def ansi(expression: str) -> dict[str, Any]:
    return {"dialects": [{"dialect": "ANSI_SQL", "expression": expression}]}


def ours(**data: Any) -> list[dict[str, str]]:
    """What Ossie has no word for."""
    return [{"vendor_name": "LIFECYCLE", "data": json.dumps(data)}]


def field(name: str, datatype: str, expression: str | None = None, **data: Any) -> dict[str, Any]:
    out = {"name": name, "datatype": datatype, "expression": ansi(expression or name)}
    return out | {"custom_extensions": ours(**data)} if data else out


def metric(name: str, expression: str, datatype: str = "Float", **data: Any) -> dict[str, Any]:
    return {
        "name": name,
        "datatype": datatype,
        "expression": ansi(expression),
        "custom_extensions": ours(**data),
    }


def _dataset(table: Table, extra: Sequence[dict[str, Any]] = (), **data: Any) -> dict[str, Any]:
    types = {v: k for k, v in _TYPES.items()}
    plain = [field(str(c.name), DATATYPES[types[type(c.type)]]) for c in table.columns if c.name != "Group"]
    return {
        "name": str(table.name),
        "source": str(table.name),
        "primary_key": [str(c.name) for c in table.primary_key],
        "fields": [*plain, *extra],
        "custom_extensions": ours(**data),
    }


def _filter(name: str, expression: str, **more: Any) -> dict[str, Any]:
    words = {"label": name, "label_vi": name, "description": name}
    return {"name": name, "expression": expression, **words, **more}


def _to(many: str, one: str, column: str, key: str = "id") -> dict[str, Any]:
    return {"name": f"{many}_{one}", "from": many, "to": one, "from_columns": [column], "to_columns": [key]}


def document() -> dict[str, Any]:
    """A fresh Ossie document of the chain, to be changed at will."""
    t = metadata.tables
    datasets = [
        _dataset(t["shops"], [field("chain", "String", '"Group"')], name_field="name"),
        _dataset(
            t["people"],
            [
                field("age", "Integer", "YEARS_SINCE(born)", unit="years"),
                field("days_known", "Integer", "DAYS_BETWEEN(TODAY(), born)", detail=True),
            ],
            labels="people",
            label_vi="người",
            id_as="person_id",
            name_field="name",
            name_as="person",
            list=["people.city"],
            where="people.gone_on IS NULL",
            filters=[
                _filter("regular", "figures.score >= 5", order=["-figures.score"]),
                _filter("birthday", "people.born IS NOT NULL", time="people.born", recurs=True),
            ],
        ),
        _dataset(t["figures"]),
        _dataset(t["products"], name_field="name", name_as="product"),
        _dataset(
            t["sales"],
            time="sales.sold_on",
            order=["-sales.sold_on"],
            filters=[_filter("big", "sales.amount >= 500", time="sales.sold_on")],
        ),
        _dataset(t["items"], time="sales.sold_on"),
        _dataset(t["returns"], time="returns.returned_at"),
        _dataset(t["prices"]),
        _dataset(t["offers"]),
    ]
    relationships = [
        _to("figures", "people", "person_id"),
        _to("sales", "people", "person_id"),
        _to("sales", "shops", "shop_id"),
        _to("items", "sales", "sale_id"),
        _to("items", "products", "product_id"),
        _to("returns", "people", "person_id"),
        _to("returns", "shops", "shop_id"),
        {
            "name": "offer_price", "from": "offers", "to": "prices",
            "from_columns": ["shop_id", "product_id"], "to_columns": ["shop_id", "product_id"],
        },
    ]  # fmt: skip
    metrics = [
        metric("revenue", "SUM(sales.amount)", "Integer", at={"items": "SUM(items.amount)"}),
        metric(
            "basket",
            "SUM(sales.amount) / COUNT(sales.id)",
            at={"items": "SUM(items.amount) / COUNT(DISTINCT items.sale_id)"},
            n="COUNT(sales.id)",
        ),
        metric("sale_count", "COUNT(sales.id)", "Integer"),
        metric("buyers", "COUNT(DISTINCT sales.person_id)", "Integer"),
        metric("paid", "SUM(sales.amount)", "Integer", time="sales.paid_on"),
        metric("returned", "SUM(returns.amount)", "Integer"),
        metric("returned_rate", "SUM(returns.amount) / SUM(sales.amount)"),
        metric("average_age", "AVG(people.age)", n="COUNT(people.age)"),
        metric(
            "online_amount",
            "SUM(CASE WHEN sales.online THEN sales.amount ELSE 0 END) / SUM(CASE WHEN sales.online THEN 1 ELSE 0 END)",
        ),
        metric("spread", "MEDIAN(sales.amount) - MEDIAN(items.amount)"),
    ]
    whole = {
        "name": "chain",
        "datasets": datasets,
        "relationships": relationships,
        "metrics": metrics,
        "custom_extensions": ours(subject="people"),
    }
    return {"version": "0.2.0.dev0", "semantic_model": [whole]}


def model() -> SemanticModel:
    return parse_model(document())


def fill(engine: Engine) -> None:
    """Create the tables and their rows."""
    metadata.create_all(engine)
    with engine.begin() as connection:
        for name, rows in ROWS.items():
            table = metadata.tables[name]
            connection.execute(table.insert(), [dict(zip(table.columns.keys(), row, strict=True)) for row in rows])


class Chain:
    """The chain in one database, asked by typed queries."""

    def __init__(self, engine: Engine, now: datetime = NOW) -> None:
        self.engine, self.dialect = engine, "postgres" if engine.dialect.name == "postgresql" else "sqlite"
        dialect: Dialect = "postgres" if self.dialect == "postgres" else "sqlite"
        self.compiler = Compiler(model(), Clock(now), dialect)

    def at(self, now: datetime) -> Chain:
        """The same rows, asked at another moment."""
        return Chain(self.engine, now)

    def compile(self, **query: Any) -> Compiled:
        return self.compiler.compile(SemanticQuery.model_validate(query))

    def rows(self, **query: Any) -> list[Row]:
        """The rows in order; dates and times as ISO text, numbers as Python's, whichever the database."""
        return self.run(self.compile(**query).tree)

    def table(self, **query: Any) -> dict[Any, Any]:
        """The rows by their first cell: the one other cell, or all others."""
        rows = self.rows(**query)
        out = {row[0]: row[1] if len(row) == 2 else row[1:] for row in rows}
        assert len(out) == len(rows), "a group came twice"
        return out

    def ids(self, **query: Any) -> list[Any]:
        """The column id, or that of the subject, of each row."""
        compiled = self.compile(**query)
        names = [c.name for c in compiled.columns]
        place = names.index("id" if "id" in names else "person_id")
        return [row[place] for row in self.run(compiled.tree)]

    def count(self, **query: Any) -> int:
        return int(self.run(self.compile(**query).count)[0][0])

    def run(self, tree: Any) -> list[Row]:
        with self.engine.connect().execution_options(no_parameters=True) as connection:
            found = connection.exec_driver_sql(tree.sql(self.dialect))
            return [tuple(map(_plain, row)) for row in found]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else value[:19] if isinstance(value, str) else value
