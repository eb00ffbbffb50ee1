"""Tables of figures, printed in a terminal or as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figures:
    """A titled table; the first column is text, the others are numbers as text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def show(tables: Iterable[Figures], *, markdown: bool) -> None:
    """Print them on standard output."""
    console = Console()
    for t in tables:
        if markdown:
            print(as_markdown(t))
            continue
        table = Table(title=t.title, title_justify="left", caption=t.note or None, caption_justify="left")
        for i, name in enumerate(t.columns):
            table.add_column(name, justify="right" if i else "left", no_wrap=i > 0, overflow="fold")
        for row in t.rows:
            table.add_row(*row)
        console.print(table)


def as_markdown(t: Figures) -> str:
    """
    >>> print(as_markdown(Figures("Times", ("what", "ms"), (("a|b", "2"),))))
    ### Times
    <BLANKLINE>
    | what | ms |
    |---|---:|
    | a\\|b | 2 |
    <BLANKLINE>
    """
    lines = [
        f"### {t.title}",
        "",
        _line(t.columns),
        "|---" + "|---:" * (len(t.columns) - 1) + "|",
        *(_line(row) for row in t.rows),
        *(("", t.note) if t.note else ()),
        "",
    ]
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |"


def milliseconds(seconds: float | None) -> str:
    """
    >>> milliseconds(0.00008), milliseconds(0.0042), milliseconds(0.153), milliseconds(None)
    ('0.08', '4.2', '153', '–')
    """
    if seconds is None:
        return "–"
    digits = 2 if abs(seconds) < 0.001 else 1 if abs(seconds) < 0.1 else 0
    return f"{seconds * 1000:,.{digits}f}"


def ratio(product: float, plain: float | None) -> str:
    """How many times as long the product took."""
    if not plain:
        return "–"
    times = product / plain
    return f"{times:.1f}" if times < 10 else f"{times:,.0f}"
