"""Measures by dimensions, on SQLite and PostgreSQL. Every expected number is added up by hand from small.ROWS."""

from __future__ import annotations

from typing import Any

import pytest
from small import Chain

from schema.compiler import QueryError

SALES = {"fn": "count", "over": "sales"}
PEOPLE = {"fn": "count", "over": "people"}
BY_SHOP = [{"field": "shops.name"}]
BY_CATEGORY = [{"field": "products.category"}]


def by(field: str, grain: str | None = None) -> list[dict[str, Any]]:
    return [{"field": field, "grain": grain}]


# fan-out -------------------------------------------------------------------------------------------------------------
def test_a_sale_with_several_items_counts_once_a_category(chain: Chain) -> None:
    """sport is on sales 1, 3 (three items), 5, 6, 7; paper on 1, 2, 4. Rows of items would give 7 and 3."""
    assert chain.table(metrics=[SALES], by=BY_CATEGORY) == {"sport": 5, "paper": 3}


def test_an_amount_is_added_once_a_category(chain: Chain) -> None:
    """sport: 100 + 300 + 500 + 600 + 700; rows of items would add sale 3 three times and give 2,800."""
    total = {"fn": "sum", "over": "sales.amount"}
    assert chain.table(metrics=[total], by=BY_CATEGORY) == {"sport": 2200, "paper": 700}


def test_a_mean_takes_each_person_once_a_category(chain: Chain) -> None:
    """sport: An 35, Bình 26, Chi 41 -> 34 of 3 (Bình has three such items); paper: An, Bình -> 30.5 of 2.

    Em, who is gone, is no one of people.
    """
    assert chain.table(metrics=["average_age"], by=BY_CATEGORY) == {"sport": (34, 3), "paper": (30.5, 2)}


def test_a_median_takes_each_person_once_a_category(chain: Chain) -> None:
    """sport: 26, 35, 41 -> 35; with Bình three times it would be 26."""
    median = {"fn": "median", "over": "people.age"}
    assert chain.table(metrics=[median], by=BY_CATEGORY) == {"sport": (35, 3), "paper": (30.5, 2)}


def test_a_metric_with_a_finer_expression_is_divided_among_the_groups(chain: Chain) -> None:
    """Items of sport: 60 + 100 + 150 + 50 + 500 + 600 + 700 = 2,160; of paper: 40 + 200 + 400 = 640; together 2,800."""
    assert chain.table(metrics=["revenue"], by=BY_CATEGORY) == {"sport": 2160, "paper": 640}
    assert chain.rows(metrics=["revenue"]) == [(2800,)]


def test_a_finer_mean_keeps_its_n(chain: Chain) -> None:
    """2,160 / 5 sales with sport, 640 / 3 with paper; n is the number of sales, not of items."""
    found = chain.table(metrics=["basket"], by=BY_CATEGORY)
    assert found["sport"] == (432, 5)
    assert found["paper"] == (pytest.approx(640 / 3), 3)


def test_a_finer_expression_serves_a_filter_too(chain: Chain) -> None:
    """Revenue from paper is that of its items (640), also where the filter stands inside another; not that of sales
    that have some paper (700)."""
    paper = {"field": "products.category", "op": "=", "value": "paper"}
    assert chain.rows(metrics=["revenue"], filters=[paper]) == [(640,)]
    assert chain.rows(metrics=["revenue"], filters=[{"all": [paper]}]) == [(640,)]


# chasm ---------------------------------------------------------------------------------------------------------------
def test_two_facts_by_a_shared_dimension(chain: Chain) -> None:
    """Alpha sold 100 + 200 + 300 + 700 and took back 50; Beta 400 + 500 + 600 and 30 + 20; Gamma has returns alone."""
    found = chain.table(metrics=["revenue", "sale_count", "returned"], by=BY_SHOP)
    assert found == {"Alpha": (1300, 4, 50), "Beta": (1500, 3, 50), "Gamma": (None, 0, 70)}


def test_a_group_that_both_facts_have_as_unknown_is_one_group(chain: Chain) -> None:
    """Chi's city is unknown in both: 500 sold, 70 back. So is that of sale 7, which is nobody's: 500 + 700."""
    found = chain.table(metrics=["revenue", "returned"], by=by("people.city"))
    assert found == {"Hà Nội": (300, 50), "Huế": (1300, 50), None: (1200, 70)}


def test_one_metric_over_two_facts(chain: Chain) -> None:
    """50 / 1,300, 50 / 1,500; Gamma sold nothing: none."""
    found = chain.table(metrics=["returned_rate"], by=BY_SHOP)
    assert found == {"Alpha": pytest.approx(50 / 1300), "Beta": pytest.approx(50 / 1500), "Gamma": None}


def test_two_facts_without_groups_are_one_row(chain: Chain) -> None:
    """2,800 sold, 170 back."""
    assert chain.rows(metrics=["revenue", "returned"]) == [(2800, 170)]


