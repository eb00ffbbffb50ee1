"""Transactions: the orders that qualify, with revenue and cost, and both divided among their items.

Source: business definitions, Counting (transaction, revenue) and Customer value (cost).
"""

from __future__ import annotations

import polars as pl

from tools.intelligence.arithmetic import divide_half_up, wide
from tools.intelligence.base import Base
from tools.intelligence.thresholds import Thresholds

NEEDS = ("orders", "order_items", "payments", "refunds", "service_records")
SHARES = 10_000  # margin shares are counted in basis points, so that money stays in whole numbers


def totals(base: Base) -> pl.DataFrame:
    """Orders with `gross` (sum of quantity x price), `total` (gross - discount), `known_cost`, `costless` (gross of
    the items without a cost), all in ₫."""
    item = base.order_items.with_columns(gross=pl.col("quantity") * pl.col("unit_price"))
    sums = item.group_by("order_id").agg(
        pl.col("gross").sum(),
        (pl.col("quantity") * pl.col("unit_cost")).sum().alias("known_cost"),
        pl.col("gross").filter(pl.col("unit_cost").is_null()).sum().alias("costless"),
    )
    return (
        base.orders.join(sums, left_on="id", right_on="order_id", how="left")
        .with_columns(pl.col("gross", "known_cost", "costless").fill_null(0))
        .with_columns(total=pl.col("gross") - pl.col("discount"))
    )


def order_totals(orders: pl.DataFrame) -> pl.DataFrame:
    """What each of the orders from `totals` comes to; owed is what open ones lack. Columns of `order_totals`."""
    lacking = (pl.col("total") - pl.col("paid")).clip(lower_bound=0)
    return orders.select(
        pl.col("id").alias("order_id"),
        "total",
        "paid",
        pl.when(pl.col("status") == "open").then(lacking).otherwise(0).alias("owed"),
    )


def transactions(orders: pl.DataFrame, thresholds: Thresholds) -> pl.DataFrame:
    """The qualifying of the orders from `totals`, with the columns of the table `transactions` and `gross`."""
    fully_refunded = (pl.col("refunded") > 0) & (pl.col("refunded") >= pl.col("paid"))
    kept = orders.filter(
        ~pl.col("status").is_in(["cancelled", "returned"]) & (pl.col("paid") >= pl.col("total")) & ~fully_refunded
    ).with_columns(revenue=pl.col("paid") - pl.col("refunded"))
    return kept.with_columns(cost=_cost(thresholds)).select(
        "id", "customer_id", "kind", "ordered_on", "store_id", "seller_id", "paid", "refunded", "revenue", "cost",
        "discount", "gross",
    ).rename({"id": "order_id"})  # fmt: skip


def _cost(thresholds: Thresholds) -> pl.Expr:
    """known x revenue / paid + costless / gross x revenue x (1 - margin share), rounded once, at the end.

    The factors that are 1 for most orders are set to 1, so that the product of the rest fits in 128 bits.
    """
    shares = {kind: SHARES - round(share * SHARES) for kind, share in thresholds.margin_shares.items()}
    rest = wide(pl.col("kind").replace_strict(shares, default=SHARES, return_dtype=pl.Int64))
    partly = pl.col("refunded") > 0
    kept, paid = (pl.when(partly).then(wide(c)).otherwise(1) for c in ("revenue", "paid"))
    gross = pl.when(pl.col("costless") > 0).then(wide("gross")).otherwise(1)
    known = wide("known_cost") * kept * gross * SHARES
    guessed = wide("costless") * rest * wide("revenue") * paid
    return divide_half_up(known + guessed, paid * gross * SHARES)


def transaction_items(base: Base, found: pl.DataFrame) -> pl.DataFrame:
    """Revenue and cost of each transaction divided among its items by gross price, in the order of their ids.

    Each item gets the rounded running sum less that of the items before it, so the parts add up exactly.
    An order whose items are all free is divided evenly. Columns of the table `transaction_items`.
    """
    served = (
        base.service_records.filter(pl.col("order_id").is_not_null())
        .sort("order_id", "id")
        .unique("order_id", keep="first", maintain_order=True)
        .select("order_id", served_id="vehicle_id")
    )
    item = (
        base.order_items.join(found.select("order_id", "gross", "revenue", "cost"), on="order_id")
        .join(served, on="order_id", how="left")
        .sort("order_id", "id")
        .with_columns(
            weight=pl.when(pl.col("gross") > 0).then(pl.col("quantity") * pl.col("unit_price")).otherwise(1),
        )
        .with_columns(upto=pl.col("weight").cum_sum().over("order_id"), all=pl.col("weight").sum().over("order_id"))
    )
    for amount in ("revenue", "cost"):
        running = divide_half_up(wide(amount) * wide("upto"), wide("all"))
        item = item.with_columns(running.alias("running")).with_columns(
            (pl.col("running") - pl.col("running").shift(1).over("order_id").fill_null(0)).alias(amount)
        )
    return item.select(
        pl.col("id").alias("order_item_id"), "order_id", "product_id",
        pl.coalesce("vehicle_id", "served_id").alias("vehicle_id"), "quantity", "revenue", "cost",
    )  # fmt: skip
