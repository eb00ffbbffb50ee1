"""Why a figure is what it is, as data: the rule that fired and the stored values that made it fire.

A value's rule is read off the stored row, never worked out again. The words for it are the reader's affair.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.intelligence.thresholds import DECLARED, Thresholds

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Reason:
    """`rule`: a code; `inputs`: stored values, by column; `thresholds`: the rule's numbers, by name.

    Another value of an input, far enough on the other side of the rule's numbers, gives another figure.
    """

    figure: str
    value: Any
    rule: str
    inputs: Mapping[str, Any]
    thresholds: Mapping[str, Any]


@dataclass(frozen=True)
class _Because:
    """A rule's code, the columns it read and the thresholds it held them against."""

    rule: str
    columns: tuple[str, ...] = ()
    thresholds: tuple[str, ...] = ()


_D_E, _D_C = ("days_since_last", "expected_interval"), ("days_since_last", "churn_line")
_DRIVEN = _Because("test_drive", ())
_CHURNED = _Because("churned", ("lifecycle_stage", *_D_C))

_BY_VALUE: Mapping[str, Mapping[Any, _Because]] = {
    "lifecycle_stage": {
        "Prospect": _Because("no_transaction", ("transaction_count",)),
        "Churned": _Because("past_churn_line", (*_D_C, "expected_interval", "expected_interval_basis")),
        "Reactivated": _Because("came_back", ("longest_recent_gap", "churn_line"), ("reactivated_days",)),
        "New": _Because("first_transaction_recent", ("first_transaction_on",), ("new_days",)),
        "Loyal": _Because("many_and_on_time", ("transaction_count", *_D_E), ("loyal_transactions", "grace_days")),
        "At Risk": _Because("late", (*_D_E, "expected_interval_basis"), ("grace_days",)),
        "Due": _Because("expected_by_now", (*_D_E, "expected_interval_basis"), ("grace_days",)),
        "Active": _Because("not_yet_expected", (*_D_E, "expected_interval_basis")),
    },
    "funnel_stage": {
        "inactive": _CHURNED,
        "loyal": _Because("transactions", ("transaction_count",), ("loyal_transactions",)),
        "repeat_buyer": _Because("transactions", ("transaction_count",), ("repeat_transactions", "loyal_transactions")),
        "first_buyer": _Because("transactions", ("transaction_count",), ("repeat_transactions",)),
        "lead": _Because("no_two_way_touch", ("transaction_count", "last_two_way_on")),
    },
    "customer_type": {
        "inactive": _CHURNED,
        "vip": _Because("vip_tier", ("clv_tier",)),
        "repeat": _Because("transactions", ("transaction_count",), ("repeat_transactions",)),
        "new": _Because("transactions", ("transaction_count",), ("repeat_transactions",)),
    },
    "journey_stage": {
        "Repurchase": _Because("open_opportunity", ("vehicles_owned",)),
        "Service": _Because("visit", ("last_visit_on",), ("service_months",)),
        "Ownership": _Because("owns_vehicle", ("vehicles_owned", "last_visit_on"), ("service_months",)),
        "Purchase": _Because("unpaid_order", ("vehicles_owned",)),
        "Consideration": _DRIVEN,
        "Awareness": _Because("nothing_yet", ("vehicles_owned", "last_visit_on")),
    },
    "clv_tier": {
        "VIP": _Because("rank", ("clv_predicted", "clv_percentile"), ("vip_percent",)),
        "High": _Because("rank", ("clv_predicted", "clv_percentile"), ("vip_percent", "high_percent")),
        "Medium": _Because("rank", ("clv_predicted", "clv_percentile"), ("high_percent", "medium_percent")),
        "Low": _Because("rank", ("clv_predicted", "clv_percentile"), ("medium_percent",)),
        None: _Because("no_transaction", ("transaction_count",)),
    },
}
_TEMPERATURE = {
    "recent_interest": _Because("recent_interest", (), ("hot_interest_days",)),
    "due_and_positive": _Because("due_and_positive", ("next_due_date",), ("hot_due_days", "hot_positive")),
    "touched": _Because("touched", ("last_two_way_on",), ("warm_touch_days",)),
    "due_soon": _Because("due_soon", ("next_due_date", "last_two_way_on"), ("warm_due_days",)),
    "none": _Because("none", ("last_two_way_on", "next_due_date"), ("warm_touch_days", "warm_due_days")),
}
_PARTS = ("score_urgency", "score_value", "score_risk", "score_intent", "score_relationship")
_RFM = ("rfm_recency", "rfm_frequency", "rfm_monetary")


