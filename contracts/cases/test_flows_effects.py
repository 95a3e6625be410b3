"""Flows: in all six tables, a flow changes what it states, whichever flows went before."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.builders import (
    COORDINATOR,
    NOON,
    PAST,
    a_booking,
    a_reconciliation_job,
    a_request,
    a_sync_job,
    an_audit_log,
    changes,
)
from contracts.expect import every, refused
from contracts.stored import everything
from contracts.subject import Subject
from contracts.workers import a_tick
from harness.adapters.protocol import Actor, Store
from harness.errors import Conflict
from harness.models import Booking, SyncJob

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
LINKS = ("calendar_event_id", "calendar_ical_uid", "conference_join_url", "icims_activity_id")
OPTIONAL = ("application_id", "created_by", "graph_tenant_id", "needs_attention_reason", "req_id")
SLOTS = {
    "another": (NOON + DAY, NOON + DAY + 30 * MINUTE),
    "another again": (NOON + 2 * DAY, NOON + 2 * DAY + 45 * MINUTE),
    "the same": (NOON + 2 * DAY, NOON + 2 * DAY + 45 * MINUTE),
    "the same start": (NOON + 2 * DAY, NOON + 2 * DAY + 60 * MINUTE),
    "the same end": (NOON + 2 * DAY + 5 * MINUTE, NOON + 2 * DAY + 60 * MINUTE),
    "back to the first": (NOON, NOON + 30 * MINUTE),
    "in the past": (PAST, PAST + 30 * MINUTE),
}


def wire(time: datetime) -> str:
    """Spell a time as stores keep it."""
    return time.isoformat(timespec="microseconds")


def slot(start: datetime, end: datetime) -> dict[str, str]:
    """Spell a slot as stores and the history keep it."""
    return {"scheduled_start": wire(start), "scheduled_end": wire(end)}


def beside(store: Store, booking: Booking, shared: str | None) -> None:
    """Create rows that an eager flow might touch: of the same booking, application or slot."""
    pending, failed = (store.sync_jobs.create(a_sync_job(entity_id=str(booking.id))) for _ in range(2))
    store.sync_jobs.update(failed.id, changes(SyncJob, status="failed", last_error="502"))
    store.sync_jobs.update(pending.id, changes(SyncJob, run_after=PAST))
    store.reconciliation_jobs.create(a_reconciliation_job(entity_id=str(booking.id)))
    store.audit_logs.create(an_audit_log(request_id=booking.request_id, booking_id=booking.id))
    store.bookings.create(a_booking(booking.request_id, status="cancelled"))
    store.scheduling_requests.create(a_request(application_id=shared))
    other = store.scheduling_requests.create(a_request(application_id=shared))
    store.book(a_booking(other), actor=COORDINATOR)


class Effects:
    """Tells what each flow on one booking changed."""

    def __init__(self, subject: Subject, booking: Booking) -> None:
        self._subject = subject
        self._booking = booking
        self._before = everything(subject)
        a_tick()

    def are_none(self) -> None:
        """Compare all tables with what they held before."""
        assert everything(self._subject) == self._before

    def are(self, action: str, actor: Actor, booking: dict[str, Any], payload: dict[str, Any]) -> None:
        """Compare all tables with what they held before: one booking, its request, one entry and one note."""
        after = everything(self._subject)
        id_, request_id = str(self._booking.id), str(self._booking.request_id)
        new: dict[str, list[dict[str, Any]]] = {}
        with every() as about:
            for table, rows in self._before.items():
                own = {"bookings": id_, "scheduling_requests": request_id}.get(table)
                found = {row["id"]: row for row in after[table]}
                for row in rows:
                    with about(f"{table}, {'its own' if row['id'] == own else 'another'} row"):
                        kept = (
                            {} if row["id"] != own else booking if table == "bookings" else {"status": action}
                        )
                        times = {"updated_at", "cancelled_at"} & (
                            kept.keys() | {"updated_at"} if kept else set()
                        )
                        now = found.get(row["id"])
                        assert now is not None
                        fixed = row.keys() - times
                        assert {k: now[k] for k in fixed} == {k: {**row, **kept}[k] for k in fixed}
                        assert all(now[name] > (row[name] or "") for name in times)
                known = {row["id"] for row in rows}
                new[table] = [row for row in after[table] if row["id"] not in known]
        assert {table: len(rows) for table, rows in new.items() if rows} == {"audit_logs": 1, "sync_jobs": 1}
        (entry,), (note,) = new["audit_logs"], new["sync_jobs"]
        assert {name: entry[name] for name in entry if name not in ("id", "created_at")} == {
            "request_id": request_id,
            "booking_id": id_,
            "action": action,
            "actor_type": actor.type,
            "actor_id": actor.id,
            "payload": payload,
        }
        assert note["run_after"] <= wire(datetime.now(NOON.tzinfo) + MINUTE)
        times = {"created_at", "updated_at", "run_after"}
        assert {name: note[name] for name in note if name not in {"id", *times}} == {
            "type": "icims_note",
            "entity_type": "booking",
            "entity_id": id_,
            "attempts": 0,
            "max_attempts": 5,
            "status": "pending",
            "last_error": None,
            "payload": {"action": action, "request_id": request_id},
        }
        self._before = after
        a_tick()


@pytest.mark.parametrize("filled", [True, False], ids=["filled", "bare"])
@pytest.mark.parametrize("moves", [0, len(SLOTS)], ids=["booked", "moved"])
@pytest.mark.parametrize("reason", ["ill", None], ids=["reason", "none"])
def test_effects_of_each_flow_in_turn(
    subject: Subject, store: Store, *, filled: bool, moves: int, reason: str | None
) -> None:
    """Each move of a booking, to any slot, and its end change its rows as stated, and no other row."""
    text = {name: f"{name}-1" for name in OPTIONAL} if filled else {}
    request = store.scheduling_requests.create(a_request(needs_attention=filled, **text))
    links = {name: f"{name}-1" for name in LINKS} if filled else {}
    booking = store.book(a_booking(request, **links), actor=COORDINATOR)
    beside(store, booking, text.get("application_id"))
    effects = Effects(subject, booking)
    before = slot(booking.scheduled_start, booking.scheduled_end)
    actors = [Actor("candidate", "ada"), Actor("system"), Actor("coordinator", "mary")]
    for number, (name, (start, end)) in enumerate([*SLOTS.items()][:moves]):
        actor, after = actors[number % 3], slot(start, end)
        store.reschedule(booking.id, scheduled_start=start, scheduled_end=end, actor=actor)
        with every() as about, about(f"reschedule to {name} slot"):
            effects.are(
                "rescheduled", actor, {"status": "rescheduled", **after}, {"from": before, "to": after}
            )
        before = after
    store.cancel(booking.id, reason=reason, actor=actors[0])
    ended = {"status": "cancelled", "cancellation_reason": reason, "cancelled_at": None}
    effects.are("cancelled", actors[0], ended, {"reason": reason})
    with refused(Conflict):
        store.cancel(booking.id, reason=reason, actor=actors[0])
    effects.are_none()
