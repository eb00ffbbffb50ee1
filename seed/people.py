"""Who the customers are, before anything is written: kind, place, showroom, behaviour, and the marks of a few."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from seed import names
from seed.columns import NONE, Bools, Generator, Ints, Objects, draw, pick, picked
from seed.places import PLACES
from seed.stories import CUSTOMERS, NAMESAKE, NAMESAKES, PUBLIC_EXAMPLE, VIP_FAMILY, VIP_SPOUSE
from seed.world import World, spread, waits

BUYER, SERVED, RETAIL, PROSPECT = range(4)
REGULAR, LAPSING, LOST = range(3)
_OLD, _NEW = (0.645, 0.155, 0.105, 0.095), (0.56, 0.13, 0.1, 0.21)  # by category, and in the last year


@dataclass(frozen=True)
class People:
    """Arrays (n) of one chunk's customers.

    `anchor`: the day of the first purchase or contact; `created` the day of the record, not after it; `until` the last
    day on which anything happens (today, or before a death, an erasure, a merge); `store`, `place`: places in lists;
    `merged_into` holds ids; `gender` is a place in `names.GENDERS`, `NONE` where unknown (the name still has one).
    """

    ids: Ints
    category: Ints
    business: Bools
    anchor: Ints
    created: Ints
    until: Ints
    store: Ints
    place: Ints
    behaviour: Ints
    gender: Ints
    family: Objects
    given: Objects
    name: Objects
    erased: Ints
    deceased: Ints
    merged_into: Ints
    merged_on: Ints
    do_not_contact: Bools

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def in_story(self) -> Bools:
        """Who (n) is known by id, and so keeps a plain record."""
        return np.isin(self.ids, CUSTOMERS)

    def rows_of(self, ids: tuple[int, ...]) -> Ints:
        """Places of those of the ids that are in this chunk."""
        return np.flatnonzero(np.isin(self.ids, ids))


def people(world: World, ids: Ints, ranks: Ints) -> People:
    """The customers with these ids; `ranks` (n) is their place among all, by which older ids are older customers."""
    rng = world.rng("people")
    n, today = len(ids), world.today
    anchor = world.seasons.sale_days((ranks + rng.random(n)) / world.customers)
    late = anchor > today - 365
    category = np.where(late, draw(rng, _NEW, n), draw(rng, _OLD, n))
    newest = np.flatnonzero(ranks >= world.customers - min(10, world.customers // 100))
    anchor[newest] = today - np.array([3, 2, 1, 1, 0, 0, 0, 0, 0, 0])[: len(newest)]
    category[newest] = np.array([BUYER, PROSPECT, RETAIL, SERVED, BUYER, PROSPECT])[np.arange(len(newest)) % 6]
    business = rng.random(n) < 0.06
    behaviour = draw(rng, (0.52, 0.28, 0.20), n)
    example = ids == PUBLIC_EXAMPLE
    anchor[example], category[example] = today - 2190, BUYER
    anchor[ids == VIP_FAMILY] = today - 1500
    story = np.isin(ids, CUSTOMERS)
    business[story], behaviour[story] = False, REGULAR
    category[story & (category != BUYER)] = BUYER
    category[ids == VIP_SPOUSE] = PROSPECT
    store = _stores(world, rng, anchor)
    for ident, showroom in zip((*NAMESAKES, VIP_FAMILY, VIP_SPOUSE), (0, 5, 8, 2, 2), strict=True):
        store[ids == ident] = showroom
    created = np.where(category == PROSPECT, anchor, np.maximum(anchor - waits(rng, 12, n), world.seasons.first - 30))
    gender = (rng.random(n) < 0.58).astype(np.int64)
    gender[story] = 1
    gender[ids == VIP_SPOUSE] = 0
    family, given = (np.array(part, dtype=object) for part in names.people(rng, gender))
    family[np.isin(ids, NAMESAKES)], given[np.isin(ids, NAMESAKES)] = NAMESAKE
    name = family + " " + given
    name[business] = np.array(names.businesses(rng, int(business.sum())), dtype=object)
    blank = np.full(n, NONE)
    place = _places(world, rng, store)
    namesake = np.isin(ids, NAMESAKES)
    place[namesake] = world.organisation.place[store[namesake]]
    found = People(
        ids=ids, category=category, business=business, anchor=anchor, created=created, until=np.full(n, today),
        store=store, place=place, behaviour=behaviour, gender=gender, family=family, given=given,
        name=name, erased=blank.copy(), deceased=blank.copy(), merged_into=blank.copy(), merged_on=blank.copy(),
        do_not_contact=picked(rng, ~story, 0.015, world.least),
    )  # fmt: skip
    return _marked(world, rng, found, story)


def _stores(world: World, rng: Generator, anchor: Ints) -> Ints:
    organisation = world.organisation
    weights = np.where(organisation.opened <= anchor[:, None], organisation.weight, 0.0)
    edges = np.cumsum(weights, axis=1)
    drawn = rng.random(len(anchor)) * edges[:, -1]
    chosen: Ints = (edges < drawn[:, None]).sum(axis=1)
    return chosen


def _places(world: World, rng: Generator, store: Ints) -> Ints:
    """Most live in the showroom's city, some in the provinces around, a few anywhere."""
    home = world.organisation.place[store]
    near = [[k for k, p in enumerate(PLACES) if p.near == place.near and p is not place] or [i]
            for i, place in enumerate(PLACES)]  # fmt: skip
    neighbour = np.array([options[int(k) % len(options)] for options, k in
                          zip((near[h] for h in home), rng.integers(0, 12, len(home)), strict=True)])  # fmt: skip
    chance = rng.random(len(home))
    anywhere = rng.integers(0, len(PLACES), len(home))
    return np.where(chance < 0.8, home, np.where(chance < 0.97, neighbour, anywhere)).astype(np.int64)


