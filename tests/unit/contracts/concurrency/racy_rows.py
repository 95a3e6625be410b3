"""Repositories that look first, and act on what they saw."""

from datetime import UTC, datetime
from typing import Any

from contracts.builders import changes
from harness.adapters import codec
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.adapters.memory.rows import changed
from harness.adapters.protocol import Id
from harness.errors import NotFound
from harness.models import (
    ENTITIES,
    Patch,
    Row,
    entity_of,
)
from tests.unit.contracts.concurrency.racy_subject import QUEUES, Over


class WritesWholeRows(MemoryStore):
    """``update`` reads the row, changes a column, and writes all columns back."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)

        class Rows(Over):
            def __init__(self, right: Any, row: type[Row]) -> None:
                super().__init__(right)
                self._row = row

            def update(self, id: Id, patch: Patch[Any]) -> Any:
                row = self._right.get(id)
                if row is None:
                    raise NotFound(entity_of(self._row).table)
                entity = entity_of(self._row)
                values = {
                    column.name: getattr(row, column.name)
                    for column in entity.columns
                    if column.name not in {"id", *entity.assigned}
                }
                return self._right.update(id, changes(self._row, **{**values, **patch.values}))

        for table in ("scheduling_requests", "bookings", *QUEUES):
            setattr(self, table, Rows(getattr(self, table), ENTITIES[table].row))


class DeletesByLookingFirst(MemoryStore):
    """``delete`` says True if the row was there when it looked."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)

        class Rows(Over):
            def delete(self, id: Id) -> bool:
                if self._right.get(id) is None:
                    return False
                self._right.delete(id)
                return True

        for table in ("scheduling_requests", "bookings", *QUEUES):
            setattr(self, table, Rows(getattr(self, table)))


class RemembersWhatItRead(MemoryStore):
    """Each client keeps the rows that it got, until it changes them itself."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)

        class Rows(Over):
            def __init__(self, right: Any) -> None:
                super().__init__(right)
                self._kept: dict[str, Any] = {}

            def get(self, id: Id) -> Any:
                if str(id) not in self._kept:
                    self._kept[str(id)] = self._right.get(id)
                return self._kept[str(id)]

            def update(self, id: Id, patch: Patch[Any]) -> Any:
                self._kept.pop(str(id), None)
                return self._right.update(id, patch)

            def delete(self, id: Id) -> bool:
                self._kept.pop(str(id), None)
                return bool(self._right.delete(id))

        for table in ("scheduling_requests", "bookings", *QUEUES):
            setattr(self, table, Rows(getattr(self, table)))


class StampsBeforeItWaits(MemoryStore):
    """The time of a change is read before the rows are held, and written whatever stands there."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)

        class Rows(Over):
            def update(self, id: Id, patch: Patch[Any]) -> Any:
                stamp = codec.encode_time("updated_at", datetime.now(UTC))
                with self._right._begin() as transaction:
                    key = str(self._right.update(id, patch).id)
                    old = transaction.rows(self._right._table)[key]
                    new = changed(self._right._entity, old, {"updated_at": stamp})
                    transaction._tables[self._right._table].replace(old, new)
                    return self._right._decode(new)

        for table in ("scheduling_requests", "bookings", *QUEUES):
            setattr(self, table, Rows(getattr(self, table)))
