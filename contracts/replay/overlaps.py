"""Which recorded calls ran at the same time as others that write: nobody knows in which order. Pure."""

from collections.abc import Sequence

__all__ = ["Overlaps"]


class Overlaps:
    """Says for each call, one after the other, which writes overlapped it."""

    def __init__(self, starts: Sequence[int], ends: Sequence[int], writes: Sequence[int]) -> None:
        """Take the calls by the time they began: start, end, and whether they write (0 or 1)."""
        self._starts = starts
        self._ends = ends
        self._writes = writes
        self._running: list[int] = []
        self._place = 0

    def next(self) -> list[int]:
        """Return the places of the writes that overlapped the next call, itself left out."""
        place = self._place
        self._place += 1
        start, end = self._starts[place], self._ends[place]
        self._running = [other for other in self._running if self._ends[other] > start]
        found = list(self._running)
        for other in range(place + 1, len(self._starts)):
            if self._starts[other] >= end:
                break
            if self._writes[other]:
                found.append(other)
        if self._writes[place]:
            self._running.append(place)
        return found
