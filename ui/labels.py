"""The words of the page itself, in both languages. What an answer says is written by the agent."""

from __future__ import annotations

from agent.language import Language, language_of

# what the cards in the browser say; they fill in the {values} themselves
CARD: dict[str, dict[Language, str]] = {
    "answer": {"en": "Answer", "vi": "Câu trả lời"},
    "rows": {"en": "{first}–{last} of {total} rows", "vi": "{first}–{last} trong {total} dòng"},
    "one_row": {"en": "1 row", "vi": "1 dòng"},
    "no_rows": {"en": "No rows", "vi": "Không có dòng nào"},
    "per_page": {"en": "Rows a page", "vi": "Số dòng mỗi trang"},
    "first_page": {"en": "First page", "vi": "Trang đầu"},
    "previous_page": {"en": "Previous page", "vi": "Trang trước"},
    "next_page": {"en": "Next page", "vi": "Trang sau"},
    "last_page": {"en": "Last page", "vi": "Trang cuối"},
    "loading": {"en": "Loading …", "vi": "Đang tải …"},
    "not_loaded": {
        "en": "These rows could not be loaded. Ask the question again.",
        "vi": "Không tải được các dòng này. Hãy hỏi lại câu hỏi.",
    },
    "sort_by": {"en": "Sort by {column}", "vi": "Sắp xếp theo {column}"},
    "download": {"en": "CSV", "vi": "CSV"},
    "download_all": {"en": "Download these {given} rows as CSV", "vi": "Tải {given} dòng này dạng CSV"},
    "download_part": {
        "en": "Download the first {given} of {total} rows as CSV",
        "vi": "Tải {given} dòng đầu trong {total} dòng dạng CSV",
    },
    "first_of": {"en": "first {given} rows", "vi": "{given} dòng đầu"},
    "definition": {"en": "Definition", "vi": "Định nghĩa"},
    "filters": {"en": "Filters", "vi": "Điều kiện"},
    "period": {"en": "Period", "vi": "Thời gian"},
    "from": {"en": "from {day}", "vi": "từ {day}"},
    "until": {"en": "until {day}", "vi": "đến {day}"},
    "as_of": {"en": "Figures as of {day}", "vi": "Số liệu tính đến {day}"},
    "planner": {"en": "Planner, no LLM", "vi": "Bộ phân tích, không dùng LLM"},
    "llm": {"en": "LLM", "vi": "LLM"},
    "notices": {"en": "Please note", "vi": "Lưu ý"},
    "show_sql": {"en": "SQL", "vi": "SQL"},
    "copy": {"en": "Copy", "vi": "Sao chép"},
    "copied": {"en": "Copied", "vi": "Đã chép"},
    "unknown": {"en": "unknown", "vi": "không rõ"},
    "yes": {"en": "Yes", "vi": "Có"},
    "no": {"en": "No", "vi": "Không"},
    "open_customer": {"en": "Profile of {name}", "vi": "Hồ sơ của {name}"},
    "ask_profile": {"en": "profile of customer #{id}", "vi": "hồ sơ khách hàng #{id}"},
    "customer": {"en": "Customer", "vi": "Khách hàng"},
    "sources": {"en": "From the notes", "vi": "Trích ghi chú"},
}

