"""query_customers: run a typed query and give its rows, their true number, and what must be told beside them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from schema.compiler import Compiled, QueryError
from schema.query import Compare, Filter, Named, Not, SemanticQuery
from tools.context import Beside, Result, ToolContext, ToolError, tidy


def query_customers(context: ToolContext, query: SemanticQuery, limit: int = 1000) -> Result:
    """Answer a question about the customer store with a typed query; rows are counted whole and given up to `limit`.

    Raises ToolError where the query doesn't fit the model, GuardError where the asker may not, DatabaseError.
    """
    asked = query
    if query.limit and query.order:  # one more, to see whether the cut runs through a tie
        asked = query.model_copy(update={"limit": query.limit + 1})
    try:
        compiled = context.compiler.compile(asked)
    except QueryError as error:
        raise ToolError(str(error)) from error
    found, sql = context.fetch(compiled.tree, limit + 1 if query.limit else limit)
    rows = [tidy(row, compiled.columns) for row in found.rows]
    tied = False
    if query.limit and len(rows) > query.limit:
        tied = _same_place(rows, compiled, query)
        rows = rows[: query.limit]
        sql = context.fetch(context.compiler.compile(query).tree, limit)[1] if query.order else sql
    elapsed = found.elapsed_ms
    total = len(rows)
    if found.truncated or (query.limit and len(rows) >= limit):
        total = int(context.fetch(context.compiler.compile(query).count, None)[0].rows[0][0])
    result = Result(list(compiled.columns), rows[:limit], total, sql, query, elapsed_ms=elapsed, tied=tied)
    result.as_of = _as_of(context, compiled)
    result.beside = list(_beside(context, query))
    result.unknown = list(_unknown(context, query))
    subject = context.model.ext.subject
    if query.dataset and subject and query.dataset != subject and _lists_subject(context, query):
        result.subjects = _distinct_subjects(context, query)
    return result


def _distinct_subjects(context: ToolContext, query: SemanticQuery) -> int:
    """How many customers the listed rows are of."""
    subject = context.model.ext.subject or ""
    id_as = context.model.datasets[subject].ext.id_as
    compiled = context.compiler.compile(query.model_copy(update={"limit": None, "order": ()}))
    tree = compiled.tree.copy()
    tree.set("order", None)
    over = exp.select(exp.alias_(exp.Count(this=exp.Distinct(expressions=[exp.column(str(id_as))])), "n"))
    rows, _sql = context.fetch(over.from_(exp.Subquery(this=tree, alias="listed")), None)
    return int(rows.rows[0][0])


def _lists_subject(context: ToolContext, query: SemanticQuery) -> bool:
    """Whether the list shows another dataset's rows in the place of the subject's (vehicles due, for customers)."""
    return any(isinstance(f, Named) and context.model.named(f.named).lists == query.dataset for f in query.filters)


def _same_place(rows: Sequence[Sequence[object]], compiled: Compiled, query: SemanticQuery) -> bool:
    by = query.order[0].by
    place = next((i for i, c in enumerate(compiled.columns) if by in (c.name, c.source)), None)
    assert query.limit is not None
    return place is not None and rows[query.limit - 1][place] == rows[query.limit][place]


def _as_of(context: ToolContext, compiled: Compiled) -> str | None:
    """The day of the stored figures, where the query reads any."""
    stored = [d for d in compiled.datasets if context.model.datasets[d].ext.stored]
    with_day = [d.name for d in context.model.datasets.values() if d.ext.stored and "as_of" in d.fields]
    if not stored or not with_day:
        return None
    rows, _ = context.fetch(f"SELECT MAX(as_of) AS as_of FROM {context.model.datasets[with_day[0]].source}", None)
    value = rows.rows[0][0]
    return str(value)[:10] if value else None


def _beside(context: ToolContext, query: SemanticQuery) -> list[Beside]:
    """What a named filter wants told beside its list: overdue from before, beside those that fall due."""
    out = []
    for f in query.filters:
        if not isinstance(f, Named) or not f.period or not f.period.start:
            continue
        named = context.model.named(f.named)
        if not named.beside or not named.time or not query.dataset:
            continue
        others: tuple[Filter, ...] = tuple(x for x in query.filters if x is not f)
        before = Compare(field=named.time, op="<", value=f.period.start.isoformat())
        more = SemanticQuery(dataset=query.dataset, filters=(Named(named=named.beside), before, *others))
        rows, _ = context.fetch(context.compiler.compile(more).count, None)
        out.append(Beside(named.beside, int(rows.rows[0][0])))
    return out


def _unknown(context: ToolContext, query: SemanticQuery) -> list[tuple[str, int]]:
    """How many rows a "not" kept only because the field is unknown."""
    out: list[tuple[str, int]] = []
    for f in query.filters:
        inner = f.negate if isinstance(f, Not) else f
        negative = isinstance(f, Not) or (isinstance(inner, Compare) and inner.op in ("!=", "not_in"))
        if not negative or not isinstance(inner, Compare) or inner.op in ("empty", "filled") or not query.dataset:
            continue
        others = tuple(x for x in query.filters if x is not f)
        kept = SemanticQuery(
            dataset=query.dataset, filters=(*others, Compare(field=inner.field, op="empty")), period=query.period
        )
        try:
            rows, _ = context.fetch(context.compiler.compile(kept).count, None)
        except QueryError:
            continue
        if rows.rows[0][0]:
            out.append((inner.field, int(rows.rows[0][0])))
    return out
