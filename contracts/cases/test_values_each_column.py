"""Values: each text, time and delay is kept as given, by every operation that takes it."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from contracts.builders import NOON, PAST, a_delivery, a_new, changes, created
from contracts.entities import (
    each_entity,
    each_mutable_entity,
    each_queue,
    mutable,
    queue,
    repository,
    states,
)
from contracts.expect import every
from contracts.subject import Subject
from harness.adapters.protocol import Store
from harness.adapters.queries import where
from harness.models import Column, ColumnType, Row, WebhookEvent, entity_of

TEXTS = ("MiXed", " around ", "", "Zoe\u0308", "a\r\nb")
ZONES = (timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-9)))
DAY_S = 86_400
DELIVERED = ("tenant_id", "provider", "event_id", "payload_hash", "event_type", "signature")
SLACK = timedelta(seconds=60)


def texts(row: type[Row]) -> list[Column]:
    """Return the columns that take any text."""
    return [one for one in entity_of(row).columns if one.type is ColumnType.TEXT and one.choices is None]


def times(row: type[Row]) -> list[str]:
    """Return the time columns that a client sets, the one that must come first, first."""
    entity = entity_of(row)
    names = [one.name for one in entity.columns if one.type is ColumnType.TIMESTAMPTZ]
    return [name for name in names if name not in entity.assigned]


def elsewhere(k: int) -> datetime:
    """Spell a moment in the time of another place, where the clock shows another day."""
    return (NOON + timedelta(days=k, hours=8)).astimezone(ZONES[k % 2])


@each_entity
@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_texts_of_every_column(store: Store, row: type[Row], number: int) -> None:
    """Every text column keeps a text to the letter, created and, where that is possible, updated."""
    given = {one.name: TEXTS[(k + number) % len(TEXTS)] for k, one in enumerate(texts(row))}
    made = created(row, store, **given)
    assert {name: getattr(made, name) for name in given} == given
    assert repository(store, row).get(made.id) == made
    if entity_of(row).append_only:
        return
    for name in given:
        value = TEXTS[(TEXTS.index(given[name]) + 1) % len(TEXTS)]
        changed = mutable(store, row).update(made.id, changes(row, **{name: value}))
        assert getattr(changed, name) == value
        assert repository(store, row).get(made.id) == changed


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_texts_of_a_delivery(store: Store, number: int) -> None:
    """Every text of a delivery is kept to the letter."""
    given = {name: TEXTS[(k + number) % len(TEXTS)] for k, name in enumerate(DELIVERED)}
    event = store.webhook_events.receive(a_delivery(**given)).event
    assert {name: getattr(event, name) for name in given} == given
    assert store.webhook_events.get(event.id) == event
    assert isinstance(event, WebhookEvent)


@each_mutable_entity
def test_times_of_other_places(store: Store, row: type[Row]) -> None:
    """Every time column takes a moment in any zone, created, updated and compared with."""
    rows, names = mutable(store, row), times(row)
    values = {name: elsewhere(k) for k, name in enumerate(names)}
    made = rows.create(a_new(row, store, **values))
    assert {name: getattr(made, name) for name in names} == values
    for k, name in reversed([*enumerate(names)]):
        later = elsewhere(k) + timedelta(days=20)
        changed: Any = rows.update(made.id, changes(row, **{name: later}))
        assert getattr(changed, name) == later
    with every() as about:
        for k, name in enumerate(names):
            at = elsewhere(k) + timedelta(days=20)
            hour = timedelta(hours=1)
            found: list[tuple[Any, Any, int]] = [
                ("eq", at, 1),
                ("eq", at + hour, 0),
                ("in", [at, at + hour], 1),
                ("in", [at + hour], 0),
                ("gte", at, 1),
                ("gte", at + hour, 0),
                ("gt", at - hour, 1),
                ("gt", at, 0),
                ("lte", at, 1),
                ("lte", at - hour, 0),
                ("lt", at + hour, 1),
                ("lt", at, 0),
            ]
            for operator, value, count in found:
                with about(f"{name} {operator} {value}"):
                    conditions = [where(name, operator, value)]
                    assert rows.count(where=conditions) == count
                    assert len(rows.list(where=conditions).rows) == count
                    assert len([*rows.iterate(where=conditions)]) == count


@each_queue
def test_delays_up_to_the_longest(store: Store, row: type[Row]) -> None:
    """A lease and a retry last as long as they were asked to, to the longest that are allowed."""
    rows = queue(store, row)
    with every() as about:
        for lease_s in (300, 3601, DAY_S // 2 + 1, DAY_S):
            for retry_s in (300, 3601, DAY_S + 1, 15 * DAY_S, 30 * DAY_S):
                job = created(row, store, run_after=PAST, attempts=2, max_attempts=5)
                (claimed,) = rows.claim(lease_s=lease_s)
                with about(f"lease of {lease_s} s, retry in {retry_s} s"):
                    assert claimed.id == job.id
                    leased = claimed.run_after - claimed.updated_at
                    assert abs(leased - timedelta(seconds=lease_s)) < SLACK
                    failed = rows.fail(job.id, claimed.attempts, error="502", retry_in_s=retry_s)
                    delay = failed.run_after - failed.updated_at
                    assert abs(delay - timedelta(seconds=retry_s)) < SLACK


@each_queue
@pytest.mark.parametrize("verb", ["complete", "fail"])
def test_work_is_ended_by_another_client(subject: Subject, store: Store, row: type[Row], verb: str) -> None:
    """The token of a claim is all that it takes to end it: any client may."""
    job = created(row, store)
    (claimed,) = queue(store, row).claim()
    with subject.another_client() as other:
        if verb == "complete":
            ended = queue(other, row).complete(job.id, claimed.attempts)
        else:
            ended = queue(other, row).fail(job.id, claimed.attempts, error="502")
    expected = states(row).done if verb == "complete" else states(row).waiting
    assert (ended.id, ended.status) == (job.id, expected)
    assert repository(store, row).get(job.id) == ended
