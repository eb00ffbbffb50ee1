"""Compute the figures of a day and store them, in one transaction: killed half-way, the old ones stand whole.

Source: business definitions, Refresh.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import perf_counter

import polars as pl
from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import OperationalError

from schema.tables.computed import AXES
from tools.intelligence.base import TABLES, Base, Scope, read_base, vehicles_of
from tools.intelligence.compute import Figures, compute
from tools.intelligence.cut_store import read_cuts, write_cuts
from tools.intelligence.errors import RefreshError
from tools.intelligence.frames import clear, set_column, stage, write
from tools.intelligence.history import axis_changes, latest_day, lifecycle_since, read_history
from tools.intelligence.merged import move_merged, survivors
from tools.intelligence.moment import Moment
from tools.intelligence.thresholds import Thresholds
from tools.intelligence.transaction_store import write_transactions
from tools.store import read_settings


@dataclass(frozen=True)
class RefreshReport:
    """What a refresh did. `kind`: full or incremental; `customers`: how many have figures now; `seconds` by step."""

    as_of: date
    kind: str
    customers: int
    seconds: dict[str, float]


class _Steps:
    """Times each step, and tells of it as it begins."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._name = ""
        self._began = self._start = perf_counter()

    def __call__(self, name: str) -> None:
        self._end()
        self._name, self._began = name, perf_counter()
        self._progress(name)

    def done(self) -> float:
        """Seconds since the first step began."""
        self._end()
        self._name = ""
        return perf_counter() - self._start

    def _end(self) -> None:
        if self._name:
            self.seconds[self._name] = self.seconds.get(self._name, 0.0) + perf_counter() - self._began


def refresh(
    engine: Engine,
    *,
    as_of: date,
    now: datetime | None = None,
    customers: Collection[int] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> RefreshReport:
    """Compute and store the figures of all customers, or of those in `customers` with the day's stored cut points.

    `now` defaults to noon of `as_of`; one with a zone is taken in the dealer's. `progress` hears each step's name.

    Raises:
        RefreshError: `customers` without a full refresh of the day; figures of a later day are stored; customers
            merged into each other; a setting of the wrong type; somebody else is writing. Nothing is written then.
    """
    moment = Moment.of(as_of, now)
    kind = "full" if customers is None else "incremental"
    steps = _Steps(progress)
    with engine.begin() as connection:
        _lock(connection)
        stored = latest_day(connection)
        if stored is not None and stored > as_of:
            raise RefreshError(
                f"the stored figures are of {stored}; those of {as_of} would undo the changes since then"
            )
        thresholds = Thresholds.of(read_settings(connection))
        cuts = None if customers is None else read_cuts(connection, as_of)
        if customers is not None and cuts is None:
            raise RefreshError(f"there is no full refresh of {as_of} yet; refresh all customers first")
        steps("merged customers")
        into = survivors(connection)
        scope = None
        if customers is not None:
            asked = {into.get(c, c) for c in customers}
            into = {loser: end for loser, end in into.items() if end in asked}
        move_merged(connection, into, as_of)
        if customers is not None:
            scope = _scope(connection, asked | set(into))
        steps("reading")
        base = read_base(connection, moment, scope)
        figures = compute(base, moment, thresholds, cuts, steps)
        steps("writing")
        run_id = _write(connection, moment, kind, base, figures, scope)
        if scope is not None:
            scope.customers.drop(connection)
            scope.vehicles.drop(connection)
        count = figures.customer_metrics.height
        ended = moment.now + timedelta(seconds=steps.done())
        runs = TABLES["refresh_runs"]
        connection.execute(update(runs).where(runs.c.id == run_id).values(finished_at=ended, customers=count))
    return RefreshReport(as_of, kind, count, steps.seconds)


def _lock(connection: Connection) -> None:
    """Keep other refreshes out, so that reads and writes see one state; readers go on undisturbed."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("LOCK TABLE refresh_runs IN EXCLUSIVE MODE")
        return
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        raise RefreshError(f"somebody else is writing to the store ({error.orig}); try again later") from error


def _scope(connection: Connection, customers: set[int]) -> Scope:
    rows = pl.DataFrame({"id": sorted(customers)}, schema={"id": pl.Int64})
    staged = stage(connection, "refresh_customers", "id", rows=rows)
    vehicles = stage(connection, "refresh_vehicles", "id")
    connection.execute(insert(vehicles).from_select(["id"], vehicles_of(staged)))
    return Scope(staged, vehicles)


def _write(connection: Connection, moment: Moment, kind: str, base: Base, figures: Figures, scope: Scope | None) -> int:
    """Replace what was stored by `figures`; returns the id of the run."""
    run = insert(TABLES["refresh_runs"]).values(as_of=moment.as_of, kind=kind, started_at=moment.now)
    key = connection.execute(run).inserted_primary_key
    assert key is not None, "an insert of one row has a key"
    run_id: int = key[0]
    if kind == "full":
        write_cuts(connection, run_id, figures.cuts)
    history = read_history(connection, moment.as_of, scope)
    customers = lifecycle_since(figures.customer_metrics, history, moment.as_of)
    _clear(connection, moment.as_of, scope)
    write_transactions(connection, figures.transactions, figures.transaction_items, scope)
    write(connection, TABLES["order_totals"], figures.order_totals)
    write(connection, TABLES["standing_consents"], figures.standing_consents)
    write(connection, TABLES["vehicle_metrics"], figures.vehicle_metrics)
    write(connection, TABLES["customer_metrics"], customers)
    write(connection, TABLES["axis_changes"], axis_changes(customers, history, moment.as_of))
    homes = figures.home_stores.rename({"customer_id": "id", "home_store_id": "value"})
    wanted = base.customers.filter(pl.col("wanted") & pl.col("merged_into_id").is_null())
    _set_changed(connection, "customers", "home_store_id", wanted, homes)
    owners = figures.record_owners.rename({"customer_id": "value"})
    _set_changed(connection, "service_records", "customer_id", base.service_records, owners)
    return run_id


def _set_changed(connection: Connection, table: str, column: str, stored: pl.DataFrame, new: pl.DataFrame) -> None:
    changed = stored.select("id", column).join(new, on="id").filter(pl.col("value").ne_missing(pl.col(column)))
    set_column(connection, TABLES[table], column, changed.select("id", "value"))


def _clear(connection: Connection, as_of: date, scope: Scope | None) -> None:
    """Delete what is about to be written anew."""
    due, metrics, changes = TABLES["vehicle_metrics"], TABLES["customer_metrics"], TABLES["axis_changes"]
    consents, totals, orders = TABLES["standing_consents"], TABLES["order_totals"], TABLES["orders"]
    today = changes.c.axis.in_(AXES) & (changes.c.changed_on == as_of)  # all axes: so that the index serves
    if scope is None:
        clear(connection, due)
        clear(connection, totals)
        clear(connection, consents)
        clear(connection, metrics)
        clear(connection, changes, today)
        return
    clear(connection, due, scope.vehicle(due.c.vehicle_id), scope.customer(due.c.owner_customer_id))
    theirs = select(orders.c.id).where(scope.customer(orders.c.customer_id))
    clear(connection, totals, totals.c.order_id.in_(theirs))
    clear(connection, consents, scope.customer(consents.c.customer_id))
    clear(connection, metrics, scope.customer(metrics.c.customer_id))
    clear(connection, changes, scope.customer(changes.c.customer_id) & today)
