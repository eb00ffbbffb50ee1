"""The questions that are timed: those that must always work, and others of each sort."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Timed:
    """`must`: one of the questions that must always work; its cold command line is timed too."""

    text: str
    must: bool = False


MUST = (
    "Show me customers due for service this month",
    "What is the purchase history for customer #12345?",
    "Which customers are at risk of churn?",
    "What is the next best action for {name}?",
)
OTHERS = (
    "How many customers do we have?",
    "revenue by month in 2026",
    "top 10 customers by lifetime value",
    "women over 30 in Hà Nội who bought an SUV",
    "khách hàng quá hạn bảo dưỡng ở Đà Nẵng",
    "doanh thu theo cửa hàng năm 2025",
    "VIP customers not contacted in the last 90 days",
    "average ticket by store last quarter",
)


def questions(store: Path) -> list[Timed]:
    """All of them, with the name of a customer of `store` that no other customer has."""
    sql = (
        "SELECT full_name FROM customers WHERE erased_at IS NULL AND merged_into_id IS NULL AND kind = 'individual'"
        " GROUP BY full_name HAVING COUNT(*) = 1 ORDER BY LENGTH(full_name) DESC, full_name LIMIT 1"
    )
    with closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        (name,) = connection.execute(sql).fetchone()
    return [*(Timed(text.format(name=name), must=True) for text in MUST), *map(Timed, OTHERS)]
