"""Whole-number arithmetic on columns: exact where binary fractions would tip a half the wrong way."""

from __future__ import annotations

from datetime import date

import polars as pl


def wide(column: str | pl.Expr) -> pl.Expr:
    """128-bit integers: a product of three amounts in ₫ fits."""
    return (pl.col(column) if isinstance(column, str) else column).cast(pl.Int128)


def divide_half_up(numerator: pl.Expr, denominator: pl.Expr | int) -> pl.Expr:
    """floor(n / d + 1/2) of integers, d > 0, as Int64."""
    return ((2 * numerator + denominator) // (2 * denominator)).cast(pl.Int64)


def round_half_up(value: pl.Expr) -> pl.Expr:
    """floor(x + 1/2) of a float, as Int64."""
    return (value + 0.5).floor().cast(pl.Int64)


def days_since(column: str, as_of: date) -> pl.Expr:
    """Whole days from the date in `column` to `as_of`."""
    return (pl.lit(as_of) - pl.col(column)).dt.total_days()


def plus_months(day: str, months: str) -> pl.Expr:
    """The date in `day` moved by the number in `months`, clamped to the month's end; none where either is none."""
    return pl.col(day).dt.offset_by(pl.format("{}mo", pl.col(months)))
