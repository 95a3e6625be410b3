"""What the plan says that a copy will do, to hold the copy against it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from migrations.planning.examination import Examination, looked_at
from migrations.planning.findings import collected
from migrations.sources.location import DatabaseAt, SnapshotAt
from migrations.sources.opening import opened

__all__ = ["Prediction", "Refusals", "predicted"]

_ROWS = 10_000
_MOVED = {"javascript", "normalised"}
"""The effects of rows that a copy moves nevertheless."""

Refusals = Mapping[tuple[str, int], frozenset[tuple[str, str | None]]]
"""Rule and SQLSTATE, by table and place in the source."""


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What becomes of the rows, said before anything is written."""

    inserted: Mapping[str, int]
    identical: Mapping[str, int]
    refused: Refusals


def predicted(
    source: SnapshotAt, target: DatabaseAt, file: Path, *, allow_empty: bool, allow_uncounted: bool
) -> Prediction:
    """Plan a copy; `file` is for the findings."""
    with (
        looked_at(target) as existing,
        opened(source, allow_uncounted=allow_uncounted) as rows,
        collected(file) as findings,
    ):
        tables = Examination(
            source=rows,
            inventory=rows.inspect(allow_empty=allow_empty),
            existing=existing,
            findings=findings,
            rows=_ROWS,
            progress=lambda _table, _done, _total: None,
        ).run()
    refused: dict[tuple[str, int], frozenset[tuple[str, str | None]]] = {}
    for line in file.read_text("utf-8").split("\n")[:-1]:
        row = json.loads(line)
        if row["effect"] not in _MOVED:
            place = (row["table"], row["position"])
            refused[place] = refused.get(place, frozenset()) | {(row["rule"], row["sqlstate"])}
    return Prediction(
        inserted={table.table: table.inserted for table in tables},
        identical={table.table: table.identical for table in tables},
        refused=refused,
    )
