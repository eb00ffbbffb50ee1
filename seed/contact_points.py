"""How to reach the customers, in the many spellings of forms, and what they consented to."""

from __future__ import annotations

import numpy as np

from seed.columns import NONE, Bools, Generator, Ints, Objects, draw, moments, picked, texts
from seed.load import Loader
from seed.names import ascii_word
from seed.people import People
from seed.stories import VIP_FAMILY, VIP_SPOUSE
from seed.world import World, spread, waits

_PREFIXES = ("090", "091", "093", "094", "096", "097", "098", "086", "032", "033", "035", "037", "038", "039", "070",
             "077",
             "079", "081", "082", "083", "085", "056", "058", "059")  # fmt: skip
_OLD_PREFIX = {
    "032": "0162", "033": "0163", "035": "0165", "037": "0167", "038": "0168", "039": "0169", "070": "0120",
    "077": "0122",
    "079": "0121", "081": "0127", "082": "0129", "083": "0123", "085": "0125", "056": "0186", "058": "0188",
    "059": "0199",
}  # fmt: skip
_AREA = {"North": "024", "Central": "0236", "South": "028"}
_MAILS = ("gmail.com", "yahoo.com", "outlook.com", "icloud.com", "hotmail.com")
CHANNELS = ("call", "sms", "email", "zalo", "post", "push")
_SOURCES = ("showroom_form", "web_form", "phone", "zalo", "import")
_ROW = tuple[int, str, str, str, bool, bool]  # customer, kind, written, value, primary, usable


def write_contact_points(world: World, loader: Loader, people: People) -> None:
    """Phones, e-mails, Zalo and other handles; none for the erased."""
    rng = world.rng("contact points")
    mobile = _mobiles(people)
    written = _spellings(rng, mobile)
    there = people.erased == NONE
    placeholder = picked(rng, there & ~people.in_story, 0.012, world.least)
    has = there & ((rng.random(len(people)) < 0.965) | people.in_story)
    mail = there & (rng.random(len(people)) < 0.56)
    bad_mail = picked(rng, mail, 0.012, world.least)
    second = has & (rng.random(len(people)) < 0.08)
    zalo = has & ~placeholder & (rng.random(len(people)) < 0.5)
    handle, landline = (
        there & (rng.random(len(people)) < 0.04),
        there & people.business & (rng.random(len(people)) < 0.8),
    )
    numbers_ = rng.integers(1_000_000, 9_999_999, len(people)).tolist()
    found: list[_ROW] = []
    for k, customer in enumerate(people.ids.tolist()):
        phone, spelt = str(mobile[k]), written[k]
        if placeholder[k]:
            found.append((customer, "mobile", "0000000000", "0000000000", True, False))
        elif has[k]:
            found.append((customer, "mobile", spelt, phone, True, True))
        if second[k]:
            other = f"09{numbers_[k] * 7 % 100_000_000:08d}"
            found.append((customer, "mobile", f"+84 {other[1:]}", other, False, True))
        if zalo[k]:
            found.append((customer, "zalo", spelt, phone, not has[k], True))
        if landline[k]:
            number = f"{_AREA['North'] if k % 3 else _AREA['South']}{numbers_[k]:07d}1"[:11]
            found.append((customer, "landline", f"({number[:3]}) {number[3:7]} {number[7:]}", number, False, True))
        if mail[k]:
            found.append(_mail(people, k, customer, numbers_[k], bad=bool(bad_mail[k])))
        if handle[k]:
            name = f"fb.com/{ascii_word(str(people.given[k]))}.{numbers_[k] % 10_000}"
            found.append((customer, "handle", name, name, False, True))
    names = ("customer_id", "kind", "value_written", "value", "is_primary", "is_usable")
    columns = dict(zip(names, map(list, zip(*found, strict=True)), strict=True)) if found else {n: [] for n in names}
    loader.add("contact_points", {"id": loader.ids("contact_points", len(found)).tolist(), **columns})


