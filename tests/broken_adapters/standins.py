"""Mistakes with what takes the server's place: a memory, a queue, a thread, or several requests for one."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from contracts.builders import a_sync_job, an_audit_log, changes
from contracts.selfcheck.wrapping import broken
from contracts.workers import started
from harness.adapters.memory import MemoryStore
from harness.adapters.protocol import Actor, Received
from harness.errors import OutcomeUnknown, StoreError, Unavailable
from harness.models import ENTITIES, SchedulingRequest

from ._helpers import Call, around, replaced_values, repositories
from ._sending import answered

NO_SERVER = "faults_writes.write_without_a_server"
FALLBACK = "RasaHQ/rasa#3243: Fallback to InMemory tracker store: you're gonna lose messages"
OUTAGE = (
    "Robert-Velhorst/013-Hire-AI#48: a database outage can start a functional but non-durable second store"
)
ACKNOWLEDGED = "bobmatnyc/trusty-tools#5627: write acks are sent before the flush that makes them durable"


@broken(killer=NO_SERVER, source=FALLBACK, on="supabase")
def memory_takes_writes(store: Any) -> None:
    """While the server is away, what is created goes to the memory of the process."""
    memory: Any = MemoryStore()
    for table in ENTITIES:
        answered(
            getattr(store, table),
            "create",
            Unavailable,
            lambda _, new, table=table: getattr(memory, table).create(new),
        )
    answered(store.webhook_events, "receive", Unavailable, lambda _, new: memory.webhook_events.receive(new))


@broken(killer="faults_reads.read_without_a_server", source=OUTAGE, on="supabase")
def memory_answers_reads(store: Any) -> None:
    """While the server is away, what is read comes from the empty memory of the process."""
    memory: Any = MemoryStore()
    for table in ENTITIES:
        for name in ("get", "list", "count"):
            answered(
                getattr(store, table),
                name,
                Unavailable,
                lambda _, *arguments, table=table, name=name, **options: getattr(
                    getattr(memory, table), name
                )(*arguments, **options),
            )
    answered(store, "ops_summary", Unavailable, lambda _: memory.ops_summary())


@broken(killer=NO_SERVER, source=OUTAGE, on="supabase")
def memory_claims_work(store: Any) -> None:
    """While the server is away, there is no work to claim."""
    answered(repositories(store), "claim", Unavailable, lambda *_, **__: ())


@broken(
    killer=NO_SERVER, source="nats-io/nats-server#7564: loses acknowledged writes by default", on="supabase"
)
def writes_wait_for_the_server(store: Any) -> None:
    """While the server is away, what is created is acknowledged, kept, and sent with the next call."""
    memory: Any = MemoryStore()
    waiting: list[tuple[Call, Any]] = []

    def flush(original: Call, *arguments: Any, **options: Any) -> Any:
        while waiting:
            create, new = waiting[0]
            with suppress(StoreError):
                create(new)
                waiting.pop(0)
            break
        return original(*arguments, **options)

    for table in ENTITIES:

        def kept(original: Call, new: Any, *, table: str = table) -> Any:
            row = getattr(memory, table).create(new)
            waiting.append((original, replaced_values(new, id=row.id)))
            return row

        answered(getattr(store, table), "create", Unavailable, kept)
    for name in ("create", "get", "list", "count"):
        around(repositories(store), name, flush)


@broken(killer="faults_restarts.kill_in_the_middle_of_writes[Postgres]", source=ACKNOWLEDGED, on="supabase")
def deliveries_are_stored_behind(store: Any) -> None:
    """A delivery is acknowledged at once, and stored by a thread whose failure nobody hears of."""
    memory: Any = MemoryStore()

    def receive(original: Call, new: Any) -> Any:
        answer = memory.webhook_events.receive(new)

        def later() -> None:
            with suppress(StoreError):
                original(replaced_values(new, id=answer.event.id))

        started(later)
        return Received(answer.event, answer.is_new)

    around(store.webhook_events, "receive", receive)


@broken(
    killer="faults_writes.write[reset_before]",
    source="plan: errors are logged, and life goes on",
    on="supabase",
)
def lost_creates_are_taken_for_done(store: Any) -> None:
    """A create whose answer was lost returns the row as it should have been stored."""
    memory: Any = MemoryStore()
    for table in ("audit_logs", "sync_jobs", "scheduling_requests"):
        answered(
            getattr(store, table),
            "create",
            OutcomeUnknown,
            lambda _, new, table=table: getattr(memory, table).create(new),
        )


@broken(
    killer="faults_server.flow_that_lacks_one_grant",
    source="facts: nothing spans two requests; a failed second step left a request booked with no booking",
    on="supabase",
)
def book_takes_four_requests(store: Any) -> None:
    """Book creates, updates and notes in requests of their own: what fails leaves the others done."""

    def book(original: Call, new: Any, *, actor: Actor) -> Any:
        request = store.scheduling_requests.get(new.values["request_id"])
        if request is None or request.status != "pending" or request.expires_at <= datetime.now(UTC):
            return original(new, actor=actor)
        booking = store.bookings.create(
            replaced_values(new, status="confirmed", confirmed_at=datetime.now(UTC))
        )
        store.scheduling_requests.update(request.id, changes(SchedulingRequest, status="booked"))
        store.audit_logs.create(
            an_audit_log(
                request_id=request.id,
                booking_id=booking.id,
                action="booked",
                actor_type=actor.type,
                actor_id=actor.id,
            )
        )
        store.sync_jobs.create(
            a_sync_job(type="icims_note", entity_type="booking", entity_id=str(booking.id))
        )
        return booking

    around(store, "book", book)
