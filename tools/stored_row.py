"""One customer's stored figures, read through the guard: what next_best_action and churn_risk explain."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from schema.tables.computed import CustomerMetric
from tools.context import ToolContext


def stored_row(context: ToolContext, customer_id: int) -> dict[str, Any] | None:
    """The row of customer_metrics with the customer's name; None where the asker sees no such customer."""
    table = CustomerMetric.__tablename__
    columns = [c.name for c in CustomerMetric.__table__.columns]
    query = (
        exp.select(*(exp.column(c, table="m") for c in columns), "c.full_name")
        .from_(exp.alias_(exp.to_table("customers"), "c", table=True))
        .join(exp.alias_(exp.to_table(table), "m", table=True), on="m.customer_id = c.id")
        .where(f"c.id = {int(customer_id)}")
    )
    rows, _ = context.fetch(query, 1)
    if not rows.rows:
        return None
    return dict(zip([*columns, "customer_name"], rows.rows[0], strict=True))
