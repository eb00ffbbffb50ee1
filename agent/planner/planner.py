"""The planner: (question, state, asker, day) -> a decision. Pure but for look-ups in the value index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from agent.planner.assemble import list_query, measure_query
from agent.planner.chart import Edge
from agent.planner.columns import clauses, columns
from agent.planner.conditions import UnanswerableError, conditions, datasets_of
from agent.planner.decisions import EMPTY, Ask, CallTool, Decision, Refuse, State
from agent.planner.dialogue import FRAGMENTS, base_of, edit
from agent.planner.focus import of_day, of_focus
from agent.planner.intent import special
from agent.planner.items import Call, Ent, Group, Item, Leading, Meas, Pred, Sorting, Word
from agent.planner.lexicon import Lexicon
from agent.planner.reader import Reading, read
from agent.planner.rights import allowed
from agent.planner.rivals import of_one, rivals
from agent.planner.rules import Context
from agent.planner.rules.context import axes
from agent.planner.scripts import script_of
from agent.planner.tokens import tokenize
from agent.planner.turned import as_list, carried, counted_again, narrowing
from agent.planner.unread import unread
from agent.planner.values import Values
from agent.planner.which import ambiguous, narrowed
from schema.access import Asker
from schema.query import Compare, Named, SemanticQuery

MAX_CHARACTERS = 2000
MAX_WORDS = 60
LONGEST_WITH_COLUMNS = 300  # characters; a longer text is no list with its columns, and costs a plan at each full stop
_JOINING = frozenset("and or but also plus then now va hay hoac nhung con roi the vay".split())
_GOING_ON = {"by", "only", "versus", "sort", "beside", "instead_of"}  # no question of its own begins so
_COUNTING = {"how_many", "how_much", "share", "by"}
DISTANT = 0.6  # and those whose scores differ by less are tried where the best find nothing
CLOSE = 0.1  # readings whose scores differ by less are rivals


@dataclass
class Planner:
    """Plans one model's questions for one asker at a time."""

    ctx: Context
    lexicon: Lexicon

    def plan(self, question: str, asker: Asker, values: Values, state: State = EMPTY) -> Decision:
        """What to do for a question, given what was asked before."""
        decision = self._whole(question, asker, values, state)
        unread = isinstance(decision, Refuse) and decision.why in ("words", "unreadable")
        if unread and len(question) <= LONGEST_WITH_COLUMNS:
            return self._with_columns(question.strip(), asker, values, state) or decision
        return decision

    def _whole(self, question: str, asker: Asker, values: Values, state: State) -> Decision:
        """The question with nothing left out of it."""
        text = question.strip()
        if not text:
            return Refuse("empty")
        if len(text) > MAX_CHARACTERS:
            return Refuse("too_long", str(MAX_CHARACTERS))
        if len(tokenize(text)) > MAX_WORDS:
            return Refuse("too_many_words", str(MAX_WORDS))
        ctx = replace(self.ctx, dialogue=state.query is not None)
        reading = read(self._resolved(text, state), ctx, self.lexicon, values)
        if not reading.tokens:
            return Refuse("unreadable")
        if reading.absent and not _held(reading):
            return Refuse("absent", reading.absent[0][2])
        if (early := special(ctx, self.lexicon, reading, text)) is not None:
            return early
        words = self._kinds(reading)
        joined = reading.tokens[0].plain in _JOINING
        follow = state.query is not None and (joined or bool(words & {"only", "about", "them"}))
        if state.lost and (words & {"about", "them"} or joined or self._said(reading, 1) & _GOING_ON):
            return Refuse("nothing_before")
        if "them" in words and state.among:
            state = replace(state, query=self._those(*state.among, state.query))
        decision = self._best(reading, asker, state, follow, text)
        listed = "list" in words and not words & _COUNTING and state.query
        narrower = listed and isinstance(decision, Ask) and decision.edited and decision.query.filters != listed.filters
        if narrower and isinstance(decision, Ask) and not decision.query.by:
            decision = replace(decision, query=as_list(decision.query))  # but: show last month's: again a number
        return allowed(self.ctx, decision, asker)

    def _those(self, dataset: str, ids: tuple[int, ...], last: SemanticQuery | None) -> SemanticQuery:
        """The rows of the first n that were shown."""
        these = Compare(field=self.ctx.model.datasets[dataset].id_field, op="in", value=ids)
        shown = last.fields if last and last.dataset else ()
        return SemanticQuery(dataset=dataset, fields=shown, filters=(these,))

    def _with_columns(self, text: str, asker: Asker, values: Values, state: State) -> Decision | None:
        """A list, and in a clause of its own what it should show."""
        for question, clause in clauses(text):
            first = self._whole(question, asker, values, state)
            if not isinstance(first, Ask) or not first.query.dataset:
                continue
            if (shown := columns(self.ctx, self.lexicon, clause, first.query.dataset)) is not None:
                readings = [
                    q.model_copy(update={"fields": tuple(dict.fromkeys((*q.fields, *shown)))})
                    for q in (first.query, *first.rivals)
                    if q.dataset == first.query.dataset
                ]
                return replace(first, query=readings[0], rivals=tuple(readings[1:]), fallbacks=())
        return None

    def _resolved(self, text: str, state: State) -> str:
        """him, her, that customer -> the number of the entity in focus; that day -> the day of the last answer."""
        if state.one is not None:
            text = self._replaced(text, Word("him"), f"#{state.one}")
        return self._replaced(text, Word("that_day"), f"{state.day:%d/%m/%Y}") if state.day else text

    def _replaced(self, text: str, word: Word, by: str) -> str:
        tokens = tokenize(text)
        script = script_of(tokens)
        for start in range(len(tokens) - 1, -1, -1):
            ends = [end for end, e in self.lexicon.match(tokens, start, script) if e.item == word]
            if ends:
                text = f"{text[: tokens[start].start]}{by}{text[tokens[max(ends) - 1].end :]}"
        return text

    def _kinds(self, reading: Reading) -> set[str]:
        """The kinds of all words; "their" at the start speaks of those who were shown."""
        return self._said(reading) | ({"them"} if reading.tokens[0].plain == "their" else set())

    def _said(self, reading: Reading, upto: int | None = None) -> set[str]:
        """The kinds of words that are said, of those that begin before the `upto`-th."""
        script = script_of(reading.tokens)
        return {
            entry.item.kind
            for start in range(len(reading.tokens[:upto]))
            for _, entry in self.lexicon.match(reading.tokens, start, script)
            if isinstance(entry.item, Word)
        }

    # readings --------------------------------------------------------------------------------------------------
    def _best(self, reading: Reading, asker: Asker, state: State, follow: bool, text: str) -> Decision:
        whole = self._nearest([e for e in reading.edges if not e.ignored], state)
        found: list[tuple[float, Decision]] = []
        for edge in whole:
            if found and found[0][0] - edge.score > DISTANT:
                break
            for decision in self._decide(edge, asker, state, follow, reading, text):
                if decision not in [d for _, d in found]:
                    found.append((edge.score, decision))
        if found:
            first = found[0][1]
            if isinstance(first, Ask) and first.edited:  # a follow-up is no new question beside
                found = [(s, d) for s, d in found if isinstance(d, Ask) and d.edited]
            near = [d for s, d in found if found[0][0] - s <= CLOSE]
            far = [d.query for s, d in found if found[0][0] - s > CLOSE and isinstance(d, Ask)]
            chosen = rivals(self.ctx, near)
            if not isinstance(chosen, Ask) or chosen.edited or of_one(self.ctx, chosen.query):
                return chosen  # one customer may well have none of it
            return replace(chosen, fallbacks=tuple(q for q in far if q.by == chosen.query.by)[:3])
        return unread(self.ctx, self.lexicon, reading, text)

    def _nearest(self, edges: list[Edge], state: State) -> list[Edge]:
        """In a dialogue, a condition that lies nearer to what was asked about is the likelier one."""
        if state.query is None:
            return edges
        base = base_of(self.ctx, state.query)
        held = {c.field for c in conditions(state.query.filters) if isinstance(c, Compare)}
        spoken_of = datasets_of(state.query.filters) - {base}

        def score(e: Edge) -> float:
            if isinstance(e.item, Leading | Group) and e.item.by:
                by = e.item.by[0].field
                home = by.partition(".")[0]
                far = 0.0 if by == "$time" else self.ctx.distance(base, home)
                near = 0.4 if home in spoken_of else 0.0  # whose rep changed … by reason: of the change
                return e.score - (5.0 if far is None else 0.2 * far) + near
            dataset = getattr(e.item, "dataset", None)
            if e.item == Word("how_much"):
                return e.score - 0.12  # bao nhiêu: how many of them, if both are possible
            if isinstance(e.item, Meas) and e.item.implied and e.item.base != base:
                return e.score - 0.4
            if not isinstance(e.item, Pred) and not (isinstance(e.item, Ent) and e.item.implied):
                return e.score
            grouped = {b.field.partition(".")[0] for b in state.query.by} if state.query else set()
            said = (e.item.filter,) if isinstance(e.item, Pred) else e.item.filters
            on = {key for f in said for key in axes(self.ctx, f)}
            if on & held or grouped & {key.partition(".")[0] for key in on}:
                return e.score + 0.4  # per showroom … those in Huế: showrooms; by SMS … and by e-mail
            return e.score - 0.2 * (self.ctx.distance(base, str(dataset)) or 0.0)

        return sorted((replace(e, score=score(e)) for e in edges), key=lambda e: -e.score)

    def _decide(
        self, edge: Edge, asker: Asker, state: State, follow: bool, reading: Reading, text: str
    ) -> Iterable[Decision]:
        item = of_focus(self.ctx, of_day(self.ctx, edge.item, state), state.one)
        if (which := ambiguous(self.ctx, item, reading, text)) is not None:
            yield replace(which, narrowed=narrowed(self.ctx, item, which, asker))
            return
        fragment = (
            isinstance(item, FRAGMENTS)
            or (isinstance(item, Ent) and (item.implied or item.who) and not item.one)
            or (isinstance(item, Meas) and item.implied and bool(item.filters))
        )
        if state.query is not None and counted_again(item, self.ctx, state.query):
            try:
                yield Ask(edit(self.ctx, state.query, Word("how_many")), mended=reading.mended, edited=True)
                return
            except UnanswerableError:
                pass
        if state.query is not None and (follow or fragment):
            try:
                part = (
                    Pred(item.filters[0], item.dataset)
                    if isinstance(item, Ent) and item.implied and len(item.filters) == 1 and not item.fields
                    else narrowing(item)
                    if "only" in self._said(reading)
                    else item
                )
                yield Ask(edit(self.ctx, state.query, self._bound(part)), mended=reading.mended, edited=True)
                return
            except UnanswerableError:
                pass
        try:
            if state.query is not None and not fragment and "them" in self._kinds(reading):
                item = carried(self.ctx, state.query, item)
            if isinstance(item, Call):
                yield CallTool(item.tool, {self._subject_key(): int(item.one)})
            elif isinstance(item, Ent) and item.best:
                yield from self._bests(item, asker)
            elif isinstance(item, Ent):
                yield self._entity(item, asker, reading)
            elif isinstance(item, Meas):
                yield Ask(measure_query(self.ctx, asker, item), mended=reading.mended)
        except UnanswerableError:
            return

    def _bests(self, e: Ent, asker: Asker) -> Iterable[Decision]:
        """The best by each of what the model names: the asker says which."""
        from agent.planner.rules.sorting import ent_sorting

        for by in self.ctx.model.datasets[e.dataset].ext.bests:
            field = by if "." in by else None
            best = Sorting(None if field else by, field, True, True, None if field else e.moment)
            joined = ent_sorting(self.ctx, replace(e, best=False, moment=None), best)
            if joined and isinstance(joined[0], Meas):
                yield Ask(measure_query(self.ctx, asker, joined[0]))
            elif joined and isinstance(joined[0], Ent):
                yield Ask(list_query(self.ctx, asker, joined[0]))

    def _bound(self, item: Item) -> Item:
        """A dated filter in a fragment takes its default period."""
        if isinstance(item, Pred) and isinstance(item.filter, Named) and item.filter.period is None and item.dated:
            query = list_query(self.ctx, Asker(0, "", "", "admin"), Ent(item.dataset, (item.filter,)))
            return replace(item, filter=query.filters[0])
        return item

    def _subject_key(self) -> str:
        subject = self.ctx.model.ext.subject or ""
        return self.ctx.model.datasets[subject].ext.id_as or "id"

    def _entity(self, e: Ent, asker: Asker, reading: Reading) -> Decision:
        subject = self.ctx.model.ext.subject
        bare = len(e.filters) == 1 and not (e.fields or e.limit or e.order or e.moment)
        profile = self.ctx.model.ext.profile
        if e.one and e.dataset == subject and bare and profile:
            return CallTool(profile, {self._subject_key(): int(e.one)})
        if e.limit and not e.order and (best := self.ctx.model.datasets[e.dataset].ext.best) and "." not in best:
            from agent.planner.rules.sorting import ent_sorting

            joined = ent_sorting(self.ctx, e, Sorting(best, None, True))
            if joined and isinstance(joined[0], Meas):
                return Ask(measure_query(self.ctx, asker, joined[0]), mended=reading.mended)
        return Ask(list_query(self.ctx, asker, e), mended=reading.mended)


def _held(reading: Reading) -> bool:
    """Whether some reading of the whole takes the words of what isn't recorded for something that is."""
    return any(not e.ignored for e in reading.edges) and all(end - start < 3 for start, end, _ in reading.absent)


__all__ = ["EMPTY", "Planner", "State"]
