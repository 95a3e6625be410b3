"""The proof of a snapshot: compared with the moment that it was written of, by code that did not write it."""

from pathlib import Path

from harness.errors import StackError
from migrations.comparison.compare import compare
from migrations.comparison.comparison import Comparison
from migrations.export.database import Moment
from migrations.sources.location import DatabaseAt, SnapshotAt

__all__ = ["proved"]


def proved(moment: Moment, source: DatabaseAt, path: Path, *, report: Path | None) -> Comparison:
    """Compare a snapshot with a moment that is still open; what differs is counted, and listed in `report`.

    Raises StackError unless all rows of the moment were compared.
    """
    proof = compare(
        SnapshotAt(path), DatabaseAt(source.dsn, snapshot=moment.snapshot), report=report, reread_s=()
    )
    compared = {table.table: (table.source_rows, table.target_rows) for table in proof.tables}
    for table, rows in moment.counts.items():
        if compared.get(table) != (rows, rows):
            read, there = compared.get(table, (0, 0))
            raise StackError(
                f"{table}: {rows} rows were written, and the comparison read {read} of the snapshot and "
                f"{there} of the database. No snapshot was written; export again."
            )
    return proof
