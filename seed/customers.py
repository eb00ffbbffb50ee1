"""Rows of customers and their tags, with the blanks and placeholders that real records have."""

from __future__ import annotations

import numpy as np

from schema.tables.customers import SOURCE_CHANNELS, TIME_BANDS
from schema.text import fold
from seed.columns import DAY, NONE, Bools, Column, Generator, Ints, dates, draw, moments, numbers, picked, texts, where
from seed.load import Loader
from seed.names import GENDERS
from seed.people import BUYER, PROSPECT, People
from seed.places import PLACES, STREETS
from seed.stories import PUBLIC_EXAMPLE, VIP_FAMILY
from seed.world import World, waits

ERASED = "(erased)"
PLACEHOLDER_BIRTH = -25_567  # 1900-01-01
_OCCUPATIONS = (
    "Kỹ sư", "Giáo viên", "Bác sĩ", "Kế toán", "Kinh doanh tự do", "Chủ cửa hàng", "Nhân viên văn phòng", "Công chức",
    "Luật sư", "Lái xe", "Dược sĩ", "Kiến trúc sư", "Nội trợ", "Giám đốc", "Nhân viên ngân hàng", "Lập trình viên",
    "Hưu trí",
    "Môi giới bất động sản", "Quân nhân", "Nông dân", "N/A",
)  # fmt: skip
_OCCUPATION_WEIGHTS = (8, 7, 4, 7, 12, 8, 12, 7, 2, 4, 2, 2, 4, 6, 5, 5, 4, 4, 2, 3, 3)
_CHANNELS = ("call", "zalo", "sms", "email")
_SOURCE_WEIGHTS = (18, 8, 4, 12, 7, 24, 10, 13, 4)
TAGS = (
    "khách quen", "gia đình", "thích SUV", "trả góp", "nhạy cảm giá", "xe điện", "taxi", "hay gọi buổi sáng",
    "test drive",
    "giới thiệu bạn bè", "ưu tiên", "corporate", "second car", "trade-in", "đổi xe 2 năm tới", "kỹ tính",
)  # fmt: skip


def write_customers(world: World, loader: Loader, people: People, home: Ints) -> None:
    """Write the chunk's customers; `home` (n) is the home store's id."""
    rng, n = world.rng("customers"), len(people)
    individual, wiped = ~people.business, people.erased != NONE
    known = individual & ~wiped
    family = where(known, people.family)
    given = where(known, people.given)
    name = np.where(wiped, ERASED, people.name)
    married = rng.random(n) < 0.68
    columns: dict[str, Column] = {
        "id": people.ids.tolist(),
        "kind": texts(("individual", "business"), people.business.astype(np.int64)),
        "family_name": family,
        "given_name": given,
        "business_name": where(people.business & ~wiped, people.name),
        "full_name": name.tolist(),
        "name_folded": [fold(text) for text in name.tolist()],
        "gender": _gender(world, rng, people, known),
        "birth_date": dates(_births(world, rng, people, known)),
        "marital_status": _words(
            rng, known & (rng.random(n) < 0.75), ("single", "married", "divorced", "widowed"), (22, 68, 7, 3)
        ),
        "wedding_anniversary": dates(
            np.where(known & married & (rng.random(n) < 0.3), world.today - rng.integers(400, 12_000, n), NONE)
        ),
        "occupation": _words(rng, known & (rng.random(n) < 0.86), _OCCUPATIONS, _OCCUPATION_WEIGHTS),
        "income_range": _words(rng, known & (rng.random(n) < 0.6),
                               ("under_15m", "15m_30m", "30m_60m", "60m_120m", "over_120m"), (12, 34, 33, 15, 6)),
        "education": _words(rng, known & (rng.random(n) < 0.5),
                            ("secondary", "college", "bachelor", "master", "doctorate"), (16, 22, 47, 13, 2)),
        **_address(rng, people, wiped),
        "country": ["VN"] * n,
        "identity_number": [
            f"•••••••••{tail:03d}" if has else None
            for tail, has in zip(rng.integers(0, 1000, n).tolist(), (known & (rng.random(n) < 0.55)).tolist(),
            strict=True)
        ],
        "preferred_channel": _words(rng, ~wiped & (rng.random(n) < 0.6), _CHANNELS, (40, 38, 10, 12)),
        "preferred_time": _words(rng, ~wiped & (rng.random(n) < 0.4), TIME_BANDS, (16, 30, 12, 26, 16)),
        "language": texts(("vi", "en"), (rng.random(n) < 0.03).astype(np.int64)),
        "source_channel": _words(rng, rng.random(n) < 0.94, SOURCE_CHANNELS, _SOURCE_WEIGHTS),
        "created_store_id": (people.store + 1).tolist(),
        "home_store_id": home.tolist(),
        **_times(world, rng, people),
        "merged_into_id": numbers(people.merged_into),
        "deceased_on": dates(people.deceased),
        "do_not_contact": people.do_not_contact.tolist(),
    }  # fmt: skip
    # survivors first: a row may only point at one that is there
    order = np.argsort(people.merged_into != NONE, kind="stable").tolist()
    loader.add("customers", {name: [values[k] for k in order] for name, values in columns.items()})
    _write_tags(world, loader, people)