def test_a_period_binds_each_fact_by_its_own_time(chain: Chain) -> None:
    """January: 200 + 300 + 400 sold; 50 back on the 31st at 23:30."""
    january = {"start": "2026-01-01", "end": "2026-01-31"}
    assert chain.rows(metrics=["revenue", "returned"], period=january) == [(900, 50)]


# one to one ----------------------------------------------------------------------------------------------------------
def test_one_to_one_is_safe_both_ways(chain: Chain) -> None:
    """Scores 9, 3, unknown (Chi), and Dung, who has no figures: she stays, with the unknown ones.

    Mean by city: 9 of An alone, 3 of Bình; the unknown city has no score at all, and is no group.
    """
    assert chain.table(metrics=[PEOPLE], by=by("figures.score")) == {None: 2, 9: 1, 3: 1}
    mean = {"fn": "avg", "over": "figures.score"}
    assert chain.table(metrics=[mean], by=by("people.city")) == {"Hà Nội": (9, 1), "Huế": (3, 1)}


# measures ------------------------------------------------------------------------------------------------------------
def test_a_median_of_even_and_odd_numbers(chain: Chain) -> None:
    """Alpha: 100, 200, 300, 700 -> 250; Beta: 400, 500, 600 -> 500; all seven: 400; none: none."""
    median = {"fn": "median", "over": "sales.amount"}
    assert chain.table(metrics=[median], by=BY_SHOP) == {"Alpha": (250, 4), "Beta": (500, 3)}
    assert chain.rows(metrics=[median]) == [(400, 7)]
    assert chain.rows(metrics=[median], filters=[{"field": "sales.amount", "op": ">", "value": 9999}]) == [(None, 0)]


def test_two_medians_beside_each_other(chain: Chain) -> None:
    """Sales 400; the ten items 40, 50, 60, 100, 150, 200, 400, 500, 600, 700 -> 175; 225 between them."""
    medians = [{"fn": "median", "over": "sales.amount"}, {"fn": "median", "over": "items.amount"}]
    assert chain.rows(metrics=[*medians, "spread"]) == [(400, 7, 175, 10, 225)]
    two = [{"fn": "median", "over": "items.amount"}, {"fn": "median", "over": "items.id"}]
    assert chain.rows(metrics=two) == [(175, 10, 5.5, 10)]


def test_every_function_on_the_spot(chain: Chain) -> None:
    """Beta: 400, 500, 600 to two known people; kinds: one is unknown and not counted."""
    beta = [{"field": "shops.name", "op": "=", "value": "Beta"}]
    functions = ("sum", "avg", "min", "max", "count", "count_distinct")
    measures = [{"fn": fn, "over": "sales.amount"} for fn in functions]
    kinds = [{"fn": "count", "over": "sales.kind"}, {"fn": "count_distinct", "over": "sales.person_id"}]
    assert chain.rows(metrics=measures, filters=beta) == [(1500, 500, 3, 400, 600, 3, 3)]
    assert chain.rows(metrics=[*kinds, SALES], filters=beta) == [(2, 3, 3)]


def test_division_by_zero_gives_none(chain: Chain) -> None:
    """Online sales: 100 in December, 400 in January, none in March, 700 in April; what holds no row is no group."""
    found = chain.table(metrics=["online_amount"], by=by("sales.sold_on", "month"))
    assert found == {"2025-12-01": 100, "2026-01-01": 400, "2026-04-01": 700}
    offline = [{"field": "sales.online", "op": "=", "value": False}]
    assert chain.rows(metrics=["online_amount"], filters=offline) == [(None,)]


def test_a_share_comes_with_numerator_and_denominator(chain: Chain) -> None:
    """Regulars (score at least 5): An alone of four. By city: 1 of 2 in Hà Nội, 0 of 1 in Huế, 0 of 1 unknown."""
    regular = {"fn": "share", "over": "people", "where": {"named": "people.regular"}}
    assert chain.rows(metrics=[regular]) == [(0.25, 1, 4)]
    found = chain.table(metrics=[regular], by=by("people.city"))
    assert found == {"Hà Nội": (0.5, 1, 2), "Huế": (0, 0, 1), None: (0, 0, 1)}


def test_a_share_of_a_metric_is_of_its_own_values(chain: Chain) -> None:
    """Revenue 2800, online 100 + 400 + 700. Alpha: 800 of 1300; Beta: 400 of 1500. Sport, by the items: 2160 of 2800.

    The numerator of a part that has no sale is 0.
    """
    online = {"field": "sales.online", "op": "=", "value": True}
    shared = {"fn": "share", "over": "sales", "of": "revenue", "where": online}
    assert chain.rows(metrics=[shared]) == [(pytest.approx(1200 / 2800), 1200, 2800)]
    found = chain.table(metrics=[shared], by=BY_SHOP)
    assert found == {"Alpha": (pytest.approx(8 / 13), 800, 1300), "Beta": (pytest.approx(4 / 15), 400, 1500)}
    sport = shared | {"where": {"field": "products.category", "op": "=", "value": "sport"}}
    assert chain.rows(metrics=[sport]) == [(pytest.approx(2160 / 2800), 2160, 2800)]
    none = shared | {"where": {"field": "sales.amount", "op": ">", "value": 9999}}
    assert chain.rows(metrics=[none]) == [(0, 0, 2800)]


