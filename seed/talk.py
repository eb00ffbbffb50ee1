"""What is said in calls and messages, by topic, in Vietnamese and English."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np

from seed.columns import Bools, Generator, Ints

REMINDER, AFTERCARE, SALES, ENQUIRY, WIN_BACK, QUESTION, OFFER = range(7)
TOPICS = 7
ADVERTISING = (SALES, ENQUIRY, OFFER, WIN_BACK)
SUBJECTS = (
    "Nhắc bảo dưỡng định kỳ", "Service reminder", "Chăm sóc sau dịch vụ", "After-service call", "Tư vấn mua xe",
    "Báo giá, thương lượng", "Hỏi giá xe", "New car enquiry", "Mời khách quay lại", "Win-back call",
    "Câu hỏi của khách",
    "Customer question", "Chương trình ưu đãi", "Seasonal offer",
)  # fmt: skip
_LEADS: dict[int, tuple[str, ...]] = {
    REMINDER: ("Nhắc lịch bảo dưỡng", "Gọi nhắc kỳ bảo dưỡng tới hạn", "Reminded of service", "Nhắn Zalo nhắc thay dầu",
               "Called about the coming service", "Nhắc khách kiểm tra lốp và phanh"),
    AFTERCARE: ("Hỏi thăm sau khi làm dịch vụ", "Hỏi ý kiến về lần vào xưởng",
                "Checked how the car runs after the visit",
                "Gọi cảm ơn, hỏi chất lượng phục vụ", "Followed up on the repair", "Hỏi khách về điều hòa sau khi sửa"),
    SALES: ("Gửi báo giá và quà tặng phụ kiện", "Tư vấn gói trả góp", "Discussed trade-in value",
            "Hẹn lái thử cuối tuần",
            "Went through trims and colours", "So sánh với xe đối thủ", "Báo lịch giao xe dự kiến"),
    ENQUIRY: ("Khách hỏi giá lăn bánh", "Khách hỏi khuyến mãi tháng này", "Asked for a quote",
              "Khách hỏi xe có sẵn màu trắng không",
              "Asked about loan terms", "Khách muốn lái thử", "Khách hỏi thủ tục trả góp"),
    WIN_BACK: ("Gọi mời quay lại xưởng", "Offered a free check", "Nhắn ưu đãi 15 % công bảo dưỡng",
               "Asked why he no longer comes",
               "Hỏi lý do lâu không vào xưởng"),
    QUESTION: ("Khách hỏi lịch bảo dưỡng", "Khách báo tiếng kêu ở phanh trước", "Asked when the part arrives",
               "Khách hỏi giá lốp", "Khách hỏi điều hòa kém lạnh", "Asked about warranty cover",
               "Khách hỏi giờ mở cửa xưởng",
               "Khách phàn nàn chờ lâu", "Asked for an invoice copy"),
    OFFER: ("Gửi chương trình bảo dưỡng trước Tết", "Sent the month's accessory offer",
            "Gửi ưu đãi dán phim cách nhiệt",
            "Gửi thư mời sự kiện lái thử", "Sent a voucher for tyres"),
}  # fmt: skip
# by outcome: answered, no answer, interested, refused, promised, booked, nothing written
_ENDS: tuple[tuple[str, ...], ...] = (
    ("đã trao đổi xong.", "khách vui vẻ, cảm ơn.", "all fine.", "khách nói sẽ sắp xếp.",
     "ghi nhận ý kiến, báo lại quản lý."),
    ("không nghe máy.", "no answer, try again in the evening.", "thuê bao.", "chuông dài, không bắt máy."),
    ("khách quan tâm, xin thêm thông tin.", "wants more detail by Zalo.", "khách hỏi kỹ về giá.",
     "muốn bàn với gia đình."),
    ("khách từ chối.", "not interested now.", "khách đã làm ở gara ngoài.", "chê giá cao.",
     "khách đã mua xe hãng khác."),
    ("khách hứa ghé trong tuần.", "promised to come by.", "hẹn gọi lại sau.", "khách hứa chuyển cọc."),
    ("đã đặt lịch.", "booked for Saturday morning.", "chốt lịch đầu tuần sau.", "đặt lịch buổi chiều."),
    ("", "đã gửi.", "sent.", "chờ phản hồi."),
)  # fmt: skip


@cache
def _table() -> tuple[tuple[str, ...], tuple[tuple[tuple[int, int], ...], ...]]:
    """All sentences, and by topic and outcome where they begin and how many they are."""
    sentences: list[str] = []
    spans = []
    for topic in range(TOPICS):
        row = []
        for ends in _ENDS:
            found = [f"{lead}; {end}" if end else f"{lead}." for lead, end in product(_LEADS[topic], ends)]
            row.append((len(sentences), len(found)))
            sentences += found
        spans.append(tuple(row))
    return tuple(sentences), tuple(spans)


def contents() -> tuple[str, ...]:
    """Every sentence that `said` points at."""
    return _table()[0]


def said(rng: Generator, topic: Ints, inbound: Bools, outcome: Ints) -> tuple[Ints, Ints]:
    """Subject (a place in `SUBJECTS`, or −1) and content (in `contents()`, or −1) of touches (t)."""
    spans = np.array(_table()[1])
    end = np.where(outcome < 0, len(_ENDS) - 1, outcome)
    end = np.where(inbound & (outcome < 0), 0, end)
    start, count = spans[topic, end, 0], spans[topic, end, 1]
    content = start + np.floor(rng.random(len(topic)) * count).astype(np.int64)
    subject = 2 * topic + (rng.random(len(topic)) < 0.25)
    return np.where(rng.random(len(topic)) < 0.9, subject, -1), np.where(rng.random(len(topic)) < 0.93, content, -1)
