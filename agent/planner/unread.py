"""What is said of a question that has no reading of the whole."""

from __future__ import annotations

from dataclasses import replace

from agent.planner.decisions import Decision, Refuse, Which
from agent.planner.intent import is_goal
from agent.planner.lexicon import Lexicon
from agent.planner.reader import Reading
from agent.planner.rules import Context
from agent.planner.values import NameFound
from agent.planner.which import is_code


def unread(ctx: Context, lexicon: Lexicon, reading: Reading, text: str) -> Decision:
    """Why a question has no reading: a name that nobody has or several have, a fact not recorded, words not known."""
    if reading.missing_names:
        return Refuse("no_such_name", reading.missing_names[0])
    if reading.missing_codes:
        return Refuse("no_such_row", reading.missing_codes[0])
    several = [
        n
        for n in reading.names
        if len({h.row_id for h in n.hits}) > 1
        and not is_code(ctx, n.hits[0].source)
        and any(t.capital or not lexicon.is_language(t.text) for t in reading.tokens[n.start : n.end])
    ]
    if len(several) == 1 and reading.known_words > 2 and (several := _of_subject(ctx, several)):
        start, end = reading.tokens[several[0].start].start, reading.tokens[several[0].end - 1].end
        return Which(text[start:end], several[0].hits, text[:start] + "{}" + text[end:])
    absent = [m.name for _, m in reading.markers if m.kind == "absent"]
    if absent:
        return Refuse("absent", absent[0])
    best = min(reading.edges, key=lambda e: (len(e.ignored), -e.score), default=None)
    ignored = [w for w in (best.ignored if best else ()) if not w.startswith("absent:")]
    if best and ignored and is_goal(best.item):
        return Refuse("words", ", ".join(dict.fromkeys(ignored)))
    unknown = [t.text for t in reading.tokens if t.plain.isalpha()]
    known = reading.known_words
    if known == 0 and len(unknown) >= 3:
        return Refuse("unreadable")
    rest = ignored or reading.left_over
    return Refuse("words", ", ".join(dict.fromkeys(rest))) if known and rest else Refuse("unreadable")


def _of_subject(ctx: Context, names: list[NameFound]) -> list[NameFound]:
    """The names with their hits among the subject's rows, where these are several."""
    prefix = f"{ctx.model.ext.subject}."
    kept = [replace(n, hits=tuple(h for h in n.hits if h.source.startswith(prefix))) for n in names]
    return [n for n in kept if len(n.hits) > 1]
