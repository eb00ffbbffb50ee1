"""Who stands where among all: CLV, RFM, calls, in plain loops."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from math import ceil

from plain_figures.context import Context, drives
from plain_figures.facts import Row, is_two_way, months_on

BANDS = ("08-10", "10-12", "12-14", "14-16", "16-17")


def rank_clv(rows: dict[int, Row]) -> None:
    ranked = sorted((-r["clv_predicted"], k) for k, r in rows.items() if r["clv_predicted"] is not None)
    n = len(ranked)
    for place, (negative, key) in enumerate(ranked, 1):
        lower = sum(other > negative for other, _ in ranked)
        rows[key]["clv_percentile"] = lower * 100 // n
        rows[key]["clv_tier"] = next(
            (tier for tier, p in (("VIP", 5), ("High", 20), ("Medium", 70)) if place <= ceil(Fraction(p * n, 100))),
            "Low",
        )
    for row in rows.values():
        row.setdefault("clv_percentile", None)
        row.setdefault("clv_tier", None)
        if row["lifecycle_stage"] == "Churned":
            row["customer_type"] = "inactive"
        elif row["clv_tier"] == "VIP":
            row["customer_type"] = "vip"
        else:
            row["customer_type"] = "repeat" if row["transaction_count"] >= 2 else "new"


def rank_rfm(rows: dict[int, Row], bought: dict[int, list[Row]], today: date) -> None:
    measured: dict[int, tuple[int, int, int]] = {}
    for key in rows:
        late = [t for t in bought.get(key, []) if t["on"] >= months_on(today, -24)]
        if late:
            money = sum(t["revenue"] for t in late if t["kind"] != "vehicle")
            measured[key] = (-(today - max(t["on"] for t in late)).days, len(late), money)
    n = len(measured)
    for key, mine in measured.items():
        r, f, m = (1 + 5 * sum(o[i] < mine[i] for o in measured.values()) // n for i in range(3))
        fm = (f + m + 1) // 2
        if rows[key]["transaction_count"] == 1 and r >= 4:
            segment = "New"
        elif r >= 4 and fm >= 4:
            segment = "Champions"
        elif r >= 3:
            segment = "Loyal" if fm >= 3 else "Potential Loyalist"
        elif r == 1 and fm >= 4:
            segment = "Can't Lose"
        elif fm >= 3:
            segment = "At Risk"
        else:
            segment = "Lost" if r == 1 and fm == 1 else "Hibernating"
        rows[key].update(
            rfm_recency=r, rfm_frequency=f, rfm_monetary=m, rfm_segment=segment, rfm_count=mine[1], rfm_revenue=mine[2]
        )


def rank_calls(rows: dict[int, Row], people: list[Row], found: dict[int, Row], context: Context) -> None:
    today = context.today
    stores = {u["id"]: u["store_id"] for u in context.tables["users"]}
    last: dict[int, tuple[date, int, int]] = {}
    for order_id, t in found.items():
        last[t["customer_id"]] = max(last.get(t["customer_id"], (date.min, 0, 0)), (t["on"], order_id, t["store_id"]))
    good: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    of_stage: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for person in people:
        key, row = person["id"], rows[person["id"]]
        row["home_store_id"] = person["created_store_id"]
        if key in last:
            row["home_store_id"] = last[key][2]
        if row["owner_id"] is not None and stores[row["owner_id"]] is not None:
            row["home_store_id"] = stores[row["owner_id"]]
        mine = context.due.get(key, [])
        urgency = 1.0 if any(v["due_status"] == "overdue" for v in mine) else 0.0
        for v in mine:
            if v["due_status"] == "ahead" and (v["due_date"] - today).days <= 30:
                urgency = max(urgency, 1 - (v["due_date"] - today).days / 30)
        percent = (row["clv_percentile"] or 0) / 100
        signals = sum((today - a["starts_at"].date()).days <= 30 for a in drives(context, key))
        said = context.said.get(key, [])
        known = row["owner_id"] is not None and any(
            is_two_way(i) and i["user_id"] == row["owner_id"] and (today - i["happened_at"].date()).days <= 180
            for i in said
        )
        row["call_score"] = (
            35 * urgency + 25 * percent + 20 * (row["churn_probability"] or 0.0) * percent
            + 15 * min(1.0, signals / 5) + (5.0 if known else 0.0)
        )  # fmt: skip
        state = context.consents.get((key, "call", row["next_action_purpose"]))
        block = None
        if row["next_action_purpose"] == "marketing" and state is None:
            block = "no_call_consent"
        if state in ("denied", "revoked"):
            block = "call_denied"
        if person["do_not_contact"]:
            block = "do_not_contact"
        row["call_block"] = "deceased" if person["deceased_on"] else block
        for i in said:
            if i["type"] != "call" or not (i["outcome"] not in (None, "no_answer") or i["sentiment"] == "positive"):
                continue
            if 8 <= i["happened_at"].hour < 17:
                band = BANDS[(i["happened_at"].hour - 8) // 2]
                good[key][band] += 1
                of_stage[row["lifecycle_stage"]][band] += 1
    for key, row in rows.items():
        calls = good[key] if sum(good[key].values()) >= 3 else of_stage[row["lifecycle_stage"]]
        row["best_call_time"] = max(BANDS, key=lambda b: (calls[b], -BANDS.index(b)))
        row["call_priority"] = None
        if row["call_block"] is None:
            others = [
                r["call_score"] for r in rows.values()
                if r["home_store_id"] == row["home_store_id"] and r["call_block"] is None
            ]  # fmt: skip
            row["call_priority"] = 1 + 10 * sum(s < row["call_score"] for s in others) // len(others)
