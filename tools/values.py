"""Looks names, plates and short lists up for the planner, within the asker's rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.context import ToolContext
from tools.guard import guard_lookup


@dataclass(frozen=True)
class Found:
    """A row that holds a name or code. `tells_apart`: what distinguishes it from others of that name."""

    source: str
    row_id: int
    label: str
    tells_apart: str = ""


@dataclass(frozen=True)
class Values:
    """The value index of one store for one asker."""

    context: ToolContext

    def named(self, words: Sequence[str], limit: int = 9) -> Sequence[Found]:
        """Rows whose name holds all the folded words, in full_name order of length."""
        found: list[Found] = []
        for source in self._sources("tokens"):
            found += self._look(source, list(words), limit)
        return sorted(found, key=lambda f: (len(f.label), f.row_id))[:limit]

    def coded(self, code: str, limit: int = 9) -> Sequence[Found]:
        """Rows that hold the code, without its separators."""
        return [f for source in self._sources("code") for f in self._look(source, [code], limit)][:limit]

    def _sources(self, kind: str) -> list[str]:
        """One field a table, as the index was built: the first declared one."""
        seen: set[tuple[str, str]] = set()
        out = []
        for dataset in self.context.model.datasets.values():
            for f in dataset.fields.values():
                if f.ext.index == kind and (dataset.source, f.expression) not in seen:
                    seen.add((dataset.source, f.expression))
                    out.append(f.key)
        return out

    def _look(self, source: str, tokens: list[str], limit: int) -> list[Found]:
        dataset_name, _, field = source.partition(".")
        dataset = self.context.model.datasets[dataset_name]
        column = dataset.fields[field].expression
        lookup = guard_lookup(
            self.context.asker, self.context.catalog, self.context.database.dialect,
            source=source, table=dataset.source, key=dataset.primary_key[0], columns=[column],
            tokens=[token[:60] for token in tokens],  # the index holds as much of a word
            limit=limit,
        )  # fmt: skip
        rows = self.context.database.lookup(lookup).rows
        return [Found(source, int(row[0]), str(row[1])) for row in rows]

    def tell_apart(self, found: Sequence[Found]) -> list[Found]:
        """The rows with what distinguishes them: city, owner or role; not those that stand for another row now."""
        out = []
        for f in found:
            dataset = self.context.model.datasets[f.source.partition(".")[0]]
            own = {"field": dataset.id_field, "op": "=", "value": f.row_id}
            rows = self.context.rows({"dataset": dataset.name, "filters": [own]}, 1)
            if not rows:
                continue  # merged into another, or erased
            shown = rows[0].items()
            known = [str(v) for name, v in shown if v and name not in (dataset.ext.id_as, dataset.ext.name_as)]
            out.append(Found(f.source, f.row_id, f.label, " · ".join(known[:3])))
        return out or list(found)


def listed(rows: Sequence[Sequence[object]]) -> Mapping[str, Sequence[str]]:
    """(source, value) rows of the short lists, by source."""
    out: dict[str, list[str]] = {}
    for source, value in rows:
        out.setdefault(str(source), []).append(str(value))
    return out
