"""The segments of a comparison with a file that is in the order of its ids: read once, as it comes."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

import polars as pl

from migrations.comparison.segments import Pair, Segment, compare_rows
from migrations.comparison.sides.files import FileSide
from migrations.comparison.sides.postgres import PostgresSide
from migrations.comparison.sides.side import KeyRange, Side, ranges, within

__all__ = ["streamed_segments"]

_CUTS = 2
"""So many cuts of the other side may fall into one segment, which has three segments' worth of rows then."""


def streamed_segments(pair: Pair) -> Iterator[Callable[[], Segment]] | None:
    """Return the segments, to be taken one by one; None unless a side is such a file, the other a server."""
    if isinstance(pair.target, PostgresSide) and _is_sorted(pair.source, pair):
        return _segments(pair, pair.source, pair.target, "left")
    if isinstance(pair.source, PostgresSide) and _is_sorted(pair.target, pair):
        return _segments(pair, pair.target, pair.source, "right")
    return None


def _is_sorted(side: Side, pair: Pair) -> bool:
    return isinstance(side, FileSide) and side.sorted_rows(pair.entity) is not None


def _segments(pair: Pair, file: Side, other: Side, given: str) -> Iterator[Callable[[], Segment]]:
    if not isinstance(file, FileSide):
        raise TypeError(f"{file.label} is no file")
    cuts = list(other.cuts(pair.entity))
    if file.sorted_rows(pair.entity) == 0:
        for keys in ranges(cuts, ()):
            yield partial(compare_rows, pair, keys)
        return
    for frame, keys in _with_ranges(file.stream(pair.entity)):
        bounds = [keys.low, *_between(cuts, keys)[_CUTS:], keys.high]
        for low, high in pairwise(bounds):
            part = KeyRange(low, high)
            yield partial(compare_rows, pair, part, **{given: within(frame, part)})


def _with_ranges(frames: Iterator[pl.DataFrame]) -> Iterator[tuple[pl.DataFrame, KeyRange]]:
    """Give each frame the keys from the one before up to its own last; the last one has all that follow."""
    low: str | None = None
    held: pl.DataFrame | None = None
    for frame in frames:
        if frame.height == 0:
            continue
        if held is not None:
            high = held["id"][-1]
            yield held, KeyRange(low, high)
            low = high
        held = frame
    if held is not None:
        yield held, KeyRange(low, None)


def _between(cuts: list[str], keys: KeyRange) -> list[str]:
    first = 0 if keys.low is None else bisect_right(cuts, keys.low)
    last = len(cuts) if keys.high is None else bisect_right(cuts, keys.high)
    return cuts[first:last]
