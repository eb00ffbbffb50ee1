"""describe_data: what can be asked, what a word means, and what the store does not hold yet."""

from __future__ import annotations

from schema.compiler import Column
from schema.text import fold
from tools.context import Result, ToolContext


def describe_data(context: ToolContext, about: str = "") -> Result:
    """The datasets, metrics and named filters with their definitions; of `about` alone where it names any.

    Gives rows (kind, name, definition). `missing`: tables that rules of figures name and the store does not hold.
    """
    from tools.intelligence.figures import FIGURES  # slow to import

    rows = [list(r) for r in _entries(context)]
    if about:
        wanted = fold(about).split()
        close = [r for r in rows if all(w in fold(" ".join(map(str, r))) for w in wanted)]
        exact = [r for r in rows if fold(str(r[1])) == fold(about)]
        rows = exact or close or rows
    columns = [
        Column("kind", "kind", "text", None, None, "loại"), Column("name", "name", "text", None, None, "tên"),
        Column("definition", "definition", "text", None, None, "định nghĩa"),
    ]  # fmt: skip
    return Result(
        columns=columns, rows=rows, total_rows=len(rows), missing=context.missing(*FIGURES), details={"about": about}
    )


def _entries(context: ToolContext) -> list[tuple[str, str, str]]:
    model = context.model
    out = [("metric", m.label, m.description) for m in model.metrics.values()]
    out += [("filter", f.label, f.description) for d in model.datasets.values() for f in d.ext.filters]
    out += [
        ("field", f.label, f.description) for d in model.datasets.values() for f in d.fields.values() if f.description
    ]
    out += [("dataset", d.ext.labels or d.name, d.description) for d in model.datasets.values() if d.ext.label]
    return out
