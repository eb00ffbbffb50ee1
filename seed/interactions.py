"""Calls, messages and meetings around visits, purchases and silences, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seed import talk
from seed.columns import NONE, Generator, Ints, dates, draw, moments, numbers, picked, stacked, texts
from seed.load import Loader
from seed.ownership import Owners
from seed.people import PROSPECT, People
from seed.service import Visits
from seed.vehicles import Spells
from seed.world import World, reach_today, spread, waits

TYPES = ("call", "email", "sms", "zalo", "whatsapp", "in_person", "web", "social")
CALL, EMAIL, SMS, ZALO, WHATSAPP, IN_PERSON, WEB, SOCIAL = range(8)
INBOUND, OUTBOUND = range(2)
OUTCOMES = ("answered", "no_answer", "interested", "refused", "promised", "booked")
_SINCE = 1600  # days: before that nobody wrote them down
# weights of types, and of outcomes of outbound ones (the last: nothing written), by topic
_TYPES = {
    talk.REMINDER: (45, 2, 22, 30, 0, 0, 0, 0), talk.AFTERCARE: (75, 3, 5, 17, 0, 0, 0, 0),
    talk.SALES: (38, 6, 3, 24, 2, 18, 5, 4), talk.ENQUIRY: (26, 4, 1, 24, 2, 20, 14, 9),
    talk.WIN_BACK: (62, 8, 12, 18, 0, 0, 0, 0), talk.QUESTION: (46, 6, 3, 32, 2, 9, 1, 1),
    talk.OFFER: (10, 25, 33, 32, 0, 0, 0, 0),
}  # fmt: skip
_OUTCOMES = {
    talk.REMINDER: (24, 22, 4, 5, 12, 25, 8), talk.AFTERCARE: (66, 24, 2, 2, 2, 0, 4),
    talk.SALES: (24, 16, 30, 8, 14, 4, 4), talk.WIN_BACK: (13, 50, 5, 18, 8, 3, 3), talk.OFFER: (3, 20, 3, 2, 0, 0, 72),
}  # fmt: skip


@dataclass(frozen=True)
class Touches:
    """Touches (t): `who` a row of people, `topic` a place in the topics of `talk`."""

    who: Ints
    day: Ints
    topic: Ints
    direction: Ints


def touches(world: World, people: People, spells: Spells, visits: Visits) -> Touches:
    """Who was touched on which day, about what, in which direction."""
    rng = world.rng("touches")
    parts: list[tuple[Ints, Ints, int, int]] = []
    recent = np.flatnonzero(visits.came > world.today - _SINCE)
    owner = spells.who[visits.spell]
    some = recent[rng.random(len(recent)) < 0.32]
    parts.append((owner[some], visits.came[some] - 3 - rng.integers(0, 12, len(some)), talk.REMINDER, OUTBOUND))
    some = recent[rng.random(len(recent)) < 0.16]
    parts.append((owner[some], visits.day[some] + 2 + rng.integers(0, 4, len(some)), talk.AFTERCARE, OUTBOUND))
    sold = np.flatnonzero(spells.here & (spells.bought > world.today - _SINCE))
    for chance, low, high, direction in ((0.8, 5, 20, INBOUND), (0.9, 1, 10, OUTBOUND), (0.5, 0, 5, OUTBOUND)):
        some = sold[rng.random(len(sold)) < chance]
        topic = talk.ENQUIRY if direction == INBOUND else talk.SALES
        parts.append((spells.who[some], spells.bought[some] - rng.integers(low, high, len(some)), topic, direction))
    some = sold[rng.random(len(sold)) < 0.45]
    parts.append((spells.who[some], spells.start[some] + 3 + rng.integers(0, 10, len(some)), talk.AFTERCARE, OUTBOUND))
    parts += _of_prospects(rng, people)
    parts += _silent(world, rng, people, spells, visits)
    for rate, topic, direction in ((0.42, talk.QUESTION, INBOUND), (0.5, talk.OFFER, OUTBOUND)):
        years = np.minimum(people.until - people.anchor, 1000).clip(0) / 365.25
        whom = np.repeat(np.arange(len(people)), rng.poisson(rate * years))
        low_day = np.maximum(people.anchor[whom], people.until[whom] - 1000)
        days = reach_today(rng, spread(rng, low_day, people.until[whom]), world.today)
        parts.append((whom, days, topic, direction))
    found = stacked([
        Touches(who, day, np.full(len(who), topic), np.full(len(who),
        direction)) for who, day, topic, direction in parts
    ])  # fmt: skip
    keep = (found.day >= people.created[found.who]) & (found.day <= people.until[found.who])
    return Touches(*(getattr(found, name)[keep] for name in Touches.__annotations__))


def _of_prospects(rng: Generator, people: People) -> list[tuple[Ints, Ints, int, int]]:
    prospects = np.flatnonzero(people.category == PROSPECT)
    parts = [(prospects, people.created[prospects], talk.ENQUIRY, INBOUND)]
    who = np.repeat(prospects, rng.poisson(1.8, len(prospects)))
    parts.append((who, people.created[who] + waits(rng, 12, len(who)), talk.SALES, OUTBOUND))
    back = prospects[rng.random(len(prospects)) < 0.3]
    parts.append((back, people.created[back] + 1 + waits(rng, 20, len(back)), talk.QUESTION, INBOUND))
    return parts


def _silent(
    world: World, rng: Generator, people: People, spells: Spells, visits: Visits
) -> list[tuple[Ints, Ints, int, int]]:
    """Calls to owners who stopped coming, months after their last visit."""
    last = people.anchor.copy()
    np.maximum.at(last, spells.who[visits.spell], visits.day)
    lapsed = np.flatnonzero(
        (people.category != PROSPECT) & (last < world.today - 270) & (rng.random(len(people)) < 0.4)
    )
    day = spread(rng, np.maximum(last[lapsed] + 220, world.today - 420), people.until[lapsed])
    again = rng.random(len(lapsed)) < 0.4
    return [(lapsed, day, talk.WIN_BACK, OUTBOUND),
            (lapsed[again], day[again] + 3 + waits(rng, 20, int(again.sum())), talk.WIN_BACK, OUTBOUND)]  # fmt: skip


def write_interactions(world: World, loader: Loader, people: People, owners: Owners, found: Touches) -> None:
    """Write them with who, how long, what was said and what came of it."""
    rng, n = world.rng("interactions"), len(found.who)
    kind, outcome = np.zeros(n, dtype=np.int64), np.full(n, NONE)
    for topic, weights in _TYPES.items():
        of = np.flatnonzero(found.topic == topic)
        kind[of] = draw(rng, weights, len(of))
        if topic in _OUTCOMES:
            outcome[of] = draw(rng, _OUTCOMES[topic], len(of))
    outcome[outcome == len(OUTCOMES)] = NONE
    inbound = found.direction == INBOUND
    outcome[inbound] = np.array([0, 2, 5, 4, NONE])[draw(rng, (45, 22, 10, 5, 18), int(inbound.sum()))]
    outcome[(kind == IN_PERSON) & (outcome == 1)] = 0
    spoken = (outcome != 1) & ((kind == CALL) | (kind == IN_PERSON))
    duration = np.where(kind == CALL, 30 + rng.integers(0, 600, n), 600 + rng.integers(0, 4200, n))
    two_way = inbound | ((outcome != NONE) & (outcome != 1))
    mood = np.where(outcome == 3, draw(rng, (4, 40, 56), n), draw(rng, (38, 48, 14), n))
    sentiment = np.where(two_way & (rng.random(n) < 0.85), mood, -1)
    due, done = _follow_ups(world, rng, people, found, outcome)
    erased = people.erased[found.who] != NONE
    subject, content = talk.said(rng, found.topic, inbound, outcome)
    loader.add("interactions", {
        "id": loader.ids("interactions", n).tolist(),
        "customer_id": people.ids[found.who].tolist(),
        "user_id": numbers(_users(world, rng, people, owners, found, kind)),
        "type": texts(TYPES, kind),
        "purpose": texts(("service", "advertising"), np.isin(found.topic, talk.ADVERTISING).astype(np.int64)),
        "direction": texts(("inbound", "outbound"), found.direction),
        "happened_at": moments(world.at_work(rng, found.day, 8, 20)),
        "duration_s": numbers(np.where(spoken, duration, NONE)),
        "subject": texts(talk.SUBJECTS, subject),
        "content": texts(talk.contents(), np.where(erased, -1, content)),
        "outcome": texts(OUTCOMES, outcome),
        "sentiment": texts(("positive", "neutral", "negative"), sentiment),
        "follow_up_due": dates(due),
        "follow_up_done": dates(done),
    })  # fmt: skip


def _users(world: World, rng: Generator, people: People, owners: Owners, found: Touches, kind: Ints) -> Ints:
    """The owner, or for service an advisor or the call centre; nobody for web forms and what a machine sent."""
    n, store = len(found.who), people.store[found.who]
    owner = owners.at(found.who, found.day)
    advisor = world.organisation.advisors.pick(rng, store, found.day)
    centre = world.organisation.group[rng.integers(0, len(world.organisation.group), n)]
    service = np.isin(found.topic, (talk.REMINDER, talk.AFTERCARE, talk.WIN_BACK))
    other = np.where(rng.random(n) < 0.5, advisor, centre)
    user = np.where((service & (rng.random(n) < 0.6)) | (owner == NONE), other, owner)
    machine = ((found.topic == talk.OFFER) & (kind != CALL)) | np.isin(kind, (WEB, SOCIAL))
    machine |= (kind == SMS) & (found.direction == OUTBOUND) & (rng.random(n) < 0.7)
    user = np.where(machine, NONE, user)
    user[picked(rng, user != NONE, 0.01, world.least)] = NONE
    return user


def _follow_ups(world: World, rng: Generator, people: People, found: Touches, outcome: Ints) -> tuple[Ints, Ints]:
    n, today = len(found.who), world.today
    chance = np.select(
        [outcome == 4, outcome == 2, outcome == 1, found.direction == INBOUND], [0.6, 0.4, 0.25, 0.15], 0.06
    )
    wanted = (rng.random(n) < chance) & (people.until[found.who] == today) & (found.topic != talk.OFFER)
    due = found.day + 1 + rng.integers(0, 14, n)
    done = np.maximum(due + rng.integers(-2, 5, n), found.day)
    is_done = wanted & (done <= today) & (rng.random(n) < 0.86)
    open_ = np.flatnonzero(wanted & ~is_done & (found.day < today) & (np.abs(due - today) < 15))
    due[rng.permutation(open_)[: min(3, world.least)]] = today  # somebody has something to do today
    return np.where(wanted, due, NONE), np.where(is_done, done, NONE)
