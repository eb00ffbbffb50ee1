"""A question's readings: atoms from the lexicon, numbers, dates and values, then the chart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from agent.planner.chart import Edge, parse
from agent.planner.dates import find_moments
from agent.planner.items import (
    AmountItem,
    BoundItem,
    Ent,
    FieldItem,
    Item,
    Junk,
    Marker,
    Mention,
    MetricItem,
    Pred,
    Skip,
    When,
    Word,
)
from agent.planner.lexicon import Lexicon
from agent.planner.likely import asked, beside, counted, further, outermost, plural, sure, unfolded, unhyphenated
from agent.planner.numbers import Amount, find_amounts
from agent.planner.particles import placed
from agent.planner.rules import Context
from agent.planner.scripts import script_of
from agent.planner.tokens import Token, expanded, tokenize
from agent.planner.values import NameFound, Values, find_addresses, find_codes, find_names, missing_codes
from schema.query import Compare

_CALLED = frozenset({"named", "called", "tên"})
_TITLES = frozenset({"anh", "chị", "chi", "ông", "ong", "bà", "cô", "chú", "bác", "mr", "mrs", "ms", "miss", "dr"})


@dataclass
class Reading:
    """What a question was read as: the best edges, and what the words were."""

    tokens: list[Token]
    edges: list[Edge]
    markers: list[tuple[int, Marker]] = field(default_factory=list)
    names: list[NameFound] = field(default_factory=list)
    mended: dict[str, str] = field(default_factory=dict)
    known_words: int = 0
    absent: list[tuple[int, int, str]] = field(default_factory=list)  # phrases for what the store doesn't record
    missing_names: list[str] = field(default_factory=list)
    missing_codes: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)


def read(text: str, ctx: Context, lexicon: Lexicon, values: Values) -> Reading:
    """All readings of a question, best first. Pure: the same question, model, values and day give the same readings."""
    tokens = unhyphenated(tokenize(text), lexicon)
    script = script_of(tokens)
    tokens = expanded(tokens, lexicon.spelled_out(script == "english"), script == "accents")
    atoms: list[tuple[int, int, Item, float]] = []
    reading = Reading(tokens, [])
    covered, empty, inside, firm = ([False] * len(tokens) for _ in range(4))
    said: list[tuple[int, int, Item, float]] = []
    folded: set[int] = set()  # where a word is known only by the accents that it hasn't
    for start in range(len(tokens)):
        for end, entry in lexicon.match(tokens, start, script):
            if isinstance(entry.item, Marker) and entry.item.kind != "tool":
                if end - start == 1 and tokens[start].text != entry.written[0] and entry.item.kind == "outside":
                    continue  # mua (buy) is not mưa (rain): one short word needs its accent
                if (
                    entry.item.kind == "absent"
                    and script != "english"
                    and end - start == 1
                    and len(tokens[start].text) < 4
                    and lexicon.is_language(tokens[start].text)
                ):
                    continue  # rồi typed without its accent is no ROI
                reading.markers.append((start, entry.item))
                if entry.item.kind == "absent" and end - start > 1:
                    reading.absent.append((start, end, entry.item.name))
                if entry.item.kind == "why":
                    atoms.append((start, end, entry.item, entry.weight))
                continue
            width = end - start
            item = entry.item
            if isinstance(item, Ent):
                item = replace(
                    item, plural=plural(tokens, start, end), asked=asked(tokens, start, end), lead=item.dataset
                )
            if isinstance(item, FieldItem) and plural(tokens, start, end):
                item = replace(item, plural=True)
            if width > 1:
                inside[start + 1 : end] = [True] * (width - 1)
            if not isinstance(item, Skip | Word) and (width > 1 or tokens[start].text == entry.written[0]):
                firm[start:end] = [True] * width
            guessed = width == 1 and tokens[start].text != entry.written[0] and not entry.written[0].isascii()
            if guessed:
                folded.add(start)
            short = (
                guessed and len(tokens[start].text) <= 4 and isinstance(item, Pred | MetricItem | FieldItem)
            )  # thu: thư, thứ, thu …
            said.append((start, end, item, entry.weight * (0.6 if short else 0.8 if guessed else 1.0)))
            if isinstance(item, Skip) and width == 1:
                empty[start] = True
            covered[start:end] = [True] * width
    for start, end, head in beside(tokens, said, ctx, lexicon, script):
        said.append((start, end, head.item, head.weight))
        covered[start:end] = [True] * (end - start)
    said = counted(tokens, further(tokens, said, ctx))
    said = [(s, e, item, w * sure(lexicon, tokens, s, e, item)) for s, e, item, w in outermost(tokens, said)]
    for start, end, item, weight in said:
        content = sum(not e for e in empty[start:end])
        words = max(content, 0.5 * (end - start)) if isinstance(item, Skip | Word) else content or 0.5
        if isinstance(item, Word) and item.kind == "mine":  # tôi đang phụ trách
            words = float(end - start)
        if isinstance(item, Word) and item.kind == "only" and start == 0 and ctx.dialogue:  # chi xe Kia: no spending
            words += 0.5
        if end - start > 1 and not isinstance(item, Skip | Word):  # gọi đến is more than gọi, though đến alone is empty
            words = max(words, content + 0.6 * (end - start - content))
        atoms.append((start, end, item, weight * words + 0.3 * max(0, content - 1) + 0.05 * (end - start)))
    atoms += mentions(text, tokens, said, empty)
    for start, end, meaning in find_amounts(tokens, english=script == "english"):
        amount: Item = AmountItem(meaning) if isinstance(meaning, Amount) else BoundItem(meaning)
        said_words = float(sum(not e for e in empty[start:end]) or 1)
        if isinstance(amount, BoundItem):  # 40 and over is no 40
            said_words = max(said_words, 1 + 0.6 * (end - start - 1))
        atoms.append((start, end, amount, said_words + 0.2 * (said_words - 1) + 0.05 * (end - start)))
        covered[start:end] = [True] * (end - start)
    moments = find_moments(tokens, ctx.today)
    atoms = unfolded(atoms, moments, folded)
    for start, end, moment in moments:
        atoms.append((start, end, When(moment), 1.05 * (end - start) + 0.2 * (end - start - 1)))
        covered[start:end] = [True] * (end - start)
        if end - start > 1:  # since May: nobody's name
            firm[start:end] = [True] * (end - start)
    atoms += _numbers_of_subject(tokens, ctx, covered)
    for start, end, item, weight in placed(tokens):
        atoms.append((start, end, item, weight))
        covered[start:end] = [True] * (end - start)
    for i in range(1, len(tokens)):  # customers named Minh: all that are called so
        given = ctx.model.ext.given
        if given and tokens[i - 1].text in _CALLED and tokens[i].capital:
            written = text[tokens[i].start : tokens[i].end]
            said_name = Pred(Compare(field=given, op="=", value=written), given.partition(".")[0])
            atoms.append((i - 1, i + 1, said_name, 3.5))
            covered[i - 1 : i + 1] = firm[i - 1 : i + 1] = [True, True]
            inside[i] = True
    titles = _TITLES - {"chi", "ong"} if script == "accents" else _TITLES
    titled = [i > 0 and tokens[i - 1].text in titles and not inside[i] for i in range(len(tokens))]
    codes = find_addresses(text, tokens, values) or find_codes(tokens, values)
    reading.names = codes + find_names(tokens, covered, firm, titled, values)
    starts = {name.start for name in reading.names}  # Sales An: a title, no revenue
    atoms = [(s, e, i, w * (0.3 if isinstance(i, MetricItem) and e in starts else 1)) for s, e, i, w in atoms]
    for name in reading.names:  # anh An #23: the number says which
        number = tokens[name.end].plain if name.end < len(tokens) else ""
        if number[:1] == "#" and number[1:].strip() in {str(h.row_id) for h in name.hits}:
            atoms.append((name.start, name.end, Skip(), 1.2 * (name.end - name.start) + 0.8))
    for name in reading.names:
        atoms += [
            (
                name.start,
                name.end,
                p,
                1.1 * (name.end - name.start) + (0.5 if p.dataset == ctx.model.ext.subject else 0.3),
            )
            for p in name_preds(ctx, name)
        ]
        covered[name.start : name.end] = [True] * (name.end - name.start)
    reading.missing_names = _missing(tokens, covered, titled)
    reading.missing_codes = missing_codes(tokens, covered)
    for start, token in enumerate(tokens):
        if covered[start]:
            continue
        mended = lexicon.mend(token)
        if mended:
            reading.mended[token.text] = mended
            fixed = [
                *tokens[:start],
                Token(mended, mended, mended, token.start, token.end, False),
                *tokens[start + 1 :],
            ]
            for first in range(max(0, start - 4), start + 1):
                for end, entry in lexicon.match(fixed, first, script):
                    if end > start and not (isinstance(entry.item, Marker) and entry.item.kind != "tool"):
                        atoms.append((first, end, entry.item, entry.weight * (end - first) - 0.3))
                        covered[start] = True
    reading.known_words = sum(covered)
    absent = {start: m for start, m in reading.markers if m.kind == "absent"}
    for start, token in enumerate(tokens):
        if not covered[start]:
            marker = absent.get(start)
            atoms.append((start, start + 1, Junk(f"absent:{marker.name}" if marker else token.text), 0.0))
    length, atoms, place = _compressed(len(tokens), atoms)
    chart = parse(ctx, length, atoms)
    reading.edges = chart.whole
    if not reading.edges:
        reading.left_over = [
            t.text for i, t in enumerate(tokens) if not chart.longest[0] <= place[i] < chart.longest[1]
        ]
    return reading


LONGEST_MENTION = 6
_CLOSING = frozenset("a nhe nha nhi vay the giup voi ha please thanks khong".split())


def mentions(
    text: str, tokens: Sequence[Token], said: Sequence[tuple[int, int, Item, float]], empty: Sequence[bool]
) -> list[tuple[int, int, Item, float]]:
    """What may be meant after "mentions": any words that follow, empty ones at the end left out."""
    out: list[tuple[int, int, Item, float]] = []
    for start, end, item, _ in said:
        if not isinstance(item, Word) or item.kind != "mention":
            continue
        begin = end + (end < len(tokens) and tokens[end].text in ("a", "an", "the", "any"))
        for last in range(begin, min(begin + LONGEST_MENTION, len(tokens))):
            if tokens[last].plain in _CLOSING:
                break
            if not empty[last] or (last > begin and last + 1 == len(tokens)):
                words = text[tokens[begin].start : tokens[last].end].strip("\"'“”‘’ ")
                score = 0.55 + 0.35 * (end - start) + sum(0.35 if empty[i] else 1.0 for i in range(end, last + 1))
                out.append((start, last + 1, Mention(words), score))
    return out


def name_preds(ctx: Context, name: NameFound) -> Iterable[Pred]:
    """The conditions that a name stands for: one a dataset that shows rows of its source."""
    by_source: dict[str, list[int]] = {}
    for hit in name.hits:
        by_source.setdefault(hit.source, []).append(hit.row_id)
    for source, ids in by_source.items():
        table = ctx.model.datasets[source.partition(".")[0]].source
        for dataset in ctx.model.datasets.values():
            if dataset.source == table:
                key = dataset.id_field
                one = len(ids) == 1
                filter_ = Compare(field=key, op="=" if one else "in", value=ids[0] if one else tuple(ids))
                code = (
                    ctx.model.field(source).ext.index == "code"
                )  # several rows of one number: nobody has to be chosen
                among = None if code else "?" + ",".join(map(str, ids))
                yield Pred(filter_, dataset.name, one=str(ids[0]) if one else among)


def _numbers_of_subject(
    tokens: Sequence[Token], ctx: Context, covered: list[bool]
) -> list[tuple[int, int, Item, float]]:
    """#12345 is the subject's public number."""
    subject = ctx.model.ext.subject
    out: list[tuple[int, int, Item, float]] = []
    for i, t in enumerate(tokens):
        if subject and t.plain.startswith("#") and len(t.plain) <= 13:
            number = int(t.plain.lstrip("# "))
            key = ctx.model.datasets[subject].id_field
            out.append((i, i + 1, Pred(Compare(field=key, op="=", value=number), subject, one=str(number)), 1.5))
            covered[i] = True
    return out


