"""The way back into memory: a snapshot loaded through the memory adapter's own edge."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from harness.adapters.bridge.dispatch import Dispatch
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.errors import ConfigurationError, StoreError
from harness.models import ENTITIES, Entity
from harness.models.operations import OPERATIONS, table_alias

__all__ = ["MemoryRows", "Narrowed", "Restored", "restore"]

_IMPORT, _EXPORT = OPERATIONS["__import"], OPERATIONS["__export"]


@dataclass(frozen=True, order=True)
class Narrowed:
    """A row with a JSON number of more digits than a double has: every memory adapter rounds it."""

    table: str
    key: str


@dataclass(frozen=True)
class MemoryRows:
    """The rows of a memory adapter, as it exports them."""

    call: Dispatch
    counts: Mapping[str, int]

    def lines(self, table: str) -> Iterator[str]:
        """Yield the rows as lines of JSON."""
        return map(json.dumps, self.call(_EXPORT, [table_alias(ENTITIES[table])]))


@dataclass(frozen=True)
class Restored:
    """A memory adapter with the rows of a snapshot."""

    rows: MemoryRows
    narrowed: Sequence[Narrowed]


@dataclass
class _Reader:
    """Reads JSON as a memory adapter does, and notices what that changes."""

    rounds: bool = field(default=False)

    def number(self, text: str) -> float:
        value = float(text)
        self.rounds |= Decimal(repr(value)) != Decimal(text)
        return value


def restore(path: Path) -> Restored:
    """Load a snapshot, one JSON or a directory of JSONL, into an empty memory adapter through ``__import``.

    Raises ConfigurationError if it cannot be read, or names the row that the adapter refuses.
    """
    database = MemoryDatabase()
    call = Dispatch(MemoryStore(database=database), rows=database)
    counts: dict[str, int] = {}
    narrowed: list[Narrowed] = []
    for entity in ENTITIES.values():
        counts[entity.table] = 0
        for row, is_rounded in _rows(path, entity):
            try:
                call(_IMPORT, [table_alias(entity), [row]])
            except StoreError as error:
                raise ConfigurationError(
                    f"{path}: the memory adapter refuses the row {row.get('id')} of {entity.table}: {error}."
                ) from error
            counts[entity.table] += 1
            if is_rounded:
                narrowed.append(Narrowed(entity.table, str(row.get("id"))))
    return Restored(rows=MemoryRows(call, counts), narrowed=tuple(narrowed))


def _rows(path: Path, entity: Entity[Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    try:
        if path.is_dir():
            with (path / f"{table_alias(entity)}.jsonl").open("rb") as file:
                for line in file:
                    reader = _Reader()
                    yield json.loads(line, parse_float=reader.number), reader.rounds
            return
        # The adapter holds all rows in memory; so may we.
        exact = json.loads(path.read_bytes(), parse_float=Decimal)["rows"][table_alias(entity)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{path} is no snapshot of JSON with {table_alias(entity)}: {error}."
        ) from error
    for row in exact:
        reader = _Reader()
        text = json.dumps(row, default=partial(_rounded, reader))
        yield json.loads(text), reader.rounds


def _rounded(reader: _Reader, value: Decimal) -> float:
    return reader.number(str(value))
