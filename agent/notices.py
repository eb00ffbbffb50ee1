"""What must be told beside an answer: cut rows, a tie at the cut, unknown values, stale or missing figures."""

from __future__ import annotations

from agent.language import day, number, period
from agent.wording import Wording
from tools.context import Result


def notices(result: Result, today: str, wording: Wording) -> list[str]:
    """One sentence each, in the asker's language. `today`: the asker's day, YYYY-MM-DD."""
    pick, out = wording.pick, []
    if len(result.rows) < result.total_rows:
        shown, total = number(len(result.rows), wording.language), number(result.total_rows, wording.language)
        out.append(
            pick(f"Showing the first {shown} of {total} rows.", f"Hiển thị {shown} dòng đầu trong {total} dòng.")
        )
    if result.tied:
        out.append(pick(
            "The cut runs through a tie: others have the same value as the last row.",
            "Có dòng khác bằng giá trị dòng cuối cùng.",
        ))  # fmt: skip
    for key, count in result.unknown:
        name = wording.field(key)
        out.append(pick(
            f"{count} of them are kept though their {name} is unknown.",
            f"{count} dòng được giữ dù {name} chưa rõ.",
        ))  # fmt: skip
    if result.as_of and result.as_of != today:
        since = day(result.as_of)
        out.append(pick(
            f"Stored figures are of {since}, not of today.",
            f"Số liệu đã lưu tính đến {since}, không phải hôm nay.",
        ))  # fmt: skip
    if result.query and result.query.compare:
        compared = period(result.query.compare, wording.language)
        out.append(pick(f"Compared with {compared}.", f"So với {compared}."))
    if result.missing:
        tables = ", ".join(table.replace("_", " ") for table in result.missing)
        out.append(pick(
            f"Not in the store yet, counted as empty: {tables}.",
            f"Chưa có trong kho dữ liệu, tính như trống: {tables}.",
        ))  # fmt: skip
    return out
