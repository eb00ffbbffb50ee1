"""What an LLM is told: templates refuse slots that don't match, and the prompt is the same byte for byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agent.prompting import describe, system_prompt
from prompts import templates
from prompts.templates import render
from schema.access import Asker
from schema.loading import load_model

ROOT = Path(__file__).parents[2]
REP = Asker(7, "binh", "Trần Bình", "sales_rep", 1)
SLOTS = {"role": "sales rep", "user": "Trần Bình", "today": "2026-11-20", "data": "Datasets"}


def test_a_template_is_filled() -> None:
    text = render("system", **SLOTS)
    assert "Trần Bình" in text
    assert "{{" not in text


def test_a_missing_variable_raises_with_its_name() -> None:
    with pytest.raises(ValueError, match=r"system\.md needs today\."):
        render("system", **{k: v for k, v in SLOTS.items() if k != "today"})


def test_an_unknown_variable_raises_with_what_is_known() -> None:
    with pytest.raises(ValueError, match=r"has no slot weather\. Known: data, role, today, user\."):
        render("system", **SLOTS, weather="sunny")


def test_what_fills_a_slot_is_not_filled_again() -> None:
    assert "{{role}} and \\1" in render("system", **SLOTS | {"user": "{{role}} and \\1"})


def test_a_template_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        render("no_such_template")


def test_every_template_has_a_name_that_render_takes() -> None:
    assert {p.stem for p in templates.FOLDER.glob("*.md")} >= {"system"}


def test_the_prompt_tells_the_whole_model_and_fits_its_window() -> None:
    model = load_model()
    prompt = system_prompt(model, REP, "2026-11-20")
    for d in model.datasets.values():
        assert f"- {d.name}: " in prompt
    for name in (*model.metrics, *model.named_filters):
        assert f"- {name}: " in prompt
    assert "sales rep Trần Bình" in prompt
    assert len(prompt) / 3 < 24_000  # tokens, seen from above; the rest of the window is the dialogue's


def test_the_prompt_is_the_same_in_every_process() -> None:
    """Replays of recorded dialogues depend on it: no clock, no order of a set."""
    code = (
        "import hashlib; from agent.prompting import describe; from schema.loading import load_model;"
        "print(hashlib.sha256(describe(load_model()).encode()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(seen) == 1
    assert describe(load_model()) == describe(load_model())
