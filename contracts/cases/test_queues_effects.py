"""Queues: claims, their ends and redeliveries change the columns that they state, and no others."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.builders import FAR_FUTURE, NOON, PAST, a_delivery, changes, created
from contracts.entities import QUEUES, each_queue, mutable, queue, repository, states
from contracts.expect import every, refused
from contracts.stored import everything
from contracts.subject import Subject
from contracts.workers import a_tick
from harness.adapters.protocol import Store
from harness.errors import Conflict, InvalidValue
from harness.models import Row, WebhookEvent, entity_of

ERRORS = {"none": None, "empty": "", "text": "iCIMS answered 502"}
LEASE_S = 3600


class Table:
    """Tells what each operation changed in all tables."""

    def __init__(self, subject: Subject, row: type[Row]) -> None:
        self._subject = subject
        self._table = entity_of(row).table
        self._before = everything(subject)

    def changed(self) -> dict[str, dict[str, Any]]:
        """Return the new values of the changed columns of each changed row, by id; look from now on."""
        before, self._before = self._before, everything(self._subject)
        others = [name for name in before if name != self._table]
        assert {name: self._before[name] for name in others} == {name: before[name] for name in others}
        old = {row["id"]: row for row in before[self._table]}
        new = {row["id"]: row for row in self._before[self._table]}
        assert old.keys() == new.keys()
        a_tick()
        return {
            id_: {name: value for name, value in row.items() if value != old[id_][name]}
            for id_, row in new.items()
            if row != old[id_]
        }


@each_queue
@pytest.mark.parametrize("error", ERRORS.values(), ids=list(ERRORS))
def test_effects_of_each_step_in_turn(
    subject: Subject, store: Store, row: type[Row], error: str | None
) -> None:
    """Claimed, lost, claimed, given back, claimed and done: each changes its columns, and no other row."""
    rows, names = queue(store, row), states(row)
    for kind in QUEUES:
        for status in (states(kind).waiting, states(kind).failed, states(kind).done):
            created(kind, store, status=status, last_error=error, run_after=FAR_FUTURE)
    job = created(row, store, last_error=error, max_attempts=5, run_after=PAST)
    id_ = str(job.id)
    table = Table(subject, row)
    a_tick()

    def step(expected: dict[str, Any], *assigned: str) -> None:
        found = table.changed()
        assert found.keys() == {id_}
        assert found[id_].keys() == {*expected, *assigned, "updated_at"}
        assert {name: found[id_][name] for name in expected} == expected

    (claimed,) = rows.claim(lease_s=LEASE_S)
    step({"status": names.processing, "attempts": 1}, "run_after")
    mutable(store, row).update(job.id, changes(row, run_after=PAST))
    step({}, "run_after")
    (claimed,) = rows.claim(lease_s=LEASE_S)
    step({"attempts": 2}, "run_after")
    with refused(Conflict):
        rows.complete(job.id, 1)
    with refused(Conflict):
        rows.fail(job.id, 1, error="stale")
    assert table.changed() == {}
    rows.fail(job.id, claimed.attempts, error="timed out", retry_in_s=0)
    step({"status": names.waiting, "last_error": "timed out"}, "run_after")
    mutable(store, row).update(job.id, changes(row, run_after=PAST, last_error=error))
    step({"last_error": error}, "run_after")
    (claimed,) = rows.claim(lease_s=LEASE_S)
    step({"status": names.processing, "attempts": 3}, "run_after")
    rows.complete(job.id, claimed.attempts)
    step({"status": names.done}, *([names.done_at] if names.done_at is not None else []))


@each_queue
@pytest.mark.parametrize("error", ERRORS.values(), ids=list(ERRORS))
def test_effects_on_exhausted_rows(subject: Subject, store: Store, row: type[Row], error: str | None) -> None:
    """A claim fails each of many rows without attempts, waiting or leased, and changes no more of them."""
    names = states(row)
    given = {"attempts": 2, "max_attempts": 2, "last_error": error, "run_after": PAST}
    spent = [
        created(row, store, status=status, **given)
        for status in (names.waiting, names.processing)
        for _ in range(6)
    ]
    due = [created(row, store, run_after=PAST + timedelta(days=1)) for _ in range(2)]
    table = Table(subject, row)
    a_tick()
    claimed = queue(store, row).claim(limit=1)
    found = table.changed()
    assert [one.id for one in claimed] == [one.id for one in due if str(one.id) in found]
    assert found.keys() - {str(one.id) for one in due} == {str(one.id) for one in spent}
    failed = {"status": names.failed} | ({"last_error": "attempts exhausted"} if error is None else {})
    with every() as about:
        for one in spent:
            with about(f"{one.id}"):
                change = found[str(one.id)]
                assert {name: change[name] for name in change if name != "updated_at"} == failed
                assert "updated_at" in change


@each_queue
def test_claim_returns_the_oldest_first(store: Store, row: type[Row]) -> None:
    """However many rows a claim returns, they come in the order in which they were due."""
    starts = [PAST + timedelta(minutes=7 * k % 25) for k in range(25)]
    made = [created(row, store, run_after=start) for start in starts]
    oldest = [one.id for _, one in sorted(zip(starts, made, strict=True), key=lambda pair: pair[0])]
    assert [one.id for one in queue(store, row).claim(limit=11)] == oldest[:11]
    assert [one.id for one in queue(store, row).claim(limit=1000)] == oldest[11:]


@each_queue
def test_attempts_are_not_cut_to_fit(subject: Subject, store: Store, row: type[Row]) -> None:
    """A patch that leaves fewer attempts than were made is refused, and changes nothing."""
    job = created(row, store, attempts=3, max_attempts=5)
    before = everything(subject)
    for patch in ({"max_attempts": 2}, {"attempts": 6}, {"attempts": 5, "max_attempts": 4}):
        with refused(InvalidValue, f"{entity_of(row).table}_attempts_bounds"):
            mutable(store, row).update(job.id, changes(row, **patch))
    assert everything(subject) == before


@pytest.mark.parametrize("error", ERRORS.values(), ids=list(ERRORS))
@pytest.mark.parametrize("status", ["received", "processing", "processed", "failed"])
def test_redelivery_in_each_state(subject: Subject, store: Store, status: str, error: str | None) -> None:
    """Delivered again, with whatever beside its key, an event stays as it is; another event is refused."""
    event = store.webhook_events.receive(a_delivery(signature="s", event_type="t", payload={"n": 1})).event
    worked: dict[str, Any] = {"attempts": 1, "last_error": error, "run_after": NOON}
    at = {"processed_at": NOON} if status == "processed" else {}
    event = store.webhook_events.update(event.id, changes(WebhookEvent, status=status, **worked, **at))
    before = everything(subject)
    others: tuple[dict[str, Any], ...] = (
        {"signature": "other"},
        {"event_type": "other"},
        {"payload": {"n": 2}},
        {"verified": True},
    )
    with every() as about:
        for other in others:
            with about(str(other)):
                again = store.webhook_events.receive(a_delivery(**other))
                assert (again.event, again.is_new) == (event, False)
        for other in ({"payload_hash": "other"}, {"tenant_id": "other"}, {"tenant_id": None}):
            with about(str(other)), refused(Conflict):
                store.webhook_events.receive(a_delivery(**other))
    assert everything(subject) == before
    assert repository(store, WebhookEvent).get(event.id) == event
