"""Mistakes in changing a row."""

from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.errors import Conflict, NotFound

from ._helpers import Call, around, mutable

NO_OP = (
    "PostgREST/postgrest#1843: Failing to update data because of row level security returns [] as response"
)


@broken(killer="crud_ids.missing_update_is_not_found[bookings]", source=NO_OP)
def missing_update_is_none(store: Any) -> None:
    """Update of a row that does not exist returns None, as the answer is 200 and []."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        try:
            return original(id, patch)
        except NotFound:
            return None

    around(mutable(store), "update", update)


@broken(killer="crud_nulls.absent_leaves_and_none_clears[bookings]", source="plan: a patch is sent as PUT")
def update_replaces_the_row(store: Any) -> None:
    """Update clears every column that the patch does not name and that may be empty."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        absent = {column.name: None for column in patch.entity.columns if column.nullable}
        return (
            original(id, type(patch)(**{**absent, **patch.values})) if patch.values else original(id, patch)
        )

    around(mutable(store), "update", update)


@broken(
    killer="crud_nulls.absent_leaves_and_none_clears[bookings]",
    source="molgenis/molgenis#1657: Entity update with null does not update value",
)
def none_in_a_patch_is_skipped(store: Any) -> None:
    """Update leaves out what is None, and so never clears a column."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        kept = {name: value for name, value in patch.values.items() if value is not None}
        row = original.__self__.get(id)  # type: ignore[attr-defined]
        return row if patch.values and not kept and row is not None else original(id, type(patch)(**kept))

    around(mutable(store), "update", update)


@broken(
    killer="columns.empty_values_are_values[sync_jobs]",
    source="emcie-co/parlant#774: preserve falsy values in session patch",
)
def falsy_values_in_a_patch_are_skipped(store: Any) -> None:
    """Update leaves out what is empty, zero or False."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        kept = {name: value for name, value in patch.values.items() if value or value is None}
        row = original.__self__.get(id)  # type: ignore[attr-defined]
        return row if patch.values and not kept and row is not None else original(id, type(patch)(**kept))

    around(mutable(store), "update", update)


@broken(killer="crud.empty_patch_is_refused", source="better-auth/better-auth#9104: empty update conditions")
def empty_patch_is_a_read(store: Any) -> None:
    """Update with an empty patch returns the row as it is."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        row = original.__self__.get(id)  # type: ignore[attr-defined]
        return row if row is not None and not patch.values else original(id, patch)

    around(mutable(store), "update", update)


@broken(killer="crud.partial_update_leaves_the_rest[bookings]", source="plan: update reads, then writes")
def update_returns_the_old_row(store: Any) -> None:
    """Update returns the row as it was before."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        before = original.__self__.get(id)  # type: ignore[attr-defined]
        row = original(id, patch)
        return row if before is None else before

    around(mutable(store), "update", update)


@broken(
    killer="crud.update_leaves_other_rows[bookings]",
    source="PostgREST/postgrest-docs#599: Bulk update attempt without PK column overwrites entire table",
)
def update_changes_every_row(store: Any) -> None:
    """Update sends its patch without a filter, and changes every row that takes it."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        row = original(id, patch)
        for other in original.__self__.list().rows:  # type: ignore[attr-defined]
            if other.id != row.id:
                try:
                    original(other.id, patch)
                except Conflict:
                    continue
        return row

    around(mutable(store), "update", update)


@broken(killer="crud.audit_logs_are_append_only", source="plan: every repository has updateX and deleteX")
def history_can_be_rewritten(store: Any) -> None:
    """The audit log has update and delete, as every other table."""
    kind = type(store.bookings)
    store.audit_logs.update = kind.update.__get__(store.audit_logs)
    store.audit_logs.delete = kind.delete.__get__(store.audit_logs)
