"""Filters, on SQLite and PostgreSQL: single conditions, never and not, semi-joins with thresholds, named filters.

Whose rows remain is worked out by hand from small.ROWS.
"""

from __future__ import annotations

from typing import Any

import pytest
from small import Chain

from schema.compiler import QueryError


def compare(field: str, op: str, *value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value[0] if len(value) == 1 else value or None}


def no(filter_: dict[str, Any]) -> dict[str, Any]:
    return {"negate": filter_}


def sales(chain: Chain, *filters: dict[str, Any]) -> list[int]:
    return sorted(chain.ids(dataset="sales", fields=["sales.id"], filters=filters))


def people(chain: Chain, *filters: dict[str, Any]) -> list[int]:
    return sorted(chain.ids(dataset="people", filters=filters))


PAPER = compare("products.category", "=", "paper")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (compare("sales.amount", ">", 500), [6, 7]),
        (compare("sales.amount", ">=", 500), [5, 6, 7]),
        (compare("sales.amount", "<", 200.5), [1, 2]),
        (compare("sales.amount", "=", "300"), [3]),
        (compare("sales.amount", "in", 100, 700, 999), [1, 7]),
        (compare("sales.amount", "between", 200, 400), [2, 3, 4]),
        (compare("sales.online", "=", True), [1, 4, 7]),
        (compare("sales.online", "!=", 1), [2, 3, 5, 6]),
        (compare("sales.kind", "=", "toys"), [1, 3, 6, 7]),
        (compare("sales.kind", "empty"), [4]),
        (compare("sales.kind", "filled"), [1, 2, 3, 5, 6, 7]),
        (compare("sales.kind", "contains", "oo"), [2, 5]),
        (compare("sales.kind", "contains", "%"), []),
        (compare("sales.kind", "contains", "TOYS"), [1, 3, 6, 7]),
        (compare("people.name", "contains", "ì"), [3, 4]),
        (compare("sales.sold_on", "<=", "2026-01-01"), [1, 2]),
        (compare("sales.sold_on", "between", "2026-01-01", "2026-01-05"), [2, 3, 4]),
    ],
)
def test_one_condition(chain: Chain, condition: dict[str, Any], expected: list[int]) -> None:
    """Ends of between are included; text is compared with accents and case as they stand, % is no wildcard."""
    assert sales(chain, condition) == expected


def test_not_keeps_unknown_values(chain: Chain) -> None:
    """Sale 4 has no kind: it is not books, not in (books, toys), and not of a kind that contains an o."""
    books = compare("sales.kind", "=", "books")
    assert sales(chain, no(books)) == sales(chain, compare("sales.kind", "!=", "books")) == [1, 3, 4, 6, 7]
    both = ("books", "toys")
    assert sales(chain, compare("sales.kind", "not_in", *both)) == [4]
    assert sales(chain, no(compare("sales.kind", "in", *both))) == [4]
    assert sales(chain, no(compare("sales.kind", "contains", "o"))) == [4]
    assert sales(chain, no(no(books))) == [2, 5]


def test_and_or_and_not_nest(chain: Chain) -> None:
    """(toys and at least 300: 3, 6, 7) or (not toys and online: 4); without the paid ones of April: 3, 4, 7."""
    toys = compare("sales.kind", "=", "toys")
    either = {
        "any": [
            {"all": [toys, compare("sales.amount", ">=", 300)]},
            {"all": [no(toys), compare("sales.online", "=", True)]},
        ]
    }
    assert sales(chain, either) == [3, 4, 6, 7]
    assert sales(chain, no(either)) == [1, 2, 5]
    april = {"all": [compare("sales.paid_on", ">=", "2026-04-01"), compare("sales.paid_on", "filled")]}
    assert sales(chain, either, no(april)) == [3, 4, 7]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (compare("returns.returned_at", "=", "2026-01-31"), [1]),
        (compare("returns.returned_at", "<=", "2026-01-31"), [1]),
        (compare("returns.returned_at", ">", "2026-02-01"), [3, 4]),
        (compare("returns.returned_at", "between", "2026-01-31", "2026-02-15"), [1, 2, 3]),
        (compare("returns.returned_at", "in", "2026-02-15", "2026-03-10"), [3, 4]),
        (compare("returns.returned_at", "!=", "2026-02-15"), [1, 2, 4]),
        (compare("returns.returned_at", ">=", "2026-02-15T12:00:01"), [4]),
    ],
)
def test_a_day_means_all_of_it(chain: Chain, condition: dict[str, Any], expected: list[int]) -> None:
    """Return 1 came at 23:30 on 31 January, 2 at midnight of 1 February, 3 at noon of the 15th."""
    assert sorted(chain.ids(dataset="returns", fields=["returns.id"], filters=[condition])) == expected


