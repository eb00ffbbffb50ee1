"""Groups and comparisons: by showroom and month, trend, against last year."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import (
    Ent,
    FieldItem,
    Function,
    GrainItem,
    Group,
    GroupOf,
    Meas,
    Pred,
    Skip,
    Verb,
    Word,
)
from agent.planner.rules.context import Context, Joined, unfit
from agent.planner.rules.fitting import about, beside, decides
from agent.planner.rules.functions import function_ent
from agent.planner.rules.lacking import players
from agent.planner.rules.measures import count_ent, meas_pred
from agent.planner.rules.occurrences import how_much_verb
from agent.planner.rules.sides import pointless
from schema.query import Aggregate, All, By, Compare, Filter, Having


def field_having(ctx: Context, f: FieldItem, v: Verb) -> Joined:
    """which cities + have more than 100 customers"""
    if v.about or v.bound is None or v.bound.high is not None or ctx.numeric(f.key):
        return None
    if ctx.is_time(f.key) or not ctx.graph.bridge([v.dataset, f.key.partition(".")[0]]):
        return None
    if v.metric is not None:  # showrooms + with a revenue over 10 billion
        limit = (Having(metric=v.metric, op=v.bound.op, value=v.bound.value),)
        far = 0.2 * (ctx.distance(v.dataset, f.key.partition(".")[0]) or 0.0)
        return Meas((v.metric,), v.dataset, v.filters, v.moment, (By(field=f.key),), having=limit), far
    noun = v.noun.dataset if v.noun and ctx.graph.bridge([v.noun.dataset, f.key.partition(".")[0]]) else None
    count = Aggregate(fn="count", over=noun or v.dataset)
    having = (Having(metric=count, op=v.bound.op, value=v.bound.value),)
    far = 0.2 * (ctx.distance(v.dataset, f.key.partition(".")[0]) or 0.0)
    return Meas((count,), noun or v.dataset, v.filters, v.moment, (By(field=f.key),), having=having), far


def ent_having(ctx: Context, e: Ent, v: Verb) -> Joined:
    """showrooms + with more than 100 customers"""
    if e.dataset == ctx.model.ext.subject or not ctx.graph.reaches(v.dataset, [e.dataset]) or e.limit or e.one:
        return None
    name = ctx.model.datasets[e.dataset].ext.name_field
    joined = field_having(ctx, FieldItem(f"{e.dataset}.{name}"), v) if name else None
    if not joined or not isinstance(joined[0], Meas):
        return None
    single = 0.4 if _of_single_rows(ctx, e) and not e.asked else 0.0  # cars that had it twice: a list of them
    return replace(joined[0], by=(By(field=e.dataset),), filters=(*joined[0].filters, *e.filters)), joined[1] + single


def by_by(ctx: Context, a: Word, b: Word) -> Joined:
    """chia theo + từng"""
    return (a, 0.0) if a.kind == b.kind == "by" else None


def by_field(ctx: Context, w: Word, f: FieldItem) -> Joined:
    """by + city"""
    return (Group((By(field=f.key),)), 0.0) if w.kind == "by" and _groups(ctx, f) else None


def field_breakdown(ctx: Context, f: FieldItem, w: Word) -> Joined:
    """lifecycle + breakdown (of our customers)"""
    return (Group((By(field=f.key),)), -0.3) if w.kind == "breakdown" and _groups(ctx, f) else None


def breakdown_field(ctx: Context, w: Word, f: FieldItem) -> Joined:
    """distribution of + tiers; cơ cấu + giới tính"""
    return field_breakdown(ctx, f, w)


def _groups(ctx: Context, f: FieldItem) -> bool:
    """Whether rows are grouped by such a field: not by days without a grain, nor by amounts."""
    field = ctx.model.field(f.key)
    return not (field.is_time or field.datatype == "Float" or field.ext.unit in ("₫", "pieces"))


def by_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """by + showroom"""
    if w.kind != "by" or e.fields or e.limit or not ctx.model.datasets[e.dataset].ext.name_field:
        return None
    if e.filters and e.dataset == ctx.model.ext.subject:
        return None
    if e.filters:  # per service order: of those
        held = Pred(e.filters[0], e.dataset)
        return (GroupOf((By(field=e.dataset),), held), 0.3) if len(e.filters) == 1 and not (e.one or e.moment) else None
    if e.who:  # how many each: of those that are there already
        return Group(()), 0.0
    return Group((By(field=e.dataset),), each=w.each), 0.6 if _of_single_rows(ctx, e) else 0.0


def ent_by_ent(ctx: Context, e: Ent, g: Group) -> Joined:
    """showroom + by showroom: each of them"""
    bare = not (e.filters or e.fields or e.limit or e.moment or e.one or e.who)
    return (replace(g, each=True), -0.4) if bare and g.by == (By(field=e.dataset),) else None


def _of_single_rows(ctx: Context, e: Ent) -> bool:
    """Whether a group an entity is rarely meant: by car, by customer."""
    dataset = ctx.model.datasets[e.dataset]
    name = dataset.fields.get(dataset.ext.name_field or "")
    return e.dataset == ctx.model.ext.subject or (name is not None and name.ext.index == "code")


def by_pred(ctx: Context, w: Word, p: Pred) -> Joined:
    """by + cars, service and parts: by the field whose values they are"""
    if w.kind != "by" or not isinstance(p.filter, Compare) or p.filter.op != "in":
        return None
    return GroupOf((By(field=p.filter.field),), p), 0.0


def meas_group_of(ctx: Context, m: Meas, g: GroupOf) -> Joined:
    return group_of_meas(ctx, g, m)


def group_of_ent(ctx: Context, g: Group, e: Ent) -> Joined:
    """by make + of the car"""
    if e.filters or e.limit or e.moment or e.one:
        return None
    last = g.by[-1].field.partition(".")[0] if g.by else ""
    return (g, 0.1) if last == e.dataset or (last != "$time" and ctx.graph.reaches(e.dataset, [last])) else None


def pred_group(ctx: Context, p: Pred, g: Group) -> Joined:
    """tyres + of each brand"""
    if p.one or p.negative or p.dated or len(g.by) != 1 or g.by[0].field == "$time":
        return None
    if isinstance(p.filter, All):
        return None  # opened in October + by method: a period
    return GroupOf(g.by, p), 0.1 if g.by[0].field.partition(".")[0] == p.dataset else 0.3


def group_of_meas(ctx: Context, g: GroupOf, m: Meas) -> Joined:
    """tyres of each brand + have we sold"""
    joined = meas_group(ctx, m, Group(g.by))
    if not joined or not isinstance(joined[0], Meas):
        return None
    held = meas_pred(ctx, joined[0], g.pred)
    return (held[0], held[1] + joined[1]) if held else None


def by_grain(ctx: Context, w: Word, g: GrainItem) -> Joined:
    """by + month"""
    return (Group((By(field="$time", grain=g.grain),)), 0.0) if w.kind == "by" else None


def group_and(ctx: Context, g: Group, w: Word) -> Joined:
    """by city + and"""
    return (replace(g, going_on=True), 0.0) if w.kind == "and" else None


def group_field(ctx: Context, g: Group, f: FieldItem) -> Joined:
    """by city and + gender"""
    return (Group((*g.by, By(field=f.key))), 0.1) if _groups(ctx, f) else None


def group_ent(ctx: Context, g: Group, e: Ent) -> Joined:
    """by month and + showroom"""
    if e.filters or e.fields or e.limit or not ctx.model.datasets[e.dataset].ext.name_field:
        return None
    return Group((*g.by, By(field=e.dataset))), (0.7 if _of_single_rows(ctx, e) else 0.1) + (0.0 if g.going_on else 0.4)


def group_grain(ctx: Context, g: Group, n: GrainItem) -> Joined:
    return Group((*g.by, By(field="$time", grain=n.grain))), 0.1


def group_group(ctx: Context, a: Group, b: Group) -> Joined:
    return Group(tuple(dict.fromkeys((*a.by, *b.by))), amount=a.amount or b.amount), 0.0


def group_how_much(ctx: Context, g: Group, w: Word) -> Joined:
    """(refunds by reason,) for each reason + how much"""
    return (replace(g, amount=True), 0.0) if w.kind == "how_much" and g.by and not g.amount else None


def verb_group(ctx: Context, v: Verb, g: Group) -> Joined:
    """we gave money back + by reason, how much each: its amount"""
    joined = how_much_verb(ctx, Word("how_much"), v) if g.amount else None
    found = meas_group(ctx, joined[0], g) if joined and isinstance(joined[0], Meas) else None
    return (found[0], found[1] + 0.1) if found else None


def meas_group(ctx: Context, m: Meas, g: Group) -> Joined:
    """revenue + by showroom"""
    if not g.by and not m.by:
        return None
    first = m.measures[0]
    mean = isinstance(first, Aggregate) and first.fn in ("avg", "median")
    if mean and not m.by and g.by == (By(field=m.base),):
        return m, 0.1  # average discount per order: of the orders as they are
    if mean and g.by and (of := about(ctx, m.base, g.by[0].field)):  # per car sold: of the cars' orders
        m = replace(m, filters=tuple(dict.fromkeys((*m.filters, *of))))
        g = replace(g, by=g.by[1:])
    cost = 0.8 if pointless(g.by, m.filters) else 0.0
    doers, held = _doers(ctx, m), []
    for b in g.by:
        staff = b.field in ctx.model.datasets and ctx.is_staff(b.field)
        if doers and staff and b.field != doers and not ctx.graph.reaches(m.base, [b.field]):
            held += [f for f in players(ctx, doers, b.field) if f.op == "="]  # calls per sales rep: of that role
            g = replace(g, by=tuple(By(field=doers) if x == b else x for x in g.by))
    for by in g.by:
        dataset = by.field.partition(".")[0]
        if by.field != "$time" and not ctx.graph.bridge([m.base, dataset]):
            return None
        near = by.field != "$time" and dataset != m.base and beside(ctx, m.filters, dataset)
        near = near or any(decides(ctx, f, by.field) for f in m.filters)  # blocked from calls, by reason: of the block
        far = -0.6 if near else 0.0 if by.field == "$time" else ctx.distance(m.base, dataset) or 0.0
        cost += 0.2 * far + (4.0 if unfit(ctx, m.measures[0], dataset) else 0.0)
    both = tuple(dict.fromkeys((*m.by, *g.by)))
    if any(b.field == ctx.model.ext.users for b in both):
        cost += 0.5  # reps: in the part that they play, where there is one
    return replace(m, by=both, filters=(*m.filters, *held, *(_there(ctx, g) if g.each else ()))), cost


def _doers(ctx: Context, m: Meas) -> str | None:
    """The staff by whom it happens: calls per staff member, by those who made them."""
    first = m.measures[0]
    who = ctx.model.metric(first).ext.who if isinstance(first, str) else None
    return who or ctx.model.datasets[m.base].ext.who


def _there(ctx: Context, g: Group) -> list[Filter]:
    """Each rep: customers that have none are none of theirs."""
    return [Compare(field=ctx.model.datasets[b.field].id_field, op="filled") for b in g.by]


def count_group(ctx: Context, w: Word, g: Group) -> Joined:
    """in a follow-up, count + by city"""
    return (g, 0.1) if ctx.dialogue and w.kind == "how_many" else None


def group_meas(ctx: Context, g: Group, m: Meas) -> Joined:
    return meas_group(ctx, m, g)


def ent_group(ctx: Context, e: Ent, g: Group) -> Joined:
    """customers + by city"""
    joined = function_ent(ctx, Function("sum"), e) if g.amount else count_ent(ctx, Word("how_many"), e)
    if not joined or not isinstance(joined[0], Meas):
        return None
    found = meas_group(ctx, joined[0], g)
    return (found[0], found[1] + 0.1) if found else None


def group_whose(ctx: Context, g: Group, e: Ent) -> Joined:
    """breakdown of stages + for people that came via TikTok"""
    if not g.by or g.by[0].field == "$time" or not e.filters or e.one:
        return None
    joined = ent_group(ctx, e, g)
    return (joined[0], joined[1] + 0.2) if joined else None


def grain_meas(ctx: Context, g: GrainItem, m: Meas) -> Joined:
    """monthly + revenue"""
    ranked = 0.4 if m.by and m.order else 0.0  # which month … the most cars: hardly each car by month
    return replace(m, by=(*m.by, By(field="$time", grain=g.grain))), 0.2 + ranked


def instead_grain(ctx: Context, w: Word, g: GrainItem) -> Joined:
    """instead of + month"""
    return (Skip(), 0.1) if w.kind == "instead_of" else None


def instead_field(ctx: Context, w: Word, f: FieldItem) -> Joined:
    return (Skip(), 0.1) if w.kind == "instead_of" else None


def instead_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    return (Skip(), 0.1) if w.kind == "instead_of" and not e.filters else None


def meas_grain(ctx: Context, m: Meas, g: GrainItem) -> Joined:
    """revenue + month by month"""
    return grain_meas(ctx, g, m) if g.each else None


def ent_grain(ctx: Context, e: Ent, g: GrainItem) -> Joined:
    """new customers + month by month"""
    return ent_group(ctx, e, Group((By(field="$time", grain=g.grain),))) if g.each else None


def trend_meas(ctx: Context, w: Word, m: Meas) -> Joined:
    """trend of + revenue"""
    return (replace(m, by=(*m.by, By(field="$time", grain="month"))), 0.05) if w.kind == "trend" else None


def meas_trend(ctx: Context, m: Meas, w: Word) -> Joined:
    return trend_meas(ctx, w, m)
