"""What the rules look at, and the pieces that several of them use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlglot import exp

from agent.planner.items import (
    Item,
    Meas,
    Verb,
    Word,
)
from agent.planner.moments import Moment, Unit, shift
from agent.planner.numbers import Bound
from schema.joins import JoinGraph
from schema.model import SemanticModel, parse_expression
from schema.query import Aggregate, All, AnyOf, Compare, Comparison, Exists, Filter, Measure, Named

Joined = tuple[Item, float] | None
BEST = 10  # of the best ones with no number


@dataclass(frozen=True)
class Context:
    """What the rules may look at: the model, its joins, and the day."""

    model: SemanticModel
    graph: JoinGraph
    today: date
    dialogue: bool = False  # something was asked before, which may be changed

    def distance(self, dataset: str, target: str) -> float | None:
        """How far a condition on `target` is from `dataset`; None where nothing links them."""
        tree = self.graph.tree(dataset)
        if target in tree:
            at_home = target == self.model.ext.stores and self.model.datasets[dataset].ext.home is not None
            return len(tree[target]) - (
                0.8 if at_home and dataset != self.model.ext.subject else 0.0
            )  # where it took place
        anchors = [dataset]
        if (subject := self.model.ext.subject) and self.graph.reaches(dataset, [subject]):
            anchors.append(subject)
        for extra, anchor in enumerate(anchors):
            if target and (link := self.graph.bridge([anchor, target])):
                return 1.5 + extra + 0.5 * self.graph.distance(link, [anchor, target])
        return None

    def bind(self, key: str, moment: Moment) -> Named:
        """A named filter with its period."""
        named = self.model.named(key)
        dataset = self.model.datasets[(named.time or key).partition(".")[0]]
        return Named(named=key, period=moment.resolve(self.today, dataset.ext.plan or named.recurs))

    def bound(self, f: Filter, key: str, moment: Moment) -> Filter:
        """A condition with the period of the named filter in it."""
        if isinstance(f, All):
            return All(all=tuple(self.bound(x, key, moment) for x in f.all))
        return self.bind(key, moment) if isinstance(f, Named) and f.named == key else f

    def base(self, metric: str) -> str:

        datasets = [c.table for c in parse_expression(self.model.metrics[metric].expression).find_all(exp.Column)]
        return self.graph.lowest(datasets) or datasets[0]

    def numeric(self, key: str) -> bool:
        return self.model.field(key).datatype in ("Integer", "Float", "Decimal")

    def is_time(self, key: str) -> bool:
        return self.model.field(key).is_time

    def time(self, dataset: str) -> str | None:
        return self.model.datasets[dataset].ext.time

    def is_staff(self, dataset: str) -> bool:
        """Whether its rows are of the people who ask."""
        users = self.model.ext.users
        return users is not None and self.model.datasets[dataset].source == self.model.datasets[users].source

    def columns(self, fields: Iterable[str]) -> list[str]:
        """Without those that only say what a row belongs to: visits at a showroom."""
        found = self.model.datasets.values()
        names = {f"{d.name}.{d.ext.name_field}" for d in found if d.ext.name_field and d.name != self.model.ext.subject}
        return [f for f in fields if f not in names or self.model.field(f).ext.index == "code"]

    def plays(self, dataset: str) -> bool:
        """Whether its rows are staff in a part: the sellers, with no role of theirs."""
        own = dataset == self.model.ext.users or self.model.datasets[dataset].ext.where is not None
        return self.is_staff(dataset) and not own

    def plans(self, dataset: str, filters: Iterable[Filter]) -> bool:
        """Whether its rows are plans here: appointments are, missed ones are facts."""
        ext = self.model.datasets[dataset].ext
        values = ((f.field, v) for f in _said(filters) for v in (f.value if isinstance(f.value, tuple) else (f.value,)))
        return ext.plan and not any(v in ext.past.get(field, ()) for field, v in values)


def _said(filters: Iterable[Filter]) -> Iterator[Compare]:
    for f in filters:
        if isinstance(f, Compare):
            yield f
        elif isinstance(f, All):
            yield from _said(f.all)


def merge(ctx: Context, a: Filter, b: Filter, word: str) -> Filter:
    """Two conditions under and/or; values of one field become a set, whichever word joined them."""
    if (
        isinstance(a, Compare)
        and isinstance(b, Compare)
        and a.field == b.field
        and a.op in ("=", "in")
        and b.op in ("=", "in")
    ):
        values: list[Any] = []
        for f in (a, b):
            values += list(f.value) if isinstance(f.value, tuple) else [f.value]
        return Compare(field=a.field, op="in", value=tuple(dict.fromkeys(values)))
    if word in ("or", "versus"):
        parts = (*a.any, b) if isinstance(a, AnyOf) else (a, b)
        return AnyOf(any=parts)
    parts = (*a.all, b) if isinstance(a, All) else (a, b)
    return All(all=parts)


def exists(ctx: Context, v: Verb) -> Filter:
    """A verb phrase as a filter; spent from 500m to 1bn, bought a car and accessories, as two."""
    rows = _exists(ctx, v)
    if v.bound is None and len(each := _kinds(v.filters)) > 1:
        return All(all=tuple(rows.model_copy(update={"filters": filters}) for filters in each))
    if v.bound is None or v.bound.high is None:
        return rows
    return All(all=(rows, rows.model_copy(update={"op": "<=", "value": v.bound.high})))


def _kinds(filters: Iterable[Filter]) -> list[tuple[Filter, ...]]:
    """The conditions in the order said, anew where one asks for another value: no row is of two kinds."""
    out: list[tuple[Filter, ...]] = [()]
    for f in filters:
        clash = isinstance(f, Compare) and any(
            isinstance(x, Compare) and x.field == f.field and x.op == f.op == "=" and x != f for x in out[-1]
        )
        out = [*out, (f,)] if clash else [*out[:-1], (*out[-1], f)]
    return out


def _exists(ctx: Context, v: Verb) -> Exists:
    period = v.moment.resolve(ctx.today, ctx.plans(v.dataset, v.filters)) if v.moment else None
    if v.bound is None:
        return Exists(exists=v.dataset, filters=v.filters, period=period)
    return Exists(
        exists=v.dataset, filters=v.filters, period=period, metric=v.metric, op=v.bound.op, value=v.bound.value
    )


def scaled(ctx: Context, key: str, b: Bound) -> Bound:
    """80 % of a field that counts points is 80; 2 weeks of one that counts days are 14."""
    if ctx.model.field(key).ext.unit == "days" and b.unit == "weeks":
        return Bound(b.op, b.value * 7, "days", b.high * 7 if b.high is not None else None)
    if b.unit != "%" or ctx.model.field(key).ext.unit == "%":
        return b
    return Bound(b.op, b.value * 100, None, b.high * 100 if b.high is not None else None)


def comparison(key: str, b: Bound) -> Compare:
    if b.high is not None:
        return Compare(field=key, op="between", value=(b.value, b.high))
    return Compare(field=key, op=b.op, value=b.value)


_SPANS: dict[str | None, Unit] = {"days": "day", "weeks": "week", "months": "month", "years": "year"}


def long_ago(ctx: Context, key: str, b: Bound) -> Compare | None:
    """More than 60 days ago, on that field."""
    if b.unit not in _SPANS or b.high is not None or b.op not in (">", ">=", "<", "<="):
        return None
    day = shift(ctx.today, _SPANS[b.unit], -int(b.value))
    op: Comparison = {">": "<", ">=": "<=", "<": ">", "<=": ">="}[b.op]  # type: ignore[assignment]
    return Compare(field=key, op=op, value=day.isoformat())


def before_noun(w: Word) -> Word:
    """A superlative that follows its noun, as in Vietnamese, as if it stood before it."""
    return replace(w, kind=w.kind.removesuffix("_after")) if w.kind.endswith("_after") else Word("")


def metric_measure(ctx: Context, name: str) -> Meas:
    return Meas((name,), ctx.base(name))


def unfit(ctx: Context, measure: Measure | None, dataset: str, filters: Iterable[Filter] = ()) -> bool:
    """Whether the model says that a metric doesn't go with such a thing: cars sold, by or of accessories."""
    if not isinstance(measure, str):
        return False
    without = ctx.model.metric(measure).ext.without
    said = {x for f in filters if isinstance(f, Compare) for x in (f.field, f"{f.field}={f.value}")}
    return dataset in without or any(s in without for s in said)


