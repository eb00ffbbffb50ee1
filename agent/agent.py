"""The agent over one store: its parts, and the people who may ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from rapidfuzz import process
from sqlglot import exp

from agent.errors import AgentError, UnknownUserError
from agent.language import Language
from agent.planner.planner import Planner
from schema.access import Asker
from schema.compiler import Compiler
from schema.expressions import Clock
from schema.model import SemanticModel
from tools.context import ToolContext
from tools.database import Database
from tools.guard import Catalog

if TYPE_CHECKING:
    from agent.session import Session

SYSTEM = Asker(0, "system", "system", "admin")
LOGINS = 5000  # so many are looked through for one that is near
PROFILES = (("sales_rep", 1), ("service_advisor", 1), ("store_manager", 1), ("admin", None))
NotesSearch = Callable[[ToolContext, str, int | None], list[dict[str, Any]]]


@dataclass
class Agent:
    """One store, one model, one moment; any number of sessions."""

    database: Database
    catalog: Catalog
    model: SemanticModel
    compiler: Compiler
    planner: Planner
    clock: Clock
    llm: str
    llm_key: str
    short_lists: Mapping[str, Sequence[str]]
    notes: NotesSearch

    @property
    def today(self) -> date:
        return self.clock.today

    @property
    def now(self) -> datetime:
        return self.clock.now

    def context(self, asker: Asker) -> ToolContext:
        return ToolContext(self.database, self.catalog, self.model, self.compiler, asker, self.clock)

    def session(self, asker: Asker) -> Session:
        """A new dialogue."""
        from agent.session import Session  # the two know each other

        return Session(self, asker)

    # who asks --------------------------------------------------------------------------------------------------------
    def asker(self, user: str) -> Asker:
        """The user with this id or login. Raises UnknownUserError, which names near logins."""
        if self.model.ext.users is None:
            return Asker(0, user, user, "admin")
        wanted = exp.column("id").eq(int(user)) if user.isdecimal() else exp.column("login").eq(user)
        found = self._users(wanted, limit=1)
        if found:
            return found[0]
        logins = [a.login for a in self._users(limit=LOGINS)]
        close = [login for login, _, _ in process.extract(user, logins, limit=3)]
        raise UnknownUserError(f"No user has the id or login '{user}'. Near: {', '.join(close)}.")

    def first_of(self, role: str, store_id: int | None = 1) -> Asker:
        """The first active user of a role, of a store where the role has one. Raises AgentError where there is none."""
        where = [exp.column("role").eq(role), exp.column("left_on").is_(exp.null())]
        if store_id is not None:
            where.append(exp.column("store_id").eq(store_id))
        found = self._users(*where, limit=1)
        if not found:
            raise AgentError(f"The store has no active user of role '{role}'.")
        return found[0]

    def _users(self, *where: exp.Condition, limit: int) -> list[Asker]:
        showroom = "(SELECT s.name FROM stores AS s WHERE s.id = users.store_id) AS showroom"
        query = exp.select("id", "login", "full_name", "role", "store_id", showroom).from_("users")
        query = query.order_by("id").limit(limit)
        rows, _ = self.context(SYSTEM).fetch(query.where(*where) if where else query, None)
        return [Asker(int(row[0]), *row[1:]) for row in rows.rows]

    def profiles(self) -> list[Asker]:
        """A rep, an advisor, a manager and the admin, for looking through their eyes."""
        if self.model.ext.users is None:
            return [SYSTEM]
        return [self.first_of(role, store) for role, store in PROFILES]

    def store_name(self, asker: Asker) -> str | None:
        """The showroom that the asker works in."""
        return asker.store_name

    def suggestions(self, language: Language) -> list[str]:
        """Questions to start with."""
        found = self.model.ext.suggestions
        vietnamese = [s for s in found if not s.isascii()]
        return list(vietnamese if language == "vi" and len(vietnamese) >= 4 else found)
