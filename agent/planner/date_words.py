"""The words of periods in both languages, folded, and what they stand for."""

from __future__ import annotations

import calendar

from agent.planner.moments import Unit

UNITS: dict[str, Unit] = {
    "day": "day", "ngay": "day", "week": "week", "tuan": "week", "month": "month", "thang": "month",
    "quarter": "quarter", "quy": "quarter", "year": "year", "nam": "year",
}  # fmt: skip
MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.lower(): i for i, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
WEEKDAYS = {name.lower(): i for i, name in enumerate(calendar.day_name)}
WEEKDAYS |= {
    f"thu {n}": i for i, pair in enumerate(("hai 2", "ba 3", "tu 4", "nam 5", "sau 6", "bay 7")) for n in pair.split()
}
WEEKDAYS |= {"chu nhat": 6, "cn": 6}
COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "couple of": 2, "couple": 2, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "sau": 6, "muoi": 10,
}  # fmt: skip
# the words of PATTERNS in Vietnamese that mean something else with other accents (nam is also male, thu also autumn)
ACCENTS = {
    "nam": "năm", "thang": "tháng", "tuan": "tuần", "quy": "quý", "ngay": "ngày", "truoc": "trước", "thu": "thứ",
    "dau": "đầu", "cuoi": "cuối", "nua": "nửa nữa", "qua": "qua quá", "hai": "hai", "ba": "ba", "bon": "bốn",
    "sau": "sau sáu", "muoi": "mười", "mot": "một", "hom": "hôm", "mai": "mai", "tu": "từ tư", "den": "đến",
    "toi": "tới", "ngoai": "ngoái ngoài",
}  # fmt: skip

LAST = {
    "last",
    "past",
    "previous",
    "prior",
    "qua",
    "truoc",
    "vua qua",
    "vua roi",
    "roi",
    "ngoai",
    "gan nhat",
    "gan day",
}
NEXT = {"next", "coming", "following", "upcoming", "sau", "toi", "sap toi", "tiep theo", "ke tiep"}
