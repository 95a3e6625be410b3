"""What a table refuses, in the order in which Postgres finds it out."""

from collections.abc import Mapping

from harness.adapters.memory.rows import PythonValues, Stored
from harness.adapters.memory.table import Table
from harness.errors import Conflict, InvalidValue, MissingReference

__all__ = ["check_keys", "check_references", "check_row"]


def check_row(table: Table, row: Stored) -> None:
    """Refuse what the row alone shows: NULLs in the order of columns, then CHECKs in the order of names."""
    for column in table.entity.columns:
        if not column.nullable and row[column.name] is None:
            raise InvalidValue(column.name, "is required")
    values = PythonValues(table.entity, row)
    for check in table.entity.all_checks:
        if check.holds(values) is False:
            raise InvalidValue(check.name)


def check_keys(table: Table, row: Stored, replaced: Stored | None) -> None:
    """Refuse a key that another row holds: the primary key first, then in the order of index creation."""
    own = None if replaced is None else replaced["id"]
    for unique in table.entity.all_uniques:
        owner = table.owner(unique, row)
        if owner is not None and owner != own:
            raise Conflict(unique.name)


def check_references(tables: Mapping[str, Table], table: Table, row: Stored) -> None:
    """Refuse a foreign key without its row, in the order of columns."""
    for column in table.entity.columns:
        target = row[column.name]
        if column.references is None or target is None:
            continue
        if target not in tables[column.references.table].rows:
            raise MissingReference(table.entity.reference_name(column))