def _marked(world: World, rng: Generator, people: People, story: Bools) -> People:
    """Deceased, erased and merged customers; nobody is two of these, and nothing happens to them afterwards."""
    today, settled = world.today, people.anchor < world.today - 120
    until, plain = people.until.copy(), settled & ~story & ~people.business
    marks = {}
    for mark, share in (("deceased", 0.007), ("erased", 0.006)):
        chosen = pick(rng, plain, share, 2 * world.least)
        days = np.full(len(people), NONE)
        days[chosen] = spread(
            rng, np.maximum(people.anchor[chosen] + 30, today - 1200), np.full(len(chosen), today - 2)
        )
        until[chosen] = days[chosen] - 1
        plain[chosen] = False
        marks[mark] = days
    # a second record of somebody who is already known: made later, found out later still
    doubles = pick(rng, plain & (people.category != PROSPECT), 0.009, 2 * world.least)
    plain[doubles] = False
    survivors = rng.permutation(np.flatnonzero(plain & (people.category == BUYER)))[: len(doubles)]
    doubles = doubles[: len(survivors)]
    merged_into, merged_on = people.merged_into.copy(), people.merged_on.copy()
    merged_into[doubles] = people.ids[survivors]
    merged_on[doubles] = spread(rng, np.maximum(people.anchor[doubles] + 60, today - 700),
                                np.full(len(doubles), today - 3))  # fmt: skip
    until[doubles] = merged_on[doubles] - 1
    family, given, name = people.family.copy(), people.given.copy(), people.name.copy()
    gender, store, place = people.gender.copy(), people.store.copy(), people.place.copy()
    for column in (family, given, name, gender, store, place):
        column[doubles] = column[survivors]
    opened = world.organisation.opened[store]
    store = np.where(opened <= people.anchor, store, people.store)
    return replace(people, until=until, deceased=marks["deceased"], erased=marks["erased"], merged_into=merged_into,
                   merged_on=merged_on, family=family, given=given, name=name, gender=gender, store=store,
                   place=place)  # fmt: skip
