"""Columns: what the other cases show for one column holds for all of its type."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.builders import a_request, changes, created
from contracts.case import needs
from contracts.entities import each_entity, each_mutable_entity, mutable, repository
from contracts.expect import every
from contracts.stored import expected_in_store, in_store
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.models import (
    Column,
    ColumnType,
    Row,
    SchedulingRequest,
    SyncJob,
    WebhookEvent,
    entity_of,
)

TEXT = "  Ada.LOVELACE+x@Example.ORG, Zoe\u0308 \t"
"""Blanks at both ends, capitals, and a letter in two code points: what an adapter might normalise."""
FAR = {
    "year_1": datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    "year_1500": datetime(1500, 2, 28, 1, 2, 3, 123_457, tzinfo=UTC),
    "year_2500": datetime(2500, 6, 1, 23, 59, 59, 999_999, tzinfo=UTC),
    "year_9998": datetime(9998, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
}
"""Times whose seconds since 1970 leave a double too few digits for microseconds."""


def texts(row: type[Row]) -> list[Column]:
    """Return the columns that take any text."""
    columns = entity_of(row).columns
    return [column for column in columns if column.type is ColumnType.TEXT and column.choices is None]


@each_entity
def test_every_text_is_kept(subject: Subject, store: Store, row: type[Row]) -> None:
    """Each text column keeps its text as it is: blanks, capitals, composition."""
    values = {column.name: f"{TEXT}{n}" for n, column in enumerate(texts(row))}
    made = created(row, store, **values)
    assert {name: getattr(made, name) for name in values} == values
    assert repository(store, row).get(made.id) == made
    assert in_store(subject, made) == expected_in_store(subject, made)


@each_mutable_entity
def test_every_text_is_updated(subject: Subject, store: Store, row: type[Row]) -> None:
    """Each text column takes a text as it is in an update, and the empty text."""
    made = created(row, store)
    for text in (TEXT, ""):
        values = dict.fromkeys((column.name for column in texts(row)), text)
        after = mutable(store, row).update(made.id, changes(row, **values))
        assert {name: getattr(after, name) for name in values} == values
        assert in_store(subject, after) == expected_in_store(subject, after)


@pytest.mark.parametrize(
    ("row", "full", "empty"),
    [
        (
            SchedulingRequest,
            {"needs_attention": True, "interviewer_emails": ["a"]},
            {"needs_attention": False, "interviewer_emails": []},
        ),
        (SyncJob, {"attempts": 2, "payload": {"a": 1}}, {"attempts": 0, "payload": {}}),
        (
            WebhookEvent,
            {"verified": True, "attempts": 2, "payload": [1]},
            {"verified": False, "attempts": 0, "payload": False},
        ),
    ],
    ids=["scheduling_requests", "sync_jobs", "webhook_events"],
)
def test_empty_values_are_values(
    subject: Subject, store: Store, row: type[Row], full: dict[str, Any], empty: dict[str, Any]
) -> None:
    """False, 0 and what is empty replace what was there, each by itself and all at once."""
    one, other = created(row, store, **full), created(row, store, **full)
    for name, value in empty.items():
        one = mutable(store, row).update(one.id, changes(row, **{name: value}))
    other = mutable(store, row).update(other.id, changes(row, **empty))
    expected = {name: tuple(v) if name == "interviewer_emails" else v for name, v in empty.items()}
    with every() as about:
        for title, found in (("one by one", one), ("at once", other)):
            with about(title):
                assert {name: getattr(found, name) for name in empty} == expected
                assert in_store(subject, found) == expected_in_store(subject, found)


@needs(Capability.MICROSECONDS)
def test_far_times_keep_their_microseconds(store: Store) -> None:
    """A time far from 1970 keeps its microseconds, on create and when it is read."""
    with every() as about:
        for name, time in FAR.items():
            with about(name):
                request = store.scheduling_requests.create(a_request(expires_at=time))
                assert request.expires_at == time
                assert store.scheduling_requests.get(request.id) == request
