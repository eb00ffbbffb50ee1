"""The shipped model and tables hold together: meaning is declared in the one, physical facts in the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sqlalchemy import Column, Engine, Enum, Table, create_engine, text
from sqlglot import exp

from schema.compiler import Compiler
from schema.expressions import Clock
from schema.joins import JoinGraph
from schema.loading import OSSIE_SCHEMA, SEMANTIC, load_model, read_documents
from schema.model import Dataset, FieldOf, SemanticModel, parse_expression
from schema.query import By, Exists, Named, Period, SemanticQuery
from schema.tables import ROOMS, metadata
from schema.tables.declarative import FollowedBy, Follows, Pii

MODEL = load_model()
SCOPED = [t for t in metadata.sorted_tables if "scope" in t.info]
NOT_ASKABLE = {
    "settings": "the tenant's thresholds; answers name the one they used",
    "refresh_runs": "when the figures were computed; answers show it as as_of",
    "cut_points": "ranks that scores are placed by",
    "value_tokens": "the index that names are looked up in",
    "field_values": "the index that values are looked up in",
}
INNER = {  # reached through another dataset, whose words they go by
    "customer_metrics": "figures of a customer, said as fields of customers",
    "transaction_items": "parts of transactions",
    "order_totals": "figures of an order, said as fields of orders",
    "holders": "who owned a customer before; found by English words alone so far",
}
PYTHON = {"Integer": int, "String": str, "Date": date, "DateTime": datetime, "Boolean": bool, "Float": float}
NOW = datetime(2026, 11, 20, 10)


def source(dataset: Dataset) -> Table:
    return metadata.tables[dataset.source]


def fields() -> Iterator[tuple[FieldOf, Table]]:
    for dataset in MODEL.datasets.values():
        for f in dataset.fields.values():
            yield f, source(dataset)


def columns() -> Iterator[tuple[FieldOf, Column[Any]]]:
    """Fields that are nothing but a column."""
    for f, table in fields():
        if f.expression in table.columns:
            yield f, table.columns[f.expression]


# the tables ----------------------------------------------------------------------------------------------------------
def test_every_column_that_a_field_names_exists() -> None:
    named = 0
    for f, table in fields():
        for column in parse_expression(f.expression).find_all(exp.Column):
            if not column.table:
                assert column.name in table.columns, f"{f.key}: {table.name} has no column {column.name}"
                named += 1
    assert named > 200


def test_every_datatype_is_the_columns() -> None:
    for f, column in columns():
        assert PYTHON[f.datatype] is column.type.python_type, f.key


def test_every_enumeration_has_the_tables_values() -> None:
    """Each value is named, none is invented; an enumeration that is shown without being asked for has its names."""
    seen = 0
    for f, column in columns():
        if not isinstance(column.type, Enum):
            assert not f.ext.values, f"{f.key}: values of a column that holds any"
        elif f.ext.values or not f.ext.detail:
            assert set(f.ext.values) == set(column.type.enums), f.key
            seen += 1
    assert seen > 40


def test_every_primary_key_is_the_tables() -> None:
    for d in MODEL.datasets.values():
        assert d.primary_key == tuple(c.name for c in source(d).primary_key), d.name
        assert all(key in d.fields for key in d.primary_key), d.name


def test_every_relationship_is_a_foreign_key() -> None:
    """Or both ends point at the same one (items and transactions of an order)."""
    for r in MODEL.relationships:
        many, one = source(MODEL.datasets[r.many]), source(MODEL.datasets[r.one])
        for a, b in zip(r.many_columns, r.one_columns, strict=True):
            ends = [{f.column for f in t.columns[c].foreign_keys} | {t.columns[c]} for t, c in ((many, a), (one, b))]
            assert ends[0] & ends[1], f"{r.name}: {many.name}.{a} doesn't point at {one.name}.{b}"
        assert r.one_columns == MODEL.datasets[r.one].primary_key, r.name


def test_every_table_is_askable_or_says_why_not() -> None:
    """A table with a scope is the source of a dataset; one without can't be asked for, and has its reason here."""
    sources = {d.source for d in MODEL.datasets.values()}
    assert {t.name for t in SCOPED} == sources
    assert metadata.tables.keys() - sources == NOT_ASKABLE.keys()
    assert sum(len(vars(room)) > 0 for room in ROOMS) == len(ROOMS) == 8


def test_scopes_follow_columns_that_exist() -> None:
    """And end at a table that has a scope itself."""
    for table in SCOPED:
        mark = table.info["scope"]
        if isinstance(mark, Follows):
            names = [n for n in (mark.column, mark.store, mark.user) if n]
            assert names and all(n in table.columns for n in names), table.name
        if isinstance(mark, FollowedBy):
            assert mark.column in metadata.tables[mark.table].columns, table.name
        if isinstance(mark, Follows | FollowedBy):
            assert "scope" in metadata.tables[mark.table].info, table.name


def test_tables_are_described_and_personal_columns_marked() -> None:
    """Names, birth dates, addresses, numbers and plates; the identity number is the admin's alone."""
    assert [t.name for t in metadata.sorted_tables if not t.comment] == []
    marked = {f"{t.name}.{c.name}" for t in metadata.sorted_tables for c in t.columns if "pii" in c.info}
    personal = {"full_name", "name_folded", "birth_date", "street", "identity_number", "vin", "plate", "value"}
    assert {m.partition(".")[2] for m in marked} >= personal
    assert metadata.tables["customers"].columns["identity_number"].info["pii"] == Pii(frozenset({"admin"}))