def _words(rng: Generator, given: Bools, pool: tuple[str, ...], weights: tuple[float, ...]) -> Column:
    return texts(pool, np.where(given, draw(rng, weights, len(given)), -1))


def _gender(world: World, rng: Generator, people: People, known: Bools) -> Column:
    code = np.where(known, people.gender, -1)
    code[picked(rng, known, 0.04, world.least)] = -1
    code[picked(rng, known, 0.003, world.least)] = 2
    return texts((*GENDERS, "other"), code)


def _births(world: World, rng: Generator, people: People, known: Bools) -> Ints:
    n = len(people)
    age = np.clip(rng.normal(37, 10, n), 19, 68)
    births = people.created - (age * 365.25).astype(np.int64) - rng.integers(0, 365, n)
    births = np.where(known, births, NONE)
    births[picked(rng, known, 0.10, world.least)] = NONE
    births[picked(rng, known, 0.015, world.least)] = PLACEHOLDER_BIRTH
    return births


def _address(rng: Generator, people: People, wiped: Bools) -> dict[str, Column]:
    n = len(people)
    place = np.where(rng.random(n) < 0.975, people.place, -1)
    district_of = [(k, d) for k, p in enumerate(PLACES) for d in p.districts]
    first = np.cumsum([0, *(len(p.districts) for p in PLACES)])[:-1]
    size = np.array([len(p.districts) for p in PLACES])
    district = first[people.place] + np.floor(rng.random(n) ** 1.4 * size[people.place]).astype(np.int64)
    district = np.where((place < 0) | (rng.random(n) < 0.04), -1, district)
    street = np.where((place < 0) | wiped | (rng.random(n) < 0.08), -1, rng.integers(0, len(STREETS), n))
    houses = rng.integers(1, 480, n).tolist()
    return {
        "street": [
            None if road is None else f"{house} {road}"
            for house, road in zip(houses, texts(STREETS, street), strict=True)
        ],
        "district": texts([d for _, d in district_of], district),
        "city": texts([p.city for p in PLACES], place),
        "province": texts([p.province for p in PLACES], place),
        "region": texts([p.region for p in PLACES], place),
    }


def _times(world: World, rng: Generator, people: People) -> dict[str, Column]:
    created = world.at_work(rng, people.created)
    changed = np.minimum(people.anchor + waits(rng, 400, len(people)), world.today)
    for mark in (people.erased, people.merged_on, people.deceased):
        changed = np.where(mark != NONE, np.minimum(mark + 1, world.today), changed)
    erased = np.where(people.erased == NONE, NONE, people.erased * DAY + 600)
    return {
        "created_at": moments(created),
        "updated_at": moments(np.maximum(world.at_work(rng, changed), created)),
        "erased_at": moments(erased),
    }


def _write_tags(world: World, loader: Loader, people: People) -> None:
    rng = world.rng("tags")
    customers: list[int] = []
    tags: list[str] = []
    for place, tag in enumerate(TAGS):
        share = 0.06 / (1 + place / 6)
        fits = (people.category != PROSPECT) if place == 0 else np.ones(len(people), dtype=bool)
        if tag == "corporate":
            fits, share = people.business, 0.5
        if tag == "second car":
            fits = people.category == BUYER
        chosen = picked(rng, fits & (people.erased == NONE), share)
        if tag == "gia đình":
            chosen |= np.isin(people.ids, (VIP_FAMILY, PUBLIC_EXAMPLE))
        found = people.ids[chosen].tolist()
        customers += found
        tags += [tag] * len(found)
    loader.add("customer_tags", {"customer_id": customers, "tag": tags})
