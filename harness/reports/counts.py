"""Counts in words."""

from collections.abc import Mapping

from harness.models.outcome import Counts, Status

__all__ = ["RESULT", "in_words"]

RESULT: Mapping[Status, str] = {
    Status.PASSED: "passed",
    Status.FAILED: "FAILED",
    Status.UNCHECKED: "NOT CHECKED",
}


def in_words(counts: Mapping[str, Counts]) -> str:
    """Say what became of the expected cases: ``memory 210 of 212, 2 exempt``."""
    return "; ".join(f"{adapter} {_one(count)}" for adapter, count in counts.items()) or "-"


def _one(count: Counts) -> str:
    parts = [f"{count.passed} of {count.expected}"]
    parts += [
        f"{number} {name}"
        for name, number in (
            ("failed", count.failed),
            ("not checked", count.unchecked),
            ("exempt", count.exempt),
        )
        if number
    ]
    return ", ".join(parts)
