"""Numbers as people read them: as many digits as mean something, always with the unit."""

import math

from loadtests.verdicts import Unit

__all__ = ["amount", "counted", "estimate", "limit"]

_NOTHING = "-"


def amount(value: float | None, unit: Unit) -> str:
    """Return ``31.2 ms``, ``1.15 x``, ``0.33 %``, ``4`` or ``120 /s``; ``-`` for None and NaN."""
    if value is None or math.isnan(value):
        return _NOTHING
    number, suffix = _parts(value, unit)
    return f"{number}{suffix}"


def estimate(value: float | None, low: float | None, high: float | None, unit: Unit) -> str:
    """Return ``31.2 ms [28.9, 33.5]``, without the interval if there is none; an open end is ``..``."""
    if value is None or math.isnan(value):
        return _NOTHING
    if _open(low) and _open(high):
        return amount(value, unit)
    lower, upper = (".." if _open(end) else _parts(end or 0.0, unit)[0] for end in (low, high))
    return f"{amount(value, unit)} [{lower}, {upper}]"


def limit(value: float | None, unit: Unit) -> str:
    """Return a margin or budget as somebody wrote it: ``8 ms``, ``1.1 x``, ``0.1 %``."""
    if value is None:
        return _NOTHING
    scaled, suffix = (100 * value, " %") if unit == "share" else (value, _SUFFIX[unit])
    return f"{scaled:.6g}{suffix}" if abs(scaled) < 1e6 else f"{scaled:,.0f}{suffix}"


def counted(count: int, noun: str) -> str:
    """Return ``1 window`` or ``2,000 windows``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


_SUFFIX = {"ms": " ms", "ratio": " x", "share": " %", "count": "", "per_s": " /s"}


def _open(end: float | None) -> bool:
    return end is None or not math.isfinite(end)


def _parts(value: float, unit: Unit) -> tuple[str, str]:
    suffix = _SUFFIX[unit]
    if math.isinf(value):
        return ("-" if value < 0 else "") + "infinite", suffix
    if unit == "share":
        return _significant(100 * value), suffix
    if unit == "ratio":
        return f"{value:.2f}", suffix
    if unit == "count" and value == int(value):
        return f"{value:,.0f}", suffix
    return _significant(value), suffix


def _significant(value: float) -> str:
    """Three digits, and no more than three decimals: below a microsecond nothing was measured."""
    size = abs(value)
    if value == 0:
        return "0"
    decimals = 0 if size >= 99.95 else 1 if size >= 9.995 else 2 if size >= 0.9995 else 3
    return f"{value:,.{decimals}f}"
