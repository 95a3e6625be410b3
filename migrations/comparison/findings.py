"""Where differences go as they are found: to a file, none of them kept but the first ones."""

from collections import Counter
from pathlib import Path
from typing import BinaryIO, Self

import polars as pl

from harness.reports.files import explain
from migrations.comparison.comparison import Difference, TableComparison
from migrations.comparison.differences import CHANGED, DUPLICATE, EXTRA, MISSING
from migrations.comparison.differences import SCHEMA as _SCHEMA

__all__ = ["SCHEMA", "SHOWN", "Findings"]

SHOWN = 1000
"""So many differences are kept to be shown; the files have all of them."""
_SHOWN_BYTES = 16_000_000
"""And not more than this, for values may be long."""

SCHEMA = {"table": pl.String(), **_SCHEMA}


class Findings:
    """Counts differences and writes them, a JSON object a line. A context manager."""

    def __init__(self, directory: Path | None) -> None:
        self.path = None if directory is None else directory / "differences.jsonl"
        self.first: list[Difference] = []
        self.total = 0
        self._room = _SHOWN_BYTES
        self._counts: dict[str, Counter[str]] = {}
        self._columns: dict[str, Counter[str]] = {}
        self._file: BinaryIO | None = None
        if self.path is not None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                for old in self.path.parent.glob(f"{self.path.stem}.*"):
                    old.unlink()  # so that an earlier result is not taken for this one
                self._file = self.path.open("wb")
                self.path.chmod(0o600)
            except OSError as error:
                raise explain(self.path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()

    def add(self, table: str, found: pl.DataFrame) -> None:
        """Take the differences of one segment; every row of the table comes in one segment only."""
        if found.height == 0:
            return
        counts = self._counts.setdefault(table, Counter())
        changed = found.filter(pl.col("kind") == CHANGED)
        counts.update(
            {kind: count for kind, count in found.group_by("kind").len().iter_rows() if kind != CHANGED}
        )
        counts[CHANGED] += changed["key"].n_unique()
        self._columns.setdefault(table, Counter()).update(dict(changed.group_by("column").len().iter_rows()))
        self.total += found.height
        rows = found.select(pl.lit(table).alias("table"), *_SCHEMA)
        self._keep(rows)
        if self._file is not None and self.path is not None:
            try:
                rows.write_ndjson(self._file)
            except OSError as error:
                raise explain(self.path, error) from error

    def _keep(self, rows: pl.DataFrame) -> None:
        for row in rows.head(SHOWN - len(self.first) if self._room > 0 else 0).iter_rows():
            self._room -= sum(len(value) for value in row if value is not None)
            if self._room < 0 and self.first:
                break
            self.first.append(Difference(*row))

    def count(self, table: str, *, source_rows: int, target_rows: int, settled: int) -> TableComparison:
        """Return the counts of a table."""
        counts = self._counts.get(table, Counter())
        return TableComparison(
            table=table,
            source_rows=source_rows,
            target_rows=target_rows,
            missing=counts[MISSING],
            extra=counts[EXTRA],
            changed=counts[CHANGED],
            duplicates=counts[DUPLICATE],
            columns=dict(sorted(self._columns.get(table, Counter()).items())),
            settled=settled,
        )
