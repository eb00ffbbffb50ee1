"""Entities and what is said of them: customers at risk, orders of VIPs, An's birth date."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import (
    AmountItem,
    BoundItem,
    Ent,
    FieldItem,
    Meas,
    Pred,
    Verb,
    When,
)
from agent.planner.rules.context import Context, Joined, axes, comparison, exists, is_place
from agent.planner.rules.fitting import (
    akin,
    beside,
    each_of,
    excluded,
    of_had,
    of_somebody,
    of_store,
    own_value,
    part,
    translated,
)
from agent.planner.rules.periods import within
from schema.query import Aggregate, All, Compare, Exists, Filter, Named, Not


def ent_pred(ctx: Context, e: Ent, p: Pred) -> Joined:
    """customers + at risk; overdue + customers"""
    if p.dataset == e.dataset and isinstance(p.filter, Not) and isinstance(p.filter.negate, All):
        standing = Named(named=ctx.model.datasets[e.dataset].ext.standing or "")
        if standing in p.filter.negate.all and len(p.filter.negate.all) == 2:  # appointments that are not for service
            p = replace(p, filter=Not(negate=p.filter.negate.all[1]))
    if e.dataset != ctx.model.ext.subject and not ctx.graph.reaches(e.dataset, [p.dataset]):
        own = translated(ctx, e.dataset, p.filter)
        if own is not None and own not in e.filters:
            return replace(e, filters=(*e.filters, own)), 0.0
    far = ctx.distance(e.dataset, p.dataset)
    if far is None or p.filter in e.filters or p.split or not akin(ctx, e.dataset, p.dataset):
        return None
    if far and beside(ctx, e.filters, p.dataset):
        far = -0.5
    if p.negative and isinstance(p.filter, Not) and not ctx.graph.reaches(e.dataset, [p.dataset]):
        for f in e.filters:  # bought a Mazda but not accessories: the verb goes on
            if (
                isinstance(f, Exists)
                and not isinstance(p.filter.negate, Exists)
                and ctx.graph.reaches(f.exists, [p.dataset])
            ):
                never = Not(negate=Exists(exists=f.exists, filters=(p.filter.negate,), period=f.period))
                return replace(e, filters=(*e.filters, never)), 0.2
    did = p.filter.negate if isinstance(p.filter, Not) else p.filter
    if (
        e.dataset != ctx.model.ext.subject
        and isinstance(did, Exists)
        and not ctx.graph.reaches(did.exists, [e.dataset])
    ):
        return None
    if p.one and p.dataset == e.dataset:
        return replace(e, filters=(*e.filters, p.filter), one=p.one), 0.0
    clash = sum(
        isinstance(f, Compare)
        and isinstance(p.filter, Compare)
        and f.field == p.filter.field
        and f.op == p.filter.op == "="
        for f in e.filters
    )
    if p.dated and e.moment and ctx.model.named(p.dated).time == ctx.time(e.dataset):
        return replace(e, filters=(*e.filters, ctx.bind(p.dated, e.moment)), moment=None), 0.2 * far
    against = 2.0 if excluded(ctx, e.filters, p) else 0.0
    if p.both and not ctx.graph.reaches(e.dataset, [p.dataset]):
        against += 0.5  # both … and …: of different rows
    if p.both and (each := each_of(ctx, e.dataset, p.filter)):
        return replace(e, filters=(*e.filters, *each)), 0.2 * far + 0.1
    near = e.dataset == ctx.model.ext.subject or ctx.graph.reaches(e.dataset, [p.dataset])
    near = near or (p.negative and ctx.graph.reaches(p.dataset, [e.dataset]))  # cars with no appointment
    apart = 0.0 if near else 0.1 if part(ctx, e.dataset, p.dataset) and not e.implied else 1.5
    if p.dataset == ctx.model.ext.stores != e.dataset and any(ctx.is_time(key) for key in axes(ctx, p.filter)):
        apart += 1.5  # opened before November: the record, not its showroom
    if e.dataset == ctx.model.ext.subject and of_store(ctx, p):
        apart += 0.4
    if any(d.ext.log == p.dataset for d in ctx.model.datasets.values()) and not e.moment:
        apart += 0.4  # said yes to Zalo: what stands, not what was said once
    if of_somebody(ctx, e.dataset, p.dataset):
        if not ctx.graph.reaches(e.dataset, [ctx.model.ext.subject or ""]):
            return None  # a showroom has no consent
        apart += 0.6
    if p.one and e.implied and e.dataset != p.dataset and len(e.filters) == 1:
        apart += 0.8  # xe + its plate: that car, no order of a car
    joined = replace(e, filters=(*e.filters, p.filter), dated=p.dated or e.dated)
    return joined, 0.2 * far + 2.0 * clash + apart + against - own_value(ctx, e.dataset, e.filters, p)


def pred_ent(ctx: Context, p: Pred, e: Ent) -> Joined:
    """VIP + customers"""
    joined = ent_pred(ctx, e, p)
    if joined and isinstance(joined[0], Ent) and joined[0].filters[-1:] == (p.filter,):  # in the order of the words
        joined = replace(joined[0], filters=(p.filter, *joined[0].filters[:-1])), joined[1]
    rows = p.filter.negate if isinstance(p.filter, Not) else p.filter
    if joined and p.negative and p.dataset == e.dataset and isinstance(rows, Compare | All):
        return joined[0], joined[1] + 0.6  # no service + appointment: none such, not one of another kind
    if joined and isinstance(rows, Exists) and e.dataset in ctx.model.datasets[rows.exists].ext.objects:
        return joined[0], joined[1] + (1.6 if e.asked and p.negative else 0.8)  # never bought + a car: what was bought
    if joined and e.implied and p.dataset == ctx.model.ext.subject != e.dataset and not is_place(ctx, p.filter):
        return joined[0], joined[1] + 0.8  # women + with an SUV: the women, no cars of women
    counted = ctx.model.datasets[p.dataset].ext.counted_as
    did = any(isinstance(f, Exists) for f in e.filters)
    if joined and counted and did and isinstance(joined[0], Ent):  # Everests that customers own: Everests come first
        return replace(joined[0], lead=counted), joined[1]
    return joined


def ent_verb(ctx: Context, e: Ent, v: Verb) -> Joined:
    """customers + bought an SUV"""
    about = v.about or ctx.model.ext.subject
    if v.dataset == e.dataset or _denied(ctx, e.filters, v):
        return None
    if e.dataset != ctx.model.ext.subject and (
        not ctx.graph.reaches(v.dataset, [e.dataset]) or not (v.filters or v.moment or v.bound)
    ):
        return None
    if (
        about != e.dataset
        and (about is None or not ctx.graph.reaches(e.dataset, [about]))
        and not ctx.graph.reaches(v.dataset, [e.dataset])
    ):
        return None
    if v.bound and v.metric is None and e.filters:  # negative + in at least two conversations: so in each of these
        own = tuple(f for f in e.filters if isinstance(f, Compare) and f.field.startswith(f"{v.dataset}."))
        if own:
            v = replace(v, filters=(*v.filters, *own))
            e = replace(e, filters=tuple(f for f in e.filters if f not in own))
    place = e.dataset == ctx.model.ext.stores and not (
        e.asked or e.plural
    )  # my workshop has …: what is asked for is there
    return replace(e, filters=(*e.filters, exists(ctx, v))), 0.1 if about == e.dataset else 1.2 if place else 0.6


def _denied(ctx: Context, filters: tuple[Filter, ...], v: Verb) -> bool:
    """Whether the opposite was said before: has never come in … came in."""
    said = exists(ctx, v)
    return any(isinstance(f, Not) and f.negate == said for f in filters)


def ent_bound(ctx: Context, e: Ent, b: BoundItem) -> Joined:
    """women + over 30: the field of the dataset that has the bound's unit, or that bare numbers mean"""
    if (had := of_had(ctx, e.filters, b.bound)) is not None:
        return replace(e, filters=had), 0.0
    dataset = ctx.model.datasets[e.dataset]
    key = dataset.ext.bare_number if b.bound.unit is None else dataset.ext.amounts.get(b.bound.unit)
    if b.bound.unit and not key:
        fits = [f.key for f in dataset.fields.values() if f.ext.unit == b.bound.unit and not f.ext.detail]
        key = fits[0] if len(fits) == 1 else None
    if not key or (not b.bound.unit and b.bound.value < 10):  # a small bare number counts something else
        return None
    return replace(e, filters=(*e.filters, comparison(key, b.bound))), 0.3


