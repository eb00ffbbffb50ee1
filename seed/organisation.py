"""Showrooms and staff: who worked where, from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from schema.text import fold
from seed import names
from seed.columns import NONE, Floats, Generator, Ints, constant, dates, day_number
from seed.load import Loader
from seed.places import PLACES, showrooms
from seed.stories import Stories

CUSTOMERS_A_STORE, CUSTOMERS_A_REP = 10_000, 150
FIRST_STORES = 12
_CITY_WEIGHT = {"Hà Nội": 1.4, "TP. Hồ Chí Minh": 1.5, "Huế": 0.7, "Nha Trang": 0.7}
_STAFF = (("service_advisor", 400), ("technician", 300))  # one per so many customers


@dataclass(frozen=True)
class Roster:
    """Staff of one role: `users` (stores, most) with their first and last day of work; `NONE` where there is nobody."""

    users: Ints
    hired: Ints
    left: Ints

    def pick(self, rng: Generator, stores: Ints, days: Ints) -> Ints:
        """Somebody employed at each store (n, places) on each day (n); `NONE` where nobody is."""
        left = self.left[stores]
        there = (self.hired[stores] <= days[:, None]) & ((left == NONE) | (left > days[:, None]))
        there &= self.users[stores] != NONE
        chance = np.where(there, rng.random(there.shape), -1.0)
        users: Ints = self.users[stores, chance.argmax(axis=1)]
        return np.where(there.any(axis=1), users, NONE)


@dataclass(frozen=True)
class Organisation:
    """Arrays by store (place = id − 1) and rosters by role; `left` and `hired` by user id."""

    brand: list[str]
    place: Ints
    opened: Ints
    weight: Floats
    reps: Roster
    advisors: Roster
    technicians: Roster
    managers: Roster
    group: Ints
    left: Ints
    store_of: Ints

    @property
    def stores(self) -> int:
        """How many."""
        return len(self.brand)


@dataclass(frozen=True)
class _Post:
    role: str
    store: int | None
    hired: int
    left: int | None


def organise(loader: Loader, rng: Generator, customers: int, today: date, stories: Stories) -> Organisation:
    """Write stores and users for so many customers."""
    now = day_number(today)
    spots = showrooms(FIRST_STORES + customers // CUSTOMERS_A_STORE)
    cities = [place.city for place in PLACES]
    opened = [
        day_number(date(max(today.year - 7, 2019), 6, 1))
        if brand == "VinFast" and today.year > 2019
        else day_number(date(today.year - 10 - index % 3, 3 + index % 9, 1))
        for index, (brand, _, _) in enumerate(spots)
    ]
    loader.add("stores", {
        "id": loader.ids("stores", len(spots)).tolist(),
        "name": [f"{brand} {district}" for brand, _, district in spots],
        "brand": [brand for brand, _, _ in spots],
        "district": [district for _, _, district in spots],
        "city": [city for _, city, _ in spots],
        "region": [PLACES[cities.index(city)].region for _, city, _ in spots],
        "opened_on": dates(np.array(opened)),
        "workshop_days": constant("1234567", len(spots)),
    })  # fmt: skip
    weight = np.array([_CITY_WEIGHT.get(city, 1.0) for _, city, _ in spots])
    posts = _posts(rng, customers, weight / weight.sum(), opened, now, stories)
    _write_users(loader, rng, posts)
    return Organisation(
        brand=[brand for brand, _, _ in spots],
        place=np.array([cities.index(city) for _, city, _ in spots]),
        opened=np.array(opened),
        weight=weight / weight.sum(),
        reps=_roster(posts, "sales_rep", len(spots)),
        advisors=_roster(posts, "service_advisor", len(spots)),
        technicians=_roster(posts, "technician", len(spots)),
        managers=_roster(posts, "store_manager", len(spots)),
        group=np.array([i + 1 for i, p in enumerate(posts) if p.role == "customer_service"]),
        left=np.array([NONE, *(NONE if p.left is None else p.left for p in posts)]),
        store_of=np.array([NONE, *(NONE if p.store is None else p.store for p in posts)]),
    )


def _posts(rng: Generator, customers: int, share: Floats, opened: list[int], now: int, stories: Stories) -> list[_Post]:
    start = min(opened)
    posts = [_Post("admin", None, start, None)]
    for role, count in (("marketing", 2), ("data_analyst", 2), ("customer_service", 3 + customers // 10_000)):
        posts += [_Post(role, None, start + 60 * k, None) for k in range(count)]
    for store, first in enumerate(opened):
        of_store = customers * share[store]
        posts.append(_Post("store_manager", store, first, None))
        wanted = max(2 if store == 0 else 1, round(of_store / CUSTOMERS_A_REP))
        for k in range(wanted):
            posts.append(_Post("sales_rep", store, first if k == 0 else _hired(rng, first, now), None))
        if store == stories.departed_store:
            posts.append(_Post("sales_rep", store, first + 30, stories.departed_on))
        for _ in range(max(1 if store % 2 else 0, wanted // 4)):
            hired = int(rng.integers(first, max(first + 1, now - 900)))
            posts.append(_Post("sales_rep", store, hired, int(rng.integers(hired + 400, now - 100))))
        for role, per in _STAFF:
            for k in range(max(2, round(of_store / per))):
                posts.append(_Post(role, store, first if k == 0 else _hired(rng, first, now), None))
        if store % 3 == 0:
            posts.append(_Post("technician", store, first, int(rng.integers(first + 400, now - 60))))
    return posts


def _hired(rng: Generator, first: int, now: int) -> int:
    # most of today's staff came early: squaring the draw leans to the opening
    return first + int((now - 150 - first) * rng.random() ** 2)


def _write_users(loader: Loader, rng: Generator, posts: list[_Post]) -> None:
    family, given = names.people(rng, rng.integers(0, 2, len(posts)))
    logins: list[str] = []
    seen: dict[str, int] = {}
    for post, last, first in zip(posts, family, given, strict=True):
        login = "admin" if post.role == "admin" else f"{fold(first)}.{fold(last).split()[0]}"
        seen[login] = seen.get(login, 0) + 1
        logins.append(login if seen[login] == 1 else f"{login}{seen[login]}")
    loader.add("users", {
        "id": loader.ids("users", len(posts)).tolist(),
        "login": logins,
        "family_name": family,
        "given_name": given,
        "full_name": [f"{a} {b}" for a, b in zip(family, given, strict=True)],
        "role": [p.role for p in posts],
        "store_id": [None if p.store is None else p.store + 1 for p in posts],
        "hired_on": dates(np.array([p.hired for p in posts])),
        "left_on": dates(np.array([NONE if p.left is None else p.left for p in posts])),
    })  # fmt: skip


def _roster(posts: list[_Post], role: str, stores: int) -> Roster:
    found: list[list[tuple[int, int, int]]] = [[] for _ in range(stores)]
    for place, post in enumerate(posts):
        if post.role == role and post.store is not None:
            found[post.store].append((place + 1, post.hired, NONE if post.left is None else post.left))
    most = max(1, *(len(f) for f in found))
    table = np.full((3, stores, most), NONE, dtype=np.int64)
    for store, staff in enumerate(found):
        for k, row in enumerate(staff):
            table[:, store, k] = row
    return Roster(*table)
