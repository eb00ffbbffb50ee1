"""What kind of turn it is, before any reading counts: a request to act, a topic outside, a greeting, a free text."""

from __future__ import annotations

import re

from agent.planner.dates import find_moments
from agent.planner.decisions import CallTool, Decision, Refuse
from agent.planner.dialogue import FRAGMENTS
from agent.planner.items import Call, Ent, Item, Marker, Meas, Word
from agent.planner.lexicon import Lexicon
from agent.planner.reader import Reading
from agent.planner.rules import Context
from agent.planner.scripts import script_of
from schema.text import fold

_ABOUT_DEFINITIONS = frozenset(
    "defined calculated computed measured mean means definition of the a an la gi dinh nghia tinh nhu nao duoc".split()
)


def is_goal(item: Item) -> bool:
    """Whether the part is a question by itself."""
    return isinstance(item, Ent | Meas | Call)


def special(ctx: Context, lexicon: Lexicon, reading: Reading, text: str) -> Decision | None:
    """Nothing where the turn is an ordinary question, or changes the last one: đổi sang theo tháng."""
    first = _first_word(reading)
    if ctx.dialogue and any(isinstance(e.item, FRAGMENTS) and not e.ignored for e in reading.edges[:1]):
        return None
    said = lexicon.match(reading.tokens, first, script_of(reading.tokens)) if ctx.dialogue else ()
    if any(e.item == Word("about") for _, e in said):  # đổi sang: to something else
        return None
    full = bool(reading.edges) and not reading.edges[0].ignored
    if not _is_question(text) and _asks_to_act(reading, first):
        return Refuse("action", reading.tokens[first].text)
    for at, marker in reading.markers:
        if marker.kind == "act" and at == first and not _is_question(text):
            return Refuse("action", marker.name)
        if marker.kind == "outside" and not (full and is_goal(reading.edges[0].item)):
            return Refuse("outside", marker.name)
        if (
            marker.kind == "greeting"
            and at == 0
            and len(reading.tokens) <= 4
            and not any(is_goal(e.item) and not e.ignored for e in reading.edges)
        ):
            return Refuse("greeting")
    return _free_text(ctx, lexicon, reading, text)


_ACTS = {  # a verb at the start, and what later makes it a request: đặt … lịch, gửi … cho
    "đặt": {"lịch", "hẹn"}, "dat": {"lich", "hen"}, "book": {"for", "in", "slot", "appointment"},
    "gửi": {"cho", "tin", "email"}, "gui": {"cho", "tin", "email"}, "nhắn": {"cho", "tin"}, "nhan": {"cho", "tin"},
    "chuyen": {"sang", "cho"},
    "chuyển": {"sang", "cho"}, "ghi": {"lại"}, "sửa": {"thành"}, "huỷ": {"lịch", "hẹn"}, "hủy": {"lịch", "hẹn"},
    "email": {"to", "everyone", "them"}, "text": {"to", "everyone", "them"}, "message": {"to", "everyone", "them"},
    "call": {"him", "her", "them"}, "make": {"appointment", "booking"}, "put": {"note", "down"}, "mark": {"as"},
}  # fmt: skip


def _asks_to_act(reading: Reading, first: int) -> bool:
    if first >= len(reading.tokens):
        return False
    return bool(_ACTS.get(reading.tokens[first].text, set()) & {t.text for t in reading.tokens[first + 1 : first + 9]})


def _free_text(ctx: Context, lexicon: Lexicon, reading: Reading, text: str) -> Decision | None:
    """Tools that take the rest of the question as it stands: search notes, describe the data."""
    found: tuple[int, int, str] | None = None
    for start in range(len(reading.tokens)):
        for end, entry in lexicon.match(reading.tokens, start, script_of(reading.tokens)):
            if isinstance(entry.item, Marker) and entry.item.kind == "tool":
                tool = ctx.model.ext.tools[entry.item.name]
                if tool.needs is None and (found is None or end - start > found[1] - found[0]):
                    found = (start, end, entry.item.name)
    if not found:
        return None
    start, end, name = found
    if start > _first_word(reading):
        return None
    until, days = _written(ctx, reading, end)
    rest = text[reading.tokens[end - 1].end : until].strip(" ?.!,:\"'")
    ones = [
        h.row_id
        for n in reading.names
        for h in n.hits
        if len(n.hits) == 1 and h.source.startswith(f"{ctx.model.ext.subject}.")
    ]
    if name == "describe_data":
        topic = " ".join(w for w in rest.split() if fold(w) not in _ABOUT_DEFINITIONS)
        return CallTool(name, {"about": topic} if topic else {})
    if not rest:
        return None
    subject = ctx.model.ext.subject
    key = (ctx.model.datasets[subject].ext.id_as if subject else None) or "id"
    return CallTool(name, {"text": rest, key: ones[0] if ones else None, **days})


def _written(ctx: Context, reading: Reading, begin: int) -> tuple[int | None, dict[str, str]]:
    """Where a period at the end of a free text starts, and its days: notes about brakes this month."""
    last = [f for f in find_moments(reading.tokens, ctx.today) if f[1] == len(reading.tokens) and f[0] > begin]
    if not last:
        return None, {}
    start, _, moment = min(last, key=lambda f: f[0])
    period = moment.resolve(ctx.today, False)
    days = {"start": period.start, "end": period.end}
    return reading.tokens[start].start, {name: day.isoformat() for name, day in days.items() if day}


_POLITE = frozenset("please can could you would hay xin vui long giup toi hey i want to lam on em anh".split())


def _first_word(reading: Reading) -> int:
    return next((i for i, t in enumerate(reading.tokens) if t.plain not in _POLITE), 0)


def _is_question(text: str) -> bool:
    return bool(re.match(r"(?i)\s*(which|who|what|how|when|where|show|list|whose|how many)\b", text))
