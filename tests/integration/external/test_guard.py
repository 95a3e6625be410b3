"""What the guard lets through, and what a run leaves behind."""

from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from contracts.builders import COORDINATOR, a_booking, a_patch, a_reconciliation_job, a_request, created
from contracts.workers import together
from harness.errors import NotFound, StoreError, UnexpectedResponse
from harness.models import ENTITIES, AuditLog, Booking, SchedulingRequest
from harness.stack.coordinates import Coordinates
from harness.stack.external.removal import remove, strangers
from harness.stack.external.rules import Scope
from tests.given_project import fill, fingerprint, statements, watched
from tests.integration.external.conftest import Guest, Invite

ENTRY = {"action": "a", "actor_type": "system"}


def asked(guest: Guest, project: Coordinates, method: str, place: str, body: Any) -> httpx.Response:
    """Send what an adapter might send that leaves more to the server than ours."""
    headers = {"apikey": project.service_role_key, "Prefer": "return=representation"}
    return httpx.request(method, f"{guest.guard.url}/rest/v1/{place}", headers=headers, json=body)


def left(guest: Guest) -> dict[str, int]:
    return {table: number for table, number in guest.door.counts().items() if number}


def test_each_row_is_noted_and_removed_whatever_made_it(project: Coordinates, invite: Invite) -> None:
    guest = invite(project, Scope.ALL)
    for entity in ENTITIES.values():
        created(entity.row, guest.store)
    booking = guest.store.book(
        a_booking(guest.store.scheduling_requests.create(a_request())), actor=COORDINATOR
    )
    guest.store.cancel(booking.id, reason="ill", actor=COORDINATOR)
    assert str(booking.id) in guest.journal.rows["bookings"]
    assert strangers(guest.door) is not None
    remove(guest.door, guest.journal)
    assert strangers(guest.door) is None
    assert guest.guard.refused is None


def test_a_job_that_a_function_has_added_is_of_this_run(project: Coordinates, invite: Invite) -> None:
    guest = invite(project, Scope.ALL)
    guest.store.book(a_booking(guest.store.scheduling_requests.create(a_request())), actor=COORDINATOR)
    (job,) = guest.store.sync_jobs.claim()
    assert guest.store.sync_jobs.fail(job.id, job.attempts, error="down", retry_in_s=0).status == "pending"
    assert guest.store.sync_jobs.delete(job.id)
    assert guest.guard.refused is None
    assert guest.journal.has("sync_jobs", str(job.id))


def test_an_audit_entry_is_found_again_after_its_request_is_gone(
    project: Coordinates, invite: Invite
) -> None:
    guest = invite(project, Scope.ALL)
    request = guest.store.scheduling_requests.create(a_request())
    guest.store.book(a_booking(request), actor=COORDINATOR)
    assert guest.store.scheduling_requests.delete(request.id)
    (entry,) = guest.store.audit_logs.list().rows
    assert (entry.request_id, entry.booking_id) == (None, None)
    assert str(entry.id) in guest.journal.rows["audit_logs"]
    remove(guest.door, guest.journal)
    assert left(guest) == {}


def test_nothing_escapes_where_flows_and_deletions_meet(project: Coordinates, invite: Invite) -> None:
    guest = invite(project, Scope.ALL)
    for _ in range(8):
        request = guest.store.scheduling_requests.create(a_request())

        def act(n: int, request: SchedulingRequest = request) -> object:
            if n % 2:
                return guest.store.scheduling_requests.delete(request.id)
            return guest.store.book(a_booking(request), actor=COORDINATOR)

        together(4, act)
    remove(guest.door, guest.journal)
    assert left(guest) == {}


def test_a_row_without_an_id_is_given_one_and_noted(project: Coordinates, invite: Invite) -> None:
    guest = invite(project, Scope.ALL)
    answer = asked(guest, project, "POST", "audit_logs", ENTRY)
    assert answer.status_code == 201
    (made,) = answer.json()
    assert guest.journal.has("audit_logs", made["id"])
    remove(guest.door, guest.journal)
    assert left(guest) == {}


def test_what_can_be_no_row_is_for_the_server_to_refuse(project: Coordinates, invite: Invite) -> None:
    guest = invite(project, Scope.ALL)
    job = {"p_id": None, "p_attempts": 1}
    for method, place, body, code in (
        ("POST", "audit_logs", {**ENTRY, "id": None}, "23502"),
        ("POST", "audit_logs", {**ENTRY, "id": "entry-1"}, "22P02"),
        ("PATCH", "audit_logs?id=eq.entry-1", {"action": "b"}, "22P02"),
        ("POST", "rpc/complete_sync_job", job, "PT404"),
    ):
        assert asked(guest, project, method, place, body).json()["code"] == code
    assert guest.guard.refused is None
    assert left(guest) == {}


