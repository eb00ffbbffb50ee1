"""The asker's language, and numbers, dates and values as that language writes them."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from agent.planner.tokens import tokenize
from schema.compiler import Column
from schema.model import SemanticModel
from schema.query import Period

Language = Literal["en", "vi"]
_VIETNAMESE = frozenset({
    "khach", "hang", "doanh", "thu", "bao", "nhieu", "thang", "nam", "nay", "truoc", "xe", "nao", "cua", "theo",
    "nhung", "danh", "sach", "den", "han", "duong", "so", "voi", "tuan", "lich", "hen", "khong", "chua", "ngay",
    "tai", "nguy", "roi", "bo", "mua", "ban", "cho", "biet", "toi", "viec", "lam", "gi", "tiep",
})  # fmt: skip


def language_of(text: str) -> Language:
    """Vietnamese where it has its letters, or where most words are Vietnamese without them.

    >>> language_of("khach hang den han thang nay"), language_of("top 5 customers in Hà Nội")
    ('vi', 'en')
    """
    tokens = tokenize(text)
    words = [t for t in tokens if t.plain.isalpha()]
    accented = [t for t in words if t.accented and not t.capital and t.text not in ("tỷ", "triệu", "nghìn")]
    if accented:
        return "vi"
    hits = sum(t.plain in _VIETNAMESE for t in words)
    return "vi" if words and hits >= max(2, len(words) / 2) else "en"


def number(value: float, language: Language, digits: int = 0) -> str:
    text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text


def day(value: str | date) -> str:
    """dd/mm/yyyy, as dates are read in Vietnam."""
    text = value.isoformat() if isinstance(value, date) else value
    return f"{text[8:10]}/{text[5:7]}/{text[:4]}" + (f" {text[11:16]}" if len(text) > 10 else "")


def period(value: Period, language: Language) -> str:
    """The real dates that a period covered."""
    if value.start and value.end:
        return day(value.start) if value.start == value.end else f"{day(value.start)} – {day(value.end)}"
    if value.start:
        return ("from " if language == "en" else "từ ") + day(value.start)
    return ("until " if language == "en" else "đến ") + day(value.end) if value.end else ""


def value(cell: Any, column: Column, model: SemanticModel, language: Language) -> str:
    """One cell as it is read: labels for enumerated values, units, the language's separators."""
    if cell is None:
        return "unknown" if language == "en" else "chưa rõ"
    if isinstance(cell, bool):
        return {("en", True): "yes", ("en", False): "no", ("vi", True): "có", ("vi", False): "không"}[language, cell]
    if column.source and "." in column.source and ":" not in column.source and not column.source.endswith(".n"):
        names = (
            model.field(column.source).ext.values.get(str(cell))
            if column.source.partition(".")[0] in model.datasets
            else None
        )
        if names:
            return names.label if language == "en" else names.label_vi
    if column.type in ("date", "datetime"):
        return day(str(cell))
    if column.unit == "%":
        return f"{number(cell * 100, language, 1)} %"
    if isinstance(cell, int | float):
        digits = 0 if float(cell).is_integer() or column.unit == "₫" else 1 if abs(cell) >= 10 else 2
        return number(cell, language, digits) + (f" {column.unit}" if column.unit else "")
    return str(cell)


def label(column: Column, language: Language) -> str:
    return (column.label_vi or column.label) if language == "vi" else column.label