LABELS: dict[str, dict[Language, str]] = {
    **CARD,
    # steps
    # steps, by the names that the agent gives them; one without an entry keeps its name
    "plan": {"en": "Understand the question", "vi": "Hiểu câu hỏi"},
    "query_customers": {"en": "Query the store", "vi": "Truy vấn dữ liệu"},
    "run_sql": {"en": "Run SQL", "vi": "Chạy SQL"},
    "customer_profile": {"en": "Read the profile", "vi": "Đọc hồ sơ"},
    "next_best_action": {"en": "Work out the next best action", "vi": "Tìm việc nên làm tiếp"},
    "churn_risk": {"en": "Look up the churn risk", "vi": "Xem nguy cơ rời bỏ"},
    "search_notes": {"en": "Search the notes", "vi": "Tìm trong ghi chú"},
    "describe_data": {"en": "Look up what the data holds", "vi": "Xem dữ liệu có gì"},
    "one_step": {"en": "1 step", "vi": "1 bước"},
    "steps": {"en": "{n} steps", "vi": "{n} bước"},
    # sentences instead of an answer
    "empty": {
        "en": "There is no question in that message. Try one of these:",
        "vi": "Tin nhắn không có câu hỏi. Hãy thử một trong các câu sau:",
    },
    "no_words": {
        "en": "I read words and numbers, and found neither in that message. Try one of these:",
        "vi": "Tôi chỉ đọc được chữ và số, mà tin nhắn không có. Hãy thử một trong các câu sau:",
    },
    "too_long": {
        "en": "That message has {length} characters; a question may have up to {limit}. Please ask in fewer words.",
        "vi": "Tin nhắn dài {length} ký tự; câu hỏi tối đa {limit} ký tự. Hãy hỏi ngắn gọn hơn.",
    },
    "failed": {
        "en": "Something went wrong here and the question was not answered. It has been logged; please try again.",
        "vi": "Hệ thống gặp lỗi nên chưa trả lời được câu hỏi. Lỗi đã được ghi lại; vui lòng thử lại.",
    },
    "unanswered": {
        "en": "No answer came back. Please ask again.",
        "vi": "Không nhận được câu trả lời. Vui lòng hỏi lại.",
    },
    # whose eyes
    "group": {"en": "whole group", "vi": "toàn tập đoàn"},
    "store": {"en": "store #{id}", "vi": "cửa hàng #{id}"},
    "welcome": {"en": "What would you like to know?", "vi": "Bạn muốn biết điều gì?"},
    "sees_own": {
        "en": "{name} sees the customers in their own care.",
        "vi": "{name} xem được khách hàng do mình phụ trách.",
    },
    "sees_store": {
        "en": "{name} sees the customers of their store.",
        "vi": "{name} xem được khách hàng của cửa hàng mình.",
    },
    "sees_group": {
        "en": "{name} sees all customers of the group.",
        "vi": "{name} xem được mọi khách hàng của tập đoàn.",
    },
    "sales_rep": {"en": "Sales rep", "vi": "Tư vấn bán hàng"},
    "service_advisor": {"en": "Service advisor", "vi": "Cố vấn dịch vụ"},
    "technician": {"en": "Technician", "vi": "Kỹ thuật viên"},
    "store_manager": {"en": "Store manager", "vi": "Quản lý cửa hàng"},
    "marketing": {"en": "Marketing", "vi": "Tiếp thị"},
    "data_analyst": {"en": "Data analyst", "vi": "Phân tích dữ liệu"},
    "customer_service": {"en": "Customer service", "vi": "Chăm sóc khách hàng"},
    "admin": {"en": "Admin", "vi": "Quản trị"},
}

UNITS: dict[str, dict[Language, str]] = {
    "days": {"en": "days", "vi": "ngày"},
    "months": {"en": "months", "vi": "tháng"},
    "years": {"en": "years", "vi": "năm"},
    "points": {"en": "points", "vi": "điểm"},
    "s": {"en": "seconds", "vi": "giây"},
    "h": {"en": "hours", "vi": "giờ"},
}


def say(key: str, language: Language, **values: object) -> str:
    """A label or sentence with its values filled in. KeyError where the key or a value is missing."""
    return LABELS[key][language].format(**values)


def step_name(name: str, language: Language) -> str:
    """What people read for a step of the agent."""
    return say(name, language) if name in LABELS else name


def card_labels(language: Language) -> dict[str, str]:
    """The cards' words in one language, unfilled."""
    return {key: words[language] for key, words in CARD.items()}


def unit_label(unit: str | None, language: Language) -> str | None:
    """A unit as a column header shows it: ₫ and km stay, days become ngày."""
    return UNITS[unit][language] if unit in UNITS else unit


def spoken(code: str | None) -> Language:
    """The page's language for a browser's language code: vi, vi-VN … are Vietnamese, all others English."""
    return "vi" if (code or "").lower().split("-")[0] == "vi" else "en"


def written_in(text: str, otherwise: Language) -> Language:
    """The language of a question, as the agent sees it; `otherwise` where it has no letters."""
    return language_of(text[:500]) if any(c.isalpha() for c in text[:500]) else otherwise


def took(elapsed_ms: float, language: Language) -> str:
    """A duration for people: 12 ms, 1.4 s (1,4 s in Vietnamese)."""
    if elapsed_ms < 1000:
        return f"{max(1, round(elapsed_ms))} ms"
    seconds = f"{elapsed_ms / 1000:.1f} s"
    return seconds.replace(".", ",") if language == "vi" else seconds