def test_measures_that_differ_by_their_condition_alone_stay_apart(chain: Chain) -> None:
    """7 sales, 3 online, 3 of at least 500. Two shares: 3 / 7 online, 2 / 7 under 300, over one denominator."""
    online = {"field": "sales.online", "op": "=", "value": True}
    metrics = [SALES, SALES | {"where": online}, SALES | {"where": {"named": "sales.big"}}]
    assert chain.rows(metrics=metrics) == [(7, 3, 3)]
    small = {"field": "sales.amount", "op": "<", "value": 300}
    shares = [{"fn": "share", "over": "sales", "where": w} for w in (online, small)]
    assert chain.rows(metrics=shares) == [(pytest.approx(3 / 7), 3, 7, pytest.approx(2 / 7), 2)]


def test_a_metric_binds_a_period_by_its_own_time_field(chain: Chain) -> None:
    """Paid in January: sales 1, 2, 3; sold in January: 2, 3, 4."""
    january = {"start": "2026-01-01", "end": "2026-01-31"}
    assert chain.rows(metrics=["paid", "revenue"], period=january) == [(600, 900)]
    assert chain.rows(metrics=["paid"], period={**january, "field": "sales.sold_on"}) == [(900,)]


def test_what_is_declared_of_a_dataset_holds_for_its_rows(chain: Chain) -> None:
    """Em is gone: four people, not five. Her sale stays in the totals of sales."""
    assert chain.rows(metrics=[PEOPLE]) == [(4,)]
    assert chain.rows(metrics=["sale_count"]) == [(7,)]


# refusals ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"metrics": ["revenu"]}, ["Unknown metric 'revenu'", "Known: average_age, basket", "Did you mean 'revenue'?"]),
        ({"metrics": ["revenue"], "by": by("shops.nam")}, ["Unknown field 'nam' of shops", "Did you mean 'name'?"]),
        ({"metrics": ["revenue"], "by": by("shop.name")}, ["Unknown dataset 'shop'", "Did you mean 'shops'?"]),
        ({"metrics": ["revenue"], "by": by("shop")}, ["Unknown dataset 'shop'", "Did you mean 'shops'?"]),
        ({"dataset": "sale"}, ["Unknown dataset 'sale'", "figures, items", "Did you mean 'sales'?"]),
        ({"dataset": "sales", "filters": [{"named": "sales.bigg"}]}, ["Unknown filter", "Did you mean 'sales.big'?"]),
        ({"dataset": "sales", "filters": [{"exists": "itmes"}]}, ["Unknown dataset 'itmes'", "Did you mean 'items'?"]),
        ({"metrics": ["revenue"], "by": by("prices.price")}, ["sales can't be grouped by prices.price"]),
        ({"dataset": "shops", "fields": ["sales.amount"]}, ["shops has no single sales"]),
        ({"metrics": ["revenue"], "by": by("sales.kind", "month")}, ["sales.kind is no time field", "sales.sold_on"]),
        ({"metrics": ["revenue"], "by": by("shops", "month")}, ["shops has no month"]),
        ({"metrics": ["basket"], "by": BY_SHOP, "share": True}, ["basket is a ratio"]),
        ({"metrics": ["revenue"], "compare": {"start": "2026-01-01"}}, ["both periods are needed"]),
        ({"metrics": [PEOPLE], "period": {"start": "2026-01-01"}}, ["people has no time field of its own"]),
        ({"metrics": ["revenue"], "order": [{"by": "profit"}]}, ["Can't sort by 'profit'", "Possible: revenue"]),
        ({"metrics": [{"fn": "share", "over": "sales", "of": "basket"}]}, ["basket is a ratio", "no share of it"]),
        ({"metrics": [{"fn": "avg", "over": "sales"}]}, ["avg needs a field, as in sales.id"]),
        ({}, ["A query needs metrics, or a dataset to list"]),
        ({"dataset": "sales", "by": BY_SHOP}, ["by: only with metrics"]),
    ],
)
def test_an_impossible_query_says_why_and_what_is_possible(chain: Chain, query: Any, words: list[str]) -> None:
    """Messages name what is unknown, list what is known and guess what was meant: the LLM mends its call by them."""
    with pytest.raises(QueryError) as raised:
        chain.compile(**query)
    for word in words:
        assert word in str(raised.value)


def test_the_same_query_gives_the_same_sql(chain: Chain) -> None:
    """Byte for byte, from a model read anew."""
    query = {"metrics": ["revenue", "returned", "basket"], "by": BY_SHOP, "share": True}
    first = chain.compile(**query).tree.sql(chain.dialect)
    assert chain.at(chain.compiler.clock.now).compile(**query).tree.sql(chain.dialect) == first
