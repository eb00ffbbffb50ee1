"""Errors that a user of the agent reads."""

from __future__ import annotations


class AgentError(Exception):
    """One clear sentence: what is wrong and what is possible. Read by the user."""


class UnknownUserError(AgentError):
    """Nobody has that id or login."""
