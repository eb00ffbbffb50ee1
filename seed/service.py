"""When cars come to the workshop: by the maker's interval, the mileage and the owner's habits; and by mishap."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from schema.tables.vehicles import POWERTRAINS, USES
from seed.catalogue import MODELS, schedule
from seed.columns import NONE, Bools, Floats, Generator, Ints, draw, picked
from seed.people import LAPSING, LOST, REGULAR, People
from seed.stories import FORGOTTEN_MODEL, PUBLIC_EXAMPLE, VIP_FAMILY
from seed.vehicles import NEW, Spells
from seed.world import World, reach_today, spread, waits

OPEN, COMPLETED, CANCELLED = range(3)
FIRST, REGULAR_SERVICE, REPAIR, TYRE, BODY, ACCIDENT, WARRANTY = range(7)
MISHAP_KINDS = (REPAIR, TYRE, BODY, ACCIDENT, WARRANTY)
_MISHAP_WEIGHTS = (45, 20, 15, 8, 12)
_DEFAULT = (10_000, 6, 10_000, 6)
_MONTH = 30.44


@dataclass(frozen=True)
class Visits:
    """Workshop records (v): `spell` a place in spells, `came` and `left` (`NONE`: still there) days, `turn` counts the
    regular services of a spell from 0, `odometer` as written down, errors and blanks included."""

    spell: Ints
    came: Ints
    left: Ints
    kind: Ints
    turn: Ints
    store: Ints
    status: Ints
    odometer: Ints

    def __len__(self) -> int:
        return len(self.spell)

    @property
    def day(self) -> Ints:
        """The out date, else the in date."""
        return np.where(self.left == NONE, self.came, self.left)


def intervals(spells: Spells) -> tuple[Floats, Floats]:
    """Days (k) to a car's first service, and from one to the next, at its own mileage."""
    table = np.full((len(MODELS) + 1, len(POWERTRAINS) + 1, len(USES), 4), np.inf)
    table[...] = _DEFAULT
    for m, model in enumerate(MODELS):
        for p, powertrain in enumerate(POWERTRAINS):
            for u, use in enumerate(USES):
                if powertrain in dict(model.powertrains) and (found := schedule(model, powertrain, use)):
                    table[m, p, u] = [np.inf if value is None else value for value in found]
    model_place = np.where(spells.model == NONE, len(MODELS), spells.model)
    powertrain_place = np.where(spells.powertrain == NONE, len(POWERTRAINS), spells.powertrain)
    row = table[model_place, powertrain_place, spells.use]
    first = np.minimum(row[:, 0] / spells.km_day, row[:, 1] * _MONTH)
    every = np.minimum(row[:, 2] / spells.km_day, row[:, 3] * _MONTH)
    return first, np.maximum(every, 45.0)


def visits(world: World, people: People, spells: Spells) -> tuple[Visits, Ints]:
    """All workshop records of the chunk, and the day (k) each car will next come by habit, `NONE` where it won't."""
    rng = world.rng("visits")
    spell, came, turn, following = _habit(world, rng, people, spells)
    kind = np.where((turn == 0) & (spells.condition[spell] == NEW) & spells.here[spell], FIRST, REGULAR_SERVICE)
    kind[kind == FIRST] = np.where(
        came[kind == FIRST] - spells.start[spell[kind == FIRST]] < 80, FIRST, REGULAR_SERVICE
    )
    mishap_spell, mishap_came = _mishaps(rng, spells, spell, came)
    spell, came = np.append(spell, mishap_spell), np.append(came, mishap_came)
    turn = np.append(turn, np.full(len(mishap_spell), NONE))
    kind = np.append(kind, np.array(MISHAP_KINDS)[draw(rng, _MISHAP_WEIGHTS, len(mishap_spell))])
    last = _last_days(people, spells)
    came = np.minimum(world.seasons.out_of_tet(rng, came), last[spell])
    family = people.ids[spells.who] == VIP_FAMILY
    following[family] = NONE
    came = np.where((last[spell] == world.today), reach_today(rng, came, world.today, 4), came)
    seen = world.stories.vip_last_seen
    latest = np.flatnonzero(family[spell] & (came > seen) & (turn != NONE))[:1]
    came[latest] = seen
    keep = ~family[spell] | (came <= seen)
    keep &= came >= np.maximum(spells.start, people.created[spells.who])[spell]
    spell, came, turn, kind = spell[keep], came[keep], turn[keep], kind[keep]
    store = np.where(rng.random(len(spell)) < 0.95, people.store[spells.who[spell]],
                     _neighbours(world, rng, people.store[spells.who[spell]]))  # fmt: skip
    store = np.where(world.organisation.opened[store] <= came, store, people.store[spells.who[spell]])
    found = Visits(spell, came, came.copy(), kind, turn, store, np.full(len(spell), COMPLETED), spells.km(came, spell))
    return _recorded(world, rng, found), following


def _last_days(people: People, spells: Spells) -> Ints:
    until = people.until[spells.who]
    return np.where(spells.end == NONE, until, np.minimum(spells.end - 1, until))


