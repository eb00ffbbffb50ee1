"""Notes as reps write them, short and concrete, in Vietnamese and English."""

from __future__ import annotations

import numpy as np

from schema.search import keyword_index_suspended
from seed import phrases
from seed.catalogue import MODELS
from seed.columns import NONE, Ints, moments, numbers
from seed.load import Loader
from seed.ownership import Owners
from seed.people import PROSPECT, People
from seed.service import Visits
from seed.stories import PUBLIC_EXAMPLE, VIP_FAMILY
from seed.vehicles import Spells
from seed.world import World, reach_today, spread

_CAR_TOPICS = ("brakes", "air conditioning", "visit", "visit", "trade-in", "complaint", "preference", "family",
               "budget",
               "financing")  # fmt: skip
_SALES_TOPICS = ("family", "budget", "budget", "financing", "preference")
_FLEET_TOPICS = ("fleet", "fleet", "visit", "brakes", "complaint", "financing")
_LANGUAGES = (
    (phrases.VI, phrases.TAILS_VI, phrases.DAYS_VI, phrases.PARTS_VI, phrases.COLOURS_VI, phrases.WHO_VI),
    (phrases.EN, phrases.TAILS_EN, phrases.DAYS_EN, phrases.PARTS_EN, phrases.COLOURS_EN, phrases.WHO_EN),
)
_VIP_NOTES = (
    (-40, "vi", "Cả nhà đi xe mua ở đây. Bực vì lần trước chờ 2 tiếng, chưa quay lại. Nên để quản lý gọi."),
    (-95, "vi", "Gọi nhắc bảo dưỡng, anh nói đang bận, có nhắc tới gara gần nhà giá mềm hơn. Vợ là người giữ lịch."),
    (-150, "en", "VIP family, three cars from us. Daughter turns 18 soon, may need a small car. Don't push."),
    (-188, "vi", "Bảo dưỡng xong, phàn nàn chờ lâu và không có cà phê. Xin lỗi, tặng phiếu rửa xe."),
)  # fmt: skip
_EXAMPLE_NOTES = (
    (-700, "vi", "Vợ chồng anh đi xe cẩn thận, thích đặt lịch sáng thứ bảy. Ưu tiên cố vấn cũ."),
    (-420, "en", "Squeaking front brakes at low speed, pads at 30 %. Declined the change until the next service."),
    (-230, "vi", "Hỏi giá đổi xe cũ lên SUV 7 chỗ, ngân sách khoảng 900 triệu, tính vay 50 %."),
    (-60, "vi", "Điều hòa kém lạnh khi tắc đường, đã vệ sinh dàn lạnh và thay lọc gió. Khách hài lòng."),
)  # fmt: skip


def write_notes(world: World, loader: Loader, people: People, owners: Owners, spells: Spells, visits: Visits) -> None:
    """Write notes on days with a visit, or between; none about the erased."""
    rng, n = world.rng("notes"), len(people)
    count = rng.poisson(np.where(people.category == PROSPECT, 0.9, 1.1))
    count[people.erased != NONE] = 0
    who = np.repeat(np.arange(n), count)
    low = np.maximum(people.created[who], people.until[who] - 1500)
    day = spread(rng, low, people.until[who])
    some = np.flatnonzero((rng.random(len(visits)) < 0.09) & (visits.came > world.today - 1500))
    owner = spells.who[visits.spell[some]]
    some, owner = some[people.erased[owner] == NONE], owner[people.erased[owner] == NONE]
    day = reach_today(rng, day, world.today)
    who, day = np.append(who, owner), np.append(day, visits.day[some])
    km = np.append(np.full(int(count.sum()), NONE), visits.odometer[some])
    text, language = _compose(world, people, spells, who, km)
    for story, notes in ((VIP_FAMILY, _VIP_NOTES), (PUBLIC_EXAMPLE, _EXAMPLE_NOTES)):
        for row in people.rows_of((story,)).tolist():
            who = np.append(who, np.full(len(notes), row))
            day = np.append(day, [world.today + offset for offset, _, _ in notes])
            text += [words for _, _, words in notes]
            language += [code for _, code, _ in notes]
    author = owners.at(who, day)
    advisor = world.organisation.advisors.pick(rng, people.store[who], day)
    author = np.where((author == NONE) | (rng.random(len(who)) < 0.3), advisor, author)
    order = np.argsort(day, kind="stable")
    with keyword_index_suspended(loader.connection):
        loader.add("notes", {
            "id": loader.ids("notes", len(who)).tolist(),
            "customer_id": people.ids[who[order]].tolist(),
            "author_id": numbers(author[order]),
            "written_at": moments(world.at_work(rng, day[order])),
            "language": [language[k] for k in order.tolist()],
            "text": [text[k] for k in order.tolist()],
        })  # fmt: skip


def _compose(world: World, people: People, spells: Spells, who: Ints, km: Ints) -> tuple[list[str], list[str]]:
    rng = world.rng("note words")
    car = np.full(len(people), NONE)
    car[spells.who] = spells.model
    names = [m.name for m in MODELS]
    dice = rng.random((len(who), 11))
    english = (rng.random(len(who)) < 0.27).tolist()
    typed = np.where(km == NONE, rng.integers(8, 140, len(who)) * 1000, km).tolist()
    found: list[str] = []
    for k, row in enumerate(who.tolist()):
        d = dice[k].tolist()
        parts, tails, days, things, colours, family = _LANGUAGES[english[k]]
        model = car[row]
        pool = _FLEET_TOPICS if people.business[row] else _CAR_TOPICS if model >= 0 else _SALES_TOPICS
        starts, wishes = parts[pool[int(d[0] * len(pool))]]
        text = f"{starts[int(d[1] * len(starts))]}, {wishes[int(d[2] * len(wishes))]}. {tails[int(d[3] * len(tails))]}"
        found.append(text.format(
            model=names[model] if model >= 0 else names[int(d[4] * len(names))],
            other=names[int(d[5] * 22)], budget=350 + 50 * int(d[6] * 22), km=f"{typed[k]:,}".replace(",", "."),
            age=2 + int(d[7] * 15) if "{age} %" not in text else 10 * (2 + int(d[7] * 6)),
            day=days[int(d[8] * len(days))], part=things[int(d[9] * len(things))],
            bank=phrases.BANKS[int(d[10] * len(phrases.BANKS))], colour=colours[int(d[9] * len(colours))],
            who=family[int(d[8] * len(family))],
        ).strip())  # fmt: skip
    return found, ["en" if is_english else "vi" for is_english in english]
