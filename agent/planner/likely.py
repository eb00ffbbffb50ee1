"""How likely a word means what the lexicon says it can, by the words around it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from agent.planner.items import Ent, GrainItem, Item, MetricItem, Pred, Skip, Verb, Word
from agent.planner.lexicon import Entry, Lexicon
from agent.planner.rules import Context
from agent.planner.rules.conditions import pred_as_ent
from agent.planner.scripts import Script
from agent.planner.tokens import Token, parts
from schema.query import Compare, Named

SHORT = 3  # letters of a word that, without its accents, may be many
_MANY = frozenset("những các mấy nhiều nhung cac may nhieu top vài".split())
_ASKING_BEFORE, _ASKING_AFTER = frozenset(("which", "what")), frozenset(("nào", "nao", "gì", "gi"))


def plural(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether several are meant: an English plural, những, các."""
    before = tokens[start - 1].plain if start else ""
    english = end == len(tokens) or tokens[end].plain not in _ASKING_AFTER  # sales nào: a seller
    return (english and tokens[end - 1].plain != tokens[end - 1].stem) or before in _MANY


def asked(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether it is what the question asks for: which cars, xe nào."""
    before = start > 0 and tokens[start - 1].plain in _ASKING_BEFORE
    return before or (end < len(tokens) and tokens[end].plain in _ASKING_AFTER)


def unfolded(
    atoms: Sequence[tuple[int, int, Item, float]], moments: Sequence[tuple[int, int, object]], folded: Collection[int]
) -> list[tuple[int, int, Item, float]]:
    """Without empty words that a period's words could be, had they their accents: nam nay is năm, not nằm."""
    inner = {i for start, end, _ in moments if end - start > 1 for i in range(start, end) if i in folded}
    return [a for a in atoms if not (isinstance(a[2], Skip) and a[1] - a[0] == 1 and a[0] in inner)]


def kinds_asked(
    tokens: Sequence[Token], said: Sequence[tuple[int, int, Item, float]], ctx: Context
) -> list[tuple[int, int, Item, float]]:
    """phụ tùng nào: of a kind of rows, which is asked for; one, as the language has no plural there"""
    out: list[tuple[int, int, Item, float]] = []
    nouns = {(start, end) for start, end, item, _ in said if isinstance(item, Ent)}  # showroom nào: no way to order
    for start, end, item, weight in said:
        if (
            not isinstance(item, Pred)
            or (start, end) in nouns
            or item.one
            or ctx.model.datasets[item.dataset].ext.quality
            or end >= len(tokens)
            or tokens[end].plain not in ("nao", "gi")
        ):
            continue
        if (lifted := pred_as_ent(ctx, item)) and isinstance(lifted[0], Ent):
            several = plural(tokens, start, end)
            out.append((start, end, replace(lifted[0], asked=True, plural=several), weight - 0.1))
    return out


def by_asker(said: Sequence[tuple[int, int, Item, float]], ctx: Context) -> list[tuple[int, int, Item, float]]:
    """tôi bán được bao nhiêu xe: what is measured is by whoever asks"""
    own = {s: e for s, e, item, _ in said if item == Word("self_sold")}
    out: list[tuple[int, int, Item, float]] = []
    for start, end, item, weight in said:
        if isinstance(item, MetricItem) and start - 1 in own and end >= own[start - 1]:
            tree = ctx.graph.tree(ctx.base(item.name))
            sellers = [d for d in tree if ctx.model.datasets[d].ext.played_by]
            who = ctx.model.metric(item.name).ext.who or (sellers[0] if sellers else None)
            if who:
                out.append((start - 1, end, MetricItem(item.name, who), weight + 0.2))
    return out


def further(
    tokens: Sequence[Token], said: list[tuple[int, int, Item, float]], ctx: Context
) -> list[tuple[int, int, Item, float]]:
    """What was said, and what it may mean by the words around it."""
    given = {i + 1 for i, t in enumerate(tokens) if t.text in _GIVING}  # cho em số xe bán: told to me, not sold by me
    said = [x for x in said if not (x[2] == Word("self") and x[0] in given)]
    return said + kinds_asked(tokens, said, ctx) + by_asker(said, ctx)


_GIVING = frozenset("cho giúp giup dùm với nhờ".split())
_COUNTED = frozenset("nhiêu nhieu mấy những các many which what số so đếm dem number of".split())


def outermost(tokens: Sequence[Token], said: list[tuple[int, int, Item, float]]) -> list[tuple[int, int, Item, float]]:
    """Without what lies inside a longer fixed phrase or name, and with a verb less likely where a noun stands.

    Cần Thơ holds no thợ, and "trong số đó" counts nothing.
    """
    said = [
        (s, e, item, w)
        for s, e, item, w in said
        if not (
            isinstance(item, Pred) and e < len(tokens) and tokens[e].text in ("nhất", "nhat") and not _most(tokens, s)
        )
    ]  # CLV cao nhất is the highest, not a high one; nhiều khách VIP nhất are VIPs
    wide = [
        (s, e, item)
        for s, e, item, weight in said
        if (e - s >= 3 and isinstance(item, Skip | Word))
        or (e - s == 2 and isinstance(item, Skip) and tokens[s].plain == "trong")
        or (e - s >= 2 and isinstance(item, Pred) and isinstance(item.filter, Compare) and weight >= 1)
        or (e - s >= 3 and isinstance(item, Pred) and isinstance(item.filter, Named))
    ]
    kept = []
    for start, end, item, weight in said:
        if not isinstance(item, Skip) and any(
            s <= start
            and end <= e
            and end - start < e - s
            and (end - start == 1 or isinstance(outer, Skip))
            and not (named and (len(tokens[start].text) > SHORT or tokens[start].accented))
            and not _alike(item, outer)
            for s, e, outer in wide
            for named in [isinstance(outer, Pred) and isinstance(outer.filter, Named)]
        ):
            continue  # nam in "nam trong xuong" is no man
        noun = (
            start == 0
            or (start > 0 and tokens[start - 1].text in _COUNTED)
            or (end < len(tokens) and tokens[end].text in ("nào", "nao"))
        )
        kept.append((start, end, item, weight - 0.35 if noun and isinstance(item, Verb) else weight))
    return kept


def _most(tokens: Sequence[Token], start: int) -> bool:
    """Whether nhiều or ít was said before, which a nhất belongs to."""
    return any(t.text in ("nhiều", "nhieu", "ít", "it", "đông", "dong") for t in tokens[max(0, start - 6) : start])


def _alike(item: Item, outer: Item) -> bool:
    """Whether both are the same value, of whatever field: SMS in "nhận SMS"."""
    if not isinstance(item, Pred) or not isinstance(outer, Pred):
        return False
    a, b = item.filter, outer.filter
    return isinstance(a, Compare) and isinstance(b, Compare) and a.value == b.value


def sure(lexicon: Lexicon, tokens: Sequence[Token], start: int, end: int, item: Item) -> float:
    """Less where a word without accents is far likelier one of the language: nguoi is người, hardly nguội."""
    token = tokens[start]
    entries = lexicon.entries.get(token.stem, ())
    if end - start > 1 or isinstance(item, Skip | Word) or (isinstance(item, Ent) and item.who) or token.accented:
        return 1.0
    if any(e.written[0] == token.text and len(e.words) == 1 and e.item == item for e in entries):
        return 1.0
    return 0.3 if lexicon.is_language(token.text) else 1.0


def unhyphenated(tokens: Sequence[Token], lexicon: Lexicon) -> list[Token]:
    """A word with a hyphen that is not known as it stands, as its parts: high-priority."""

    def tied(t: Token) -> bool:
        return "-" in t.plain and t.plain.replace("-", "").isalpha() and t.stem not in lexicon.vocabulary

    return [part for t in tokens for part in (parts(t) if tied(t) else (t,))]


def beside(
    tokens: Sequence[Token],
    said: Sequence[tuple[int, int, Item, float]],
    ctx: Context,
    lexicon: Lexicon,
    script: Script,
) -> Iterable[tuple[int, int, Entry]]:
    """Fields and conditions called as one calls them beside their dataset: cases … number and status."""
    named = {item.dataset for _, _, item, _ in said if isinstance(item, Ent | Verb) and not getattr(item, "who", False)}
    measured = {ctx.base(item.name) for _, _, item, _ in said if isinstance(item, MetricItem)}
    hinted = {item.dataset for _, _, item, _ in said if isinstance(item, Pred) and isinstance(item.filter, Named)}
    for dataset in sorted(named | measured | hinted):
        for start in range(len(tokens)):
            for end, entry in lexicon.heads[dataset].match(tokens, start, script):
                if dataset in (named | hinted if isinstance(entry.item, Pred) else named | measured):
                    yield start, end, entry


_OF_NOUNS = (Word("how_much"), Word("how_many_after"))


def counted(tokens: Sequence[Token], said: list[tuple[int, int, Item, float]]) -> list[tuple[int, int, Item, float]]:
    """mấy kỹ thuật viên: they are counted, whatever stands before; sale nào: which of the people, no revenue."""
    nouns = {s for s, _, item, _ in said if isinstance(item, Ent) and not item.who}
    asked_for = {s for s, t in enumerate(tokens) if t.text in ("nào", "nao")}
    denied = {e for _, e, item, _ in said if item == Word("not")}  # chưa bán được xe nào: none of them
    which = asked_for if not denied else {s for s in asked_for if s < min(denied)}
    asks = {(s, e) for s, e, item, _ in said if isinstance(item, Ent) and item.who and s == 0}  # who sold the most
    said = [(s, e, i, 0.5 * w if isinstance(i, Skip) and (s, e) in asks else w) for s, e, i, w in said]
    numbered = {e for _, e, item, _ in said if item in (Word("how_many"), Word("how_much"))}
    said = [x for x in said if not (isinstance(x[2], GrainItem) and x[0] in numbered)]  # how many days: no groups
    people = {(s, e) for s, e, item, _ in said if isinstance(item, Ent)}
    said = [x for x in said if not (isinstance(x[2], MetricItem) and x[1] in which and x[:2] in people)]
    less = [
        0.6 if i in _OF_NOUNS and e in nouns else 0.5 if isinstance(i, MetricItem) and e in which else 1.0
        for _, e, i, _ in said
    ]
    return [(s, e, i, w * part) for (s, e, i, w), part in zip(said, less, strict=True)]
