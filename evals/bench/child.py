"""One measurement in a process of its own, so that memory and start-up are its own: prints a JSON object.

`python -m evals.bench.child TASK STORE [NUMBER]`; tasks: seed, refresh, start.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

TODAY, NUMBER = date(2026, 11, 20), 20
Measured = dict[str, Any]


def measure(task: str, store: Path, number: int = 0) -> Measured:
    """Run a task in a child and give what it measured, with `wall_s` from outside. Raises CalledProcessError."""
    command = [sys.executable, "-m", "evals.bench.child", task, str(store), str(number)]
    root = Path(__file__).parents[2]
    started = time.perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=root)
    return {**json.loads(done.stdout.splitlines()[-1]), "wall_s": time.perf_counter() - started}


def seed_store(store: Path, customers: int) -> Measured:
    """Seed `customers` into a new store: rows and seconds. Making the tables is left out."""
    from seed.company import seed
    from tools.store import open_store, upgrade

    engine = open_store(f"sqlite:///{store}")
    upgrade(engine)
    started = time.perf_counter()
    report = seed(engine, customers=customers, today=TODAY, number=NUMBER)
    seconds = time.perf_counter() - started
    engine.dispose()
    return {"rows": sum(report.rows.values()), "tables": sorted(report.rows), "seconds": seconds}


def refresh_store(store: Path, _: int) -> Measured:
    """A full refresh, and the index of values, which is timed apart."""
    from schema.loading import load_model
    from tools.intelligence.refresh import refresh
    from tools.store import open_store
    from tools.value_index import rebuild_value_index

    engine = open_store(f"sqlite:///{store}")
    started = time.perf_counter()
    report = refresh(engine, as_of=TODAY)
    refreshed = time.perf_counter()
    rebuild_value_index(engine, load_model())
    indexed = time.perf_counter()
    engine.dispose()
    return {"customers": report.customers, "seconds": refreshed - started, "index_s": indexed - refreshed}


def start(store: Path, _: int) -> Measured:
    """Import the agent, open it, answer a first question."""
    began = time.perf_counter()
    from agent.build import open_agent

    imported = time.perf_counter()
    agent = open_agent(f"sqlite:///{store}")
    opened = time.perf_counter()
    agent.session(agent.asker("admin")).ask("Which customers are at risk of churn?")
    answered = time.perf_counter()
    agent.database.close()
    return {"import_s": imported - began, "open_s": opened - imported, "first_s": answered - opened}


def peak_mb() -> float:
    """Most memory that this process ever held, MB."""
    status = Path("/proc/self/status")
    if status.is_file():  # ru_maxrss begins with what the parent held when it started this process
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS tells bytes


TASKS: dict[str, Callable[[Path, int], Measured]] = {"seed": seed_store, "refresh": refresh_store, "start": start}

if __name__ == "__main__":
    result = TASKS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps({**result, "peak_mb": peak_mb()}))
