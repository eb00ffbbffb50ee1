"""What a stretch of the question can mean: the typed parts that the rules join."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agent.planner.moments import Moment
from agent.planner.numbers import Amount, Bound
from schema.query import By, Filter, Grain, Having, Measure, Order


@dataclass(frozen=True)
class Item:
    """A typed part of a reading."""


@dataclass(frozen=True)
class Word(Item):
    """A word of the language: and, or, not, by, top, most …"""

    kind: str
    each: bool = False  # each showroom: those there are, and no row for none
    judged: bool = False  # the worst, which is the highest of what should be low


@dataclass(frozen=True)
class Skip(Item):
    """Changes nothing."""


@dataclass(frozen=True)
class Junk(Item):
    """A content word with no meaning here; a reading that passes over it must name it."""

    text: str


@dataclass(frozen=True)
class Marker(Item):
    """Something that decides the kind of turn: a request to act, an absent fact, a topic outside, a tool."""

    kind: Literal["act", "absent", "outside", "tool", "greeting", "why"]
    name: str


@dataclass(frozen=True)
class Mention(Item):
    """Words that a text holds: (notes) that mention TPBank."""

    text: str


@dataclass(frozen=True)
class FieldItem(Item):
    key: str
    plural: bool = False


@dataclass(frozen=True)
class MetricItem(Item):
    name: str
    by_asker: str | None = None  # the dataset of the people who do it, of whom the asker is meant


@dataclass(frozen=True)
class GrainItem(Item):
    grain: Grain
    each: bool = False  # month by month: can only be a group


@dataclass(frozen=True)
class AmountItem(Item):
    amount: Amount


@dataclass(frozen=True)
class BoundItem(Item):
    bound: Bound


@dataclass(frozen=True)
class When(Item):
    moment: Moment


@dataclass(frozen=True)
class Pred(Item):
    """A condition. `dated`: the named filter that a period may still bind. `one`: it names one entity."""

    filter: Filter
    dataset: str
    dated: str | None = None
    one: str | None = None
    negative: bool = False
    both: bool = False  # values joined by "and": a Kia and a Mazda
    split: bool = False  # values set against each other: Kia versus Mazda


@dataclass(frozen=True)
class Value(Item):
    """Values of a field that are meant only where the field itself is named: stage Due, from Loyal to At Risk."""

    key: str
    values: tuple[str, ...]
    word: str | None = None  # and, or, from, to: what stood before it


@dataclass(frozen=True)
class Verb(Item):
    """Rows of a dataset that an entity has: "bought an SUV in 2025", "at least 3 visits"."""

    dataset: str
    about: str | None
    filters: tuple[Filter, ...] = ()
    moment: Moment | None = None
    bound: Bound | None = None
    metric: Measure | None = None
    noun: Ent | None = None  # what was counted, where it stands for rows that link it


@dataclass(frozen=True)
class OnlyVerb(Item):
    """A verb of which nothing but what follows holds: bought only …"""

    verb: Verb


@dataclass(frozen=True)
class Ent(Item):
    """Entities of a dataset, with what holds for them."""

    dataset: str
    filters: tuple[Filter, ...] = ()
    moment: Moment | None = None
    fields: tuple[str, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    dated: str | None = None
    one: str | None = None
    plural: bool = True
    implied: bool = False  # no noun was said for it
    who: bool = False  # "who", "people": whoever does it
    asked: bool = False  # "which cars", "xe nào": what is asked for
    best: bool = False  # the best ones, with no word of what by
    lead: str | None = None  # the dataset of its leftmost noun


@dataclass(frozen=True)
class ShareOf(Item):
    """The share for which a condition holds, waiting for those of whom."""

    part: Filter
    dataset: str


@dataclass(frozen=True)
class OutOf(Item):
    """The whole that a share is taken of: trên tổng số đơn phụ tùng."""

    whole: Ent | Meas
    share: bool = False  # the word for a share was said with it


@dataclass(frozen=True)
class Group(Item):
    """What to group by."""

    by: tuple[By, ...]
    going_on: bool = False  # "and" was said after it
    each: bool = False
    amount: bool = False  # how much each


@dataclass(frozen=True)
class GroupOf(Item):
    """What to group by, and the groups that were named."""

    by: tuple[By, ...]
    pred: Pred


@dataclass(frozen=True)
class Sorting(Item):
    """An order by a field or measure; `single`: a superlative with no number."""

    measure: Measure | None
    field: str | None
    descending: bool
    superlative: bool = False
    moment: Moment | None = None
    filters: tuple[Filter, ...] = ()  # what the measure is held to: the most service revenue
    single: bool = False  # whose: one, of however many
    growth: bool = False  # by how much it changed


@dataclass(frozen=True)
class Versus(Item):
    moment: Moment
    loose: bool = False  # only "and": in a follow-up another period rather than a second one


@dataclass(frozen=True)
class Function(Item):
    """An aggregate function's word."""

    fn: Literal["avg", "sum", "min", "max", "median", "count_distinct"]


@dataclass(frozen=True)
class Meas(Item):
    """Measures, with what they are held to and grouped by. `base` is the dataset of the first."""

    measures: tuple[Measure, ...]
    base: str
    filters: tuple[Filter, ...] = ()
    moment: Moment | None = None
    by: tuple[By, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    compare: Moment | None = None
    share: bool = False
    having: tuple[Having, ...] = ()
    dated: str | None = None
    implied: bool = False  # no noun was said for what is counted
    growth: bool = False  # how much it changed against an earlier period


@dataclass(frozen=True)
class Call(Item):
    """A tool, for one entity."""

    tool: str
    one: str


@dataclass(frozen=True)
class Conjunct(Item):
    """The right side of and/or."""

    word: str
    pred: Pred


@dataclass(frozen=True)
class Wider(Item):
    """What else may hold of what was asked before: High ones, too."""

    pred: Pred


@dataclass(frozen=True)
class Top(Item):
    """The first n."""

    count: int
    descending: bool = True


@dataclass(frozen=True)
class TopBy(Item):
    count: int
    sorting: Sorting


@dataclass(frozen=True)
class Further(Item):
    """A second measure."""

    meas: Meas


@dataclass(frozen=True)
class NotWhen(Item):
    """A period in which it did not happen."""

    moment: Moment


@dataclass(frozen=True)
class Several(Item):
    """Changes of a follow-up, one after the other."""

    parts: tuple[Item, ...]


@dataclass(frozen=True)
class Leading(Item):
    """The first groups of what was asked before."""

    by: tuple[By, ...]
    count: int
    descending: bool
    filters: tuple[Filter, ...] = ()
