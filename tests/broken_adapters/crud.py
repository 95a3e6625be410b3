"""Mistakes in creating, reading, changing and removing single rows."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from contracts.selfcheck.wrapping import broken
from harness.adapters.queries import where
from harness.errors import Conflict, InvalidValue, NotFound
from harness.models import NewAuditLog, Patch

from ._helpers import Call, around, mutable, replaced_values, repositories, rewrite, rows_of

NO_OP = (
    "PostgREST/postgrest#1843: Failing to update data because of row level security returns [] as response"
)


@broken(
    killer="crud_ids.missing_get_is_none[bookings]",
    source="supabase/supabase-py#1207: maybe_single throws an error when 0 rows are returned",
)
def missing_get_raises(store: Any) -> None:
    """Get of a row that does not exist raises NotFound."""

    def get(original: Call, id: Any) -> Any:
        row = original(id)
        if row is None:
            raise NotFound(original.__self__._table)  # type: ignore[attr-defined]
        return row

    around(repositories(store), "get", get)


@broken(killer="crud_ids.missing_update_is_not_found[bookings]", source=NO_OP)
def missing_update_is_none(store: Any) -> None:
    """Update of a row that does not exist returns None, as the answer is 200 and []."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        try:
            return original(id, patch)
        except NotFound:
            return None

    around(mutable(store), "update", update)


@broken(
    killer="crud_ids.missing_delete_is_false[bookings]",
    source="supabase/supabase#30190: Delete does not throw an error when RLS is enabled",
)
def delete_is_always_true(store: Any) -> None:
    """Delete returns True whenever the server raised no error."""

    def delete(original: Call, id: Any) -> bool:
        original(id)
        return True

    around(mutable(store), "delete", delete)


@broken(killer="crud_ids.missing_delete_is_false[bookings]", source="plan: delete uses single()")
def missing_delete_raises(store: Any) -> None:
    """Delete of a row that does not exist raises NotFound."""

    def delete(original: Call, id: Any) -> bool:
        if not original(id):
            raise NotFound("rows")
        return True

    around(mutable(store), "delete", delete)


@broken(killer="crud_ids.malformed_get_is_none", source="PostgreSQL manual: appendix A, 22P02")
def malformed_id_is_an_error(store: Any) -> None:
    """Get of what is no id raises InvalidValue, as the server answers 22P02."""

    def get(original: Call, id: Any) -> Any:
        if isinstance(id, str) and len(id) != 36:
            raise InvalidValue("id", "is not a uuid")
        return original(id)

    around(repositories(store), "get", get)


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


@broken(
    killer="values_json.document_is_kept",
    source="medusajs/medusa#5173: Allow nullish values in update variant",
)
def falsy_values_of_a_new_row_get_the_default(store: Any) -> None:
    """Create writes `value or default`, so that an empty text becomes the default."""

    def create(original: Call, new: Any) -> Any:
        kept = {
            name: value
            for name, value in new.values.items()
            if value or value is None or new.entity.by_name[name].default is None
        }
        return original(type(new)(**kept))

    around(repositories(store), "create", create)


