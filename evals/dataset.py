"""Samples: questions with what is due for them, read from YAML lists and checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agent.answer_card import Refusal
from schema.access import ROLE_SCOPES
from schema.model import near

SAMPLES = Path(__file__).parent / "samples"
Kind = Literal["data", "named", "follow_up", "clarify", "refuse"]
Split = Literal["seen", "unseen", "trial"]
SPLITS: tuple[Split, ...] = ("seen", "unseen")  # the suite; the trial questions stand beside it
Language = Literal["en", "vi", "mixed", "plain"]
Expect = Literal["answer", "clarify", "refuse"]
Match = Literal["rows", "value", "ids", "ordered", "action"]


class DatasetError(Exception):
    """A file of samples is wrong; the message names file, sample and fix. Read by the developer."""


class Sample(BaseModel):
    """One dialogue, of which the last turn is scored. `split` comes from the file's name.

    `asker`: a login, or a role, which stands for its first active user of store 1. `language`: plain is Vietnamese
    without accents.
    `gold`: SQLite SQL by hand; {today}, {asker_id} and {store_id} stand for the asker's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    kind: Kind
    language: Language
    group: str
    asker: str | dict[Literal["role"], str] = Field("admin", alias="as")
    turns: tuple[str, ...] = Field(min_length=1)
    expect: Expect
    refusal: Refusal | None = None
    gold: str | None = None
    match: Match = "rows"
    note: str = ""
    split: Split = "seen"

    @property
    def question(self) -> str:
        """The scored turn."""
        return self.turns[-1]

    @property
    def role(self) -> str | None:
        """The role that asks, where the sample names no login."""
        return self.asker["role"] if isinstance(self.asker, dict) else None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if (self.expect == "answer") != (self.gold is not None):
            raise ValueError("'gold' belongs to expect: answer, and to nothing else")
        if (self.expect == "refuse") != (self.refusal is not None):
            raise ValueError("'refusal' belongs to expect: refuse, and to nothing else")
        if isinstance(self.asker, dict) and self.asker.get("role") not in ROLE_SCOPES:
            raise ValueError(f"unknown role in 'as'. {near(str(self.asker.get('role')), ROLE_SCOPES)}")
        if not all(turn.strip() for turn in self.turns):
            raise ValueError("a turn is empty")
        return self


def read_samples(path: Path, split: Split) -> list[Sample]:
    """The samples of one file, in its order. Raises DatasetError."""
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise DatasetError(f"{path.name} can't be read: {error}") from error
    if not isinstance(raw, list):
        raise DatasetError(f"{path.name}: a list of samples is due, each beginning with '- id:'")
    return [_sample(part, f"{path.name}: sample {number}", split) for number, part in enumerate(raw, 1)]


def _sample(raw: Any, place: str, split: Split) -> Sample:
    if not isinstance(raw, dict):
        raise DatasetError(f"{place} is no mapping with id, kind, turns …")
    place = f"{place} ({raw.get('id', 'without an id')})"
    if "split" in raw:
        raise DatasetError(f"{place}: 'split' is said by the file's name")
    try:
        return Sample.model_validate({**raw, "split": split})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        known = [f.alias or name for name, f in Sample.model_fields.items() if name != "split"]
        hint = near(where, known) if first["type"] == "extra_forbidden" else ""
        said = first["msg"].removeprefix("Value error, ")
        raise DatasetError(f"{place}: {where + ': ' if where else ''}{said}. {hint}".strip()) from error


def load_samples(folder: Path = SAMPLES, splits: Sequence[Split] = SPLITS) -> list[Sample]:
    """All samples of a folder: seen.yaml, then unseen.yaml where it is there. Raises DatasetError."""
    if not (folder / "seen.yaml").is_file():
        raise DatasetError(f"There is no seen.yaml in {folder.name}/")
    samples = [
        s
        for split in splits
        if (folder / f"{split}.yaml").is_file()
        for s in read_samples(folder / f"{split}.yaml", split)
    ]
    seen: dict[str, Sample] = {}
    for s in samples:
        if s.id in seen:
            raise DatasetError(f"{s.split}.yaml: the id '{s.id}' stands twice ({seen[s.id].split}.yaml has it too)")
        seen[s.id] = s
    return samples


def select(samples: Iterable[Sample], only: str | None) -> list[Sample]:
    """The samples that `only` names: an id, kind, language, group or split, else a part of an id or group.

    Raises DatasetError where it names none.
    """
    every = list(samples)
    if only is None:
        return every
    chosen = [s for s in every if only in (s.id, s.kind, s.language, s.group, s.split)]
    chosen = chosen or [s for s in every if only in s.id or only in s.group]
    if not chosen:
        raise DatasetError(
            f"No sample has the id, kind, language, group or split '{only}'. {near(only, _names(every))}"
        )
    return chosen


def _names(samples: Iterable[Sample]) -> set[str]:
    return {name for s in samples for name in (s.kind, s.language, s.group, s.split)}
