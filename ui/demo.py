"""Making and keeping the demo company, and refreshing a store. The command line alone may start seed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.engine import make_url

from agent.settings import clock_today, read_settings
from schema.tables import metadata
from tools.store import StoreError, is_empty, open_store, upgrade, write_setting
from tools.store import read_settings as stored_settings

Say = Callable[[str], None]
DEMO_CUSTOMERS, DEMO_NUMBER = 2000, 20
_FACTS = (
    "customers", "orders", "service_records", "appointments", "interactions", "notes", "cases", "ownerships",
    "contact_points",
)  # fmt: skip


def ensure_demo(say: Say) -> None:
    """With no store configured: make the demo company where there is none, or anew for a later day.

    A demo that somebody changed, and any other store, keeps its rows; only its figures are refreshed.
    """
    settings = read_settings()
    if settings.database is not None:
        return
    today = clock_today()
    path = Path(str(make_url(settings.demo).database))
    if not path.exists() or _is_empty(settings.demo):
        say(f"No store yet: making the demo company ({DEMO_CUSTOMERS:,} customers) …")
        _replace_demo(path, DEMO_CUSTOMERS, today, DEMO_NUMBER, say)
        return
    with _opened(settings.demo) as engine:
        with engine.connect() as connection:
            known = stored_settings(connection)
        untouched = known.get("demo") and known.get("fingerprint") == _fingerprint(engine)
        behind = metadata.tables.keys() - set(inspect(engine).get_table_names())
    if known.get("today") == today.isoformat():
        if behind:
            say("The store is of an earlier version: computing its figures anew …")
            refresh_store(settings.demo, today, say)
        return
    if untouched:
        say(f"The demo is of {known['today']}: making it anew for {today} …")
        _replace_demo(path, int(known["customers"]), today, int(known["seed_number"]), say)
        return
    say(f"Refreshing the figures for {today} …")
    refresh_store(settings.demo, today, say)


def _replace_demo(path: Path, customers: int, today: date, number: int, say: Say) -> None:
    """Stopped half-way, it leaves no half store at the path."""
    part = path.with_name(path.name + ".part")
    _remove(part)
    make_company(f"sqlite:///{part}", customers, today, number, say)
    _remove(path)
    part.replace(path)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _is_empty(url: str) -> bool:
    with _opened(url) as engine:
        return is_empty(engine)


def make_company(url: str, customers: int, today: date, number: int, say: Say) -> None:
    """Create the store, seed it, refresh it and index its values. Raises StoreError where there is one already."""
    from seed.company import seed  # slow to import, and not needed for a demo that stands

    with _opened(url) as engine:
        if not is_empty(engine):
            with engine.connect() as connection:
                if connection.scalar(select(func.count()).select_from(metadata.tables["customers"])):
                    address = engine.url.render_as_string()
                    raise StoreError(f"{address} holds a store already; give another --database, or remove it first.")
        upgrade(engine)
        started = time.perf_counter()
        report = seed(engine, customers=customers, today=today, number=number, progress=say)
        rows = sum(report.rows.values())
        say(f"{report.customers:,} customers, {rows:,} rows in {time.perf_counter() - started:.1f} s")
        refresh_store(url, today, say)
        with engine.begin() as connection:
            write_setting(connection, "customers", customers)
            write_setting(connection, "fingerprint", _fingerprint(engine))


def refresh_store(url: str, today: date, say: Say) -> None:
    """Compute the figures of a day, and the index of values. Raises RefreshError, StoreError."""
    from schema.loading import load_model
    from tools.intelligence.refresh import refresh  # slow to import
    from tools.value_index import rebuild_value_index

    with _opened(url) as engine:
        upgrade(engine)
        started = time.perf_counter()
        report = refresh(engine, as_of=today, progress=say)
        rebuild_value_index(engine, load_model())
        with engine.begin() as connection:
            write_setting(connection, "today", today.isoformat())
    say(f"figures of {report.customers:,} customers as of {report.as_of} in {time.perf_counter() - started:.1f} s")


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = open_store(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _fingerprint(engine: Engine) -> str:
    """Rows a table of the facts, and the last change of a customer: what a user's change would move."""
    present = set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        counts = [
            connection.scalar(select(func.count()).select_from(metadata.tables[name]))
            for name in _FACTS
            if name in present
        ]
        changed = connection.scalar(select(func.max(metadata.tables["customers"].c.updated_at)))
    return ":".join(map(str, [*counts, changed]))