def ent_when(ctx: Context, e: Ent, w: When) -> Joined:
    """visits + last month"""
    if e.dated:
        filters = tuple(ctx.bound(f, e.dated, w.moment) for f in e.filters)
        return replace(e, filters=filters, dated=None), 0.0
    if e.moment or not (ctx.time(e.dataset) or e.best):
        return within(ctx, e, w)
    return replace(e, moment=w.moment), 0.1


def when_ent(ctx: Context, w: When, e: Ent) -> Joined:
    return ent_when(ctx, e, w)


def ent_ent(ctx: Context, a: Ent, b: Ent) -> Joined:
    """orders + of VIP customers; customer + orders: the side with the many rows is asked for"""
    if a.dataset == b.dataset:
        if (a.limit and b.limit) or (a.order and b.order):
            return None
        joined = replace(
            a,
            filters=tuple(dict.fromkeys((*a.filters, *b.filters))),
            moment=a.moment or b.moment,
            one=a.one or b.one,
            who=a.who and b.who,
            asked=a.asked or b.asked,
            best=a.best or b.best,
            plural=a.plural and b.plural,
            fields=tuple(dict.fromkeys((*a.fields, *b.fields))),
        )
        joined = replace(
            joined,
            lead=a.lead or b.lead,
            limit=a.limit or b.limit,
            order=a.order or b.order,
            dated=a.dated or b.dated,
            implied=a.implied and b.implied,
        )
        if (a.who and b.one) or (b.who and a.one):
            return joined, 0.6  # who … An: An is not the one that is asked for
        return joined, 0.1 if a.who or b.who else 0.4
    for main, other in ((a, b), (b, a)):
        if ctx.graph.reaches(main.dataset, [other.dataset]) and not ctx.graph.reaches(other.dataset, [main.dataset]):
            if other.limit or other.order or other.moment or (other.who and not other.filters):
                return None
            if other.asked and not other.filters and not main.one:
                return None  # complaints at which showroom: asks for groups
            name = ctx.model.datasets[other.dataset].ext.name_field
            if main.one and not other.filters and name:  # who looks after An: An's own column
                return replace(main, fields=(*main.fields, f"{other.dataset}.{name}")), 0.3
            if main.one or (main.who and not other.filters and ctx.is_staff(other.dataset)):
                return None  # who looks after: of somebody, or those who do
            cost = (
                (0.8 if main is b and other.dataset == ctx.model.ext.subject and not main.asked else 0.0)
                + 0.15
                + 0.1 * len(ctx.graph.tree(main.dataset)[other.dataset])
                + (0 if main is a or not other.filters else 0.1)
            )
            joined = replace(
                main,
                filters=(*main.filters, *other.filters),
                fields=tuple(dict.fromkeys((*main.fields, *other.fields))),
                dated=main.dated or other.dated,
            )
            shown = name and ctx.model.field(f"{other.dataset}.{name}").ext.index != "code"
            if shown and main is a and not other.filters and other.dataset != ctx.model.ext.subject:
                joined = replace(
                    joined, fields=(*joined.fields, f"{other.dataset}.{name}")
                )  # those who left … and store
            return replace(joined, lead=a.lead or b.lead), cost
    return _as_own(ctx, a, b) or _as_own(ctx, b, a)


