"""The short lists of values (cities, models, products) that questions are read with.

They hold no name, phone or plate, and say of no row whose it is; a question that uses a value still sees permitted rows
alone. So they are read whole, but only here: the table is in no catalog.
"""

from __future__ import annotations

from schema.access import Asker
from tools.guard.guarded import DialectName, GuardedLookup, issue_lookup

MOST = 50_000


def guard_short_lists(asker: Asker, dialect: DialectName) -> GuardedLookup:
    """Gives (source, value) in that order."""
    sql = "SELECT source, value FROM field_values ORDER BY source, value"
    return issue_lookup(sql, dialect, asker, MOST, {"field_values": frozenset({"source", "value"})})
