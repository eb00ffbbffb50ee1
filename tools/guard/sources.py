"""What names can mean at one place of a query."""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.guard.context import Occurrence


@dataclass(frozen=True)
class Output:
    """A column that a query gives. Expressions without AS have no name."""

    name: str | None
    closed: bool = False


@dataclass
class Source:
    """A name in FROM."""

    alias: str
    outputs: dict[str, Output]
    occurrence: Occurrence | None = None

    def use(self, key: str) -> str:
        """Note that the column is needed; its name."""
        name = self.outputs[key].name or ""
        if self.occurrence is not None:
            self.occurrence.used.add(name)
        return name


@dataclass
class Frame:
    """What the names of one SELECT can mean."""

    outer: Frame | None
    sources: dict[str, Source] = field(default_factory=dict)
    merged: set[str] = field(default_factory=set)  # by USING
    aliases: set[str] = field(default_factory=set)
