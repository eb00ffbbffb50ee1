"""What can go wrong in a command is told in a sentence, without a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from agent.errors import AgentError
from schema.model import ModelError
from tools.database import DatabaseError
from tools.intelligence.errors import RefreshError
from tools.store import StoreError

_FAILURES = (AgentError, DatabaseError, ModelError, RefreshError, StoreError, OSError)


@contextmanager
def told() -> Iterator[None]:
    """Within it, a failure that the user can mend ends the command: its sentence on standard error, exit code 1."""
    try:
        yield
    except _FAILURES as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(1) from None
