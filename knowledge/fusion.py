"""Several rankings of the same things, made one."""

from __future__ import annotations

from collections.abc import Sequence

RANK_CONSTANT = 60


def reciprocal_rank(rankings: Sequence[Sequence[int]]) -> dict[int, float]:
    """Each thing's Σ 1 / (60 + rank) over the rankings that have it, best first; ties by the lower id.

    Source: Cormack, Clarke, Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual rank learning
    methods", SIGIR 2009.

    >>> list(reciprocal_rank([[7, 5, 9], [5, 8]]))
    [5, 7, 8, 9]
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, thing in enumerate(ranking, start=1):
            scores[thing] = scores.get(thing, 0.0) + 1 / (RANK_CONSTANT + rank)
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))
