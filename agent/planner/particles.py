"""Words whose place decides what they are: nhiều … nhất around a noun, a closing không that asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent.planner.items import BoundItem, Item, Skip, Word
from agent.planner.numbers import Bound, amount_at
from agent.planner.tokens import Token
from schema.query import Comparison

_CLOSING = frozenset(("không", "khong", "ko", "k", "hông", "chưa", "chua", "nhỉ", "hả"))
_POLITE = frozenset("ạ a vậy vay thế the nhỉ nhi hả ha em anh ta nữa nua rồi roi đó".split())
_MEASURED = frozenset(
    "km kilomet ngay day gio hour phut minute giay second tuoi year dong trieu ty percent diem point".split()
)
WIDEST = 8  # words between the two halves of nhiều … nhất


def placed(tokens: Sequence[Token]) -> Iterable[tuple[int, int, Item, float]]:
    """Atoms (start, end, item, score) of such words."""
    yield from _around(tokens)
    yield from _trailing(tokens)
    yield from _monthly(tokens)
    for i in range(1, len(tokens)):  # bao nhiêu km: the unit of the answer
        if tokens[i].plain in _MEASURED and tokens[i - 1].plain in ("nhieu", "may", "many", "much"):
            yield i, i + 1, Skip(), 1.0
    for i in range(len(tokens) - 2):  # mấy khách nào: which ones
        if tokens[i].text in ("mấy", "may", "những", "nhung") and tokens[i + 2].text in ("nào", "nao"):
            yield i, i + 1, Skip(), 1.2
    for i in range(1, len(tokens)):  # list mấy khách: some, not how many
        if tokens[i].text == "mấy" and tokens[i - 1].plain in ("list", "ke", "xem", "sach", "show", "ra", "loc", "tim"):
            yield i, i + 1, Skip(), 1.2
    yield from _closing(tokens)
    for i in range(len(tokens) - 2):  # city by city
        if tokens[i + 1].plain == "by" and tokens[i].stem == tokens[i + 2].stem:
            yield i, i + 1, Skip(), 1.3
    for i in range(len(tokens) - 1):  # số 0901…: a number, not how many
        if tokens[i].text in ("số", "so", "number", "phone") and (
            tokens[i + 1].text[:1] == "+" or sum(c.isdigit() for c in tokens[i + 1].plain) >= 3
        ):
            yield i, i + 1, Skip(), 1.3
    if len(tokens) > 1 and tokens[-1].plain == "each":  # how many in each
        start = len(tokens) - (2 if tokens[-2].plain in ("in", "for", "at", "of") else 1)
        for i in range(start, len(tokens)):
            yield i, i + 1, Skip(), 0.6


_TRAILING: dict[tuple[str, str], Comparison] = {
    ("or", "more"): ">=", ("or", "above"): ">=", ("tro", "len"): ">=", ("or", "less"): "<=", ("or", "fewer"): "<=",
    ("tro", "xuong"): "<=", ("and", "up"): ">=", ("and", "above"): ">=", ("or", "over"): ">=",
}  # fmt: skip


def _trailing(tokens: Sequence[Token]) -> Iterable[tuple[int, int, Item, float]]:
    """3 cars or more: the comparison stands behind the noun."""
    for k in range(2, len(tokens) - 1):
        op = _TRAILING.get((tokens[k].plain, tokens[k + 1].plain))
        if op is None:
            continue
        for i in range(k - 2, max(k - 5, -1), -1):
            if (found := amount_at(tokens, i)) and found[0] < k:
                before = 1 if i and tokens[i - 1].plain == "tu" else 0
                yield i - before, found[0], BoundItem(Bound(op, found[1].value, found[1].unit)), 1.3 + 0.4 * before
                yield k, k + 1, Skip(), 0.6
                yield k + 1, k + 2, Skip(), 0.6
                break


def _monthly(tokens: Sequence[Token]) -> Iterable[tuple[int, int, Item, float]]:
    """120 triệu một tháng: how incomes are said"""
    for i in range(len(tokens)):
        if (found := amount_at(tokens, i)) is None or found[1].unit != "₫":
            continue
        at = found[0]
        if at < len(tokens) and tokens[at].plain in ("a", "per", "moi", "mot", "1", "each", "every"):
            at += 1
        if at < len(tokens) and tokens[at].plain in ("month", "thang"):
            for k in range(found[0], at + 1):
                yield k, k + 1, Skip(), 1.2


def _around(tokens: Sequence[Token]) -> Iterable[tuple[int, int, Item, float]]:
    """nhiều xe nhất: "nhiều" adds nothing, "nhất" is the superlative; ít … nhất is the lowest."""
    for i, t in enumerate(tokens):
        if t.plain not in ("nhieu", "it", "dong") or t.text not in ("nhiều", "nhieu", "ít", "it", "đông", "dong"):
            continue
        for j in range(i + 2, min(i + 2 + WIDEST, len(tokens))):
            if (
                tokens[j].plain == "nhat"
                and tokens[j].text in ("nhất", "nhat")
                and tokens[j - 1].plain not in ("it", "gan")
            ):
                yield i, i + 1, Skip(), 0.6
                yield j, j + 1, Word("least_after" if t.plain == "it" else "most_after"), 1.2
                break


def _closing(tokens: Sequence[Token]) -> Iterable[tuple[int, int, Item, float]]:
    """có ai sinh nhật tháng 12 không ạ: the last không only asks"""
    at = len(tokens) - 1
    while at > 0 and tokens[at].text in _POLITE:
        at -= 1
    if at > 1 and (tokens[at - 1].plain, tokens[at].plain) == ("bao", "nhieu"):  # biển số bao nhiêu
        yield at - 1, at + 1, Skip(), 1.0
    if at > 0 and tokens[at].text in _CLOSING:
        yield at, at + 1, Skip(), 0.9
        for i in range(at + 1, len(tokens)):
            yield i, i + 1, Skip(), 0.6
