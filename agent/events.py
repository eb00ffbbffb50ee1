"""What a turn tells while it runs: its steps, its text as it comes, and at the end the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agent.answer_card import Answer, Step


@dataclass(frozen=True)
class StepEvent:
    step: Step
    state: Literal["started", "done"]


@dataclass(frozen=True)
class TokenEvent:
    text: str


@dataclass(frozen=True)
class AnswerEvent:
    answer: Answer


Event = StepEvent | TokenEvent | AnswerEvent
