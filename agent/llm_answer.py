"""The answer of the LLM's lane: the card of the last tool result, in the LLM's words if the number check lets them."""

from __future__ import annotations

import json

from agent.answer_card import Answer
from agent.cards import Cards
from agent.numbers_check import unfounded
from agent.toolbox import Outcome, plain
from agent.turn import Turn
from schema.query import SemanticQuery


def llm_answer(turn: Turn, cards: Cards, text: str) -> Answer:
    """`text`: what the LLM said at the end. Without any result it can only be a refusal."""
    today = turn.planner.ctx.today.isoformat()
    done = _done(turn)
    if done:
        answer = cards.card(done[-1], today)
        wrong = _unfounded(turn, done, text, today)
        if wrong:
            dropped = ", ".join(wrong[:3])
            answer.notices.append(cards.pick(
                f"The LLM's text was dropped: it held numbers that no result has ({dropped}).",
                f"Bỏ lời văn của LLM vì có số không nằm trong kết quả ({dropped}).",
            ))  # fmt: skip
        elif text:
            answer.answer = text
    elif text:
        answer = cards.refusal("no_data", text)
    else:
        answer = cards.refusal("not_understood", cards.pick("No answer.", "Không có câu trả lời."))
    answer.lane = "llm"
    return answer


def told_query(turn: Turn) -> SemanticQuery | None:
    """The typed query whose rows the answer shows, where it shows any."""
    done = _done(turn)
    return done[-1].result.query if done and done[-1].result else None


def _done(turn: Turn) -> list[Outcome]:
    return [o for o in turn.toolbox.outcomes if o.error is None and (o.result is not None or o.notes is not None)]


def _unfounded(turn: Turn, done: list[Outcome], text: str, today: str) -> list[str]:
    """Numbers of the text that stand in no result, no quoted note, no condition asked for and not in the question."""
    results = [o.result for o in done if o.result]
    cells = [cell for r in results for row in r.rows for cell in row]
    cells += [r.total_rows for r in results] + [b.count for r in results for b in r.beside]
    said = [turn.question, today, *(json.dumps(plain(o.args)) for o in done), *(str(o.notes) for o in done if o.notes)]
    return unfounded(text, cells, " ".join(said))
