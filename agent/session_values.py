"""The values of the store as the planner looks them up, for one asker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.planner.values import Hit
from tools.values import Values


@dataclass(frozen=True)
class SessionValues:
    """The value index for one asker, as the planner takes it."""

    values: Values
    short_lists: Mapping[str, Sequence[str]]

    def listed(self) -> Mapping[str, Sequence[str]]:
        return self.short_lists

    def named(self, words: Sequence[str], limit: int = 9) -> Sequence[Hit]:
        """Rows with that name. Where one source has several, each says what tells it apart."""
        found = self.values.named(words, limit)
        shared = max(Counter(f.source for f in found).values(), default=0) > 1
        return [
            Hit(f.source, f.row_id, f.label, f.tells_apart)
            for f in (self.values.tell_apart(found) if shared else found)
        ]

    def coded(self, code: str, limit: int = 9) -> Sequence[Hit]:
        return [Hit(f.source, f.row_id, f.label) for f in self.values.coded(code, limit)]
