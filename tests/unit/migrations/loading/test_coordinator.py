"""Segments go out in order, parents before children, and come back in any order."""

import io
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

import pytest

from harness.models import ENTITIES, Entity, Row
from migrations.loading.account import Account, AccountingError
from migrations.loading.coordinator import Coordinator
from migrations.loading.ledger import RuleCount
from migrations.loading.pace import Pace
from migrations.loading.progress import Progress
from migrations.loading.target import TargetFacts
from migrations.sources.location import Location
from migrations.sources.segment import Batch, Refused, Segment
from migrations.sources.source import SEGMENT_ROWS, Inventory

ROWS = 5
SEGMENTS = 4


@dataclass(frozen=True)
class Cut:
    """A source that is only cut."""

    missing: int = 0
    """Segments that it does not yield at the end of each table."""

    @property
    def location(self) -> Location:
        raise NotImplementedError

    def inspect(self, *, allow_empty: bool = False) -> Inventory:  # noqa: ARG002  # the protocol's signature
        counts = dict.fromkeys(ENTITIES, ROWS * SEGMENTS)
        return Inventory(counts=counts, stated=None, size=0, fingerprint="", files={})

    def segments(self, entity: Entity[Row], *, rows: int = SEGMENT_ROWS) -> Iterator[Segment]:
        for number in range(SEGMENTS - self.missing):
            yield Segment(table=entity.table, number=number, first=number * rows, rows=rows)

    def read(self, segment: Segment) -> Batch:
        raise NotImplementedError


@dataclass
class Desk:
    """A target that keeps what it is given on a desk until the test, or its own order, takes it up."""

    finished: Mapping[str, Mapping[int, Account]] = field(default_factory=dict)
    refusals: list[tuple[str, int]] = field(default_factory=list)
    """Segments that come back once, to be tried again."""
    broken: tuple[str, int] | None = None
    log: list[tuple[str, int]] = field(default_factory=list)
    committed: list[tuple[str, int]] = field(default_factory=list)
    most: int = 0
    run_id: str = "run"
    resumed: bool = False
    cancelled: bool = False

    @property
    def facts(self) -> TargetFacts:
        raise NotImplementedError

    def done(self, table: str) -> Mapping[int, Account]:
        return self.finished.get(table, {})

    def submit(self, executor: Executor, segment: Segment) -> "Future[Account | None]":
        self.log.append((segment.table, segment.number))
        self.most = max(self.most, len(self.log) - len(self.committed))
        return executor.submit(self._load, segment)

    def _load(self, segment: Segment) -> Account | None:
        place = (segment.table, segment.number)
        if place == self.broken:
            raise OSError("no space")
        if place in self.refusals:
            self.refusals.remove(place)
            return None
        self.committed.append(place)
        return account(segment)

    def cancel(self) -> None:
        self.cancelled = True

    def finish(self) -> None:
        raise NotImplementedError

    def rules(self) -> tuple[RuleCount, ...]:
        raise NotImplementedError

    def refused(self, table: str) -> Iterator[Refused]:
        raise NotImplementedError


def account(segment: Segment) -> Account:
    return Account(
        table=segment.table,
        number=segment.number,
        read=segment.rows,
        inserted=segment.rows,
        identical=0,
        quarantined=0,
    )


def run(
    desk: Desk,
    source: Cut | None = None,
    *,
    workers: int = 2,
    pace: Pace | None = None,
    stream: io.StringIO | None = None,
) -> Mapping[str, Account]:
    source = source or Cut()
    with ThreadPoolExecutor(workers) as executor:
        return Coordinator(
            source=source,
            inventory=source.inspect(),
            loading=desk,
            executor=executor,
            rows_per_segment=ROWS,
            window=3,
            pace=pace or Pace(None),
            progress=Progress(rows=ROWS * SEGMENTS * len(ENTITIES), stream=stream or io.StringIO()),
        ).run()


def test_every_row_is_accounted_for_once() -> None:
    desk = Desk()
    accounts = run(desk)
    assert {table: one.inserted for table, one in accounts.items()} == dict.fromkeys(
        ENTITIES, ROWS * SEGMENTS
    )
    assert len(desk.committed) == len(set(desk.committed)) == SEGMENTS * len(ENTITIES)


def test_a_child_begins_when_all_its_parents_are_committed() -> None:
    desk = Desk()
    run(desk, workers=3)
    for table, entity in ENTITIES.items():
        for parent in (column.references.table for column in entity.columns if column.references is not None):
            last = max(place for place, (name, _) in enumerate(desk.committed) if name == parent)
            first = min(place for place, (name, _) in enumerate(desk.committed) if name == table)
            assert last < first


def test_segments_go_out_in_the_order_of_the_source_and_few_at_a_time() -> None:
    desk = Desk()
    run(desk)
    assert desk.log == [(table, number) for table in ENTITIES for number in range(SEGMENTS)]
    assert desk.most <= 3


def test_a_segment_that_comes_back_is_tried_again_until_it_is_committed() -> None:
    places = [("bookings", 1), ("bookings", 2), ("bookings", 2), ("sync_jobs", 3)]
    desk = Desk(refusals=list(places))
    run(desk)
    assert desk.refusals == []
    assert len(desk.committed) == SEGMENTS * len(ENTITIES)
    assert desk.log.count(("bookings", 2)) == 3


def test_what_an_earlier_process_committed_is_counted_and_not_sent_again() -> None:
    earlier = {n: account(Segment(table="bookings", number=n, first=n * ROWS, rows=ROWS)) for n in (0, 1)}
    desk = Desk(finished={"bookings": earlier})
    accounts = run(desk)
    assert [number for table, number in desk.log if table == "bookings"] == [2, 3]
    assert accounts["bookings"].read == ROWS * SEGMENTS


def test_an_error_of_one_segment_ends_the_run_and_lets_the_others_land() -> None:
    desk = Desk(broken=("audit_logs", 1))
    with pytest.raises(OSError, match="no space"):
        run(desk)
    assert not any(table == "sync_jobs" for table, _ in desk.committed)


def test_a_source_that_yields_fewer_rows_than_it_counted_is_an_error() -> None:
    with pytest.raises(AccountingError, match="has 20 rows, and 15 were read"):
        run(Desk(), Cut(missing=1))


class Interrupted(Pace):
    """The user presses Ctrl-C when some segments are out."""

    def __init__(self, after: int) -> None:
        super().__init__(None)
        self._left = after

    def take(self, rows: int) -> None:  # noqa: ARG002  # as its base has it
        self._left -= 1
        if self._left < 0:
            raise KeyboardInterrupt


def test_an_interruption_lets_what_is_in_flight_land() -> None:
    desk = Desk()
    said = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        run(desk, pace=Interrupted(after=3), stream=said)
    assert desk.log == [("scheduling_requests", number) for number in range(3)]
    assert said.getvalue().splitlines()[-1].startswith("Interrupted: what is in flight is finished first")
    assert not desk.cancelled


def test_a_second_interruption_has_it_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def impatient(*given: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return wait(*given, **options)

    monkeypatch.setattr("migrations.loading.coordinator.wait", impatient)
    desk = Desk()
    with pytest.raises(KeyboardInterrupt):
        run(desk, pace=Interrupted(after=2))
    assert desk.cancelled
