"""Making and keeping the demo company, and refreshing a store. The command line alone may start seed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine import make_url

from agent.settings import clock_today, read_settings

Say = Callable[[str], None]
DEMO_CUSTOMERS = 2000


def ensure_demo(say: Say) -> None:
    """With no store configured: make the demo company where there is none, or anew for a later day.

    A demo that somebody changed, and any other store, keeps its rows; only its figures are refreshed.
    """
    settings = read_settings()
    if settings.database is not None:
        return
    today = clock_today()
    path = Path(str(make_url(settings.demo).database))
    if not path.exists():
        say("No store yet: making the demo company (2,000 customers) …")
        make_company(settings.demo, DEMO_CUSTOMERS, today, 20, say)
        return
    from tools.store import open_store
    from tools.store import read_settings as stored

    engine = open_store(settings.demo)
    with engine.connect() as connection:
        known = stored(connection)
    if known.get("today") == today.isoformat():
        return
    if known.get("demo") and not _changed(engine, known.get("fingerprint")):
        say(f"The demo is of {known.get('today')}: making it anew for {today} …")
        engine.dispose()
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        make_company(
            settings.demo, int(known.get("customers", DEMO_CUSTOMERS)), today, int(known.get("seed_number", 20)), say
        )
        return
    say(f"Refreshing the figures for {today} …")
    refresh_store(settings.demo, today, say)


def make_company(url: str, customers: int, today: date, number: int, say: Say) -> None:
    """Create the store, seed it, refresh it and index its values. Raises StoreError where there is one already."""
    from seed.company import seed
    from tools.store import StoreError, is_empty, open_store, upgrade, write_setting

    engine = open_store(url)
    if not is_empty(engine):
        with engine.connect() as connection:
            if connection.execute(text("SELECT COUNT(*) FROM customers")).scalar_one():
                raise StoreError(
                    f"{engine.url.render_as_string()} holds a store already; give another --database, or remove it first."
                )
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
    """Compute the figures of a day, and the index of values."""
    from schema.loading import load_model
    from tools.intelligence.refresh import refresh
    from tools.store import open_store, upgrade, write_setting
    from tools.value_index import rebuild_value_index

    engine = open_store(url)
    upgrade(engine)
    started = time.perf_counter()
    report = refresh(engine, as_of=today, progress=say)
    rebuild_value_index(engine, load_model())
    with engine.begin() as connection:
        write_setting(connection, "today", today.isoformat())
    say(f"figures of {report.customers:,} customers as of {report.as_of} in {time.perf_counter() - started:.1f} s")


def _changed(engine: Engine, fingerprint: object) -> bool:
    return fingerprint != _fingerprint(engine)


def _fingerprint(engine: Engine) -> str:
    """Rows a table of the facts, and the last change of a customer: what a user's change would move."""
    tables = (
        "customers",
        "orders",
        "service_records",
        "appointments",
        "interactions",
        "notes",
        "cases",
        "ownerships",
        "contact_points",
    )
    with engine.connect() as connection:
        present = set(inspect(engine).get_table_names())
        parts = [
            str(connection.execute(text(f"SELECT COUNT(*) FROM {t}")).scalar_one()) for t in tables if t in present
        ]
        parts.append(str(connection.execute(text("SELECT MAX(updated_at) FROM customers")).scalar_one()))
    return ":".join(parts)
