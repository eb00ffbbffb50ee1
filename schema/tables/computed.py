"""What `refresh` computes: one row an order that qualifies, a customer, a vehicle; changes; runs and their cut points.

Inputs of every rule stand beside its figure, so that a reason is read off the row and never guessed afterwards.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from schema.tables.customers import CONSENT_PURPOSES, CONSENT_STATES, MESSAGE_CHANNELS, TIME_BANDS
from schema.tables.declarative import Base, Follows, Key, Money, choice, scope
from schema.tables.orders import ORDER_KINDS

LIFECYCLE_STAGES = ("Prospect", "Churned", "Reactivated", "New", "Loyal", "At Risk", "Due", "Active")
FUNNEL_STAGES = ("inactive", "loyal", "repeat_buyer", "first_buyer", "prospect", "lead")
CUSTOMER_TYPES = ("inactive", "vip", "repeat", "new")
JOURNEY_STAGES = ("Repurchase", "Service", "Ownership", "Purchase", "Consideration", "Awareness")
CLV_TIERS = ("VIP", "High", "Medium", "Low")
RFM_SEGMENTS = (
    "New", "Champions", "Loyal", "Potential Loyalist", "Can't Lose", "At Risk", "Lost", "Hibernating",
)  # fmt: skip
NEXT_ACTIONS = (
    "safety_recall", "complaint", "follow_up", "drop_off", "missed_appointment", "part_arrived", "overdue_service",
    "due_service", "declined_work", "expiry", "upgrade", "birthday", "points_expiring", "win_back", "nothing_now",
)  # fmt: skip
AXES = (
    "lifecycle_stage", "funnel_stage", "customer_type", "journey_stage", "temperature", "churn_band", "clv_tier",
)  # fmt: skip


class Transaction(Base):
    __tablename__ = "transactions"
    __table_args__ = (
        Index(None, "customer_id", "ordered_on"),
        Index(None, "ordered_on"),
        Index(None, "store_id", "ordered_on"),
        {
            "comment": "Orders that qualify: paid in full, neither cancelled, returned nor fully refunded",
            "info": scope(Follows("customer_id", "customers", store="store_id", user="seller_id")),
        },
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(choice("kind", *ORDER_KINDS))
    ordered_on: Mapped[date]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    seller_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    paid: Mapped[Money]
    refunded: Mapped[Money]
    revenue: Mapped[Money] = mapped_column(comment="paid - refunded")
    cost: Mapped[Money] = mapped_column(comment="in the proportion of the revenue kept")
    discount: Mapped[Money]


class TransactionItem(Base):
    __tablename__ = "transaction_items"
    __table_args__ = (
        Index(None, "order_id"),
        Index(None, "vehicle_id"),
        {
            "comment": "A transaction's revenue and cost, divided among its items by their price",
            "info": scope(Follows("order_id", "transactions")),
        },
    )

    order_item_id: Mapped[int] = mapped_column(ForeignKey("order_items.id"), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("transactions.order_id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("vehicles.id"), comment="the vehicle sold, else served")
    quantity: Mapped[int]
    revenue: Mapped[Money]
    cost: Mapped[Money]


class OrderTotal(Base):
    __tablename__ = "order_totals"
    __table_args__ = (
        {
            "comment": "What each order comes to, whatever its status, and what is still to be paid",
            "info": scope(Follows("order_id", "orders")),
        },
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    total: Mapped[Money] = mapped_column(comment="sum of quantity x price less the discount")
    paid: Mapped[Money] = mapped_column(comment="payments before refunds")
    owed: Mapped[Money] = mapped_column(comment="total - paid of an open order, at least 0; else 0")


class StandingConsent(Base):
    __tablename__ = "standing_consents"
    __table_args__ = (
        Index(None, "channel", "purpose", "state"),
        {
            "comment": "What holds of each customer's consents now, and who can be reached by it",
            "info": scope(Follows("customer_id", "customers")),
        },
    )

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(choice("channel", *MESSAGE_CHANNELS), primary_key=True)
    purpose: Mapped[str] = mapped_column(choice("purpose", *CONSENT_PURPOSES), primary_key=True)
    state: Mapped[str] = mapped_column(choice("state", *CONSENT_STATES), comment="the latest change's")
    reachable: Mapped[bool] = mapped_column(comment="granted, a usable address, living, no do-not-contact")


class CustomerMetric(Base):
    __tablename__ = "customer_metrics"
    __table_args__ = (
        Index(None, "lifecycle_stage"),
        Index(None, "churn_band"),
        Index(None, "clv_tier"),
        Index(None, "owner_id"),
        {"comment": "Figures of each customer as of a day", "info": scope(Follows("customer_id", "customers"))},
    )

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    as_of: Mapped[date]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), comment="present owner")

    transaction_count: Mapped[int]
    first_transaction_on: Mapped[date | None]
    last_transaction_on: Mapped[date | None]
    days_since_last: Mapped[int | None] = mapped_column(comment="d")
    expected_interval: Mapped[float | None] = mapped_column(comment="E, days")
    expected_interval_basis: Mapped[str | None] = mapped_column(
        choice("expected_interval_basis", "own_gaps", "schedule", "default_schedule", "declared")
    )
    churn_line: Mapped[float | None] = mapped_column(comment="C, days")
    days_to_next_purchase: Mapped[int | None]
    longest_recent_gap: Mapped[int | None] = mapped_column(comment="days; longest gap ended in the last 60 days")

    lifetime_value: Mapped[Money]
    lifetime_margin: Mapped[Money]
    vehicle_revenue: Mapped[Money]
    other_revenue: Mapped[Money]
    acquisition_cost: Mapped[Money]
    clv_simple: Mapped[int | None] = mapped_column(BigInteger)
    clv_predicted: Mapped[int | None] = mapped_column(BigInteger)
    clv_basis: Mapped[str | None] = mapped_column(choice("clv_basis", "simple", "model"))
    clv_percentile: Mapped[int | None] = mapped_column(comment="whole percent of CLVs strictly lower")
    clv_tier: Mapped[str | None] = mapped_column(choice("clv_tier", *CLV_TIERS))

    lifecycle_stage: Mapped[str] = mapped_column(choice("lifecycle_stage", *LIFECYCLE_STAGES))
    lifecycle_since: Mapped[date]
    funnel_stage: Mapped[str] = mapped_column(choice("funnel_stage", *FUNNEL_STAGES))
    customer_type: Mapped[str] = mapped_column(choice("customer_type", *CUSTOMER_TYPES))
    journey_stage: Mapped[str] = mapped_column(choice("journey_stage", *JOURNEY_STAGES))
    vehicles_owned: Mapped[int]
    last_visit_on: Mapped[date | None]

    rfm_recency: Mapped[int | None] = mapped_column(comment="score 1-5")
    rfm_frequency: Mapped[int | None] = mapped_column(comment="score 1-5")
    rfm_monetary: Mapped[int | None] = mapped_column(comment="score 1-5")
    rfm_segment: Mapped[str | None] = mapped_column(choice("rfm_segment", *RFM_SEGMENTS))
    rfm_count: Mapped[int | None] = mapped_column(comment="transactions of the last 24 months")
    rfm_revenue: Mapped[int | None] = mapped_column(BigInteger, comment="their revenue without vehicle sales")

    churn_probability: Mapped[float | None] = mapped_column(comment="0-1; none: not scored")
    churn_band: Mapped[str | None] = mapped_column(choice("churn_band", "high", "medium", "low"))
    churn_basis: Mapped[str | None] = mapped_column(choice("churn_basis", "rule", "model"))

    temperature: Mapped[str] = mapped_column(choice("temperature", "hot", "warm", "cold"))
    temperature_rule: Mapped[str] = mapped_column(
        choice("temperature_rule", "recent_interest", "due_and_positive", "touched", "due_soon", "none")
    )
    last_two_way_on: Mapped[date | None] = mapped_column(comment="last two-way touch")
    next_due_date: Mapped[date | None] = mapped_column(comment="earliest due date, not lapsed, of the vehicles owned")

    score_urgency: Mapped[float | None]
    score_value: Mapped[float | None]
    score_risk: Mapped[float | None]
    score_intent: Mapped[float | None]
    score_relationship: Mapped[float | None]
    call_score: Mapped[float | None] = mapped_column(comment="0-100")
    call_priority: Mapped[int | None] = mapped_column(comment="1-10, 10 is called first; none: blocked")
    call_block: Mapped[str | None] = mapped_column(
        choice("call_block", "erased", "deceased", "do_not_contact", "call_denied", "no_call_consent", "registry")
    )
    best_call_time: Mapped[str | None] = mapped_column(choice("best_call_time", *TIME_BANDS))

    next_action: Mapped[str] = mapped_column(choice("next_action", *NEXT_ACTIONS))
    next_action_purpose: Mapped[str] = mapped_column(choice("next_action_purpose", "service", "marketing"))
    next_action_expires_on: Mapped[date]
    next_action_channel: Mapped[str | None] = mapped_column(choice("next_action_channel", *MESSAGE_CHANNELS))
    next_action_vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("vehicles.id"))
    next_action_input: Mapped[str] = mapped_column(Text, comment="JSON: the values that made the rule match")
    next_action_others: Mapped[str] = mapped_column(Text, comment="other rules that match, in order, by comma")
    look_again_on: Mapped[date | None] = mapped_column(comment="for nothing_now")

    engagement_score: Mapped[float]
    health_score: Mapped[int | None]
    profile_completeness: Mapped[int]


class VehicleMetric(Base):
    __tablename__ = "vehicle_metrics"
    __table_args__ = (
        Index(None, "owner_customer_id"),
        Index(None, "due_date"),
        Index(None, "due_status"),
        {
            "comment": "When each active vehicle of a living, present customer is due for service",
            "info": scope(Follows("owner_customer_id", "customers")),
        },
    )

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"), primary_key=True)
    as_of: Mapped[date]
    owner_customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), comment="present owner")
    delivered_on: Mapped[date | None] = mapped_column(comment="to the present owner")
    vehicle_since: Mapped[date | None] = mapped_column(comment="delivery, else purchase, else start of model year")
    schedule_is_default: Mapped[bool] = mapped_column(comment="no schedule of its own: the group's default")
    anchor_on: Mapped[date | None]
    anchor_km: Mapped[int | None]
    anchor_kind: Mapped[str | None] = mapped_column(choice("anchor_kind", "visit", "delivery"))
    interval_km: Mapped[int | None]
    interval_months: Mapped[int | None]
    last_reading_on: Mapped[date | None]
    last_reading_km: Mapped[int | None]
    readings_dropped: Mapped[int]
    rate_km_day: Mapped[float]
    rate_basis: Mapped[str] = mapped_column(choice("rate_basis", "readings", "annual_km", "default"))
    odometer_estimate: Mapped[int | None]
    due_date: Mapped[date | None]
    due_by: Mapped[str | None] = mapped_column(choice("due_by", "months", "km"))
    due_status: Mapped[str] = mapped_column(choice("due_status", "unknown", "lapsed", "overdue", "ahead"))
    appointment_ahead_at: Mapped[datetime | None] = mapped_column(comment="next booked service appointment")
    usual_interval_days: Mapped[float | None] = mapped_column(comment="median days between consecutive visits")


class AxisChange(Base):
    __tablename__ = "axis_changes"
    __table_args__ = (
        Index(None, "axis", "changed_on"),
        Index(None, "customer_id", "axis", "changed_on"),
        {
            "comment": "Changes of a customer's axes, with their day",
            "info": scope(Follows("customer_id", "customers")),
        },
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    axis: Mapped[str] = mapped_column(choice("axis", *AXES))
    changed_on: Mapped[date] = mapped_column(comment="as_of of the first refresh that shows it")
    old_value: Mapped[str | None] = mapped_column(String(20))
    new_value: Mapped[str | None] = mapped_column(String(20))


class RefreshRun(Base):
    __tablename__ = "refresh_runs"
    __table_args__ = {"comment": "When the figures were computed"}

    id: Mapped[Key]
    as_of: Mapped[date]
    kind: Mapped[str] = mapped_column(choice("kind", "full", "incremental"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    customers: Mapped[int | None]


class CutPoint(Base):
    __tablename__ = "cut_points"
    __table_args__ = (
        Index(None, "run_id", "measure"),
        {"comment": "Values at rank ceil(i * n / 100) from the worst, by which scores are placed"},
    )

    id: Mapped[Key]
    run_id: Mapped[int] = mapped_column(ForeignKey("refresh_runs.id"))
    measure: Mapped[str] = mapped_column(choice("measure", "clv", "recency", "frequency", "monetary", "score", "tier"))
    group_key: Mapped[str | None] = mapped_column(String(20), comment="home store of a score, name of a tier")
    i: Mapped[int]
    value: Mapped[float]
    customer_id: Mapped[int | None] = mapped_column(comment="last member of a tier")
