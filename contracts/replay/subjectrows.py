"""The rows behind a subject: those that a recording begins with, and what ``__import`` brings."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.subject import Subject
from harness.adapters import codec
from harness.adapters.bridge import wire
from harness.adapters.capabilities import Capability
from harness.adapters.codec import Wire
from harness.errors import HarnessError, StoreError
from harness.models import ENTITIES, Entity

__all__ = ["SubjectRows"]


class SubjectRows:
    """Whole rows, put in and read past the adapter."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject

    def rows(self, table: str) -> Iterator[Wire]:
        """Return all rows of a table in wire form."""
        return self._subject.stored_rows(ENTITIES[table].row)

    def load(self, table: str, row: Wire) -> None:
        """Store one whole row. Raises HarnessError."""
        self.fill(ENTITIES[table], [row])

    def clear(self) -> None:
        """Remove all rows. The subject's store may be another one then."""
        self._subject.reset()

    def at_start(self, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Store the rows of a recording, by table, in wire form; parents first. Raises HarnessError."""
        for entity in ENTITIES.values():
            given = rows.get(entity.table, ())
            if given:
                self.fill(entity, [wire.renamed(entity, row) for row in given])

    def fill(self, entity: Entity[Any], rows: Sequence[Wire]) -> None:
        """Store whole rows of one entity. Raises HarnessError, which names no contents."""
        if Capability.WHOLE_ROWS not in self._subject.capabilities:
            raise HarnessError(
                f"The recording begins with rows, and {self._subject.name} has no way to take whole rows "
                f"({Capability.WHOLE_ROWS.value}): nothing was replayed on it."
            )
        try:
            self._subject.load(entity.row, [_whole(entity, row) for row in rows])
        except StoreError as error:
            raise HarnessError(
                f"The rows of {entity.table} in the recording are no whole rows: {error}."
            ) from error
        except HarnessError:
            raise
        except Exception as error:
            raise HarnessError(
                f"{self._subject.name} did not take the rows of {entity.table} with which the recording "
                f"begins: {type(error).__name__}{_constraint(error)}."
            ) from error


def _whole(entity: Entity[Any], row: Wire) -> Wire:
    found = codec.decode(entity, row)
    values = ((column, getattr(found, column.name)) for column in entity.columns)
    return {
        column.name: None if value is None else codec.encode_value(column, value) for column, value in values
    }


def _constraint(error: Exception) -> str:
    name = getattr(getattr(error, "diag", None), "constraint_name", None)
    return f" on {name}" if isinstance(name, str) else ""