def _mobiles(people: People) -> Objects:
    """A number (n) of its own for each customer; spouses of one household share one."""
    tails = people.ids * 7_654_321 % 10_000_000  # a bijection: no number twice with the same prefix
    prefix = (people.ids * 31 + people.ids // 7) % len(_PREFIXES)
    made = np.array(
        [f"{_PREFIXES[p]}{t:07d}" for p, t in zip(prefix.tolist(), tails.tolist(), strict=True)], dtype=object
    )
    shares = (people.ids % 61 == 0) & (people.ids != people.ids[0]) & ~people.business
    at = np.flatnonzero(shares)
    made[at] = made[at - 1]
    family, spouse = people.rows_of((VIP_FAMILY,)), people.rows_of((VIP_SPOUSE,))
    if len(family) and len(spouse):
        made[spouse] = made[family]
    same = np.flatnonzero(people.merged_into != NONE)  # a second record of somebody: mostly the number that is known
    row = {int(i): k for k, i in enumerate(people.ids.tolist())}
    for k in same[same % 3 > 0].tolist():
        made[k] = made[row[int(people.merged_into[k])]]
    return made


def _spellings(rng: Generator, mobile: Objects) -> list[str]:
    style = draw(rng, (50, 14, 12, 10, 5, 9), len(mobile)).tolist()
    found: list[str] = []
    for phone, how in zip(mobile.tolist(), style, strict=True):
        old = _OLD_PREFIX.get(phone[:3])
        if how == 5 and old:
            found.append(f"{old}{phone[3:]}")
        elif how == 1:
            found.append(f"+84 {phone[1:4]} {phone[4:7]} {phone[7:]}")
        elif how == 2:
            found.append(f"{phone[:4]}.{phone[4:7]}.{phone[7:]}")
        elif how == 3:
            found.append(f"{phone[:4]} {phone[4:7]} {phone[7:]}")
        elif how == 4:
            found.append(f"0084{phone[1:]}")
        else:
            found.append(phone)
    return found


def _mail(people: People, k: int, customer: int, number: int, *, bad: bool) -> _ROW:
    if bad:
        text = ("na@na.com", "khongco@khongco.vn", "khách không có email")[number % 3]
        return customer, "email", text, text, True, False
    given, family = ascii_word(str(people.given[k])), ascii_word(str(people.family[k]).split()[0])
    text = f"{given}.{family}{number % 1000}@{_MAILS[number % len(_MAILS)]}"
    return customer, "email", text.capitalize() if number % 5 == 0 else text, text, True, True


def write_consents(world: World, loader: Loader, people: People) -> None:
    """Changes of consent: first answers with the record, later revocations and new grants; silence for a quarter."""
    rng = world.rng("consents")
    asked = (rng.random(len(people)) < 0.76) | people.in_story
    parts: list[tuple[Ints, Ints, Ints, Ints, Ints]] = []
    plan = (
        (0, "service", 0.72, 0.95), (0, "marketing", 0.7, 0.74), (1, "marketing", 0.62, 0.7), (2, "marketing",
        0.45, 0.72),
        (3, "marketing", 0.62, 0.8), (3, "service", 0.35, 0.97), (2, "survey", 0.2, 0.85), (4, "marketing", 0.06, 0.6),
        (5, "marketing", 0.12, 0.8),
    )  # fmt: skip
    for channel, purpose, share, grants in plan:
        who = np.flatnonzero(asked & ((rng.random(len(people)) < share) | people.in_story))
        granted = (rng.random(len(who)) < grants) | people.in_story[who]
        state = np.where(granted, 0, 1)
        code = ("service", "marketing", "survey").index(purpose)
        day = np.minimum(people.created[who] + np.where(rng.random(len(who)) < 0.8, 0, waits(rng, 60, len(who))),
                         people.until[who])  # fmt: skip
        parts.append((who, np.full(len(who), channel), np.full(len(who), code), state, day))
        revoked = picked(rng, granted & ~people.in_story[who] & (day < people.until[who] - 5), 0.07, world.least)
        lost, since = who[revoked], day[revoked]
        again = spread(rng, since + 3, people.until[lost])
        parts.append((lost, np.full(len(lost), channel), np.full(len(lost), code), np.full(len(lost), 2), again))
        back = rng.random(len(lost)) < 0.15
        parts.append((lost[back], np.full(int(back.sum()), channel), np.full(int(back.sum()), code),
                      np.zeros(int(back.sum()), dtype=np.int64),
                      spread(rng, again[back] + 1, people.until[lost[back]])))  # fmt: skip
    columns = [np.concatenate(side) for side in zip(*parts, strict=True)]
    valid: Bools = columns[4] <= people.until[columns[0]]
    order = np.flatnonzero(valid)[np.lexsort((columns[4][valid], columns[0][valid]))]
    who, channels, codes, states, day = (column[order] for column in columns)
    recorder = world.organisation.reps.pick(rng, people.store[who], day)
    recorded = np.where((rng.random(len(who)) < 0.6) & (recorder != NONE), recorder, NONE)
    # the second of two changes of a day is recorded later
    at = world.at_work(rng, day, 8, 12) + np.where(states == 0, 0, 360)
    loader.add("consents", {
        "id": loader.ids("consents", len(who)).tolist(),
        "customer_id": people.ids[who].tolist(),
        "channel": texts(CHANNELS, channels),
        "purpose": texts(("service", "marketing", "survey"), codes),
        "state": texts(("granted", "denied", "revoked"), states),
        "source": texts(_SOURCES, draw(rng, (55, 18, 10, 9, 8), len(who))),
        "recorded_at": moments(at),
        "recorded_by_id": [None if r == NONE else r for r in recorded.tolist()],
    })  # fmt: skip
