"""Book: any slot of any pending request, until its link ends, with the same effects each time."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.builders import COORDINATOR, NOON, PAST, a_booking, a_request, changes
from contracts.expect import every, refused
from contracts.stored import everything
from contracts.subject import Subject
from harness.adapters.protocol import Actor, Store
from harness.errors import Conflict
from harness.models import SchedulingRequest

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
STARTS = {
    "past": PAST,
    "long ago": datetime(1899, 12, 31, 23, 59, tzinfo=UTC),
    "before the window": NOON - DAY,
    "after the window": NOON + 30 * DAY,
    "across its end": NOON + 7 * DAY - MINUTE,
    "taken": NOON,
    "taken again": NOON,
    "far": datetime(2999, 1, 1, tzinfo=UTC),
}


def test_link_is_open_until_its_end(subject: Subject, store: Store) -> None:
    """By the store's clock, a link that ended at this moment is over, and one that ends soon is open."""
    request = store.scheduling_requests.create(a_request())
    for ends, is_open in ((request.created_at, False), (request.created_at + 2 * MINUTE, True)):
        store.scheduling_requests.update(request.id, changes(SchedulingRequest, expires_at=ends))
        before = everything(subject)
        if is_open:
            assert store.book(a_booking(request), actor=COORDINATOR).status == "confirmed"
        else:
            with refused(Conflict):
                store.book(a_booking(request), actor=COORDINATOR)
            assert everything(subject) == before


@pytest.mark.parametrize("capitals", [False, True], ids=["as_it_is", "in_capitals"])
def test_effects_of_each_booking(subject: Subject, store: Store, *, capitals: bool) -> None:
    """Each booking, the second one of a request included, adds its own rows, and books its request alone."""
    actor = Actor("coordinator", "mary")
    requests = [store.scheduling_requests.create(a_request(application_id="same")) for _ in range(3)]
    before = everything(subject)
    with every() as about:
        for number, (name, start) in enumerate(STARTS.items()):
            request = requests[number % 3]
            if number >= 3:
                (active,) = [
                    one
                    for one in store.bookings.iterate()
                    if one.request_id == request.id and one.status != "cancelled"
                ]
                store.cancel(active.id, actor=actor)
                store.scheduling_requests.update(request.id, changes(SchedulingRequest, status="pending"))
                before = everything(subject)
            given = str(request.id).upper() if capitals else request.id
            new = a_booking(request, request_id=given, scheduled_start=start, scheduled_end=start + MINUTE)
            booking = store.book(new, actor=actor)
            after = everything(subject)
            ids = {"bookings": str(booking.id), "scheduling_requests": str(request.id)}
            with about(f"{name}: other rows"):
                for table, rows in before.items():
                    own = ids.get(table)
                    found = {one["id"]: one for one in after[table]}
                    assert found.keys() >= {one["id"] for one in rows}
                    assert [found[one["id"]] for one in rows if one["id"] != own] == [
                        one for one in rows if one["id"] != own
                    ]
            with about(f"{name}: new rows"):
                known = {one["id"] for rows in before.values() for one in rows}
                ((entry,), (note,), (row,)) = (
                    [one for one in after[table] if one["id"] not in known]
                    for table in ("audit_logs", "sync_jobs", "bookings")
                )
                assert (entry["request_id"], entry["booking_id"]) == (str(request.id), str(booking.id))
                assert (entry["action"], entry["actor_type"], entry["actor_id"]) == (
                    "booked",
                    "coordinator",
                    "mary",
                )
                slot = {"scheduled_start": row["scheduled_start"], "scheduled_end": row["scheduled_end"]}
                assert entry["payload"] == slot
                assert (row["id"], row["request_id"]) == (str(booking.id), str(request.id))
                assert (booking.scheduled_start, booking.scheduled_end) == (start, start + MINUTE)
                assert (note["entity_type"], note["entity_id"]) == ("booking", str(booking.id))
                assert note["payload"] == {"action": "booked", "request_id": str(request.id)}
            before = after
