"""Real LLMs by setting: openai:MODEL, or the URL of any OpenAI-compatible endpoint, with #MODEL behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.llms.openai_like import OpenAILike

from agent.errors import AgentError

CONTEXT_WINDOW, MAX_TOKENS, TIMEOUT_S = 32_000, 1_500, 120.0


def _endpoint(setting: str, key: str) -> FunctionCallingLLM:
    url, _, model = setting.partition("#")
    return _open_ai_like(model or "default", url, key)


def _openai(setting: str, key: str) -> FunctionCallingLLM:
    return _open_ai_like(setting.partition(":")[2], None, key)


def _open_ai_like(model: str, url: str | None, key: str) -> FunctionCallingLLM:
    more: dict[str, Any] = {"api_base": url} if url else {}
    return OpenAILike(
        model=model, api_key=key, is_chat_model=True, is_function_calling_model=True, context_window=CONTEXT_WINDOW,
        max_tokens=MAX_TOKENS, temperature=0.0, timeout=TIMEOUT_S, max_retries=0, **more,
    )  # fmt: skip


PROVIDERS: dict[str, Callable[[str, str], FunctionCallingLLM]] = {
    "openai:": _openai, "http://": _endpoint, "https://": _endpoint,
}  # fmt: skip


def open_llm(setting: str, key: str) -> FunctionCallingLLM:
    """The LLM that a setting names. Raises AgentError for one that names none."""
    for prefix, provider in PROVIDERS.items():
        if setting.startswith(prefix):
            return provider(setting, key)
    raise AgentError(f"'{setting}' names no LLM. Possible: planner, openai:MODEL, or an endpoint's URL.")
