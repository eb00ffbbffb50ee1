"""Searching notes on a real store with a real index: by words and by meaning, and never beyond the asker's rights."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, delete, insert, text, update

from knowledge.notes_index import NotesIndex
from knowledge.passages import KnowledgeError, Within
from schema.access import Asker
from schema.search import keyword_index_suspended, rebuild_keyword_index, words_of, words_vector
from schema.tables import metadata
from tools.database import Database
from tools.guard import guard
from tools.guard.catalog import Catalog
from tools.guard.errors import GuardError
from tools.guard.note_lookup import guard_note_search, guard_notes
from tools.search_notes import DatabaseFeed, NoteHits, NotesContext, search_notes
from tools.store import open_store, upgrade

NOTES = Path(__file__).parent.parent / "data" / "notes.json"
CATALOG = Catalog.of_tables()
REP = Asker(1, "binh", "Trần Bình", "sales_rep", 1)  # owns 101 and 102
OTHER_REP = Asker(3, "chi", "Lê Chi", "sales_rep", 2)  # owns 104 and 105
MANAGER = Asker(4, "dung", "Phạm Dũng", "store_manager", 1)  # home store of 101, 102, 103
ADMIN = Asker(5, "giang", "Vũ Giang", "admin")
NAMES = {
    101: "Nguyễn Văn An",
    102: "Trần Thị Bích",
    103: "Lê Văn Cường",
    104: "Đỗ Thị Dung",
    105: "Võ Văn Em",
    106: "Hồ Gấm",
}
NOW = datetime(2026, 1, 1, 9)


def fill(engine: Engine) -> None:
    """Two stores, their staff, six customers, and the notes of tests/data, each by its customer's rep."""
    tables = metadata.tables
    written = json.loads(NOTES.read_text(encoding="utf-8"))
    users = [(1, "sales_rep", 1), (2, "sales_rep", 1), (3, "sales_rep", 2), (4, "store_manager", 1), (5, "admin", None)]
    people = ("Trần Bình", "Ngô Ba", "Lê Chi", "Phạm Dũng", "Vũ Giang")
    owners = {101: 1, 102: 1, 103: 2, 104: 3, 105: 3}
    with engine.begin() as c:
        c.execute(insert(tables["stores"]), [
            {"id": i, "name": f"Mazda {i}", "brand": "Mazda", "district": "1", "city": "Hà Nội", "region": "North",
                 "opened_on": date(2015, 1, 1), "workshop_days": "123456"} for i in (1, 2)
        ])  # fmt: skip
        c.execute(insert(tables["users"]), [
            {"id": i, "login": f"u{i}", "family_name": name.split()[0], "given_name": name.split()[1],
                 "full_name": name, "role": role, "store_id": store, "hired_on": date(2020, 1, 1)}
            for (i, role, store), name in zip(users, people, strict=True)
        ])  # fmt: skip
        c.execute(insert(tables["customers"]), [
            {"id": i, "kind": "individual", "full_name": name, "name_folded": name.lower(), "country": "VN",
                 "language": "vi", "created_store_id": 1, "home_store_id": 1 if i <= 103 else 2,
                 "created_at": NOW, "updated_at": NOW, "do_not_contact": False} for i, name in NAMES.items()
        ])  # fmt: skip
        c.execute(insert(tables["ownerships"]), [
            {"customer_id": customer, "user_id": user, "from_date": date(2024, 1, 1), "reason": "assigned"}
            for customer, user in owners.items()
        ])  # fmt: skip
        c.execute(insert(tables["notes"]), [
            {"customer_id": n["customer"], "author_id": owners.get(n["customer"]), "language": n["language"],
                 "text": n["text"], "written_at": datetime.fromisoformat(f"{n['day']} 10:30:00")} for n in written
        ])  # fmt: skip


class Shop:
    """One store that a test writes to and searches."""

    def __init__(self, engine: Engine, door: Database, folder: Path) -> None:
        self.engine, self.door = engine, door
        self.index = NotesIndex(folder, DatabaseFeed(door, CATALOG, ADMIN))

    def search(self, asker: Asker, question: str, *args: int, synonyms=None, **filters: date) -> NoteHits:
        return search_notes(NotesContext(self.door, CATALOG, asker, self.index, synonyms), question, *args, **filters)

    def texts(self, asker: Asker, question: str, *args: int, **filters) -> list[str]:
        return [hit.text for hit in self.search(asker, question, *args, **filters).hits]

    def by_words(self, asker: Asker, words: Sequence[str], limit: int = 40, **filters) -> list[str]:
        lookup = guard_note_search(asker, CATALOG, self.door.dialect, match_words=words, limit=limit, **filters)
        ids = [i for (i,) in self.door.lookup(lookup).rows]
        rows = self.door.lookup(guard_notes(asker, CATALOG, self.door.dialect, ids=ids)).rows if ids else []
        found = {row[0]: row[-1] for row in rows}
        return [found[i] for i in ids]

    def write(self, words: str, customer_id: int, day: str = "2026-01-01") -> None:
        at = datetime.fromisoformat(f"{day} 08:00:00")
        with self.engine.begin() as c:
            note = {"customer_id": customer_id, "author_id": 2, "written_at": at, "language": "vi", "text": words}
            c.execute(insert(metadata.tables["notes"]), [note])


DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@contextmanager
def opened(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """A filled store in a database of its own."""
    server, name = None, f"notes_{folder.name.replace('-', '_').lower()}"[:60]
    url = f"sqlite:///{folder / 'shop.db'}"
    if kind == "postgres":
        server = create_engine(request.getfixturevalue("postgres_url"), isolation_level="AUTOCOMMIT")
        with server.connect() as c:
            c.exec_driver_sql(f'CREATE DATABASE "{name}"')
        url = server.url.set(database=name).render_as_string(hide_password=False)
    engine = open_store(url)
    upgrade(engine)
    fill(engine)
    door = Database(url)
    shop = Shop(engine, door, folder / "index")
    try:
        yield shop
    finally:
        shop.index.close()
        door.close()
        engine.dispose()
        if server:
            with server.connect() as c:
                c.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
            server.dispose()


@pytest.fixture(params=DATABASES, scope="module")
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """For tests that only read."""
    with opened(request.param, tmp_path_factory.mktemp("shared"), request) as found:
        yield found


@pytest.fixture(params=DATABASES)
def own_shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """For tests that write."""
    with opened(request.param, tmp_path, request) as found:
        yield found


@pytest.mark.parametrize(
    ("words", "starts"),
    [
        ("phanh keu", {"Khách báo phanh", "Tiếng phanh"}),
        ("PHANH KÊU", {"Khách báo phanh", "Tiếng phanh"}),
        ("dieu hoa", {"Điều hòa", "Điều hoà"}),
        ("điều hòa", {"Điều hòa", "Điều hoà"}),
        ("điều hoà", {"Điều hòa", "Điều hoà"}),
        ("dat coc", {"Đặt cọc"}),
        ("cx-5", {"Hỏi giá lốp"}),
    ],
)
def test_a_phrase_is_found_with_and_without_accents(shop: Shop, words: str, starts: set[str]):
    found = shop.by_words(ADMIN, [words])
    assert len(found) == len(starts)
    assert all(any(t.startswith(s) for s in starts) for t in found)


def test_the_best_hit_has_both_words(shop: Shop):
    assert shop.texts(ADMIN, "phanh keu", None, 2) == [
        "Khách báo phanh kêu to khi đạp, hẹn kiểm tra má phanh trước.",
        "Tiếng phanh kêu ken két mỗi sáng, khách rất bực.",
    ]


def test_a_typo_is_found_by_meaning_alone(shop: Shop):
    best = shop.search(ADMIN, "insurence", None, 1).hits[0]
    assert "insurance" in best.text
    assert best.sides == ("meaning",)


def test_typed_accents_tell_words_apart(shop: Shop):
    assert shop.texts(ADMIN, "bạn", None, 1) == ["Bạn của chị cũng quan tâm Santa Fe màu trắng."]
    assert shop.texts(ADMIN, "bán xe", None, 1) == ["Bán xe cũ cho em trai, muốn lái thử Tucson vào cuối tuần."]


def test_synonyms_cross_the_languages(shop: Shop):
    other = {"brake": ["phanh", "thắng"]}
    plain = shop.texts(ADMIN, "brake", None, 3)
    wide = shop.texts(ADMIN, "brake", None, 3, synonyms=lambda word: other.get(word, []))
    assert not any("phanh" in t for t in plain)
    assert sum("phanh" in t for t in wide) == 2
    assert any(t.startswith("Brake noise") for t in wide)
    every = shop.search(ADMIN, "brake", None, 50, synonyms=lambda word: other.get(word, [])).hits
    assert not any("tháng" in h.text for h in every if "words" in h.sides)  # a synonym has its accents: no thắng


def test_a_citation_is_complete(shop: Shop):
    hit = shop.search(ADMIN, "lốp Michelin", None, 1).hits[0]
    assert (hit.customer_id, hit.customer_name, hit.author) == (103, "Lê Văn Cường", "Ngô Ba")
    assert hit.written_on == date(2025, 3, 28)
    assert hit.text == "Hỏi giá lốp Michelin cho CX-5, chê đắt hơn gara ngoài."
    assert set(hit.sides) == {"words", "meaning"}
    assert shop.search(ADMIN, "Carnival", None, 1).hits[0].author is None


@pytest.mark.parametrize(
    ("asker", "customers"),
    [(REP, {101, 102}), (OTHER_REP, {104, 105}), (MANAGER, {101, 102, 103}), (ADMIN, set(NAMES))],
)
def test_nobody_sees_a_note_beyond_his_rights(shop: Shop, asker: Asker, customers: set[int]):
    seen = set()
    for question in (
        "phanh kêu ken két mỗi sáng",
        "brake noise rear wheel",
        "xe",
        "khách hỏi giá",
        "insurence",
        "dieu hoa",
    ):
        hits = shop.search(asker, question, None, 50).hits
        assert {hit.customer_id for hit in hits} <= customers
        seen |= {hit.customer_id for hit in hits}
    assert seen == customers
    limited = set(shop.by_words(asker, ["xe", "khach", "phanh", "the"], 2))
    assert len(limited) == 2  # the rights come before the limit: what he may not see takes no place


def test_the_best_hit_of_all_is_not_given_to_another_rep(shop: Shop):
    secret = "Tiếng phanh kêu ken két mỗi sáng, khách rất bực."
    assert shop.texts(OTHER_REP, secret, None, 1) == [secret]
    assert secret not in shop.texts(REP, secret, None, 50)
    assert secret not in shop.texts(REP, secret, 104, 50)
    everything = frozenset(NAMES)  # even if the vector side were asked without rights, reading back checks them
    leaky = type(
        "Leaky", (), {"nearest": lambda _s, q, _w, n: shop.index.nearest(q, Within(customers=everything), n)}
    )()
    hits = search_notes(NotesContext(shop.door, CATALOG, REP, leaky), secret, None, 50).hits
    assert hits and {hit.customer_id for hit in hits} <= {101, 102}


def test_rights_that_change_hold_at_once(own_shop: Shop):
    assert own_shop.texts(REP, "ken két", 104) == []
    ownerships = metadata.tables["ownerships"]
    with own_shop.engine.begin() as c:
        c.execute(update(ownerships).where(ownerships.c.customer_id == 104).values(user_id=1))
    assert own_shop.texts(REP, "ken két", 104)[0].startswith("Tiếng phanh")
    assert not any("ken két" in t for t in own_shop.texts(OTHER_REP, "ken két", None, 50))


def test_customer_and_period(shop: Shop):
    of_one = shop.search(ADMIN, "phanh kêu", 101, 50).hits
    assert of_one[0].text.startswith("Khách báo phanh") and {h.customer_id for h in of_one} == {101}
    spring = shop.search(ADMIN, "phanh kêu brake noise", None, 50, start=date(2025, 3, 3), end=date(2025, 3, 12)).hits
    assert {h.written_on for h in spring} == {date(2025, 3, 3), date(2025, 3, 12)}


def test_a_new_note_is_found_at_once_and_a_deleted_one_is_gone(own_shop: Shop):
    assert not any("vô lăng" in t for t in own_shop.texts(REP, "vô lăng rung", None, 50))
    own_shop.write("Vô lăng rung mạnh ở tốc độ cao.", 101)
    best = own_shop.search(REP, "vo lang rung", None, 1).hits[0]
    assert best.text.startswith("Vô lăng") and "words" in best.sides
    notes = metadata.tables["notes"]
    with own_shop.engine.begin() as c:
        c.execute(delete(notes).where(notes.c.text.like("Vô lăng%")))
    assert not any("Vô lăng" in t for t in own_shop.texts(REP, "vo lang rung", None, 50))
    with own_shop.engine.begin() as c:
        c.execute(update(notes).where(notes.c.text.like("Ắc quy%")).values(text="Lọc gió bẩn."))
    assert own_shop.by_words(ADMIN, ["ac quy"]) == []
    assert own_shop.by_words(ADMIN, ["loc gio ban"]) == ["Lọc gió bẩn."]


def test_an_erased_customer_is_never_quoted(own_shop: Shop):
    own_shop.texts(ADMIN, "phanh kêu")
    customers = metadata.tables["customers"]
    with own_shop.engine.begin() as c:
        c.execute(update(customers).where(customers.c.id == 104).values(erased_at=NOW))
    assert not any(h.customer_id == 104 for h in own_shop.search(ADMIN, "phanh kêu ken két", None, 50).hits)
    assert own_shop.texts(ADMIN, "ken két", 104) == []


def test_after_a_merge_the_survivor_has_the_notes(own_shop: Shop):
    own_shop.texts(REP, "phanh")
    notes = metadata.tables["notes"]
    with own_shop.engine.begin() as c:
        c.execute(update(notes).where(notes.c.customer_id == 104).values(customer_id=101))
    found = own_shop.search(REP, "ken két", None, 1).hits[0]
    assert (found.customer_id, found.sides) == (101, ("words", "meaning"))


def test_where_the_meaning_side_fails_the_words_still_answer(shop: Shop):
    def fails(*_: object) -> list[int]:
        raise KnowledgeError("the endpoint is away")

    broken = type("Broken", (), {"nearest": fails})()
    hits = search_notes(NotesContext(shop.door, CATALOG, ADMIN, broken), "phanh keu")
    assert hits.hits[0].sides == ("words",)
    assert (hits.meaning, hits.reason) == ("unavailable", "the endpoint is away")


@pytest.mark.parametrize("question", ["", "  … ", '"', "xyzzy qwrtz"])
def test_nothing_is_found_for_nothing(shop: Shop, question: str):
    assert shop.search(ADMIN, question).hits == ()


@pytest.mark.parametrize(
    "question", ["phanh' OR '1'='1", 'phanh" NEAR "keu', "phanh*", "text:phanh -keu", "%phanh_ \\ ; --"]
)
def test_signs_in_a_question_are_no_syntax(shop: Shop, question: str):
    assert shop.search(REP, question, None, 50).hits[0].text.startswith("Khách báo phanh")


def test_both_databases_split_words_alike(own_shop: Shop):
    odd = [
        "Khách hẹn.Phanh kêu (a@b.vn) 5-6 http://x.vn/a/b?c=1",
        "<b>ĐẬM</b> tr'ng 50% xe_cũ 1e+5 -3.5",
        "A&amp;B~c^d|e\\f",
    ]
    for n, words in enumerate(odd):
        own_shop.write(words, 101)
        for word in words_of(words):
            assert words in own_shop.by_words(ADMIN, [word]), (n, word)


def test_the_index_is_made_anew_after_a_bulk_load(own_shop: Shop):
    with own_shop.engine.begin() as c:
        with keyword_index_suspended(c):
            c.execute(text("UPDATE notes SET text = 'Ghế bị rách' WHERE text LIKE 'Bán xe%'"))
        rebuild_keyword_index(c)
    assert own_shop.by_words(ADMIN, ["ghe bi rach"]) == ["Ghế bị rách"]
    own_shop.write("Mâm bị xước", 101)
    assert own_shop.by_words(ADMIN, ["mam bi xuoc"]) == ["Mâm bị xước"]
    upgrade(own_shop.engine)  # once more does nothing
    assert own_shop.by_words(ADMIN, ["ghe bi rach"]) == ["Ghế bị rách"]


def test_only_who_sees_all_may_feed_the_index(shop: Shop):
    with pytest.raises(GuardError, match="all customers"):
        DatabaseFeed(shop.door, CATALOG, MANAGER).after(0, 10)


def test_ids_are_integers_and_words_are_needed():
    with pytest.raises(GuardError, match="is no id"):
        guard_notes(ADMIN, CATALOG, "sqlite", ids=["1) OR (1=1"])  # type: ignore[list-item]
    with pytest.raises(GuardError, match="words"):
        guard_note_search(ADMIN, CATALOG, "sqlite", match_words=["…"], limit=5)


def test_postgres_is_served_by_its_index(shop: Shop):
    if shop.door.dialect == "sqlite":
        pytest.skip("of PostgreSQL")
    with shop.engine.begin() as c:
        c.exec_driver_sql("SET LOCAL enable_seqscan = off")
        query = (
            f"EXPLAIN SELECT id FROM notes WHERE {words_vector('notes.text')} @@ phraseto_tsquery('simple', 'phanh')"
        )
        plan = c.execution_options(no_parameters=True).exec_driver_sql(query).scalars().all()
    assert any("ix_notes_words" in line for line in plan)


def test_importing_the_tool_imports_nothing_heavy():
    heavy = ("chromadb", "llama_index", "sklearn", "numpy", "openai")
    code = f"import sys, tools.search_notes, knowledge.notes_index; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_words_are_found_after_another_process_changed_the_schema(request: pytest.FixtureRequest, tmp_path: Path):
    with opened("sqlite", tmp_path, request) as shop:
        assert shop.by_words(REP, ["phanh keu"])
        with shop.engine.begin() as c:
            c.exec_driver_sql("CREATE TABLE something_new (id INTEGER)")
        assert shop.by_words(REP, ["phanh keu"])


def test_a_question_may_not_name_the_index():
    for sql in ("SELECT * FROM note_words", "SELECT * FROM note_words_text", "SELECT * FROM note_words_content"):
        with pytest.raises(GuardError):
            guard(sql, ADMIN, CATALOG, dialect="sqlite", row_cap=10)
