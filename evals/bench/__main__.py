"""`python -m evals.bench`: all times in one run, each beside its baseline."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evals.bench.asking import REPEATS, asking_table, starting_table
from evals.bench.filling import filled, filling_table
from evals.bench.tables import show

FOLDER = Path(__file__).parents[2] / "data" / "bench"


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=__doc__)
    parser.add_argument("--sizes", default="2000", help="numbers of customers: 2000,100000")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the stores are kept for the next run")
    parser.add_argument("--repeats", type=int, default=REPEATS, help="timed repetitions of a question")
    parser.add_argument("--again", action="store_true", help="seed and refresh anew, though the stores are there")
    parser.add_argument("--markdown", action="store_true", help="print Markdown, for evals/RESULTS.md")
    asked = parser.parse_args(arguments)
    tables, stores = [], []
    for size in (int(s) for s in asked.sizes.split(",")):
        store, measured = filled(asked.folder, size, again=asked.again, progress=_tell)
        stores.append((size, store))
        tables.append(filling_table(size, measured))
        _tell(f"questions at {size:,} customers")
        tables.append(asking_table(store, size, asked.repeats))
    show([*tables, starting_table(stores)], markdown=asked.markdown)
    return 0


def _tell(message: str) -> None:
    print(message, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
