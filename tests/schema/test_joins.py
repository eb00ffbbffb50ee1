"""The graph of relationships: safe paths only, the shortest ones, and the dataset that links two others."""

from __future__ import annotations

from typing import Any

import pytest
from small import document, ours

from schema.joins import JoinGraph
from schema.loading import parse_model


def graph(*relations: tuple[str, str], **changes: dict[str, Any]) -> JoinGraph:
    """Datasets of the letters used, each with the key id; "a>b": a has b_id. `changes`: of single datasets."""
    names = sorted({name for pair in relations for name in pair})
    datasets = [{"name": n, "source": n, "primary_key": ["id"], **changes.get(n, {})} for n in names]
    links = [
        {"name": f"{a}_{b}", "from": a, "to": b, "from_columns": [f"{b}_id"], "to_columns": ["id"]}
        for a, b in relations
    ]
    whole = {"name": "letters", "datasets": datasets, "relationships": links}
    return JoinGraph(parse_model({"version": "0.2.0.dev0", "semantic_model": [whole]}))


def path(g: JoinGraph, base: str, target: str) -> list[str]:
    return [step.target for step in g.tree(base)[target]]


def test_paths_lead_to_the_one_side_only() -> None:
    """An item has one sale and its person; a person has no single sale, and a sale no single item."""
    g = JoinGraph(parse_model(document()))
    assert path(g, "items", "people") == ["sales", "people"]
    assert g.reaches("items", ["people", "shops", "products"])
    assert not g.reaches("people", ["sales"])
    assert not g.reaches("sales", ["returns"])
    assert g.reaches("sales", ["sales"]) and path(g, "sales", "sales") == []


def test_the_shortest_path_wins_and_then_the_first_declared() -> None:
    """a reaches d over b or c alike: b is declared first. e is reached directly, though also over b."""
    g = graph(("a", "b"), ("a", "c"), ("c", "d"), ("b", "d"), ("b", "e"), ("a", "e"))
    assert path(g, "a", "d") == ["b", "d"]
    assert path(g, "a", "e") == ["e"]


@pytest.mark.parametrize(
    "change", [{"primary_key": ["b_id"]}, {"unique_keys": [["b_id"]]}], ids=["primary key", "unique key"]
)
def test_a_relationship_on_a_key_is_walked_both_ways(change: dict[str, Any]) -> None:
    """a's own key points at b: at most one a for each b."""
    assert graph(("a", "b"), a=change).reaches("b", ["a"])
    assert not graph(("a", "b")).reaches("b", ["a"])


def test_the_lowest_dataset_reaches_the_others() -> None:
    """items reach sales; sales and returns meet only at shop and person."""
    g = JoinGraph(parse_model(document()))
    assert g.lowest(["people", "sales", "items"]) == "items"
    assert g.lowest(["sales", "returns"]) is None


def test_a_bridge_has_the_fewest_joins_unless_one_is_preferred() -> None:
    """m and n both link a with b; n is nearer, m is preferred where the model says so."""
    links = (("m", "a"), ("m", "x"), ("x", "b"), ("n", "a"), ("n", "b"))
    assert graph(*links).bridge(["a", "b"]) == "n"
    preferred = {"custom_extensions": ours(bridge=True)}
    assert graph(*links, m=preferred).bridge(["a", "b"]) == "m"
    assert graph(("m", "a"), ("n", "b")).bridge(["a", "b"]) is None


def test_a_circle_ends() -> None:
    """Employees and teams that point at each other."""
    g = graph(("a", "b"), ("b", "a"))
    assert path(g, "a", "b") == ["b"] and path(g, "b", "a") == ["a"]