def _missing(tokens: Sequence[Token], covered: Sequence[bool], titled: Sequence[bool]) -> list[str]:
    """Runs of unknown capitals, or an unknown word after a title: a person nobody of that name was found for."""
    out: list[str] = []
    run: list[int] = []
    for i, t in enumerate([*tokens, Token("", "", "", 0, 0, False)]):
        inside = i < len(tokens) and t.plain.isalpha() and t.capital and (not covered[i] or bool(run))
        if inside:
            run.append(i)
            continue
        if (len(run) >= 2 and sum(not covered[j] for j in run) >= 1) or (
            run and titled[run[0]] and not covered[run[0]]
        ):
            while run[0] > 1 and tokens[run[0] - 1].capital:  # Cao Ngọc My: a name that begins with a word
                run.insert(0, run[0] - 1)
            out.append(" ".join(tokens[j].text.title() for j in run))
        run = []
    return out


def _compressed(
    length: int, atoms: list[tuple[int, int, Item, float]]
) -> tuple[int, list[tuple[int, int, Item, float]], list[int]]:
    """The same atoms over fewer positions: words that can only be skipped take no room in the chart."""
    solid = [False] * length
    for start, end, item, _ in atoms:
        if not isinstance(item, Skip):
            solid[start:end] = [True] * (end - start) if end - start == 1 else solid[start:end]
    for start, end, item, _ in atoms:  # a phrase needs at least one position of its own
        if not isinstance(item, Skip) and end - start > 1 and not any(solid[start:end]):
            solid[start] = True
    skippable = {s for s, e, item, _ in atoms if isinstance(item, Skip) for s in range(s, e)}
    for i in range(length):
        if i not in skippable:
            solid[i] = True
    place = [sum(solid[:i]) for i in range(length + 1)]
    out = []
    for start, end, item, score in atoms:
        a, b = place[start], place[end]
        if a < b:
            out.append((a, b, item, score))
    return place[-1], out, place
