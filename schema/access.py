"""Who asks: a user with a role, and by the role the rows he may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RowScope = Literal["own", "store", "group"]

ROLE_SCOPES: dict[str, RowScope] = {
    "sales_rep": "own",
    "service_advisor": "store",
    "technician": "store",
    "store_manager": "store",
    "marketing": "group",
    "data_analyst": "group",
    "customer_service": "group",
    "admin": "group",
}


@dataclass(frozen=True)
class Asker:
    """The user on whose behalf a query runs.

    `store_id` is the user's store; none for users of the group.
    """

    id: int
    login: str
    name: str
    role: str
    store_id: int | None = None
    store_name: str | None = None

    @property
    def scope(self) -> RowScope:
        """Which customers he sees: those he owns, his store's, or all."""
        return ROLE_SCOPES[self.role]
