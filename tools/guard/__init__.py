"""Between a question's SQL and the database: RULES, in order, and the queries that they let pass."""

from tools.guard.catalog import Catalog, CatalogTable
from tools.guard.errors import GuardError
from tools.guard.guarded import GuardedLookup, GuardedQuery
from tools.guard.lookup import guard_lookup, guard_tokens
from tools.guard.rules import RULES, guard, guard_sql

__all__ = [
    "RULES", "Catalog", "CatalogTable", "GuardError", "GuardedLookup", "GuardedQuery",
    "guard", "guard_lookup", "guard_sql", "guard_tokens",
]  # fmt: skip
