"""The next best action of each customer: the first rule that matches, the others, and when to look again.

Source: business definitions, Next best action. A rule whose tables the store does not hold yet has no `match`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from tools.intelligence import action_rules as found
from tools.intelligence.action_rules import Situation

NEEDS = ("recalls", "cases", "survey_responses", "interactions", "appointments", "leads", "enquiries", "quotes",
         "drop_offs", "special_order_parts", "vehicle_metrics", "declined_work", "warranties", "insurances",
         "registrations", "inspections", "opportunities", "offers_made", "loans", "market_values", "customers",
         "consents", "loyalty_ledger")  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """`code` is stored as next_action; a rule of purpose service needs no opt-in."""

    code: str
    purpose: str
    match: Callable[[Situation], pl.DataFrame] | None = None
    ahead: Callable[[Situation], pl.DataFrame] | None = None


RULES = (
    Rule("safety_recall", "service"),
    Rule("complaint", "service", found.complaint),
    Rule("follow_up", "marketing", found.follow_up, found.follow_up_ahead),
    Rule("drop_off", "marketing"),
    Rule("missed_appointment", "service", found.missed_appointment),
    Rule("part_arrived", "service"),
    Rule("overdue_service", "service", found.overdue_service, found.service_ahead),
    Rule("due_service", "service", found.due_service),
    Rule("declined_work", "marketing"),
    Rule("expiry", "marketing"),
    Rule("upgrade", "marketing"),
    Rule("birthday", "marketing", found.birthday, found.birthday_ahead),
    Rule("points_expiring", "marketing"),
    Rule("win_back", "marketing", found.win_back, found.win_back_ahead),
)
NOTHING = Rule("nothing_now", "marketing")


def next_action(situation: Situation, present: pl.DataFrame, channels: pl.DataFrame) -> pl.DataFrame:
    """One row a customer of `present` (columns customer_id, deceased_on), with the columns next_action…, look_again_on.

    `channels`: the first allowed channel by purpose, from `channels.best_channels`. The deceased get nothing_now.
    """
    living = present.filter(pl.col("deceased_on").is_null()).select("customer_id")
    matches = pl.concat(
        rule.match(situation).with_columns(
            rank=pl.lit(rank, dtype=pl.Int64), code=pl.lit(rule.code), purpose=pl.lit(rule.purpose)
        )
        for rank, rule in enumerate(RULES)
        if rule.match is not None
    ).join(living, on="customer_id", how="semi")  # fmt: skip
    chosen = (
        matches.sort("customer_id", "rank")
        .group_by("customer_id", maintain_order=True)
        .agg(
            pl.col("vehicle_id", "ends_on", "input", "code", "purpose").first(),
            others=pl.col("code").slice(1).str.join(","),
        )
    )
    latest = situation.day(situation.thresholds.expiry_days)
    nothing = pl.col("code").is_null()
    alive = pl.col("deceased_on").is_null()
    return (
        present.select("customer_id", "deceased_on")
        .join(chosen, on="customer_id", how="left")
        .join(look_again(situation), on="customer_id", how="left")
        .with_columns(
            look_again_on=pl.when(nothing & alive).then(
                pl.col("look_again_on").fill_null(situation.day(situation.thresholds.look_again_days))
            )
        )
        .with_columns(
            next_action=pl.col("code").fill_null(NOTHING.code),
            next_action_purpose=pl.col("purpose").fill_null(NOTHING.purpose),
            next_action_expires_on=pl.min_horizontal(
                pl.when(nothing).then(pl.col("look_again_on") - pl.duration(days=1)).otherwise(pl.col("ends_on")),
                pl.lit(latest),
            ),
            next_action_vehicle_id="vehicle_id",
            next_action_input=pl.when(~nothing)
            .then(pl.col("input"))
            .when(alive)
            .then(pl.struct("look_again_on").struct.json_encode())
            .otherwise(pl.struct("deceased_on").struct.json_encode()),
            next_action_others=pl.col("others").fill_null(""),
        )
        .join(channels, left_on=["customer_id", "next_action_purpose"], right_on=["customer_id", "purpose"], how="left")
        .with_columns(
            next_action_channel=pl.when(nothing)
            .then(None)
            .when(pl.col("next_action") == "complaint")
            .then(pl.col("call_first"))
            .otherwise(pl.col("channel"))
        )
        .drop("deceased_on", "code", "purpose", "vehicle_id", "ends_on", "input", "others", "channel", "call_first")
    )


def look_again(situation: Situation) -> pl.DataFrame:
    """The first day after today on which some rule would match if nothing changed, at most so many days ahead.

    Columns customer_id, look_again_on; customers without such a day are absent.
    """
    days = pl.concat(rule.ahead(situation) for rule in RULES if rule.ahead is not None)
    first = pl.col("on").filter(pl.col("on") > situation.moment.as_of).min()
    return days.group_by("customer_id").agg(
        look_again_on=pl.min_horizontal(first, pl.lit(situation.day(situation.thresholds.look_again_days)))
    )
