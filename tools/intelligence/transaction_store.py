"""Stores transactions and their items, of which few change from day to day: only those rows are written."""

from __future__ import annotations

import polars as pl
from sqlalchemy import ColumnElement, Connection, Table, delete, select

from tools.intelligence.base import TABLES, Scope
from tools.intelligence.frames import read, stage, write


def write_transactions(
    connection: Connection, transactions: pl.DataFrame, items: pl.DataFrame, scope: Scope | None
) -> None:
    """Bring both tables to the rows given; with a scope those of its customers, as they are and as they were."""
    order, item = TABLES["transactions"], TABLES["transaction_items"]
    of_order, of_item = _theirs(order.c.order_id, scope), _theirs(item.c.order_id, scope)
    stored = _stored(connection, order, of_order)
    gone, new = _differences(stored, transactions.select(stored.columns), "order_id", pl.lit(False))
    rewritten = gone["order_id"]
    stored = _stored(connection, item, of_item)
    of_rewritten = pl.col("order_id").is_in(rewritten.implode())
    lost, added = _differences(stored, items.select(stored.columns), "order_item_id", of_rewritten)
    _delete(connection, item, "order_item_id", lost)
    _delete(connection, order, "order_id", gone)
    write(connection, order, new)
    write(connection, item, added)


def _theirs(order_id: ColumnElement[int], scope: Scope | None) -> list[ColumnElement[bool]]:
    if scope is None:
        return []
    orders, found = TABLES["orders"], TABLES["transactions"]
    return [
        order_id.in_(select(orders.c.id).where(scope.customer(orders.c.customer_id)))
        | order_id.in_(select(found.c.order_id).where(scope.customer(found.c.customer_id)))
    ]


def _stored(connection: Connection, table: Table, where: list[ColumnElement[bool]]) -> pl.DataFrame:
    return read(connection, select(table).where(*where))


def _differences(
    stored: pl.DataFrame, new: pl.DataFrame, key: str, anyway: pl.Expr
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of `stored` to delete and those of `new` to write, by key; where `anyway` holds, equal ones too."""
    same = stored.join(new, on=new.columns, how="semi", nulls_equal=True).filter(~anyway).select(key)
    return stored.join(same, on=key, how="anti"), new.join(same, on=key, how="anti")


def _delete(connection: Connection, table: Table, key: str, rows: pl.DataFrame) -> None:
    if rows.is_empty():
        return
    staged = stage(connection, f"refresh_{table.name}", key, rows=rows)
    connection.execute(delete(table).where(table.c[key].in_(select(staged.c[key]))))
    staged.drop(connection)
