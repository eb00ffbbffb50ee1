"""Shares: what share of customers is VIP, the share of each showroom."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import (
    Ent,
    Meas,
    OutOf,
    Pred,
    ShareOf,
    Verb,
    Word,
)
from agent.planner.moments import Moment
from agent.planner.rules.context import Context, Joined, exists, is_place
from agent.planner.rules.gathering import gathered, linked
from schema.query import Aggregate, All, Compare, Exists, Filter, Named, SemanticQuery


def share_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """share of + customers who are VIP: the last condition is the numerator's, a place only where nothing else is"""
    if w.kind != "share" or not e.filters or e.limit or e.one:
        return None
    did = e.dataset == ctx.model.ext.subject and isinstance(e.filters[-1], Exists)
    nobody = (1.2 if did else 0.8) if e.implied else 0.0  # no noun says of whom
    e = replace(e, filters=tuple(x for f in e.filters for x in _apart(ctx, e.dataset, f)))
    at = next((i for i in range(len(e.filters) - 1, -1, -1) if not is_place(ctx, e.filters[i])), len(e.filters) - 1)
    at = next((i for i, f in enumerate(e.filters) if _declared(ctx, f)), at)
    rows = linked(ctx, e.dataset, e.filters[at])
    with_it = [i for i, f in enumerate(e.filters) if i == at or (rows and linked(ctx, e.dataset, f) == rows)]
    part = gathered(ctx, e.dataset, tuple(e.filters[i] for i in with_it))
    rest = tuple(f for i, f in enumerate(e.filters) if i not in with_it)
    return shared(ctx, e, part[0] if len(part) == 1 else All(all=part), rest), nobody


def _apart(ctx: Context, dataset: str, f: Filter) -> tuple[Filter, ...]:
    """Conditions on one's own row, joined as they were said: service appointments that were cancelled."""
    if not isinstance(f, All):
        return (f,)
    parts = tuple(y for x in f.all for y in _apart(ctx, dataset, x))
    said = [x.field if isinstance(x, Compare) else x.named if isinstance(x, Named) else "" for x in parts]
    return parts if all(s.startswith(f"{dataset}.") for s in said) else (f,)


def out_of_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """trên tổng số + đơn phụ tùng, waiting for its part"""
    return (OutOf(e), 0.0) if w.kind == "out_of" and not e.limit and not e.one else None


def share_whole(ctx: Context, w: Word, e: Ent) -> Joined:
    """(VIPs) as a share of + all customers; chiếm bao nhiêu phần trăm + khách hàng"""
    if w.kind != "share" or e.limit or e.one or e.implied or e.who:
        return None
    return OutOf(e, share=True), 0.1


def share_out_of(ctx: Context, s: ShareOf, o: OutOf) -> Joined:
    """share of women + among VIPs"""
    whole = o.whole
    if isinstance(whole, Meas) or o.share or ctx.distance(whole.dataset, s.dataset) is None:
        return None
    return shared(ctx, whole, s.part, whole.filters), 0.0


def ent_out_of(ctx: Context, e: Ent, o: OutOf) -> Joined:
    """returned parts orders + out of all parts orders: what only the part has is the numerator's"""
    whole = o.whole
    if isinstance(whole, Meas):
        return None
    rest = tuple(f for f in e.filters if f not in whole.filters)
    if e.dataset != whole.dataset or not rest or e.limit or e.one:
        return None
    if o.share:
        part = rest[0] if len(rest) == 1 else All(all=rest)
        return shared(ctx, replace(whole, moment=e.moment or whole.moment), part, whole.filters), 0.0
    return replace(e, filters=(*whole.filters, *rest), moment=e.moment or whole.moment), 0.0


def shared(ctx: Context, e: Ent, part: Filter, whole: tuple[Filter, ...]) -> Meas:
    """The share of e's rows for which `part` holds; a rate of the model where it is declared as that share."""
    if isinstance(part, Exists) and part.value is None and not whole and not e.moment:
        flat = [x for f in part.filters for x in (f.all if isinstance(f, All) else (f,))]
        for f in flat:  # customers who booked and didn't come: of the bookings
            if metric := _declared(ctx, f):
                standing = Named(named=ctx.model.datasets[part.exists].ext.standing or "")
                held = tuple(x for x in flat if x not in (f, standing))
                span = part.period
                when = (
                    Moment("span", start=span.start, end=span.end, full=True, label=span.label or "") if span else None
                )
                return Meas((metric,), ctx.base(metric), held, when)
    if metric := _declared(ctx, part):
        return Meas((metric,), ctx.base(metric), whole, e.moment)
    return Meas((Aggregate(fn="share", over=e.dataset, where=part),), e.dataset, whole, e.moment, dated=e.dated)


def _declared(ctx: Context, part: Filter) -> str | None:
    """The rate of the model that is the share for which `part` holds."""
    for metric in ctx.model.metrics.values():
        if metric.ext.share_of and part in SemanticQuery.model_validate({"filters": [metric.ext.share_of]}).filters:
            return metric.name
    return None


def share_pred(ctx: Context, w: Word, p: Pred) -> Joined:
    """what share + is VIP"""
    if w.kind != "share" or p.one or p.split:
        return None
    dated = isinstance(p.filter, All) and any(isinstance(f, Compare) and ctx.is_time(f.field) for f in p.filter.all)
    several = dated and isinstance(p.filter, All) and any(isinstance(f, Named) for f in p.filter.all)
    return ShareOf(p.filter, p.dataset), 0.8 if several else 0.1  # of those closed this year, the late ones


def share_verb(ctx: Context, w: Word, v: Verb) -> Joined:
    """what share + came back"""
    about = v.about or ctx.model.ext.subject
    return (ShareOf(exists(ctx, v), about), 0.1) if w.kind == "share" and about else None


def ent_share_of(ctx: Context, e: Ent, s: ShareOf) -> Joined:
    """of the customers in Hà Nội + what share is VIP"""
    if e.limit or e.one or ctx.distance(e.dataset, s.dataset) is None:
        return None
    return shared(ctx, e, s.part, e.filters), 0.1


def share_of_ent(ctx: Context, s: ShareOf, e: Ent) -> Joined:
    """share of women + among the VIP customers"""
    did = e.implied and any(isinstance(f, Exists) for f in e.filters)  # share of test drives … missed: of test drives
    joined = ent_share_of(ctx, e, s) if not did else None
    own = s.dataset == e.dataset and isinstance(s.part, Compare)  # share of service + appointments that …
    return (joined[0], 1.2 if own else 0.8 if e.implied else 0.3) if joined and e.filters else None


def share_meas(ctx: Context, w: Word, m: Meas) -> Joined:
    """share of + revenue by showroom"""
    if w.kind != "share" or not m.by:
        return None
    first, said = m.measures[0], [x for f in m.filters for x in _apart(ctx, m.base, f) if not is_place(ctx, x)]
    said += [x for f in said if isinstance(f, Exists) for x in f.filters[1:]]
    counted = isinstance(first, Aggregate) and first.fn == "count" and len(said) > 1
    return replace(m, share=True), 1.2 if counted else 0.25  # late complaints by showroom: of those of each


def meas_share(ctx: Context, m: Meas, w: Word) -> Joined:
    """how many customers have churned + what share is that"""
    first = m.measures[0]
    if w.kind != "share" or m.by or m.order or m.compare or len(m.measures) > 1:
        return None
    if not isinstance(first, Aggregate) or first.fn != "count" or first.where is not None:
        return None
    joined = share_ent(ctx, w, Ent(m.base, m.filters, m.moment, dated=m.dated))
    return (joined[0], joined[1] + 0.2) if joined else None
