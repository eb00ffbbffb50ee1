"""SemanticQuery -> SELECT as a sqlglot tree. No LLM, no clock of its own: the same query gives the same SQL.

Three traps are rewritten, never met: a *fan-out* (a measure next to a dimension that multiplies its rows) counts each
row once a group (`schema.part`); a *chasm* (measures of two facts) aggregates each fact by itself before they are
joined (`schema.aggregation`); an *exists* filter is a semi-join (`schema.conditions`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from schema.aggregation import Aggregation
from schema.columns import Column
from schema.expressions import Clock, Dialect
from schema.frame import Frames, QueryError
from schema.joins import JoinGraph
from schema.listing import Listing
from schema.model import ModelError, SemanticModel
from schema.query import SemanticQuery

__all__ = ["Column", "Compiled", "Compiler", "QueryError"]


@dataclass(frozen=True)
class Compiled:
    """The tree, one that counts its rows as `n`, its columns, and the datasets whose tables it reads."""

    tree: exp.Select
    count: exp.Select
    columns: tuple[Column, ...]
    datasets: frozenset[str]


@dataclass
class Compiler:
    """Compiles queries of one model for one dialect at one moment."""

    model: SemanticModel
    clock: Clock
    dialect: Dialect = "sqlite"
    frames: Frames = field(init=False)

    def __post_init__(self) -> None:
        self.frames = Frames(JoinGraph(self.model), self.clock, self.dialect)

    def compile(self, query: SemanticQuery) -> Compiled:
        """Raises QueryError, which names what is wrong and what is possible."""
        try:
            builder = Aggregation(self.frames, query) if query.metrics else Listing(self.frames, query)
            tree, columns = builder.build()
        except ModelError as error:
            raise QueryError(str(error)) from error
        counted = tree.copy()
        if not query.limit:
            counted.set("order", None)
        count = exp.select(exp.alias_(exp.Count(this=exp.Star()), "n")).from_(
            exp.Subquery(this=counted, alias="counted")
        )
        used = {t.alias_or_name for t in tree.find_all(exp.Table)} & self.model.datasets.keys()
        return Compiled(tree, count, tuple(columns), frozenset(used))
