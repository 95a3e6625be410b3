"""Mistakes with errors: the wrong kind, the wrong name, too much in a message, or none at all."""

from collections.abc import Callable
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.queries import Page
from harness.errors import Conflict, InvalidValue, MissingReference, NotFound, StoreError
from harness.models import ENTITIES

from ._helpers import Call, around, mutable, queues, repositories

WRITES = ("create", "update")


def raised(store: Any, change: Callable[[StoreError], Exception], *, flows: bool = True) -> None:
    """Replace the errors of writes, and of flows."""

    def write(original: Call, *arguments: Any, **options: Any) -> Any:
        try:
            return original(*arguments, **options)
        except StoreError as error:
            changed: Exception = change(error)
            raise changed from None

    for name in WRITES:
        around(repositories(store), name, write)
    for name in ("book", "reschedule", "cancel") if flows else ():
        around(store, name, write)


@broken(
    killer="crud.same_id_twice_names_the_primary_key",
    source="facts: the name of a constraint stands in the message only",
)
def conflicts_have_no_name(store: Any) -> None:
    """A Conflict does not name the constraint."""
    raised(store, lambda error: Conflict("unknown") if isinstance(error, Conflict) else error)


@broken(killer="foreign_keys.booking_of_no_request_is_refused", source="facts: 23505 and 23503 are both 409")
def missing_references_are_conflicts(store: Any) -> None:
    """A missing reference is a Conflict, as the status of both is 409."""
    raised(
        store,
        lambda error: Conflict(error.constraint) if isinstance(error, MissingReference) else error,
    )


@broken(
    killer="constraints_unique.same_token_hash_is_a_conflict",
    source="plan: every refusal is one error with a code that nobody reads",
)
def conflicts_are_invalid_values(store: Any) -> None:
    """A Conflict is an InvalidValue, as everything that is refused."""
    raised(store, lambda error: InvalidValue(error.constraint) if isinstance(error, Conflict) else error)


@broken(
    killer="constraints_unique.same_token_hash_on_update_is_a_conflict",
    source="PostgREST/postgrest#1843: Failing to update data because of row level security returns []",
)
def refused_updates_return_none(store: Any) -> None:
    """Update returns None if it is refused."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        try:
            return original(id, patch)
        except Conflict:
            return None

    around(mutable(store), "update", update)


@broken(
    killer="constraints_unique.same_token_hash_on_update_is_a_conflict",
    source="supabase/supabase-py#1661: Better error if single() receives no rows",
)
def refused_updates_are_not_found(store: Any) -> None:
    """Update raises NotFound whatever went wrong."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        try:
            return original(id, patch)
        except Conflict:
            raise NotFound(original.__self__._table) from None  # type: ignore[attr-defined]

    around(mutable(store), "update", update)


@broken(
    killer="constraints_unique.no_message_repeats_the_row",
    source="supabase/postgrest-js#515: Upsert failing on null value column, even though value exists in db",
)
def messages_repeat_the_row(store: Any) -> None:
    """The message of a refusal holds the refused values."""

    def create(original: Call, new: Any) -> Any:
        try:
            return original(new)
        except StoreError as error:
            error.args = (f"{error}. Failing row contains {tuple(new.values.values())}",)
            raise

    around(repositories(store), "create", create)


@broken(killer="errors.missing_row_names_its_table", source="plan: errors are written for users")
def not_found_names_the_entity(store: Any) -> None:
    """NotFound names the entity in words, and not the table."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        try:
            return original(id, patch)
        except NotFound as error:
            raise NotFound(ENTITIES[error.table].singular) from None

    around(mutable(store), "update", update)


@broken(
    killer="crud.same_id_twice_is_a_conflict[bookings]",
    source="supabase/supabase-py#1207: maybe_single throws an error when 0 rows are returned",
    on="supabase",
)
def errors_of_the_driver_leak(store: Any) -> None:
    """Writes raise the driver's own APIError."""
    raised(store, lambda error: error.__cause__ if isinstance(error.__cause__, Exception) else error)


