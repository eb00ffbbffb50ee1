"""Appointments: kept, missed and cancelled ones of the past, booked ones of the next thirty days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seed.columns import DAY, NONE, Bools, Generator, Ints, moments, numbers, pick, picked, rows, stacked, texts
from seed.load import Loader
from seed.people import BUYER, PROSPECT, People
from seed.service import Visits
from seed.vehicles import Spells
from seed.world import World, spread, waits

SERVICE, TEST_DRIVE, DELIVERY = range(3)
BOOKED, KEPT, MISSED, CANCELLED = range(4)
_SINCE = 1500  # days: before that nobody booked by a system
_NO_SHOW, _CALLED_OFF = 0.075, 0.07


@dataclass(frozen=True)
class Appointments:
    """Bookings (a): `who` a row of people, `vehicle` an id or `NONE`, `day` of the start."""

    kind: Ints
    who: Ints
    vehicle: Ints
    store: Ints
    day: Ints
    status: Ints

    def __len__(self) -> int:
        return len(self.who)


def appointments(
    world: World, people: People, spells: Spells, waiting: Spells, visits: Visits, following: Ints
) -> Appointments:
    """All bookings of the chunk."""
    rng = world.rng("appointments")
    kept = _before_visits(world, rng, spells, visits)
    parts = [kept, _not_kept(world, rng, people, kept), _ahead(world, rng, people, spells, following)]
    parts += _around_sales(world, rng, people, spells, waiting)
    return stacked(parts)


def _make(kind: int, who: Ints, vehicle: Ints, store: Ints, day: Ints, status: Ints | int) -> Appointments:
    n = len(who)
    codes = np.full(n, status) if isinstance(status, int) else status
    return Appointments(np.full(n, kind), who, vehicle, store, day, codes)


def _before_visits(world: World, rng: Generator, spells: Spells, visits: Visits) -> Appointments:
    booked = np.flatnonzero(
        (visits.came > world.today - _SINCE) & (rng.random(len(visits)) < 0.55) & (visits.status != 2)
    )
    spell = visits.spell[booked]
    return _make(SERVICE, spells.who[spell], spells.vehicle[spell], visits.store[booked], visits.came[booked], KEPT)


def _not_kept(world: World, rng: Generator, people: People, kept: Appointments) -> Appointments:
    """No-shows and cancellations, each some days before a visit that did take place."""
    share = np.where(kept.store == world.stories.no_show_store, world.stories.no_show_factor * _NO_SHOW, _NO_SHOW)
    missed = rng.random(len(kept)) < share
    off = ~missed & (rng.random(len(kept)) < _CALLED_OFF)
    early = kept.day - 2 - rng.integers(0, 18, len(kept))
    recent = kept.day > world.today - 14
    early = np.where(recent, np.maximum(kept.day - rng.integers(0, 3, len(kept)), kept.day - 2), early)
    fits = early >= people.anchor[kept.who]
    found = [
        _make(SERVICE, kept.who[at], kept.vehicle[at], kept.store[at], early[at], status)
        for at, status in ((np.flatnonzero(missed & fits), MISSED), (np.flatnonzero(off & fits), CANCELLED))
    ]
    # today: one each, so that nobody asks about an empty day
    today = pick(rng, (kept.day < world.today) & (kept.day > world.today - 8), 0.0, min(2, world.least))
    found.append(_make(SERVICE, kept.who[today], kept.vehicle[today], kept.store[today],
                       np.full(len(today), world.today), np.array([MISSED, CANCELLED])[: len(today)]))  # fmt: skip
    return stacked(found)


def _ahead(world: World, rng: Generator, people: People, spells: Spells, following: Ints) -> Appointments:
    """Service booked for the next days, by those who would come then anyhow and some who are late."""
    today = world.today
    alive = (people.until[spells.who] == today) & (spells.end == NONE)
    soon = (following != NONE) & (following <= today + 40) & alive
    at = pick(rng, soon, 0.45, min(12, 2 * world.least))
    day = np.where(following[at] > today, np.minimum(following[at], today + 30), today + 1)
    early = picked(rng, np.ones(len(at), dtype=bool), 0.08, min(3, world.least))
    day = np.where(early, today, day)
    status = np.where(picked(rng, day > today, 0.04), CANCELLED, BOOKED)
    # and some who did not come these days, and have not been since
    free = soon & (following < today + 15)
    free[at] = False
    gone = pick(rng, free, 0.1, min(6, world.least))
    at, day = np.append(at, gone), np.append(day, today - rng.integers(1, 14, len(gone)))
    status = np.append(status, np.full(len(gone), MISSED))
    who = spells.who[at]
    keep = people.created[who] < day
    return rows(_make(SERVICE, who, spells.vehicle[at], people.store[who], day, status), keep)


def _around_sales(world: World, rng: Generator, people: People, spells: Spells, waiting: Spells) -> list[Appointments]:
    """Test drives before a purchase or without one, deliveries of new cars, past and ahead."""
    today = world.today
    sold = rows(spells, spells.here & (spells.bought > today - _SINCE) & (spells.delivered != NONE))
    drove = np.flatnonzero((rng.random(len(sold)) < 0.55) & (people.created[sold.who] <= sold.bought))
    day = np.maximum(sold.bought[drove] - rng.integers(0, 14, len(drove)), people.created[sold.who[drove]])
    none = np.full(len(drove), NONE)
    parts = [_make(TEST_DRIVE, sold.who[drove], none, sold.store[drove], day, KEPT)]
    parts.append(_make(DELIVERY, sold.who, sold.vehicle, sold.store, sold.start, KEPT))
    curious = np.flatnonzero(np.isin(people.category, (PROSPECT, BUYER)) & (people.created > today - _SINCE))
    curious = curious[rng.random(len(curious)) < np.where(people.category[curious] == PROSPECT, 0.5, 0.06)]
    first = np.minimum(people.created[curious] + waits(rng, 6, len(curious)), people.until[curious])
    status = np.array([KEPT, MISSED, CANCELLED])[rng.choice(3, len(curious), p=[0.7, 0.18, 0.12])]
    parts.append(_make(TEST_DRIVE, curious, np.full(len(curious), NONE), people.store[curious], first, status))
    alive: Bools = (people.until == today) & (people.category != BUYER)
    lately = pick(rng, alive & (people.created > today - 300) & (people.created < today), 0.1, min(6, world.least))
    just = spread(rng, np.maximum(people.created[lately], today - 7), np.full(len(lately), today))
    parts.append(_make(TEST_DRIVE, lately, np.full(len(lately), NONE), people.store[lately], just, KEPT))
    later = pick(rng, alive & (people.created > today - 200), 0.08, min(8, world.least + 1))
    ahead = today + rng.integers(0, 14, len(later))
    ahead[:2] = today
    parts.append(_make(TEST_DRIVE, later, np.full(len(later), NONE), people.store[later], ahead, BOOKED))
    coming = np.clip(waiting.start, today, today + 30)
    parts.append(_make(DELIVERY, waiting.who, np.full(len(waiting), NONE), waiting.store, coming, BOOKED))
    return parts


def write_appointments(world: World, loader: Loader, people: People, found: Appointments) -> None:
    """Write them; the past of today lies in the morning, what is booked in the afternoon."""
    rng, n = world.rng("appointment rows"), len(found)
    starts = found.day * DAY + 60 * rng.integers(8, 17, n) + 30 * rng.integers(0, 2, n)
    now = found.day == world.today
    morning = found.day * DAY + 60 * rng.integers(8, 11, n)
    starts = np.where(now, np.where(found.status == BOOKED, morning + 6 * 60, morning), starts)
    asked = np.minimum(found.day - 1 - waits(rng, 5, n), world.today)
    asked = np.maximum(asked, np.minimum(people.created[found.who], found.day))
    booked = np.minimum(world.at_work(rng, asked, 8, 17), starts - 30)
    off = np.flatnonzero(found.status == CANCELLED)
    cancelled = np.full(n, NONE)
    last = np.maximum(booked[off], np.minimum(starts[off] - 10, world.today * DAY + 600))
    cancelled[off] = spread(rng, np.minimum(booked[off] + 10, last), last)
    loader.add("appointments", {
        "id": loader.ids("appointments", n).tolist(),
        "kind": texts(("service", "test_drive", "delivery"), found.kind),
        "customer_id": people.ids[found.who].tolist(),
        "vehicle_id": numbers(found.vehicle),
        "store_id": (found.store + 1).tolist(),
        "starts_at": moments(starts),
        "status": texts(("booked", "kept", "missed", "cancelled"), found.status),
        "booked_at": moments(booked),
        "cancelled_at": moments(cancelled),
    })  # fmt: skip
