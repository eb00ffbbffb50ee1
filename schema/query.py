"""SemanticQuery: the one typed question that both lanes fill in and the compiler turns into SQL."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

Grain = Literal["day", "week", "month", "quarter", "year"]
Comparison = Literal["=", "!=", ">", ">=", "<", "<="]
Scalar = str | int | float | bool
AggregateFunction = Literal["count", "count_distinct", "sum", "avg", "min", "max", "median"]


class Typed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Period(Typed):
    """A span of days, both ends included; an end left out is open."""

    start: date | None = None
    end: date | None = None
    field: str | None = Field(None, description="time field it binds; default: the dataset's own")
    label: str | None = Field(None, description="as said: last month")

    def days(self) -> int | None:
        """How many days it covers; None where an end is open."""
        return (self.end - self.start).days + 1 if self.start and self.end else None


class Compare(Typed):
    """A field against a value: `in` and `not_in` take a list, `between` two values, `empty` and `filled` none.

    `contains` compares text in any case, with accents as they stand. A day against a field with a time means all of it.
    """

    field: str = Field(description="dataset.field")
    op: Comparison | Literal["in", "not_in", "between", "contains", "empty", "filled"]
    value: Scalar | tuple[Scalar, ...] | None = None


class Named(Typed):
    """A filter the semantic model declares: dataset.name. `period` binds the filter's own time field."""

    named: str = Field(description="dataset.filter")
    period: Period | None = None


class All(Typed):
    all: tuple[Filter, ...]


class AnyOf(Typed):
    any: tuple[Filter, ...]


class Not(Typed):
    """The complement: keeps rows whose value is unknown."""

    negate: Filter


class Exists(Typed):
    """At least one row of another dataset belongs to the entity (negate it for never).

    With `metric`, `op` and `value` the related rows, together, must reach a value: count >= 2, revenue > 100 m. Who has
    no such rows has a count of 0, which may hold (fewer than 2), and no sum, mean or extreme, for which nothing holds.
    """

    exists: str = Field(description="dataset of the related rows")
    filters: tuple[Filter, ...] = ()
    period: Period | None = None
    metric: Measure | None = None
    op: Comparison = ">="
    value: float | None = None


def _kind(value: object) -> str:
    for name, cls in _FILTERS.items():
        if isinstance(value, cls) or (isinstance(value, dict) and name in value):
            return name
    return "field"


Filter = Annotated[
    Annotated[Compare, Tag("field")]
    | Annotated[Named, Tag("named")]
    | Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("negate")]
    | Annotated[Exists, Tag("exists")],
    Discriminator(_kind),
]


class Aggregate(Typed):
    """A measure made on the spot: a function over a field, the number of a dataset's rows, or the share of them.

    `where` holds the counted rows to a condition; with `fn` "share" it is the numerator's condition. `of` makes it the
    share of a metric of those rows instead: revenue from accessories / all revenue.
    """

    fn: AggregateFunction | Literal["share"]
    over: str = Field(description="dataset.field, or a dataset for count and share")
    where: Filter | None = None
    of: str | None = Field(None, description="with share: the metric that is shared, instead of the number of rows")


Measure = str | Aggregate


class By(Typed):
    """What to group by: a field, or a dataset (one group an entity); a time field with a grain."""

    field: str
    grain: Grain | None = None


class Having(Typed):
    metric: Measure
    op: Comparison
    value: float


class Order(Typed):
    """Sort by a metric's or field's name; unknown values come last."""

    by: str
    descending: bool = False


class SemanticQuery(Typed):
    """A question about the data. Without metrics it lists the entities of `dataset`; with metrics it aggregates."""

    dataset: str | None = Field(None, description="what a list shows, one row an entity")
    metrics: tuple[Measure, ...] = ()
    by: tuple[By, ...] = ()
    fields: tuple[str, ...] = Field((), description="further columns of a list")
    filters: tuple[Filter, ...] = ()
    period: Period | None = None
    compare: Period | None = Field(None, description="an earlier period to set beside `period`")
    compare_whole: Period | None = Field(None, description="that earlier period in full, where `period` is unfinished")
    having: tuple[Having, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = Field(None, ge=1)
    share: bool = Field(False, description="add each group's share of the total")


_FILTERS: dict[str, type[Typed]] = {"named": Named, "all": All, "any": AnyOf, "negate": Not, "exists": Exists}
for _cls in (All, AnyOf, Not, Exists, Aggregate, Having, SemanticQuery):
    _cls.model_rebuild()
