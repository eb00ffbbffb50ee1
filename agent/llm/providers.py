"""Real LLMs by setting: openai:MODEL, or the URL of any OpenAI-compatible endpoint, with #MODEL behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agent.errors import AgentError

if TYPE_CHECKING:
    from llama_index.core.llms.function_calling import FunctionCallingLLM

PLANNER = "planner"
CONTEXT_WINDOW, MAX_TOKENS, TIMEOUT_S = 32_000, 1_500, 120.0
_OPENAI_URL = "https://api.openai.com/v1"


def _endpoint(setting: str) -> tuple[str, str]:
    url, _, model = setting.partition("#")
    return (url, model or "default") if urlsplit(url).hostname else ("", "")


def _openai(setting: str) -> tuple[str, str]:
    return _OPENAI_URL, setting.partition(":")[2]


PROVIDERS: dict[str, Callable[[str], tuple[str, str]]] = {
    "openai:": _openai, "http://": _endpoint, "https://": _endpoint,
}  # fmt: skip
"""How a setting begins -> (address, name of the LLM); either is empty where the setting lacks it."""


def check_llm(setting: str) -> str:
    """The setting, where it names the planner or a real LLM; imports nothing heavy. Raises AgentError."""
    if setting != PLANNER:
        _address(setting)
    return setting


def open_llm(setting: str, key: str) -> FunctionCallingLLM:
    """The LLM that a setting names; it is called first when it is asked. Raises AgentError for a setting of none."""
    from llama_index.llms.openai_like import OpenAILike  # seconds to import

    url, model = _address(setting)
    return OpenAILike(
        model=model, api_base=url, api_key=key, is_chat_model=True, is_function_calling_model=True,
        context_window=CONTEXT_WINDOW, max_tokens=MAX_TOKENS, temperature=0.0, timeout=TIMEOUT_S, max_retries=0,
    )  # fmt: skip


def _address(setting: str) -> tuple[str, str]:
    provider = next((make for start, make in PROVIDERS.items() if setting.startswith(start)), None)
    url, model = provider(setting) if provider else ("", "")
    if not url or not model:
        raise AgentError(
            f"'{setting}' names no LLM. Possible: {PLANNER}, openai:MODEL, or an endpoint's URL (https://host/v1#MODEL)."
        )
    return url, model