def _habit(world: World, rng: Generator, people: People, spells: Spells) -> tuple[Ints, Ints, Ints, Ints]:
    """Regular visits round by round, all cars at once: (spell, day, turn) and each car's next day after today."""
    n = len(spells)
    behaviour = np.where(rng.random(n) < 0.85, people.behaviour[spells.who], draw(rng, (0.4, 0.35, 0.25), n))
    example = np.isin(people.ids[spells.who], (PUBLIC_EXAMPLE, VIP_FAMILY))
    behaviour[example] = REGULAR
    first, every = intervals(spells)
    last = _last_days(people, spells)
    early = spells.here & (spells.condition == NEW) & ((rng.random(n) < 0.6) | example)
    wait = np.where(early, first * rng.uniform(0.85, 1.4, n), every * rng.lognormal(0.03, 0.15, n))
    due = np.where(spells.here, spells.start + wait, spells.seen)
    gone = ~example & (behaviour == LOST) & (rng.random(n) < 0.3)  # never came
    forgotten = np.array([m.name == FORGOTTEN_MODEL for m in MODELS] + [False])[spells.model.clip(min=-1)]
    leaves = np.where(forgotten & spells.here & (rng.random(n) < 0.85), spells.start + 365, np.iinfo(np.int64).max)
    stop = np.array([0.012, 0.07, 0.3])[behaviour] * ~example
    following = np.full(n, NONE)
    found: list[tuple[Ints, Ints, Ints]] = []
    going, turn = np.flatnonzero(~gone), 0
    while len(going):
        day = due[going].astype(np.int64)
        over = day > np.minimum(last[going], leaves[going])
        ahead = going[over & (last[going] == world.today) & (leaves[going] > world.today)]
        following[ahead] = due[ahead].astype(np.int64)
        going, day = going[~over], day[~over]
        found.append((going, day, np.full(len(going), turn)))
        going = going[rng.random(len(going)) >= stop[going]]
        mood = behaviour[going]
        pace = np.where(
            mood == REGULAR, rng.normal(1.0, 0.11, len(going)).clip(0.6, 1.5), rng.lognormal(0.22, 0.3, len(going))
        )
        pace = np.where(mood == LAPSING, pace * (1 + 0.06 * turn), pace)
        due[going] = due[going].astype(np.int64) + np.maximum(every[going] * pace, 20)
        turn += 1
    spell, came, turns = (np.concatenate(part) for part in zip(*found, strict=True)) if found else (following[:0],) * 3
    return spell, came, turns, following


def _mishaps(rng: Generator, spells: Spells, spell: Ints, came: Ints) -> tuple[Ints, Ints]:
    """Visits between the regular ones, of cars that come at all."""
    first, last = np.full(len(spells), NONE), np.full(len(spells), NONE)
    order = np.argsort(came, kind="stable")
    last[spell[order]] = came[order]
    first[spell[order[::-1]]] = came[order[::-1]]
    years = np.where(first == NONE, 0, (last - first) / 365.25)
    count = rng.poisson(0.3 * years)
    which = np.repeat(np.arange(len(spells)), count)
    return which, spread(rng, first[which], last[which])


def _neighbours(world: World, rng: Generator, store: Ints) -> Ints:
    """Another showroom, of the same city where there is one."""
    place = world.organisation.place
    other = rng.integers(0, len(place), len(store))
    beside = np.array([np.flatnonzero(place == p)[-1] for p in place])[store]
    return np.where((beside != store) & (rng.random(len(store)) < 0.7), beside, other)


def _recorded(world: World, rng: Generator, found: Visits) -> Visits:
    """Stay, status and odometer as the workshop wrote them down."""
    n, today = len(found), world.today
    stay = np.where(rng.random(n) < 0.8, 0, 1 + waits(rng, 0.8, n))
    stay = np.where(found.kind == ACCIDENT, 3 + rng.integers(0, 12, n), np.where(found.kind == BODY, stay + 1, stay))
    left = found.came + stay
    left[found.came == today] = today
    here = (left > today) | ((found.came >= today - 1) & (rng.random(n) < 0.3))
    here |= picked(rng, found.came >= today - 6, 0.05, world.least)
    done_today = np.flatnonzero((found.came == today) & (found.kind == REGULAR_SERVICE))[:2]
    here[done_today] = False  # so that today has visits
    status = np.where(here, OPEN, COMPLETED)
    status[picked(rng, (status == COMPLETED) & (left < today), 0.008, world.least)] = CANCELLED
    anywhere = (found.came - world.seasons.first > 200) & (found.kind == REGULAR_SERVICE)
    odometer = found.odometer.copy()
    high = picked(rng, anywhere & (odometer > 100_000), 0.007, world.least)
    low = picked(rng, anywhere, 0.003, world.least)
    odometer = np.where(high, odometer * 10 + 3, np.where(low & ~high, odometer * 2 // 5, odometer))
    odometer[rng.random(n) < 0.03] = NONE
    return replace(found, left=np.where(status == COMPLETED, left, NONE), status=status, odometer=odometer)


def completed(found: Visits) -> Bools:
    """Which records (v) are visits."""
    done: Bools = found.status == COMPLETED
    return done
