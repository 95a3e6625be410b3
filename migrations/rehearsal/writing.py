"""Writes a generated snapshot as a file or a directory, as the kit writes that of a running application."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from harness.models import ENTITIES
from harness.models.operations import table_alias
from harness.reports.files import explain
from migrations.rehearsal.json_text import text_of

__all__ = ["Rows", "header", "write_directory", "write_file"]


class Rows(Protocol):
    """Rows as JSON texts."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows by table."""

    def lines(self, table: str) -> Iterator[str]:
        """Yield the rows of a table in order, each as one line of JSON."""


def header(counts: Mapping[str, int]) -> dict[str, object]:
    """What a snapshot says about itself; the times are fixed, so that the same rows are the same file."""
    return {
        "snapshot": "parity-snapshot/1",
        "writtenAt": "2026-01-15T09:30:00.000Z",
        "mode": "memory",
        "counts": {table_alias(entity): counts[table] for table, entity in ENTITIES.items()},
    }


def write_file(rows: Rows, path: Path) -> None:
    """Write one JSON. Raises ConfigurationError."""
    _write(path, _pieces(rows))


def write_directory(rows: Rows, path: Path) -> None:
    """Write one JSONL per table and ``snapshot.json`` into a new directory. Raises ConfigurationError."""
    try:
        path.mkdir(parents=True)
    except OSError as error:
        raise explain(path, error) from error
    for table, entity in ENTITIES.items():
        lines = (f"{line}\n" for line in rows.lines(table))
        _write(path / f"{table_alias(entity)}.jsonl", lines)
    _write(path / "snapshot.json", [text_of(header(rows.counts)), "\n"])


def _pieces(rows: Rows) -> Iterator[str]:
    yield f'{text_of(header(rows.counts))[:-1]},"rows":{{'
    for place, (table, entity) in enumerate(ENTITIES.items()):
        yield f"{',' if place else ''}\n{text_of(table_alias(entity))}:["
        for index, line in enumerate(rows.lines(table)):
            yield f"{',' if index else ''}\n{line}"
        yield "]"
    yield "}}\n"


def _write(path: Path, pieces: Iterable[str]) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
    except OSError as error:
        raise explain(path, error) from error
