"""Cars sold with their accessories, cars on order, and parts and accessories over the counter."""

from __future__ import annotations

import numpy as np

from seed.catalogue import MODELS
from seed.columns import NONE, Bools, Generator, Ints, draw, picked, rounded, rows, stacked
from seed.orders import (
    ACCESSORIES,
    CANCELLED,
    DEPOSIT,
    PAID,
    PARTLY_REFUNDED,
    PARTS,
    PHONE,
    REFUNDED,
    RETURNED,
    SHOWROOM,
    UNPAID,
    VEHICLE,
    WEB,
    WORKSHOP,
    ZALO,
    Items,
    Orders,
    cost,
    vehicle_product,
    ware_prices,
    wares,
)
from seed.ownership import Owners
from seed.people import BUYER, RETAIL, SERVED, People
from seed.seasons import inflation
from seed.stories import VIP_FAMILY
from seed.vehicles import NEW, Spells
from seed.world import World, reach_today, spread

_RETAIL_A_YEAR = np.array([0.55, 0.3, 2.2, 0.0])  # by category
_VEHICLE_MARGIN, _PART_MARGIN, _ACCESSORY_MARGIN = 0.08, 0.3, 0.35


def car_orders(world: World, owners: Owners, spells: Spells) -> tuple[Orders, Items]:
    """An order for each car bought here, a third of them with accessories on it."""
    here = np.flatnonzero(spells.here)
    sold = rows(spells, here)
    rng, n = world.rng("car orders"), len(here)
    outcome = np.where(picked(rng, sold.bought < world.today - 40, 0.006, world.least), PARTLY_REFUNDED, PAID)
    return _car_batch(world, rng, owners, sold, outcome, sold.vehicle, np.minimum(sold.start, world.today), n)


def coming_orders(
    world: World, owners: Owners, people: People, waiting: Spells, spells: Spells
) -> tuple[Orders, Items]:
    """Cars on order: a deposit is paid, the car not yet there; and orders that were cancelled before delivery."""
    rng = world.rng("coming orders")
    lost = np.flatnonzero(picked(rng, spells.here & (spells.bought > spells.start - 30), 0.02, world.least))
    cancelled = rows(spells, lost)
    day = np.maximum(cancelled.bought - rng.integers(5, 60, len(lost)), world.seasons.first)
    # the same customer had ordered another car before: that order was given up
    keep = day >= people.created[cancelled.who]
    cancelled, day = rows(cancelled, keep), day[keep]
    first, first_items = _car_batch(world, rng, owners, waiting, np.full(len(waiting), DEPOSIT),
                                    np.full(len(waiting), NONE), waiting.bought, len(waiting))  # fmt: skip
    given_up, items = _car_batch(world, rng, owners, cancelled, np.full(len(cancelled), CANCELLED),
                                 np.full(len(cancelled), NONE), day, len(cancelled))  # fmt: skip
    given_up = Orders(given_up.who, given_up.kind, day, day, given_up.channel, given_up.store, given_up.seller,
                      given_up.discount, given_up.outcome)  # fmt: skip
    moved = Items(items.order + len(first), items.product, items.vehicle, items.quantity, items.price, items.cost)
    return stacked([first, given_up]), stacked([first_items, moved])


def _car_batch(
    world: World, rng: Generator, owners: Owners, sold: Spells, outcome: Ints, vehicle: Ints, settled: Ints, n: int
) -> tuple[Orders, Items]:
    model = np.where(sold.model == NONE, 0, sold.model)
    level = inflation(sold.bought, world.today) * rng.uniform(0.93, 1.12, n)
    level *= np.where(sold.condition == NEW, 1.0, np.maximum(0.35, 0.85 - 0.000_003 * sold.km_start))
    price = rounded(np.array([m.price for m in MODELS])[model] * level, 1_000_000)
    items = [Items(np.arange(n), vehicle_product(model), vehicle, np.ones(n, dtype=np.int64), price,
                   cost(world, rng, price, np.full(n, _VEHICLE_MARGIN)))]  # fmt: skip
    for chance in (0.34, 0.2, 0.1):
        of = np.flatnonzero(rng.random(n) < chance)
        items.append(_counter_items(world, rng, of, ACCESSORIES, sold.bought[of]))
    merged = stacked(items)
    discount = np.where(rng.random(n) < 0.55, rounded(price * rng.uniform(0.005, 0.045, n), 1_000_000), 0)
    return Orders(
        who=sold.who, kind=np.full(n, VEHICLE), day=sold.bought, settled=settled,
        channel=np.array([SHOWROOM, PHONE, WEB, ZALO])[draw(rng, (88, 5, 3, 4), n)],
        store=sold.store, seller=owners.seller(rng, sold.who, sold.store, sold.bought),
        discount=discount, outcome=outcome,
    ), merged  # fmt: skip


