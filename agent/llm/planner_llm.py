"""The planner as a LlamaIndex FunctionCallingLLM: it answers a question with tool calls, and their results with the text."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    LLMMetadata,
    MessageRole,
    ToolCallBlock,
)  # fmt: skip
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.core.llms.llm import ToolSelection
from pydantic import PrivateAttr

from agent.toolbox import plain

Calls = Callable[[], list[tuple[str, dict[str, Any]]]]


class PlannerLLM(FunctionCallingLLM):
    """Deterministic. `calls` gives the tool calls of the turn, `text` its answer once they have run."""

    _calls: Calls = PrivateAttr()
    _text: Callable[[], str] = PrivateAttr()

    def __init__(self, calls: Calls, text: Callable[[], str]) -> None:
        super().__init__()
        self._calls, self._text = calls, text

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(
            is_chat_model=True, is_function_calling_model=True, model_name="planner", context_window=32_000
        )

    def _message(self, messages: Sequence[ChatMessage]) -> ChatMessage:
        if messages and messages[-1].role != MessageRole.TOOL and (calls := self._calls()):
            blocks = [
                ToolCallBlock(tool_call_id=f"call_{i}", tool_name=name, tool_kwargs=plain(args))
                for i, (name, args) in enumerate(calls)
            ]
            return ChatMessage(role="assistant", blocks=blocks)
        return ChatMessage(role="assistant", content=self._text())

    def _prepare_chat_with_tools(
        self, tools: Sequence[Any], user_msg: Any = None, chat_history: list[ChatMessage] | None = None, **_: Any
    ) -> dict[str, Any]:
        messages = list(chat_history or [])
        if user_msg:
            messages.append(
                user_msg if isinstance(user_msg, ChatMessage) else ChatMessage(role="user", content=str(user_msg))
            )
        return {"messages": messages}

    def get_tool_calls_from_response(
        self, response: ChatResponse, error_on_no_tool_call: bool = True, **_: Any
    ) -> list[ToolSelection]:
        return [
            ToolSelection(tool_id=b.tool_call_id or "", tool_name=b.tool_name, tool_kwargs=dict(b.tool_kwargs))
            for b in response.message.blocks
            if isinstance(b, ToolCallBlock) and isinstance(b.tool_kwargs, dict)
        ]

    def chat(self, messages: Sequence[ChatMessage], **_: Any) -> ChatResponse:
        return ChatResponse(message=self._message(messages))

    async def achat(self, messages: Sequence[ChatMessage], **_: Any) -> ChatResponse:
        return self.chat(messages)

    def stream_chat(self, messages: Sequence[ChatMessage], **_: Any) -> Generator[ChatResponse, None, None]:
        message, text = self._message(messages), ""
        for word in re.findall(r"\S+\s*", message.content or ""):
            text += word
            yield ChatResponse(message=ChatMessage(role="assistant", content=text), delta=word)
        yield ChatResponse(message=message, delta="")

    async def astream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> AsyncGenerator[ChatResponse, None]:
        async def parts() -> AsyncGenerator[ChatResponse, None]:
            for response in self.stream_chat(messages, **kwargs):
                yield response

        return parts()

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        return CompletionResponse(text=self._text())

    async def acomplete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        return self.complete(prompt)

    def stream_complete(
        self, prompt: str, formatted: bool = False, **_: Any
    ) -> Generator[CompletionResponse, None, None]:
        yield self.complete(prompt)

    async def astream_complete(
        self, prompt: str, formatted: bool = False, **_: Any
    ) -> AsyncGenerator[CompletionResponse, None]:
        async def parts() -> AsyncGenerator[CompletionResponse, None]:
            yield self.complete(prompt)

        return parts()