def _as_own(ctx: Context, main: Ent, other: Ent) -> Joined:
    """schedules + diesel cars: those for diesel cars, where the rows have the same to say of themselves"""
    if not other.filters or other.one or other.limit or other.order or other.moment or other.fields or main.implied:
        return None
    own = [translated(ctx, main.dataset, f) for f in other.filters]
    if None in own or own == list(other.filters):
        return None
    return replace(main, filters=tuple(dict.fromkeys((*main.filters, *(f for f in own if f is not None))))), 0.2


def ent_field(ctx: Context, e: Ent, f: FieldItem) -> Joined:
    """customers + names and cities; An's + birth date"""
    dataset = f.key.partition(".")[0]
    if not ctx.graph.reaches(e.dataset, [dataset]):
        return None
    if own := _latest(ctx, e, f.key):
        return own, 0.1
    return replace(e, fields=(*e.fields, f.key)), 0.1 + 0.1 * len(ctx.graph.tree(e.dataset)[dataset])


def _latest(ctx: Context, e: Ent, key: str) -> Meas | None:
    """A car's last visit is its own, not its owner's."""
    latest = ctx.model.field(key).ext.latest_of
    base = latest.partition(".")[0] if latest else ""
    if not latest or not e.one or e.dataset == ctx.model.ext.subject or not ctx.graph.reaches(base, [e.dataset]):
        return None
    return Meas((Aggregate(fn="max", over=latest),), base, e.filters)


def field_ent(ctx: Context, f: FieldItem, e: Ent) -> Joined:
    joined = ent_field(ctx, e, f)
    counts = joined is not None and e.implied and not e.one and ctx.numeric(f.key)
    return (joined[0], joined[1] + 0.8) if joined and counts else joined  # number of cars … came in: cars are counted


def field_one(ctx: Context, f: FieldItem, p: Pred) -> Joined:
    """birth date + of An"""
    return ent_field(ctx, Ent(p.dataset, (p.filter,), one=p.one), f) if p.one else None


def one_field(ctx: Context, p: Pred, f: FieldItem) -> Joined:
    return field_one(ctx, f, p)


def ent_amount(ctx: Context, e: Ent, a: AmountItem) -> Joined:
    """customer + 12345"""
    if (
        e.dataset != ctx.model.ext.subject
        or e.who
        or a.amount.unit
        or not float(a.amount.value).is_integer()
        or e.one
        or e.filters
        or e.fields
    ):
        return None
    key = str(int(a.amount.value))
    return replace(
        e, filters=(Compare(field=ctx.model.datasets[e.dataset].id_field, op="=", value=int(key)),), one=key
    ), 0.3
