"""Columns asked for beside a list, in a clause of their own: "… still open? Case number and owner, please"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from agent.planner.items import Ent, FieldItem, Function, GrainItem, Skip, Word
from agent.planner.lexicon import Entry, Lexicon
from agent.planner.rules import Context
from agent.planner.scripts import script_of
from agent.planner.tokens import tokenize

_BREAK = re.compile(r"(?<=\S)[?:;!]\s+(?=\S)|(?<=[^\s\d])\.\s+(?=\S)|\s[-–—]\s+(?=\S)")
_DAY = frozenset("date dates day when ngay".split())  # of what is listed
_KEPT = 3  # words that a question needs to be one without its clause
_TRIED = 3  # places that are tried: each costs a plan, however many full stops a text has


def clauses(text: str) -> Iterable[tuple[str, str]]:
    """The question, and what follows it, at its first places for that."""
    for found in islice(_BREAK.finditer(text), _TRIED):
        if len(text[: found.start()].split()) >= _KEPT:
            yield text[: found.start()], text[found.end() :]


def columns(ctx: Context, lexicon: Lexicon, clause: str, dataset: str) -> tuple[str, ...] | None:
    """The fields that the clause names, as columns of a list of `dataset`; None where it says anything else."""
    tokens = tokenize(clause)
    script = script_of(tokens)
    fields: list[str] = []
    at = 0
    while at < len(tokens):
        matches = sorted(lexicon.match(tokens, at, script), key=lambda m: -m[0])
        named = [(end, key) for end, entry in matches if (key := _field(ctx, entry, dataset)) is not None]
        passed = [end for end, entry in matches if isinstance(entry.item, Skip | Word | Ent | Function | GrainItem)]
        longest = max((end for end, _ in named), default=0)
        if named and longest >= max(passed, default=0):
            near = min((key for end, key in named if end == longest), key=lambda key: _far(ctx, dataset, key) or 0)
            fields.append(near)
            at = longest
        elif (time := ctx.time(dataset)) and tokens[at].plain in _DAY:
            fields.append(time)
            at += 1
        elif passed:
            at = max(passed)
        else:
            return None
    return tuple(dict.fromkeys(fields)) or None


def _field(ctx: Context, entry: Entry, dataset: str) -> str | None:
    """The column that a phrase asks for."""
    item = entry.item
    if isinstance(item, FieldItem) and _far(ctx, dataset, item.key) is not None:
        return item.key
    if isinstance(item, Word) and item.kind == "money":
        return ctx.model.datasets[dataset].ext.amounts.get("₫")
    if isinstance(item, Ent) and not item.who and item.dataset not in (dataset, ctx.model.ext.subject):
        name = ctx.model.datasets[item.dataset].ext.name_field
        key = f"{item.dataset}.{name}"
        return key if name and _far(ctx, dataset, key) is not None else None
    return None


def _far(ctx: Context, dataset: str, key: str) -> int | None:
    """How many steps lie between the list and the field."""
    home = key.partition(".")[0]
    return 0 if home == dataset else len(tree[home]) if home in (tree := ctx.graph.tree(dataset)) else None


def fields_named(lexicon: Lexicon, question: str) -> list[str]:
    """The fields that a question names in words of their own, whatever else it says."""
    tokens = tokenize(question)
    script = script_of(tokens)
    return [
        entry.item.key
        for start in range(len(tokens))
        for end, entry in lexicon.match(tokens, start, script)
        if isinstance(entry.item, FieldItem)
        and (end - start > 1 or (tokens[start].text == entry.written[0] and not lexicon.is_language(entry.written[0])))
    ]
