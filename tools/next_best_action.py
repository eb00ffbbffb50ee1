"""next_best_action: what to do next with a customer, why, by which channel, until when, what forbids it now."""

from __future__ import annotations

from schema.compiler import Column
from tools.context import Result, ToolContext
from tools.intelligence.reasons import reasons
from tools.stored_row import stored_row

CALLING_HOURS = (8, 17)  # Decree 91/2020


def next_best_action(context: ToolContext, customer_id: int) -> Result:
    """The first rule that matches, its reason, and the next ones. No row where the asker sees no such customer."""
    row = stored_row(context, customer_id)
    if row is None:
        return Result()
    others = [o for o in str(row["next_action_others"] or "").split(",") if o]
    columns = [
        Column("customer_id", "customer number", "integer", None, "customers.id", "mã khách hàng"),
        Column("customer_name", "name", "text", None, "customers.full_name", "họ tên"),
        Column("next_action", "next best action", "text", None, "customer_metrics.next_action", "việc nên làm tiếp"),
        Column("channel", "channel", "text", None, "customer_metrics.next_action_channel", "kênh"),
        Column("best_call_time", "best call time", "text", None, "customer_metrics.best_call_time", "giờ gọi tốt nhất"),
        Column("expires_on", "until", "date", None, None, "đến ngày"),
        Column("look_again_on", "look again on", "date", None, None, "xem lại ngày"),
        Column("call_priority", "call priority", "integer", None, "customer_metrics.call_priority", "mức ưu tiên gọi"),
    ]
    values = [
        customer_id, row["customer_name"], row["next_action"], row["next_action_channel"], row["best_call_time"],
        row["next_action_expires_on"], row["look_again_on"], row["call_priority"],
    ]  # fmt: skip
    vehicle = _plate(context, row["next_action_vehicle_id"])
    return Result(
        columns=columns,
        rows=[values],
        total_rows=1,
        as_of=str(row["as_of"])[:10],
        missing=context.missing("next_action", "priority"),
        details={
            "name": row["customer_name"],
            "reason": reasons(row, "next_action"),
            "others": others,
            "purpose": row["next_action_purpose"],
            "block": row["call_block"],
            "moment": _moment_gates(context, customer_id),
            "plate": vehicle,
        },
    )


def _plate(context: ToolContext, vehicle_id: int | None) -> str | None:
    if vehicle_id is None:
        return None
    rows = context.rows(
        {"dataset": "vehicles", "filters": [{"field": "vehicles.id", "op": "=", "value": vehicle_id}]}, 1
    )
    return str(rows[0]["plate"]) if rows and rows[0]["plate"] else None


def _moment_gates(context: ToolContext, customer_id: int) -> list[str]:
    """What forbids a call just now: the hour, a contact today, a complaint that somebody else handles."""
    gates = []
    if not CALLING_HOURS[0] <= context.clock.now.hour < CALLING_HOURS[1]:
        gates.append("outside_hours")
    own = {"field": "customers.id", "op": "=", "value": customer_id}
    today = context.clock.today.isoformat()
    outbound = {"field": "interactions.direction", "op": "=", "value": "outbound"}
    if context.rows(
        {"dataset": "interactions", "filters": [own, outbound], "period": {"start": today, "end": today}}, 1
    ):
        gates.append("contacted_today")
    elsewhere = {"field": "cases.owner_id", "op": "!=", "value": context.asker.id}
    complaint = {"field": "cases.kind", "op": "=", "value": "complaint"}
    if context.rows({"dataset": "cases", "filters": [own, complaint, {"named": "cases.open"}, elsewhere]}, 1):
        gates.append("complaint_elsewhere")
    return gates
