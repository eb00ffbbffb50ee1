"""Which cars the customers have or had: bought here, replaced, traded in, sold on, or brought from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from schema.tables.vehicles import POWERTRAINS
from seed.catalogue import MODELS
from seed.columns import NONE, Bools, Floats, Generator, Ints, draw, pick, picked, rows, stacked
from seed.people import BUYER, SERVED, People
from seed.places import BRANDS
from seed.seasons import year_of
from seed.stories import NAMESAKES, PUBLIC_EXAMPLE, VIP_FAMILY, VIP_MODEL
from seed.world import World, spread, waits

ACTIVE, SOLD, TRADED = range(3)
NEW, USED, CERTIFIED = range(3)
PRIVATE, TAXI, RENTAL, COMPANY = range(4)
_KM_A_DAY = np.array([36.0, 150.0, 80.0, 60.0])  # by use
_MAKES = (*BRANDS, "Toyota", "Hyundai", "Mitsubishi")


@dataclass(frozen=True)
class Spells:
    """A car in a customer's hands (k): `who` a row of people, `vehicle` an id, days and `NONE`.

    `here`: bought in the group, at `store`; `start` the first day with the car, `end` the last (`NONE`: still),
    `delivered` as recorded; `seen` the first day at the workshop of a car from elsewhere.
    """

    who: Ints
    vehicle: Ints
    bought: Ints
    start: Ints
    end: Ints
    delivered: Ints
    seen: Ints
    here: Bools
    condition: Ints
    store: Ints
    status: Ints
    model: Ints
    powertrain: Ints
    use: Ints
    model_year: Ints
    km_start: Floats
    km_day: Floats

    def __len__(self) -> int:
        return len(self.who)

    def km(self, days: Ints, spell: Ints) -> Ints:
        """True odometer on `days` (m) of these spells (m)."""
        return (self.km_start[spell] + self.km_day[spell] * (days - self.start[spell])).astype(np.int64)


@dataclass(frozen=True)
class Wish:
    """A purchase before the car is chosen (k); `ends`: the place of the purchase whose car it replaces."""

    who: Ints
    bought: Ints
    ends: Ints
    here: Bools


def spells(world: World, people: People, first_vehicle: int) -> tuple[Spells, Spells]:
    """All cars of the chunk, and those ordered that wait for delivery (with a deposit, without a car yet)."""
    rng = world.rng("vehicles")
    wish = _wishes(world, rng, people)
    n = len(wish.who)
    store = people.store[wish.who]
    condition = np.where(wish.here, draw(rng, (0.92, 0.02, 0.06), n), draw(rng, (0.55, 0.45), n))
    lag = np.where(rng.random(n) < 0.4, rng.integers(0, 4, n), np.minimum(waits(rng, 10, n) + 1, 45))
    lag[(wish.bought > world.today - 3) & (rng.random(n) < 0.7)] = 0
    waits_on = pick(rng, wish.here & (wish.bought < world.today) & (wish.bought > world.today - 35), 0.0, world.least)
    lag[waits_on] = world.today - wish.bought[waits_on] + rng.integers(1, 28, len(waits_on))
    start = np.where(wish.here, wish.bought + lag, people.created[wish.who] - rng.integers(40, 2600, n))
    bought = np.where(wish.here, wish.bought, np.where(rng.random(n) < 0.5, start - rng.integers(0, 6, n), NONE))
    model = _models(world, rng, wish, store, condition, start)
    family = people.ids[wish.who] == VIP_FAMILY
    model[family], condition[family] = _place(VIP_MODEL), NEW
    used_km = np.where(condition == NEW, 0, rng.integers(12_000, 95_000, n))
    use = np.where(
        people.business[wish.who], draw(rng, (0, 0.12, 0.18, 0.7), n), draw(rng, (0.91, 0.05, 0.025, 0.015), n)
    )
    use[np.isin(people.ids[wish.who], (VIP_FAMILY, PUBLIC_EXAMPLE))] = PRIVATE
    found = Spells(
        who=wish.who, vehicle=np.arange(first_vehicle, first_vehicle + n), bought=bought, start=start,
        end=np.full(n, NONE), delivered=_deliveries(world, rng, wish, start), here=wish.here, condition=condition,
        seen=np.where(wish.here, NONE, people.anchor[wish.who]), store=store, status=np.full(n, ACTIVE), model=model,
        powertrain=_powertrains(rng, model), use=use,
        model_year=year_of(start) - np.where(condition == NEW, rng.random(n) < 0.15, rng.integers(1, 7, n)),
        km_start=used_km.astype(np.float64),
        km_day=np.clip(_KM_A_DAY[use] * rng.lognormal(0, 0.33, n), 4, 195),
    )  # fmt: skip
    return _settled(world, rng, people, _endings(world, rng, people, wish, found))


def _wishes(world: World, rng: Generator, people: People) -> Wish:
    """First purchases, second cars, replacements, a business's further cars, and cars from elsewhere."""
    buyers = np.flatnonzero((people.category == BUYER) & ~people.business)
    firms = np.flatnonzero((people.category == BUYER) & people.business)
    parts = [Wish(b, people.anchor[b], np.full(len(b), NONE), np.ones(len(b), dtype=bool)) for b in (buyers, firms)]
    anchor = people.anchor[buyers]
    faithful = np.isin(people.ids[buyers], (VIP_FAMILY, PUBLIC_EXAMPLE))
    for share, low, high, replaces in ((0.14, 200, 2200, False), (0.6, 1000, 2700, True)):
        want = (rng.random(len(buyers)) < share) | faithful
        again = anchor + rng.integers(low, high, len(buyers))
        again = np.where(faithful, anchor + (1100 if replaces else 420), again)
        fits = want & (again <= people.until[buyers])
        k = int(fits.sum())
        parts.append(Wish(buyers[fits], _in_season(world, again[fits]),
                          np.flatnonzero(fits) if replaces else np.full(k, NONE), np.ones(k, dtype=bool)))  # fmt: skip
    more = np.where(picked(rng, np.ones(len(firms), dtype=bool), 0.22, world.least),
                    rng.integers(5, 13, len(firms)), rng.integers(0, 3, len(firms)))  # fmt: skip
    who = np.repeat(firms, more)
    # fleets are bought in lots: a firm's further cars come in one of few years
    when = np.minimum(people.anchor[who] + 370 * rng.integers(0, 5, len(who)) + rng.integers(0, 40, len(who)),
                      people.until[who] - 60)  # fmt: skip
    when = np.maximum(when, people.anchor[who])
    parts.append(Wish(who, _in_season(world, when), np.full(len(who), NONE), np.ones(len(who), dtype=bool)))
    served = np.flatnonzero(people.category == SERVED)
    blank = np.full(len(served), NONE)
    parts.append(Wish(served, people.anchor[served], blank, np.zeros(len(served), dtype=bool)))
    return stacked(parts)


