"""A snapshot with illegal rows between the legal ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from migrations.rehearsal.generate import Generated
from migrations.rehearsal.illegal import Illegal, illegal_rows

__all__ = ["Companion"]


@dataclass(frozen=True)
class Companion:
    """The rows of a generated snapshot, and between them those that must be refused."""

    legal: Generated

    @cached_property
    def illegal(self) -> Mapping[str, Mapping[int, Illegal]]:
        """The rows to be refused, by table and by their place among its rows, 0-based."""
        by_table: dict[str, list[Illegal]] = {table: [] for table in self.legal.counts}
        for row in illegal_rows(self.legal):
            by_table[row.table].append(row)
        return {
            table: dict(zip(_places(self.legal.counts[table], len(rows)), rows, strict=True))
            for table, rows in by_table.items()
        }

    @property
    def counts(self) -> Mapping[str, int]:
        """All rows by table."""
        return {table: count + len(self.illegal[table]) for table, count in self.legal.counts.items()}

    def lines(self, table: str) -> Iterator[str]:
        """Yield all rows in order, each as one line of JSON."""
        illegal = self.illegal[table]
        legal = self.legal.lines(table)
        for place in range(self.counts[table]):
            yield illegal[place].text if place in illegal else next(legal)


def _places(legal: int, illegal: int) -> list[int]:
    """Spread them evenly, and never before the first legal rows, whose keys some of them repeat."""
    return [legal * (number + 1) // (illegal + 1) + number for number in range(illegal)]
