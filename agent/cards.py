"""States what the tools found: rows, the 360, the next best action, the churn risk, notes, the data's description."""

from __future__ import annotations

from typing import Any

from agent.answer import Stating, columns_of
from agent.answer_card import Answer, AnswerColumn, AnswerPeriod, Source
from agent.language import day, number, period, value
from agent.notices import notices
from agent.toolbox import Outcome
from schema.compiler import Column
from schema.query import Period
from tools.context import Result
from tools.intelligence.reasons import Reason

_TITLES = {
    "overview": ("Overview", "Tổng quan"),
    "next_best_action": ("Next best action", "Việc nên làm tiếp"),
    "profile": ("Profile", "Hồ sơ"),
    "value": ("Value and behaviour", "Giá trị và hành vi"),
    "vehicles": ("Vehicles", "Xe"),
    "due": ("Service due", "Hạn bảo dưỡng"),
    "contact_points": ("Contact", "Liên lạc"),
    "last_transactions": ("Last transactions", "Giao dịch gần nhất"),
    "last_visits": ("Last visits", "Lượt dịch vụ gần nhất"),
    "appointments": ("Appointments ahead", "Lịch hẹn sắp tới"),
    "open_cases": ("Open cases", "Vụ việc đang mở"),
    "last_contacts": ("Last contacts", "Liên hệ gần nhất"),
    "last_notes": ("Last notes", "Ghi chú gần nhất"),
}
_MOMENT = {
    "outside_hours": ("calls are allowed from 08 to 17 h", "chỉ được gọi từ 08 đến 17 giờ"),
    "contacted_today": ("was contacted today already", "hôm nay đã liên hệ rồi"),
    "complaint_elsewhere": ("somebody else handles an open complaint", "có khiếu nại đang do người khác xử lý"),
}
_NOTE_COLUMNS = (
    ("customer_id", "customer number", "mã khách hàng", "integer"), ("customer_name", "name", "họ tên", "text"),
    ("date", "date", "ngày", "text"), ("author", "author", "người viết", "text"), ("text", "note", "ghi chú", "text"),
)  # fmt: skip