def test_periods_include_their_ends(chain: Chain) -> None:
    """With a time of day: 23:30 of the last day is in, midnight after it is out. An end left out is open."""
    inside = {"dataset": "returns", "fields": ["returns.id"]}
    assert chain.ids(**inside, period={"start": "2026-01-31", "end": "2026-01-31"}) == [1]
    assert sorted(chain.ids(**inside, period={"start": "2026-02-01"})) == [2, 3, 4]
    assert sorted(chain.ids(**inside, period={"end": "2026-02-15"})) == [1, 2, 3]
    days = {"start": "2026-01-01", "end": "2026-01-05"}
    assert sorted(chain.ids(dataset="sales", fields=["sales.id"], period=days)) == [2, 3, 4]
    paid = {**days, "field": "sales.paid_on"}
    assert sorted(chain.ids(dataset="sales", fields=["sales.id"], period=paid)) == [1, 2, 3]


# exists --------------------------------------------------------------------------------------------------------------
def test_exists_and_never(chain: Chain) -> None:
    """Paper was bought by An and Bình, each listed once; Chi and Dung (who bought nothing) never did."""
    bought = {"exists": "items", "filters": [PAPER]}
    assert people(chain, bought) == people(chain, PAPER) == [1, 2]
    assert people(chain, no(bought)) == people(chain, no(PAPER)) == [3, 4]
    assert chain.rows(metrics=[{"fn": "count", "over": "people"}], filters=[bought]) == [(2,)]


def test_exists_within_a_period(chain: Chain) -> None:
    """January 2026: An (sale 2) and Bình; December: An alone."""
    january, december = ({"start": f"{m}-01", "end": f"{m}-31"} for m in ("2026-01", "2025-12"))
    assert people(chain, {"exists": "sales", "period": january}) == [1, 2]
    assert people(chain, {"exists": "sales", "period": december}) == [1]


def test_both_conditions_hold_for_one_row(chain: Chain) -> None:
    """One exists: a toy of at least 200 (Bình). Two: a toy, and a sale of at least 200 (An and Bình)."""
    toy, big = compare("sales.kind", "=", "toys"), compare("sales.amount", ">=", 200)
    assert people(chain, {"exists": "sales", "filters": [toy, big]}) == [2]
    assert people(chain, {"exists": "sales", "filters": [toy]}, {"exists": "sales", "filters": [big]}) == [1, 2]


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [
        ({"op": ">=", "value": 2}, [1, 2]),
        ({"op": "=", "value": 1}, [3]),
        ({"op": "<", "value": 2}, [3, 4]),
        ({"op": "=", "value": 0}, [4]),
        ({"op": "!=", "value": 2}, [3, 4]),
        ({"op": ">", "value": 1, "filters": [compare("sales.amount", ">=", 200)]}, [2]),
        ({"op": "<=", "value": 1, "filters": [compare("sales.amount", ">=", 200)]}, [1, 3, 4]),
        ({"metric": "revenue", "op": ">", "value": 400}, [2, 3]),
        ({"metric": "revenue", "op": "<", "value": 400}, [1]),
        ({"metric": {"fn": "max", "over": "sales.amount"}, "op": ">=", "value": 400}, [2, 3]),
        ({"metric": {"fn": "count_distinct", "over": "sales.kind"}, "op": ">=", "value": 2}, [1]),
    ],
)
def test_thresholds(chain: Chain, threshold: dict[str, Any], expected: list[int]) -> None:
    """An has two sales (300 together, two kinds), Bình two (700), Chi one (500), Dung none.

    Fewer than 2 and exactly 0 hold for Dung as well; her revenue is unknown, and no comparison holds for it.
    """
    assert people(chain, {"exists": "sales", **threshold}) == expected


