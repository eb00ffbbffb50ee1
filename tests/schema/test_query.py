"""SemanticQuery as an LLM writes it: JSON in, the right types out, and nothing that isn't known."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from schema.query import Aggregate, All, AnyOf, Compare, Exists, Named, Not, Period, SemanticQuery

FILTERS: list[tuple[dict[str, Any], type]] = [
    ({"field": "a.b", "op": "=", "value": 1}, Compare),
    ({"named": "a.b"}, Named),
    ({"all": [{"named": "a.b"}]}, All),
    ({"any": [{"named": "a.b"}]}, AnyOf),
    ({"negate": {"named": "a.b"}}, Not),
    ({"exists": "a", "filters": [{"field": "a.b", "op": "empty"}]}, Exists),
]


@pytest.mark.parametrize(("said", "kind"), FILTERS)
def test_a_filter_is_told_by_its_key(said: dict[str, Any], kind: type) -> None:
    """And says the same when it is written out and read back."""
    query = SemanticQuery.model_validate({"dataset": "a", "filters": [said]})
    assert type(query.filters[0]) is kind
    assert SemanticQuery.model_validate_json(query.model_dump_json()) == query


def test_values_keep_their_types() -> None:
    """A number written as text stays text, true stays true, a list becomes a tuple (so that a query can be hashed)."""
    values = [5, 5.5, "5", True, [1, 2]]
    query = SemanticQuery.model_validate({"filters": [{"field": "a.b", "op": "in", "value": v} for v in values]})
    found = [f.value for f in query.filters if isinstance(f, Compare)]
    assert found == [5, 5.5, "5", True, (1, 2)]
    assert [type(v) for v in found] == [int, float, str, bool, tuple]
    assert hash(query) == hash(query.model_copy())


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"dataset": "a", "filter": []}, "filter"),
        ({"filters": [{"field": "a.b", "op": "like", "value": "x"}]}, "filters.0.field.op"),
        ({"filters": [{"field": "a.b"}]}, "filters.0.field.op"),
        ({"filters": [{"named": "a.b", "value": 1}]}, "filters.0.named.value"),
        ({"by": [{"field": "a.b", "grain": "decade"}]}, "by.0.grain"),
        ({"limit": 0}, "limit"),
        ({"period": {"start": "soon"}}, "period.start"),
        ({"metrics": [{"fn": "mode", "over": "a.b"}]}, "metrics.0.Aggregate.fn"),
    ],
)
def test_what_is_not_known_is_refused_with_its_place(said: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as raised:
        SemanticQuery.model_validate(said)
    assert any(".".join(map(str, e["loc"])).startswith(place) for e in raised.value.errors())


def test_a_query_can_not_be_changed() -> None:
    """An edit is a copy."""
    query = SemanticQuery(dataset="a", metrics=(Aggregate(fn="count", over="a"),))
    with pytest.raises(ValidationError, match="frozen"):
        query.limit = 3  # type: ignore[misc]
    assert query.model_copy(update={"limit": 3}).limit == 3


def test_the_days_of_a_period_count_both_ends() -> None:
    """February 2028 has 29; one day is 1; an open end has no number."""
    assert Period(start=date(2028, 2, 1), end=date(2028, 2, 29)).days() == 29
    assert Period(start=date(2028, 2, 1), end=date(2028, 2, 1)).days() == 1
    assert Period(start=date(2028, 2, 1)).days() is None
