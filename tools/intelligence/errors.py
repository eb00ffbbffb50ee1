"""What can go wrong in a refresh."""

from __future__ import annotations


class RefreshError(Exception):
    """The figures can't be computed as asked; nothing was written. The sentence says why. Read by the user."""
