"""run_sql: one guarded SELECT, for what no typed query fits."""

from __future__ import annotations

from schema.compiler import Column
from tools.context import Result, ToolContext


def run_sql(context: ToolContext, sql: str, limit: int = 1000) -> Result:
    """Run one read-only SELECT over the store's tables; rows and columns are cut to the asker's rights.

    Raises GuardError (invalid: mend the SQL; not_allowed), DatabaseError.
    """
    found, ran = context.fetch(sql, limit)
    columns = [
        Column(name, name.replace("_", " "), _type([row[i] for row in found.rows]))
        for i, name in enumerate(found.columns)
    ]
    total = len(found.rows)
    if found.truncated:
        rows, _ = context.fetch(f"SELECT COUNT(*) AS n FROM ({sql.rstrip().rstrip(';')}) AS counted", None)
        total = int(rows.rows[0][0])
    return Result(columns, [list(r) for r in found.rows], total, ran, elapsed_ms=found.elapsed_ms)


def _type(values: list[object]) -> str:
    known = [v for v in values if v is not None]
    if known and all(isinstance(v, int) for v in known):
        return "integer"
    return "number" if known and all(isinstance(v, int | float) for v in known) else "text"
