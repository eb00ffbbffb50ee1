"""Hostile queries: each is refused, or shows nothing that the asker may not see."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from schema.access import Asker
from tools.database import Database, DatabaseError, QueryTimeout, Rows
from tools.guard import Catalog, GuardError, guard
from tools.guard.guarded import DialectName

REP = Asker(3, "rep", "Rep", "sales_rep", 1)
ADMIN = Asker(1, "admin", "Admin", "admin")
DIALECTS: tuple[DialectName, ...] = ("sqlite", "postgres")
SECRET = "SECRET"  # in every cell that the rep may not read

REFUSED = [
    # other statements
    "DELETE FROM customers",
    "UPDATE customers SET full_name = 'x'",
    "INSERT INTO customers (id) VALUES (1)",
    "REPLACE INTO customers (id) VALUES (1)",
    "DROP TABLE customers",
    "CREATE TABLE x (a INT)",
    "PRAGMA table_info(customers)",
    "ATTACH DATABASE 'x.db' AS x",
    "VACUUM INTO 'copy.db'",
    "EXPLAIN SELECT id FROM customers",
    "COPY customers TO '/tmp/x'",
    "COPY customers TO PROGRAM 'sh'",
    "DO $$ BEGIN PERFORM pg_sleep(9); END $$",
    "CALL f()",
    "SET ROLE postgres",
    "TABLE customers",
    "VALUES (1)",
    "BEGIN; SELECT 1",
    "SELECT 1; DROP TABLE customers",
    "SELECT 1;; SELECT 2",
    "",
    ";",
    "-- nothing",
    "SELECT id INTO x FROM customers",
    "SELECT id FROM customers FOR UPDATE",
    "SELECT id FROM customers FOR SHARE",
    "WITH x AS (DELETE FROM customers RETURNING *) SELECT * FROM x",
    "WITH x AS (INSERT INTO notes (text) VALUES ('a') RETURNING id) SELECT id FROM x",
    # functions that leave the query
    "SELECT load_extension('evil')",
    "SELECT readfile('/etc/passwd')",
    "SELECT writefile('/tmp/x', 'y')",
    "SELECT edit('x')",
    "SELECT fts3_tokenizer('simple')",
    "SELECT zeroblob(1000000000)",
    "SELECT randomblob(1000000000)",
    "SELECT hex(zeroblob(1000000000))",
    "SELECT pg_sleep(100)",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT set_config('role', 'postgres', false)",
    "SELECT current_setting('data_directory')",
    "SELECT query_to_xml('SELECT * FROM customers', true, true, '')",
    "SELECT table_to_xml('customers', true, true, '')",
    "SELECT database_to_xml(true, true, '')",
    "SELECT * FROM dblink('host=x', 'SELECT 1') AS t(a INT)",
    "SELECT nextval('x')",
    "SELECT version()",
    "SELECT sqlite_version()",
    "SELECT current_user",
    "SELECT user",
    "SELECT inet_server_addr()",
    "SELECT pg_catalog.pg_sleep(1)",
    "SELECT has_table_privilege('customers', 'SELECT')",
    "SELECT repeat('x', 1000000000)",
    "SELECT lpad('x', 1000000000)",
    "SELECT txid_current()",
    "SELECT pg_terminate_backend(1)",
    "SELECT printf('%.*c', 1000000000, 'x')",
    "SELECT printf('%1000000000d', 1)",
    "SELECT printf(full_name, 1) FROM customers",
    "SELECT format('%.999999999f', 1.5)",
    "SELECT instr(full_name, full_name || full_name) FROM customers",
    "SELECT replace(full_name, full_name, 'x') FROM customers",
    "SELECT trim(full_name, full_name) FROM customers",
    # other tables
    "SELECT * FROM sqlite_master",
    "SELECT * FROM sqlite_schema",
    "SELECT * FROM sqlite_temp_master",
    'SELECT * FROM "sqlite_master"',
    "SELECT * FROM settings",
    "SELECT * FROM value_tokens",
    "SELECT * FROM refresh_runs",
    "SELECT * FROM main.customers",
    "SELECT * FROM temp.customers",
    "SELECT * FROM public.customers",
    "SELECT * FROM other.public.customers",
    "SELECT main.customers.id FROM customers",
    "SELECT * FROM pg_catalog.pg_user",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM pg_stat_activity",
    "SELECT * FROM pragma_table_info('customers')",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM json_each('[1]')",
    "SELECT * FROM generate_series(1, 1000000000)",
    "SELECT * FROM unnest(ARRAY[1, 2])",
    "SELECT * FROM dbstat",
    "SELECT id FROM stores WHERE id IN customers",
    "SELECT id FROM stores WHERE id IN main.customers",
    "SELECT * FROM ONLY customers",
    "SELECT * FROM customers TABLESAMPLE SYSTEM (50)",
    "SELECT * FROM (customers)",
    "SELECT * FROM customers NATURAL JOIN orders",
    # whole rows and hidden columns
    "SELECT customers FROM customers",
    "SELECT c FROM customers c",
    "SELECT (c).full_name FROM customers c",
    "SELECT (c.*)::text FROM customers c",
    "SELECT row_to_json(c) FROM customers c",
    "SELECT to_jsonb(c) FROM customers c",
    "SELECT json_agg(c) FROM customers c",
    "SELECT array_agg(c) FROM customers c",
    "SELECT full_name(c) FROM customers c",
    "SELECT ROW(c.*) FROM customers c",
    "SELECT MAX(c) FROM customers c",
    "SELECT c::text FROM customers c",
    "SELECT rowid FROM customers",
    "SELECT _rowid_ FROM customers",
    "SELECT ctid, xmin FROM customers",
    "SELECT tableoid::regclass FROM customers",
    # closed columns
    "SELECT identity_number FROM customers",
    'SELECT "identity_number" FROM customers',
    'SELECT "IDENTITY_NUMBER" FROM customers',
    "SELECT [identity_number] FROM customers",
    "SELECT c.identity_number AS x FROM customers c",
    "SELECT COUNT(identity_number) FROM customers",
    "SELECT id FROM customers WHERE identity_number LIKE 'SECRET%'",
    "SELECT id FROM customers ORDER BY identity_number",
    "SELECT COUNT(*) FROM customers GROUP BY identity_number",
    "SELECT id, RANK() OVER (ORDER BY identity_number) FROM customers",
    "SELECT COUNT(*) FILTER (WHERE identity_number > 'A') FROM customers",
    "SELECT COALESCE(identity_number, 'x') FROM customers",
    "SELECT CASE WHEN identity_number IS NULL THEN 1 END FROM customers",
    "SELECT a.id FROM customers a JOIN customers b USING (identity_number)",
    "SELECT a.id FROM customers a JOIN customers b ON a.identity_number = b.identity_number",
    "WITH x AS (SELECT * FROM customers) SELECT identity_number FROM x",
    "SELECT x.identity_number FROM (SELECT * FROM customers) x",
    "SELECT (SELECT identity_number FROM customers c WHERE c.id = o.customer_id) FROM orders o",
    "SELECT 'a' UNION SELECT identity_number FROM customers",
    # what is not there becomes no text
    'SELECT "no_such_column" FROM customers',
    'SELECT id FROM customers WHERE "no_such" = 1',
    "SELECT `nothing` FROM customers",
    # recursion and size
    "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT MAX(x) FROM r",
    "WITH r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT MAX(x) FROM r",
    "SELECT " + "(" * 5000 + "1" + ")" * 5000,
    "SELECT " + "date(" * 50 + "1" + ")" * 50,
    "SELECT " + "int[" * 50 + "1" + "]" * 50,
    "SELECT " + "sort_array(1, " * 50 + "1" + ")" * 50,
    "SELECT " + "NOT " * 20000 + "1",
    "SELECT " + "-" * 3 + "+" * 30000 + "1 FROM nothing",
    "SELECT '" + "x" * 200_000 + "'",
    "SELECT " + ", ".join(["*"] * 40) + " FROM customers",
    "SELECT 1 FROM " + ", ".join(f"stores s{i}" for i in range(60)),
    # tricks of writing
    "SELECT id FROM cust\u200bomers",
    "SELECT id FROM ｃustomers",
    "SELECT \u0131d FROM customers",
    "SELECT id FROM customers WHERE full_name = U&'\\0053ECRET'",
    "SELECT id FROM customers WHERE full_name = E'\\x53ECRET'",
    "SELECT id\0 FROM customers",
    "SELECT x'53' FROM customers",
    "SELECT ? FROM customers",
    "SELECT $1 FROM customers",
    "SELECT @x FROM customers",
    "SELECT id FROM customers LIMIT (SELECT identity_number FROM customers)",
    "SELECT id FROM customers LIMIT id",
    "SELECT id FROM customers LIMIT -1",
    "SELECT id FROM customers LIMIT 1e9",
    "SELECT a OPERATOR(pg_catalog.+) b FROM customers",
    "SELECT id FROM customers WHERE full_name REGEXP '(a+)+$'",
    "SELECT id FROM customers WHERE full_name ~ '(a+)+$'",
    "SELECT id FROM customers WHERE customers MATCH 'x'",
]

HARMLESS = [
    "SELECT * FROM customers",
    "SELECT c.*, 1 AS one FROM customers c",
    "WITH x AS (SELECT * FROM customers) SELECT * FROM x",
    "SELECT * FROM (SELECT * FROM customers) x UNION ALL SELECT * FROM customers",
    "WITH ownerships AS (SELECT id AS customer_id, 3 AS user_id, NULL AS to_date FROM stores) SELECT * FROM customers",
    "WITH visible_customers AS (SELECT id FROM stores) SELECT * FROM customers",
    "WITH customers AS (SELECT * FROM customers) SELECT * FROM customers",
    "WITH a AS (WITH customers AS (SELECT 1 AS id) SELECT * FROM customers) SELECT * FROM a, customers",
    "SELECT full_name FROM customers AS ownerships",
    "SELECT o.* FROM customers AS visible_customers JOIN orders o ON o.customer_id = visible_customers.id",
    "SELECT full_name FROM customers WHERE 1 = 1 OR id > 0",
    "SELECT full_name FROM customers WHERE id = 1 OR 1 = 1 -- ' ; DROP TABLE customers",
    "SELECT full_name /* FROM stores */ FROM customers",
    "SELECT full_name FROM customers; -- SELECT 2",
    "SELECT MAX(full_name), MIN(full_name), COUNT(*) FROM customers",
    "SELECT GROUP_CONCAT(full_name) FROM customers",
    "SELECT STRING_AGG(full_name, ',') FROM customers",
    "SELECT full_name, LAG(full_name) OVER (ORDER BY id) FROM customers",
    "SELECT (SELECT MAX(c.full_name) FROM customers c WHERE c.city = s.city) FROM stores s",
    "SELECT c.full_name FROM stores s LEFT JOIN customers c ON c.home_store_id = s.id",
    "SELECT c.full_name FROM customers c RIGHT JOIN orders o ON o.id = c.id",
    "SELECT c.full_name FROM customers c FULL JOIN stores o ON o.id = c.id",
    "SELECT full_name FROM customers EXCEPT SELECT 'x'",
    "SELECT full_name FROM customers ORDER BY CASE WHEN full_name LIKE 'SECRET%' THEN 0 ELSE 1 END LIMIT 1",
    "SELECT u.full_name, c.full_name FROM users u JOIN customers c ON c.created_store_id = u.store_id",
    "SELECT replace(replace('aaaaaaaaaa', 'a', 'aaaaaaaaaa'), 'a', full_name) FROM customers",
]


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
@pytest.mark.parametrize("query", REFUSED, ids=range(1, len(REFUSED) + 1))
def test_refused(query: str, dialect: DialectName, catalog: Catalog) -> None:
    try:
        passed = guard(query, REP, catalog, dialect=dialect, row_cap=1000)
    except GuardError as refused:
        assert SECRET not in str(refused)
    else:
        pytest.fail(passed.sql)


@pytest.mark.parametrize("query", HARMLESS, ids=range(1, len(HARMLESS) + 1))
def test_harmless(query: str, catalog: Catalog, full: Database) -> None:
    _harmless(query, "sqlite", catalog, full)


@pytest.mark.postgres
def test_harmless_on_postgres(catalog: Catalog, postgres: Database) -> None:
    for query in HARMLESS:
        _harmless(query, "postgres", catalog, postgres)


def _harmless(query: str, dialect: DialectName, catalog: Catalog, database: Database) -> None:
    try:
        rows = database.fetch(guard(query, REP, catalog, dialect=dialect, row_cap=1000))
    except (GuardError, DatabaseError) as refused:  # one database's functions are not the other's
        assert SECRET not in str(refused)
        assert "STRING_AGG" in query or "GROUP_CONCAT" in query or "RIGHT" in query or dialect == "postgres"
    else:
        assert not _leaks(rows)
        assert rows.rows or "EXCEPT" in query


def test_whatever_is_written_is_refused_by_a_guard_error(catalog: Catalog) -> None:
    """Queries with words put in, taken out and exchanged: no other error comes out, no query that reads a secret."""
    rnd = random.Random(5)
    words = [re.findall(r"\w+|'[^']*'|\"[^\"]*\"|\s+|.", query) for query in (*REFUSED, *HARMLESS) if len(query) < 300]
    pool = [word for query in words for word in query if word.strip()]
    passed = 0
    for _ in range(4000):
        query = list(rnd.choice(words))
        for _ in range(rnd.randint(1, 4)):
            at = rnd.randrange(len(query) + 1)
            query[at : at + rnd.randint(0, 1)] = [f" {rnd.choice(pool)} "] * rnd.randint(0, 1)
        for dialect in DIALECTS:
            try:
                guarded = guard("".join(query), REP, catalog, dialect=dialect, row_cap=10)
            except GuardError:
                continue
            passed += 1
            assert "identity_number" not in guarded.reads.get("customers", ())
    assert passed > 50


def _leaks(rows: Rows) -> list[Any]:
    return [cell for row in rows.rows for cell in row if isinstance(cell, str) and SECRET in cell]


def test_the_admin_would_see_the_secrets(catalog: Catalog, full: Database) -> None:
    """Else the tests above would prove nothing."""
    rows = full.fetch(
        guard("SELECT full_name, identity_number FROM customers", ADMIN, catalog, dialect="sqlite", row_cap=99)
    )
    assert len(_leaks(rows)) > 40


ORACLES: dict[DialectName, list[str]] = {  # conditions that fail on hidden rows, if they are tested there
    "sqlite": [
        "CASE WHEN full_name LIKE 'SECRET%' THEN ABS(-9223372036854775807 - 1) ELSE 1 END = 1",
        "CASE WHEN name_folded IS NOT NULL AND full_name LIKE 'SECRET%' THEN JSON_EXTRACT('{', '$.a') ELSE 1 END = 1",
        "(full_name || '') LIKE 'x' OR CASE WHEN full_name LIKE 'SECRET%' THEN full_name -> '$' END = 1",
    ],
    "postgres": [
        "CASE WHEN full_name LIKE 'SECRET%' THEN 1 / (id - id) ELSE 1 END = 1",
        "CASE WHEN full_name LIKE 'SECRET%' THEN CAST(full_name AS INT) ELSE 1 END = 1",
        "CASE WHEN full_name LIKE 'SECRET%' THEN 2147483647 + id ELSE 1 END = 1",
        "full_name LIKE 'SECRET%\\'",
        "CASE WHEN full_name LIKE 'SECRET%' THEN LN(id - id) ELSE 1 END = 1",
        "CASE WHEN full_name LIKE 'SECRET%' THEN created_at + INTERVAL '9999999 years' END IS NULL",
        "CASE WHEN full_name LIKE 'SECRET%' THEN (SELECT s.id FROM stores AS s) ELSE 1 END = 1",
    ],
}
SHAPES = [
    "SELECT id FROM customers WHERE {}",
    "SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id AND {}",
    "SELECT d.id FROM (SELECT id, CASE WHEN {} THEN 1 END AS x FROM customers) AS d WHERE d.x = 1",
    "WITH a AS (SELECT id FROM customers WHERE {}) SELECT COUNT(*) FROM a",
    "SELECT s.id FROM stores s WHERE EXISTS (SELECT 1 FROM customers c WHERE c.home_store_id = s.id AND {})",
]


def _oracle(database: Database, catalog: Catalog, dialect: DialectName) -> None:
    for condition in ORACLES[dialect]:
        for shape in SHAPES:
            query = shape.format(condition if "c." not in shape else _of(condition))
            database.fetch(guard(query, REP, catalog, dialect=dialect, row_cap=100))  # does not fail
        with pytest.raises(DatabaseError):  # while for whom there is nothing hidden it does
            database.fetch(guard(SHAPES[0].format(condition), ADMIN, catalog, dialect=dialect, row_cap=100))


def _of(condition: str) -> str:
    for name in ("full_name", "name_folded", "created_at"):
        condition = condition.replace(name, f"c.{name}")
    return condition.replace("id - id", "c.id - c.id").replace("+ id", "+ c.id")


def test_no_error_tells_of_hidden_rows(catalog: Catalog, full: Database) -> None:
    _oracle(full, catalog, "sqlite")


@pytest.mark.postgres
def test_no_error_tells_of_hidden_rows_on_postgres(catalog: Catalog, postgres: Database) -> None:
    _oracle(postgres, catalog, "postgres")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT COUNT(*) FROM orders a, orders b, orders c, orders d, orders e",
        "SELECT COUNT(*) FROM (SELECT 1 AS x FROM notes a, notes b, notes c, notes d ORDER BY a.text || d.text)",
    ],
)
def test_a_bomb_ends_at_the_deadline(query: str, full_url: str, catalog: Catalog) -> None:
    with Database(full_url, deadline_s=0.3) as database, pytest.raises(QueryTimeout):
        database.fetch(guard(query, ADMIN, catalog, dialect="sqlite", row_cap=10))


def test_no_value_grows_without_end(full: Database, catalog: Catalog) -> None:
    grown = "'aaaaaaaaaa'"
    for _ in range(12):
        grown = f"replace({grown}, 'a', 'aaaaaaaaaa')"
    with pytest.raises(DatabaseError, match="too big"):
        full.fetch(guard(f"SELECT length({grown})", REP, catalog, dialect="sqlite", row_cap=10))
