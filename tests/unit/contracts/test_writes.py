"""The table of writes is whole, and what it says about effects can be added and compared."""

import pytest

from contracts.entities import MUTABLE, QUEUES, ROWS
from contracts.stored import everything
from contracts.subjects import MemorySubject
from contracts.writes import WRITES, Write, effect_between, one_of_each_kind, total_effect
from harness.models import entity_of


def named(name: str) -> Write:
    (found,) = (write for write in WRITES if write.name == name)
    return found


def test_every_entity_has_every_operation_it_offers() -> None:
    names = {write.name for write in WRITES}
    expected = {"receive", "book", "reschedule", "cancel"}
    for verb, rows in {
        "create": ROWS,
        "update": MUTABLE,
        "delete": MUTABLE,
        "claim": QUEUES,
        "complete": QUEUES,
        "fail": QUEUES,
    }.items():
        expected |= {f"{verb} {entity_of(row).table}" for row in rows}
    assert names == expected
    assert len(WRITES) == len(names)


def test_the_turns_reach_every_write() -> None:
    assert {write.name for turn in range(6) for write in one_of_each_kind(turn)} == {
        write.name for write in WRITES
    }
    assert [write.kind for write in one_of_each_kind(3)] == [
        *("create", "update", "delete", "receive", "claim", "complete", "fail"),
        *("book", "reschedule", "cancel"),
    ]


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.name)
def test_a_write_has_its_effect_and_is_known_when_it_is_asked_again(write: Write) -> None:
    subject = MemorySubject()
    attempt = write.prepare(subject.store)
    before = everything(subject)
    attempt.call(subject.store)
    assert effect_between(before, everything(subject)) == write.effect
    attempt.again(subject.store)
    assert effect_between(before, everything(subject)) == write.effect


def test_writes_on_rows_of_their_own_add_up() -> None:
    subject = MemorySubject()
    writes = one_of_each_kind(1)
    attempts = [write.prepare(subject.store) for write in writes]
    before = everything(subject)
    for attempt in attempts:
        attempt.call(subject.store)
    assert effect_between(before, everything(subject)) == total_effect(writes)


def test_asking_again_notices_what_did_not_happen() -> None:
    subject = MemorySubject()
    for write in WRITES:
        subject.reset()
        attempt = write.prepare(subject.store)
        with pytest.raises(AssertionError):
            attempt.again(subject.store)


def test_what_changed_is_told_from_what_came_and_went() -> None:
    before = {"bookings": [{"id": 1, "a": 1}, {"id": 2, "a": 1}], "sync_jobs": [{"id": 1}]}
    after = {"bookings": [{"id": 2, "a": 2}, {"id": 3, "a": 1}], "sync_jobs": [{"id": 1}]}
    assert effect_between(before, after) == {"bookings": (1, 1, 1)}
    assert total_effect([named("book"), named("cancel")])["bookings"] == (1, 1, 0)
