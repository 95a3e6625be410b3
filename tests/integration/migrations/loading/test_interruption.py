"""What is committed stays, and the same copy goes on with it; anything else is refused."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from harness.errors import ConfigurationError, HarnessError
from harness.models import ENTITIES
from migrations.loading.account import AccountingError
from migrations.loading.locks import RUN, SEGMENTS
from migrations.loading.preparing import prepare
from migrations.loading.result import CopyResult
from tests.integration.migrations.loading.rows import HandMade, row_of, rows_of

Copy = Callable[..., CopyResult]
Contents = Callable[[], dict[str, list[tuple[Any, ...]]]]
ALL = HandMade({table: rows_of(table, 35) for table in ENTITIES})


class Breaking(Executor):
    """Runs segments in a thread, and breaks after some of them."""

    def __init__(self, segments: int, error: BaseException) -> None:
        self._left = segments
        self._error = error
        self._threads = ThreadPoolExecutor(1)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        if self._left == 0:
            raise self._error
        self._left -= 1
        return self._threads.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002  # its signature
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)


def begun(copy: Copy, source: HandMade = ALL, segments: int = 9, **options: Any) -> None:
    """Copy some segments, then break."""
    with (
        Breaking(segments, OSError("the machine is gone")) as executor,
        pytest.raises(OSError, match="is gone"),
    ):
        copy(source, executor=executor, **options)


@pytest.mark.parametrize("segments", [0, 1, 9, 23])
def test_the_same_copy_goes_on(copy: Copy, dsn: str, segments: int) -> None:
    begun(copy, segments=segments)
    result = copy(ALL)
    assert result.resumed
    assert (result.read, result.inserted, result.quarantined) == (210, 210, 0)
    with psycopg.connect(dsn) as connection:
        assert connection.execute(
            "SELECT state, count(*) FROM parity_migration.runs GROUP BY state"
        ).fetchall() == [("finished", 1)]
        assert connection.execute(
            "SELECT count(*), sum(inserted) FROM parity_migration.segments"
        ).fetchone() == (24, 210)


def test_a_finished_run_is_not_resumed(copy: Copy) -> None:
    copy(ALL)
    assert not copy(ALL).resumed


@pytest.mark.parametrize(
    ("source", "options", "expected"),
    [
        (HandMade(ALL.rows, name="another"), {}, r"the source \(/nowhere/another\) is not what it was"),
        (ALL, {"rows_per_segment": 7}, "--rows-per-segment 10"),
    ],
)
def test_another_copy_is_refused_while_one_is_unfinished(
    copy: Copy, source: HandMade, options: dict[str, Any], expected: str
) -> None:
    begun(copy)
    with pytest.raises(ConfigurationError, match=f"is not finished.*{expected}.*harness migrate rollback"):
        copy(source, **options)


def test_a_changed_table_is_refused_while_a_copy_is_unfinished(copy: Copy, dsn: str) -> None:
    begun(copy)
    with psycopg.connect(dsn) as connection:
        connection.execute("ALTER TABLE public.bookings ADD CHECK (booked_by <> '')")
    with pytest.raises(ConfigurationError, match="the tables of the target were changed since"):
        copy(ALL)


def test_an_interrupted_copy_says_what_is_committed_and_how_to_go_on(copy: Copy) -> None:
    with (
        Breaking(9, KeyboardInterrupt()) as executor,
        pytest.raises(HarnessError, match=r"Interrupted after \d+ of 210 rows.*Run the same command again"),
    ):
        copy(ALL, executor=executor)


@pytest.fixture
def held(dsn: str) -> Iterator[psycopg.Connection]:
    """Another session that holds the lock of a run."""
    with psycopg.connect(dsn, autocommit=True, application_name="somebody else") as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [RUN])
        yield connection


def test_a_second_run_is_refused_and_told_who_is_at_work(
    copy: Copy, held: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrations.loading.postgres._RUN_WAIT", "10ms")
    with pytest.raises(
        ConfigurationError, match=rf"process {held.info.backend_pid} .*somebody else.*since 20"
    ):
        copy(ALL)


def test_a_run_waits_for_the_commit_of_a_predecessor_that_was_killed(copy: Copy, dsn: str) -> None:
    begun(copy)
    results: list[CopyResult] = []
    with psycopg.connect(dsn) as late:
        late.execute("SELECT pg_advisory_xact_lock_shared(%s)", [SEGMENTS])
        thread = threading.Thread(target=lambda: results.append(copy(ALL)))
        thread.start()
        _until_somebody_waits(dsn)
        assert results == []
        late.commit()
        thread.join(60)
    assert results[0].resumed


def _until_somebody_waits(dsn: str) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with psycopg.connect(dsn, autocommit=True) as connection:
        for _ in range(100_000):
            if connection.execute(waiting).fetchone() != (0,):
                return
    raise AssertionError("nobody waits for the lock of the segments")


def test_segments_are_committed_in_the_order_of_the_source_whoever_is_faster(
    copy: Copy, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one is read when the second, whose row excludes its own, is written and waits for it."""

    def late(task: Any) -> Any:
        if task.segment.number == 0:
            _until_somebody_waits(dsn)
        return prepare(task)

    monkeypatch.setattr("migrations.loading.load.prepare", late)
    rows = [row_of("webhook_events", 1), row_of("webhook_events", 2, event_id="evt-1")]
    result = copy(HandMade({"webhook_events": rows}), rows_per_segment=1)
    assert (result.inserted, result.quarantined) == (1, 1)
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT event_id, payload_hash FROM public.webhook_events").fetchall() == [
            ("evt-1", "payload_hash 1")
        ]


def test_a_source_with_fewer_rows_than_it_counted_is_never_finished(copy: Copy, dsn: str) -> None:
    short = HandMade(ALL.rows, counts={"sync_jobs": 36})
    with pytest.raises(AccountingError, match="sync_jobs: the source has 36 rows, and 35 were read"):
        copy(short)
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT state FROM parity_migration.runs").fetchall() == [("running",)]
