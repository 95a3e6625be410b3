"""Values: JSON is the same whichever operation brings it in, and whichever brings it out."""

import json
from collections.abc import Callable
from typing import Any

from contracts.builders import PAST, a_delivery, a_sync_job, a_webhook_event, an_audit_log
from contracts.case import needs, strict
from contracts.expect import every
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.models import AuditLog, Row, SyncJob, SyncJobPatch, WebhookEvent, WebhookEventPatch

AWKWARD: dict[str, Any] = {
    "nothing": None,
    "empty": [{}, [], "", 0, False],
    "nested": {"a": [{"b": [[None], {"c": {}}]}]},
    "texts": ["null", "[]", "\\u0041", "\x01\x7f\u2028", "\N{ROCKET}", "Zoe\u0308", 'O\'Hara "x" \\'],
    "keys": {"": 1, "a.b": 2, "a->b": 3, "{a}": 4, "\N{ROCKET}": 5, "payload": 6, "id": 7},
    "one_is_not_true": [1, True, 0, False],
    "doubles": [0.1, -2.5, 1e-7, 0.30000000000000004],
}
EXACT: dict[str, Any] = {
    "integers": [2**53 + 1, -(2**63), 12345678901234567890, 10**400],
    "long_decimal": 0.1234567890123456,
    "least": 5e-324,
    "greatest": 1.7976931348623157e308,
}
EXACT_TEXTS = {
    "integers": "[9007199254740993, -9223372036854775808, 12345678901234567890, 1" + "0" * 400 + "]",
    "long_decimal": "0.1234567890123456",
    "least": "5e-324",
    "greatest": "17976931348623157" + "0" * 292,
}
"""As ``jsonb`` prints them: a number without a fraction is an integer there."""


def _created(store: Store, document: Any) -> Any:
    return store.sync_jobs.create(a_sync_job(payload=document))


def _updated(store: Store, document: Any) -> Any:
    return store.sync_jobs.update(_created(store, {"old": 1}).id, SyncJobPatch(payload=document))


def _updated_event(store: Store, document: Any) -> Any:
    event = store.webhook_events.create(a_webhook_event())
    return store.webhook_events.update(event.id, WebhookEventPatch(payload=document))


def _claimed(store: Store, document: Any) -> Any:
    store.sync_jobs.create(a_sync_job(payload=document, run_after=PAST))
    (job,) = store.sync_jobs.claim(limit=1)
    return job


def _completed(store: Store, document: Any) -> Any:
    job = _claimed(store, document)
    return store.sync_jobs.complete(job.id, job.attempts)


def _failed(store: Store, document: Any) -> Any:
    job = _claimed(store, document)
    return store.sync_jobs.fail(job.id, job.attempts, error="down", retry_in_s=600)


def _redelivered(store: Store, document: Any) -> Any:
    store.webhook_events.receive(a_delivery(payload=document))
    return store.webhook_events.receive(a_delivery(payload={"other": 1})).event


WAYS: dict[str, tuple[type[Row], Callable[[Store, Any], Any]]] = {
    "create": (SyncJob, _created),
    "create_entry": (
        AuditLog,
        lambda store, document: store.audit_logs.create(an_audit_log(payload=document)),
    ),
    "create_event": (
        WebhookEvent,
        lambda store, document: store.webhook_events.create(a_webhook_event(payload=document)),
    ),
    "update": (SyncJob, _updated),
    "update_event": (WebhookEvent, _updated_event),
    "receive": (
        WebhookEvent,
        lambda store, document: store.webhook_events.receive(a_webhook_event(payload=document)).event,
    ),
    "redeliver": (WebhookEvent, _redelivered),
    "complete": (SyncJob, _completed),
    "fail": (SyncJob, _failed),
    "claim": (SyncJob, _claimed),
}


def check(subject: Subject, store: Store, document: Any, expected: str) -> None:
    """Bring a document in by each way; compare what came back, what is stored and what is read."""
    with every() as about:
        for name, (row, way) in WAYS.items():
            with about(name):
                made = way(store, document)
                assert _text(made.payload) == expected
                wire = subject.stored(row, made.id)
                assert wire is not None
                assert _text(wire["payload"]) == expected


def test_document_by_every_way(subject: Subject, store: Store) -> None:
    """An awkward document is kept by every operation that takes or returns one."""
    check(subject, store, AWKWARD, _text(AWKWARD))


@needs(Capability.EXACT_NUMBERS)
def test_numbers_by_every_way(subject: Subject, store: Store) -> None:
    """Numbers keep their digits by every operation that takes or returns a document."""
    members = ", ".join(f'"{name}": {EXACT_TEXTS[name]}' for name in sorted(EXACT_TEXTS))
    check(subject, store, EXACT, f"{{{members}}}")


def test_bare_values_by_every_way(subject: Subject, store: Store) -> None:
    """A document may be a bare value, an empty one, too, and is no default then."""
    values: tuple[Any, ...] = (0, False, "", [], {}, "null")
    with every() as about:
        for value in values:
            with about(repr(value)):
                assert _text(_created(store, value).payload) == _text(value)
                assert _text(_updated(store, value).payload) == _text(value)
                received = store.webhook_events.receive(a_webhook_event(payload=value)).event
                assert _text(received.payload) == _text(value)
                wire = subject.stored(WebhookEvent, received.id)
                assert wire is not None
                assert _text(wire["payload"]) == _text(value)


@strict
@needs(Capability.PYTHON_VALUES)
def test_keys_come_in_one_order(store: Store) -> None:
    """Keys come back as ``jsonb`` keeps them, shorter ones first and then byte by byte, on every level."""
    given = {"bb": 1, "a": 2, "\u00e9": 3, "B": {"zz": 1, "y": 2, "": 3}, "ab": 4, "": 5, "A": 6}
    ordered = ["", "A", "B", "a", "ab", "bb", "\u00e9"]
    job = _created(store, given)
    again = store.sync_jobs.get(job.id)
    assert again is not None
    for payload in (job.payload, again.payload, _updated(store, given).payload):
        assert list(payload) == ordered
        assert list(payload["B"]) == ["", "y", "zz"]


@needs(Capability.EXACT_NUMBERS)
def test_integer_of_a_thousand_digits(store: Store) -> None:
    """An integer of 1,000 digits is kept, of either sign."""
    for number in (10**1000 - 1, -(10**1000 - 1)):
        assert _created(store, {"n": number}).payload == {"n": number}


def _text(value: Any) -> str:
    """Write a value so that 1 and 1.0, 0.0 and -0.0, True and 1 are different."""
    return json.dumps(value, sort_keys=True)