def test_a_threshold_counts_coarser_rows_once(chain: Chain) -> None:
    """Sales with sport: An 100, Bình 300 (three such items, 900 if each counted), Chi 500. Revenue of the items
    themselves: An 60, Bình 300, Chi 500."""
    sport = {"exists": "items", "filters": [compare("products.category", "=", "sport")]}
    total = {"metric": {"fn": "sum", "over": "sales.amount"}, "op": ">="}
    assert people(chain, {**sport, **total, "value": 400}) == [3]
    assert people(chain, {**sport, "metric": "revenue", "op": ">=", "value": 100}) == [2, 3]
    assert people(chain, {**sport, "metric": "sale_count", "op": ">=", "value": 2}) == []


def test_exists_over_a_key_of_two_columns(chain: Chain) -> None:
    """Offers are of (1, Ball) and (2, Ball); (1, Book) shares its shop with one and its product with none."""
    rows = chain.rows(dataset="prices", filters=[{"exists": "offers"}])
    assert sorted(r[-1] for r in rows) == [10, 30]
    twice = {"exists": "offers", "op": ">=", "value": 2}
    assert [r[-1] for r in chain.rows(dataset="prices", filters=[twice])] == [30]
    assert [r[-1] for r in chain.rows(dataset="prices", filters=[no({"exists": "offers"})])] == [20]


def test_a_condition_far_away_holds_for_the_subject(chain: Chain) -> None:
    """Sales of people who brought something back for at least 50: An's and Chi's. Not so: the others', nobody's too."""
    returned = compare("returns.amount", ">=", 50)
    assert sales(chain, returned) == [1, 2, 5]
    assert sales(chain, no(returned)) == [3, 4, 6, 7]


def test_exists_of_what_the_base_has_one_of(chain: Chain) -> None:
    """A sale's shop: those in Huế, and not."""
    hue = {"exists": "shops", "filters": [compare("shops.city", "=", "Huế")]}
    assert sales(chain, hue) == [4, 5, 6]
    assert sales(chain, no(hue)) == [1, 2, 3, 7]


# named filters -------------------------------------------------------------------------------------------------------
def test_a_named_filter_holds_on_any_dataset(chain: Chain) -> None:
    """Regular is An; hers are sales 1 and 2. Big is a sale: people with one are Chi (Em is gone)."""
    assert people(chain, {"named": "people.regular"}) == [1]
    assert people(chain, no({"named": "people.regular"})) == [2, 3, 4]
    assert sales(chain, {"named": "people.regular"}) == [1, 2]
    assert people(chain, {"named": "sales.big"}) == [3]
    revenue = {"metrics": ["revenue"], "filters": [{"named": "people.regular"}]}
    assert chain.rows(**revenue) == [(300,)]


def test_a_period_binds_a_named_filters_own_time(chain: Chain) -> None:
    """Big sales: 5 in March, 6 and 7 in April."""
    april = {"named": "sales.big", "period": {"start": "2026-04-01", "end": "2026-04-30"}}
    assert sales(chain, april) == [6, 7]
    assert people(chain, april) == []
    with pytest.raises(QueryError, match=r"people\.regular takes no period"):
        people(chain, {"named": "people.regular", "period": april["period"]})


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-12-25", "2027-01-07", [1, 3]),
        ("2026-12-31", "2026-12-31", [1]),
        ("2027-01-01", "2027-01-01", [3]),
        ("2027-02-28", "2027-02-28", [2]),
        ("2027-02-20", "2027-03-05", [2]),
        ("2027-03-01", "2027-03-05", []),
        ("2028-02-28", "2028-02-28", []),
        ("2028-02-29", "2028-02-29", [2]),
        ("2026-12-01", "2027-02-28", [1, 2, 3]),
        ("2026-01-01", "2026-12-31", [1, 2, 3]),
        ("2027-03-01", "2028-02-28", [1, 3]),
        ("2020-05-01", "2026-05-01", [1, 2, 3]),
    ],
)
def test_birthdays(chain: Chain, start: str, end: str, expected: list[int]) -> None:
    """An 31 December, Chi 1 January, Bình 29 February: the 28th in common years. Dung's is unknown.

    From 1 March 2027 to 28 February 2028 Bình has none: 2027's was on 28 February, 2028's is on the 29th.
    """
    assert people(chain, {"named": "people.birthday", "period": {"start": start, "end": end}}) == expected


