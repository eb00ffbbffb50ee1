"""The agent over one store: its parts, and the people who may ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from agent.askers import SYSTEM, Askers
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

    def suggestions(self, language: Language) -> list[str]:
        """Questions to start with."""
        found = self.model.ext.suggestions
        vietnamese = [s for s in found if not s.isascii()]
        return list(vietnamese if language == "vi" and len(vietnamese) >= 4 else found)

    # who asks: a database of somebody else's has no users, and whoever asks sees all of it ----------------------------
    @property
    def askers(self) -> Askers:
        return Askers(self.database, self.catalog)

    def asker(self, user: str) -> Asker:
        """The user with this id or login. Raises UnknownUserError, which names near logins."""
        return self.askers.find(user) if self.model.ext.users else Asker(0, user, user, "admin")

    def first_of(self, role: str, store_id: int | None = 1) -> Asker:
        """The first active user of a role, of a store where one is given. Raises AgentError where there is none."""
        return self.askers.first_of(role, store_id)

    def profiles(self) -> list[Asker]:
        """A rep, an advisor, a manager and the admin, for looking through their eyes."""
        return self.askers.profiles() if self.model.ext.users else [SYSTEM]

    def store_name(self, asker: Asker) -> str | None:
        """The showroom that the asker works in."""
        return self.askers.store_name(asker) if self.model.ext.stores else None
