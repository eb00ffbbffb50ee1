"""Everything said to an LLM, as templates in this folder; a variable that is missing or unknown raises."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent
_SLOT = re.compile(r"\{\{(\w+)\}\}")


def render(name: str, **values: str) -> str:
    """The template `name`.md with its {{slots}} filled.

    Raises ValueError for a slot without a value and for a value without a slot.
    """
    text = (FOLDER / f"{name}.md").read_text("utf-8")
    slots = set(_SLOT.findall(text))
    if missing := slots - values.keys():
        raise ValueError(f"{name}.md needs {', '.join(sorted(missing))}.")
    if unknown := values.keys() - slots:
        raise ValueError(f"{name}.md has no slot {', '.join(sorted(unknown))}. Known: {', '.join(sorted(slots))}.")
    return _SLOT.sub(lambda m: values[m[1]], text)
