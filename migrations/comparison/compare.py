"""Compares two places: which tables, which segments of them, and the way in which each is compared."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from harness.errors import ConfigurationError, StackError
from harness.models import ENTITIES, Entity
from migrations.comparison.comparison import Comparison, TableComparison
from migrations.comparison.findings import Findings
from migrations.comparison.naming import IDENTITY, Naming
from migrations.comparison.publishing import publish
from migrations.comparison.segments import REREAD_S, Pair, Patience, Segment, compare_hashed, compare_rows
from migrations.comparison.sides.opening import open_side
from migrations.comparison.sides.postgres import PostgresSide
from migrations.comparison.sides.side import KeyRange, Side, ranges
from migrations.comparison.streams import streamed_segments
from migrations.sources.location import Location

__all__ = ["compare"]

_WORKERS = 2
_AHEAD = 2
"""Segments that are worked on beside those that the workers have: the bound of what is in memory."""

Told = Callable[[TableComparison], None]


def compare(
    source: Location,
    target: Location,
    *,
    tables: Sequence[str] | None = None,
    source_naming: Naming = IDENTITY,
    target_naming: Naming = IDENTITY,
    report: Path | None = None,
    reread_s: Sequence[float] = REREAD_S,
    executor: Executor | None = None,
    told: Told | None = None,
) -> Comparison:
    """Compare two places, row by row, in bounded memory; differences are counted, and written to `report`.

    `tables` are all six unless given. Rows of a live side that differ are read
    again after each of `reread_s` seconds before they count. `told` hears of
    each table when it is done. `executor` runs threads; default: two.

    Raises ConfigurationError for what cannot be compared: an entity that is
    missing, a count that differs from the header's, a table that a role may
    not see all of; StackError if a server cannot be read.
    """
    entities = [ENTITIES[table] for table in (ENTITIES if tables is None else tables)]
    with ExitStack() as stack:
        left = stack.enter_context(open_side(source, source_naming))
        right = stack.enter_context(open_side(target, target_naming))
        findings = stack.enter_context(Findings(report))
        pool = executor or stack.enter_context(ThreadPoolExecutor(_WORKERS))
        patience = Patience(reread_s)
        compared: list[TableComparison] = []
        for entity in entities:
            done = _table(Pair(left, right, entity, patience), findings, pool)
            compared.append(done)
            if told is not None:
                told(done)
        unread = {
            table: sorted({*left.unread().get(table, ()), *right.unread().get(table, ())})
            for table in (entity.table for entity in entities)
        }
        comparison = Comparison(
            source=left.label,
            target=right.label,
            tables=tuple(compared),
            first=tuple(findings.first),
            found=findings.total,
            unread={table: columns for table, columns in unread.items() if columns},
        )
        findings.close()
        return comparison if findings.path is None else publish(comparison, findings.path)


def _table(pair: Pair, findings: Findings, pool: Executor) -> TableComparison:
    source, target = pair.source, pair.target
    if (
        isinstance(source, PostgresSide)
        and isinstance(target, PostgresSide)
        and source.has_fingerprints(pair.entity, target)
    ):
        return _by_fingerprints(source, target, pair, findings, pool)
    counts = [_count(side, pair.entity) for side in (source, target)]
    read = [0, 0]
    settled = 0
    streamed = streamed_segments(pair)
    calls = (partial(compare_rows, pair, keys) for keys in _cut(pair)) if streamed is None else streamed
    for segment in _in_order(pool, calls):
        findings.add(pair.entity.table, segment.found)
        read[0] += segment.source_rows
        read[1] += segment.target_rows
        settled += segment.settled
    for side, counted, seen in zip((source, target), counts, read, strict=True):
        if counted != seen:
            raise StackError(
                f"{pair.entity.table} of {side.label} has {counted} rows, and {seen} were read: "
                "nothing can be said about it. Compare again."
            )
    return findings.count(pair.entity.table, source_rows=counts[0], target_rows=counts[1], settled=settled)


def _by_fingerprints(
    source: PostgresSide, target: PostgresSide, pair: Pair, findings: Findings, pool: Executor
) -> TableComparison:
    entity = pair.entity
    both = [pool.submit(side.fingerprints, entity) for side in (source, target)]
    left, right = (future.result() for future in both)
    rows = [sum(rows for rows, *_ in side.values()) for side in (left, right)]
    buckets = sorted(bucket for bucket in {*left, *right} if left.get(bucket) != right.get(bucket))
    suspects = settled = 0
    if buckets:
        calls = [partial(compare_hashed, pair, keys, buckets) for keys in _cut(pair)]
        for segment in _in_order(pool, calls):
            findings.add(entity.table, segment.found)
            suspects += segment.suspects
            settled += segment.settled
        if suspects == 0:
            raise StackError(
                f"The fingerprints of {entity.table} differ and those of its rows do not: "
                "one of the servers does not show one moment. Compare again."
            )
    return findings.count(entity.table, source_rows=rows[0], target_rows=rows[1], settled=settled)


def _cut(pair: Pair) -> list[KeyRange]:
    return ranges(pair.source.cuts(pair.entity), pair.target.cuts(pair.entity))


def _count(side: Side, entity: Entity[Any]) -> int:
    content = side.content(entity)
    if content is None:
        raise ConfigurationError(
            f"{side.label} has no {entity.table}, so that nothing can be said about its rows. "
            "Write the snapshot again, or compare only the tables that it has: --table."
        )
    if content.stated is not None and content.stated != content.rows:
        raise ConfigurationError(
            f"{side.label} has {content.rows} rows of {entity.table}, and its header says {content.stated}: "
            "it is not whole, or was changed. Write the snapshot again."
        )
    return content.rows


def _in_order(pool: Executor, calls: Iterable[Callable[[], Segment]]) -> Iterator[Segment]:
    """Run the calls some at a time; yields their results in order."""
    running: deque[Future[Segment]] = deque()
    try:
        for call in calls:
            running.append(pool.submit(call))
            if len(running) >= _WORKERS + _AHEAD:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:
        for future in running:
            future.cancel()