@pytest.mark.parametrize(("method", "query"), [("DELETE", ""), ("PATCH", "?id=not.is.null")])
def test_a_mutation_without_ids_is_not_sent(
    project: Coordinates, invite: Invite, method: str, query: str
) -> None:
    fill(project)
    watched(project)
    before = fingerprint(project)
    guest = invite(project, Scope.ALL)
    answer = httpx.request(
        method,
        f"{guest.guard.url}/rest/v1/bookings{query}",
        headers={"apikey": project.service_role_key},
        json={"booked_by": "nobody"},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "PARITY")
    assert (
        guest.guard.refused
        == f"{method} /rest/v1/bookings was not sent: it "
        + ("removes" if method == "DELETE" else "changes")
        + " rows of bookings without naming their ids."
    )
    assert fingerprint(project) == before
    assert statements(project) == []


def test_rows_of_others_can_be_neither_changed_nor_removed_by_their_ids(
    project: Coordinates, invite: Invite
) -> None:
    fill(project)
    (theirs, *_) = fingerprint(project)["bookings"]
    with psycopg.connect(project.database_url) as session:
        row = session.execute("SELECT id FROM bookings WHERE ctid = %s::tid", (theirs[1],)).fetchone()
    assert row is not None
    before = fingerprint(project)
    for scope in Scope:
        guest = invite(project, scope)
        with pytest.raises(UnexpectedResponse):
            guest.store.bookings.delete(row[0])
        with pytest.raises(UnexpectedResponse):
            guest.store.bookings.update(row[0], a_patch(Booking))
        assert "which this run did not make" in str(guest.guard.refused)
        guest.journal.path.unlink()
    assert fingerprint(project) == before


def test_beside_others_a_row_is_neither_seen_nor_taken_over(project: Coordinates, invite: Invite) -> None:
    fill(project)
    before = fingerprint(project)
    with psycopg.connect(project.database_url) as session:
        row = session.execute("SELECT id FROM audit_logs LIMIT 1").fetchone()
    assert row is not None
    guest = invite(project, Scope.OWN)
    store = guest.store
    for act in (
        lambda: store.audit_logs.get(row[0]),
        store.audit_logs.list,
        store.audit_logs.count,
        lambda: created(AuditLog, store, id=row[0]),
        store.sync_jobs.claim,
        lambda: store.reconciliation_jobs.create(a_reconciliation_job()),
        store.ops_summary,
    ):
        guest.guard.begin()
        with pytest.raises(StoreError):
            act()
        assert guest.guard.refused is not None
    guest.guard.begin()
    renamed = httpx.patch(
        f"{guest.guard.url}/rest/v1/audit_logs?id=eq.{row[0]}",
        headers={"apikey": project.service_role_key},
        json={"id": str(uuid4())},
    )
    assert (renamed.status_code, guest.guard.refused is None) == (400, False)
    assert not guest.journal.rows["audit_logs"]
    remove(guest.door, guest.journal)
    assert fingerprint(project) == before


def test_beside_others_own_rows_come_and_go(project: Coordinates, invite: Invite) -> None:
    fill(project)
    before = fingerprint(project)
    guest = invite(project, Scope.OWN)
    made = created(Booking, guest.store)
    assert guest.store.bookings.get(made.id) == made
    assert guest.store.bookings.update(made.id, a_patch(Booking)).id == made.id
    with pytest.raises(NotFound):
        guest.store.bookings.update(uuid4(), a_patch(Booking))
    assert guest.store.bookings.get(uuid4()) is None
    assert guest.guard.refused is None
    remove(guest.door, guest.journal)
    assert fingerprint(project) == before


def test_every_removal_names_its_rows(project: Coordinates, invite: Invite) -> None:
    watched(project)
    guest = invite(project, Scope.ALL)
    request = guest.store.scheduling_requests.create(a_request())
    guest.store.book(a_booking(request), actor=COORDINATOR)
    guest.store.scheduling_requests.delete(request.id)
    created(Booking, guest.store)
    remove(guest.door, guest.journal)
    said = [one for one in statements(project) if '"pgrst_call"' not in one]  # a function
    assert said
    for statement in said:
        assert "WHERE id = ANY (" in statement or 'WHERE  "public".' in statement, statement
