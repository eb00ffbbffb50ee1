"""Facts of merged customers go to the survivor, the most restrictive consent with them.

Source: business definitions, Counting (customers) and Consent (merge). Doing it again changes nothing.
"""

from __future__ import annotations

from datetime import date

import polars as pl
from sqlalchemy import Column, Connection, Table, delete, func, insert, select, update

from schema.tables import computed, metadata
from tools.intelligence.base import TABLES
from tools.intelligence.errors import RefreshError
from tools.intelligence.frames import read, stage, write

NEEDS = ("customers", "consents", "ownerships")
_COMPUTED = {
    computed.Transaction, computed.CustomerMetric, computed.VehicleMetric, computed.AxisChange, computed.CutPoint
}  # fmt: skip


def survivors(connection: Connection) -> dict[int, int]:
    """The survivor of each merged customer, chains followed.

    Raises:
        RefreshError: customers that are merged into each other.
    """
    customers = TABLES["customers"].c
    rows = connection.execute(
        select(customers.id, customers.merged_into_id).where(customers.merged_into_id.is_not(None))
    ).tuples()
    into = {loser: survivor for loser, survivor in rows if survivor is not None}
    ends = {}
    for loser, end in into.items():
        seen = {loser}
        while end in into:
            if end in seen:
                raise RefreshError(f"customers {', '.join(f'#{c}' for c in sorted(seen))} are merged into each other")
            seen.add(end)
            end = into[end]
        ends[loser] = end
    return ends


def move_merged(connection: Connection, into: dict[int, int], as_of: date) -> None:
    """Move every row of a base table that names a customer in `into` to his survivor there."""
    if not into:
        return
    rows = pl.DataFrame(list(into.items()), schema={"loser": pl.Int64, "survivor": pl.Int64}, orient="row")
    pairs = stage(connection, "refresh_merged", "loser", "survivor", rows=rows)
    _unite_marks(connection, pairs)
    _unite_consents(connection, pairs)
    _unite_ownerships(connection, pairs, as_of)
    for column in customer_columns():
        _move(connection, column, pairs)
    pairs.drop(connection)


def customer_columns() -> list[Column[int]]:
    """The columns of the base tables that point to a customer; not the customers' own, nor computed ones."""
    own = {c.__table__ for c in _COMPUTED} | {TABLES["customers"]}
    return [
        column
        for table in metadata.sorted_tables
        if table not in own
        for column in table.columns
        if any(key.column is TABLES["customers"].c.id for key in column.foreign_keys)
    ]


def _move(connection: Connection, column: Column[int], pairs: Table) -> None:
    table = column.table
    assert isinstance(table, Table)
    losers = select(pairs.c.loser)
    if not column.primary_key:
        survivor = select(pairs.c.survivor).where(pairs.c.loser == column).scalar_subquery()
        connection.execute(update(table).where(column.in_(losers)).values({column: survivor}))
        return
    rest = [c for c in table.columns if c is not column]
    held = select(table).alias("held")
    moved = select(pairs.c.survivor, *rest).select_from(table.join(pairs, pairs.c.loser == column)).distinct()
    keys = [held.c[c.name] == c for c in rest if c.primary_key]
    moved = moved.where(~select(held).where(held.c[column.name] == pairs.c.survivor, *keys).exists())
    connection.execute(insert(table).from_select([column, *rest], moved))
    connection.execute(delete(table).where(column.in_(losers)))


def _unite_marks(connection: Connection, pairs: Table) -> None:
    """Do-not-contact and the day of death pass on: what silenced one record silences the person."""
    survivor, loser = TABLES["customers"], TABLES["customers"].alias("loser")
    joined = loser.join(pairs, pairs.c.loser == loser.c.id)
    silent = select(pairs.c.survivor).select_from(joined).where(loser.c.do_not_contact)
    connection.execute(update(survivor).where(survivor.c.id.in_(silent)).values(do_not_contact=True))
    died = select(func.min(loser.c.deceased_on)).select_from(joined).where(pairs.c.survivor == survivor.c.id)
    dead = select(pairs.c.survivor).select_from(joined).where(loser.c.deceased_on.is_not(None))
    connection.execute(
        update(survivor)
        .where(survivor.c.id.in_(dead), survivor.c.deceased_on.is_(None))
        .values(deceased_on=died.scalar_subquery())
    )


def _unite_consents(connection: Connection, pairs: Table) -> None:
    """Where one record's latest state is a denial and all together would be granted, the denial is written again."""
    consents = TABLES["consents"]
    involved = select(pairs.c.survivor).where(pairs.c.loser.in_(select(consents.c.customer_id)))
    members = select(pairs.c.loser).where(pairs.c.survivor.in_(involved))
    rows = read(
        connection, select(consents).where(consents.c.customer_id.in_(involved) | consents.c.customer_id.in_(members))
    ).sort("recorded_at", "id")
    if rows.is_empty():
        return
    into = read(connection, select(pairs)).rename({"loser": "customer_id"})
    owned = rows.join(into, on="customer_id", how="left").with_columns(
        pl.coalesce("survivor", "customer_id").alias("survivor")
    )
    kind = ["survivor", "channel", "purpose"]
    each = owned.unique([*kind, "customer_id"], keep="last", maintain_order=True)
    latest = owned.group_by(kind).agg(pl.col("state", "recorded_at").last().name.prefix("latest_"))
    strict = each.filter(pl.col("state") != "granted").unique(kind, keep="last", maintain_order=True)
    again = (
        strict.join(latest, on=kind)
        .filter(pl.col("latest_state") == "granted")
        .with_columns(customer_id="survivor", recorded_at="latest_recorded_at")
        .select(c.name for c in consents.columns if c.name != "id")
        .sort(*kind[1:], "customer_id", "recorded_at")  # a join promises no order, and the same store has the same ids
    )
    write(connection, consents, again)


def _unite_ownerships(connection: Connection, pairs: Table, as_of: date) -> None:
    """A survivor keeps one open ownership: his own, else the latest of the merged records; the others end."""
    table = TABLES["ownerships"]
    involved = select(pairs.c.survivor).where(
        pairs.c.loser.in_(select(table.c.customer_id).where(table.c.to_date.is_(None)))
    )
    members = select(pairs.c.loser).where(pairs.c.survivor.in_(involved))
    rows = read(
        connection,
        select(table.c.id, table.c.customer_id, table.c.from_date, pairs.c.survivor)
        .select_from(table.outerjoin(pairs, pairs.c.loser == table.c.customer_id))
        .where(table.c.to_date.is_(None), table.c.customer_id.in_(involved) | table.c.customer_id.in_(members)),
    )
    ended = (
        rows.with_columns(merged=pl.col("survivor").is_not_null(), person=pl.coalesce("survivor", "customer_id"))
        .sort("person", "merged", "from_date", "id", descending=[False, False, True, True])
        .filter(pl.col("person").cum_count().over("person") > 1)
    )
    ids = ended["id"].to_list()
    for start in range(0, len(ids), 500):
        last = func.max if connection.dialect.name == "sqlite" else func.greatest
        connection.execute(
            update(table).where(table.c.id.in_(ids[start : start + 500])).values(to_date=last(table.c.from_date, as_of))
        )
