"""Mistakes in removing a row, and in what goes with it."""

from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.queries import where
from harness.errors import Conflict, NotFound

from ._helpers import Call, around, mutable, rewrite, rows_of


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


@broken(
    killer="crud_ids.delete_by_upper_case_id", source="facts: UUIDs are case-normalised, text ids are not"
)
def deletes_compare_ids_as_texts(store: Any) -> None:
    """Delete finds a row only by the spelling of the id in which it was stored."""

    def delete(original: Call, id: Any) -> Any:
        return str(id) == str(id).lower() and original(id)

    around(mutable(store), "delete", delete)


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
