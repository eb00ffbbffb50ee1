"""States what the customer tools found: the 360, the next best action, the churn risk, notes and the data's description."""

from __future__ import annotations

from typing import Any

from agent.answer import Stating, columns_of
from agent.answer_card import Answer, Source
from agent.language import day, number, value
from schema.compiler import Column
from tools.context import Result
from tools.intelligence.reasons import Reason

_TITLES = {
    "overview": ("Overview", "Tổng quan"), "next_best_action": ("Next best action", "Việc nên làm tiếp"), "profile": ("Profile", "Hồ sơ"),
    "value": ("Value and behaviour", "Giá trị và hành vi"), "vehicles": ("Vehicles", "Xe"), "due": ("Service due", "Hạn bảo dưỡng"),
    "contact_points": ("Contact", "Liên lạc"), "last_transactions": ("Last transactions", "Giao dịch gần nhất"),
    "last_visits": ("Last visits", "Lượt dịch vụ gần nhất"), "appointments": ("Appointments ahead", "Lịch hẹn sắp tới"),
    "open_cases": ("Open cases", "Vụ việc đang mở"), "last_contacts": ("Last contacts", "Liên hệ gần nhất"), "last_notes": ("Last notes", "Ghi chú gần nhất"),
}  # fmt: skip
_MOMENT = {
    "outside_hours": ("calls are allowed from 08 to 17 h", "chỉ được gọi từ 08 đến 17 giờ"),
    "contacted_today": ("was contacted today already", "hôm nay đã liên hệ rồi"),
    "complaint_elsewhere": ("somebody else handles an open complaint", "có khiếu nại đang do người khác xử lý"),
}


