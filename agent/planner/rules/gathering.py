"""Conditions on the same kind of far rows are held by the same row: a consent granted, for marketing, by Zalo."""

from __future__ import annotations

from collections.abc import Sequence

from agent.planner.rules.context import Context, axes
from schema.query import All, Compare, Exists, Filter, Measure, Named, Not


def gathered(
    ctx: Context, base: str, filters: Sequence[Filter], measures: Sequence[Measure] = ()
) -> tuple[Filter, ...]:
    """`filters` over `base`, those on rows of one linked dataset put into one Exists; order is kept otherwise.

    A negation among them denies the whole: not granted + marketing + Zalo is no such consent. What holds of rows that a
    measure is worked out on stays loose: revenue of Michelin tyres is that of the items, not of orders that have one.
    """
    kept = list(filters)
    parts = {at for m in measures if isinstance(m, str) for at in ctx.model.metric(m).ext.at}
    for link in dict.fromkeys(found for f in filters if (found := _link(ctx, base, f)) is not None):
        loose = [f for f in kept if _link(ctx, base, f) == link]
        fixed = {f.field for f in loose if isinstance(f, Compare) and f.op == "="}
        loose = [f for f in loose if not _of_others(f, fixed)]
        if any(all(ctx.graph.reaches(at, _datasets(f)) for f in loose) for at in parts):
            continue
        hosts = [f for f in kept if _host(f) == link]
        said = set().union(*(axes(ctx, f) for f in loose))
        ruled_out = [f for f in loose if isinstance(f, Not) and axes(ctx, f.negate) & said]  # granted and not revoked
        inside = tuple(
            x for f in loose for x in ((f,) if f in ruled_out else _parts(f.negate if isinstance(f, Not) else f))
        )
        if len(inside) + len(hosts) < 2 or len(hosts) > 1 or _clash(ctx, inside):
            continue
        denied = [f for f in loose if isinstance(f, Not) and f not in ruled_out]
        if len(denied) > 1 or (denied and hosts):
            continue
        unsaid = ctx.model.datasets[link].ext.unsaid
        if unsaid and not hosts and all(isinstance(f, Compare) and f.field in unsaid.beside for f in inside):
            inside = (Named(named=unsaid.named), *inside)
        if hosts:
            joined: Filter = _extended(hosts[0], inside)
        else:
            one = Exists(exists=link, filters=inside)
            joined = Not(negate=one) if denied else one
        at = min(kept.index(f) for f in (*loose, *hosts))
        kept = [f for f in kept if f not in loose and f not in hosts]
        kept.insert(at, joined)
    return tuple(kept)


def _of_others(f: Filter, fixed: set[str]) -> bool:
    """Whether it denies another value of a field than the rows have: a landline, but no mobile: another row."""
    return isinstance(f, Not) and isinstance(f.negate, Compare) and f.negate.op == "=" and f.negate.field in fixed


def _parts(f: Filter) -> tuple[Filter, ...]:
    return tuple(x for part in f.all for x in _parts(part)) if isinstance(f, All) else (f,)


def _extended(host: Filter, inside: tuple[Filter, ...]) -> Filter:
    if isinstance(host, Not) and isinstance(host.negate, Exists):
        return Not(negate=host.negate.model_copy(update={"filters": (*host.negate.filters, *inside)}))
    assert isinstance(host, Exists), "a host is a condition on other rows"
    return host.model_copy(update={"filters": (*host.filters, *inside)})


def _host(f: Filter) -> str | None:
    inner = f.negate if isinstance(f, Not) else f
    return inner.exists if isinstance(inner, Exists) and inner.value is None else None


def _link(ctx: Context, base: str, f: Filter) -> str | None:
    """The dataset whose rows the condition is on, where `base` has several of them."""
    datasets = _datasets(f.negate if isinstance(f, Not) else f)
    if len(datasets) != 1 or ctx.graph.reaches(base, datasets):
        return None
    return ctx.graph.bridge([base, *datasets])


def linked(ctx: Context, base: str, f: Filter) -> str | None:
    """The dataset whose rows a condition is on, `base` having several of them; also of a condition on other rows."""
    return _host(f) or _link(ctx, base, f)


def _datasets(f: Filter) -> set[str]:
    if isinstance(f, Compare):
        return {f.field.partition(".")[0]}
    if isinstance(f, Named) and f.named[0] != "$":
        return {f.named.partition(".")[0]}
    if isinstance(f, All):
        return set().union(*(_datasets(x) or {""} for x in f.all))
    return set()


def _clash(ctx: Context, filters: Sequence[Filter]) -> bool:
    """Whether two ask for different values of one field: then they are different rows."""
    fields = [a for f in filters for a in axes(ctx, f)]
    return len(set(fields)) < len(fields)
