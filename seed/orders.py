"""Orders with items, what became of them, and the money that went either way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from schema.tables.orders import ORDER_KINDS
from seed.catalogue import ACCESSORY_CATEGORIES, MODELS, PART_CATEGORIES, WARES
from seed.columns import NONE, Floats, Generator, Ints, dates, draw, numbers, picked, rounded, stacked, texts
from seed.load import Loader
from seed.people import People
from seed.world import World, spread

VEHICLE, SERVICE, PARTS, ACCESSORIES = range(4)
SHOWROOM, WORKSHOP, PHONE, WEB, ZALO = range(5)
PAID, DEPOSIT, UNPAID, CANCELLED, RETURNED, REFUNDED, PARTLY_REFUNDED = range(7)
_STATUS = np.array([1, 0, 0, 2, 3, 1, 1])  # of each outcome, as a place in the statuses
CASH, TRANSFER, CARD, WALLET, LOAN = range(5)
_REASONS = (
    "Khách đổi ý", "Hàng lỗi", "Tính sai tiền công", "Giảm giá bổ sung", "Giao chậm", "Wrong part ordered",
    "Goodwill for waiting", "Không hài lòng chất lượng",
)  # fmt: skip


@dataclass(frozen=True)
class Orders:
    """Orders (o): `who` a row of people, `settled` the day of the last payment, `outcome` what became of it."""

    who: Ints
    kind: Ints
    day: Ints
    settled: Ints
    channel: Ints
    store: Ints
    seller: Ints
    discount: Ints
    outcome: Ints

    def __len__(self) -> int:
        return len(self.who)


@dataclass(frozen=True)
class Items:
    """Items (i): `order` a place in orders; product and vehicle are ids; price and cost, or `NONE`, in ₫ a piece."""

    order: Ints
    product: Ints
    vehicle: Ints
    quantity: Ints
    price: Ints
    cost: Ints


def cost(world: World, rng: Generator, price: Ints, margin: Floats) -> Ints:
    """What a piece cost (i) at about this margin share; unknown for a few."""
    known = rounded(price * (1 - margin * rng.uniform(0.85, 1.1, len(price))))
    known[picked(rng, price > 0, 0.012, world.least)] = NONE
    return known


def write_products(loader: Loader) -> None:
    """Parts and accessories, then one product a model."""
    ids = loader.ids("products", len(WARES) + len(MODELS))
    loader.add("products", {
        "id": ids.tolist(),
        "name": [w.name for w in WARES] + [f"{m.make} {m.name}" if m.make not in m.name else m.name for m in MODELS],
        "category": [w.category for w in WARES] + ["vehicle"] * len(MODELS),
        "brand": [w.brand for w in WARES] + [m.make for m in MODELS],
        "model_id": [None] * len(WARES) + [k + 1 for k in range(len(MODELS))],
        "list_price": [w.price for w in WARES] + [m.price for m in MODELS],
    })  # fmt: skip


def vehicle_product(model: Ints) -> Ints:
    """Product ids of models (places)."""
    return len(WARES) + model + 1


def wares(kind: int) -> Ints:
    """Product ids that orders of parts, or of accessories, are made of."""
    categories = PART_CATEGORIES if kind == PARTS else ACCESSORY_CATEGORIES
    return np.array([k + 1 for k, w in enumerate(WARES) if w.category in categories])


def ware_prices(product: Ints, level: Floats) -> Ints:
    """Prices (i) of wares at a price level (i)."""
    return rounded(np.array([0, *(w.price for w in WARES)])[product] * level, 10_000)


def ordered(parts: list[tuple[Orders, Items]]) -> tuple[Orders, Items, list[int]]:
    """Batches as one, and where each begins."""
    starts = np.cumsum([0, *(len(orders) for orders, _ in parts)]).tolist()
    items = [
        Items(i.order + start, i.product, i.vehicle, i.quantity, i.price, i.cost)
        for (_, i), start in zip(parts, starts, strict=False)
    ]
    return stacked([orders for orders, _ in parts]), stacked(items), starts[:-1]


def totals(orders: Orders, items: Items) -> Ints:
    """Σ quantity × price − discount of each order (o)."""
    sums = np.bincount(items.order, (items.quantity * items.price).astype(np.float64), len(orders)).astype(np.int64)
    return sums - orders.discount


def write_orders(world: World, loader: Loader, people: People, orders: Orders, items: Items) -> Ints:
    """Write orders, items, payments and refunds; returns the orders' ids."""
    rng = world.rng("money")
    ids = loader.ids("orders", len(orders))
    loader.add("orders", {
        "id": ids.tolist(),
        "customer_id": people.ids[orders.who].tolist(),
        "kind": texts(ORDER_KINDS, orders.kind),
        "status": texts(("open", "paid", "cancelled", "returned"), _STATUS[orders.outcome]),
        "ordered_on": dates(orders.day),
        "channel": texts(("showroom", "workshop", "phone", "web", "zalo"), orders.channel),
        "store_id": (orders.store + 1).tolist(),
        "seller_id": numbers(orders.seller),
        "discount": orders.discount.tolist(),
    })  # fmt: skip
    by_order = np.argsort(items.order, kind="stable")
    loader.add("order_items", {
        "id": loader.ids("order_items", len(by_order)).tolist(),
        "order_id": ids[items.order[by_order]].tolist(),
        "product_id": items.product[by_order].tolist(),
        "vehicle_id": numbers(items.vehicle[by_order]),
        "quantity": items.quantity[by_order].tolist(),
        "unit_price": items.price[by_order].tolist(),
        "unit_cost": numbers(items.cost[by_order]),
    })  # fmt: skip
    paid = _write_payments(rng, loader, ids, orders, totals(orders, items))
    _write_refunds(world, rng, loader, ids, orders, paid)
    return ids