class Cards(Stating):
    """Answers of the tools that take one customer."""

    def profile(self, result: Result, today: str) -> Answer:
        answer = self._base(
            result,
            today,
            self.pick(f"{result.details['name']}: the whole profile.", f"{result.details['name']}: toàn bộ hồ sơ."),
        )
        sections = []
        for name, content in result.details["sections"].items():
            rows = [self._pair(item) for item in content]
            sections.append({"title": self.pick(*_TITLES[name]), "rows": rows})
        answer.profile = {"title": result.details["name"], "sections": sections}
        return answer

    def _pair(self, item: Any) -> dict[str, str]:
        if isinstance(item, tuple):
            column, cell = item
            label = (column.label_vi or column.label) if self.language == "vi" else column.label
            return {"label": label, "value": value(cell, column, self.model, self.language)}
        shown = {
            k: v for k, v in item.items() if k not in ("customer_id", "customer_name", "order_id") and v is not None
        }
        head, *rest = [self._cell(k, v) for k, v in shown.items()] or [""]
        return {"label": head, "value": " · ".join(rest)}

    def _cell(self, name: str, cell: Any) -> str:
        guess = Column(
            name,
            name,
            "date" if isinstance(cell, str) and len(cell) >= 10 and cell[4:5] == "-" else "text",
            "₫" if name in ("revenue",) else None,
        )
        if isinstance(cell, bool):
            return name.replace("_", " ") if cell else ""
        return value(cell, guess, self.model, self.language)

    def next_action(self, result: Result, today: str) -> Answer:
        d, row = result.details, dict(zip([c.name for c in result.columns], result.rows[0], strict=True))
        action = self._named_value("customer_metrics.next_action", row["next_action"])
        parts = [f"{d['name']}: {action}"]
        parts.append(self.pick("because ", "vì ") + self.reason(d["reason"]) if d["reason"].inputs else "")
        if d["plate"]:
            parts.append(self.pick("vehicle ", "xe ") + d["plate"])
        if row["channel"]:
            parts.append(
                self.pick("by ", "qua ") + self._named_value("customer_metrics.next_action_channel", row["channel"])
            )
            parts.append(
                self.pick("best at ", "tốt nhất lúc ") + f"{row['best_call_time']} h" if row["best_call_time"] else ""
            )
        else:
            block = (
                self._named_value("customer_metrics.call_block", d["block"])
                if d["block"]
                else self.pick("no consent", "chưa đồng ý")
            )
            parts.append(self.pick("no channel is allowed: ", "không có kênh nào được phép: ") + block)
        answer = self._base(result, today, "; ".join(p for p in parts if p) + ".")
        if d["moment"]:
            answer.notices.insert(
                0,
                self.pick("Not by phone just now: ", "Chưa nên gọi lúc này: ")
                + "; ".join(self.pick(*_MOMENT[m]) for m in d["moment"])
                + ".",
            )
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
            text = self.pick(f"{d['name']} isn't scored: ", f"{d['name']} không được chấm điểm: ") + self.reason(
                d["reason"]
            )
        else:
            band = self._named_value("customer_metrics.churn_band", row["churn_band"])
            text = self.pick(
                f"{d['name']}: churn probability {number(row['churn_probability'] * 100, 'en', 0)} % ({band}, by the rule), because ",
                f"{d['name']}: xác suất rời bỏ {number(row['churn_probability'] * 100, 'vi', 0)} % ({band}, theo quy tắc), vì ",
            ) + self.reason(d["reason"])
        answer = self._base(result, today, text + ".")
        answer.definition = self.pick(
            "0 while days since the last transaction ≤ E + 30; else .3 + .7 × (d − E − 30) / (C − E − 30)",
            "0 khi số ngày từ giao dịch cuối ≤ E + 30; ngoài ra .3 + .7 × (d − E − 30) / (C − E − 30)",
        )
        return answer

    def notes(self, hits: list[dict[str, Any]], text: str) -> Answer:
        n = len(hits)
        said = self.pick(f"{n} notes for “{text}”.", f"{n} ghi chú cho “{text}”.")
        answer = Answer(kind="answer", answer=said, total_rows=n, language=self.language)
        answer.sources = [Source(**h) for h in hits]
        names = ["customer_id", "customer_name", "date", "author", "text"]
        labels = self.pick(
            "customer number,name,date,author,note", "mã khách hàng,họ tên,ngày,người viết,ghi chú"
        ).split(",")
        from agent.answer_card import AnswerColumn

        answer.columns = [
            AnswerColumn(name=a, label=b, type="integer" if a == "customer_id" else "text")
            for a, b in zip(names, labels, strict=True)
        ]
        answer.rows = [[h.get(k) for k in names] for h in hits]
        return answer

    def description(self, result: Result, today: str) -> Answer:
        about = result.details["about"]
        if about and len(result.rows) <= 3:
            text = " ".join(f"{r[1]}: {r[2]}." for r in result.rows)
        else:
            text = self.pick(
                f"{len(result.rows)} things can be asked for: metrics, filters and lists.",
                f"Có {len(result.rows)} mục có thể hỏi: chỉ số, bộ lọc và danh sách.",
            )
        return self._base(result, today, text)

    def reason(self, r: Reason) -> str:
        """The stored values that made the rule fire, in words."""
        parts = []
        for name, cell in r.inputs.items():
            key = f"customer_metrics.{name}"
            field = (
                self.model.datasets["customer_metrics"].fields.get(name)
                if "customer_metrics" in self.model.datasets
                else None
            )
            if field:
                column = Column(
                    name,
                    field.label,
                    "date" if field.datatype == "Date" else "number",
                    field.ext.unit,
                    key,
                    field.ext.label_vi,
                )
                label = self.wording.field(key)
                parts.append(f"{label} {value(cell, column, self.model, self.language)}")
            elif cell is not None:
                text = day(cell) if isinstance(cell, str) and len(cell) == 10 and cell[4] == "-" else str(cell)
                parts.append(f"{name.replace('_', ' ')} {text}")
        return ", ".join(parts)

    def _named_value(self, key: str, cell: str) -> str:
        names = self.model.field(key).ext.values.get(cell)
        return self.pick(names.label, names.label_vi) if names else cell

    def _base(self, result: Result, today: str, text: str) -> Answer:
        return Answer(
            kind="answer", answer=text, columns=columns_of(result, self.language), rows=result.rows, total_rows=result.total_rows, sql=result.sql,
            as_of=result.as_of, language=self.language, notices=self._notices(result, today),
        )  # fmt: skip
