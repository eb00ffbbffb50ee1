"""Seed and refresh, each beside the plainest SQL over the same rows in the same run; the store is kept for the next."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from evals.bench.child import Measured, measure
from evals.bench.tables import Figures, ratio

BATCH = 50_000
_OF_ORDERS = (
    "SELECT o.customer_id, COUNT(*), SUM({}) FROM {} f JOIN orders o ON o.id = f.order_id GROUP BY o.customer_id"
)
_OF_CUSTOMERS = "SELECT customer_id, COUNT(*), SUM({}) FROM {} GROUP BY customer_id"
# one GROUP BY customer_id a fact table that the refresh reads
GROUPED = (
    *(_OF_CUSTOMERS.format(*facts) for facts in (
        ("discount", "orders"), ("odometer_km", "service_records"), ("duration_s", "interactions"),
        ("id", "appointments"), ("annual_km", "customer_vehicles"), ("id", "cases"),
    )),
    *(_OF_ORDERS.format(*facts) for facts in (
        ("f.quantity * f.unit_price", "order_items"), ("f.amount", "payments"), ("f.amount", "refunds"),
    )),
)  # fmt: skip


def filled(folder: Path, customers: int, *, again: bool, progress: Callable[[str], None]) -> tuple[Path, Measured]:
    """The store of a size in `folder`, and what was measured when it was made; made now where it is missing.

    `again`: make it anew.
    """
    store, kept = folder / f"{customers}.db", folder / f"{customers}.json"
    if again or not (store.is_file() and kept.is_file()):
        folder.mkdir(parents=True, exist_ok=True)
        for path in (kept, *(store.with_name(store.name + end) for end in ("", "-wal", "-shm"))):
            path.unlink(missing_ok=True)
        progress(f"seeding {customers:,} customers")
        seeded = measure("seed", store, customers)
        progress(f"the same {seeded['rows']:,} rows by plain inserts")
        seeded["plain_s"] = insert_plainly(store, folder / "plain.db", seeded["tables"])
        progress("refresh")
        refreshed = measure("refresh", store)
        refreshed["plain_s"] = group_plainly(store)
        kept.write_text(json.dumps({"seed": seeded, "refresh": refreshed}, indent=1), "utf-8")
        return store, {"seed": seeded, "refresh": refreshed, "kept": False}
    return store, {**json.loads(kept.read_text("utf-8")), "kept": True}


def insert_plainly(store: Path, copy: Path, tables: Sequence[str]) -> float:
    """Seconds that executemany takes for the rows of `tables` into a new file without keys and indexes.

    One transaction; reading the rows is not counted.
    """
    copy.unlink(missing_ok=True)
    seconds = 0.0
    with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(copy)) as target:
        for table in tables:
            cursor = source.execute(f'SELECT * FROM "{table}"')
            names = ", ".join(f'"{d[0]}"' for d in cursor.description)
            target.execute(f'CREATE TABLE "{table}" ({names})')
            insert = f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(cursor.description))})'
            while batch := cursor.fetchmany(BATCH):
                started = time.perf_counter()
                target.executemany(insert, batch)
                seconds += time.perf_counter() - started
        started = time.perf_counter()
        target.commit()
        seconds += time.perf_counter() - started
    copy.unlink()
    return seconds


def group_plainly(store: Path) -> float:
    """Seconds that one GROUP BY customer_id over each fact table takes."""
    with closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        started = time.perf_counter()
        for sql in GROUPED:
            connection.execute(sql).fetchall()
        return time.perf_counter() - started


def filling_table(customers: int, measured: Measured) -> Figures:
    """Seed and refresh beside their baselines."""
    s, r = measured["seed"], measured["refresh"]
    seconds, plain = s["seconds"], s["plain_s"]
    peak = f"{r['peak_mb']:.0f}"
    rows = (
        ("seed", f"{seconds:.1f}", f"{plain:.1f}", ratio(seconds, plain), _rate(s["rows"], seconds),
         _rate(s["rows"], plain), f"{s['peak_mb']:.0f}"),
        ("refresh", f"{r['seconds']:.1f}", f"{r['plain_s']:.2f}", ratio(r["seconds"], r["plain_s"]),
         _rate(r["customers"], r["seconds"]), _rate(r["customers"], r["plain_s"]), peak),
        ("index of values", f"{r['index_s']:.1f}", "–", "–", _rate(r["customers"], r["index_s"]), "–", peak),
    )  # fmt: skip
    note = (
        f"{s['rows']:,} rows. Plain: executemany of the same rows into tables without keys or indexes; for the refresh "
        f"{len(GROUPED)} times SELECT customer_id, COUNT(*), SUM(…) GROUP BY customer_id, one a fact table. A second: "
        "rows seeded, customers refreshed or indexed."
    )
    kept = " (measured when the store was made)" if measured["kept"] else ""
    columns = ("step", "s", "plain s", "ratio", "a second", "plain a second", "peak MB")
    return Figures(f"{customers:,} customers: filling{kept}", columns, rows, note)


def _rate(count: int, seconds: float) -> str:
    return f"{count / seconds:,.0f}" if seconds else "–"
