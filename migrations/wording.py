"""How numbers of rows are said in every message."""

__all__ = ["all_of", "counted"]


def counted(count: int, noun: str = "row") -> str:
    """Return ``1 row`` or ``2,000 rows``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def all_of(count: int, noun: str = "row") -> str:
    """Return ``the row``, ``all 2,000 rows``, or ``no row`` where there is none."""
    if count == 0:
        return f"no {noun}"
    return f"the {noun}" if count == 1 else f"all {counted(count, noun)}"
