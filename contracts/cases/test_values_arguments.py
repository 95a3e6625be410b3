"""Values: texts that are arguments of an operation are kept as they are, as those of columns are."""

import pytest

from contracts.builders import COORDINATOR, NOON, created
from contracts.entities import each_queue, queue
from contracts.expect import every
from contracts.flows import a_booked, run
from contracts.stored import expected_in_store, in_store
from contracts.subject import Subject
from harness.adapters.protocol import Actor, Store
from harness.models import Row

TEXTS = {
    "empty": "",
    "blank": " ",
    "blanks around": "  502 ",
    "lines": "a\r\nb\rc\n",
    "capitals": "iCIMS",
    "decomposed": "Zoe\u0308",
    "composed": "Zo\u00eb",
    "beyond the plane": "\U0001f4a5",
    "null": "null",
    "json": '{"a": 1}',
    "quotes": 'it\'s "x" \\ %s',
    "long": "x" * 70_001 + "\u00e9",
}


@each_queue
def test_error_of_a_failure(subject: Subject, store: Store, row: type[Row]) -> None:
    """The error that is reported, waiting again or given up, is last_error to the letter."""
    with every() as about:
        for name, text in TEXTS.items():
            for most in (1, 2):
                created(row, store, max_attempts=most)
                (job,) = queue(store, row).claim()
                failed = queue(store, row).fail(job.id, job.attempts, error=text, retry_in_s=3600)
                with about(f"{name}, attempt 1 of {most}"):
                    assert failed.last_error == text
                    assert in_store(subject, failed) == expected_in_store(subject, failed)


def test_reason_of_a_cancellation(subject: Subject, store: Store) -> None:
    """The reason is kept to the letter, in the booking and in the history."""
    with every() as about:
        for name, text in TEXTS.items():
            booking = store.cancel(a_booked(store).id, reason=text, actor=COORDINATOR)
            entries = [one for one in store.audit_logs.iterate() if one.booking_id == booking.id]
            with about(name):
                assert booking.cancellation_reason == text
                assert in_store(subject, booking) == expected_in_store(subject, booking)
                assert [one.payload for one in entries if one.action == "cancelled"] == [{"reason": text}]


@pytest.mark.parametrize("flow", ["reschedule", "cancel"])
def test_id_of_an_actor(store: Store, flow: str) -> None:
    """The id of the one who acts is kept to the letter."""
    with every() as about:
        for name, text in TEXTS.items():
            booking = run(store, flow, a_booked(store).id, actor=Actor("candidate", text))
            assert booking.scheduled_start >= NOON
            entries = [one for one in store.audit_logs.iterate() if one.booking_id == booking.id]
            with about(name):
                assert [one.actor_id for one in entries if one.action != "booked"] == [text]
