"""One thing to be decided: an endpoint, a metric, what is allowed, and the evidence."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from loadtests.statistics.evidence import Evidence
from loadtests.verdicts import Metric, Unit, Verdict

__all__ = ["Known", "Question", "too_few"]


@dataclass(frozen=True)
class Known:
    """What needs no statistics to be decided, and why."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """To be answered by its evidence; or by what is `known` already, which goes first."""

    endpoint: str
    subject: str
    metric: Metric
    unit: Unit
    allowed: float | None
    """None for advice: then nothing is decided."""
    rounds: int
    samples: int
    evidence: Evidence | None = None
    shown: Callable[[float], float] = float
    """From the scale of the evidence into the unit."""
    known: Known | None = None
    doubt: str | None = None
    """Why a time may be too long through no fault of the server: it may pass, and nothing else."""
    lacking: str | None = None
    """What there is too little of to decide yet: fatal at the last look."""


def too_few(what: str, found: int, needed: int, rounds: int) -> str:
    """Say that so many were found in so many rounds, how many it takes, and how long that would be."""
    said = f"{found} {what}, and {needed} are needed at least"
    return said if not found else f"{said}, which {ceil(needed / found * rounds)} such rounds would give"
