"""Reading a model: what a document may say, and that each mistake is named with its place and a guess."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from small import ansi, document, field, metric, model, ours

from schema.loading import load_model, parse_model, read_documents
from schema.model import ModelError, near, parse_expression

Document = dict[str, Any]
Change = Callable[[Document], Any]


def whole(d: Document) -> dict[str, Any]:
    found: dict[str, Any] = d["semantic_model"][0]
    return found


def dataset(d: Document, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(x for x in whole(d)["datasets"] if x["name"] == name)
    return found


def ext(d: Document, name: str, **data: Any) -> None:
    """Change what we say about a dataset."""
    part = dataset(d, name)
    part["custom_extensions"] = ours(**json.loads(part["custom_extensions"][0]["data"]) | data)


def add_metric(expression: str, **data: Any) -> Change:
    return lambda d: whole(d)["metrics"].append(metric("made", expression, **data))


def add_field(expression: str, **data: Any) -> Change:
    return lambda d: dataset(d, "sales")["fields"].append(field("made", "Integer", expression, **data))


def add_filter(expression: str, **more: Any) -> Change:
    words = {"name": "made", "label": "made", "label_vi": "made", "description": "made"}
    return lambda d: ext(d, "people", filters=[{**words, "expression": expression, **more}])


def test_a_document_becomes_typed_parts() -> None:
    """Names, keys, expressions, our extensions; labels are the names with spaces where none is given."""
    chain = model()
    assert chain.ext.subject == "people"
    assert chain.dataset("prices").primary_key == ("shop_id", "product_id")
    assert chain.dataset("people").ext.name_as == "person"
    assert chain.field("people.age").expression == "YEARS_SINCE(born)"
    assert chain.field("people.days_known").label == "days known"
    assert chain.field("sales.sold_on").is_time and not chain.field("sales.amount").is_time
    assert chain.metric("revenue").ext.at == {"items": "SUM(items.amount)"}
    assert chain.named("people.birthday").recurs
    assert set(chain.named_filters) == {"people.regular", "people.birthday", "sales.big"}


def test_extensions_of_other_vendors_are_left_alone() -> None:
    """Ours add up; those of others may say anything."""
    d = document()
    theirs = [{"vendor_name": "DBT", "data": "not even JSON"}]
    dataset(d, "shops")["custom_extensions"] = theirs + ours(name_field="name") + ours(labels="shops")
    read = parse_model(d).dataset("shops").ext
    assert (read.name_field, read.labels) == ("name", "shops")


def test_the_words_of_ai_context() -> None:
    """Synonyms of an object; a plain sentence has none."""
    d = document()
    dataset(d, "shops")["ai_context"] = {"synonyms": ["shop", "cửa hàng"]}
    dataset(d, "sales")["ai_context"] = "One row a sale"
    read = parse_model(d)
    assert read.dataset("shops").synonyms == ("shop", "cửa hàng")
    assert read.dataset("sales").synonyms == ()


MISTAKES: list[tuple[Change, list[str]]] = [
    # against the Ossie schema
    (lambda d: d.update(version="9"), ["version", "'0.2.0.dev0' was expected"]),
    (lambda d: dataset(d, "figures").pop("source"), ["semantic_model.0.datasets.2", "'source' is a required property"]),
    (lambda d: dataset(d, "shops").update(sorce="x"), ["semantic_model.0.datasets.0", "'sorce' was unexpected"]),
    (lambda d: whole(d).update(datasets=[]), ["semantic_model.0.datasets"]),
    # our extensions
    (lambda d: ext(d, "sales", tme="sales.sold_on"), ["sales: tme", "Known: amounts", "Did you mean 'time'?"]),
    (add_field("amount", lable_vi="x"), ["sales.made: lable_vi", "Did you mean 'label_vi'?"]),
    (add_metric("SUM(sales.amount)", units="₫"), ["made: units", "Did you mean 'unit'?"]),
    (add_filter("people.id > 1", tyme="x"), ["people: filters.0.tyme", "Did you mean 'time'?"]),
    (lambda d: ext(d, "people", filters=[{"name": "x"}]), ["people: filters.0.label: Field required"]),
    (lambda d: ext(d, "sales", list="x"), ["sales: list"]),
    (lambda d: dataset(d, "sales").update(custom_extensions=[{"vendor_name": "LIFECYCLE", "data": "{"}]), ["no JSON"]),
    (lambda d: dataset(d, "sales").update(custom_extensions=[{"vendor_name": "LIFECYCLE", "data": "[]"}]), ["object"]),
    # expressions
    (add_metric("SUM("), ["made: the expression 'SUM(' can't be read", "Required keyword"]),
    (add_metric("SUM(sales.amount) 'x"), ["made: the expression", "can't be read"]),
    (add_metric("SUM(sales.amount), 1"), ["made", "is not a single expression"]),
    (add_metric("COUNT(sales.id) FROM people"), ["made", "is not a single expression"]),
    (add_field("amount +"), ["sales.made: the expression 'amount +' can't be read"]),
    (add_filter("people.id >"), ["people.made: the expression", "can't be read"]),
    (lambda d: ext(d, "people", where="people.id ="), ["people: where: the expression", "can't be read"]),
    (add_metric("SUM(sales.amount)", n="COUNT("), ["made: n: the expression", "can't be read"]),
    (add_field("MONTHS_SINCE(sold_on)"), ["sales.made: unknown function 'MONTHS_SINCE'", "Did you mean 'DAYS_SINCE'?"]),
    (add_field("DAYS_BETWEEN(sold_on)"), ["sales.made: DAYS_BETWEEN takes 2 arguments, not 1"]),
    (add_metric("sales.amount"), ["made: a metric needs an aggregate"]),
    (add_metric("SUM(sales.amount) / sales.amount"), ["made: sales.amount stands outside of every aggregate"]),
    (
        lambda d: dataset(d, "sales")["fields"].append(
            {"name": "made", "expression": {"dialects": [{"dialect": "SNOWFLAKE", "expression": "x"}]}}
        ),
        ["sales.made: no expression in ANSI_SQL"],
    ),
    # names
    (add_metric("SUM(sales.amont)"), ["made: Unknown field 'amont' of sales", "Did you mean 'amount'?"]),
    (add_metric("SUM(amount)"), ["made: 'amount' needs its dataset, as in dataset.amount"]),
    (add_metric("SUM(sale.amount)"), ["made: Unknown dataset 'sale'", "Did you mean 'sales'?"]),
    (add_metric("SUM(sales.amount)", at={"itms": "SUM(items.amount)"}), ["made: at: unknown dataset 'itms'", "items"]),
    (add_metric("SUM(sales.amount)", at={"items": "SUM(items.amont)"}), ["made at items: Unknown field 'amont'"]),
    (add_metric("SUM(sales.amount)", time="sales.paid"), ["made: time: Unknown field 'paid'", "'paid_on'?"]),
    (add_field("people.agee + 1"), ["sales.made: Unknown field 'agee' of people", "Did you mean 'age'?"]),
    (add_field("sales.made + 1"), ["its expression leads back to itself: sales.made > sales.made"]),
    (add_filter("people.agee > 1"), ["people.made: Unknown field 'agee'", "Did you mean 'age'?"]),
    (add_filter("people.age > 1", time="people.bron"), ["people.made: Unknown field 'bron'", "Did you mean 'born'?"]),
    (add_filter("people.age > 1", lists="peple"), ["people.made: lists: unknown dataset 'peple'", "'people'?"]),
    (add_filter("people.age > 1", beside="people.mad"), ["unknown filter 'people.mad'", "'people.made'?"]),
    (add_filter("sales.amount > 1"), ["people.made: no relationship leads from people to one sales"]),
    (lambda d: ext(d, "sales", time="sold"), ["sales: Unknown field 'sold'", "Did you mean 'sold_on'?"]),
    (lambda d: ext(d, "sales", order=["-amont"]), ["sales: Unknown field 'amont'"]),
    (lambda d: ext(d, "sales", best="revenu"), ["sales: Unknown field 'revenu'"]),
    (lambda d: whole(d).update(custom_extensions=ours(subject="peple")), ["subject: unknown dataset 'peple'"]),
    (
        lambda d: whole(d)["relationships"][0].update(to="peple"),
        ["relationship figures_people: unknown dataset 'peple'", "Did you mean 'people'?"],
    ),
    (
        lambda d: whole(d)["relationships"][0].update(to_columns=["id", "x"]),
        ["relationship figures_people: from_columns and to_columns differ in number"],
    ),
    # twice
    (lambda d: whole(d)["datasets"].append(dataset(d, "shops")), ["dataset shops is declared twice"]),
    (lambda d: dataset(d, "shops")["fields"].append(field("id", "Integer")), ["shops: field id is declared twice"]),
    (lambda d: whole(d)["metrics"].append(metric("paid", "COUNT(sales.id)")), ["metric paid is declared twice"]),
    (
        lambda d: ext(d, "sales", filters=[json.loads(f) for f in [FILTER] * 2]),
        ["filter sales.big is declared twice"],
    ),
]
FILTER = json.dumps(
    {"name": "big", "label": "big", "label_vi": "lớn", "description": "big", "expression": "sales.amount > 1"}
)


@pytest.mark.parametrize(("change", "words"), MISTAKES)
def test_a_mistake_is_named_with_its_place_and_a_guess(change: Change, words: list[str]) -> None:
    """What is wrong, where, what is known there, what may have been meant; and the message has no terminal colours."""
    d = document()
    parse_model(d)
    change(d)
    with pytest.raises(ModelError) as raised:
        parse_model(d)
    for word in words:
        assert word in str(raised.value)
    assert "\x1b" not in str(raised.value)


def test_a_dataset_may_have_no_key_until_one_is_needed() -> None:
    """Ossie doesn't ask for one; an id shown by name does."""
    d = document()
    dataset(d, "offers").pop("primary_key")
    assert parse_model(d).dataset("offers").primary_key == ()
    dataset(d, "people").pop("primary_key")
    with pytest.raises(ModelError, match="people: id_as names a primary_key, and there is none"):
        parse_model(d)


