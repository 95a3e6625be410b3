"""Mistakes of eager rows: a status or a flag that takes other columns, or other rows, along."""

from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.errors import Conflict
from harness.models import ENTITIES

from ._beside import after_update
from ._helpers import Call, around, rewrite, wire

REQUEST = "crud_states.update_takes_nothing_along[filled-scheduling_requests]"
BOOKING = "crud_states.update_takes_nothing_along[filled-bookings]"
BARE_BOOKING = "crud_states.update_takes_nothing_along[bare-bookings]"
CREATED = "crud_states.create_takes_nothing_along[bookings]"
ONLY = "protocol: an update changes what the patch names, and updated_at"
ALONE = "protocol: an update changes one row, and no row that refers to it or that it refers to"
GIVEN = "protocol: create stores one row, of what was given and the defaults"


def made(store: Any, change: Any) -> None:
    """Spoil created bookings: `change` gets the values and the row, and returns what to change, too."""

    def create(original: Call, new: Any) -> Any:
        row = original(new)
        if more := change(new.values, row):
            rewrite(store, "bookings", row.id, **more)
        return store.bookings.get(row.id)

    around(store.bookings, "create", create)


def touch(store: Any, id: Any) -> None:
    """Advance updated_at of a request."""
    rewrite(store, "scheduling_requests", id, updated_at=wire(store._now()))


@broken(killer=REQUEST, source=ONLY)
def expired_request_needs_attention(store: Any) -> None:
    """An update to expired sets the flag of the request."""
    after_update(
        store,
        "scheduling_requests",
        lambda values, _old, _row: {"needs_attention": True} if values.get("status") == "expired" else None,
    )


@broken(
    killer="crud_states.same_value_again[filled-scheduling_requests]",
    source="protocol: needs_attention is a column of its own, beside its reason",
)
def reason_sets_the_flag(store: Any) -> None:
    """An update of needs_attention_reason sets needs_attention."""
    after_update(
        store,
        "scheduling_requests",
        lambda values, _old, _row: (
            {"needs_attention": True} if values.get("needs_attention_reason") else None
        ),
    )


@broken(killer=REQUEST, source=ONLY)
def flag_takes_its_reason_away(store: Any) -> None:
    """An update of needs_attention to false clears the reason."""
    after_update(
        store,
        "scheduling_requests",
        lambda values, _old, _row: (
            {"needs_attention_reason": None} if values.get("needs_attention") is False else None
        ),
    )


@broken(killer=REQUEST, source=ALONE)
def cancelled_request_cancels_its_bookings(store: Any) -> None:
    """An update of a request to cancelled cancels its bookings."""

    def change(values: Any, _old: Any, row: Any) -> None:
        if values.get("status") == "cancelled":
            for booking in store.bookings.iterate():
                if booking.request_id == row.id:
                    rewrite(store, "bookings", booking.id, status="cancelled")

    after_update(store, "scheduling_requests", change)


@broken(killer=BOOKING, source=ALONE)
def cancelled_booking_frees_its_request(store: Any) -> None:
    """An update of a booking to cancelled makes its request pending."""

    def change(values: Any, _old: Any, row: Any) -> None:
        if values.get("status") == "cancelled":
            rewrite(store, "scheduling_requests", row.request_id, status="pending")

    after_update(store, "bookings", change)


@broken(killer="crud_states.same_value_again[filled-bookings]", source=ALONE)
def moved_booking_touches_its_request(store: Any) -> None:
    """An update of a slot advances updated_at of the request."""

    def change(values: Any, _old: Any, row: Any) -> None:
        if "scheduled_start" in values:
            touch(store, row.request_id)

    after_update(store, "bookings", change)


@broken(killer=BARE_BOOKING, source=ONLY)
def status_stamps_the_cancellation(store: Any) -> None:
    """An update to cancelled sets cancelled_at, as cancel does."""
    after_update(
        store,
        "bookings",
        lambda values, _old, row: (
            {"cancelled_at": wire(row.updated_at)} if values.get("status") == "cancelled" else None
        ),
    )


@broken(killer=BARE_BOOKING, source=ONLY)
def status_stamps_the_confirmation(store: Any) -> None:
    """An update to confirmed sets confirmed_at, as book does."""
    after_update(
        store,
        "bookings",
        lambda values, _old, row: (
            {"confirmed_at": wire(row.updated_at)} if values.get("status") == "confirmed" else None
        ),
    )


@broken(killer=BOOKING, source=ONLY)
def status_takes_the_cancellation_back(store: Any) -> None:
    """An update from cancelled to an active status clears cancelled_at and the reason."""
    after_update(
        store,
        "bookings",
        lambda values, old, _row: (
            {"cancelled_at": None, "cancellation_reason": None}
            if old.status == "cancelled" and values.get("status", old.status) != "cancelled"
            else None
        ),
    )


@broken(
    killer="crud_states.same_value_again[bare-scheduling_requests]",
    source="facts: a no-op UPDATE bumps updated_at",
)
def clearing_what_is_empty_is_nothing(store: Any) -> None:
    """An update of empty columns to None does not advance updated_at."""
    for table, entity in ENTITIES.items():
        if not entity.append_only:
            after_update(
                store,
                table,
                lambda values, old, _row: (
                    {"updated_at": wire(old.updated_at)}
                    if all(value is None is getattr(old, name) for name, value in values.items())
                    else None
                ),
            )


@broken(
    killer="crud_states.second_active_booking_by_update",
    source="protocol: UNIQUE is Conflict with the constraint, request_not_bookable is what flows say",
)
def index_speaks_like_a_flow(store: Any) -> None:
    """An update that the index of active bookings refuses says request_not_bookable."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        try:
            return original(id, patch)
        except Conflict:
            raise Conflict("request_not_bookable") from None

    around(store.bookings, "update", update)


@broken(killer=CREATED, source=GIVEN)
def created_as_cancelled_is_stamped(store: Any) -> None:
    """A booking that is created as cancelled gets cancelled_at."""
    made(
        store,
        lambda _values, row: {"cancelled_at": wire(row.updated_at)} if row.status == "cancelled" else None,
    )


@broken(killer=CREATED, source=GIVEN)
def created_as_confirmed_is_stamped(store: Any) -> None:
    """A booking that is created as confirmed gets confirmed_at."""
    made(
        store,
        lambda values, row: (
            {"confirmed_at": wire(row.updated_at)} if values.get("status") == "confirmed" else None
        ),
    )


@broken(killer=CREATED, source=ALONE)
def created_booking_touches_its_request(store: Any) -> None:
    """A booking that is created advances updated_at of its request."""
    made(store, lambda _values, row: touch(store, row.request_id))
