"""What every side of a comparison can do."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

from harness.models import Entity

__all__ = ["SEGMENT_ROWS", "WHOLE", "Content", "KeyRange", "Side", "ranges", "within"]

SEGMENT_ROWS = 25_000
"""Rows that one side has in a segment, approximately: some 10 MB of webhook events."""


@dataclass(frozen=True)
class KeyRange:
    """The rows whose id is above `low` and not above `high`; None is no bound. A null id is in the last."""

    low: str | None
    high: str | None


WHOLE = KeyRange(None, None)


@dataclass(frozen=True, kw_only=True)
class Content:
    """How much of an entity a side has."""

    rows: int
    stated: int | None = None
    """The count in the header of a snapshot."""


class Side(Protocol):
    """One place, read at one moment. Methods may be called from several threads."""

    label: str
    """What it is called in messages, without a password."""
    live: bool
    """True if rows can change while they are compared, and can be read again."""

    def content(self, entity: Entity[Any]) -> Content | None:
        """Count the rows of an entity; None if the place has no such entity."""

    def cuts(self, entity: Entity[Any]) -> Sequence[str]:
        """Name ids, ascending, between which there are about `SEGMENT_ROWS` rows."""

    def read(self, entity: Entity[Any], keys: KeyRange) -> pl.DataFrame:
        """Read a segment, in any order, as `migrations.comparison.values.frame` says."""

    def fetch(self, entity: Entity[Any], ids: Sequence[str]) -> pl.DataFrame:
        """Read rows as they are now, not at the moment of the comparison. Only of a live side."""

    def unread(self) -> Mapping[str, Sequence[str]]:
        """Name what is there and is not compared, by table."""


def within(frame: pl.DataFrame, keys: KeyRange) -> pl.DataFrame:
    """Take the rows of a range from a frame that is sorted by id, null ids last."""
    ids = frame["id"]
    known = len(ids) - ids.null_count()
    first = 0 if keys.low is None else bisect_right(ids, keys.low, 0, known)
    last = len(ids) if keys.high is None else bisect_right(ids, keys.high, 0, known)
    return frame.slice(first, last - first)


def ranges(one: Sequence[str], other: Sequence[str]) -> list[KeyRange]:
    """Cut all keys into segments in which neither side has many more than SEGMENT_ROWS rows.

    Where both sides are alike, the cuts of one of them are enough.
    """
    main, second = (one, other) if len(one) >= len(other) else (other, one)
    bounds: list[str] = []
    place = 0
    for cut in main:
        end = bisect_right(second, cut, place)
        # Up to two cuts of the other side between two of these: at most three segments' worth of rows.
        bounds += second[place + 2 : end]
        bounds.append(cut)
        place = end
    bounds = sorted({*bounds, *second[place:]})
    lows: list[str | None] = [None, *bounds]
    highs: list[str | None] = [*bounds, None]
    return [KeyRange(low, high) for low, high in zip(lows, highs, strict=True)]
