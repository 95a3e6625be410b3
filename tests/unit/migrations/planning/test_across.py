"""What only several rows show is decided as by a load in the order of the source."""

from collections.abc import Iterable

import polars as pl
import pytest

from harness.models import ENTITIES
from migrations.planning.across import Table, settle
from migrations.planning.index import Index
from migrations.sources.columns import schema_of
from migrations.sources.segment import POSITION, Refused, Segment


def uid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def frame(table: str, rows: Iterable[dict[str, str | None]]) -> pl.DataFrame:
    """Rows of a few columns; the others are NULL, which no key holds."""
    names = list(ENTITIES[table].by_name)
    given = [{**dict.fromkeys(names), **row, POSITION: place} for place, row in enumerate(rows)]
    return pl.DataFrame(given, schema=schema_of(table))


class Loaded:
    """Tables that were judged, in segments of two rows."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self.refused: dict[str, list[Refused]] = {}

    def add(self, table: str, rows: list[dict[str, str | None]]) -> list[tuple[int, str, str | None]]:
        whole = frame(table, rows)
        loaded = self.tables[table] = Table(name=table, index=Index(table))
        for number, first in enumerate(range(0, len(rows), 2)):
            part = whole.slice(first, 2)
            loaded.index.add(part)
            loaded.segments.append(Segment(table=table, number=number, first=first, rows=part.height))
        found = list(
            settle(loaded, self.tables, None, lambda segment: whole.slice(segment.first, segment.rows))
        )
        return [(row.position, row.rule, row.sqlstate) for row in found]


def event(number: int, key: str | None, provider: str | None = "icims") -> dict[str, str | None]:
    return {"id": uid(number), "provider": provider, "event_id": key}


def test_the_first_of_equal_keys_stays() -> None:
    key = "webhook_events_provider_event_id_key"
    rows = [
        event(1, "a"),
        event(2, "b"),
        event(3, "a"),
        event(4, "a", "other"),
        event(5, "a"),
        event(6, "ab"),
    ]
    assert Loaded().add("webhook_events", rows) == [(2, key, "23505"), (4, key, "23505")]


def test_columns_of_a_key_do_not_run_into_each_other() -> None:
    assert (
        Loaded().add("webhook_events", [event(1, "bc", "a"), event(2, "c", "ab"), event(3, "", "abc")]) == []
    )


def test_a_refused_row_holds_no_key() -> None:
    rows = [event(1, "a"), event(1, "b"), event(2, "b"), event(3, "b")]
    assert Loaded().add("webhook_events", rows) == [
        (1, "webhook_events_pkey", "23505"),
        (3, "webhook_events_provider_event_id_key", "23505"),
    ]


def test_null_is_never_equal() -> None:
    assert Loaded().add("webhook_events", [event(1, None), event(2, None), event(3, "a", None)]) == []


def booking(number: int, request: int, status: str = "confirmed") -> dict[str, str | None]:
    return {"id": uid(number), "request_id": uid(request), "status": status}


@pytest.fixture
def loaded() -> Loaded:
    loaded = Loaded()
    requests: list[dict[str, str | None]] = [
        {"id": uid(number), "public_token_hash": key} for number, key in enumerate("abca")
    ]
    assert loaded.add("scheduling_requests", requests) == [
        (3, "scheduling_requests_public_token_hash_key", "23505")
    ]
    return loaded


def test_a_partial_key_is_held_only_by_rows_of_its_condition(loaded: Loaded) -> None:
    rows = [
        booking(1, 0, "cancelled"),
        booking(2, 0),
        booking(3, 0, "rescheduled"),
        booking(4, 0, "cancelled"),
    ]
    assert loaded.add("bookings", rows) == [(2, "bookings_one_active_per_request", "23505")]


def test_children_of_a_refused_or_missing_row_are_refused_down_to_the_last(loaded: Loaded) -> None:
    orphan = "bookings_request_id_fkey"
    rows = [booking(1, 1), booking(2, 3), booking(3, 9), booking(4, 2)]
    assert loaded.add("bookings", rows) == [(1, orphan, "23503"), (2, orphan, "23503")]
    logs: list[dict[str, str | None]] = [
        {"id": uid(1), "booking_id": uid(1), "request_id": uid(1)},
        {"id": uid(2), "booking_id": uid(2), "request_id": None},
        {"id": uid(3), "booking_id": None, "request_id": uid(3)},
        {"id": uid(4), "booking_id": None, "request_id": None},
    ]
    assert loaded.add("audit_logs", logs) == [
        (1, "audit_logs_booking_id_fkey", "23503"),
        (2, "audit_logs_request_id_fkey", "23503"),
    ]


def test_an_orphan_holds_no_key(loaded: Loaded) -> None:
    rows = [booking(1, 9), booking(1, 1), booking(2, 1)]
    assert loaded.add("bookings", rows) == [
        (0, "bookings_request_id_fkey", "23503"),
        (2, "bookings_one_active_per_request", "23505"),
    ]