@broken(killer="constraints_unique.unique_before_reference", source="facts: 23502, 23514, 23505, 23503")
def references_are_checked_first(store: Any) -> None:
    """Create looks for the rows that it refers to before anything else."""

    def create(original: Call, new: Any) -> Any:
        if new.values.get("request_id") is not None:
            request = store.scheduling_requests.get(new.values["request_id"])
            if request is None:
                raise MissingReference(f"{new.entity.table}_request_id_fkey")
        return original(new)

    around([store.bookings, store.audit_logs], "create", create)


@broken(killer="constraints_unique.check_before_unique", source="facts: 23502, 23514, 23505, 23503")
def keys_are_checked_first(store: Any) -> None:
    """Create looks for another request with the same token hash before anything else."""

    def create(original: Call, new: Any) -> Any:
        hash_ = new.values.get("public_token_hash")
        plain = isinstance(hash_, str) and hash_.isascii() and "\x00" not in hash_ and len(hash_) < 500
        if plain and store.scheduling_requests.get_by_token_hash(hash_) is not None:
            raise Conflict("scheduling_requests_public_token_hash_key")
        return original(new)

    around(store.scheduling_requests, "create", create)


@broken(
    killer="constraints_unique.type_before_missing_row",
    source="plan: update loads the row before it looks at the patch",
)
def missing_row_before_wrong_type(store: Any) -> None:
    """Update says that the row is missing before it looks at the patch."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        if repository.get(id) is None:
            raise NotFound(repository._table)
        return original(id, patch)

    around(mutable(store), "update", update)


@broken(
    killer="constraints_bounds.refusal_names_the_constraint[bookings]",
    source="facts: 23514 names the constraint, and not the column",
)
def checks_name_the_table(store: Any) -> None:
    """A refused CHECK names the table."""

    def change(error: StoreError) -> Exception:
        named = isinstance(error, InvalidValue) and error.name.startswith(tuple(ENTITIES))
        tables = [table for table in ENTITIES if str(error.subject).startswith(table)]
        return InvalidValue(tables[0]) if named else error

    raised(store, change)


@broken(killer="queues_fencing.stale_claim_is_named[sync_jobs]", source="plan: a PATCH that hits nothing")
def stale_claims_are_not_found(store: Any) -> None:
    """The conflict of a stale worker names the table."""

    def finish(original: Call, *arguments: Any, **options: Any) -> Any:
        try:
            return original(*arguments, **options)
        except Conflict:
            raise Conflict(original.__self__._table) from None  # type: ignore[attr-defined]

    for name in ("complete", "fail"):
        around(queues(store), name, finish)


@broken(
    killer="flows_refused.book_of_a_missing_request",
    source="plan: it cannot be booked",
)
def missing_request_is_a_conflict(store: Any) -> None:
    """Booking a request that does not exist is Conflict("request_not_bookable")."""

    def book(original: Call, new: Any, *, actor: Any) -> Any:
        try:
            return original(new, actor=actor)
        except NotFound:
            raise Conflict("request_not_bookable") from None

    around(store, "book", book)


@broken(killer="flows_refused.book_twice", source="plan: the RPC raises one exception for every refusal")
def refused_booking_is_an_invalid_value(store: Any) -> None:
    """A request that may not be booked is an InvalidValue."""

    def book(original: Call, new: Any, *, actor: Any) -> Any:
        try:
            return original(new, actor=actor)
        except Conflict as error:
            raise InvalidValue(error.constraint) from None

    around(store, "book", book)


@broken(
    killer="queries_many.iterate_checks_when_it_is_called",
    source="Python manual: generators are lazy",
)
def iterate_checks_at_the_first_row(store: Any) -> None:
    """Iterate is a generator, and refuses wrong arguments when the first row is asked for."""

    def iterate(original: Call, **options: Any) -> Any:
        yield from original(**options)

    around(repositories(store), "iterate", iterate)


@broken(
    killer="queries_arguments.wrong_condition_is_refused",
    source="supabase/supabase#1730: Getting empty array instead of an error with RLS Policies",
)
def refused_lists_are_empty(store: Any) -> None:
    """List returns no rows if anything is wrong."""

    def list_(original: Call, **options: Any) -> Any:
        try:
            return original(**options)
        except StoreError:
            return Page((), None)

    around(repositories(store), "list", list_)
