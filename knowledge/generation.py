"""Which build of the index is the present one, and what it has taken in: one small file, replaced whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from knowledge.passages import FeedState

FORMAT = 1


@dataclass(frozen=True)
class Generation:
    """One build: a collection of vectors, and a folder of the same name with the embedding fitted for it.

    `taken_in`: the feed as it was; `last_mark`: of the newest note then. `revision` counts what was written since.
    """

    name: str
    fingerprint: str
    fitted_on: int
    taken_in: FeedState
    last_mark: str
    revision: int = 0


class GenerationFile:
    """`index.json` of an index folder, and the lock that its writers hold."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, fingerprint: str) -> Generation | None:
        """None where nothing stands, or something made with other settings."""
        try:
            held = json.loads((self._folder / "index.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        if not isinstance(held, dict) or held.pop("format", 0) != FORMAT or held.get("fingerprint") != fingerprint:
            return None
        return Generation(**{**held, "taken_in": FeedState(**held["taken_in"])})

    def write(self, generation: Generation) -> None:
        """Whole or not at all, also for those who read it meanwhile."""
        new = self._folder / "index.json.new"
        new.write_text(json.dumps({"format": FORMAT, **asdict(generation)}, indent=1), encoding="utf-8")
        new.replace(self._folder / "index.json")

    def home(self, name: str) -> Path:
        """The folder of a generation's fitted embedding."""
        return self._folder / name

    def remove(self, name: str) -> None:
        shutil.rmtree(self.home(name), ignore_errors=True)

    @contextmanager
    def alone(self, *, wait: bool) -> Iterator[bool]:
        """Whether we are the only writer, of all processes. Without `wait`: false at once where another one writes."""
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._folder / "index.lock", timeout=-1 if wait else 0)
        try:
            lock.acquire()
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()
