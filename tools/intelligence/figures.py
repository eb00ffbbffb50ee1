"""The figures by name, with the tables that their rules read, and which of these the store does not hold yet."""

from __future__ import annotations

from collections.abc import Mapping

from schema.tables import metadata
from tools.intelligence import (
    channels,
    churn,
    cuts,
    history,
    holdings,
    lifecycle,
    merged,
    next_action,
    odometer,
    priority,
    rfm,
    scores,
    service_due,
    temperature,
    touches,
    transactions,
    value,
    visits,
)

FIGURES: Mapping[str, tuple[str, ...]] = {
    module.__name__.rpartition(".")[2]: module.NEEDS
    for module in (
        transactions, visits, holdings, merged, touches, lifecycle, rfm, churn, value, cuts, odometer, service_due,
        temperature, channels, next_action, priority, scores, history,
    )
}  # fmt: skip


def missing(figure: str) -> tuple[str, ...]:
    """The tables that the rule of `figure` names and the store does not hold; to the rule they are empty.

    Raises:
        ValueError: no figure of that name.
    """
    if figure not in FIGURES:
        raise ValueError(f"Unknown figure '{figure}'. Known: {', '.join(sorted(FIGURES))}")
    return tuple(name for name in FIGURES[figure] if name not in metadata.tables)