class Cards(Stating):
    """Answers of the tools that take one customer."""

    def card(self, outcome: Outcome, today: str) -> Answer:
        """The card of any tool's outcome that is no error."""
        if outcome.notes is not None:
            return self.notes(outcome.notes, outcome.args)
        result = outcome.result
        if result is None:
            raise ValueError(f"{outcome.tool} gave neither rows nor notes.")
        match outcome.tool:
            case "customer_profile" if result.rows:
                return self.profile(result, today)
            case "next_best_action" if result.rows:
                return self.next_action(result, today)
            case "churn_risk" if result.rows:
                return self.churn(result, today)
            case "describe_data":
                return self.description(result, today)
            case _:
                return self.rows(result, today)

    def profile(self, result: Result, today: str) -> Answer:
        name = result.details["name"]
        answer = self._base(result, today, self.pick(f"{name}: the whole profile.", f"{name}: toàn bộ hồ sơ."))
        sections = [
            {"title": self.pick(*_TITLES[section]), "rows": [self._pair(item) for item in content]}
            for section, content in result.details["sections"].items()
        ]
        answer.profile = {"title": name, "sections": sections}
        return answer

    def _pair(self, item: Any) -> dict[str, str]:
        if isinstance(item, tuple):
            column, cell = item
            label = (column.label_vi or column.label) if self.language == "vi" else column.label
            return {"label": label, "value": value(cell, column, self.model, self.language)}
        hidden = ("customer_id", "customer_name", "order_id")
        head, *rest = [self._cell(k, v) for k, v in item.items() if k not in hidden and v is not None] or [""]
        return {"label": head, "value": " · ".join(rest)}

    def _cell(self, name: str, cell: Any) -> str:
        if isinstance(cell, bool):
            return name.replace("_", " ") if cell else ""
        is_day = isinstance(cell, str) and len(cell) >= 10 and cell[4:5] == "-"
        guess = Column(name, name, "date" if is_day else "text", "₫" if name == "revenue" else None)
        return value(cell, guess, self.model, self.language)

    def next_action(self, result: Result, today: str) -> Answer:
        d = result.details
        row = dict(zip([c.name for c in result.columns], result.rows[0], strict=True))
        parts = [f"{d['name']}: " + self._named_value("customer_metrics.next_action", row["next_action"])]
        if d["reason"].inputs:
            parts.append(self.pick("because ", "vì ") + self.reason(d["reason"]))
        if d["plate"]:
            parts.append(self.pick("vehicle ", "xe ") + d["plate"])
        if row["channel"]:
            channel = self._named_value("customer_metrics.next_action_channel", row["channel"])
            parts.append(self.pick("by ", "qua ") + channel)
            if row["best_call_time"]:
                parts.append(self.pick("best at ", "tốt nhất lúc ") + f"{row['best_call_time']} h")
        else:
            block = d["block"] and self._named_value("customer_metrics.call_block", d["block"])
            block = block or self.pick("no consent", "chưa đồng ý")
            parts.append(self.pick("no channel is allowed: ", "không có kênh nào được phép: ") + block)
        answer = self._base(result, today, "; ".join(parts) + ".")
        if d["moment"]:
            gates = "; ".join(self.pick(*_MOMENT[m]) for m in d["moment"])
            answer.notices.insert(0, self.pick("Not by phone just now: ", "Chưa nên gọi lúc này: ") + gates + ".")
        if d["others"]:
            others = ", ".join(self._named_value("customer_metrics.next_action", o) for o in d["others"])
            answer.notices.append(self.pick("Then: ", "Sau đó: ") + others + ".")
        answer.definition = self.pick(
            "The first rule that matches, of fifteen in order",
            "Quy tắc đầu tiên khớp trong mười lăm quy tắc theo thứ tự",
        )
        return answer

    def churn(self, result: Result, today: str) -> Answer:
        d = result.details
        row = dict(zip([c.name for c in result.columns], result.rows[0], strict=True))
        if row["churn_probability"] is None:
            text = self.pick(f"{d['name']} isn't scored: ", f"{d['name']} không được chấm điểm: ")
        else:
            share = number(row["churn_probability"] * 100, self.language, 0)
            band = self._named_value("customer_metrics.churn_band", row["churn_band"])
            text = self.pick(
                f"{d['name']}: churn probability {share} % ({band}, by the rule), because ",
                f"{d['name']}: xác suất rời bỏ {share} % ({band}, theo quy tắc), vì ",
            )
        answer = self._base(result, today, text + self.reason(d["reason"]) + ".")
        answer.definition = self.pick(
            "0 while days since the last transaction ≤ E + 30; else .3 + .7 × (d − E − 30) / (C − E − 30)",
            "0 khi số ngày từ giao dịch cuối ≤ E + 30; ngoài ra .3 + .7 × (d − E − 30) / (C − E − 30)",
        )
        return answer

    def notes(self, hits: list[dict[str, Any]], args: dict[str, Any]) -> Answer:
        text, days = args.get("text", ""), {name: args.get(name) for name in ("start", "end")}
        written = f" ({period(Period.model_validate(days), self.language)})" if any(days.values()) else ""
        said = self.pick(f"{len(hits)} notes for “{text}”{written}.", f"{len(hits)} ghi chú cho “{text}”{written}.")
        return Answer(
            period=AnswerPeriod.model_validate(days) if written else None,
            kind="answer", answer=said, total_rows=len(hits), language=self.language,
            sources=[Source(**h) for h in hits], rows=[[h.get(name) for name, *_ in _NOTE_COLUMNS] for h in hits],
            columns=[
                AnswerColumn(name=name, label=self.pick(en, vi), type=kind) for name, en, vi, kind in _NOTE_COLUMNS
            ],
        )  # fmt: skip

    def description(self, result: Result, today: str) -> Answer:
        count = len(result.rows)
        if result.details["about"] and count <= 3:
            text = " ".join(f"{name}: {definition}." for _, name, definition in result.rows)
        else:
            text = self.pick(
                f"{count} things can be asked for: metrics, filters and lists.",
                f"Có {count} mục có thể hỏi: chỉ số, bộ lọc và danh sách.",
            )
        return self._base(result, today, text)

    def reason(self, r: Reason) -> str:
        """The stored values that made the rule fire, in words."""
        return ", ".join(part for name, cell in r.inputs.items() if (part := self._reason_part(name, cell)))

    def _reason_part(self, name: str, cell: Any) -> str:
        figures = self.model.datasets.get("customer_metrics")
        field = figures.fields.get(name) if figures else None
        if field:
            kind = "date" if field.datatype == "Date" else "number"
            column = Column(name, field.label, kind, field.ext.unit, field.key, field.ext.label_vi)
            return f"{self.wording.field(field.key)} {value(cell, column, self.model, self.language)}"
        if cell is None:
            return ""
        is_day = isinstance(cell, str) and len(cell) == 10 and cell[4] == "-"
        return f"{name.replace('_', ' ')} {day(cell) if is_day else cell}"

    def _named_value(self, key: str, cell: str) -> str:
        names = self.model.field(key).ext.values.get(cell)
        return self.pick(names.label, names.label_vi) if names else cell

    def _base(self, result: Result, today: str, text: str) -> Answer:
        return Answer(
            kind="answer", answer=text, columns=columns_of(result, self.language), rows=result.rows,
            total_rows=result.total_rows, sql=result.sql, as_of=result.as_of, language=self.language,
            notices=notices(result, today, self.wording),
        )  # fmt: skip
