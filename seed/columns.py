"""Columns of a table as NumPy arrays, and their way into rows that a database driver takes.

Days are int64 days since 1970-01-01, moments int64 minutes since then, and `NONE` stands for no value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]
Generator = np.random.Generator
Column = Sequence[Any]

NONE = -(10**12)
DAY = 1440  # minutes
EPOCH = date(1970, 1, 1)
_FIRST, _LAST = date(1899, 12, 31), date(2120, 12, 31)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_date(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=int(number))


@cache
def _iso_days() -> Objects:
    """ISO dates from 1900 on; the first place stands for no date."""
    days = np.arange(np.datetime64(_FIRST), np.datetime64(_LAST))
    texts: Objects = np.datetime_as_string(days).astype(object)
    texts[0] = None
    return texts


@cache
def _clock() -> Objects:
    return np.array([f" {m // 60:02d}:{m % 60:02d}:00.000000" for m in range(DAY)], dtype=object)


def dates(days: Ints) -> Column:
    """ISO dates, or None, in the order of `days` (n)."""
    first = day_number(_FIRST)
    texts: Objects = _iso_days()[np.where(days == NONE, 0, days - first)]
    return list(texts)


def moments(minutes: Ints) -> Column:
    """Timestamps as SQLAlchemy writes them on SQLite, or None, in the order of `minutes` (n)."""
    empty = minutes == NONE
    day, minute = np.divmod(np.where(empty, 0, minutes), DAY)
    texts: Objects = _iso_days()[day - day_number(_FIRST)] + _clock()[minute]
    texts[empty] = None
    return list(texts)


def numbers(values: Ints) -> Column:
    """Python ints, or None, in the order of `values` (n)."""
    objects = values.astype(object)
    objects[values == NONE] = None
    return list(objects)


def texts(pool: Sequence[str], codes: Ints) -> Column:
    """The words of `pool` that `codes` (n) point at; a negative code is None."""
    words = np.array([*pool, None], dtype=object)
    return list(words[np.where(codes < 0, len(pool), codes)])


def where(keep: Bools, values: Objects) -> Column:
    """The values (n) that are kept; None in place of the others."""
    kept = values.copy()
    kept[~keep] = None
    return list(kept)


def constant(value: Any, size: int) -> Column:
    """The same value `size` times."""
    return [value] * size


def draw(rng: Generator, weights: Sequence[float] | Floats, size: int) -> Ints:
    """`size` indices into `weights`, each as often as its weight says."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    places: Ints = np.searchsorted(edges, rng.random(size) * edges[-1], side="right").clip(max=len(edges) - 1)
    return places


def pick(rng: Generator, eligible: Bools, share: float, least: int = 0) -> Ints:
    """Sorted places of a random `share` of the `eligible` (n), at least `least` where there are so many."""
    places = np.flatnonzero(eligible)
    count = min(len(places), max(least, round(share * len(places))))
    return np.sort(rng.permutation(places)[:count])


def picked(rng: Generator, eligible: Bools, share: float, least: int = 0) -> Bools:
    """As `pick`, as a mask (n)."""
    mask = np.zeros(len(eligible), dtype=bool)
    mask[pick(rng, eligible, share, least)] = True
    return mask


def rounded(amounts: Floats | Ints, step: int = 1000) -> Ints:
    """Amounts in ₫ to whole `step`s."""
    whole: Ints = (np.floor(np.asarray(amounts) / step + 0.5) * step).astype(np.int64)
    return whole


Rows = TypeVar("Rows", bound="DataclassInstance")


def rows(table: Rows, keep: Ints | Bools) -> Rows:
    """A dataclass of arrays with only the rows `keep` chooses (a mask, or places)."""
    return type(table)(**{f.name: getattr(table, f.name)[keep] for f in fields(table)})


def stacked(tables: Sequence[Rows]) -> Rows:
    """Dataclasses of arrays, one below the other."""
    first = tables[0]
    return type(first)(**{f.name: np.concatenate([getattr(t, f.name) for t in tables]) for f in fields(first)})
