"""The advisory locks of a copy, each for one thing that must not happen twice at once."""

from harness.models import ENTITIES

__all__ = ["RUN", "SEGMENTS", "turn"]

RUN = 0x7061_7269_7479_0002
"""Held by a session for as long as its run is at work: the letters "parity" and a number."""

SEGMENTS = 0x7061_7269_7479_0003
"""Shared by each transaction that writes rows. A run takes it alone before it reads the checkpoints: what
the sessions of a killed predecessor still commit is committed then."""

_TURNS = 0x7061_0000


def turn(table: str, number: int) -> tuple[int, int]:
    """The two keys of the lock that a segment holds from its beginning until it is committed.

    The next segment waits for it with its own rows written and not yet
    committed, so that segments are committed in the order of the source,
    however long each takes. The wait is the server's: where the earlier one
    waits for a row of the later one, Postgres sees the circle and ends it.
    """
    return _TURNS + list(ENTITIES).index(table), number