# the model -----------------------------------------------------------------------------------------------------------
def test_the_shipped_documents_are_valid_ossie() -> None:
    """Each by itself, and joined."""
    validator = jsonschema.Draft202012Validator(json.loads(OSSIE_SCHEMA.read_text("utf-8")))
    paths = sorted(SEMANTIC.glob("*.yaml"))
    assert len(paths) >= 4
    for document in [*(read_documents([p]) for p in paths), read_documents(paths)]:
        assert list(validator.iter_errors(document)) == []


def plain(expression: str) -> bool:
    """COUNT or SUM of a column, as it stands."""
    tree = parse_expression(expression)
    return isinstance(tree, exp.Count | exp.Sum) and isinstance(tree.this, exp.Column | exp.Star)


def test_there_are_thirty_metrics_that_say_more_than_a_sum() -> None:
    """Rates, means, distinct or conditional counts; each with a definition, and a mean or rate with its n."""
    assert sum(not plain(m.expression) for m in MODEL.metrics.values()) >= 30
    for m in MODEL.metrics.values():
        assert m.description and m.ext.label_vi, m.name
        if parse_expression(m.expression).find(exp.Div, exp.Avg):
            assert m.ext.n, f"{m.name} is a mean or rate and names no n"


def both(words: tuple[str, ...]) -> bool:
    """English is plain ASCII; Vietnamese is told by its letters."""
    return any(w.isascii() for w in words) and any(not w.isascii() for w in words)


def test_everything_askable_has_words_in_both_languages() -> None:
    """Labels of what is shown; synonyms of datasets and named filters, or a reason why not."""
    for d in MODEL.datasets.values():
        assert both(d.synonyms) or d.name in INNER, f"{d.name}: {d.synonyms}"
        assert d.description and d.ext.label_vi, d.name
        for f in d.fields.values():
            assert f.ext.detail or f.ext.label_vi, f.key
    for key, named in MODEL.named_filters.items():
        assert both(named.synonyms) and named.description and named.label_vi, key


# every part of it runs -----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The declared tables, empty: what is checked is that each query is one that the database takes."""
    url = f"sqlite:///{tmp_path_factory.mktemp('tables') / Path('empty.db')}"
    if request.param == "postgres":
        server: str = request.getfixturevalue("postgres_url")
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE empty")
        admin.dispose()
        url = server.replace("/postgres?", "/empty?")
    engine = create_engine(url)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def asked(model: SemanticModel) -> Iterator[SemanticQuery]:
    """Every dataset listed, with every field; every metric alone and by each store and month that it reaches; every
    named filter and phrasing as people say them."""
    graph, month = JoinGraph(model), Period(start=date(2026, 11, 1), end=date(2026, 11, 30))
    for d in model.datasets.values():
        everything = tuple(f.key for f in d.fields.values())
        period = month if d.ext.time else None
        yield SemanticQuery(dataset=d.name, fields=everything, period=period, limit=10)
        for p in d.ext.phrasings:
            yield SemanticQuery.model_validate(
                {"dataset": p.about, "filters": [{"exists": d.name, "filters": p.filters}]}
            )
        if d.ext.mine:
            mine = json.loads(json.dumps(d.ext.mine).replace('"$asker"', "1"))
            yield SemanticQuery.model_validate({"dataset": d.name, "filters": [mine]})
    for key, named in model.named_filters.items():
        home = key.partition(".")[0]
        yield SemanticQuery(
            dataset=named.lists or home, filters=(Named(named=key, period=month if named.time else None),)
        )
        if model.ext.subject and graph.reaches(home, [model.ext.subject]):
            yield SemanticQuery(dataset=model.ext.subject, filters=(Exists(exists=home, filters=(Named(named=key),)),))
    for m in model.metrics.values():
        bases = {c.table for c in parse_expression(m.expression).find_all(exp.Column)}
        yield SemanticQuery(metrics=(m.name,))
        if all(graph.reaches(b, ["stores"]) for b in bases):
            yield SemanticQuery(metrics=(m.name,), by=(By(field="stores.name"),))
        for base, expression in [*((b, m.expression) for b in bases), *m.ext.at.items()]:
            time = model.datasets[base].ext.time
            if time and len(bases) == 1 and expression:
                yield SemanticQuery(metrics=(m.name,), by=(By(field=time, grain="month"),), period=month)
        for finer in m.ext.at:
            beyond = [x for x in graph.tree(finer) if not all(graph.reaches(b, [x]) for b in bases)]
            fields_ = [f"{x}.{model.datasets[x].primary_key[0]}" for x in beyond]
            yield from (SemanticQuery(metrics=(m.name,), by=(By(field=f),)) for f in fields_)


def test_every_part_of_the_model_is_sql_that_the_database_takes(store: Engine) -> None:
    """Types, functions and joins: nothing of the model fails when it is first asked for."""
    postgres = store.dialect.name == "postgresql"
    compiler = Compiler(MODEL, Clock(NOW), "postgres" if postgres else "sqlite")
    number = 0
    with store.connect() as connection:
        for query in asked(MODEL):
            compiled = compiler.compile(query)
            sql = compiled.tree.sql(compiler.dialect)
            found = connection.execute(text(sql.replace(":", r"\:")))
            assert list(found.keys()) == [c.name for c in compiled.columns], sql
            number += 1
    assert number > 250
