"""All figures out of the base frames, in the order in which one needs the other. No database in here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from tools.intelligence import channels, holdings, lifecycle, priority, rfm, scores, touches
from tools.intelligence.action_rules import Situation
from tools.intelligence.base import Base
from tools.intelligence.churn import churn
from tools.intelligence.cuts import Cuts, clv_tier, tier_ends
from tools.intelligence.moment import Moment
from tools.intelligence.next_action import next_action
from tools.intelligence.service_due import by_owner, service_due
from tools.intelligence.temperature import temperature
from tools.intelligence.thresholds import Thresholds
from tools.intelligence.transactions import order_totals, totals, transaction_items, transactions
from tools.intelligence.value import value
from tools.intelligence.visits import last_visits, visits


@dataclass(frozen=True)
class Figures:
    """Frames with the columns of the tables they go to, history left out."""

    transactions: pl.DataFrame
    transaction_items: pl.DataFrame
    order_totals: pl.DataFrame
    standing_consents: pl.DataFrame
    vehicle_metrics: pl.DataFrame
    customer_metrics: pl.DataFrame
    record_owners: pl.DataFrame  # id, customer_id of each service record
    home_stores: pl.DataFrame  # customer_id, home_store_id
    cuts: Cuts


def compute(
    base: Base, moment: Moment, t: Thresholds, cuts: Cuts | None = None, tell: Callable[[str], None] = lambda _: None
) -> Figures:
    """The figures of the wanted customers of `base`, placed by `cuts`; without them by the figures' own cut points.

    `tell` hears the name of each step as it begins.
    """
    tell("transactions")
    orders = totals(base)
    found = transactions(orders, t)
    items = transaction_items(base, found)
    tell("visits")
    record_owners = holdings.record_owners(base)
    visited = visits(base, record_owners, moment)
    tell("service due")
    due = service_due(base, visited, moment, t)
    tell("customers")
    owners = holdings.customer_owners(base)
    homes = holdings.home_stores(base, owners, found)
    figures = _inputs(base, orders, found, visited, due, owners, homes, moment, t)
    figures, cuts, full = _placed(figures, found, moment, t, cuts)
    figures = temperature(churn(lifecycle.axes(figures, moment, t), t), moment, t)
    figures = scores.scores(figures, moment, t)
    tell("next action")
    consent = channels.standing(base)
    living = figures.filter(pl.col("deceased_on").is_null())
    ways = channels.reachable(base, consent)
    allowed = channels.best_channels(ways)
    situation = Situation(base, living, due, consent, moment, t)
    figures = figures.join(next_action(situation, figures, allowed), on="customer_id", how="left")
    tell("call priority")
    figures = priority.call_blocks(priority.call_scores(figures, moment, t), consent)
    calls = touches.good_calls(base)
    if full:
        times = priority.stage_call_times(calls, figures)
        cuts = replace(cuts, scores=priority.store_cuts(figures, t), call_times=times)
    figures = priority.call_priority(figures, cuts).join(
        priority.best_call_times(calls, figures, cuts, t), on="customer_id", how="left"
    )
    as_of = pl.lit(moment.as_of).alias("as_of")
    return Figures(
        transactions=found,
        transaction_items=items,
        order_totals=order_totals(orders),
        standing_consents=channels.standing_consents(base, consent),
        vehicle_metrics=due.with_columns(as_of),
        customer_metrics=figures.with_columns(as_of),
        record_owners=record_owners,
        home_stores=homes,
        cuts=cuts,
    )


def _inputs(
    base: Base,
    orders: pl.DataFrame,
    found: pl.DataFrame,
    visited: pl.DataFrame,
    due: pl.DataFrame,
    owners: pl.DataFrame,
    homes: pl.DataFrame,
    moment: Moment,
    t: Thresholds,
) -> pl.DataFrame:
    """One row a wanted customer, neither erased nor merged, with what the rules name; counts without a row are 0."""
    present = base.customers.filter(
        pl.col("wanted") & pl.col("erased_at").is_null() & pl.col("merged_into_id").is_null()
    ).select("deceased_on", "do_not_contact", customer_id="id")
    complaints = (
        base.complaints.filter(pl.col("status").is_in(["open", "in_progress"]))
        .group_by("customer_id")
        .agg(open_complaints=pl.len())
    )
    figures = present
    for part in (
        lifecycle.rhythm(base, found, moment, t),
        value(base, found, moment, t),
        owners,
        homes,
        touches.touches(base, owners, moment, t),
        touches.moods(base, t),
        touches.test_drives(base, moment, t),
        touches.unpaid_orders(orders),
        complaints,
        last_visits(visited),
        by_owner(due, moment),
    ):
        figures = figures.join(part, on="customer_id", how="left")
    counts = ("touches_recent", "test_drives", "test_drives_recent", "unpaid_orders", "open_complaints")
    marks = ("owner_touched", "last_positive", "overdue", "lapsed")
    figures = figures.with_columns(pl.col(counts).fill_null(0).cast(pl.Int64), pl.col(marks).fill_null(False))
    return figures.join(scores.completeness(base, figures), on="customer_id", how="left")


def _placed(
    figures: pl.DataFrame, found: pl.DataFrame, moment: Moment, t: Thresholds, cuts: Cuts | None
) -> tuple[pl.DataFrame, Cuts, bool]:
    """`figures` with CLV percentile, tier and RFM; the cut points, and whether they are the figures' own."""
    who = rfm.measured(found, figures, moment, t)
    full = cuts is None
    if cuts is None:
        cuts = rfm.with_cuts(Cuts(tiers=tier_ends(figures, t)), who)
        cuts = cuts.with_values("clv", figures["clv_predicted"].drop_nulls())
    placed = figures.with_columns(
        cuts.percent("clv", figures["clv_predicted"]).alias("clv_percentile"), clv_tier=clv_tier(cuts.tiers)
    )
    return placed.join(rfm.rfm(who, figures, cuts, t), on="customer_id", how="left"), cuts, full
