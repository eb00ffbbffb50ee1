"""The chat's handlers: a question goes to the agent's session, and what comes back goes to the page."""

# Chainlit leaves many of its functions without types
# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

import chainlit as cl
from chainlit.utils import utc_now

from agent.answer_card import Answer, Option
from agent.answer_card import Step as TakenStep
from agent.language import Language
from agent.session import Agent, AgentError, AnswerEvent, Session, StepEvent, TokenEvent
from schema.access import Asker
from ui.labels import say, spoken, written_in
from ui.render import asker_title, cards, markdown, objection, question_of, step_view, steps_title, welcome

LOGO = "/public/logo.svg"
PAGE = 1_000  # most rows sent at once
IDEAS = 4  # questions offered where there was none
log = logging.getLogger("ui")
T = TypeVar("T")


class Chat:
    """The handlers over one agent. `install` hands them to Chainlit."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.askers: dict[str, Asker] = {asker.login: asker for asker in agent.profiles()}

    def install(self) -> None:
        cl.set_chat_profiles(self.profiles)
        cl.set_starters(self.starters)
        cl.on_message(self.on_message)
        cl.action_callback("ask")(self.on_option)
        cl.action_callback("page")(self.on_page)

    # whose eyes, and what to ask first -----------------------------------------------------------------------------
    async def profiles(self, _user: cl.User | None, language: str | None = None) -> list[cl.ChatProfile]:
        """One profile an asker. The one with the widest view is chosen at first: the starters ask about everybody."""
        spoken_here, default = spoken(language), self._default().login
        return [
            cl.ChatProfile(
                name=login,
                display_name=asker_title(asker, self.agent.store_name(asker), spoken_here),
                markdown_description=welcome(asker, spoken_here),
                icon=LOGO,
                default=login == default,
            )
            for login, asker in self.askers.items()
        ]

    async def starters(self, _user: cl.User | None, language: str | None = None) -> list[cl.Starter]:
        return [cl.Starter(label=text, message=text) for text in self.agent.suggestions(spoken(language))]

    def _default(self) -> Asker:
        return next((a for a in self.askers.values() if a.scope == "group"), next(iter(self.askers.values())))

    # a message, a pressed option, another page of rows ------------------------------------------------------------
    async def on_message(self, message: cl.Message) -> None:
        await self.reply(question_of(message.content))

    async def on_option(self, action: cl.Action) -> None:
        """Ask what the button stands for, as if it had been typed. Returns at once; the answer follows."""
        session = cl.context.session
        session.current_task = asyncio.create_task(self._asked(str(action.payload.get("question", ""))))

    async def _asked(self, question: str) -> None:
        emitter = cl.context.emitter
        await emitter.task_start()
        try:
            typed = await cl.Message(content=question, type="user_message", author="User").send()
            async with cl.Step(name="on_message", type="run", parent_id=typed.id):
                await self.reply(question)
        finally:
            await emitter.task_end()

    async def on_page(self, action: cl.Action) -> dict[str, Any]:
        """Rows `offset`… of an earlier answer: {rows: [...]}, or {error: sentence}."""

        async def fetch() -> list[list[Any]]:
            asked = action.payload
            limit = min(int(asked["limit"]), PAGE)
            page = self._session().page
            return await asyncio.to_thread(page, int(asked["turn"]), int(asked["offset"]), limit, asked.get("order"))

        rows = await _or_sentence(fetch(), spoken(_browser_language()))
        return {"error": rows} if isinstance(rows, str) else {"rows": rows}

    # one turn ------------------------------------------------------------------------------------------------------
    async def reply(self, question: str) -> None:
        """Answer one question: steps, text, cards. Whatever happens, the user reads a sentence."""
        language = written_in(question, spoken(_browser_language()))
        refused = objection(question, language)
        if refused:
            ideas = [Option(label=s, question=s) for s in self.agent.suggestions(language)[:IDEAS]]
            await self._send(cl.Message(content=markdown(refused)), ideas)
            return
        message, steps = cl.Message(content=""), Steps(language)
        outcome: tuple[Answer, int] | str | None = None
        async with self._turn_lock():
            try:
                outcome = await _or_sentence(self._stream(question, message, steps), language)
            finally:  # the stop button cancels: what runs and streams is ended then too
                await steps.fold(outcome[0].elapsed_ms if isinstance(outcome, tuple) else None)
                if outcome is None and message.streaming:
                    await message.send()
        if isinstance(outcome, str):
            message.content = markdown(outcome)
            await message.send()
        else:
            await self._show(message, *outcome)

    async def _stream(self, question: str, message: cl.Message, steps: Steps) -> tuple[Answer, int] | str:
        answer: Answer | None = None
        session = self._session()
        async for event in session.stream(question, limit=PAGE):
            if isinstance(event, StepEvent):
                await steps.show(event.step, done=event.state == "done")
            elif isinstance(event, TokenEvent):
                await message.stream_token(markdown(event.text))
            elif isinstance(event, AnswerEvent):
                answer = event.answer
        if answer is None:
            return say("unanswered", steps.language)
        await steps.settle(answer.steps)
        return answer, len(session.queries) - 1

    async def _show(self, message: cl.Message, answer: Answer, turn: int) -> None:
        # the answer's text is the one whose numbers were checked: it replaces what was streamed
        message.content = markdown(answer.answer)
        shown = cards(answer, turn)
        elements: list[Any] = [cl.CustomElement(name=c.name, props=c.props, display="inline") for c in shown]
        message.elements = elements
        await self._send(message, answer.options)

    async def _send(self, message: cl.Message, options: list[Option]) -> None:
        message.actions = [
            cl.Action(name="ask", payload={"question": o.question}, label=o.label, tooltip=o.question) for o in options
        ]
        await message.send()

    # state of this browser tab -------------------------------------------------------------------------------------
    def _session(self) -> Session:
        """The dialogue of this tab; changing the profile starts another one, since Chainlit starts another session."""
        session: Session | None = cl.user_session.get("dialogue")
        if session is None:
            profile = cl.user_session.get("chat_profile")
            session = self.agent.session(self.askers.get(profile or "", self._default()))
            cl.user_session.set("dialogue", session)
        return session

    def _turn_lock(self) -> asyncio.Lock:
        """Turns edit the dialogue's state: a click on a card during an answer waits for it."""
        lock: asyncio.Lock | None = cl.user_session.get("lock")
        if lock is None:
            lock = asyncio.Lock()
            cl.user_session.set("lock", lock)
        return lock


