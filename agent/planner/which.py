"""Which of several rows with the name that was said is meant."""

from __future__ import annotations

from agent.planner.assemble import list_query
from agent.planner.conditions import UnanswerableError
from agent.planner.decisions import Which
from agent.planner.items import Ent, Item
from agent.planner.reader import Reading
from agent.planner.rules import Context
from schema.access import Asker
from schema.query import Compare, SemanticQuery


def ambiguous(ctx: Context, item: Item, reading: Reading, text: str) -> Which | None:
    """A name of several people that the reading uses."""
    used = repr(item)
    for name in reading.names:
        by_source: dict[str, list[int]] = {}
        for h in name.hits:
            by_source.setdefault(h.source, []).append(h.row_id)
        for source, rows in by_source.items():
            if is_code(ctx, source):
                continue  # several rows with one number are no doubt about who is meant
            if len(rows) > 1 and (f"'?{','.join(map(str, rows))}'" in used or repr(tuple(rows)) in used):
                start, end = reading.tokens[name.start].start, reading.tokens[name.end - 1].end
                hits = tuple(h for h in name.hits if h.source == source)
                return Which(text[start:end], hits, text[:start] + "{}" + text[end:])
    return None


def narrowed(ctx: Context, item: Item, which: Which, asker: Asker) -> SemanticQuery | None:
    """Those of the name for whom the other conditions hold: An in Huế."""
    subject = ctx.model.ext.subject
    rows = {h.row_id for h in which.hits}
    filters = getattr(item, "filters", ())
    named = [f for f in filters if isinstance(f, Compare) and isinstance(f.value, tuple) and rows.issuperset(f.value)]
    others = tuple(
        f
        for f in filters
        if f not in named and isinstance(f, Compare) and ctx.graph.reaches(subject or "", [f.field.partition(".")[0]])
    )
    if not subject or not named or not others or not named[0].field.startswith(f"{subject}."):
        return None
    try:
        return list_query(ctx, asker, Ent(subject, (named[0], *others)))
    except UnanswerableError:  # two people at once: neither is narrowed by the other
        return None


def is_code(ctx: Context, source: str) -> bool:
    return ctx.model.field(source).ext.index == "code"
