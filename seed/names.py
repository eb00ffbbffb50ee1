"""Vietnamese names: of people by gender, and of businesses."""

from __future__ import annotations

import numpy as np

from schema.text import fold
from seed.columns import Floats, Generator, Ints, draw

FAMILY = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương",
    "Lý",
    "Đào", "Đoàn", "Trịnh", "Mai", "Lương", "Tạ", "Cao", "Hà", "Tô", "Chu", "Thái", "Quách", "Lâm", "Trương", "Đinh",
    "Kiều",
)  # fmt: skip
_FAMILY_WEIGHTS = (
    38, 12, 9.5, 7, 5, 5, 4.5, 2.5, 2.5, 2.1, 2, 1.6, 1.6, 1.5, 1.3, 1,
    .8, .8, .8, .7, .7, .6, .6, .6, .5, .5, .5, .4, .6, .9, .8, .4,
)  # fmt: skip
MIDDLE = {
    "female": (
        "Thị", "Thu", "Ngọc", "Thanh", "Minh", "Kim", "Phương", "Hồng", "Bích", "Mỹ", "Khánh", "Quỳnh", "Thùy", "Hoài",
        "Diệu", "Lan", "Thị Thu", "Thị Ngọc", "Thị Kim", "Thị Thanh", "Hải", "Tuyết", "Ánh", "Bảo",
    ),
    "male": (
        "Văn", "Đức", "Minh", "Quang", "Hữu", "Thanh", "Công", "Quốc", "Xuân", "Đình", "Ngọc", "Anh", "Hoàng", "Tiến",
        "Trọng", "Gia", "Duy", "Bá", "Thành", "Mạnh", "Hồng", "Tuấn", "Viết", "Nhật",
    ),
}  # fmt: skip
GIVEN = {
    "female": (
        "Hương", "Lan", "Hoa", "Mai", "Linh", "Trang", "Hà", "Thảo", "Nga", "Hạnh", "Ngọc", "Yến", "Phương", "Thúy",
        "Hằng",
        "Nhung", "Huyền", "Anh", "Oanh", "Dung", "Loan", "Vân", "Quỳnh", "Chi", "My", "Trâm", "Nhi", "Thư", "Uyên",
        "Vy",
        "Diễm", "Giang", "Tuyết", "Hiền", "Liên", "Ly", "Tâm", "Thủy", "Xuân", "Ngân", "Diệp", "Bích", "Châu", "Khánh",
    ),
    "male": (
        "Hùng", "Dũng", "Tuấn", "Minh", "Nam", "Hải", "Long", "Sơn", "Thắng", "Cường", "Đức", "Quân", "Trung", "Hiếu",
        "An",
        "Bình", "Khoa", "Phúc", "Tùng", "Hoàng", "Huy", "Kiên", "Thành", "Tiến", "Vinh", "Việt", "Toàn", "Thịnh", "Lâm",
        "Khánh", "Đạt", "Phong", "Quang", "Duy", "Tài", "Lộc", "Nghĩa", "Trí", "Bảo", "Anh", "Mạnh", "Hưng", "Tân",
        "Giang",
    ),
}  # fmt: skip
TRADES = (
    "Thương mại", "Xây dựng", "Vận tải", "Du lịch", "Dược phẩm", "Nội thất", "Thực phẩm", "Cơ khí", "Điện lạnh",
    "Dệt may",
    "Logistics", "Bất động sản", "Thiết bị Y tế", "Nông sản", "Quảng cáo", "Công nghệ",
)  # fmt: skip
FIRMS = (
    "Hoàng Gia", "An Phát", "Minh Long", "Thành Đạt", "Phú Hưng", "Đại Việt", "Sao Mai", "Hải Âu", "Nam Cường",
    "Tân Tiến",
    "Hưng Thịnh", "Bảo Tín", "Quang Minh", "Việt Úc", "Đông Á", "Trường Sơn", "Kim Long", "Bình Minh", "Thiên Phú",
    "Vạn Xuân",
    "Hồng Hà", "Cửu Long", "Lạc Việt", "Phương Nam", "Bắc Hà", "Sông Đà", "Hòa Bình", "Gia Khánh", "Toàn Cầu",
    "Ánh Dương",
)  # fmt: skip
_FORMS = ("Công ty TNHH", "Công ty TNHH MTV", "Công ty Cổ phần", "Doanh nghiệp tư nhân")
_FORM_WEIGHTS = (0.72, 0.1, 0.13, 0.05)
GENDERS = ("female", "male")


def people(rng: Generator, gender: Ints) -> tuple[list[str], list[str]]:
    """Family names with the middle name, and given names, for genders (n) as places in `GENDERS`."""
    n = len(gender)
    family = np.array(FAMILY, dtype=object)[draw(rng, _FAMILY_WEIGHTS, n)]
    middle, given = np.empty(n, dtype=object), np.empty(n, dtype=object)
    for code, name in enumerate(GENDERS):
        of = np.flatnonzero(gender == code)
        # a few names are frequent: weights fall with the place in the list
        middle[of] = np.array(MIDDLE[name], dtype=object)[draw(rng, _falling(len(MIDDLE[name])), len(of))]
        given[of] = np.array(GIVEN[name], dtype=object)[draw(rng, _falling(len(GIVEN[name])), len(of))]
        # nobody is called Hoàng Hoàng Hùng
        twice = of[(middle[of] == family[of]) | (middle[of] == given[of])]
        middle[twice] = MIDDLE[name][0]
    return (family + " " + middle).tolist(), given.tolist()


def _falling(size: int) -> Floats:
    weights: Floats = 1.0 / (6.0 + np.arange(size, dtype=np.float64))
    return weights


def businesses(rng: Generator, size: int) -> list[str]:
    """Names like "Công ty TNHH Vận tải Hoàng Gia"."""
    form = np.array(_FORMS, dtype=object)[draw(rng, _FORM_WEIGHTS, size)]
    trade = np.array(TRADES, dtype=object)[rng.integers(0, len(TRADES), size)]
    firm = np.array(FIRMS, dtype=object)[rng.integers(0, len(FIRMS), size)]
    names: list[str] = (form + " " + trade + " " + firm).tolist()
    return names


def ascii_word(name: str) -> str:
    """A name as it stands in logins and e-mail addresses: no accents, no spaces."""
    return fold(name).replace(" ", "")
