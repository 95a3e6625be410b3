"""What the plan says before, the copy does: the same rows, for the same reasons."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.models import ENTITIES
from migrations.loading.result import CopyResult
from migrations.planning.examination import Examination, looked_at
from migrations.planning.findings import Findings
from migrations.rehearsal.companion import Companion
from migrations.rehearsal.generate import Generated
from migrations.rehearsal.writing import write_file
from migrations.sources.location import DatabaseAt, SnapshotAt
from migrations.sources.opening import opened
from migrations.sources.source import Source
from tests.integration.migrations.loading.rows import HandMade, row_of, rows_of, uuid_of

Copy = Callable[..., CopyResult]
Refusals = dict[tuple[str, int], tuple[str, str | None]]

COLLIDING = HandMade(
    {
        "scheduling_requests": [
            *rows_of("scheduling_requests", 24),
            row_of("scheduling_requests", 24, public_token_hash="hash 3"),
            row_of("scheduling_requests", 3),
            row_of("scheduling_requests", 25, duration_minutes="0"),
            row_of("scheduling_requests", 26, public_token_hash="hash 25"),  # of a row that is refused
            row_of("scheduling_requests", 24),  # the id of a row that is refused
        ],
        "bookings": [
            *rows_of("bookings", 12),
            row_of("bookings", 12, request_id=uuid_of("scheduling_requests", 25)),
            row_of("bookings", 13, request_id=uuid_of("scheduling_requests", 2)),
            row_of("bookings", 14, request_id=uuid_of("scheduling_requests", 2), status="cancelled"),
            row_of("bookings", 3, booked_by="another"),
        ],
        "audit_logs": [*rows_of("audit_logs", 12), row_of("audit_logs", 13), row_of("audit_logs", 3)],
        "webhook_events": [
            *rows_of("webhook_events", 8),
            row_of("webhook_events", 9, event_id="evt-3"),
            row_of("webhook_events", 10, event_id="evt-3", provider="other"),
        ],
    }
)


def predicted(source: Source, dsn: str) -> tuple[Refusals, dict[str, tuple[int, int]]]:
    """What the plan says of a source: refused rows, and rows inserted and identical by table."""
    file = io.StringIO()
    with looked_at(DatabaseAt(dsn)) as existing:
        results = Examination(
            source=source,
            inventory=source.inspect(allow_empty=True),
            existing=existing,
            findings=Findings(file),
            rows=7,
            progress=lambda *_: None,
        ).run()
    lines = map(json.loads, file.getvalue().splitlines())
    refused = {
        (line["table"], line["position"]): (line["rule"], line["sqlstate"])
        for line in lines
        if line["effect"] in {"lost", "changed"}
    }
    return refused, {one.table: (one.inserted, one.identical) for one in results}


def done(result: CopyResult) -> tuple[Refusals, dict[str, tuple[int, int]]]:
    """The same of a copy."""
    lines = [] if result.quarantine is None else result.quarantine.read_text(encoding="utf-8").splitlines()
    found = map(json.loads, lines)
    refused = {(line["table"], line["position"]): (line["rule"], line["sqlstate"]) for line in found}
    return refused, {table: (one.inserted, one.identical) for table, one in result.tables.items()}


@pytest.mark.parametrize("rows_per_segment", [3, 1000])
def test_collisions_are_decided_as_predicted_on_an_empty_target_and_on_a_full_one(
    copy: Copy, dsn: str, rows_per_segment: int
) -> None:
    for _ in range(2):
        expected = predicted(COLLIDING, dsn)
        assert len(expected[0]) == 9
        assert done(copy(COLLIDING, rows_per_segment=rows_per_segment)) == expected


def test_every_kind_of_illegal_row_is_refused_as_predicted(copy: Copy, dsn: str, tmp_path: Path) -> None:
    companion = Companion(Generated(seed=4, counts=dict.fromkeys(ENTITIES, 60)))
    path = tmp_path / "rows.json"
    write_file(companion, path)
    with opened(SnapshotAt(path)) as source:
        for _ in range(2):
            expected = predicted(source, dsn)
            assert expected[0].keys() == {
                (table, place) for table, rows in companion.illegal.items() for place in rows
            }
            assert done(copy(source, rows_per_segment=25)) == expected