def _churn(row: Row) -> _Because:
    if row["transaction_count"] == 0:
        return _Because("no_transaction", ("transaction_count",))
    if row["lifecycle_stage"] == "Churned":
        return _CHURNED
    rule = "late" if row["churn_probability"] > 0 else "not_late"
    return _Because(rule, (*_D_E, "churn_line", "expected_interval_basis"), ("grace_days", "churn_start"))


def _priority(row: Row) -> _Because:
    if row["call_block"] is None:
        return _Because("score", ("call_score", *_PARTS, "clv_percentile", "churn_probability"))
    purpose = ("next_action_purpose",) if row["call_block"] in ("call_denied", "no_call_consent") else ()
    return _Because(row["call_block"], ("call_block", *purpose))


def _rfm(row: Row) -> _Because:
    if row["rfm_count"] is None:
        return _Because("no_recent_transaction", ("last_transaction_on",), ("rfm_months",))
    return _Because("scores", (*_RFM, "transaction_count", "rfm_count", "rfm_revenue"), ("rfm_months",))


def _due(row: Row) -> _Because:
    if row["due_date"] is None:
        return _Because("no_anchor" if row["anchor_on"] is None else "no_interval", ("anchor_on", "interval_months"))
    anchor = ("anchor_on", "anchor_kind", "schedule_is_default")
    if row["due_by"] == "months":
        return _Because("months", (*anchor, "interval_months"))
    pace = ("last_reading_on", "last_reading_km", "rate_km_day", "rate_basis")
    return _Because("km", (*anchor, "anchor_km", "interval_km", *pace))


def _funnel(row: Row) -> _Because:
    if row["funnel_stage"] == "prospect":
        return _Because("two_way_touch", ("last_two_way_on",)) if row["last_two_way_on"] else _DRIVEN
    return _BY_VALUE["funnel_stage"][row["funnel_stage"]]


_BY_ROW: Mapping[str, tuple[str, Callable[[Row], _Because]]] = {
    "funnel_stage": ("funnel_stage", _funnel),
    "churn": ("churn_probability", _churn),
    "temperature": ("temperature", lambda row: _TEMPERATURE[row["temperature_rule"]]),
    "call_priority": ("call_priority", _priority),
    "rfm_segment": ("rfm_segment", _rfm),
    "due": ("due_date", _due),
}
REASONED = tuple(sorted({*_BY_VALUE, *_BY_ROW, "next_action"}))


def reasons(row: Row, figure: str, thresholds: Thresholds = DECLARED) -> Reason:
    """Why `figure` is what `row` says: a row of customer_metrics, for "due" one of vehicle_metrics.

    Raises:
        ValueError: no reasons are stored for a figure of that name.
    """
    if figure not in REASONED:
        raise ValueError(f"No reasons for '{figure}'. Known: {', '.join(REASONED)}")
    if figure == "next_action":
        return Reason(figure, row[figure], row[figure], json.loads(row["next_action_input"]), {})
    if figure in _BY_ROW:
        column, because_of = _BY_ROW[figure]
        because = because_of(row)
    else:
        column, because = figure, _BY_VALUE[figure][row[figure]]
    return Reason(
        figure=figure,
        value=row[column],
        rule=because.rule,
        inputs={name: row[name] for name in because.columns},
        thresholds={name: getattr(thresholds, name) for name in because.thresholds},
    )
