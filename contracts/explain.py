"""From the exception that ended a case to what a report says: expected, actual, where."""

from pathlib import Path

import pytest

from contracts.events import Problem
from contracts.excerpt import difference, short
from contracts.expect import Comparison, Divergence
from contracts.recording import described
from harness.errors import HarnessError, StoreError

__all__ = ["Comparison", "compared", "explain"]


def compared(operator: str, left: object, right: object) -> Comparison:
    """Describe a failed ``assert left operator right``. In a case, the expectation stands on the right."""
    if operator == "==":
        expected, actual = difference(right, left)
        return expected, actual
    return f"{operator} {short(right)}", short(left)


def explain(
    error: pytest.ExceptionInfo[BaseException],
    *,
    phase: str,
    comparison: Comparison | None,
    cases: Path,
    traceback: str,
) -> Problem:
    """Describe the exception that ended a phase of a case.

    A fixture that fails in another way than an assertion or a StoreError
    could not prepare the case: that is no divergence. Neither is an error of
    the harness itself.
    """
    value = error.value
    at_fault = isinstance(value, AssertionError | StoreError) or phase == "call"
    expected, actual = _expectation(value, comparison)
    return Problem(
        divergence=at_fault and not isinstance(value, HarnessError),
        expected=expected,
        actual=actual,
        message=(" ".join(str(value).split()) or type(value).__name__)[:500],
        where=_where(error, cases),
        traceback=traceback,
        script=value.script if isinstance(value, Divergence) else None,
        detail=value.detail if isinstance(value, Divergence) else "",
    )


def _expectation(value: BaseException, comparison: Comparison | None) -> Comparison:
    if isinstance(value, Divergence):
        return value.expected, value.actual
    if isinstance(value, AssertionError):
        if comparison is not None:
            return comparison
        lines = str(value).splitlines()
        claim = next((line for line in lines if line.startswith("assert ")), "")
        return claim.removeprefix("assert ") and "a true condition", (
            claim or str(value) or "assertion failed"
        )[:300]
    if isinstance(value, pytest.fail.Exception):
        return "no failure", str(value)[:300]
    return "no error", described(value)


def _where(error: pytest.ExceptionInfo[BaseException], cases: Path) -> str:
    """The innermost line within the cases, else the innermost of all; an unexpected error names both."""
    frames = [(entry.path, entry.lineno + 1) for entry in error.traceback if isinstance(entry.path, Path)]
    if not frames:
        return "?"
    inside = [frame for frame in frames if frame[0].is_relative_to(cases)]
    place = _place(*(inside or frames)[-1], cases)
    foreign = (
        not isinstance(error.value, AssertionError | StoreError) and frames[-1] != (inside or frames)[-1]
    )
    return f"{place} (raised in {_place(*frames[-1], cases)})" if foreign else place


def _place(path: Path, line: int, cases: Path) -> str:
    root = cases.parent.parent
    if path.is_relative_to(root):
        return f"{path.relative_to(root)}:{line}"
    return f"{'/'.join(path.parts[-3:])}:{line}"
