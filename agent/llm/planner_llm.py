"""The planner as a LlamaIndex FunctionCallingLLM: it answers a question with tool calls, its results with text."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Sequence
from typing import Any, TypeVar

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
from llama_index.core.tools.types import BaseTool
from pydantic import PrivateAttr
from typing_extensions import override

from agent.toolbox import plain

Calls = Callable[[], list[tuple[str, dict[str, Any]]]]
Part = TypeVar("Part")


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

    @override
    def _prepare_chat_with_tools(
        self,
        tools: Sequence[BaseTool],
        user_msg: str | ChatMessage | None = None,
        chat_history: list[ChatMessage] | None = None,
        verbose: bool = False,
        allow_parallel_tool_calls: bool = False,
        tool_required: bool = False,
        **_: Any,
    ) -> dict[str, Any]:
        messages = list(chat_history or [])
        if user_msg:
            messages.append(user_msg if isinstance(user_msg, ChatMessage) else ChatMessage(user_msg))
        return {"messages": messages}

    @override
    def get_tool_calls_from_response(
        self, response: ChatResponse, error_on_no_tool_call: bool = True, **_: Any
    ) -> list[ToolSelection]:
        return [
            ToolSelection(tool_id=b.tool_call_id or "", tool_name=b.tool_name, tool_kwargs=dict(b.tool_kwargs))
            for b in response.message.blocks
            if isinstance(b, ToolCallBlock) and isinstance(b.tool_kwargs, dict)
        ]

    @override
    def chat(self, messages: Sequence[ChatMessage], **_: Any) -> ChatResponse:
        return ChatResponse(message=self._message(messages))

    @override
    async def achat(self, messages: Sequence[ChatMessage], **_: Any) -> ChatResponse:
        return self.chat(messages)

    @override
    def stream_chat(self, messages: Sequence[ChatMessage], **_: Any) -> Generator[ChatResponse, None, None]:
        message, text = self._message(messages), ""
        for word in re.findall(r"\S+\s*", message.content or ""):
            text += word
            yield ChatResponse(message=ChatMessage(role="assistant", content=text), delta=word)
        yield ChatResponse(message=message, delta="")

    @override
    async def astream_chat(self, messages: Sequence[ChatMessage], **_: Any) -> AsyncGenerator[ChatResponse, None]:
        return _afterwards(self.stream_chat(messages))

    # LlamaIndex's base class asks for these as well; the planner has no prompt to complete, only its answer
    @override
    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        return CompletionResponse(text=self._text())

    @override
    async def acomplete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        return self.complete(prompt)

    @override
    def stream_complete(
        self, prompt: str, formatted: bool = False, **_: Any
    ) -> Generator[CompletionResponse, None, None]:
        yield self.complete(prompt)

    @override
    async def astream_complete(
        self, prompt: str, formatted: bool = False, **_: Any
    ) -> AsyncGenerator[CompletionResponse, None]:
        return _afterwards(self.stream_complete(prompt))


async def _afterwards(parts: Iterable[Part]) -> AsyncGenerator[Part, None]:
    for part in parts:
        yield part
