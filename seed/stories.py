"""What is planted in the data for questions to find. `seed/README.md` tells each story with its query.

Stores are places in the list of stores (id − 1), days are day numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from seed.columns import day_number
from seed.seasons import quarter_before

PUBLIC_EXAMPLE = 12_345
VIP_FAMILY, VIP_SPOUSE = 7, 8
NAMESAKES = (11, 23, 37)
NAMESAKE = ("Nguyễn Văn", "An")
CUSTOMERS = (VIP_FAMILY, VIP_SPOUSE, *NAMESAKES, PUBLIC_EXAMPLE)
VIP_MODEL = "Everest"
FORGOTTEN_MODEL = "EcoSport"


@dataclass(frozen=True)
class Stories:
    """Where and when each story happens."""

    no_show_store: int
    no_show_factor: float
    departed_store: int
    departed_on: int
    waiting_store: int
    waiting_from: int
    vip_last_seen: int


def stories(today: date) -> Stories:
    """The stories as of `today`."""
    now = day_number(today)
    return Stories(
        no_show_store=5,
        no_show_factor=4.5,
        departed_store=2,
        departed_on=now - 75,
        waiting_store=7,
        waiting_from=quarter_before(now)[0],
        vip_last_seen=now - 215,
    )