def axes(ctx: Context, f: Filter) -> set[str]:
    """The fields that a condition holds to a value."""
    if isinstance(f, All):
        return set().union(*(axes(ctx, x) for x in f.all))
    if isinstance(f, Compare):
        return {f.field}
    if isinstance(f, Named) and f.named[0] != "$" and (axis := ctx.model.named(f.named).axis):
        return {axis}
    return set()


def is_place(ctx: Context, f: Filter) -> bool:
    """Whether it is a value of a short list of the store: a city, a model."""
    return isinstance(f, Compare) and ctx.model.field(f.field).ext.index == "distinct"


def amount_shown(ctx: Context, filters: Iterable[Filter]) -> str | None:
    """The field of the amount that a named condition shows: what is owed, of orders not paid in full."""
    named = [ctx.model.named(f.named) for f in filters if isinstance(f, Named) and f.named[0] != "$"]
    keys = [key for n in named for key in n.columns if ctx.model.field(key).ext.unit == "₫"]
    return keys[-1] if keys else None


def is_mean(ctx: Context, measure: Measure) -> bool:
    """Whether it is a mean or a rate, which doesn't add up."""
    if isinstance(measure, Aggregate):
        return measure.fn in ("avg", "median")
    return any(w in ctx.model.metric(measure).expression for w in ("AVG(", "/"))
