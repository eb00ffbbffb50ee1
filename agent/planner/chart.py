"""Bottom-up chart: every stretch of the question keeps its best few meanings; neighbours join by the rules."""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast, get_args, get_type_hints

from agent.planner.items import Ent, Item, Junk, Meas
from agent.planner.rules import LIFTS, RULES, Context, Joined

BEAM = 10  # meanings kept of a stretch
SHORT = 25  # words; in a longer question fewer are kept, so that its time grows by no more than its length


@dataclass(frozen=True)
class Edge:
    """A meaning of a stretch, its score, and the words that it passed over."""

    item: Item
    score: float
    ignored: tuple[str, ...] = ()


@cache
def _typed_rules() -> tuple[
    dict[tuple[type, type], list[Callable[..., Joined]]], dict[type, list[Callable[..., Joined]]]
]:
    """Rules by the types of their two sides, read off their signatures."""
    pairs: dict[tuple[type, type], list[Callable[..., Joined]]] = defaultdict(list)
    for rule in RULES:
        hints = get_type_hints(rule)
        left, right = (hints[name] for name in list(inspect.signature(rule).parameters)[1:])
        for a in get_args(left) or (left,):
            for b in get_args(right) or (right,):
                pairs[a, b].append(rule)
    lifts: dict[type, list[Callable[..., Joined]]] = defaultdict(list)
    for lift in LIFTS:
        hints = get_type_hints(lift)
        lifts[hints[list(inspect.signature(lift).parameters)[1]]].append(lift)
    return pairs, lifts


@cache
def _rules_for(left: Hashable, right: Hashable) -> tuple[Callable[..., Joined], ...]:
    pairs, _ = _typed_rules()
    return tuple(
        r
        for (a, b), rules in pairs.items()
        if issubclass(cast(type, left), a) and issubclass(cast(type, right), b)
        for r in rules
    )


@dataclass(frozen=True)
class Parsed:
    """Readings of the whole, best first, and the longest stretch that has any when the whole has none."""

    whole: list[Edge]
    longest: tuple[int, int]


def parse(ctx: Context, length: int, atoms: Sequence[tuple[int, int, Item, float]]) -> Parsed:
    """All readings. `atoms`: (start, end, item, score) over `length` positions."""
    cells: dict[tuple[int, int], dict[Item, Edge]] = defaultdict(dict)
    for start, end, item, score in atoms:
        _keep(ctx, cells[start, end], Edge(item, score, (item.text,) if isinstance(item, Junk) else ()))
    beam = max(2, round(BEAM * min(1.0, (SHORT / max(1, length)) ** 1.5)))
    for width in range(1, length + 1):
        for start in range(length - width + 1):
            end = start + width
            cell = cells[start, end]
            for middle in range(start + 1, end):
                for a in cells.get((start, middle), _NONE).values():
                    for b in cells.get((middle, end), _NONE).values():
                        for rule in _rules_for(cast(Hashable, type(a.item)), cast(Hashable, type(b.item))):
                            if joined := rule(ctx, a.item, b.item):
                                item, cost = joined
                                if item is not None:
                                    _keep(ctx, cell, Edge(item, a.score + b.score - cost, a.ignored + b.ignored))
            if len(cell) > beam:
                best = sorted(cell.values(), key=lambda e: -e.score)[:beam]
                cells[start, end] = {e.item: e for e in best}
    whole = sorted(cells.get((0, length), _NONE).values(), key=lambda e: -e.score)
    filled = [
        span
        for span, cell in cells.items()
        if any(isinstance(e.item, Ent | Meas) and not e.ignored for e in cell.values())
    ]
    return Parsed(whole, max(filled, key=lambda s: s[1] - s[0], default=(0, 0)))


_NONE: dict[Item, Edge] = {}


def _keep(ctx: Context, cell: dict[Item, Edge], edge: Edge) -> None:
    known = cell.get(edge.item)
    if known and known.score >= edge.score:
        return
    cell[edge.item] = edge
    _, lifts = _typed_rules()
    for kind, rules in lifts.items():
        if isinstance(edge.item, kind):
            for rule in rules:
                lifted: Any = rule(ctx, edge.item)
                if lifted:
                    _keep(ctx, cell, Edge(lifted[0], edge.score - lifted[1], edge.ignored))
