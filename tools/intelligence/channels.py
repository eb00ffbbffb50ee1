"""By which channel a customer may be contacted, for service and for marketing.

Source: business definitions, Consent and contact rules. Caps and hours are of the moment and not stored.
"""

from __future__ import annotations

import polars as pl

from tools.intelligence.base import Base
from tools.intelligence.scores import PHONES, PLACEHOLDERS

NEEDS = ("consents", "contact_points", "customers", "registry_numbers")
ORDER = ("call", "zalo", "sms", "email", "post", "push")  # after the preferred one
ADDRESSES = {"call": PHONES, "sms": ("mobile",), "email": ("email",), "zalo": ("zalo",)}


def standing(base: Base) -> pl.DataFrame:
    """The latest consent of each customer, channel and purpose. Columns customer_id, channel, purpose, state."""
    return (
        base.consents.sort("customer_id", "recorded_at", "id")
        .group_by("customer_id", "channel", "purpose")
        .agg(pl.col("state").last())
    )


def reachable(base: Base, consent: pl.DataFrame) -> pl.DataFrame:
    """Which channels may be used. Columns customer_id, purpose (service, marketing), channel, preferred.

    Service needs no denial, marketing a grant; both a usable address, no do-not-contact, and a living customer.
    Nothing stored is an address for push, so push is never reachable.
    """
    purposes = pl.DataFrame({"purpose": ["service", "marketing"]})
    state = pl.col("state")
    allowed = (
        pl.when(pl.col("purpose") == "service")
        .then(state.is_null() | (state == "granted"))
        .otherwise((state == "granted").fill_null(False))
    )
    return (
        _ways(base)
        .join(purposes, how="cross")
        .join(consent, on=["customer_id", "channel", "purpose"], how="left")
        .filter(allowed)
        .select(
            "customer_id",
            "purpose",
            "channel",
            preferred=(pl.col("channel") == pl.col("preferred_channel")).fill_null(False),
        )
    )


def standing_consents(base: Base, consent: pl.DataFrame) -> pl.DataFrame:
    """What holds now, with who is reached by it: granted, and a way to go. Columns of the table."""
    kept = base.customers.filter(
        pl.col("wanted") & pl.col("erased_at").is_null() & pl.col("merged_into_id").is_null()
    ).select(customer_id="id")
    ways = _ways(base).select("customer_id", "channel", way=pl.lit(value=True))
    return (
        consent.join(kept, on="customer_id")
        .join(ways, on=["customer_id", "channel"], how="left")
        .with_columns(reachable=(pl.col("state") == "granted") & pl.col("way").fill_null(value=False))
        .select("customer_id", "channel", "purpose", "state", "reachable")
        .sort("customer_id", "channel", "purpose")
    )


def _ways(base: Base) -> pl.DataFrame:
    """Columns customer_id, channel, preferred_channel: usable addresses of the living whom nothing silences."""
    marks = base.customers.filter(
        ~pl.col("do_not_contact") & pl.col("deceased_on").is_null() & pl.col("erased_at").is_null()
    )
    return _addresses(base).join(marks.select("id", "preferred_channel"), left_on="customer_id", right_on="id")


def _addresses(base: Base) -> pl.DataFrame:
    """Columns customer_id, channel: where there is a usable address."""
    usable = base.contact_points.filter("is_usable")
    street = pl.col("street").str.strip_chars().str.to_lowercase()
    parts = [
        usable.filter(pl.col("kind").is_in(kinds)).select("customer_id", channel=pl.lit(channel)).unique()
        for channel, kinds in ADDRESSES.items()
    ]
    post = base.customers.filter(
        street.is_not_null() & ~street.is_in(PLACEHOLDERS) & pl.col("city").is_not_null()
    ).select(customer_id="id", channel=pl.lit("post"))
    return pl.concat([*parts, post])


def best_channels(found: pl.DataFrame) -> pl.DataFrame:
    """The first channel by each way of choosing. Columns customer_id, purpose, channel, call_first.

    call_first: for a complaint, which a manager answers by a call where calls are allowed.
    """
    rank = pl.col("channel").replace_strict({c: i for i, c in enumerate(ORDER)}, return_dtype=pl.Int64)
    ranked = found.with_columns(rank=rank).sort(
        "customer_id", "purpose", "preferred", "rank", descending=[False, False, True, False]
    )
    return ranked.group_by("customer_id", "purpose", maintain_order=True).agg(
        pl.col("channel").first(),
        call_first=pl.when((pl.col("channel") == "call").any())
        .then(pl.lit("call"))
        .otherwise(pl.col("channel").first()),
    )
