"""Cities of Vietnam with province, region, districts and plate numbers; streets; where the showrooms are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A city: `plates` are the provincial numbers on its cars, `near` the cities whose showroom people here use."""

    city: str
    province: str
    region: str
    districts: tuple[str, ...]
    plates: tuple[str, ...]
    near: str


PLACES = (
    Place("Hà Nội", "Hà Nội", "North",
          ("Cầu Giấy", "Long Biên", "Hà Đông", "Ba Đình", "Đống Đa", "Thanh Xuân", "Hoàng Mai", "Nam Từ Liêm",
           "Tây Hồ", "Gia Lâm"), ("29", "30"), "Hà Nội"),
    Place("Hải Phòng", "Hải Phòng", "North",
          ("Lê Chân", "Ngô Quyền", "Hồng Bàng", "Hải An", "Kiến An", "Thủy Nguyên"), ("15",), "Hải Phòng"),
    Place("Đà Nẵng", "Đà Nẵng", "Central",
          ("Hải Châu", "Thanh Khê", "Sơn Trà", "Ngũ Hành Sơn", "Liên Chiểu", "Cẩm Lệ"), ("43",), "Đà Nẵng"),
    Place("Huế", "Thừa Thiên Huế", "Central",
          ("Phú Xuân", "Thuận Hóa", "Hương Thủy", "Hương Trà", "Phú Vang"), ("75",), "Huế"),
    Place("Nha Trang", "Khánh Hòa", "Central",
          ("Lộc Thọ", "Vĩnh Hải", "Phước Hải", "Vĩnh Nguyên", "Phước Long"), ("79",), "Nha Trang"),
    Place("TP. Hồ Chí Minh", "TP. Hồ Chí Minh", "South",
          ("Quận 7", "Gò Vấp", "Thủ Đức", "Quận 1", "Quận 3", "Bình Thạnh", "Tân Bình", "Phú Nhuận", "Bình Tân",
           "Quận 10"), ("51", "50"), "TP. Hồ Chí Minh"),
    Place("Cần Thơ", "Cần Thơ", "South",
          ("Ninh Kiều", "Bình Thủy", "Cái Răng", "Ô Môn", "Thốt Nốt"), ("65",), "Cần Thơ"),
    Place("Biên Hòa", "Đồng Nai", "South",
          ("Tân Phong", "Quyết Thắng", "Long Bình", "Trảng Dài", "Hố Nai"), ("60",), "Biên Hòa"),
    Place("Bắc Ninh", "Bắc Ninh", "North", ("Suối Hoa", "Từ Sơn", "Tiên Du", "Quế Võ"), ("99",), "Hà Nội"),
    Place("Hưng Yên", "Hưng Yên", "North", ("Văn Giang", "Mỹ Hào", "Yên Mỹ", "Khoái Châu"), ("89",), "Hà Nội"),
    Place("Hải Dương", "Hải Dương", "North", ("Chí Linh", "Kinh Môn", "Cẩm Giàng"), ("34",), "Hải Phòng"),
    Place("Hạ Long", "Quảng Ninh", "North", ("Bãi Cháy", "Hồng Gai", "Cẩm Phả"), ("14",), "Hải Phòng"),
    Place("Tam Kỳ", "Quảng Nam", "Central", ("An Mỹ", "Hội An", "Điện Bàn", "Núi Thành"), ("92",), "Đà Nẵng"),
    Place("Đông Hà", "Quảng Trị", "Central", ("Đông Lương", "Triệu Phong", "Gio Linh"), ("74",), "Huế"),
    Place("Cam Ranh", "Khánh Hòa", "Central", ("Cam Linh", "Cam Lâm", "Ninh Hòa"), ("79",), "Nha Trang"),
    Place("Thủ Dầu Một", "Bình Dương", "South", ("Phú Hòa", "Dĩ An", "Thuận An", "Bến Cát"), ("61",),
          "TP. Hồ Chí Minh"),
    Place("Tân An", "Long An", "South", ("Bến Lức", "Đức Hòa", "Cần Giuộc"), ("62",), "TP. Hồ Chí Minh"),
    Place("Vĩnh Long", "Vĩnh Long", "South", ("Bình Minh", "Long Hồ", "Tam Bình"), ("64",), "Cần Thơ"),
    Place("Vũng Tàu", "Bà Rịa – Vũng Tàu", "South", ("Thắng Tam", "Bà Rịa", "Phú Mỹ"), ("72",), "Biên Hòa"),
)  # fmt: skip

STREETS = (
    "Trần Hưng Đạo", "Lê Lợi", "Nguyễn Huệ", "Hai Bà Trưng", "Lý Thường Kiệt", "Nguyễn Trãi", "Quang Trung", "Lê Duẩn",
    "Phan Chu Trinh", "Hoàng Quốc Việt", "Điện Biên Phủ", "Nguyễn Văn Cừ", "Lạc Long Quân", "Bạch Đằng", "Hùng Vương",
    "Trường Chinh", "Nguyễn Thị Minh Khai", "Cách Mạng Tháng Tám", "Phạm Văn Đồng", "Võ Văn Kiệt", "Xuân Thủy",
    "Tô Hiệu",
    "Ngô Gia Tự", "Hoàng Diệu", "Nguyễn Tri Phương", "Lê Hồng Phong", "Tôn Đức Thắng", "Kim Mã", "Láng Hạ", "3 Tháng 2",
)  # fmt: skip

# The first twelve showrooms: (brand, city, district). More follow over the free districts of these cities.
SHOWROOMS = (
    ("Mazda", "Hà Nội", "Cầu Giấy"),
    ("Kia", "Hà Nội", "Long Biên"),
    ("Ford", "TP. Hồ Chí Minh", "Quận 7"),
    ("VinFast", "Hà Nội", "Hà Đông"),
    ("Mazda", "Đà Nẵng", "Hải Châu"),
    ("Kia", "TP. Hồ Chí Minh", "Gò Vấp"),
    ("Ford", "Hải Phòng", "Lê Chân"),
    ("VinFast", "TP. Hồ Chí Minh", "Thủ Đức"),
    ("Kia", "Huế", "Phú Xuân"),
    ("VinFast", "Nha Trang", "Lộc Thọ"),
    ("Ford", "Cần Thơ", "Ninh Kiều"),
    ("Mazda", "Biên Hòa", "Tân Phong"),
)
SHOWROOM_CITIES = 8  # the first places have showrooms
BRANDS = ("Mazda", "Kia", "Ford", "VinFast")


def showrooms(count: int) -> list[tuple[str, str, str]]:
    """(brand, city, district) of `count` showrooms, no brand twice in a district unless every district has it.

    Past that a number follows the district, so that names stay unique.
    """
    chosen = list(SHOWROOMS[:count])
    number = 1
    while len(chosen) < count:
        suffix = f" {number}" if number > 1 else ""
        taken = set(chosen)
        for turn in range(10):
            for place in PLACES[:SHOWROOM_CITIES]:
                if turn < len(place.districts):
                    brand = BRANDS[(turn + len(chosen)) % len(BRANDS)]
                    spot = (brand, place.city, place.districts[turn] + suffix)
                    if spot not in taken and len(chosen) < count:
                        chosen.append(spot)
                        taken.add(spot)
        number += 1
    return chosen