class Steps:
    """The steps of one turn, folded under one line that names the present step and in the end counts them."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.fold_line: cl.Step | None = None
        self.lines: list[tuple[str, cl.Step]] = []

    async def show(self, taken: TakenStep, *, done: bool) -> None:
        """A step that starts, or the same one done."""
        running = next((line for name, line in self.lines if name == taken.name and line.end is None), None)
        line = running or await self._start(taken)
        if done:
            await self._end(line, taken)

    async def settle(self, taken: Sequence[TakenStep]) -> None:
        """Take over what the answer says of its steps: it has their SQL and their times."""
        lines = list(self.lines)
        for step in taken:
            found = next((entry for entry in lines if entry[0] == step.name), None)
            if found:
                lines.remove(found)
            await self._end(found[1] if found else await self._start(step), step)

    async def fold(self, elapsed_ms: float | None = None) -> None:
        """End what still runs; the line above says how many steps there were and how long the turn took."""
        for _, line in self.lines:
            if line.end is None:
                line.end = utc_now()
                await line.update()
        if self.fold_line:
            self.fold_line.name = steps_title(len(self.lines), elapsed_ms, self.language)
            self.fold_line.end = utc_now()
            await self.fold_line.update()

    async def _start(self, taken: TakenStep) -> cl.Step:
        name = step_view(taken, self.language, done=False).title
        if self.fold_line is None:
            run = cl.context.current_step
            self.fold_line = cl.Step(name=name, type="tool", parent_id=run.id if run else None, icon="list-checks")
            self.fold_line.start = utc_now()
            await self.fold_line.send()
        elif self.fold_line.name != name:
            self.fold_line.name = name
            await self.fold_line.update()
        line = cl.Step(name=name, type="tool", parent_id=self.fold_line.id)
        line.start = utc_now()
        await line.send()
        self.lines.append((taken.name, line))
        return line

    async def _end(self, line: cl.Step, taken: TakenStep) -> None:
        view = step_view(taken, self.language)
        line.name, line.output, line.language, line.end = view.title, view.content, view.language, utc_now()
        await line.update()


async def _or_sentence(work: Awaitable[T], language: Language) -> T | str:
    """What `work` gives, or the sentence to show instead. Nothing else of a failure reaches the page."""
    try:
        return await work
    except AgentError as error:
        return str(error)
    except Exception:  # the top handler, the only one: the log gets the traceback, the user a sentence
        log.exception("a question failed")
        return say("failed", language)


def _browser_language() -> str | None:
    return getattr(cl.context.session, "language", None)
