"""States a tool's result as an answer card in the asker's language; each number in its text is a cell of the result."""

from __future__ import annotations

from dataclasses import replace

from agent.answer_card import Answer, AnswerColumn, AnswerPeriod, Chip, Option, Refusal
from agent.language import Language, label, number, period, value
from agent.notices import notices
from agent.planner.decisions import Refuse, Which
from agent.refusals import REFUSALS
from agent.wording import Wording
from schema.model import SemanticModel
from schema.query import Aggregate, Named, Period, SemanticQuery
from tools.context import Result


def columns_of(result: Result, language: Language) -> list[AnswerColumn]:
    return [AnswerColumn(name=c.name, label=label(c, language), type=c.type, unit=c.unit) for c in result.columns]


class Stating:
    """Turns results of one model into answers in one language."""

    def __init__(self, model: SemanticModel, language: Language) -> None:
        self.model, self.language, self.wording = model, language, Wording(model, language)
        self.pick = self.wording.pick

    # a typed query ---------------------------------------------------------------------------------------------
    def rows(self, result: Result, today: str) -> Answer:
        """The answer of a typed query or of SQL."""
        query = result.query
        result = self._told_apart(result, query) if query else result
        count = number(result.total_rows, self.language)
        text = self._headline(result) if query else self.pick(f"{count} rows.", f"{count} dòng.")
        answer = Answer(
            kind="answer", answer=text, columns=columns_of(result, self.language), rows=result.rows,
            total_rows=result.total_rows, sql=result.sql, as_of=result.as_of, language=self.language,
            notices=notices(result, today, self.wording),
        )  # fmt: skip
        if query:
            answer.definition = self.wording.definition(query)
            answer.filters = [Chip(label=self.wording.filter(f), key=f.model_dump_json()) for f in query.filters]
            answer.period = _period(query)
        return answer

    def _told_apart(self, result: Result, query: SemanticQuery) -> Result:
        """Counts of one thing under several conditions, each with its own in its label."""
        counts = [m for m in query.metrics if isinstance(m, Aggregate) and m.fn == "count" and m.where is not None]
        if len(counts) < 2 or len(counts) < len(query.metrics) or query.compare:
            return result
        first, columns = len(self._dims(result)), list(result.columns)
        for place, m in enumerate(counts, first):
            said = self.wording.measure(m)
            columns[place] = replace(columns[place], label=said, label_vi=said)
        return replace(result, columns=columns)

    def _headline(self, result: Result) -> str:
        query = result.query
        assert query is not None
        if not result.rows:
            return self.pick("Nothing matches: ", "Không có kết quả: ") + self.wording.understood(query) + "."
        if not query.metrics:
            return self._listed(result, query)
        if not query.by:
            return self._single(result, query)
        shown = self.wording.understood(query)
        first, cells = result.rows[0], result.columns
        dims = self._dims(result)
        measure = next((i for i, c in enumerate(cells) if i not in dims), None)
        line = f"{shown}: " + self.pick(f"{result.total_rows} groups", f"{result.total_rows} nhóm")
        if measure is not None:
            name = next((value(first[i], cells[i], self.model, self.language) for i in reversed(dims)), "")
            line += (
                self.pick("; first ", "; đầu tiên ")
                + f"{name}: {value(first[measure], cells[measure], self.model, self.language)}"
            )
        return self._capital(line) + "."

    def _dims(self, result: Result) -> list[int]:
        assert result.query is not None
        count = sum(
            2 if "." not in b.field and self.model.datasets[b.field].ext.name_field else 1 for b in result.query.by
        )
        return list(range(count))

    def _listed(self, result: Result, query: SemanticQuery) -> str:
        d = self.model.datasets[query.dataset or ""].ext
        noun = self.pick((d.label if result.total_rows == 1 else d.labels) or query.dataset or "", d.label_vi or "")
        line = f"{number(result.total_rows, self.language)} {noun}"
        if result.subjects is not None:
            s = self.model.datasets[self.model.ext.subject or ""].ext
            owners = self.pick((s.label if result.subjects == 1 else s.labels) or "", s.label_vi or "")
            line += self.pick(f" of {result.subjects} {owners}", f" của {result.subjects} {owners}")
        if query.filters or query.period:
            line += ": " + ", ".join(self.wording.filter(f) for f in query.filters)
            if query.period:
                line += f" ({period(query.period, self.language)})"
        for b in result.beside:
            named = self.model.named(b.named)
            line += self.pick(
                f". {b.count} more are {named.label} from before",
                f". Ngoài ra {b.count} {noun} {named.label_vi} từ trước",
            )
        return line + "." + self._total(result, query)

    def _total(self, result: Result, query: SemanticQuery) -> str:
        total = self.model.datasets[query.dataset or ""].ext.total
        place = next(
            (i for i, c in enumerate(result.columns) if total and c.source == f"{query.dataset}.{total}"), None
        )
        if place is None or len(result.rows) < result.total_rows:
            return ""
        amount = sum(r[place] or 0 for r in result.rows)
        return self.pick(" Total: ", " Tổng: ") + value(amount, result.columns[place], self.model, self.language) + "."

    def _single(self, result: Result, query: SemanticQuery) -> str:
        values = [value(v, c, self.model, self.language) for c, v in zip(result.columns, result.rows[0], strict=True)]
        parts = [f"{label(c, self.language)}: {v}" for c, v in zip(result.columns, values, strict=True)]
        first = query.metrics[0]
        if isinstance(first, Aggregate) and first.fn == "share" and len(values) == 3:
            parts = [
                f"{self.wording.measure(first)}: {values[0]}",
                self.pick("{1} of {2}", "{1} trên {2}").format(*values),
            ]
        tail = [self.wording.filter(f) for f in query.filters]
        if query.period:
            tail.append(period(query.period, self.language))
        return self._capital("; ".join(parts)) + (f" ({', '.join(tail)})" if tail else "") + "."

    @staticmethod
    def _capital(text: str) -> str:
        return text[:1].upper() + text[1:]

    # clarify and refuse ----------------------------------------------------------------------------------------
    def which(self, w: Which) -> Answer:
        options = [
            Option(
                label=f"{h.label} #{h.row_id}" + (f" · {h.tells_apart}" if h.tells_apart else ""),
                question=w.question.format(self._choice(h.source, h.row_id, h.label)),
            )
            for h in w.hits
        ]
        text = self.pick(f"Which {w.name}? {len(w.hits)} match.", f"{w.name} nào? Có {len(w.hits)} kết quả.")
        return Answer(kind="clarify", answer=text, options=options, total_rows=0, language=self.language)

    def _choice(self, source: str, row_id: int, name: str) -> str:
        return f"#{row_id}" if source.partition(".")[0] == self.model.ext.subject else name

    def rivals(self, queries: list[SemanticQuery], results: list[Result]) -> Answer:
        """Readings with different results: each as a chip with what it gives."""
        options = []
        for q, r in zip(queries, results, strict=True):
            told = (
                value(r.rows[0][0], r.columns[0], self.model, self.language)
                if q.metrics and not q.by and r.rows
                else str(r.total_rows)
            )
            options.append(Option(label=f"{self.wording.understood(q)} → {told}", question=self.wording.understood(q)))
        text = self.pick(
            "This can be read in more than one way, with different results. Which is meant?",
            "Câu hỏi có thể hiểu theo nhiều cách, kết quả khác nhau. Ý bạn là?",
        )
        return Answer(kind="clarify", answer=text, options=options, language=self.language)

    def refuse(self, r: Refuse, suggestions: list[str]) -> Answer:
        kind, en, vi = REFUSALS[r.why]
        about = r.about
        if r.why == "others_rows":
            about = self.wording.field(about)
        text = self.pick(en, vi).format(about=about)
        return Answer(
            kind="refuse",
            refusal=kind,
            answer=text,
            options=[Option(label=s, question=s) for s in suggestions],
            language=self.language,
        )

    def refusal(self, kind: Refusal, text: str) -> Answer:
        return Answer(kind="refuse", refusal=kind, answer=text, language=self.language)


def _period(query: SemanticQuery) -> AnswerPeriod | None:
    p: Period | None = query.period
    if p is None:
        p = next((f.period for f in query.filters if isinstance(f, Named) and f.period), None)
    if p is None:
        return None
    return AnswerPeriod(
        start=p.start.isoformat() if p.start else None, end=p.end.isoformat() if p.end else None, label=p.label
    )