def _write_payments(rng: Generator, loader: Loader, ids: Ints, orders: Orders, total: Ints) -> Ints:
    """Deposit and rest of a car, one payment of anything else. Returns the sum (o) paid."""
    n = len(orders)
    car = orders.kind == VEHICLE
    gives_deposit = (car & (orders.outcome != UNPAID)) | (orders.outcome == DEPOSIT)
    share = total * rng.choice([0.05, 0.1, 0.15], n)
    deposit = np.where(car, np.maximum(rounded(share, 1_000_000), 10_000_000), rounded(share, 10_000))
    deposit = np.where(gives_deposit, np.minimum(deposit, total), 0)
    in_full = np.isin(orders.outcome, (PAID, RETURNED, REFUNDED, PARTLY_REFUNDED))
    part_paid = np.where(orders.outcome == UNPAID, rounded(total * rng.choice([0.0, 0.5], n)), 0)
    rest = np.where(in_full, total - deposit, np.where(orders.outcome == UNPAID, part_paid, 0))
    method = np.where(car, draw(rng, (1, 5, 0, 0, 4), n), draw(rng, (30, 32, 28, 10), n))
    first = np.where(car, draw(rng, (3, 7), n), method)
    order = np.concatenate([np.flatnonzero(deposit > 0), np.flatnonzero(rest > 0)])
    k = int((deposit > 0).sum())
    amount = np.append(deposit[order[:k]], rest[order[k:]])
    day = np.append(orders.day[order[:k]], orders.settled[order[k:]])
    by = np.append(first[order[:k]], method[order[k:]])
    sort = np.lexsort((day, order))
    loader.add("payments", {
        "id": loader.ids("payments", len(sort)).tolist(),
        "order_id": ids[order[sort]].tolist(),
        "paid_on": dates(day[sort]),
        "amount": amount[sort].tolist(),
        "method": texts(("cash", "transfer", "card", "wallet", "loan"), by[sort]),
        "is_deposit": (sort < k).tolist(),
    })  # fmt: skip
    return np.bincount(order, amount.astype(np.float64), n).astype(np.int64)


def _write_refunds(world: World, rng: Generator, loader: Loader, ids: Ints, orders: Orders, paid: Ints) -> None:
    whole = np.isin(orders.outcome, (RETURNED, REFUNDED)) | (
        (orders.outcome == CANCELLED) & (rng.random(len(ids)) < 0.8)
    )
    partly = orders.outcome == PARTLY_REFUNDED
    car = orders.kind == VEHICLE
    part = rounded(paid * np.where(car, rng.uniform(0.005, 0.02, len(ids)), rng.uniform(0.1, 0.5, len(ids))), 10_000)
    amount = np.where(whole, paid, np.where(partly, np.minimum(np.maximum(part, 10_000), paid - 1), 0))
    at = np.flatnonzero(amount > 0)
    day = np.minimum(spread(rng, orders.settled[at], orders.settled[at] + 25), world.today)
    loader.add("refunds", {
        "id": loader.ids("refunds", len(at)).tolist(),
        "order_id": ids[at].tolist(),
        "refunded_on": dates(day),
        "amount": amount[at].tolist(),
        "reason": texts(_REASONS, np.where(rng.random(len(at)) < 0.85, rng.integers(0, len(_REASONS), len(at)), -1)),
    })  # fmt: skip
