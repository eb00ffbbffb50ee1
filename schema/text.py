"""Text as it is compared: accents folded, phones normalised."""

from __future__ import annotations

import re
import unicodedata

_FOLDED = {
    letter: base
    for base, letters in {
        "a": "àáảãạăằắẳẵặâầấẩẫậ",
        "e": "èéẻẽẹêềếểễệ",
        "i": "ìíỉĩị",
        "o": "òóỏõọôồốổỗộơờớởỡợ",
        "u": "ùúủũụưừứửữự",
        "y": "ỳýỷỹỵ",
        "d": "đ",
    }.items()
    for letter in letters
}
_TABLE = str.maketrans(_FOLDED)

# Vietnam's change of 2018 from 11 to 10 digits
_PREFIXES = {
    **{f"016{n}": f"03{n}" for n in range(2, 10)},
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip


def fold(text: str) -> str:
    """Lower case without accents, for comparing only.

    >>> fold("Nguyễn Văn ĐỨC")
    'nguyen van duc'
    >>> fold("Café")
    'cafe'
    """
    lowered = unicodedata.normalize("NFC", text).lower().translate(_TABLE)
    if lowered.isascii():
        return lowered
    return "".join(c for c in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(c))


def normal_phone(written: str) -> str | None:
    """A Vietnamese number as 0xxxxxxxxx, or None where it is no phone number.

    >>> normal_phone("+84 912 345 678"), normal_phone("0168.123.4567"), normal_phone("n/a")
    ('0912345678', '0381234567', None)
    """
    digits = re.sub(r"[\s.()\-]", "", written)
    digits = re.sub(r"^(\+84|0084|84(?=\d{9,10}$))0?", "0", digits)
    if not digits.isdigit() or not digits.startswith("0"):
        return None
    if len(digits) == 11 and digits[:4] in _PREFIXES:
        digits = _PREFIXES[digits[:4]] + digits[4:]
    if len(digits) not in (10, 11) or len(set(digits)) <= 1:
        return None
    return digits
