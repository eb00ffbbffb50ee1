"""customer_profile: the 360 of one customer, put together from guarded queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schema.compiler import Column
from schema.query import SemanticQuery
from tools.context import Result, ToolContext

# what is asked for is named here once; labels come from the model
OVERVIEW = (
    "customers.kind", "customers.city", "customers.district", "owners.full_name", "stores.name",
    "customer_metrics.lifecycle_stage", "customer_metrics.clv_tier", "customer_metrics.temperature",
    "customer_metrics.churn_band", "customer_metrics.call_priority", "customer_metrics.health_score",
    "customers.do_not_contact", "customers.deceased_on",
)  # fmt: skip
PERSON = (
    "customers.gender", "customers.birth_date", "customers.age", "customers.marital_status", "customers.occupation",
    "customers.language", "customers.source_channel", "customers.preferred_channel", "customers.preferred_time",
    "customer_metrics.profile_completeness",
)  # fmt: skip
VALUE = (
    "customer_metrics.transaction_count", "customer_metrics.lifetime_value", "customer_metrics.clv_predicted",
    "customer_metrics.first_transaction_on", "customer_metrics.last_transaction_on", "customer_metrics.last_visit_on",
    "customer_metrics.rfm_segment", "customer_metrics.churn_probability", "customer_metrics.days_since_last",
    "customer_metrics.expected_interval", "customer_metrics.last_two_way_on",
)  # fmt: skip
NEXT = (
    "customer_metrics.next_action", "customer_metrics.next_action_channel", "customer_metrics.best_call_time",
    "customer_metrics.next_action_expires_on",
)  # fmt: skip
SECTIONS = {"overview": OVERVIEW, "next_best_action": NEXT, "profile": PERSON, "value": VALUE}
SHOWN = (
    "customers.city", "customer_metrics.lifecycle_stage", "customer_metrics.clv_tier",
    "customer_metrics.lifetime_value",
)  # fmt: skip
LISTS: dict[str, dict[str, Any]] = {
    "vehicles": {"dataset": "owned_vehicles"},
    "due": {"dataset": "vehicle_metrics"},
    "contact_points": {"dataset": "contact_points"},
    "last_transactions": {"dataset": "transactions", "limit": 5},
    "last_visits": {"dataset": "visits", "limit": 5},
    "appointments": {"dataset": "appointments", "filters": [{"named": "appointments.ahead"}]},
    "open_cases": {"dataset": "cases", "filters": [{"named": "cases.open"}]},
    "last_contacts": {"dataset": "interactions", "limit": 5},
    "last_notes": {"dataset": "notes", "limit": 3},
}


def customer_profile(context: ToolContext, customer_id: int) -> Result:
    """Everything about one customer: who, what they own and bought, how they stand, what to do next.

    Gives no row where there is no such customer that the asker sees.
    """
    fields = [key for keys in SECTIONS.values() for key in keys]
    row = context.one(customer_id, fields)
    if row is None:
        return Result()
    columns = {c.source: c for c in _columns(context, fields)}
    sections: dict[str, Any] = {}
    for section, keys in SECTIONS.items():
        sections[section] = [
            (columns[k], row[columns[k].name]) for k in keys if k in columns and row[columns[k].name] is not None
        ]
    own = {"field": "customers.id", "op": "=", "value": customer_id}
    for name, query in LISTS.items():
        found = context.rows({**query, "filters": [own, *query.get("filters", [])]}, 50)
        if found:
            sections[name] = found
    shown = _columns(context, SHOWN)
    values = [row[c.name] for c in shown]
    as_of = context.rows({"dataset": "customer_metrics", "fields": ["customer_metrics.as_of"], "filters": [own]}, 1)
    return Result(
        columns=shown,
        rows=[values],
        total_rows=1,
        as_of=as_of[0]["as_of"] if as_of else None,
        missing=context.missing("next_action", "temperature", "priority", "lifecycle"),
        details={"name": row["customer_name"], "sections": sections},
    )


def _columns(context: ToolContext, fields: Sequence[str]) -> list[Column]:
    compiled = context.compiler.compile(SemanticQuery(dataset="customers", fields=tuple(fields)))
    wanted = {"customers.id", "customers.full_name", *fields}
    return [c for c in compiled.columns if c.source in wanted]
