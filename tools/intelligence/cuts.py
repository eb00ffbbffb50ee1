"""Cut points: by them percentiles and scores are placed, in full and incremental refreshes alike.

Source: business definitions, Refresh.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import polars as pl

from tools.intelligence.thresholds import Thresholds

NEEDS = ("customers", "orders")
PERCENT = 100


class TierEnd(NamedTuple):
    """The last member of a tier: its CLV in ₫ and its customer's id."""

    clv: float
    customer_id: int


@dataclass(frozen=True)
class Cuts:
    """Values at rank ceil(i * n / 100), i = 1 ... 100, from the worst: `hundredths` by measure (clv, recency,
    frequency, monetary); ten such of each home store's call scores; the last member of each tier but Low; the best
    call time of each lifecycle stage."""

    hundredths: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    scores: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    tiers: Mapping[str, TierEnd] = field(default_factory=dict)
    call_times: Mapping[str, str] = field(default_factory=dict)

    def with_values(self, measure: str, values: pl.Series, *, high_is_worse: bool = False) -> Cuts:
        """These and the cut points of `values`, the figures of all who are measured."""
        ranked = values.cast(pl.Float64).sort(descending=high_is_worse)
        return replace(self, hundredths={**self.hundredths, measure: at_ranks(ranked, PERCENT)})

    def percent(self, measure: str, values: pl.Series, *, high_is_worse: bool = False) -> pl.Series:
        """Whole percent of those measured who are strictly worse than each of `values`; none stays none."""
        sign = -1.0 if high_is_worse else 1.0
        points = pl.Series([sign * v for v in self.hundredths.get(measure, ())], dtype=pl.Float64)
        worse = points.search_sorted(values.cast(pl.Float64) * sign, side="left").cast(pl.Int64)
        return pl.select(pl.when(values.is_not_null()).then(worse)).to_series()


def at_ranks(ranked: pl.Series, parts: int) -> tuple[float, ...]:
    """The values at rank ceil(i * n / parts), i = 1 ... parts; nothing where there are no values.

    >>> at_ranks(pl.Series([1.0, 2.0, 3.0, 4.0]), 2)
    (2.0, 4.0)
    """
    n = ranked.len()
    return tuple(ranked[-(-i * n // parts) - 1] for i in range(1, parts + 1)) if n else ()


def tier_ends(figures: pl.DataFrame, t: Thresholds) -> dict[str, TierEnd]:
    """The last member of each tier among those with a CLV: by CLV descending, then id."""
    ranked = figures.drop_nulls("clv_predicted").sort("clv_predicted", "customer_id", descending=[True, False])
    n = ranked.height
    if n == 0:
        return {}
    ends = {}
    for tier, percent in (("VIP", t.vip_percent), ("High", t.high_percent), ("Medium", t.medium_percent)):
        clv, customer = ranked.select("clv_predicted", "customer_id").row(-(-percent * n // PERCENT) - 1)
        ends[tier] = TierEnd(float(clv), customer)
    return ends


def clv_tier(ends: Mapping[str, TierEnd]) -> pl.Expr:
    """The first tier whose last member does not come before the customer; over clv_predicted and customer_id."""
    clv, customer = pl.col("clv_predicted"), pl.col("customer_id")
    tier = pl.lit("Low")
    for name, end in reversed(list(ends.items())):
        within = (clv > end.clv) | ((clv == end.clv) & (customer <= end.customer_id))
        tier = pl.when(within).then(pl.lit(name)).otherwise(tier)
    return pl.when(clv.is_not_null()).then(tier)


def score_cuts(scores: pl.DataFrame, parts: int) -> dict[int, tuple[float, ...]]:
    """By home store. Columns home_store_id, call_score: of those without a lasting block."""
    return {
        store: at_ranks(group["call_score"].sort(), parts)
        for (store,), group in scores.partition_by("home_store_id", as_dict=True).items()
    }


def rank_in_store(scores: pl.DataFrame, cuts: Mapping[int, tuple[float, ...]]) -> pl.Series:
    """1 + the cut points of the row's home store that are strictly below its call_score; none without a score."""
    points = pl.DataFrame(
        [(store, value) for store, values in cuts.items() for value in values],
        schema={"home_store_id": pl.Int64, "point": pl.Float64},
        orient="row",
    )
    below = (
        scores.with_row_index("row")
        .join(points, on="home_store_id")
        .filter(pl.col("point") < pl.col("call_score"))
        .group_by("row")
        .agg(below=pl.len())
    )
    return (
        scores.with_row_index("row")
        .join(below, on="row", how="left", maintain_order="left")
        .select(pl.when(pl.col("call_score").is_not_null()).then(1 + pl.col("below").fill_null(0).cast(pl.Int64)))
        .to_series()
    )
