"""What was done at each visit, what it cost, and the order that bills it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seed.catalogue import LABOUR, MODELS, OPERATION, OPERATIONS, WARE, WARES
from seed.columns import NONE, Bools, Floats, Generator, Ints, dates, numbers, picked, rounded, texts
from seed.load import Loader
from seed.orders import PAID, PARTLY_REFUNDED, REFUNDED, SERVICE, UNPAID, WORKSHOP, Items, Orders, cost
from seed.people import People
from seed.seasons import inflation
from seed.service import (
    ACCIDENT,
    BODY,
    COMPLETED,
    FIRST,
    REGULAR_SERVICE,
    REPAIR,
    TYRE,
    WARRANTY,
    Visits,
)
from seed.vehicles import Spells
from seed.world import World

_MAKE_LEVEL = {"Mazda": 1.0, "Kia": 0.95, "Ford": 1.2, "VinFast": 0.9}
_BY_KIND = {
    REPAIR: ("REP-BRK", "REP-AC", "REP-BAT", "REP-SUS", "REP-ENG", "REP-ELE"),
    TYRE: ("TYR-NEW", "TYR-ROT", "TYR-ALI"),
    BODY: ("BOD-PNT", "BOD-DNT", "BOD-GLS"),
    ACCIDENT: ("ACC-FRT", "ACC-REA"),
    WARRANTY: ("WAR-ELE", "WAR-MEC"),
}
_EXTRAS = (("REP-BRK", 0.09, 2), ("REP-AC", 0.08, 2), ("REP-BAT", 0.05, 3), ("REP-WIP", 0.12, 1), ("TYR-ROT", 0.16, 1),
           ("TYR-ALI", 0.07, 1), ("TYR-NEW", 0.06, 4), ("BOD-PNT", 0.03, 1), ("WAR-ELE", 0.02, 0))  # fmt: skip


@dataclass(frozen=True)
class Jobs:
    """Jobs done (j): `visit` a place in visits, `operation` in `OPERATIONS`, amounts in ₫."""

    visit: Ints
    operation: Ints
    labour: Ints
    part: Ints

    @property
    def amount(self) -> Ints:
        """Labour and part."""
        return self.labour + self.part


def write_operations(loader: Loader) -> None:
    """The catalogue of workshop jobs."""
    loader.add("service_operations", {
        "id": loader.ids("service_operations", len(OPERATIONS)).tolist(),
        "code": [o.code for o in OPERATIONS],
        "name": [o.name for o in OPERATIONS],
        "name_vi": [o.name_vi for o in OPERATIONS],
        "kind": [o.kind for o in OPERATIONS],
        "list_price": [o.labour + _part_price(place) for place, o in enumerate(OPERATIONS)],
    })  # fmt: skip


def _part_price(operation: int) -> int:
    found = OPERATIONS[operation]
    return WARES[WARE[found.part]].price * found.quantity if found.part else 0


def jobs(world: World, spells: Spells, visits: Visits) -> Jobs:
    """What was done at the visits that weren't cancelled."""
    rng = world.rng("jobs")
    n = len(visits)
    electric = np.array([m.powertrains[0][0] == "electric" for m in MODELS] + [False])[
        spells.model[visits.spell].clip(-1)
    ]
    parts: list[tuple[Ints, Ints]] = []
    for kind, codes in _BY_KIND.items():
        of = np.flatnonzero(visits.kind == kind)
        parts.append((of, np.array([OPERATION[c] for c in codes])[rng.integers(0, len(codes), len(of))]))
    parts.append(_maintenance(rng, visits, electric))
    age = (visits.came - spells.start[visits.spell]) / 365.25
    for code, share, from_age in _EXTRAS:
        fits = (visits.kind == REGULAR_SERVICE) & (age >= from_age)
        of = np.flatnonzero(fits & (rng.random(n) < share))
        parts.append((of, np.full(len(of), OPERATION[code])))
    visit, operation = (np.concatenate(side) for side in zip(*parts, strict=True))
    order = np.lexsort((operation, visit))
    visit, operation = visit[order], operation[order]
    level = _levels(world, rng, spells, visits)[visit]
    labour = rounded(np.array([o.labour for o in OPERATIONS])[operation] * level, 10_000)
    quantity = np.array([o.quantity for o in OPERATIONS])[operation]
    unit = np.array([_part_price(k) // o.quantity for k, o in enumerate(OPERATIONS)])[operation]
    return Jobs(visit, operation, labour, rounded(unit * level, 10_000) * quantity)


def _maintenance(rng: Generator, visits: Visits, electric: Bools) -> tuple[Ints, Ints]:
    of = np.flatnonzero((visits.kind == FIRST) | (visits.kind == REGULAR_SERVICE))
    turn = visits.turn[of]
    codes = np.select(
        [visits.kind[of] == FIRST, electric[of], turn % 4 == 0, turn % 2 == 0, rng.random(len(of)) < 0.35],
        [OPERATION["MNT-01K"], OPERATION["MNT-EV"], OPERATION["MNT-40K"], OPERATION["MNT-20K"], OPERATION["MNT-05K"]],
        default=OPERATION["MNT-10K"],
    )
    # who comes only for oil: still a maintenance
    codes = np.where((rng.random(len(of)) < 0.1) & (codes == OPERATION["MNT-10K"]), OPERATION["MNT-OIL"], codes)
    return of, codes


def _levels(world: World, rng: Generator, spells: Spells, visits: Visits) -> Floats:
    make = np.array([_MAKE_LEVEL.get(m.make, 1.0) for m in MODELS] + [1.0])[spells.model[visits.spell].clip(-1)]
    level: Floats = make * inflation(visits.came, world.today) * rng.lognormal(0, 0.07, len(visits))
    return level


def bills(world: World, spells: Spells, visits: Visits, done: Jobs) -> tuple[Orders, Items, Ints]:
    """Orders of the completed visits that are billed, their items, and (v) the place of each visit's order or `NONE`.

    What costs nothing is billed with a total of 0 by a third of the advisors, and not at all by the others.
    """
    rng = world.rng("bills")
    total = np.bincount(done.visit, done.amount, len(visits)).astype(np.int64)
    free = total == 0
    billed = (visits.status == COMPLETED) & np.where(
        free, rng.random(len(visits)) < 0.35, rng.random(len(visits)) < 0.995
    )
    at = np.flatnonzero(billed)
    place = np.full(len(visits), NONE)
    place[at] = np.arange(len(at))
    n, day = len(at), visits.left[at]
    cut = np.where(rng.random(n) < 0.14, rng.choice([0.05, 0.1, 0.15], n), 0.0)
    outcome = np.full(n, PAID)
    paying = ~free[at]
    outcome[picked(rng, paying, 0.005, world.least)] = PARTLY_REFUNDED
    outcome[picked(rng, paying, 0.002)] = REFUNDED
    outcome[picked(rng, paying & (day > world.today - 25), 0.03, world.least)] = UNPAID
    orders = Orders(
        who=spells.who[visits.spell[at]], kind=np.full(n, SERVICE), day=day, settled=day,
        channel=np.full(n, WORKSHOP), store=visits.store[at], seller=_advisors(world, visits)[at],
        discount=rounded(total[at] * cut, 10_000), outcome=outcome,
    )  # fmt: skip
    return orders, _items(world, rng, done, place), place


def _items(world: World, rng: Generator, done: Jobs, place: Ints) -> Items:
    order = place[done.visit]
    quantity = np.array([o.quantity for o in OPERATIONS])[done.operation]
    product = np.array([WARE[o.part] if o.part else -1 for o in OPERATIONS])[done.operation]
    labour = np.flatnonzero((order != NONE) & ((done.labour > 0) | (done.amount == 0)))
    part = np.flatnonzero((order != NONE) & (done.part > 0))
    unit = done.part[part] // quantity[part]
    price = np.append(done.labour[labour], unit)
    return Items(
        order=np.append(order[labour], order[part]),
        product=np.append(np.full(len(labour), WARE[LABOUR]), product[part]) + 1,
        vehicle=np.full(len(price), NONE),
        quantity=np.append(np.ones(len(labour), dtype=np.int64), quantity[part]),
        price=price,
        cost=cost(world, rng, price, np.append(np.full(len(labour), 0.45), np.full(len(part), 0.3))),
    )


def _advisors(world: World, visits: Visits) -> Ints:
    return world.organisation.advisors.pick(world.rng("advisors"), visits.store, visits.came)


def write_visits(
    world: World, loader: Loader, people: People, spells: Spells, visits: Visits, done: Jobs, order: Ints
) -> Ints:
    """Write records and their lines; `order` (v) holds the ids of the orders that bill them. Returns the records'."""
    rng = world.rng("visit rows")
    ids, n = loader.ids("service_records", len(visits)), len(visits)
    technician = world.organisation.technicians.pick(rng, visits.store, visits.came)
    loader.add("service_records", {
        "id": ids.tolist(),
        "vehicle_id": spells.vehicle[visits.spell].tolist(),
        "customer_id": people.ids[spells.who[visits.spell]].tolist(),
        "store_id": (visits.store + 1).tolist(),
        "advisor_id": numbers(np.where(rng.random(n) < 0.98, _advisors(world, visits), NONE)),
        "technician_id": numbers(np.where(rng.random(n) < 0.96, technician, NONE)),
        "order_id": numbers(order),
        "status": texts(("open", "completed", "cancelled"), visits.status),
        "in_date": dates(visits.came),
        "out_date": dates(visits.left),
        "odometer_km": numbers(visits.odometer),
    })  # fmt: skip
    kept = np.flatnonzero(visits.status[done.visit] != 2)
    loader.add("service_lines", {
        "id": loader.ids("service_lines", len(kept)).tolist(),
        "service_record_id": ids[done.visit[kept]].tolist(),
        "operation_id": (done.operation[kept] + 1).tolist(),
        "amount": done.amount[kept].tolist(),
    })  # fmt: skip
    return ids
