"""How well a condition fits what it stands with: on the same rows, on their parts, on the opposite."""

from __future__ import annotations

from sqlglot import exp

from agent.planner.items import Pred
from agent.planner.numbers import Bound
from agent.planner.rules.context import Context, amount_shown, axes, comparison
from agent.planner.rules.gathering import linked
from schema.model import parse_expression
from schema.query import All, Compare, Exists, Filter, Named, Not, SemanticQuery

ADULT = 18  # years; a customer is no child


def beside(ctx: Context, filters: tuple[Filter, ...], dataset: str) -> bool:
    """Whether a condition on the same kind of rows is there already: the next one is likely on them, too."""
    prefix = f"{dataset}."
    link = ctx.graph.bridge([ctx.model.ext.subject or dataset, dataset])
    inner = [x for f in filters for x in (f.all if isinstance(f, All) else (f.negate,) if isinstance(f, Not) else (f,))]
    return any(
        (isinstance(f, Compare) and f.field.startswith(prefix))
        or (isinstance(f, Named) and f.named.startswith(prefix))
        or (isinstance(f, Exists) and f.value is None and f.exists in (dataset, link))
        for f in inner
    )


def akin(ctx: Context, base: str, dataset: str) -> bool:
    """Whether a condition on `dataset` can be meant of rows of `base`: not where only the subject links the two."""
    return base == ctx.model.ext.subject or ctx.graph.bridge([base, dataset]) is not None


def each_of(ctx: Context, base: str, f: Filter) -> tuple[Filter, ...]:
    """Values that each need a row of their own: both a Kia and a Mazda; none where one row can."""
    link = linked(ctx, base, f) if isinstance(f, Compare) and isinstance(f.value, tuple) else None
    if link is None or not isinstance(f, Compare) or not isinstance(f.value, tuple):
        return ()
    one = (Compare(field=f.field, op="=", value=value) for value in f.value)
    return tuple(Exists(exists=link, filters=(c,)) for c in one)


def excluded(ctx: Context, filters: tuple[Filter, ...], p: Pred) -> bool:
    """Whether the condition can't hold beside one that is there already: hot and warm."""
    axis = ctx.model.named(p.filter.named).axis if isinstance(p.filter, Named) and p.filter.named[0] != "$" else None
    return axis is not None and any(
        isinstance(f, Named) and f.named[0] != "$" and ctx.model.named(f.named).axis == axis for f in filters
    )


def part(ctx: Context, base: str, dataset: str) -> bool:
    """Whether the rows that tie `dataset` to `base` are parts of its rows: the jobs of a visit."""
    subject = ctx.model.ext.subject
    link = ctx.graph.bridge([base, dataset])
    steps = ctx.graph.tree(link) if link else {}
    return subject in steps and base in steps and len(steps[subject]) > len(steps[base]) > 0


def translated(ctx: Context, dataset: str, said: Filter) -> Filter | None:
    """The condition as one on rows of `dataset`: by its own field of the same values: a schedule is for diesel."""
    if isinstance(said, All):
        parts = [translated(ctx, dataset, f) for f in said.all]
        return None if None in parts else All(all=tuple(f for f in parts if f is not None))
    if not isinstance(said, Compare):
        return None
    if ctx.graph.reaches(dataset, [said.field.partition(".")[0]]):
        return said
    field = ctx.model.field(said.field)
    for other in ctx.model.datasets[dataset].fields.values():
        if field.ext.values and other.ext.values.keys() == field.ext.values.keys() and other.label == field.label:
            return said.model_copy(update={"field": other.key})
    return None


def own_value(ctx: Context, base: str, filters: tuple[Filter, ...], p: Pred) -> float:
    """What a value that other datasets have too gains where it is of the rows themselves: orders by Zalo."""
    if not isinstance(p.filter, Compare) or any(axes(ctx, f) & {p.filter.field} for f in filters):
        return 0.0
    home = p.filter.field.partition(".")[0]
    twin = home == base or any(  # a transaction is an order
        r.many == base and r.one == home and r.many_columns == ctx.model.datasets[base].primary_key
        for r in ctx.model.relationships
    )
    field, datasets = ctx.model.field(p.filter.field), ctx.model.datasets
    shown = field.ext.values.get(str(p.filter.value))
    if not twin or (shown and any(shown.label == d.ext.label for d in datasets.values())):
        return 0.0  # showroom: the place rather than the way to order
    gain = 0.6 * max(0.0, 1.0 - field.ext.weight)
    own = any(f.ext.values.keys() == field.ext.values.keys() for f in datasets[base].fields.values())
    return gain + (0.35 if gain and home != base and not own else 0.0)  # the step to its order is none


def of_store(ctx: Context, p: Pred) -> bool:
    """A value of the showroom with no word of it: Kia customers drive one, VinFast owners in Hà Nội live there."""
    stores = ctx.model.ext.stores
    if not stores or p.dataset != stores or p.one:
        return False
    own = {f"{stores}.{ctx.model.datasets[stores].ext.name_field}", ctx.model.datasets[stores].id_field}
    return bool(said := axes(ctx, p.filter)) and not said & own


def of_somebody(ctx: Context, base: str, dataset: str) -> bool:
    """Whether a condition is on what is known of the subject, beside rows that are no subject: a case, of consent."""
    subject = ctx.model.ext.subject
    return base != subject and dataset != base and ctx.model.datasets[dataset].ext.quality


def of_had(ctx: Context, filters: tuple[Filter, ...], b: Bound) -> tuple[Filter, ...] | None:
    """drives a car + over 5 years; has a payment + over 1bn: of what is had; the conditions with it inside."""
    last = filters[-1] if filters else None
    if b.unit == "₫" and (shown := amount_shown(ctx, filters[-1:])):  # still owe + over 5m: of what they owe
        return (*filters, comparison(shown, b))
    if not isinstance(last, Exists) or last.value is not None:
        return None
    amount = ctx.model.datasets[last.exists].ext.amounts.get("₫") if b.unit == "₫" else None
    if b.unit == "years" and b.value < ADULT:  # nobody is so young
        tree = ctx.graph.tree(last.exists)
        aged = [f.key for d in tree for f in ctx.model.datasets[d].fields.values() if f.ext.unit == "years"]
        aged = [key for key in aged if not key.startswith(f"{ctx.model.ext.subject}.")]
        amount = aged[0] if len(aged) == 1 else None
    if amount is None:
        return None
    inside = last.model_copy(update={"filters": (*last.filters, comparison(amount, b))})
    return (*(f for f in filters[:-1] if f != last), inside)


def about(ctx: Context, base: str, target: str) -> tuple[Filter, ...]:
    """What holds of rows of `base` that are about a `target`: a car's order is a vehicle order."""
    for d in ctx.model.datasets.values():
        if d.ext.rows and target in d.ext.objects:
            said = SemanticQuery.model_validate({"filters": d.ext.objects[target]}).filters
            own = [translated(ctx, base, f) for f in said]
            return tuple(
                f for f in own if f and all(ctx.graph.reaches(base, [key.partition(".")[0]]) for key in axes(ctx, f))
            )
    return ()


def decides(ctx: Context, f: Filter, key: str) -> bool:
    """Whether a named condition is decided by that field."""
    if not isinstance(f, Named) or f.named[0] == "$":
        return False
    columns = parse_expression(ctx.model.named(f.named).expression).find_all(exp.Column)
    return any(f"{c.table}.{c.name}" == key for c in columns)
