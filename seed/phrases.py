"""The parts that reps' notes are put together from. `{…}` are facts of the customer; a part is short, as reps write."""

from __future__ import annotations

from typing import Final

# By topic: openings, then what is wished or done.
# Facts: {model} {other} {budget} {km} {age} {day} {part} {bank} {colour} {who}
VI: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "brakes": (
        ("Kêu phanh trước khi đi chậm, xe {model}", "KH báo phanh {model} rung ở 80 km/h",
         "Má phanh còn khoảng {age} %",
         "Phanh sau nóng sau khi đổ đèo", "Đạp phanh thấy nặng, odo {km} km"),
        ("hẹn kiểm tra {day}", "đã báo giá thay má phanh, chờ KH chốt", "KH muốn đợi đến kỳ bảo dưỡng sau",
         "láng đĩa trước, theo dõi thêm", "tư vấn thay cả dầu phanh"),
    ),
    "air conditioning": (
        ("Điều hòa {model} lạnh kém khi tắc đường", "Gió điều hòa có mùi ẩm", "Dàn lạnh kêu to, odo {km} km",
         "KH than điều hòa hàng ghế sau yếu"),
        ("vệ sinh dàn lạnh, thay lọc gió cabin", "nạp ga, kiểm tra rò rỉ, hẹn {day}", "KH so giá với gara ngoài",
         "báo giá 2 phương án, gửi Zalo"),
    ),
    "family": (
        ("Gia đình {who}, có bé {age} tuổi", "Vợ chồng sắp có thêm em bé", "Hay đi về quê cuối tuần với ông bà",
         "Con lớn vừa thi bằng lái", "Nhà có {who}, đi học mỗi sáng"),
        ("cần xe 7 chỗ, ưu tiên ghế trẻ em", "thích {other} vì rộng", "quan tâm an toàn, camera 360",
         "vợ là người quyết định, gọi sau 18h", "muốn cốp rộng để xe đẩy"),
    ),
    "budget": (
        ("Ngân sách khoảng {budget} triệu", "Tối đa {budget} tr lăn bánh",
         "KH tính dưới {budget} triệu, đã gồm bảo hiểm",
         "Thu nhập ổn, đặt mức {budget} triệu"),
        ("đang phân vân {other}", "xin thêm phụ kiện: phim, thảm", "chờ khuyến mãi cuối tháng",
         "đã gửi báo giá {other}",
         "muốn giảm thêm 10 tr mới chốt"),
    ),
    "trade-in": (
        ("Muốn đổi {model} lên đời", "KH hỏi giá thu lại {model}, odo {km} km", "Xe cũ trầy nhẹ cản sau, muốn đổi",
         "Định giá {model}: {budget} triệu"),
        ("chê giá thu cũ thấp, chợ trả cao hơn", "hẹn mang xe qua định giá {day}", "chốt nếu bù dưới 300 tr",
         "quan tâm {other} màu {colour}", "để sau Tết tính tiếp"),
    ),
    "complaint": (
        ("KH bực vì chờ lâu {age} phút ở xưởng", "Phàn nàn nhân viên không gọi lại", "Xe sửa xong vẫn kêu {part}",
         "Giao xe trễ so với hẹn", "Hóa đơn tính dư công, KH không vui"),
        ("đã xin lỗi, tặng phiếu rửa xe", "chuyển quản lý xử lý trong {day}", "hẹn kiểm tra lại miễn phí",
         "cần gọi lại trước {day}", "KH dọa sang hãng khác"),
    ),
    "preference": (
        ("Thích {other} màu {colour}", "Chỉ nhận Zalo, đừng gọi giờ hành chính", "Muốn đúng cố vấn cũ làm xe",
         "Hay đến sáng thứ bảy, uống cà phê đen", "Không thích bị gọi quảng cáo"),
        ("ghi chú cho lần sau", "nhắn trước 1 ngày", "đặt lịch {day} là tiện nhất", "gửi ảnh xe thật qua Zalo",
         "giữ xe {colour} nếu về"),
    ),
    "financing": (
        ("Vay {bank} 70 %, 7 năm", "KH hỏi lãi suất {bank}", "Hồ sơ vay {bank} thiếu sao kê 6 tháng",
         "Muốn trả trước {budget} triệu, còn lại góp", "Đã duyệt vay {bank}, chờ công chứng"),
        ("bổ sung giấy tờ {day}", "so với trả thẳng được giảm 5 tr", "vợ đứng tên", "báo lại khi có kết quả",
         "KH lo lãi thả nổi sau năm 2"),
    ),
    "visit": (
        ("Bảo dưỡng {model}, odo {km} km", "Làm bảo dưỡng cấp {km} km", "Xe vào thay {part}",
         "Kiểm tra tổng quát trước chuyến xa"),
        ("lốp trước mòn, báo kỳ sau thay", "KH từ chối thay {part} lần này", "khuyên thay ắc quy trước mùa lạnh",
         "đã dặn kỳ tới sau 6 tháng", "KH hài lòng, khen kỹ thuật viên"),
    ),
    "fleet": (
        ("Công ty dùng {model} chở khách", "Đội xe thay dầu theo lô, kế toán duyệt",
         "Hỏi giá mua thêm {age} xe {other}"),
        ("xuất hóa đơn VAT cuối tháng", "cần xe thay thế khi nằm xưởng", "liên hệ anh phụ trách đội xe",
         "hẹn họp {day}"),
    ),
}  # fmt: skip
EN: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "brakes": (
        ("Cust. reports squeaking brakes on the {model}", "Brake pedal soft at {km} km", "Front pads at {age} %",
         "Vibration when braking from highway speed"),
        ("check booked {day}", "quoted pads + discs, he'll think about it", "wants to wait for the next service",
         "suggested brake fluid too"),
    ),
    "air conditioning": (
        ("AC weak in traffic ({model})", "AC smells damp", "Rear AC hardly cold, {km} km", "AC noisy on start"),
        ("cabin filter + evaporator clean", "regas, leak test {day}", "compares our price with an outside shop",
         "sent two options by Zalo"),
    ),
    "family": (
        ("Family of {who}, kid is {age}", "Second baby on the way", "Drives the grandparents every weekend",
         "Daughter just got her licence"),
        ("needs 7 seats", "likes the {other} for space", "safety first, asked about ISOFIX",
         "wife decides, call after 6 pm"),
    ),
    "budget": (
        ("Budget about {budget}m, on the road", "Max {budget} mil incl. insurance", "Says {budget}m is the limit"),
        ("torn between us and {other}", "wants film and mats thrown in", "waiting for month-end promo", "quote sent"),
    ),
    "trade-in": (
        ("Wants to trade in the {model}, {km} km", "Asked what we pay for his {model}",
         "Appraised {model} at {budget}m"),
        ("thinks our offer is low", "brings the car {day}", "would take the {other} in {colour}",
         "will decide after Tet"),
    ),
    "complaint": (
        ("Upset: waited {age} min at the workshop", "Nobody called back as promised",
         "Noise from {part} still there after repair",
         "Car delivered later than agreed", "Overcharged labour on the invoice"),
        ("apologised, car wash voucher", "manager to call by {day}", "free re-check offered", "may go to a competitor"),
    ),
    "preference": (
        ("Prefers {colour} {other}", "Zalo only, no calls at work", "Wants the same advisor every time",
         "Comes Saturday mornings"),
        ("noted for next time", "text one day ahead", "{day} works best", "hold a {colour} one if it comes in"),
    ),
    "financing": (
        ("Loan at {bank}, 70 % over 7 yrs", "Asked for {bank} rates", "Loan file at {bank} lacks bank statements",
         "Down payment {budget}m, rest in instalments"),
        ("papers due {day}", "cash price 5m lower", "wife signs", "worried about the floating rate"),
    ),
    "visit": (
        ("Serviced the {model} at {km} km", "In for {part}", "General check before a long trip"),
        ("front tyres worn, next visit", "declined {part} this time", "battery weak, told him",
         "happy, praised the technician"),
    ),
    "fleet": (
        ("Company runs {model}s for clients", "Fleet service in batches", "Asked for a price on {age} more {other}"),
        ("VAT invoice at month end", "needs a courtesy car", "meeting {day}"),
    ),
}  # fmt: skip
TAILS_VI: Final = (
    "",
    "",
    "",
    "Nhắc lại sau 2 tuần.",
    "Ưu tiên.",
    "KH dễ tính.",
    "Đã báo quản lý.",
    "Chưa chốt.",
    "OK.",
    "Gọi lại {day}.",
)
TAILS_EN: Final = (
    "",
    "",
    "",
    "Follow up in 2 weeks.",
    "Priority.",
    "Easy-going.",
    "Told the manager.",
    "Not decided yet.",
    "Call {day}.",
)
DAYS_VI: Final = ("thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật", "đầu tháng", "cuối tuần")
DAYS_EN: Final = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "early next month",
    "weekend",
)
PARTS_VI: Final = ("lọc gió", "má phanh", "bugi", "ắc quy", "lốp trước", "dây curoa", "gạt mưa", "giảm xóc")
PARTS_EN: Final = (
    "air filter",
    "brake pads",
    "spark plugs",
    "battery",
    "front tyres",
    "drive belt",
    "wipers",
    "dampers",
)
COLOURS_VI: Final = ("trắng", "đen", "đỏ", "xám", "xanh", "bạc", "nâu")
COLOURS_EN: Final = ("white", "black", "red", "grey", "blue", "silver", "brown")
BANKS: Final = ("VPBank", "TPBank", "BIDV", "Vietcombank", "Techcombank", "VIB", "Shinhan")
WHO_VI: Final = ("4 người", "5 người", "2 con nhỏ", "3 thế hệ", "6 người", "mẹ già và 2 cháu")
WHO_EN: Final = ("four", "five", "six", "three generations", "two small kids")
