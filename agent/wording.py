"""How a typed query is said back: its conditions as chips, its definition, what was understood."""

from __future__ import annotations

from agent.language import Language, day, number, period
from agent.language import unit as written
from schema.model import SemanticModel
from schema.query import Aggregate, All, AnyOf, Compare, Exists, Filter, Named, Not, SemanticQuery

_OPS = {"=": "", "!=": "≠", ">": ">", ">=": "≥", "<": "<", "<=": "≤"}
_FUNCTIONS = {
    "avg": ("average", "trung bình"), "sum": ("total", "tổng"), "median": ("median", "trung vị"),
    "min": ("lowest", "thấp nhất"), "max": ("highest", "cao nhất"), "share": ("share of", "tỷ lệ"),
    "count": ("number of", "số"), "count_distinct": ("number of different", "số khác nhau"),
}  # fmt: skip
GRAINS_VI = {"day": "ngày", "week": "tuần", "month": "tháng", "quarter": "quý", "year": "năm"}


class Wording:
    """Says the parts of queries of one model in one language."""

    def __init__(self, model: SemanticModel, language: Language) -> None:
        self.model, self.language = model, language

    def pick(self, en: str, vi: str) -> str:
        return en if self.language == "en" else vi

    def dataset(self, name: str) -> str:
        e = self.model.datasets[name].ext
        return self.pick(e.labels or name, e.label_vi or e.labels or name)

    def field(self, key: str) -> str:
        f = self.model.field(key)
        return self.pick(f.label, f.ext.label_vi or f.label)

    def filter(self, f: Filter) -> str:
        """One condition in a few words."""
        if isinstance(f, Named):
            named = self.model.named(f.named)
            said = self.pick(named.label, named.label_vi)
            return f"{said} ({period(f.period, self.language)})" if f.period else said
        if isinstance(f, Compare):
            return self._compare(f)
        if isinstance(f, All):
            return self.pick(" and ", " và ").join(self.filter(x) for x in f.all)
        if isinstance(f, AnyOf):
            return self.pick(" or ", " hoặc ").join(self.filter(x) for x in f.any)
        if isinstance(f, Not):
            return self.pick("not: ", "không: ") + self.filter(f.negate)
        return self._exists(f)

    def _compare(self, f: Compare) -> str:
        field = self.model.field(f.field)
        name = self.field(f.field)
        if (other := self._refers_to(f.field)) and f.op in ("=", "in", "filled", "empty"):
            numbers = f.value if isinstance(f.value, tuple) else (f.value,)
            e = self.model.datasets[other].ext
            if f.op == "empty":
                return self.pick("no ", "không có ") + self.pick(e.label or other, e.label_vi or other)
            said = self.pick(e.label or other, e.label_vi or other)
            either = self.pick(" or ", " hoặc ")
            return self.dataset(other) if f.op == "filled" else f"{said}: " + either.join(f"#{n}" for n in numbers)
        if f.op == "empty":
            return f"{name}: " + self.pick("none", "không có")
        if f.op == "filled" and f.field == self.model.datasets[field.dataset].id_field:
            return self.dataset(field.dataset)
        if f.op == "filled":
            return f"{name}: " + self.pick("any", "có")
        values = f.value if isinstance(f.value, tuple) else (f.value,)
        texts = [self._value(f.field, v) for v in values]
        if f.field == self.model.datasets[field.dataset].id_field:
            e = self.model.datasets[field.dataset].ext
            name, texts = self.pick(e.label or name, e.label_vi or name), [f"#{t}" for t in texts]
        if f.op == "between":
            return f"{name} {texts[0]} – {texts[1]}"
        if f.op == "contains":
            return self.pick(f"{name} with “{texts[0]}”", f"{name} có “{texts[0]}”")
        unit = self._unit(field.ext.unit)
        if f.op in ("in", "not_in"):
            return f"{name}: " + ("" if f.op == "in" else "≠ ") + self.pick(" or ", " hoặc ").join(texts)
        return f"{name}: {texts[0]}" if f.op == "=" else f"{name} {_OPS.get(f.op, f.op)} {texts[0]}{unit}"

    def _refers_to(self, key: str) -> str | None:
        """The dataset whose number the field holds: a store's in store_id."""
        dataset, _, name = key.partition(".")
        return next((r.one for r in self.model.relationships if r.many == dataset and r.many_columns == (name,)), None)

    def _unit(self, unit: str | None) -> str:
        if not unit or unit == "%":
            return ""
        return f" {written(unit, self.language)}"

    def _value(self, key: str, value: object) -> str:
        field = self.model.field(key)
        names = field.ext.values.get(str(value))
        if names:
            return self.pick(names.label, names.label_vi)
        if field.is_time:
            return day(str(value))
        if isinstance(value, int | float) and not isinstance(value, bool):
            whole = float(value).is_integer()
            return str(int(value)) if whole and not field.ext.unit else number(value, self.language, 0 if whole else 2)
        return str(value)

    def _exists(self, f: Exists) -> str:
        parts = [self.filter(x) for x in f.filters]
        if f.period:
            parts.append(period(f.period, self.language))
        said = self.dataset(f.exists) + (f" ({', '.join(parts)})" if parts else "")
        if f.value is None:
            return self.pick("with ", "có ") + said
        if isinstance(f.metric, str):
            metric = self.model.metric(f.metric)
            name = self.pick(metric.label, metric.ext.label_vi or metric.label)
            return f"{name} {_OPS.get(f.op) or '='} {number(f.value, self.language)}" + (
                f" ({', '.join(parts)})" if parts else ""
            )
        return f"{said} {_OPS.get(f.op) or '='} {number(f.value, self.language)}"

    def definition(self, query: SemanticQuery) -> str | None:
        """What the metrics and named filters used mean, each once."""
        said: dict[str, str] = {}
        for m in [*query.metrics, *(h.metric for h in query.having)]:
            if name := m if isinstance(m, str) else m.of:
                metric = self.model.metric(name)
                said[self.measure(name)] = self.pick(
                    metric.description, metric.ext.description_vi or metric.description
                )
            if isinstance(m, Aggregate) and m.where is not None:
                self._define(m.where, said)
        for f in query.filters:
            self._define(f, said)
        base = query.dataset or next(
            (m.over.partition(".")[0] for m in query.metrics if isinstance(m, Aggregate)), None
        )
        if base and not said:
            said[self.dataset(base)] = self.model.datasets[base].description
        return "; ".join(f"{k}: {v}" for k, v in said.items()) or None

    def _define(self, f: Filter, said: dict[str, str]) -> None:
        if isinstance(f, Named):
            named = self.model.named(f.named)
            said[self.pick(named.label, named.label_vi)] = self.pick(
                named.description, named.description_vi or named.description
            )
        elif isinstance(f, All | AnyOf):
            for x in f.all if isinstance(f, All) else f.any:
                self._define(x, said)
        elif isinstance(f, Not):
            self._define(f.negate, said)
        elif isinstance(f, Exists):
            said[self.dataset(f.exists)] = self.model.datasets[f.exists].description
            for x in f.filters:
                self._define(x, said)
            if isinstance(f.metric, str):
                said[self.model.metric(f.metric).label] = self.model.metric(f.metric).description

    def understood(self, query: SemanticQuery) -> str:
        """The whole query in one line: what, for whom, when, by what."""
        what = [self.measure(m) for m in query.metrics] or [self.dataset(query.dataset or "")]
        line = ", ".join(what)
        if query.by:
            groups = [
                self.pick(b.grain, GRAINS_VI[b.grain])
                if b.grain
                else self.dataset(b.field)
                if "." not in b.field
                else self.field(b.field)
                for b in query.by
            ]
            line += self.pick(" by ", " theo ") + ", ".join(groups)
        if query.filters:
            line += ": " + ", ".join(self.filter(f) for f in query.filters)
        if query.period:
            line += f" ({period(query.period, self.language)})"
        if query.limit:
            line += self.pick(f", first {query.limit}", f", {query.limit} đầu")
        return line

    def measure(self, m: str | Aggregate) -> str:
        """What is measured, in a few words."""
        if isinstance(m, str):
            metric = self.model.metric(m)
            return self.pick(metric.label, metric.ext.label_vi or metric.label)
        if "." not in m.over:
            name = self.measure(m.of) if m.of else self.dataset(m.over)
            part = f" ({self.filter(m.where)})" if m.where else ""
            return (
                self.pick(f"share of {name}", f"tỷ lệ {name}")
                if m.fn == "share"
                else self.pick(f"number of {name}", f"số {name}")
            ) + part
        en, vi = _FUNCTIONS[m.fn]
        return self.pick(f"{en} {self.field(m.over)}", f"{self.field(m.over)} {vi}")
