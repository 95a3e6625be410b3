"""One table: its rows, and the indexes that make unique keys and references cheap to check."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from harness.adapters.memory.rows import PythonValues, Stored
from harness.models import Entity, Unique

__all__ = ["Table"]

_Key = tuple[Any, ...]


class Table:
    """The rows of one entity, by id. Nothing is checked here; see `harness.adapters.memory.constraints`."""

    def __init__(self, entity: Entity[Any]) -> None:
        self.entity = entity
        self._rows: dict[str, Stored] = {}
        self._unique: dict[str, dict[_Key, str]] = {unique.name: {} for unique in entity.uniques}
        self._referring: dict[str, dict[str, set[str]]] = {
            column.name: {} for column in entity.columns if column.references is not None
        }

    @property
    def rows(self) -> Mapping[str, Stored]:
        """The rows by id."""
        return self._rows

    def owner(self, unique: Unique, row: Stored) -> str | None:
        """Return the id of the row that holds this row's key already, None if nobody does."""
        if unique.columns == ("id",):
            id_: str = row["id"]
            return id_ if id_ in self._rows else None
        key = self._key(unique, row)
        return None if key is None else self._unique[unique.name].get(key)

    def referring(self, column: str, id: str) -> AbstractSet[str]:
        """Return the ids of the rows whose foreign key is this id."""
        return frozenset(self._referring[column].get(id, ()))

    def replace(self, old: Stored | None, new: Stored | None) -> None:
        """Put `new` in the place of `old`; None stands for no row.

        Doing it twice is doing it once, and doing the reverse undoes it even
        if the first call was interrupted half-way.
        """
        if old is not None:
            self._unindex(old)
            if new is None or new["id"] != old["id"]:
                self._rows.pop(old["id"], None)
        if new is not None:
            self._rows[new["id"]] = new
            self._index(new)

    def _index(self, row: Stored) -> None:
        id_: str = row["id"]
        for unique in self.entity.uniques:
            key = self._key(unique, row)
            if key is not None:
                self._unique[unique.name][key] = id_
        for column, index in self._referring.items():
            parent = row[column]
            if parent is not None:
                index.setdefault(parent, set()).add(id_)

    def _unindex(self, row: Stored) -> None:
        id_: str = row["id"]
        for unique in self.entity.uniques:
            key = self._key(unique, row)
            if key is not None and self._unique[unique.name].get(key) == id_:
                del self._unique[unique.name][key]
        for column, index in self._referring.items():
            ids = index.get(row[column])
            if ids is not None:
                ids.discard(id_)
                if not ids:
                    del index[row[column]]

    def _key(self, unique: Unique, row: Stored) -> _Key | None:
        """Return the values that must be unique; None if a NULL or the index' condition exempts the row."""
        key = tuple(row[name] for name in unique.columns)
        if None in key:
            return None
        if unique.where is not None and not unique.where.holds(PythonValues(self.entity, row)):
            return None
        return key
