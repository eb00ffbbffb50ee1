"""Complaints and requests, with deadlines kept and broken."""

from __future__ import annotations

import numpy as np

from seed.columns import DAY, NONE, Generator, Ints, day_date, draw, moments, numbers, picked, texts
from seed.load import Loader
from seed.people import People
from seed.service import Visits, completed
from seed.vehicles import Spells
from seed.world import World, reach_today, spread

CATEGORIES = ("waiting_time", "repair_quality", "price", "staff", "delivery", "product", "billing")
PRIORITIES = ("low", "medium", "high", "urgent")
STATUSES = ("open", "in_progress", "resolved", "closed")
_SLA_DAYS = np.array([7, 4, 2, 1])
_SUBJECTS = {
    "waiting_time": ("Chờ nhận xe quá lâu", "Hẹn 9h nhưng 11h mới tiếp nhận", "Waited two hours for an oil change",
                     "Đặt lịch trước vẫn phải chờ"),
    "repair_quality": ("Sửa xong vẫn còn tiếng kêu", "Phanh vẫn rung sau khi thay má", "AC weak again after repair",
                       "Sơn không đều màu"),
    "price": ("Giá phụ tùng cao hơn báo giá", "Quote and invoice differ", "Thắc mắc tiền công"),
    "staff": ("Nhân viên không gọi lại", "Advisor was unfriendly", "Thái độ bảo vệ chưa tốt"),
    "delivery": ("Giao xe trễ hẹn", "Thiếu phụ kiện khi giao xe", "Registration papers late"),
    "product": ("Xe mới có tiếng ồn gió", "Màn hình treo khi khởi động", "Battery drains overnight"),
    "billing": ("Chưa nhận hóa đơn VAT", "Sai tên trên hóa đơn", "Deposit not deducted"),
}  # fmt: skip
_RESOLUTIONS = (
    "Đã xin lỗi và tặng phiếu rửa xe.", "Kiểm tra lại miễn phí, khách đồng ý.", "Refunded the difference.",
    "Điều chỉnh hóa đơn.", "Explained the delay, customer accepts.", "Đổi lịch, bố trí cố vấn khác.",
)  # fmt: skip


def write_cases(world: World, loader: Loader, people: People, spells: Spells, visits: Visits) -> None:
    """Write the cases that visits and sales gave rise to, and one showroom's many about waiting."""
    rng = world.rng("cases")
    who, store, day, category = _causes(world, rng, spells, visits)
    day = np.where(people.until[who] == world.today, reach_today(rng, day, world.today), day)
    keep = day <= people.until[who]
    who, store, day, category = who[keep], store[keep], day[keep], category[keep]
    order = np.argsort(day, kind="stable")
    who, store, day, category = who[order], store[order], day[order], category[order]
    n, ids = len(who), loader.ids("cases", len(who))
    priority = draw(rng, (24, 48, 22, 6), n)
    opened = world.at_work(rng, day)
    due = opened + _SLA_DAYS[priority] * DAY
    status, closed = _progress(world, rng, opened, due)
    kind = np.where(np.isin(category, (2, 6)) & (rng.random(n) < 0.5), 1, (rng.random(n) < 0.1).astype(np.int64))
    owner = world.organisation.managers.pick(rng, store, np.full(n, world.today))
    centre = world.organisation.group[rng.integers(0, len(world.organisation.group), n)]
    subject = rng.random(n)
    loader.add("cases", {
        "id": ids.tolist(),
        "number": [f"CS-{day_date(d).year}-{i:06d}" for d, i in zip(day.tolist(), ids.tolist(), strict=True)],
        "customer_id": people.ids[who].tolist(),
        "kind": texts(("complaint", "request"), kind),
        "category": texts(CATEGORIES, category),
        "subject": [
            (pool := _SUBJECTS[CATEGORIES[c]])[int(u * len(pool))]
            for c, u in zip(category.tolist(), subject.tolist(), strict=True)
        ],
        "priority": texts(PRIORITIES, priority),
        "status": texts(STATUSES, status),
        "store_id": (store + 1).tolist(),
        "opened_at": moments(opened),
        "sla_due_at": moments(due),
        "closed_at": moments(closed),
        "owner_id": numbers(np.where(rng.random(n) < 0.05, NONE, np.where(rng.random(n) < 0.5, owner, centre))),
        "resolution": texts(_RESOLUTIONS, np.where(status < 2, -1, rng.integers(0, len(_RESOLUTIONS), n))),
    })  # fmt: skip


def _causes(world: World, rng: Generator, spells: Spells, visits: Visits) -> tuple[Ints, Ints, Ints, Ints]:
    """(customer row, store, day, category) of each case."""
    since = world.today - 1400
    at = np.flatnonzero(completed(visits) & (visits.came > since))
    at = at[rng.random(len(at)) < 0.025]
    parts = [(spells.who[visits.spell[at]], visits.store[at], visits.day[at] + rng.integers(0, 4, len(at)),
              draw(rng, (20, 34, 16, 12, 0, 8, 10), len(at)))]  # fmt: skip
    sold = np.flatnonzero(spells.here & (spells.bought > since))
    sold = sold[rng.random(len(sold)) < 0.06]
    parts.append((spells.who[sold], spells.store[sold], spells.start[sold] + rng.integers(0, 20, len(sold)),
                  draw(rng, (0, 0, 6, 10, 48, 24, 12), len(sold))))  # fmt: skip
    stories = world.stories
    late = completed(visits) & (visits.came >= stories.waiting_from) & (visits.store == stories.waiting_store)
    waited = np.flatnonzero(late & (rng.random(len(visits)) < 0.3))
    parts.append(
        (spells.who[visits.spell[waited]], visits.store[waited], visits.day[waited], np.zeros(len(waited), np.int64))
    )
    # a few from the last days, so that there is always something open
    recent = np.flatnonzero(picked(rng, completed(visits) & (visits.came > world.today - 12), 0.03, world.least))
    parts.append((spells.who[visits.spell[recent]], visits.store[recent],
                  spread(rng, visits.day[recent], np.full(len(recent), world.today)),
                  draw(rng, (30, 40, 10, 10, 0, 5, 5), len(recent))))  # fmt: skip
    who, store, day, category = (np.concatenate(side) for side in zip(*parts, strict=True))
    return who, store, day, category


def _progress(world: World, rng: Generator, opened: Ints, due: Ints) -> tuple[Ints, Ints]:
    """Status and the moment of closing: most within the deadline; a few lie open past it."""
    n, now = len(opened), world.today * DAY + 600
    late = rng.random(n) < 0.17
    share = np.where(late, rng.uniform(1.05, 4.0, n), rng.uniform(0.1, 0.98, n))
    closed = opened + ((due - opened) * share).astype(np.int64)
    lies = picked(rng, opened > now - 90 * DAY, 0.12, 2 * world.least)
    over = (closed <= now) & ~lies
    status = np.where(over, np.where(rng.random(n) < 0.75, 3, 2), np.where(rng.random(n) < 0.5, 0, 1))
    return status, np.where(over, closed, NONE)
