"""What a verb counts, sums or lists: how many times An came in, how much we refunded, what he bought."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.items import (
    Ent,
    Meas,
    Verb,
    Word,
)
from agent.planner.moments import Moment
from agent.planner.rules.context import Context, Joined, amount_shown, exists
from agent.planner.rules.measures import count_ent
from agent.planner.rules.sides import counts
from schema.query import Aggregate, Compare, Exists, Measure


def what_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """what did + An buy this year: the rows of what is told of the one"""
    people = e.who and len(e.filters) == 1  # what have people complained about
    if w.kind != "what" or not (e.one or people) or not e.filters or e.limit or e.fields:
        return None
    did = e.filters[-1]
    if not isinstance(did, Exists) or did.value is not None:
        return None
    span = did.period
    moment = Moment("span", start=span.start, end=span.end, full=True, label=span.label or "") if span else None
    rows = ctx.model.datasets[did.exists].ext.rows or did.exists
    return Ent(rows, (*did.filters, *e.filters[:-1]), moment), 0.0


def ent_what(ctx: Context, e: Ent, w: Word) -> Joined:
    """khách An từng mua + những gì"""
    return what_ent(ctx, w, e)


def how_many_times(ctx: Context, w: Word, t: Word) -> Joined:
    """how many + times"""
    return (Word("how_many_times"), 0.0) if w.kind == "how_many" and t.kind == "times" else None


def verb_how_many_times(ctx: Context, v: Verb, w: Word) -> Joined:
    """gọi cho khách + bao nhiêu cuộc: its rows are counted"""
    if w.kind != "how_many_times" or v.bound:
        return None
    return Meas((Aggregate(fn="count", over=v.dataset),), v.dataset, v.filters, v.moment), 0.0


def how_many_times_verb(ctx: Context, w: Word, v: Verb) -> Joined:
    """how many times + did we call"""
    return verb_how_many_times(ctx, v, w)


def how_many_times_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """how many times + did An come in: what is told of the entity last is counted"""
    if w.kind != "how_many_times" or not e.filters or e.limit:
        return None
    if e.implied and e.dataset != ctx.model.ext.subject and not e.one:  # thay ắc quy + bao nhiêu lần
        return count_ent(ctx, Word("how_many"), e)
    did = e.filters[-1]
    if not isinstance(did, Exists) or did.value is not None:
        return None
    span = did.period
    moment = Moment("span", start=span.start, end=span.end, full=True, label=span.label or "") if span else None
    return Meas((Aggregate(fn="count", over=did.exists),), did.exists, (*did.filters, *e.filters[:-1]), moment), 0.0


def ent_how_many_times(ctx: Context, e: Ent, w: Word) -> Joined:
    """chị Hằng vào xưởng + mấy lần"""
    return how_many_times_ent(ctx, w, e)


def ent_how_much(ctx: Context, e: Ent, w: Word) -> Joined:
    """công ty X đã mua + bao nhiêu tiền: the worth of what is told of the entity"""
    if w.kind == "how_much" and e.order and any(f in e.fields and _money(ctx, f) for f in (e.order[0].by,)):
        return e, 0.1  # the cheapest SUV, how much: it is shown
    if w.kind != "how_much" or not e.filters or e.limit:
        return None
    if not e.one and not e.fields and not e.order and (own := _amount(ctx, e.dataset)):
        return Meas(
            (Aggregate(fn="sum", over=own),), e.dataset, e.filters, e.moment, dated=e.dated
        ), 0.05 if _catalogued(ctx, e.dataset) else -0.2 if e.implied else 0.2
    did = e.filters[-1]
    if isinstance(did, Compare) and not e.fields and (of := _amount(ctx, did.field.partition(".")[0])):
        return Meas((Aggregate(fn="sum", over=of),), of.partition(".")[0], (did, *e.filters[:-1]), e.moment), 0.2
    worth = ctx.model.datasets[did.exists].ext.worth if isinstance(did, Exists) and did.value is None else None
    if not isinstance(did, Exists) or not worth:
        return None
    span = did.period
    moment = Moment("span", start=span.start, end=span.end, full=True, label=span.label or "") if span else None
    return Meas((worth,), ctx.base(worth), (*did.filters, *e.filters[:-1]), moment), 0.0


def _catalogued(ctx: Context, dataset: str) -> bool:
    """Whether its rows are of a catalogue: of jobs, it may well be asked how many there were."""
    return any(d.ext.counted_as == dataset for d in ctx.model.datasets.values())


def _money(ctx: Context, key: str) -> bool:
    return "." in key and ctx.model.field(key).ext.unit == "₫"


def _amount(ctx: Context, dataset: str) -> str | None:
    """The field of what its rows amount to: payments, refunds."""
    own = ctx.model.datasets[dataset].ext.amounts.get("₫", "")
    return own if own.startswith(f"{dataset}.") else None


def how_much_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """how much + did An buy for"""
    return ent_how_much(ctx, e, w)


def how_much_verb(ctx: Context, w: Word, v: Verb) -> Joined:
    """how much + did we refund"""
    worth, own = ctx.model.datasets[v.dataset].ext.worth, _amount(ctx, v.dataset)
    if w.kind == "how_much" and worth and not v.bound:
        return Meas((worth,), ctx.base(worth), v.filters, v.moment), 0.1
    if w.kind != "how_much" or v.bound or not own:
        return None
    return Meas((Aggregate(fn="sum", over=own),), v.dataset, v.filters, v.moment), 0.0


def verb_how_much(ctx: Context, v: Verb, w: Word) -> Joined:
    """hoàn lại cho khách + bao nhiêu tiền"""
    return how_much_verb(ctx, w, v)


def how_many_verb(ctx: Context, w: Word, v: Verb) -> Joined:
    """(of those) how many + bought again"""
    about = v.about or ctx.model.ext.subject
    if w.kind != "how_many" or not about or about == v.dataset:
        return None
    return Meas((Aggregate(fn="count", over=about),), about, (exists(ctx, v),), implied=True), 0.4


def and_worth(ctx: Context, a: Word, w: Word) -> Joined:
    """and + their total value"""
    return (Word("worth"), 0.0) if a.kind in ("and", "with") and w.kind in ("worth", "how_much", "money") else None


def meas_worth(ctx: Context, m: Meas, w: Word) -> Joined:
    """number of open orders + and their total value: the amounts of what is counted"""
    amount = _worth(ctx, m.base) if w.kind == "worth" and counts(m) and len(m.measures) == 1 else None
    shown = amount_shown(ctx, m.filters)
    amount = Aggregate(fn="sum", over=shown) if amount and shown else amount
    return (replace(m, measures=(*m.measures, amount)), -0.1) if amount else None


def ent_worth(ctx: Context, e: Ent, w: Word) -> Joined:
    """open orders + with their totals"""
    if w.kind != "worth":
        return None
    if amount_shown(ctx, e.filters):  # who owes us + and how much
        return e, 0.0
    key = ctx.model.datasets[e.dataset].ext.amounts.get("₫")
    return (replace(e, fields=(*e.fields, key)), -0.1) if key and key not in e.fields else None


def worth_ent(ctx: Context, w: Word, e: Ent) -> Joined:
    """total value of + the open orders"""
    amount = _worth(ctx, e.dataset) if w.kind == "worth" and not (e.one or e.limit or e.order) else None
    if amount is None or isinstance(amount, str):
        return None
    return Meas((amount,), e.dataset, e.filters, e.moment, dated=e.dated), 0.2


def _worth(ctx: Context, dataset: str) -> Measure | None:
    key = ctx.model.datasets[dataset].ext.amounts.get("₫")
    return Aggregate(fn="sum", over=key) if key else None
