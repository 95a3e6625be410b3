"""Reads every row of a source and finds out what a copy would do with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

import polars as pl

from harness.errors import ConfigurationError, StackError
from harness.models import ENTITIES
from migrations.planning.across import Table, refusal, settle
from migrations.planning.existing import Existing, InDatabase
from migrations.planning.findings import Findings
from migrations.planning.index import Index
from migrations.planning.judgement import judge
from migrations.rest.client import RestClient
from migrations.rest.existing import ByRest
from migrations.sources.location import DatabaseAt, Location, RestAt, SnapshotAt
from migrations.sources.opening import opened
from migrations.sources.postgres import PostgresSource
from migrations.sources.segment import POSITION, Segment
from migrations.sources.source import Inventory, Source

__all__ = ["Examination", "TableResult", "looked_at"]

Progress = Callable[[str, int, int], None]


@dataclass(kw_only=True)
class TableResult:
    """What a copy would do with the rows of one table."""

    table: str
    read: int = 0
    refused: int = 0
    identical: int = 0
    """Rows that the target has already, equal in all columns."""
    there: int | None = None
    """Rows that the target has now, whatever they are; None where no target was looked at."""
    size: int = 0
    """Bytes of the texts that are sent."""
    absent: dict[str, int] = field(default_factory=dict)
    """How many rows lack a column that may be NULL, by column."""
    seconds: float = 0.0

    @property
    def inserted(self) -> int:
        """Rows that a copy would insert."""
        return self.read - self.refused - self.identical


@contextmanager
def looked_at(location: Location | None) -> Iterator[Existing | None]:
    """Look at a target at one moment. Raises ConfigurationError if what it has cannot be compared."""
    match location:
        case DatabaseAt():
            with opened(location) as target:
                if not isinstance(target, PostgresSource):
                    raise TypeError(f"{type(target).__name__} is no database")
                counts = target.inspect(allow_empty=True).counts
                yield InDatabase(location=location, moment=target.moment, counts=counts)
        case RestAt():
            with opened(location) as target:
                counts = target.inspect(allow_empty=True).counts
            with RestClient(location) as client:
                yield ByRest(client=client, counts=counts)
        case SnapshotAt():
            raise ConfigurationError(
                f"{location} is neither a database nor a project, where a copy could write. Name one with "
                "--target: postgresql://…, or https://… with SUPABASE_SERVICE_ROLE_KEY."
            )
        case _:
            yield None


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What is examined, and where it is told."""

    source: Source
    inventory: Inventory
    existing: Existing | None
    """The target as it is; None where none is looked at, or it is empty."""
    findings: Findings
    rows: int
    """Rows of a segment."""
    progress: Progress

    def run(self) -> tuple[TableResult, ...]:
        """Read and judge all rows, parents before children; returns what became of each table."""
        tables: dict[str, Table] = {}
        results: list[TableResult] = []
        for name in ENTITIES:
            begin = perf_counter()
            there = None if self.existing is None else self.existing.counts[name]
            result = TableResult(table=name, there=there)
            table = tables[name] = Table(name=name, index=Index(name))
            self._judge_all(table, result)
            for row in settle(table, tables, self.existing, self._good):
                result.refused += 1
                self.findings.refuse(row)
            result.identical = table.identical_and_kept()
            result.seconds = perf_counter() - begin
            counted = self.inventory.counts[name]
            if result.read != counted:
                raise ConfigurationError(
                    f"{self.source.location}: {counted} rows of {name} were counted, and {result.read} read. "
                    "It changes while it is read; stop what writes to it."
                )
            results.append(result)
        return tuple(results)

    def _good(self, segment: Segment) -> pl.DataFrame:
        return judge(self.source.read(segment)).good

    def _judge_all(self, table: Table, result: TableResult) -> None:
        entity = ENTITIES[table.name]
        texts = pl.sum_horizontal([pl.col(name).str.len_bytes().sum() for name in entity.by_name])
        self.progress(table.name, 0, self.inventory.counts[table.name])
        for segment in self.source.segments(entity, rows=self.rows):
            table.segments.append(segment)
            batch = self.source.read(segment)
            judged = judge(batch)
            if judged.good.height + len(judged.refused) != segment.rows:
                raise StackError(f"{segment}: some rows are neither good nor refused. This is a defect.")
            result.read += segment.rows
            result.refused += len(judged.refused)
            result.size += int(judged.good.select(texts).item())
            for row in judged.refused:
                self.findings.refuse(row)
            for note in judged.notes:
                self.findings.note(note)
            for column, count in batch.absent.items():
                result.absent[column] = result.absent.get(column, 0) + count
            table.index.add(judged.good)
            if self.existing is not None:
                self._compare(self.existing, table, judged.good, result)
            self.progress(table.name, result.read, self.inventory.counts[table.name])

    def _compare(self, existing: Existing, table: Table, good: pl.DataFrame, result: TableResult) -> None:
        """Find out which good rows the target has already, equal or not, and whose keys are taken there."""
        found = existing.look(table.name, good)
        table.identical.append(pl.Series(list(found.identical), dtype=pl.Int64))
        table.taken.update(found.taken)
        differing = pl.Series(list(found.differing), dtype=pl.Int64)
        for row in good.filter(pl.col(POSITION).is_in(differing.implode())).iter_rows(named=True):
            columns = found.differing[row[POSITION]]
            table.refused.add(row[POSITION])
            result.refused += 1
            self.findings.refuse(
                refusal(
                    table.name,
                    row,
                    column=columns[0] if len(columns) == 1 else None,
                    rule="exists_and_differs",
                    reason=f"The target has a row with this id, which differs in {', '.join(columns)}.",
                    sqlstate="23505",
                )
            )
