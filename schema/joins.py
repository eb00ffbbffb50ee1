"""How datasets hang together: the declared relationships as a graph that is walked towards the "one" side only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from schema.model import SemanticModel


@dataclass(frozen=True)
class Step:
    """One join from a dataset to another of which each row has at most one partner."""

    source: str
    target: str
    source_columns: tuple[str, ...]
    target_columns: tuple[str, ...]


class JoinGraph:
    """Safe paths of a model: none of them multiplies rows."""

    def __init__(self, model: SemanticModel) -> None:
        self.model = model
        self._steps: dict[str, list[Step]] = {name: [] for name in model.datasets}
        for r in model.relationships:
            self._steps[r.many].append(Step(r.many, r.one, r.many_columns, r.one_columns))
            many = model.datasets[r.many]
            if r.many_columns == many.primary_key or r.many_columns in many.unique_keys:  # one to one: safe both ways
                self._steps[r.one].append(Step(r.one, r.many, r.one_columns, r.many_columns))
        self.tree = cache(self._tree)
        self._linked = cache(self._bridge)

    def _tree(self, base: str) -> dict[str, tuple[Step, ...]]:
        """The shortest path from `base` to every dataset that it reaches; the first declared wins a tie."""
        paths: dict[str, tuple[Step, ...]] = {base: ()}
        queue = [base]
        while queue:
            name = queue.pop(0)
            for step in self._steps[name]:
                if step.target not in paths:
                    paths[step.target] = (*paths[name], step)
                    queue.append(step.target)
        return paths

    def reaches(self, base: str, targets: Iterable[str]) -> bool:
        """Whether each row of `base` has at most one row of every target."""
        tree = self.tree(base)
        return all(t in tree for t in targets)

    def distance(self, base: str, targets: Iterable[str]) -> int:
        tree = self.tree(base)
        return sum(len(tree[t]) for t in targets)

    def lowest(self, datasets: Iterable[str]) -> str | None:
        """The one of `datasets` from which all the others are reached; None where there is none."""
        names = list(dict.fromkeys(datasets))
        return next((n for n in names if self.reaches(n, names)), None)

    def bridge(self, targets: Iterable[str]) -> str | None:
        """The dataset that links `targets`: it reaches all of them, over the fewest joins; preferred ones first."""
        return self._linked(tuple(targets))

    def _bridge(self, wanted: tuple[str, ...]) -> str | None:
        found = [n for n in self.model.datasets if self.reaches(n, wanted)]
        if not found:
            return None
        return min(found, key=lambda n: (not self.model.datasets[n].ext.bridge, self.distance(n, wanted)))
