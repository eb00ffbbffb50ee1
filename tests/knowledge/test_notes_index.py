"""The vector side, on a real Chroma: near in meaning, level with the database, within the rights given."""

import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest

from knowledge.embeddings import EmbeddingSettings
from knowledge.notes_index import NotBuiltError, NotesIndex
from knowledge.passages import KnowledgeError, NoteRecord, Within

ALL = Within()
ROOT = Path(__file__).parent.parent.parent
OTHER_PROCESS = """
import json, sys
from datetime import date
from pathlib import Path
sys.path[:0] = [".", sys.argv[1]]
from conftest import NOTES, ListFeed
from knowledge.notes_index import NotesIndex
from knowledge.passages import NoteRecord, Within
rows = json.loads(NOTES.read_text(encoding="utf-8"))
feed = ListFeed([NoteRecord(i, n["customer"], date.fromisoformat(n["day"]), n["text"]) for i, n in enumerate(rows, 1)])
feed.add("Phanh tay kêu cót két khi kéo.")
print(NotesIndex(Path(sys.argv[2]), feed).nearest("phanh tay keu", Within(), 1))
"""


def best(index: NotesIndex, feed, question: str, within: Within = ALL) -> str:
    return feed.notes[index.nearest(question, within, 5)[0]].text


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("pahnh keu", ("Khách báo phanh", "Tiếng phanh")),
        ("dieu hoa khong mat", "Điều hòa không mát"),
        ("wating in the worksop", "Complained about waiting"),
        ("insurence", "Windscreen cracked"),
        ("tram sac xe dien", "Hỏi trạm sạc"),
    ],
)
def test_finds_without_accents_and_in_spite_of_typos(index, feed, question, start):
    assert best(index, feed, question).startswith(start)


@pytest.mark.parametrize("question", ["xyzzy qwrtz", "bitcoin", "…", "料金"])
def test_finds_nothing_where_nothing_is_near(index, question):
    assert index.nearest(question, ALL, 5) == []


def test_rights_are_inside_the_search(index, feed):
    mine = Within(customers=frozenset({102, 105}))
    ids = index.nearest("phanh kêu to khi đạp", mine, 40)
    assert ids and {feed.notes[i].customer_id for i in ids} <= {102, 105}
    assert index.nearest("phanh kêu", Within(customers=frozenset()), 5) == []


def test_more_customers_than_one_filter_takes(index, feed):
    many = frozenset(range(1_000, 40_000)) | {104}
    ids = index.nearest("phanh kêu", Within(customers=many), 3)
    assert {feed.notes[i].customer_id for i in ids} == {104}
    assert feed.notes[ids[0]].text.startswith("Tiếng phanh")


def test_customer_and_period_are_filters(index, feed):
    ids = index.nearest("phanh kêu", Within(customer_id=103, start=date(2025, 3, 3), end=date(2025, 3, 28)), 40)
    assert all(feed.notes[i].customer_id == 103 for i in ids)
    assert {
        feed.notes[i].written_on for i in index.nearest("brake noise", Within(end=date(2025, 3, 3)), 40)
    }.isdisjoint({date(2025, 3, 12), date(2025, 3, 28)})
    day = Within(start=date(2025, 3, 3), end=date(2025, 3, 3))
    assert index.nearest("brake noise", day, 5) == [feed.id_of("Brake noise")]


def test_a_new_note_is_found_at_once_and_only_it_is_read(index, feed):
    index.nearest("phanh", ALL, 5)
    feed.read = 0
    new = feed.add("Điều hòa không mát, khách đề nghị nạp gas lần nữa.", customer_id=106)
    assert index.nearest("dieu hoa khong mat", Within(customers=frozenset({106})), 1) == [new]
    assert feed.read <= 4


def test_deleted_moved_and_edited_notes(index, feed):
    brake = feed.id_of("Brake noise")
    assert brake in index.nearest("brake noise", ALL, 5)
    del feed.notes[brake]
    assert brake not in index.nearest("brake noise", ALL, 40)

    battery = feed.id_of("Ắc quy")
    feed.notes[battery] = NoteRecord(battery, 106, date(2025, 7, 14), feed.notes[battery].text)
    assert index.nearest("ac quy yeu", Within(customers=frozenset({106})), 5)[0] == battery
    assert battery not in index.nearest("ac quy yeu", Within(customers=frozenset({103})), 40)

    lights = feed.id_of("Đèn báo")
    feed.notes[lights] = NoteRecord(lights, 103, date(2025, 9, 15), "Hỏi giá lốp mùa mưa.")
    index.reconcile()
    assert lights in index.nearest("gia lop", ALL, 3)


def test_an_id_given_anew_is_not_taken_for_the_old_note(index, feed):
    last = max(feed.notes)
    index.nearest("discount", ALL, 5)
    feed.add("Ắc quy yếu, xe không nổ máy.", customer_id=106, note_id=last)  # same count, same id, same customer
    assert last in index.nearest("ac quy yeu no may", ALL, 2)
    assert last not in index.nearest("discount as a regular", ALL, 1)


