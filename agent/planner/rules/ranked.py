"""What is ranked: things rather than who owns them, models rather than single cars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.planner.items import Ent, Sorting
from agent.planner.rules.context import Context
from schema.query import Aggregate, By, Compare, Exists, Filter


def of_things(ctx: Context, s: Sorting) -> Sorting:
    """The models most owned, by cars: one that two people own counts once."""
    if not isinstance(s.measure, Aggregate) or s.measure.fn != "count":
        return s
    ext = ctx.model.datasets[s.measure.over].ext
    if not ext.bridge or not ext.counted_as or ext.counted_as == s.measure.over:
        return s
    held = (s.measure.where,) if s.measure.where else ()
    rows = Exists(exists=s.measure.over, filters=held)
    return replace(s, measure=Aggregate(fn="count", over=ext.counted_as), filters=(*s.filters, rows))


def by_catalogue(ctx: Context, e: Ent, base: str) -> Ent:
    """The best-selling cars, by model; the parts sold most, by product: no car is sold twice, no order of parts."""
    datasets = ctx.model.datasets
    name = datasets[e.dataset].fields.get(datasets[e.dataset].ext.name_field or "")
    if (name is not None and name.ext.index != "code") or e.dataset == ctx.model.ext.subject:
        return e
    kinds = [
        d.name
        for d in datasets.values()
        if d.ext.counted_as in (e.dataset, base if e.implied else e.dataset)
        and d.ext.name_field
        and d.fields[d.ext.name_field].ext.index != "code"
        and d.name in ctx.graph.tree(base)
    ]
    return replace(e, dataset=kinds[0]) if kinds else e


def handled(ctx: Context, e: Ent, s: Sorting) -> Sorting:
    """The advisor who took in most cars: by the visits that he handled, which are what links the two."""
    if not isinstance(s.measure, Aggregate) or s.measure.fn != "count" or not ctx.is_staff(e.dataset):
        return s
    over = s.measure.over
    if ctx.graph.reaches(over, [e.dataset]):
        return s
    rows = [d.name for d in ctx.model.datasets.values() if e.dataset in d.ext.handled_by]
    if len(rows) != 1 or not ctx.graph.reaches(rows[0], [over]):
        return s
    return replace(s, measure=Aggregate(fn="count", over=rows[0], where=s.measure.where))


def known(ctx: Context, base: str, by: Sequence[By]) -> list[Filter]:
    """The first of some groups is one that is known: nobody is no advisor, unknown is no occupation."""
    everyone, found = (ctx.model.ext.stores, ctx.model.ext.subject), list[Filter]()
    for b in by:
        dataset, _, name = b.field.partition(".")
        if b.grain is None and (name or dataset not in (base, *everyone)) and ctx.graph.reaches(base, [dataset]):
            found.append(Compare(field=b.field if name else ctx.model.datasets[dataset].id_field, op="filled"))
    return found