def _in_season(world: World, days: Ints) -> Ints:
    """Moves purchases out of Tết into the weeks before."""
    moved: Ints = days.copy()
    for tet in world.seasons.tet:
        hit = (days >= tet - 2) & (days <= tet + 7)
        moved[hit] -= 10 + days[hit] % 14
    return np.maximum(moved, world.seasons.first)


def _models(world: World, rng: Generator, wish: Wish, store: Ints, condition: Ints, start: Ints) -> Ints:
    n = len(wish.who)
    brand = np.array([_MAKES.index(b) for b in world.organisation.brand])[store]
    other = draw(rng, (1, 1, 1, 0.6, 3, 2, 1.5), n)
    foreign = np.where(wish.here, condition != NEW, rng.random(n) < 0.42)
    make = np.where(foreign, other, brand)
    years = year_of(start)[:, None]
    of_make = np.array([_MAKES.index(m.make) for m in MODELS]) == make[:, None]
    offered = (np.array([m.first for m in MODELS]) <= years) & (years <= np.array([m.last for m in MODELS]))
    weight = np.array([m.weight for m in MODELS]) * of_make * np.where(offered, 1.0, 0.0)
    empty = weight.sum(axis=1) == 0  # a make that had no model yet: its first one
    weight[empty] = np.where(of_make[empty], 1.0, 0.0)
    edges = np.cumsum(weight, axis=1)
    model: Ints = (edges <= (rng.random(n) * edges[:, -1])[:, None]).sum(axis=1)
    model[picked(rng, ~wish.here, 0.07, world.least)] = NONE
    return model