def test_an_imported_note_with_a_lower_id_is_found(tmp_path: Path, feed):
    for i in list(feed.notes):
        feed.notes[i + 1_000] = NoteRecord(i + 1_000, 101, date(2025, 1, 1), feed.notes.pop(i).text)
    index = NotesIndex(tmp_path / "index", feed)
    index.nearest("phanh", ALL, 5)
    feed.add("Ắc quy yếu, khó nổ máy.", note_id=7)
    assert 7 in index.nearest("ac quy yeu", ALL, 2)
    index.close()


def test_forgets_a_customer_at_once(index, feed):
    assert index.nearest("phanh kêu", Within(customer_id=104), 5)
    index.forget(104)
    for i in [i for i, n in feed.notes.items() if n.customer_id == 104]:
        del feed.notes[i]
    assert index.nearest("phanh kêu", Within(customer_id=104), 5) == []
    assert index.nearest("phanh kêu", ALL, 1) == [feed.id_of("Khách báo phanh")]


def test_reopened_from_disk_it_answers_the_same_without_fitting(tmp_path: Path, feed):
    questions = ["phanh kêu", "air conditoning", "ghe da mau nau"]
    first = NotesIndex(tmp_path / "index", feed)
    answers = [first.nearest(q, ALL, 10) for q in questions]
    first.close()
    feed.read = 0
    again = NotesIndex(tmp_path / "index", feed)
    assert [again.nearest(q, ALL, 10) for q in questions] == answers
    assert feed.read == len(questions)  # the newest note each time: nothing was embedded anew
    again.close()


def test_other_settings_make_another_index(tmp_path: Path, feed):
    first = NotesIndex(tmp_path / "index", feed)
    first.nearest("phanh", ALL, 5)
    first.close()
    other = NotesIndex(
        tmp_path / "index", feed, EmbeddingSettings("llama_index.core.MockEmbedding", options={"embed_dim": 8})
    )
    feed.read = 0
    assert other.nearest("phanh", ALL, 5)
    assert feed.read >= len(feed.notes)
    assert sorted(p.name for p in (tmp_path / "index").glob("notes-*")) == []  # the old fitted embedding is gone
    other.close()


def test_what_is_too_much_for_a_search_waits_for_build(tmp_path: Path, feed):
    index = NotesIndex(tmp_path / "index", feed, at_once=10)
    with pytest.raises(NotBuiltError, match="30 notes"):
        index.nearest("phanh", ALL, 5)
    assert index.build() == 30
    assert best(index, feed, "phanh keu").startswith(("Khách báo", "Tiếng phanh"))
    for n in range(25):
        feed.add(f"Khách hỏi phụ kiện số {n}")
    for _ in range(3):  # ten at a time
        found = index.nearest("phụ kiện", ALL, 40)
    assert {i for i in found if i > 30} == set(range(31, 56))
    index.close()


def test_no_notes_at_all(tmp_path: Path, feed):
    feed.notes.clear()
    index = NotesIndex(tmp_path / "index", feed)
    assert index.nearest("phanh", ALL, 5) == []
    only = feed.add("Phanh kêu")
    assert index.nearest("phanh keu", ALL, 5) == [only]
    feed.add("… !")  # nothing to learn from
    assert index.nearest("phanh keu", ALL, 5) == [only]
    index.close()


def test_a_broken_index_is_told(tmp_path: Path, feed):
    index = NotesIndex(tmp_path / "index", feed)
    index.nearest("phanh", ALL, 5)
    index.close()
    next((tmp_path / "index").glob("notes-*/lsa_vectors.npz")).write_bytes(b"no array")
    with pytest.raises(KnowledgeError, match="build it anew"):
        NotesIndex(tmp_path / "index", feed).nearest("phanh", ALL, 5)


def test_the_index_folder_holds_no_note_text(tmp_path: Path, feed):
    index = NotesIndex(tmp_path / "index", feed)
    index.nearest("phanh", ALL, 5)
    index.close()
    held = b"".join(p.read_bytes() for p in (tmp_path / "index").rglob("*") if p.is_file())
    assert all(n.text.encode() not in held for n in feed.notes.values())


def test_what_another_process_took_in_is_found(tmp_path: Path, feed):
    folder = tmp_path / "index"
    index = NotesIndex(folder, feed)
    index.nearest("phanh", ALL, 5)
    done = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS, str(Path(__file__).parent), str(folder)],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    new = feed.add("Phanh tay kêu cót két khi kéo.")
    assert done.stdout.strip() == f"[{new}]"
    feed.read = 0
    assert index.nearest("phanh tay keu", ALL, 1) == [new]
    assert feed.read == 1  # nothing was taken in here
    index.close()


def test_a_search_does_not_wait_for_a_long_build(index, feed, monkeypatch):
    index.nearest("phanh", ALL, 5)
    monkeypatch.setattr("knowledge.notes_index.PATIENCE_S", 0.05)
    building, done = threading.Event(), threading.Event()
    sample = feed.sample

    def slow(limit: int):
        building.set()
        done.wait(10)
        return sample(limit)

    feed.sample = slow
    builder = threading.Thread(target=index.build)
    builder.start()
    building.wait(10)
    with pytest.raises(NotBuiltError, match="being built"):
        index.nearest("phanh", ALL, 5)
    done.set()
    builder.join()
    assert index.nearest("phanh", ALL, 5)
