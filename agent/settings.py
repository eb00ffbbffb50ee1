"""The only reader of the environment and of the clock."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Settings:
    """LIFECYCLE_DATABASE: URL of the store. LIFECYCLE_LLM: planner, openai:MODEL, or an endpoint's URL (with #MODEL).

    LIFECYCLE_LLM_KEY: the endpoint's key. LIFECYCLE_DATA: folder of the demo store and the notes' index.
    LIFECYCLE_EMBEDDING: lsa (embedded, needs no download), an endpoint's URL, or a LlamaIndex class by dotted name.
    """

    database: str | None
    llm: str
    llm_key: str
    data: Path
    embedding: str

    @property
    def demo(self) -> str:
        """URL of the demo store."""
        return f"sqlite:///{self.data / 'demo.db'}"


def read_settings() -> Settings:
    env = os.environ
    return Settings(
        database=env.get("LIFECYCLE_DATABASE") or None,
        llm=env.get("LIFECYCLE_LLM") or "planner",
        llm_key=env.get("LIFECYCLE_LLM_KEY") or env.get("OPENAI_API_KEY") or "none",
        data=Path(env.get("LIFECYCLE_DATA") or ROOT / "data"),
        embedding=env.get("LIFECYCLE_EMBEDDING") or "lsa",
    )


def clock_today() -> date:
    """The real day."""
    return date.today()
