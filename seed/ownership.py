"""Which rep owned which customer, and when; and what happened when a rep left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seed.columns import NONE, Generator, Ints, dates, picked, texts
from seed.load import Loader
from seed.organisation import Organisation
from seed.people import PROSPECT, People
from seed.stories import PUBLIC_EXAMPLE, VIP_FAMILY
from seed.world import World, spread

_REASONS = ("assigned", "handover", "left_company", "request", "moved")
ASSIGNED, HANDOVER, LEFT, REQUEST, MOVED = range(5)


@dataclass(frozen=True)
class Owners:
    """Ownerships (w) of a chunk, in the order of their beginning: `reason` is why each began."""

    organisation: Organisation
    people: int
    who: Ints
    user: Ints
    start: Ints
    end: Ints
    reason: Ints

    def at(self, who: Ints, days: Ints) -> Ints:
        """The user who owned each customer (m, rows) on that day (m); `NONE` where nobody did."""
        found = np.full(len(who), NONE)
        for turn in range(int(self._turns().max(initial=-1)) + 1):
            of = np.flatnonzero(self._turns() == turn)
            row = np.full(self.people, -1)
            row[self.who[of]] = of
            mine = row[who]
            holds = (mine >= 0) & (self.start[mine] <= days) & ((self.end[mine] == NONE) | (days < self.end[mine]))
            found = np.where(holds, self.user[mine], found)
        return found

    def now(self) -> Ints:
        """The present owner of each customer (n)."""
        found = np.full(self.people, NONE)
        open_ = self.end == NONE
        found[self.who[open_]] = self.user[open_]
        return found

    def seller(self, rng: Generator, who: Ints, stores: Ints, days: Ints) -> Ints:
        """Who sold to each customer (m): the owner on the day, else some rep of the store then."""
        owner = self.at(who, days)
        return np.where(owner == NONE, self.organisation.reps.pick(rng, stores, days), owner)

    def _turns(self) -> Ints:
        """Whether an ownership is a customer's first, second, … (w), from 0."""
        order = np.argsort(self.who, kind="stable")
        sorted_ = self.who[order]
        turn = np.empty(len(order), dtype=np.int64)
        turn[order] = np.arange(len(order)) - np.searchsorted(sorted_, sorted_)
        return turn


def owners(world: World, people: People) -> Owners:
    """First owner at the record's day, then handovers; a departed rep's customers go on, or stay unowned."""
    rng, organisation = world.rng("owners"), world.organisation
    n = len(people)
    user_left, today = organisation.left, world.today
    story = np.isin(people.ids, (PUBLIC_EXAMPLE, VIP_FAMILY))
    unowned = picked(rng, ~story, 0.02, world.least) | ((people.category == PROSPECT) & (rng.random(n) < 0.12))
    who = np.flatnonzero(~unowned & (people.until > people.created))
    store, start = people.store[who], np.maximum(people.created[who], organisation.opened[people.store[who]])
    employed = organisation.reps.pick(rng, store, start) != NONE
    who, store, start = who[employed], store[employed], start[employed]
    reason = np.full(len(who), ASSIGNED)
    user = organisation.reps.pick(rng, store, start)
    parts: list[tuple[Ints, Ints, Ints, Ints, Ints]] = []
    for chance in (0.13, 0.05, 0.0, 0.0, 0.0):
        n = len(who)
        kept = np.isin(people.ids[who], (PUBLIC_EXAMPLE, VIP_FAMILY))
        until = np.minimum(np.where(user_left[user] == NONE, today + 1, user_left[user]), people.until[who] + 1)
        changes = (rng.random(n) < chance) & (until - start > 120) & ~kept
        moved = changes & (rng.random(n) < 0.12)
        end = np.where(changes, spread(rng, start + 60, until - 30), np.where(until <= today, until, NONE))
        left = (end != NONE) & ~changes & (user_left[user] == end)
        begin = np.where(changes, end, end + rng.integers(0, 20, n))
        next_store = np.where(moved, rng.integers(0, organisation.stores, n), store)
        begin = np.maximum(begin, organisation.opened[next_store])
        successor = organisation.reps.pick(rng, next_store, np.where(end == NONE, today, begin))
        found = (successor != NONE) & (successor != user) & (begin <= today)
        end = np.where(changes & ~found, np.where(until <= today, until, NONE), end)
        parts.append((who, user, start, end, reason))
        taken = kept | (rng.random(n) < 0.8)
        goes_on = found & (changes | (left & taken)) & (people.until[who] == today)
        named = np.where(moved, MOVED, np.where(rng.random(n) < 0.3, REQUEST, HANDOVER))
        reason = np.where(left, LEFT, named)[goes_on]
        who, user, store, start = who[goes_on], successor[goes_on], next_store[goes_on], begin[goes_on]
    columns = [np.concatenate(side) for side in zip(*parts, strict=True)]
    return Owners(organisation, len(people), *columns)


def home_stores(world: World, people: People, found: Owners) -> Ints:
    """Ids of home stores (n): the present owner's, else where the record was made (refresh looks at orders, too)."""
    owner = found.now()
    return np.where(owner == NONE, people.store, world.organisation.store_of[np.where(owner == NONE, 0, owner)]) + 1


def write_owners(loader: Loader, people: People, found: Owners) -> None:
    """Write the history of ownership."""
    loader.add("ownerships", {
        "id": loader.ids("ownerships", len(found.who)).tolist(),
        "customer_id": people.ids[found.who].tolist(),
        "user_id": found.user.tolist(),
        "from_date": dates(found.start),
        "to_date": dates(found.end),
        "reason": texts(_REASONS, found.reason),
    })  # fmt: skip
