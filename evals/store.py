"""The eval store: the demo company at the size and day that the gold SQL was written for, made once and kept.

It is made anew when what decides its content has changed: the seed, the figures, the tables, the model's values.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from schema.loading import load_model
from seed.company import seed
from tools.intelligence.refresh import refresh
from tools.store import open_store, upgrade, write_setting
from tools.value_index import rebuild_value_index

CUSTOMERS, TODAY, NUMBER = 2000, date(2026, 11, 20), 20
NAME = "evals.db"
_ROOT = Path(__file__).parent.parent
_MADE_OF = (
    "seed", "schema/tables", "schema/migrations", "schema/semantic", "schema/text.py",
    "tools/intelligence", "tools/store.py", "tools/value_index.py",
)  # fmt: skip
_STAMP = "evals_made_of"


@dataclass(frozen=True)
class StoreSize:
    """What a store of the demo company is decided by."""

    customers: int = CUSTOMERS
    today: date = TODAY
    number: int = NUMBER


def eval_store(folder: Path, size: StoreSize = StoreSize(), progress: Callable[[str], None] = lambda _: None) -> Path:
    """The path of the store in `folder`, seeded and refreshed first where it is missing or was made by other code."""
    path = folder / (NAME if size == StoreSize() else f"evals-{size.customers}-{size.number}-{size.today}.db")
    stamp = fingerprint(size)
    if _stamp_of(path) != stamp:
        progress(f"seeding {size.customers:,} customers")
        part = path.with_suffix(".part")
        _remove(part)
        _make(part, size, stamp)
        _remove(path)
        part.replace(path)  # killed half-way, no half store stands at the path
    return path


def fingerprint(size: StoreSize) -> str:
    """A hash of the size and of all code and declarations that decide the store's content."""
    hashed = hashlib.sha256(repr(size).encode())
    for path in _sources():
        hashed.update(path.name.encode() + b"\0" + path.read_bytes())
    return hashed.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    for name in _MADE_OF:
        part = _ROOT / name
        yield from [part] if part.is_file() else sorted(p for p in part.rglob("*") if p.suffix in (".py", ".yaml"))


def _stamp_of(path: Path) -> str | None:
    """The fingerprint that a store was made with; none where there is no whole store."""
    if not path.is_file():
        return None
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            found = connection.execute("SELECT value FROM settings WHERE name = ?", (_STAMP,)).fetchone()
        except sqlite3.DatabaseError:  # no store at all
            return None
    return str(json.loads(found[0])) if found else None


def _make(path: Path, size: StoreSize, stamp: str) -> None:
    engine = open_store(f"sqlite:///{path}")
    try:
        upgrade(engine)
        seed(engine, customers=size.customers, today=size.today, number=size.number)
        refresh(engine, as_of=size.today)
        rebuild_value_index(engine, load_model())
        with engine.begin() as connection:
            write_setting(connection, _STAMP, stamp)
    finally:
        engine.dispose()
    with closing(sqlite3.connect(path)) as connection:  # one file, which can be moved and opened for reading only
        connection.execute("PRAGMA journal_mode=DELETE")


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)
