"""Mistakes in creating and reading single rows."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from contracts.selfcheck.wrapping import broken
from harness.errors import InvalidValue, NotFound
from harness.models import NewAuditLog, Patch

from ._helpers import Call, around, mutable, replaced_values, repositories


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


@broken(killer="crud_ids.malformed_get_is_none", source="PostgreSQL manual: appendix A, 22P02")
def malformed_id_is_an_error(store: Any) -> None:
    """Get of what is no id raises InvalidValue, as the server answers 22P02."""

    def get(original: Call, id: Any) -> Any:
        if isinstance(id, str) and len(id) != 36:
            raise InvalidValue("id", "is not a uuid")
        return original(id)

    around(repositories(store), "get", get)


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


@broken(killer="crud_ids.get_in_any_spelling", source="facts: UUIDs are case-normalised, text ids are not")
def ids_are_compared_as_texts(store: Any) -> None:
    """Get finds a row only by the spelling of the id in which it was stored."""

    def get(original: Call, id: Any) -> Any:
        row = original(id)
        return row if row is None or str(row.id) == str(id) else None

    around(repositories(store), "get", get)


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


@broken(killer="rows.rows_after_a_delete_are_new[sync_jobs]", source="plan: memory numbers its rows")
def ids_are_counted(store: Any) -> None:
    """The id of a new row is made of the number of rows, which is taken again after a delete."""

    def create(original: Call, new: Any) -> Any:
        if "id" in new.values:
            return original(new)
        number = original.__self__.count() + 1  # type: ignore[attr-defined]
        return original(replaced_values(new, id=UUID(int=2**100 + number)))

    around(repositories(store), "create", create)
