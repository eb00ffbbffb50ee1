"""churn_risk: how likely a customer is not to come back, and the stored values that say so."""

from __future__ import annotations

from schema.compiler import Column
from tools.context import Result, ToolContext
from tools.intelligence.reasons import reasons
from tools.stored_row import stored_row


def churn_risk(context: ToolContext, customer_id: int) -> Result:
    """Probability, band and reason. No row where the asker sees no such customer."""
    row = stored_row(context, customer_id)
    if row is None:
        return Result()
    keys = (
        ("customers.id", "customer_id", customer_id), ("customers.full_name", "customer_name", row["customer_name"]),
        ("customer_metrics.churn_probability", "churn_probability", row["churn_probability"]),
        ("customer_metrics.churn_band", "churn_band", row["churn_band"]),
        ("customer_metrics.lifecycle_stage", "lifecycle_stage", row["lifecycle_stage"]),
        ("customer_metrics.days_since_last", "days_since_last", row["days_since_last"]),
        ("customer_metrics.expected_interval", "expected_interval", row["expected_interval"]),
        ("customer_metrics.churn_line", "churn_line", row["churn_line"]),
        ("customer_metrics.clv_tier", "clv_tier", row["clv_tier"]),
    )  # fmt: skip
    columns = []
    for key, name, _ in keys:
        f = context.model.field(key)
        kind = {"Integer": "integer", "Float": "number"}.get(f.datatype, "text")
        columns.append(Column(name, f.label, kind, f.ext.unit, key, f.ext.label_vi))
    return Result(
        columns=columns,
        rows=[[value for _, _, value in keys]],
        total_rows=1,
        as_of=str(row["as_of"])[:10],
        missing=context.missing("churn"),
        details={"name": row["customer_name"], "reason": reasons(row, "churn"), "basis": row["churn_basis"]},
    )
