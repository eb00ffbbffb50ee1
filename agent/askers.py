"""The people who may ask, looked up in the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rapidfuzz import process
from sqlglot import exp

from agent.errors import AgentError, UnknownUserError
from schema.access import Asker
from tools.database import Database
from tools.guard import Catalog, guard

SYSTEM = Asker(0, "system", "system", "admin")
PROFILES = (("sales_rep", 1), ("service_advisor", 1), ("store_manager", 1), ("admin", None))
LOGINS = 5000  # so many are looked through for one that is near


@dataclass(frozen=True)
class Askers:
    """The users of one store. Raises what Database.fetch does."""

    database: Database
    catalog: Catalog

    def find(self, user: str) -> Asker:
        """The user with this id or login. Raises UnknownUserError, which names near logins."""
        wanted = exp.column("id").eq(int(user)) if user.isdecimal() else exp.column("login").eq(user)
        found = self._users(wanted, limit=1)
        if found:
            return found[0]
        logins = [a.login for a in self._users(limit=LOGINS)]
        close = [login for login, _, _ in process.extract(user, logins, limit=3)]
        raise UnknownUserError(f"No user has the id or login '{user}'. Near: {', '.join(close)}.")

    def first_of(self, role: str, store_id: int | None = 1) -> Asker:
        """The first active user of a role, of a store where one is given. Raises AgentError where there is none."""
        where = [exp.column("role").eq(role), exp.column("left_on").is_(exp.null())]
        if store_id is not None:
            where.append(exp.column("store_id").eq(store_id))
        found = self._users(*where, limit=1)
        if not found:
            raise AgentError(f"The store has no active user of role '{role}'.")
        return found[0]

    def profiles(self) -> list[Asker]:
        """A rep, an advisor, a manager and the admin, for looking through their eyes."""
        return [self.first_of(role, store) for role, store in PROFILES]

    def store_name(self, asker: Asker) -> str | None:
        """The showroom that the asker works in."""
        if asker.store_id is None:
            return None
        rows = self._rows(exp.select("name").from_("stores").where(exp.column("id").eq(asker.store_id)))
        return str(rows[0][0]) if rows else None

    def is_empty(self) -> bool:
        """Whether nobody was ever entered there."""
        return not self._users(limit=1)

    def _users(self, *where: exp.Condition, limit: int) -> list[Asker]:
        query = exp.select("id", "login", "full_name", "role", "store_id").from_("users").order_by("id").limit(limit)
        rows = self._rows(query.where(*where) if where else query)
        return [Asker(int(i), login, name, role, store) for i, login, name, role, store in rows]

    def _rows(self, query: exp.Select) -> list[tuple[Any, ...]]:
        return self.database.fetch(guard(query, SYSTEM, self.catalog, dialect=self.database.dialect, row_cap=None)).rows
