"""An Answer as what the page shows: safe Markdown for the text, and the cards' props. Data in, data out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.answer_card import Answer, Step
from agent.language import Language
from schema.access import Asker
from schema.text import fold
from ui.labels import card_labels, say, step_name, took, unit_label

MAX_QUESTION = 2_000  # characters; a question of people has 20 to 300

# Data in a sentence must not turn into a link, an image (a request to a stranger), a directive (`a:b` would lose its
# b), a table, code or a strike-through. Emphasis and lists stay, since answers use them. One character at a time, so
# that a streamed token needs no look at the next one.
_MARKDOWN = str.maketrans({sign: f"\\{sign}" for sign in "\\[]<>:~`|$&_"})
_FACTS = {
    "total_rows", "sql", "definition", "filters", "period", "as_of", "lane", "notices", "elapsed_ms",
}  # fmt: skip
_NOTE = {"customer_id", "customer_name", "date", "author", "text"}
_SQL = re.compile(r"\s*(select|with|explain)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Card:
    """A custom element: its file in public/elements without .jsx, and its props."""

    name: str
    props: dict[str, Any]


@dataclass(frozen=True)
class StepView:
    """A step as shown: its title, its content, and the content's language for colouring (none: plain text)."""

    title: str
    content: str
    language: str | None


def markdown(text: str) -> str:
    """Text for a message: what only data would contain is escaped, emphasis and lists work.

    >>> markdown("**3** due: [x](http://a) <b>")
    '**3** due\\\\: \\\\[x\\\\](http\\\\://a) \\\\<b\\\\>'
    """
    return text.translate(_MARKDOWN)


def question_of(written: str) -> str:
    """What was typed, without control and invisible formatting characters, ends trimmed."""
    category = unicodedata.category
    shown = (" " if category(c) == "Cc" else c for c in written if category(c) not in ("Cf", "Cs", "Co"))
    return unicodedata.normalize("NFC", " ".join("".join(shown).split()))


def objection(question: str, language: Language) -> str | None:
    """Why a message can't be a question, as a sentence; None where it can."""
    if not question:
        return say("empty", language)
    if len(question) > MAX_QUESTION:
        return say(
            "too_long", language, length=_grouped(len(question), language), limit=_grouped(MAX_QUESTION, language)
        )
    if not any(c.isalnum() for c in question):
        return say("no_words", language)
    return None


def step_view(step: Step, language: Language, *, done: bool = True) -> StepView:
    """How a step reads; its time is shown once it is done."""
    name = step_name(step.name, language)
    title = f"{name} · {took(step.elapsed_ms, language)}" if done and step.elapsed_ms else name
    kind = "sql" if _SQL.match(step.detail) else "json" if step.detail.startswith("{") else None
    return StepView(title, step.detail if kind else markdown(step.detail), kind)


def steps_title(count: int, elapsed_ms: float | None, language: Language) -> str:
    """The one line under which the steps are folded; the time is left out of a turn that ended without an answer."""
    title = say("one_step" if count == 1 else "steps", language, n=count)
    return f"{title} · {took(elapsed_ms, language)}" if elapsed_ms else title


def cards(answer: Answer, turn: int) -> list[Card]:
    """The elements that go with an answer's text: the customer, the answer card, the quoted notes.

    `turn` is the answer's place in the dialogue, by which further rows are fetched. Values stay raw (ISO dates,
    integers, shares 0-1): the card formats them, since it also sorts them and writes the CSV.
    """
    common = {"language": answer.language, "labels": card_labels(answer.language)}
    customer = [Card("CustomerCard", {**common, "profile": profile_sections(answer.profile)})] if answer.profile else []
    notes = [s.model_dump() for s in answer.sources]
    quoted = [Card("NotesCard", {**common, "sources": notes})] if notes else []
    # what a profile or the quoted notes show already is not shown again as a table
    tabled = not answer.profile and not (notes and {c.name for c in answer.columns} <= _NOTE)
    facts = [Card("AnswerCard", {**common, **_facts(answer, tabled), "turn": turn})] if _has_facts(answer) else []
    return customer + (facts + quoted if tabled else quoted + facts)


def _facts(answer: Answer, tabled: bool) -> dict[str, Any]:
    columns = [{**c.model_dump(), "unit": unit_label(c.unit, answer.language)} for c in answer.columns]
    table = {"columns": columns, "rows": answer.rows} if tabled else {"columns": [], "rows": []}
    return {**answer.model_dump(include=_FACTS), **table, "took": took(answer.elapsed_ms, answer.language)}


def _has_facts(answer: Answer) -> bool:
    return bool(answer.columns or answer.sql or answer.definition or answer.notices)


# what to do next is why a profile is opened: its section stands out
_NEXT = re.compile("next best action|next_best_action|hanh dong|viec nen lam")


def profile_sections(profile: Mapping[str, Any]) -> dict[str, Any]:
    """A profile as {title, sections: [{title, rows: [{label, value}], next}]}, from any shape that says the same.

    A section may be a list of {label, value}, a list of pairs, or a mapping label to value; `sections` itself a list
    or a mapping from title to section. Keys beside `title` and `sections` that hold a section count as one.
    """
    sections: list[dict[str, Any]] = []
    given = profile.get("sections", {k: v for k, v in profile.items() if k != "title"})
    named = given.items() if isinstance(given, Mapping) else ((s.get("title", ""), s) for s in given)
    for title, section in named:
        body = section
        if isinstance(section, Mapping):
            body = next((section[k] for k in ("rows", "items", "fields") if k in section), section)
        rows = [row for row in _label_rows(body) if row["label"] != "title"]
        if rows:
            sections.append({"title": str(title), "rows": rows, "next": bool(_NEXT.search(fold(str(title))))})
    return {"title": profile.get("title") or profile.get("name"), "sections": sections}


def _label_rows(body: Any) -> list[dict[str, Any]]:
    if isinstance(body, Mapping):
        return [{"label": str(label), "value": _shown(value)} for label, value in body.items()]
    if isinstance(body, str | int | float | None):
        return [{"label": "", "value": body}] if body is not None else []
    rows: list[dict[str, Any]] = []
    for item in body:
        if isinstance(item, Mapping):
            unit = {k: item[k] for k in ("type", "unit") if item.get(k)}
            rows.append({"label": str(item.get("label", "")), "value": _shown(item.get("value")), **unit})
        elif isinstance(item, Sequence) and not isinstance(item, str) and len(item) == 2:
            rows.append({"label": str(item[0]), "value": _shown(item[1])})
        else:
            rows.append({"label": "", "value": _shown(item)})
    return rows


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return "; ".join(f"{k}: {v}" for k, v in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_shown(v) for v in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


def asker_title(asker: Asker, store: str | None, language: Language) -> str:
    """Person, role and showroom in one line: Nguyễn Văn An · Sales rep · Hà Nội Cầu Giấy."""
    place = store or (say("store", language, id=asker.store_id) if asker.store_id else say("group", language))
    return f"{asker.name} · {say(asker.role, language)} · {place}"


def welcome(asker: Asker, language: Language) -> str:
    """The words above an empty chat, as Markdown: an invitation, and what this asker sees."""
    sees = say(f"sees_{asker.scope}", language, name=asker.name)
    return f"## {say('welcome', language)}\n{markdown(sees)}"


def _grouped(number: int, language: Language) -> str:
    grouped = f"{number:,}"
    return grouped.replace(",", ".") if language == "vi" else grouped
