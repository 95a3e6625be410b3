"""The proof of a snapshot: compared with the moment that it was written of, by code that did not write it."""

from collections.abc import Mapping
from pathlib import Path

from harness.errors import StackError
from migrations.comparison.compare import compare
from migrations.comparison.comparison import Comparison
from migrations.export.database import Moment
from migrations.sources.location import DatabaseAt, Location, SnapshotAt

__all__ = ["proved", "proved_against"]


def proved(moment: Moment, source: DatabaseAt, path: Path, *, report: Path | None) -> Comparison:
    """Compare a snapshot with a moment that is still open; what differs is counted, and listed in `report`.

    Raises StackError unless all rows of the moment were compared.
    """
    at = DatabaseAt(source.dsn, snapshot=moment.snapshot)
    return proved_against(at, moment.counts, path, report=report)


def proved_against(
    source: Location, counts: Mapping[str, int], path: Path, *, report: Path | None
) -> Comparison:
    """Compare a snapshot with what it was written of; `counts` are the rows that were written, by table.

    Raises StackError unless all of these were compared.
    """
    proof = compare(SnapshotAt(path), source, report=report, reread_s=())
    compared = {table.table: (table.source_rows, table.target_rows) for table in proof.tables}
    for table, rows in counts.items():
        if compared.get(table) != (rows, rows):
            read, there = compared.get(table, (0, 0))
            raise StackError(
                f"{table}: {rows} rows were written, and the comparison read {read} of the snapshot and "
                f"{there} of the database. No snapshot was written; export again."
            )
    return proof