@broken(killer="crud.empty_patch_is_refused", source="better-auth/better-auth#9104: empty update conditions")
def empty_patch_is_a_read(store: Any) -> None:
    """Update with an empty patch returns the row as it is."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        row = original.__self__.get(id)  # type: ignore[attr-defined]
        return row if row is not None and not patch.values else original(id, patch)

    around(mutable(store), "update", update)


@broken(killer="crud_ids.get_in_any_spelling", source="facts: UUIDs are case-normalised, text ids are not")
def ids_are_compared_as_texts(store: Any) -> None:
    """Get finds a row only by the spelling of the id in which it was stored."""

    def get(original: Call, id: Any) -> Any:
        row = original(id)
        return row if row is None or str(row.id) == str(id) else None

    around(repositories(store), "get", get)


@broken(
    killer="crud_ids.delete_by_upper_case_id", source="facts: UUIDs are case-normalised, text ids are not"
)
def deletes_compare_ids_as_texts(store: Any) -> None:
    """Delete finds a row only by the spelling of the id in which it was stored."""

    def delete(original: Call, id: Any) -> Any:
        return str(id) == str(id).lower() and original(id)

    around(mutable(store), "delete", delete)


@broken(killer="crud.client_chosen_id_is_kept[bookings]", source="plan: ids are the server's default")
def client_id_is_dropped(store: Any) -> None:
    """Create lets the server choose the id, whatever the client asked for."""

    def create(original: Call, new: Any) -> Any:
        return original(type(new)(**{name: value for name, value in new.values.items() if name != "id"}))

    around(repositories(store), "create", create)


@broken(
    killer="crud.same_id_twice_is_a_conflict[bookings]",
    source="facts: a response lost after commit, retried",
)
def repeated_create_returns_the_first(store: Any) -> None:
    """Create with an id that exists returns that row, whatever it holds."""

    def create(original: Call, new: Any) -> Any:
        known = original.__self__.get(new.values["id"]) if "id" in new.values else None  # type: ignore[attr-defined]
        return original(new) if known is None else known

    around(repositories(store), "create", create)


@broken(
    killer="crud.same_id_twice_is_a_conflict[reconciliation_jobs]",
    source="plan: createX writes with upsert()",
)
def repeated_create_overwrites(store: Any) -> None:
    """Create with an id that exists overwrites that row."""

    def create(original: Call, new: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        known = repository.get(new.values["id"]) if "id" in new.values else None
        if known is None:
            return original(new)
        changes = {name: value for name, value in new.values.items() if name != "id"}
        return repository.update(known.id, patches[new.entity.table](**changes))

    patches = {patch.entity.table: patch for patch in Patch.__subclasses__()}
    around(mutable(store), "create", create)


@broken(
    killer="crud.create_returns_the_defaults[sync_jobs]",
    source="supabase/postgrest-py#370: Bulk Insert heterogenous data (missing keys w/ Default values)",
)
def absent_columns_are_sent_as_null(store: Any) -> None:
    """Create names every column, so that an absent one is NULL and gets no default."""

    def create(original: Call, new: Any) -> Any:
        assigned = {*new.entity.assigned, "id"}
        names = [column.name for column in new.entity.columns if column.name not in assigned]
        return original(type(new)(**{**dict.fromkeys(names), **new.values}))

    around(repositories(store), "create", create)


@broken(
    killer="values_json.number_in_canonical_form",
    source="plan: createX returns {...input, id} without reading the row",
)
def create_echoes_the_input(store: Any) -> None:
    """Create returns the values that were given, and not those that were stored."""

    def echo(original: Call, new: Any) -> Any:
        row = original(new)
        return replace(row, **{**new.values, "id": row.id})

    around(repositories(store), "create", echo)


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


@broken(
    killer="reads.reading_changes_nothing",
    source="plan: opening a request writes a `viewed` entry, in the adapter",
)
def reading_writes_history(store: Any) -> None:
    """Get of a scheduling request writes an audit entry."""

    def get(original: Call, id: Any) -> Any:
        row = original(id)
        if row is not None:
            store.audit_logs.create(NewAuditLog(action="viewed", actor_type="system", request_id=row.id))
        return row

    around(store.scheduling_requests, "get", get)


@broken(killer="crud.audit_logs_are_append_only", source="plan: every repository has updateX and deleteX")
def history_can_be_rewritten(store: Any) -> None:
    """The audit log has update and delete, as every other table."""
    kind = type(store.bookings)
    store.audit_logs.update = kind.update.__get__(store.audit_logs)
    store.audit_logs.delete = kind.delete.__get__(store.audit_logs)


@broken(
    killer="foreign_keys.deleting_a_request_keeps_its_history",
    source="plan: deleting a request removes everything that belongs to it",
)
def delete_takes_the_history_along(store: Any) -> None:
    """Delete of a request removes its audit entries, too."""

    def delete(original: Call, id: Any) -> Any:
        entries = [row["id"] for row in rows_of(store, "audit_logs").values() if row["request_id"] == str(id)]
        deleted = original(id)
        with store._begin() as transaction:
            for entry in entries:
                transaction.delete("audit_logs", entry)
        return deleted

    around(store.scheduling_requests, "delete", delete)


@broken(
    killer="foreign_keys.deleting_a_request_removes_its_bookings",
    source="plan: memory deletes from one Map, and the foreign keys are Postgres'",
)
def delete_leaves_the_bookings(store: Any) -> None:
    """Delete of a request leaves its bookings behind."""

    def delete(original: Call, id: Any) -> Any:
        request = store.scheduling_requests.get(id)
        if request is None:
            return original(id)
        with store._begin() as transaction:
            rows = transaction._tables["scheduling_requests"]
            transaction._replace(rows, rows.rows[str(request.id)], None)
        return True

    around(store.scheduling_requests, "delete", delete)


@broken(
    killer="foreign_keys.deleting_a_booking_keeps_the_link_to_its_request",
    source="plan: ON DELETE SET NULL written by hand",
)
def delete_clears_both_links(store: Any) -> None:
    """Delete of a booking clears both links of its audit entries."""

    def delete(original: Call, id: Any) -> Any:
        entries = store.audit_logs.list(where=[where("booking_id", "eq", str(id))]).rows
        deleted = original(id)
        for entry in entries:
            rewrite(store, "audit_logs", entry.id, request_id=None)
        return deleted

    around(store.bookings, "delete", delete)


@broken(
    killer="constraints_unique.token_hash_is_free_after_delete",
    source="plan: memory keeps a second Map from token hash to id",
)
def token_hash_is_never_free(store: Any) -> None:
    """The index of token hashes forgets nothing."""
    taken = vars(store.database).setdefault("taken", set())

    def create(original: Call, new: Any) -> Any:
        chosen = new.values.get("public_token_hash")
        if chosen in taken:
            raise Conflict("scheduling_requests_public_token_hash_key")
        row = original(new)
        taken.add(chosen)
        return row

    def clear(original: Call) -> None:
        taken.clear()
        original()

    around(store.scheduling_requests, "create", create)
    around(store.database, "clear", clear)


@broken(killer="rows.rows_after_a_delete_are_new[sync_jobs]", source="plan: memory numbers its rows")
def ids_are_counted(store: Any) -> None:
    """The id of a new row is made of the number of rows, which is taken again after a delete."""

    def create(original: Call, new: Any) -> Any:
        if "id" in new.values:
            return original(new)
        number = original.__self__.count() + 1  # type: ignore[attr-defined]
        return original(replaced_values(new, id=UUID(int=2**100 + number)))

    around(repositories(store), "create", create)