def test_look_ups_list_and_guess() -> None:
    """By each kind of name."""
    chain = model()
    for look_up, name, guess in (
        (chain.dataset, "shop", "shops"),
        (chain.field, "people.nam", "name"),
        (chain.metric, "basked", "basket"),
        (chain.named, "sales.bigg", "sales.big"),
    ):
        with pytest.raises(ModelError, match=rf"Known: .*Did you mean '{guess}'\?"):
            look_up(name)
    assert near("zzz", ["b", "a"]) == "Known: a, b."


def test_documents_of_one_model_add_up(tmp_path: Path) -> None:
    """Two files, each with its own datasets; the whole is checked, so that one may name what the other declares."""
    d = document()
    first, second = json.loads(json.dumps(d)), json.loads(json.dumps(d))
    whole(first)["datasets"], whole(second)["datasets"] = whole(d)["datasets"][:3], whole(d)["datasets"][3:]
    for key in ("relationships", "metrics", "custom_extensions"):
        whole(second).pop(key)
    paths = [tmp_path / "1.yaml", tmp_path / "2.yaml"]
    for path, part in zip(paths, (first, second), strict=True):
        path.write_text(yaml.safe_dump(part, allow_unicode=True), "utf-8")
    assert parse_model(read_documents(paths)) == model()
    with pytest.raises(ModelError, match="unknown dataset"):
        load_model(paths[0])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "model.yaml: while parsing"),
        ("- 1", "model.yaml: no 'semantic_model'"),
        ("version: 1", "model.yaml: no 'semantic_model'"),
        (None, "model.yaml: "),
    ],
)
def test_a_file_that_is_no_document(tmp_path: Path, text: str | None, words: str) -> None:
    path = tmp_path / "model.yaml"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(ModelError, match=words):
        load_model(path)


def test_an_expression_may_be_a_bare_word_of_sql() -> None:
    """use is a column of the vehicles; each reading gives a tree of its own."""
    assert parse_expression("use").sql() == "use"
    assert parse_expression("a.b + 1") is not parse_expression("a.b + 1")
    assert ansi("x") == {"dialects": [{"dialect": "ANSI_SQL", "expression": "x"}]}
