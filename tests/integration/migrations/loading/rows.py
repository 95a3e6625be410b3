"""Rows made for a test: valid ones, of every entity, and a source that holds them in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl

from harness.models import ENTITIES, Entity, Row
from migrations.sources.location import Location, SnapshotAt
from migrations.sources.segment import Batch, Segment
from migrations.sources.source import SEGMENT_ROWS, Inventory

Texts = dict[str, str | None]

_TIME = "2026-01-15T10:00:00.123456+00:00"
_LATER = "2026-01-15T11:00:00.654321+00:00"
_NUMBER = {table: index for index, table in enumerate(ENTITIES)}


def uuid_of(table: str, number: int) -> str:
    """The id of the row `number` of a table: spread over the key space, and always the same."""
    return str(UUID(int=((number * 2654435761) % 2**32 << 96) | (_NUMBER[table] << 64) | number))


def row_of(table: str, number: int, **changes: str | None) -> Texts:
    """A valid row, as texts; `changes` replaces columns."""
    request = uuid_of("scheduling_requests", number)
    special: Mapping[str, Mapping[str, str | None]] = {
        "scheduling_requests": {
            "interview_type": "onsite",
            "duration_minutes": "45",
            "interviewer_emails": r'{"a@x.example","b \"c\"@x.example","","NULL\\"}',
            "window_start": _TIME,
            "window_end": _LATER,
            "public_token_hash": f"hash {number}",
            "candidate_name": f"Zoë\t{number}\nline \\N",
            "status": "pending",
            "needs_attention": "false",
            "application_id": "",
        },
        "bookings": {
            "request_id": request,
            "scheduled_start": _TIME,
            "scheduled_end": _LATER,
            "status": "confirmed",
            "confirmed_at": None,
        },
        "audit_logs": {
            "request_id": request,
            "booking_id": uuid_of("bookings", number),
            "actor_type": "system",
            "payload": '{"n": 9007199254740993, "s": "tab\\t \\u00e9"}',
        },
        "sync_jobs": {"type": "icims_note", "entity_type": "booking", "status": "pending", "payload": "{}"},
        "webhook_events": {
            "provider": "icims",
            "event_id": f"evt-{number}",
            "payload": f'{{"n": {number}, "text": "a\\\\b"}}',
            "verified": "true",
            "status": "received",
        },
        "reconciliation_jobs": {
            "job_type": "state_mismatch",
            "entity_type": "booking",
            "status": "pending",
        },
    }
    values: Texts = {}
    for column in ENTITIES[table].columns:
        if column.name in special[table]:
            values[column.name] = special[table][column.name]
        elif column.name == "id":
            values[column.name] = uuid_of(table, number)
        elif column.type.value == "timestamp with time zone":
            values[column.name] = _TIME
        elif column.name == "attempts":
            values[column.name] = "1"
        elif column.name == "max_attempts":
            values[column.name] = "3"
        else:
            values[column.name] = None if column.nullable else f"{column.name} {number}"
    return values | changes


def rows_of(table: str, count: int, first: int = 0) -> list[Texts]:
    """Valid rows of a table; those of children refer to the row of the same number."""
    return [row_of(table, number) for number in range(first, first + count)]


@dataclass(frozen=True)
class HandMade:
    """A source whose rows are given by the test. Picklable."""

    rows: Mapping[str, Sequence[Texts]]
    name: str = "hand-made"
    counts: Mapping[str, int] = field(default_factory=dict)
    """What it says that it has, where a test wants a lie."""

    @property
    def location(self) -> Location:
        return SnapshotAt(Path("/nowhere", self.name))

    def inspect(self, *, allow_empty: bool = False) -> Inventory:  # noqa: ARG002  # the protocol's signature
        counts = {table: len(self.rows.get(table, ())) for table in ENTITIES}
        return Inventory(
            counts={**counts, **self.counts}, stated=None, size=0, fingerprint=self.name, files={}
        )

    def segments(self, entity: Entity[Row], *, rows: int = SEGMENT_ROWS) -> Iterator[Segment]:
        held = len(self.rows.get(entity.table, ()))
        for number, first in enumerate(range(0, held, rows)):
            yield Segment(table=entity.table, number=number, first=first, rows=min(rows, held - first))

    def read(self, segment: Segment) -> Batch:
        chosen: Sequence[Any] = self.rows[segment.table][segment.first : segment.first + segment.rows]
        columns = [column.name for column in ENTITIES[segment.table].columns]
        frame = pl.DataFrame(
            {name: pl.Series([row[name] for row in chosen], dtype=pl.String) for name in columns}
        ).with_columns(
            pl.int_range(segment.first, segment.first + len(chosen), dtype=pl.Int64).alias("_position")
        )
        return Batch(segment=segment, rows=frame, digest=f"digest of {segment.number}")
