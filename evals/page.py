"""The report as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --bad: #c0392b; --soft: #8881; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .8rem .25rem 0; text-align: left; vertical-align: top; }
td.n, th.n { text-align: right; }
.wide { overflow-x: auto; }
pre { background: var(--soft); padding: .6rem; overflow-x: auto; white-space: pre-wrap; font-size: 13px; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .5rem .8rem; }
summary { cursor: pointer; }
.bad { color: var(--bad); font-weight: 600; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1rem; }
.dim { opacity: .7; }
"""
_HEAD = ("", "samples", "right", "confidently wrong", "refusals right", "clarifications right", "p50 ms", "p95 ms")


def page(report: Mapping[str, Any]) -> str:
    """The page of a report as `evals.report.as_json` gives it."""
    failing = [s for s in report["samples"] if not s["right"]]
    failing.sort(key=lambda s: not s["confidently_wrong"])
    body = [
        f"<h1>Evals of {escape(report['today'])}</h1>",
        '<p class="dim">Right is counted over the samples that can be answered; confidently wrong over all samples: '
        "an answer that differs from gold, or one where a refusal or clarification was due.</p>",
        _table({name: report[name] for name in ("all", "seen", "unseen")}),
    ]
    for axis, groups in report["by"].items():
        body += [f"<h2>By {escape(axis)}</h2>", _table(groups)]
    body.append(f"<h2>{len(failing)} failing samples</h2>")
    body += [_failing(s) for s in failing]
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Evals of {escape(report['today'])}</title><style>{_STYLE}</style>"
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>{"".join(body)}</body></html>\n'


def _table(groups: Mapping[str, Mapping[str, Any]]) -> str:
    head = "".join(f'<th class="n">{h}</th>' if h else "<th></th>" for h in _HEAD)
    lines = []
    for name, f in groups.items():
        wrong = f"{f['confidently_wrong']} ({_percent(f['confidently_wrong_rate'])})"
        cells = [
            str(f["samples"]),
            _count(f["answers"]),
            f'<span class="bad">{wrong}</span>' if f["confidently_wrong"] else wrong,
            _count(f["refusals"]),
            _count(f["clarifications"]),
            milliseconds(f["p50_ms"]),
            milliseconds(f["p95_ms"]),
        ]
        lines.append(f"<tr><th>{escape(name)}</th>{''.join(f'<td class=n>{c}</td>' for c in cells)}</tr>")
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(lines)}</table></div>'


def _count(c: Mapping[str, Any]) -> str:
    """
    >>> _count({"right": 19, "due": 20, "rate": 0.95}), _count({"right": 0, "due": 0, "rate": None})
    ('19/20 (95.0 %)', '–')
    """
    return f"{c['right']}/{c['due']} ({_percent(c['rate'])})" if c["due"] else "–"


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{rate * 100:.1f} %"


def milliseconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _failing(s: Mapping[str, Any]) -> str:
    mark = '<span class="bad">confidently wrong</span> · ' if s["confidently_wrong"] else ""
    asker = s["as"] if isinstance(s["as"], str) else s["as"]["role"]
    place = " · ".join(escape(str(s[k])) for k in ("split", "kind", "language", "group"))
    turns = "".join(f"<li>{escape(t)}</li>" for t in s["turns"])
    due = s["expect"] + (f" {s['refusal']}" if s["refusal"] else "")
    return (
        f"<details><summary>{mark}<b>{escape(s['id'])}</b> {escape(s['turns'][-1])}<br>"
        f'<span class="dim">{place} · as {escape(asker)}</span> {escape(s["why"])}</summary><ol>{turns}</ol>'
        f'<p class="dim">{escape(s["note"])}</p>'
        f'<div class="pair"><div><b>Expected: {escape(due)}</b>{_result(s["expected"])}</div>'
        f"<div>{_got(s)}{_result(s['got'])}</div></div></details>"
    )


def _got(s: Mapping[str, Any]) -> str:
    got = s["got"]
    if got is None:
        return f"<b>Got nothing</b><pre>{escape(s['crash'] or '')}</pre>"
    kind = f"<b>Got: {escape(' '.join(filter(None, (got['kind'], got['refusal']))))}</b>"
    offered = f"<p>{escape(' · '.join(got['options']))}</p>" if got["options"] else ""
    return f"{kind}<p>{escape(got['answer'])}</p>{offered}"


def _result(result: Mapping[str, Any] | None) -> str:
    if result is None:
        return ""
    sql = f"<pre>{escape(result['sql'].strip())}</pre>" if result["sql"] else ""
    return f"{_cells(result['columns'], result['rows'])}<p>{result['total_rows']} rows</p>{sql}"


def _cells(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    if not columns:
        return ""
    head = "".join(f"<th>{escape(c)}</th>" for c in columns)
    lines = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{head}</tr>{lines}</table></div>'
