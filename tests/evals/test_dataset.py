"""Samples are read, and what is wrong with them is said with file, sample and fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.dataset import DatasetError, load_samples, select

GOOD = """
- id: women
  kind: data
  language: en
  group: customers
  as: admin
  turns: ["how many women"]
  expect: answer
  gold: SELECT 1
  match: value
- id: weather
  kind: refuse
  language: vi
  group: outside
  as: {role: sales_rep}
  turns: ["xin chào", "thời tiết hôm nay"]
  expect: refuse
  refusal: out_of_scope
"""


def _folder(tmp_path: Path, seen: str, unseen: str | None = None) -> Path:
    (tmp_path / "seen.yaml").write_text(seen, "utf-8")
    if unseen is not None:
        (tmp_path / "unseen.yaml").write_text(unseen, "utf-8")
    return tmp_path


def test_samples_keep_their_order_and_know_their_file(tmp_path: Path) -> None:
    other = GOOD.replace("id: women", "id: men").replace("id: weather", "id: joke")
    samples = load_samples(_folder(tmp_path, GOOD, other))
    assert [(s.id, s.split) for s in samples] == [
        ("women", "seen"), ("weather", "seen"), ("men", "unseen"), ("joke", "unseen"),
    ]  # fmt: skip
    women, weather = samples[:2]
    assert (women.asker, women.role, women.match) == ("admin", None, "value")
    assert (weather.role, weather.question, weather.refusal) == ("sales_rep", "thời tiết hôm nay", "out_of_scope")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("kind: data", "kind: fact"), "sample 1 (women): kind"),
        (("match: value", "matches: value"), "Did you mean 'match'?"),
        (("  gold: SELECT 1\n", ""), "'gold' belongs to expect: answer"),
        (("  refusal: out_of_scope\n", ""), "sample 2 (weather): 'refusal' belongs to expect: refuse"),
        (("role: sales_rep", "role: sales_repp"), "Did you mean 'sales_rep'?"),
        (("id: weather", "id: Weather?"), "id: String should match"),
        (("id: weather", "id: women"), "the id 'women' stands twice"),
        (('turns: ["how many women"]', "turns: []"), "turns"),
        (('turns: ["how many women"]', 'turns: [" "]'), "a turn is empty"),
        (("  group: customers\n", "  group: customers\n  split: unseen\n"), "said by the file's name"),
    ],
)
def test_a_wrong_sample_is_named(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    assert change[0] in GOOD
    with pytest.raises(DatasetError) as error:
        load_samples(_folder(tmp_path, GOOD.replace(*change)))
    assert said in str(error.value)
    assert str(error.value).startswith("seen.yaml")


@pytest.mark.parametrize("text", ["id: alone", "- just text", "- [", ""])
def test_a_file_that_is_no_list_of_samples_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(DatasetError, match=r"seen\.yaml"):
        load_samples(_folder(tmp_path, text))


def test_a_folder_without_samples_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no seen\.yaml"):
        load_samples(tmp_path)


def test_a_part_is_chosen_by_any_of_its_names(tmp_path: Path) -> None:
    samples = load_samples(_folder(tmp_path, GOOD))
    for only, ids in {
        None: ["women", "weather"], "women": ["women"], "refuse": ["weather"], "vi": ["weather"],
        "customers": ["women"], "seen": ["women", "weather"], "weath": ["weather"], "cust": ["women"],
    }.items():  # fmt: skip
        assert [s.id for s in select(samples, only)] == ids
    with pytest.raises(DatasetError, match="Did you mean 'customers'"):
        select(samples, "customrs")