def _counter_items(world: World, rng: Generator, order: Ints, kind: int, day: Ints) -> Items:
    choices = wares(kind)
    product = choices[np.floor(rng.random(len(order)) ** 1.3 * len(choices)).astype(np.int64)]
    price = ware_prices(product, inflation(day, world.today) * rng.uniform(0.96, 1.04, len(order)))
    margin = np.full(len(order), _PART_MARGIN if kind == PARTS else _ACCESSORY_MARGIN)
    return Items(order, product, np.full(len(order), NONE), np.where(rng.random(len(order)) < 0.92, 1, 2), price,
                 cost(world, rng, price, margin))  # fmt: skip


def counter_orders(world: World, owners: Owners, people: People, spells: Spells) -> tuple[Orders, Items]:
    """Parts and accessories without a visit: in the first weeks with a car, later on, and by who buys nothing else."""
    rng = world.rng("counter orders")
    who, day = _counter_days(world, rng, people, spells)
    n = len(who)
    kind = np.where(rng.random(n) < 0.42, PARTS, ACCESSORIES)
    kind, day = _both_today(world, kind, reach_today(rng, day, world.today, 4), people.until[who] == world.today)
    items = _counter_items_of(world, rng, kind, day)
    total = np.bincount(items.order, items.price * items.quantity, n).astype(np.int64)
    discount = np.where(rng.random(n) < 0.15, rounded(total / 10, 10_000), 0)
    channel = np.array([SHOWROOM, WORKSHOP, PHONE, WEB, ZALO])[draw(rng, (40, 25, 8, 15, 12), n)]
    store = people.store[who]
    seller = np.where(channel == WEB, NONE, owners.seller(rng, who, store, day))
    return Orders(who, kind, day, day, channel, store, seller, discount, _outcomes(world, rng, day)), items


def _counter_days(world: World, rng: Generator, people: People, spells: Spells) -> tuple[Ints, Ints]:
    new = np.flatnonzero(spells.here & (rng.random(len(spells)) < 0.3))
    first = spells.start[new] + rng.integers(0, 12, len(new))
    rate = _RETAIL_A_YEAR[people.category] * np.where(rng.random(len(people)) < 0.12, 3.0, 0.75)
    active = np.array([BUYER, SERVED, RETAIL])
    # a customer's interest lasts for a while, not for ever
    lasting = np.minimum(people.until - people.anchor, rng.exponential(1400, len(people)).astype(np.int64))
    count = rng.poisson(rate * lasting / 365.25) * np.isin(people.category, active)
    count = np.where(people.category == RETAIL, np.maximum(count, 1), count)
    who = np.repeat(np.arange(len(people)), count)
    day = spread(rng, people.anchor[who], people.anchor[who] + lasting[who])
    opening = np.flatnonzero((people.category == RETAIL) & (count > 0))
    day[np.searchsorted(who, opening)] = people.anchor[opening]
    who, day = np.append(spells.who[new], who), np.append(first, day)
    day = world.seasons.out_of_tet(rng, day)
    kept: Bools = (day >= people.anchor[who]) & (day <= people.until[who])
    kept &= (people.ids[who] != VIP_FAMILY) | (day <= world.stories.vip_last_seen)
    return who[kept], day[kept]


def _both_today(world: World, kind: Ints, day: Ints, open_ended: Bools) -> tuple[Ints, Ints]:
    """Today has orders of parts and of accessories, where it has two."""
    at = np.flatnonzero((day == world.today) & open_ended)
    if len(at) > 1:
        kind[at[:2]] = (PARTS, ACCESSORIES)
    return kind, np.where(open_ended, day, np.minimum(day, world.today - 1))


def _counter_items_of(world: World, rng: Generator, kind: Ints, day: Ints) -> Items:
    parts: list[Items] = []
    for chance in (1.0, 0.35, 0.1):
        for one in (PARTS, ACCESSORIES):
            of = np.flatnonzero((kind == one) & (rng.random(len(kind)) < chance))
            parts.append(_counter_items(world, rng, of, one, day[of]))
    return stacked(parts)


def _outcomes(world: World, rng: Generator, day: Ints) -> Ints:
    outcome = np.full(len(day), PAID)
    settled = day < world.today - 3
    for code, share in ((CANCELLED, 0.02), (RETURNED, 0.015), (REFUNDED, 0.008), (PARTLY_REFUNDED, 0.01)):
        outcome[picked(rng, settled & (outcome == PAID), share, world.least)] = code
    recent = day > world.today - 30
    outcome[picked(rng, recent & settled & (outcome == PAID), 0.05, world.least // 2)] = UNPAID
    outcome[picked(rng, recent & settled & (outcome == PAID), 0.05, world.least)] = DEPOSIT
    return outcome


def margin_shares() -> dict[str, float]:
    """Margin share by line, as the tenant declares it."""
    return {"vehicle": _VEHICLE_MARGIN, "service": 0.45, "parts": _PART_MARGIN, "accessories": _ACCESSORY_MARGIN}
