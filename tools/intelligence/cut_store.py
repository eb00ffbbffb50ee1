"""The cut points of a full refresh, written with its run and read back by the incremental ones of the same day."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
from sqlalchemy import Connection, select

from tools.intelligence.base import TABLES
from tools.intelligence.cuts import Cuts, TierEnd
from tools.intelligence.frames import write
from tools.store import write_setting

CALL_TIMES = "best_call_times"  # setting: of each lifecycle stage, as of the last full refresh


def write_cuts(connection: Connection, run_id: int, cuts: Cuts) -> None:
    """Rows of `cut_points`; the best call times, which are words, go to the settings."""
    rows: list[tuple[str, str | None, int, float, int | None]] = []
    for measure, values in cuts.hundredths.items():
        rows += [(measure, None, i, value, None) for i, value in enumerate(values, 1)]
    for store, values in cuts.scores.items():
        rows += [("score", str(store), i, value, None) for i, value in enumerate(values, 1)]
    for i, (tier, end) in enumerate(cuts.tiers.items(), 1):
        rows.append(("tier", tier, i, end.clv, end.customer_id))
    frame = pl.DataFrame(
        rows,
        schema={
            "measure": pl.String, "group_key": pl.String, "i": pl.Int64, "value": pl.Float64, "customer_id": pl.Int64
        },
        orient="row",
    )  # fmt: skip
    write(connection, TABLES["cut_points"], frame.with_columns(run_id=pl.lit(run_id)))
    write_setting(connection, CALL_TIMES, dict(sorted(cuts.call_times.items())))


def read_cuts(connection: Connection, as_of: date) -> Cuts | None:
    """Those of the last full refresh of `as_of`; none where there was none."""
    runs, points, settings = TABLES["refresh_runs"].c, TABLES["cut_points"].c, TABLES["settings"].c
    run_id = connection.execute(
        select(runs.id).where(runs.as_of == as_of, runs.kind == "full").order_by(runs.id.desc()).limit(1)
    ).scalar()
    if run_id is None:
        return None
    hundredths: dict[str, list[float]] = {}
    scores: dict[int, list[float]] = {}
    tiers: dict[str, TierEnd] = {}
    rows = connection.execute(
        select(points.measure, points.group_key, points.value, points.customer_id)
        .where(points.run_id == run_id)
        .order_by(points.measure, points.group_key, points.i)
    )
    for measure, key, value, customer_id in rows:
        if measure == "score":
            scores.setdefault(int(key), []).append(value)
        elif measure == "tier":
            tiers[key] = TierEnd(value, customer_id)
        else:
            hundredths.setdefault(measure, []).append(value)
    times = connection.execute(select(settings.value).where(settings.name == CALL_TIMES)).scalar()
    return Cuts(
        hundredths={measure: tuple(values) for measure, values in hundredths.items()},
        scores={store: tuple(values) for store, values in scores.items()},
        tiers={name: tiers[name] for name in ("VIP", "High", "Medium") if name in tiers},
        call_times=json.loads(times) if times else {},
    )
