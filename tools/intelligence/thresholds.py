"""Every number of the rules, declared once under its name.

A row of the table `settings` with the same name replaces the value written here for one tenant.
Source: the product's business definitions, by their headings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from tools.intelligence.errors import RefreshError


@dataclass(frozen=True)
class Thresholds:
    """Days, months, kilometres and weights; shares are 0-1, money is ₫."""

    # Lifecycle
    declared_interval_days: int = 90  # E of who has neither gaps of his own nor a vehicle
    gap_days: int = 14  # a shorter gap between transaction days doesn't count
    gaps_needed: int = 3
    days_a_month: int = 30  # E = months of the schedule x this
    churn_floor_days: int = 90  # C is at least this
    churn_slack_service_days: int = 220  # k of who owns a vehicle or only ever bought service
    churn_slack_days: int = 60  # k of the others
    reactivated_days: int = 60
    new_days: int = 30
    loyal_transactions: int = 5
    repeat_transactions: int = 2
    grace_days: int = 30  # d over E by more than this is At Risk
    service_months: int = 12  # a visit within them: journey stage Service

    # RFM
    rfm_months: int = 24
    rfm_scores: int = 5
    rfm_new_recency: int = 4
    rfm_good: int = 4
    rfm_fair: int = 3
    rfm_poor: int = 2

    # Churn rule
    churn_start: float = 0.3
    churn_high: float = 0.6
    churn_medium: float = 0.3

    # Customer value
    clv_years: int = 3
    clv_vehicle_years: int = 5  # a car is bought at most every so many years
    vip_percent: int = 5
    high_percent: int = 20
    medium_percent: int = 70
    margin_shares: Mapping[str, float] = field(  # of an item without cost, by kind of order
        default_factory=lambda: {"vehicle": 0.08, "service": 0.45, "parts": 0.25, "accessories": 0.35}
    )
    acquisition_costs: Mapping[str, int] = field(default_factory=dict)  # ₫, by source channel

    # Service due
    default_km: int = 10_000  # the group's schedule where the model is unknown
    default_months: int = 6
    rate_gap_days: int = 30  # readings closer than this give no rate
    annual_km: int = 15_000
    rate_least: int = 3  # km a day
    rate_most: int = 200
    lapsed_months: int = 12

    # Temperature
    hot_interest_days: int = 7
    hot_due_days: int = 14
    hot_positive: int = 2  # the last so many inbound interactions are positive
    warm_touch_days: int = 90
    warm_due_days: int = 60

    # Call priority
    weight_urgency: int = 35
    weight_value: int = 25
    weight_risk: int = 20
    weight_intent: int = 15
    weight_relationship: int = 5
    urgent_days: int = 30
    intent_days: int = 30
    intent_signals: int = 5
    relationship_days: int = 180
    priorities: int = 10
    calls_needed: int = 3  # fewer answered calls of his own: the lifecycle stage's best time counts

    # Next best action
    test_drive_from_days: int = 3
    test_drive_to_days: int = 30
    missed_days: int = 30
    due_action_days: int = 30
    occasion_days: int = 7
    expiry_days: int = 14
    look_again_days: int = 90

    # Scores
    engagement_recency: int = 40
    engagement_recency_days: int = 180
    engagement_touches: int = 30
    engagement_touch_days: int = 90
    engagement_touch_count: int = 6
    health_churn: int = 50
    health_complaint: int = 20
    health_overdue: int = 15
    health_engagement: int = 15

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Thresholds:
        """The declared values with those of the tenant in their place.

        Raises:
            RefreshError: a setting has another type than the declared value.
        """
        declared = cls()
        own: dict[str, Any] = {}
        for name in (f.name for f in fields(cls) if f.name in settings):
            value, default = settings[name], getattr(declared, name)
            if isinstance(default, Mapping):
                fits = isinstance(value, Mapping) and all(_is_number(v) for v in value.values())
            elif isinstance(default, int):
                fits = _is_number(value) and float(value).is_integer()
            else:
                fits = _is_number(value)
            if not fits:
                raise RefreshError(f"setting '{name}' is {value!r}; it must be of the kind of {default!r}")
            own[name] = {**default, **value} if isinstance(default, Mapping) else type(default)(value)
        return replace(declared, **own)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


DECLARED = Thresholds()
