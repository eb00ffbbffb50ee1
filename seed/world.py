"""What every part of the seed needs to know: the day, the seasons, the organisation, the stories, and its own dice."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from seed.columns import DAY, Floats, Generator, Ints
from seed.organisation import Organisation
from seed.seasons import Seasons
from seed.stories import Stories


def dice(number: int, chunk: int, subject: str) -> Generator:
    """Random numbers of one subject in one chunk: a change elsewhere doesn't move them."""
    return np.random.default_rng((number, chunk, zlib.crc32(subject.encode())))


@dataclass(frozen=True)
class World:
    """The company as one chunk of customers meets it."""

    number: int
    chunk: int
    customers: int
    today: int
    seasons: Seasons
    organisation: Organisation
    stories: Stories

    def rng(self, subject: str) -> Generator:
        """The dice of a subject in this chunk."""
        return dice(self.number, self.chunk, subject)

    @property
    def least(self) -> int:
        """How many of each edge there must be in a chunk; shares alone rule in small stores."""
        return min(7, self.customers // 80)

    def at_work(self, rng: Generator, days: Ints, first: int = 8, last: int = 18) -> Ints:
        """Moments (n) on these days, from hour `first` to `last`, at five minutes; today in the morning only."""
        until = np.where(days == self.today, max(first + 1, min(last, 10)), last)
        steps: Ints = np.floor(rng.random(len(days)) * (until - first) * 12).astype(np.int64)
        return days * DAY + first * 60 + 5 * steps


def spread(rng: Generator, low: Ints, high: Ints) -> Ints:
    """A random day in [low, high] each (n); `low` where the span is empty."""
    steps: Ints = np.floor(rng.random(len(low)) * (np.maximum(high - low, 0) + 1)).astype(np.int64)
    return low + steps


def reach_today(rng: Generator, days: Ints, today: int, count: int = 2) -> Ints:
    """The same days (n), with some of the last ten days moved to today so that it has at least `count`."""
    recent = np.flatnonzero((days < today) & (days >= today - 10))
    moved = days.copy()
    moved[rng.permutation(recent)[: max(0, count - int((days == today).sum()))]] = today
    return moved


def waits(rng: Generator, mean: float, size: int) -> Ints:
    """Whole days of waiting (n), exponential around `mean`."""
    drawn: Floats = rng.exponential(mean, size)
    return drawn.astype(np.int64)
