"""The comparison of one segment: read on both sides, compare, and read again what differs and is alive."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from harness.adapters.codec import parse_id
from harness.models import Entity
from migrations.comparison.differences import SCHEMA, differences, ids_of
from migrations.comparison.sides.postgres import PostgresSide
from migrations.comparison.sides.side import KeyRange, Side

__all__ = ["REREAD_S", "Pair", "Patience", "Segment", "compare_hashed", "compare_rows"]

REREAD_S = (0.2, 0.6, 1.2)
"""Seconds before a row that differs is read again, each time: more than a replica usually lags behind."""
_IDS = 5000
"""Rows that are fetched by their ids at once."""


class Patience:
    """How long rows that differ are waited for: in all of a run, so that many do not take for ever."""

    def __init__(self, delays: Sequence[float], sleep: Callable[[float], None] = time.sleep) -> None:
        self.delays = tuple(delays)
        self._left = 4 * sum(delays)
        self._sleep = sleep

    def wait(self, delay: float) -> None:
        """Sleep, unless all of the patience is used up: then the other side had time enough to settle."""
        if self._left > 0:
            self._left -= delay
            self._sleep(delay)


@dataclass(frozen=True, kw_only=True)
class Segment:
    """What came out of one segment."""

    found: pl.DataFrame
    source_rows: int
    target_rows: int
    suspects: int = 0
    """Rows whose fingerprints differ: equal documents in other words are among them."""
    settled: int = 0


@dataclass(frozen=True)
class Pair:
    """One entity on two sides."""

    source: Side
    target: Side
    entity: Entity[Any]
    patience: Patience


def compare_rows(
    pair: Pair, keys: KeyRange, *, left: pl.DataFrame | None = None, right: pl.DataFrame | None = None
) -> Segment:
    """Read all rows of a segment on both sides, but for a side whose rows are given."""
    left = pair.source.read(pair.entity, keys) if left is None else left
    right = pair.target.read(pair.entity, keys) if right is None else right
    found, settled = _settle(pair, left, right)
    return Segment(found=found, source_rows=left.height, target_rows=right.height, settled=settled)


def compare_hashed(pair: Pair, keys: KeyRange, buckets: Sequence[int]) -> Segment:
    """Read ids and hashes of the rows in some groups, and then only the rows that differ.

    Both sides are a `PostgresSide`.
    """
    source, target, entity = _postgres(pair.source), _postgres(pair.target), pair.entity
    left = source.ids_and_hashes(entity, keys, buckets)
    right = target.ids_and_hashes(entity, keys, buckets)
    joined = left.join(right, on="id", how="full", coalesce=True, suffix="_target")
    suspects = joined.filter(pl.col("hash").ne_missing(pl.col("hash_target")))["id"].sort().to_list()
    found = [pl.DataFrame(schema=SCHEMA)]
    total = 0
    for some in _in_parts(suspects):
        differ, settled = _settle(pair, source.pick(entity, some), target.pick(entity, some))
        found.append(differ)
        total += settled
    return Segment(
        found=pl.concat(found),
        source_rows=left.height,
        target_rows=right.height,
        suspects=len(suspects),
        settled=total,
    )


def _postgres(side: Side) -> PostgresSide:
    if not isinstance(side, PostgresSide):
        raise TypeError(f"{side.label} has no fingerprints")
    return side


def _settle(pair: Pair, left: pl.DataFrame, right: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Compare two frames; returns what still differs at last, and how many rows differed only at first."""
    found = differences(left, right, pair.entity)
    if found.height == 0 or not (pair.source.live or pair.target.live):
        return found, 0
    at_first = len(ids_of(found))
    for delay in pair.patience.delays:
        ids = ids_of(found)
        if not ids:
            break
        pair.patience.wait(delay)
        without_key = found.filter(pl.col("key").is_null())
        again = (
            differences(
                _now(pair, pair.source, left, some), _now(pair, pair.target, right, some), pair.entity
            )
            for some in _in_parts(ids)
        )
        found = pl.concat([without_key, *again])
    return found, at_first - len(ids_of(found))


def _now(pair: Pair, side: Side, frame: pl.DataFrame, ids: Sequence[str]) -> pl.DataFrame:
    if not side.live:
        return frame.filter(pl.col("id").is_in(ids))
    # A file may have ids that are none: no server has a row for them.
    return side.fetch(pair.entity, [key for key in ids if parse_id(key) is not None])


def _in_parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(ids), _IDS):
        yield ids[first : first + _IDS]
