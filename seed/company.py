"""Seed: a believable dealer group, deterministic from a number and a day, at any size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Engine

from schema.tables.customers import SOURCE_CHANNELS
from seed.appointments import appointments, write_appointments
from seed.cases import write_cases
from seed.columns import NONE, Ints, day_number
from seed.contact_points import write_consents, write_contact_points
from seed.customers import write_customers
from seed.interactions import touches, write_interactions
from seed.load import Loader, loading
from seed.notes import write_notes
from seed.orders import ordered, write_orders, write_products
from seed.organisation import organise
from seed.ownership import home_stores, owners, write_owners
from seed.people import people
from seed.sales import car_orders, coming_orders, counter_orders, margin_shares
from seed.seasons import seasons
from seed.service import visits
from seed.stories import PUBLIC_EXAMPLE, stories
from seed.vehicle_rows import write_holders, write_models, write_readings, write_vehicles
from seed.vehicles import spells
from seed.workshop import bills, jobs, write_operations, write_visits
from seed.world import World, dice
from tools.store import write_setting

CHUNK = 20_000  # customers held in memory at a time
DECLARED_INTERVAL_DAYS, CHURN_HORIZON_DAYS = 90, 365
_ACQUISITION_COSTS = (1_800_000, 1_500_000, 1_200_000, 900_000, 2_500_000, 700_000, 1_100_000, 500_000, 600_000)


@dataclass(frozen=True)
class SeedReport:
    """What was written: `rows` by table."""

    customers: int
    today: date
    number: int
    rows: dict[str, int]


def _silent(_: str) -> None:
    return


def seed(
    engine: Engine, *, customers: int = 2000, today: date, number: int = 20, progress: Callable[[str], None] = _silent
) -> SeedReport:
    """Fill an empty, upgraded store with a dealer group of so many customers, as of `today`.

    The same `number` and `today` give the same rows. Computed tables stay empty: that is the refresh's work.

    Raises ValueError where `customers` is below 1.
    """
    if customers < 1:
        raise ValueError(f"customers must be at least 1, not {customers}")
    ids = np.arange(1, customers + 1)
    if customers < PUBLIC_EXAMPLE:
        ids = np.append(ids, PUBLIC_EXAMPLE)
    ranks = np.where(ids > customers, customers // 2, ids - 1)
    with loading(engine) as loader:
        for name, value in settings(today, number).items():
            write_setting(loader.connection, name, value)
        plan = stories(today)
        organisation = organise(loader, dice(number, 0, "organisation"), customers, today, plan)
        write_models(loader)
        write_operations(loader)
        write_products(loader)
        calendar = seasons(today)
        progress(f"{organisation.stores} showrooms, {loader.rows['users']} users")
        for chunk, start in enumerate(range(0, len(ids), CHUNK)):
            part = slice(start, start + CHUNK)
            world = World(number, chunk, customers, day_number(today), calendar, organisation, plan)
            _write_chunk(world, loader, ids[part], ranks[part])
            progress(f"{min(start + CHUNK, len(ids)):,} of {len(ids):,} customers")
        progress("indexes")
    return SeedReport(len(ids), today, number, dict(sorted(loader.rows.items())))


def settings(today: date, number: int) -> dict[str, Any]:
    """What the tenant declares."""
    return {
        "today": today.isoformat(),
        "demo": True,
        "seed_number": number,
        "declared_interval_days": DECLARED_INTERVAL_DAYS,
        "churn_horizon_days": CHURN_HORIZON_DAYS,
        "margin_shares": margin_shares(),
        "acquisition_costs": dict(zip(SOURCE_CHANNELS, _ACQUISITION_COSTS, strict=True)),
    }


def _write_chunk(world: World, loader: Loader, ids: Ints, ranks: Ints) -> None:
    folk = people(world, ids, ranks)
    held = owners(world, folk)
    write_customers(world, loader, folk, home_stores(world, folk, held))
    write_owners(loader, folk, held)
    write_contact_points(world, loader, folk)
    write_consents(world, loader, folk)

    cars, waiting = spells(world, folk, loader.after("vehicles"))
    loader.reach("vehicles", int(max(cars.vehicle.max(initial=0), waiting.vehicle.max(initial=0))))
    write_vehicles(world, loader, folk, cars)
    write_holders(world, loader, folk, cars)
    write_readings(world, loader, folk, cars)

    came, following = visits(world, folk, cars)
    done = jobs(world, cars, came)
    service, service_items, place = bills(world, cars, came, done)
    every, items, starts = ordered([
        (service, service_items), car_orders(world, held, cars), coming_orders(world, held, folk, waiting, cars),
        counter_orders(world, held, folk, cars),
    ])  # fmt: skip
    order_ids = write_orders(world, loader, folk, every, items)
    billed = np.where(place == NONE, NONE, order_ids[np.where(place == NONE, 0, place) + starts[0]])
    write_visits(world, loader, folk, cars, came, done, billed)
    write_appointments(world, loader, folk, appointments(world, folk, cars, waiting, came, following))
    write_interactions(world, loader, folk, held, touches(world, folk, cars, came))
    write_notes(world, loader, folk, held, cars, came)
    write_cases(world, loader, folk, cars, came)
