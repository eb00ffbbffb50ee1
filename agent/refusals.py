"""The kinds of refusal, and what each says. `{about}` is what the refusal is about."""

from __future__ import annotations

from collections.abc import Sequence

from agent.answer_card import Refusal
from agent.planner.decisions import Why
from agent.planner.tokens import tokenize

REFUSALS: dict[Why, tuple[Refusal, str, str]] = {
    "empty": (
        "not_understood",
        "Nothing was asked. Type a question about customers, vehicles, service or sales.",
        "Chưa có câu hỏi. Hãy hỏi về khách hàng, xe, dịch vụ hay doanh số.",
    ),
    "too_long": (
        "not_understood",
        "That is too long: a question may have up to {about} characters.",
        "Câu hỏi quá dài: tối đa {about} ký tự.",
    ),
    "too_many_words": (
        "not_understood",
        "That is too much for one question: I read up to {about} words. Ask in parts; each may build on the last.",
        "Câu này quá dài cho một lần hỏi: tôi đọc tối đa {about} từ. Hãy hỏi từng phần, phần sau nối tiếp phần trước.",
    ),
    "nothing_before": (
        "not_understood",
        "I don't know what this goes on from: the question before had no answer. Ask it in full.",
        "Tôi không biết câu này nối tiếp điều gì: câu hỏi trước chưa có câu trả lời. Hãy hỏi đầy đủ.",
    ),
    "unreadable": (
        "not_understood",
        "I couldn't read that as a question about the customer data.",
        "Tôi không đọc được câu này như một câu hỏi về dữ liệu khách hàng.",
    ),
    "words": (
        "not_understood",
        "I don't understand this part: {about}. Nothing was answered, so that nothing is guessed.",
        "Tôi không hiểu phần này: {about}. Tôi không trả lời để khỏi đoán sai.",
    ),
    "absent": (
        "no_data",
        "The store doesn't record {about}.",
        "Kho dữ liệu không ghi nhận {about}.",
    ),
    "outside": (
        "out_of_scope",
        "That isn't about the dealer's business ({about}).",
        "Câu này không thuộc công việc của đại lý ({about}).",
    ),
    "action": (
        "out_of_scope",
        "That asks to change or do something ({about}); there is no such action here yet, I only answer questions.",
        "Đây là yêu cầu thực hiện ({about}); hiện chưa có thao tác này, tôi chỉ trả lời câu hỏi.",
    ),
    "greeting": (
        "out_of_scope",
        "Hello. I answer questions about the dealer's customers, vehicles, service and sales.",
        "Xin chào. Tôi trả lời câu hỏi về khách hàng, xe, dịch vụ và doanh số của đại lý.",
    ),
    "no_such_name": (
        "no_data",
        "There is nobody called {about} that you can see.",
        "Không có ai tên {about} trong phạm vi của bạn.",
    ),
    "no_such_row": (
        "no_data",
        "There is no {about} that you can see.",
        "Không có {about} trong phạm vi của bạn.",
    ),
    "others_rows": (
        "not_allowed",
        "Your role may not see that: it asks for rows outside your own ({about}).",
        "Vai trò của bạn không được xem: dữ liệu ngoài phạm vi của bạn ({about}).",
    ),
    "closed_field": (
        "not_allowed",
        "Your role may not see this field: {about}.",
        "Vai trò của bạn không được xem trường này: {about}.",
    ),
    "cannot": (
        "not_understood",
        "I can't put that together: {about}",
        "Tôi không ghép được câu hỏi này: {about}",
    ),
}


def nearest(question: str, suggestions: Sequence[str]) -> list[str]:
    """Questions to ask instead: those that share the most words with what was asked, first."""

    def words(text: str) -> set[str]:
        return {t.stem for t in tokenize(text) if t.plain.isalpha()}  # a number that nobody has shows in none

    said = words(question)
    anybody = [s for s in suggestions if "#" not in s]  # not everyone sees that customer
    return sorted(anybody, key=lambda s: -len(said & words(s)))
