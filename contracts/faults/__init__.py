"""Faults between an adapter and its server, made on purpose, one request at a time."""

from contracts.faults.kinds import (
    AFTER,
    BEFORE,
    FAULTS,
    FOREIGN,
    HANG_AFTER,
    HANG_BEFORE,
    SLOW,
    Ending,
    Fault,
)
from contracts.faults.proxy import WRITES, FaultProxy, Planned, behind_faults

__all__ = [
    "AFTER",
    "BEFORE",
    "FAULTS",
    "FOREIGN",
    "HANG_AFTER",
    "HANG_BEFORE",
    "SLOW",
    "WRITES",
    "Ending",
    "Fault",
    "FaultProxy",
    "Planned",
    "behind_faults",
]