# lists ---------------------------------------------------------------------------------------------------------------
def test_a_list_is_sorted_with_unknown_last_either_way(chain: Chain) -> None:
    """Born: Chi 1985, An 1990, Bình 2000, Dung unknown."""
    assert chain.ids(dataset="people", order=[{"by": "people.born"}]) == [3, 1, 2, 4]
    assert chain.ids(dataset="people", order=[{"by": "born", "descending": True}]) == [2, 1, 3, 4]
    assert chain.ids(dataset="people", order=[{"by": "born", "descending": True}], limit=2) == [2, 1]


def test_a_list_shows_its_subject_its_own_columns_and_what_was_asked(chain: Chain) -> None:
    """The person by id and name, then the fields asked for, then what the dataset shows first; newest sale first."""
    compiled = chain.compile(dataset="people", fields=["people.age", "figures.score"])
    assert [c.name for c in compiled.columns] == ["person_id", "person", "age", "score", "city"]
    assert chain.rows(dataset="people", fields=["people.age"])[0] == (1, "An", 35, "Hà Nội")
    assert [r[2] for r in chain.rows(dataset="sales", fields=["sales.id"])] == [7, 6, 5, 4, 3, 2, 1]


def test_a_list_and_its_count_agree(chain: Chain) -> None:
    """Three sales of at least 500; two where two are asked for."""
    assert chain.count(dataset="sales", filters=[{"named": "sales.big"}]) == 3
    assert chain.count(dataset="sales", filters=[{"named": "sales.big"}], limit=2) == 2


def test_a_column_that_needs_quotes(chain: Chain) -> None:
    """The column is called Group, with a capital, and is a word of SQL besides."""
    red = compare("shops.chain", "=", "red")
    assert chain.rows(metrics=["revenue"], by=[{"field": "shops.chain"}], filters=[red]) == [("red", 2800)]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (compare("sales.amount", "between", 1), "two values are needed"),
        (compare("sales.amount", "="), "a value is missing"),
        (compare("sales.amount", "=", 1, 2), "takes one value; for several there is 'in'"),
        (compare("sales.amount", ">", "much"), "sales.amount is a number; 'much' is none"),
        (compare("sales.amount", "=", True), "sales.amount is a number; 'True' is none"),
        (compare("sales.online", "=", "perhaps"), "sales.online is true or false"),
        (compare("sales.sold_on", ">", "soon"), "sales.sold_on is a date, as 2026-01-31; 'soon' is none"),
        (compare("sales.sold_on", "=", "2026-02-30"), "'2026-02-30' is none"),
        (compare("sales.amount", "contains", "1"), "only text can contain something"),
        (compare("prices.price", "=", 1), "Nothing links sales with prices"),
        ({"exists": "prices"}, "Nothing links sales with prices"),
        ({"exists": "shops", "op": ">", "value": 1}, "there is nothing to add up"),
        ({"exists": "sales", "metric": "revenu", "value": 1}, "Did you mean 'revenue'?"),
        ({"exists": "sales", "metric": "returned", "value": 1}, "can't be held to a number of returned"),
        ({"exists": "sales", "metric": {"fn": "median", "over": "sales.amount"}, "value": 1}, "A threshold takes"),
        ({"exists": "figures", "period": {"start": "2026-01-01"}}, "figures has no time field of its own"),
    ],
)
def test_an_impossible_filter_says_why(chain: Chain, condition: dict[str, Any], words: str) -> None:
    with pytest.raises(QueryError) as raised:
        sales(chain, condition)
    assert words in str(raised.value)
