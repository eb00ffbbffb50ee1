"""The asker's language, and numbers, dates and values as that language writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from agent.planner.tokens import Token, tokenize
from schema.compiler import Column
from schema.model import SemanticModel
from schema.query import Period

Language = Literal["en", "vi"]
_VIETNAMESE = frozenset(
    """
    khach hang doanh thu bao nhieu thang nam nay truoc xe nao cua theo nhung danh sach den han duong so voi tuan lich
    hen khong chua ngay tai nguy roi bo mua ban cho biet toi viec lam gi tiep nhat nguoi nhom tuoi khieu nai dich vu
    phu tung pho bien quy xong lai thi sao con nhan vien tu van trung binh tong giam gia tri cao thap don giao moi cu
    hom qua gan phan tram dang da duoc lan ly sinh nhat goi cuoc thoai bien xuong sua chua thoi gian cung loai dong
    mau nhieu it nhat hon duoi tren tinh thanh pho gioi thieu lien he chi tieu thanh toan cong no dai ly cua hang
    va hay co ai la cac tung bi vi sao nhu the ty le muc uu tien trang thai tinh trang ket qua hoi thoai minh em anh
""".split()
)
_ENGLISH = frozenset(
    """
    the what which who whose whom how of is are was were by with and show for my many much did does have has not in
    all from this last next when where why any give list each per our their them these those than since on at to do
    customer customers order orders car cars revenue service top average number month year week between
""".split()
)


def language_of(text: str, before: Language | None = None) -> Language:
    """Vietnamese where it has its letters, or where more words are Vietnamese without them than English.

    `before` is the language of the dialogue so far: that of a text that doesn't tell.

    >>> language_of("khach hang den han thang nay"), language_of("top 5 customers in Hà Nội"), language_of("Kia?", "vi")
    ('vi', 'en', 'vi')
    """
    tokens = tokenize(text)
    words = [t for t in tokens if t.plain.isalpha()]
    if any(t.accented and not t.capital and t.text not in _AMOUNTS for t in words):
        return "vi" if not _mostly_english(words) else "en"
    vietnamese = sum(t.plain in _VIETNAMESE and not t.capital for t in words)  # Ho Chi Minh City is a name
    english = sum(t.plain in _ENGLISH for t in words)
    if before and (vietnamese == english or max(vietnamese, english) < 2):
        return before
    return "vi" if vietnamese >= max(2, english + 1) else "en"


_AMOUNTS = frozenset({"tỷ", "triệu", "nghìn"})


def _mostly_english(words: Sequence[Token]) -> bool:
    """An English question with one Vietnamese word in it: how many khách hàng?"""
    english = sum(t.plain in _ENGLISH for t in words)
    return english >= 3 and english > 2 * sum(t.accented and not t.capital for t in words)


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
        return number(cell, language, digits) + (f" {unit(column.unit, language)}" if column.unit else "")
    return str(cell)


UNITS_VI = {"years": "tuổi", "days": "ngày", "months": "tháng", "points": "điểm", "s": "giây", "km/day": "km/ngày"}


def unit(name: str, language: Language) -> str:
    """A unit as it is written: days, ngày."""
    return UNITS_VI.get(name, name) if language == "vi" else name


def label(column: Column, language: Language) -> str:
    return (column.label_vi or column.label) if language == "vi" else column.label