def _place(name: str) -> int:
    return next(place for place, model in enumerate(MODELS) if model.name == name)


def _powertrains(rng: Generator, model: Ints) -> Ints:
    found = np.full(len(model), NONE)
    for place, kind in enumerate(MODELS):
        of = np.flatnonzero(model == place)
        codes = np.array([POWERTRAINS.index(name) for name, _ in kind.powertrains])
        found[of] = codes[draw(rng, [share for _, share in kind.powertrains], len(of))]
    return found


def _deliveries(world: World, rng: Generator, wish: Wish, start: Ints) -> Ints:
    known = np.where(wish.here, True, rng.random(len(start)) < 0.4)
    known[picked(rng, wish.here & (start < world.today - 40), 0.025, world.least)] = False
    return np.where(known, start, NONE)


def _endings(world: World, rng: Generator, people: People, wish: Wish, found: Spells) -> Spells:
    """Cars given up: traded in or sold for a replacement, or just sold."""
    end, status = found.end.copy(), found.status.copy()
    follow = np.flatnonzero(wish.ends != NONE)
    before = wish.ends[follow]
    end[before] = np.maximum(found.start[follow], found.start[before] + 1)
    status[before] = np.where(rng.random(len(before)) < 0.72, TRADED, SOLD)
    family = people.ids[found.who] == VIP_FAMILY
    end[family], status[family] = NONE, ACTIVE
    kept = np.isin(people.ids[found.who], (VIP_FAMILY, PUBLIC_EXAMPLE, *NAMESAKES))
    until = people.until[found.who]
    sold = picked(rng, (status == ACTIVE) & ~kept & (found.start < until - 500), 0.05, world.least)
    end[sold] = spread(rng, found.start[sold] + 300, until[sold] - 20)
    status[sold] = SOLD
    return replace(found, end=end, status=status)


def _settled(world: World, rng: Generator, people: People, found: Spells) -> tuple[Spells, Spells]:
    """Sort out what is not yet delivered, or can't be any more, and hand cars given up to new owners."""
    until = people.until[found.who]
    coming = found.start > until
    late = (found.end != NONE) & (found.end > until)
    found = replace(found, end=np.where(late, NONE, found.end), status=np.where(late, ACTIVE, found.status))
    waiting = rows(found, coming & (until == world.today))
    return _handed_on(rng, people, rows(found, ~coming)), waiting


def _handed_on(rng: Generator, people: People, found: Spells) -> Spells:
    """Some who came with a car from elsewhere bought it here instead: one that another customer had given up."""
    given = np.flatnonzero(found.status != ACTIVE)
    given = given[np.argsort(found.end[given], kind="stable")]
    takers = np.flatnonzero(~found.here & ~people.business[found.who] & (found.status == ACTIVE))
    takers = rng.permutation(takers)[: min(len(takers) // 4, len(given))]
    takers = takers[np.argsort(found.seen[takers], kind="stable")]
    pairs: list[tuple[int, int]] = []
    free = 0
    for taker in takers.tolist():
        # the latest car given up at least ten days before, each only once
        last = int(np.searchsorted(found.end[given], found.seen[taker] - 10)) - 1
        if last >= free and found.who[given[last]] != found.who[taker]:
            pairs.append((taker, int(given[last])))
            free = last + 1
    if not pairs:
        return found
    taker_rows, car = (np.array(side) for side in zip(*pairs, strict=True))
    columns = {name: getattr(found, name).copy() for name in Spells.__annotations__}
    for name in ("vehicle", "model", "powertrain", "model_year", "use"):
        columns[name][taker_rows] = columns[name][car]
    columns["here"][taker_rows] = True
    columns["condition"][taker_rows] = np.where(rng.random(len(car)) < 0.6, CERTIFIED, USED)
    for name in ("bought", "start", "delivered"):
        columns[name][taker_rows] = found.seen[taker_rows]
    columns["seen"][taker_rows] = NONE
    columns["km_start"][taker_rows] = found.km(found.end[car], car) + 200
    return Spells(**columns)
