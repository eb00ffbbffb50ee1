"""Readings as good as the first, that are run beside it."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.conditions import conditions, datasets_of
from agent.planner.decisions import Ask, Decision
from agent.planner.rules import Context
from schema.query import Aggregate, Compare, Exists, SemanticQuery


def rivals(ctx: Context, decisions: list[Decision]) -> Decision:
    first = decisions[0]
    if not isinstance(first, Ask):
        return first
    seen, others = {_canonical(first.query)}, []
    knit = breadth(first.query)
    for d in decisions[1:]:
        if isinstance(d, Ask) and d.query.limit == 1 and d.query.model_copy(update={"limit": None}) == first.query:
            first = replace(first, query=d.query)  # the oldest case: the noun says that it is one
            continue
        if isinstance(d, Ask) and (nearest := _nearest_groups(ctx, first.query, d.query)) is not None:
            first = replace(first, query=nearest)
            continue
        if isinstance(d, Ask) and _only_that(ctx, first.query) and breadth(d.query) <= knit:
            first = replace(first, query=d.query)
            seen.add(_canonical(d.query))
            continue
        if isinstance(d, Ask) and _only_that(ctx, d.query):
            continue
        if isinstance(d, Ask) and first.query.period and d.query == first.query.model_copy(update={"period": None}):
            continue  # it passes over the period
        if isinstance(d, Ask) and (breadth(d.query) > knit or _looser(d.query, first.query)):
            continue
        if isinstance(d, Ask) and _turned_round(d.query, first.query):
            continue
        if isinstance(d, Ask) and (_less(d.query, first.query) or _one_side(d.query, first.query)):
            continue
        if isinstance(d, Ask) and _canonical(d.query) not in seen and not _counts(d.query, first.query):
            seen.add(_canonical(d.query))
            others.append(d.query)
    return replace(first, rivals=tuple(others[:3]))


def _nearest_groups(ctx: Context, a: SemanticQuery, b: SemanticQuery) -> SemanticQuery | None:
    """Of two that differ in what they group by alone, the one whose groups lie nearest: order totals by order kind."""
    if a.by == b.by or not a.metrics or a.model_copy(update={"by": b.by}) != b:
        return None
    first = a.metrics[0]
    base = ctx.base(first) if isinstance(first, str) else first.over.partition(".")[0]
    far = [sum(ctx.distance(base, x.field.partition(".")[0]) or 0.0 for x in q.by) for q in (a, b)]
    return None if far[0] == far[1] else a if far[0] < far[1] else b


def of_one(ctx: Context, query: SemanticQuery) -> bool:
    """Whether it asks about one of the subject."""
    key = ctx.model.datasets[ctx.model.ext.subject].id_field if ctx.model.ext.subject else ""
    return any(isinstance(f, Compare) and f.field == key and f.op == "=" for f in query.filters)


def breadth(query: SemanticQuery) -> int:
    """How many datasets the query's conditions and measures speak of: of readings alike, the closest knit is meant."""
    held = [m.where for m in query.metrics if isinstance(m, Aggregate) and m.where is not None]
    names = list(datasets_of([*query.filters, *held]))
    names += [m.over.partition(".")[0] for m in query.metrics if isinstance(m, Aggregate)]
    return len({*names, query.dataset} - {None})


def _looser(a: SemanticQuery, b: SemanticQuery) -> bool:
    """Whether a holds the same datasets by more conditions beside each other: channel Zalo, and not its consent."""
    return breadth(a) == breadth(b) and len(a.filters) > len(b.filters)


def _only_that(ctx: Context, query: SemanticQuery) -> bool:
    """Whether it only says of one that he has some rows: what he bought tells more."""
    key = ctx.model.datasets[query.dataset].id_field if query.dataset else ""
    one = [f for f in query.filters if isinstance(f, Compare) and f.op == "=" and f.field == key]
    rest = [f for f in query.filters if f not in one]
    return bool(one and rest) and not query.fields and all(isinstance(f, Exists) and f.value is None for f in rest)


def _less(a: SemanticQuery, b: SemanticQuery) -> bool:
    """Whether a is b with a condition left out: it accounts for less of what was said."""
    if a.model_copy(update={"filters": ()}) != b.model_copy(update={"filters": ()}):
        return False
    held = [[f for f in conditions(q.filters) if not isinstance(f, Exists)] for q in (a, b)]
    return (
        len(held[0]) < len(held[1])
        and all(f in held[1] for f in held[0])
        and datasets_of(a.filters) <= datasets_of(b.filters)
    )


def _turned_round(a: SemanticQuery, b: SemanticQuery) -> bool:
    """Whether part and whole of a share have changed places: cancelled ones for service, of those cancelled."""
    said = []
    for q in (a, b):
        first = q.metrics[0] if len(q.metrics) == 1 else None
        if not isinstance(first, Aggregate) or first.fn != "share" or first.where is None:
            return False
        said.append((first.over, first.of, sorted(map(repr, conditions((*q.filters, first.where))))))
    return said[0] == said[1]


def _one_side(a: SemanticQuery, b: SemanticQuery) -> bool:
    """Whether a counts one of the values that b sets side by side: white of white and black."""
    sides = [f for f in b.filters if isinstance(f, Compare) and f.op == "in" and f.field in {x.field for x in b.by}]
    rest = [f for f in b.filters if f not in sides]
    more = [f for f in a.filters if f not in rest]
    return (
        bool(sides)
        and a.metrics == b.metrics
        and all(isinstance(f, Compare) and any(f.field == s.field for s in sides) for f in more)
    )


def _counts(a: SemanticQuery, b: SemanticQuery) -> bool:
    """Whether one lists what the other counts: the same question, not a rival."""
    for listing, counting in ((a, b), (b, a)):
        first = counting.metrics[0] if len(counting.metrics) == 1 and not counting.by else None
        if isinstance(first, Aggregate) and first.fn == "count" and first.over == listing.dataset:
            return set(map(repr, listing.filters)) == set(map(repr, counting.filters))
    return False


def _canonical(query: SemanticQuery) -> str:
    """A query without the order of its conditions."""
    return repr((sorted(map(repr, query.filters)), query.model_copy(update={"filters": ()})))
