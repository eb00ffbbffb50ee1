"""Whose rows are meant: the asker's own, those of his store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent.planner.conditions import UnanswerableError, conditions, datasets_of
from agent.planner.rules import Context
from agent.planner.rules.gathering import linked
from schema.access import Asker
from schema.query import By, Compare, Exists, Filter, Not, SemanticQuery


def _asked(value: Any, asker: Asker) -> Any:
    if isinstance(value, dict):
        return {k: _asked(v, asker) for k, v in value.items()}
    if isinstance(value, list):
        return [_asked(v, asker) for v in value]
    return asker.id if value == "$asker" else value


def own_store(ctx: Context, asker: Asker, dataset: str) -> Filter:
    stores = ctx.model.ext.stores
    if asker.store_id is None or not stores or not ctx.graph.reaches(dataset, [stores]):
        raise UnanswerableError("the asker has no store of his own")
    return Compare(field=ctx.model.datasets[stores].id_field, op="=", value=asker.store_id)


def mine(ctx: Context, asker: Asker, dataset: str) -> Filter:
    for name in (dataset, ctx.model.ext.subject or dataset):
        own = ctx.model.datasets[name].ext.mine
        if own and ctx.graph.reaches(dataset, [name]):
            return SemanticQuery.model_validate({"filters": [_asked(own, asker)]}).filters[0]
    raise UnanswerableError(f"'mine' means nothing for {dataset}.")


def own_facts(ctx: Context, asker: Asker, base: str, filters: Sequence[Filter]) -> tuple[Filter, ...]:
    """Who missed an appointment, asked at a store: one of the store's own."""
    if base != ctx.model.ext.subject and ctx.model.datasets[base].ext.home:
        return tuple(filters)
    held: list[Filter] = []
    for f in filters:
        rows = f if isinstance(f, Exists) else _facts(ctx, base, f)
        own = home(ctx, asker, rows.exists, filters, ()) if rows and not rows.metric else ()
        held.append(rows.model_copy(update={"filters": (*rows.filters, *own)}) if rows and own else f)
    return tuple(held)


def _facts(ctx: Context, base: str, f: Filter) -> Exists | None:
    """A loose condition on facts of something that has no store of its own: a car in the workshop."""
    link = linked(ctx, base, f) if base != ctx.model.ext.subject and not isinstance(f, Not) else None
    return Exists(exists=link, filters=(f,)) if link else None


def home(ctx: Context, asker: Asker, base: str, filters: Sequence[Filter], by: Sequence[By]) -> tuple[Filter, ...]:
    """For a role of scope store, facts of the own store, unless the question says otherwise."""
    at, stores = ctx.model.datasets[base].ext.home, ctx.model.ext.stores
    if asker.scope != "store" or asker.store_id is None or not at or not stores or base == ctx.model.ext.subject:
        return ()
    said = [f.field for f in conditions(filters) if isinstance(f, Compare)] + [b.field for b in by]
    subject = ctx.model.ext.subject
    if any(s.partition(".")[0] == stores or (subject and s == ctx.model.datasets[subject].id_field) for s in said):
        return ()  # a store was said; or somebody, whose facts are shown whole
    return (Compare(field=at, op="=", value=asker.store_id),)


def theirs(ctx: Context, dataset: str, filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """Cars that An bought: An is the buyer, whoever has them now."""
    subject = ctx.model.ext.subject
    rows = next((f for f in filters if isinstance(f, Exists) and f.value is None and f.exists != dataset), None)
    if rows is None or not subject or dataset not in ctx.model.datasets[rows.exists].ext.objects:
        return filters
    own = tuple(f for f in filters if datasets_of((f,)) == {subject} and not isinstance(f, Exists | Not))
    if not own or not ctx.graph.reaches(rows.exists, [subject]):
        return filters
    held = SemanticQuery.model_validate({"filters": ctx.model.datasets[rows.exists].ext.objects[dataset]}).filters
    bought = rows.model_copy(update={"filters": tuple(dict.fromkeys((*rows.filters, *held, *own)))})
    return tuple(bought if f == rows else f for f in filters if f not in own)
