"""Values: JSON comes back as the canonical form that ``jsonb`` keeps, the same from every store."""

import json
from typing import Any

from psycopg import sql

from contracts.builders import a_sync_job, a_webhook_event, an_audit_log, created
from contracts.case import needs, strict
from contracts.entities import repository
from contracts.expect import every, refused
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import InvalidValue
from harness.models import AuditLog, SyncJob, SyncJobPatch, WebhookEvent, entity_of


def _nest(levels: int) -> Any:
    value: Any = "core"
    for level in range(levels):
        value = [value] if level % 2 else {"in": value}
    return value


DOCUMENTS = {
    "empty_object": {},
    "empty_list": [],
    "empty_inside": {"a": {}, "b": [], "c": ""},
    "list": [1, "two", [3]],
    "text": "just a text",
    "empty_text": "",
    "number": 42,
    "false": False,
    "true": True,
    "null_inside": {"a": None, "b": [None, 1]},
    "booleans_inside": {"t": True, "f": False, "list": [True, False]},
    "truth_is_not_one": {"one": 1, "true": True, "zero": 0, "false": False},
    "unicode_keys": {"Zo\u00eb": 1, "Zoe\u0308": 2, "\N{ROCKET}": 3},
    "empty_key": {"": "value"},
    "keys_like_columns": {"id": "x", "payload": {"status": "failed"}, "attempts": -1},
    "keys_like_paths": {"a->b": 1, "a.b": 2, "$": 3, "{a}": 4, "a'b\"c\\d": 5},
    "camel_and_snake": {"runAfter": 1, "run_after": 2},
    "texts_like_json": {"a": "null", "b": "[]", "c": "1e5", "d": '"'},
    "text_like_time": {"at": "2026-01-15T10:00:00.100Z"},
    "escapes": {"a": "\\u0041 \n\t\b\f / \\ \" '", "b": "\x01\x7f\u2028"},
    "small_numbers": {"list": [0, -1, 0.1, -2.5, 1e-7, 123456.789]},
    "digits_of_a_double": {"n": 0.30000000000000004},
    "nested_50_levels": _nest(50),
    "nested_100_levels": _nest(100),
    "long_list": list(range(5000)),
    "long_text": {"text": "x" * 300_000},
}
NUMBERS: dict[str, tuple[Any, str]] = {
    "one": (1, "1"),
    "one_point_zero": (1.0, "1.0"),
    "negative_zero": (-0.0, "0.0"),
    "zero_point_zero": (0.0, "0.0"),
    "tenth": (0.1, "0.1"),
    "tiny": (1e-7, "1e-07"),
    "1e22": (1e22, "10000000000000000000000"),
    "1e300": (1e300, "1" + "0" * 300),
    "2_to_53_plus_1": (2**53 + 1, "9007199254740993"),
    "minus_2_to_63": (-(2**63), "-9223372036854775808"),
    "twenty_digits": (12345678901234567890, "12345678901234567890"),
    "thirty_digits": (123456789012345678901234567890, "123456789012345678901234567890"),
    "long_decimal": (0.1234567890123456, "0.1234567890123456"),
}
INEXPRESSIBLE: dict[str, Any] = {
    "not_a_number": {"n": float("nan")},
    "infinity": {"n": float("inf")},
    "minus_infinity": [float("-inf")],
    "integer_key": {1: "one"},
    "boolean_key": {True: "yes"},
    "none_key": {None: "nothing"},
    "set": {"tags": {"a"}},
    "bytes": {"raw": b"a"},
    "object": {"thing": object()},
    "complex": [1j],
    "too_deep": _nest(150),
    "too_many_digits": 10**1000,
}


def test_document_is_kept(subject: Subject, store: Store) -> None:
    """A JSON value is stored, returned and read back as the same value."""
    made = {}
    with every() as about:
        for name, document in DOCUMENTS.items():
            with about(name):
                made[name] = store.sync_jobs.create(a_sync_job(payload=document))
                assert _text(made[name].payload) == _text(document)
        read = {job.id: job.payload for job in store.sync_jobs.list().rows}
        stored = {wire["id"]: wire["payload"] for wire in subject.stored_rows(SyncJob)}
        for name, job in made.items():
            with about(name):
                assert _text(read[job.id]) == _text(DOCUMENTS[name])
                assert _text(stored[str(job.id)]) == _text(DOCUMENTS[name])


@needs(Capability.EXACT_NUMBERS)
def test_number_in_canonical_form(subject: Subject, store: Store) -> None:
    """A number keeps its digits, in the form in which ``jsonb`` prints it."""
    with every() as about:
        for name, (number, kept) in NUMBERS.items():
            with about(name):
                job = store.sync_jobs.create(a_sync_job(payload={"n": number}))
                assert _text(job.payload["n"]) == kept
                again = store.sync_jobs.get(job.id)
                assert again == job
                assert again is not None
                assert _text(again.payload["n"]) == kept
                wire = subject.stored(SyncJob, job.id)
                assert wire is not None
                assert _text(wire["payload"]["n"]) == kept


def test_number_is_equal(store: Store) -> None:
    """A number that every double can hold comes back equal."""
    numbers = (0, 1, -1, 2**53, -(2**53), 0.5, 1e-7)
    job = store.sync_jobs.create(a_sync_job(payload={"list": list(numbers)}))
    again = store.sync_jobs.get(job.id)
    assert again == job
    with every() as about:
        for number, kept in zip(numbers, job.payload["list"], strict=True):
            with about(number):
                assert kept == number


def test_document_is_replaced_whole(store: Store) -> None:
    """An update replaces a JSON value; it does not merge into it."""
    job = store.sync_jobs.create(a_sync_job(payload={"a": 1, "b": {"c": 2}}))
    after = store.sync_jobs.update(job.id, SyncJobPatch(payload={"b": {"d": 3}}))
    assert after.payload == {"b": {"d": 3}}
    assert store.sync_jobs.get(job.id) == after


def test_documents_in_every_table_that_has_one(store: Store) -> None:
    """Audit entries and webhook events keep JSON as sync jobs do."""
    document = {"list": [1, None, {"deep": "\N{ROCKET}"}]}
    assert store.audit_logs.create(an_audit_log(payload=document)).payload == document
    assert store.webhook_events.create(a_webhook_event(payload=document)).payload == document
    assert store.webhook_events.receive(a_webhook_event(payload=document)).event.payload == document


@needs(Capability.PYTHON_VALUES)
@strict
def test_tuple_becomes_a_list(store: Store) -> None:
    """A tuple inside of JSON is a list, before and after it was stored."""
    job = store.sync_jobs.create(a_sync_job(payload={"pair": (1, (2, 3))}))
    assert job.payload == {"pair": [1, [2, 3]]}
    assert store.sync_jobs.get(job.id) == job


@needs(Capability.PYTHON_VALUES)
@strict
def test_inexpressible_value_is_refused(store: Store) -> None:
    """What JSON cannot express is refused with the column's name, on create and on update."""
    job = store.sync_jobs.create(a_sync_job())
    with every() as about:
        for name, value in INEXPRESSIBLE.items():
            with about(f"{name} on create"), refused(InvalidValue, "payload"):
                store.sync_jobs.create(a_sync_job(payload=value))
            with about(f"{name} on update"), refused(InvalidValue, "payload"):
                store.sync_jobs.update(job.id, SyncJobPatch(payload=value))
    assert store.sync_jobs.list().rows == (job,)


def test_unstorable_text_inside_is_refused(store: Store) -> None:
    """NUL and lone surrogates are refused inside of JSON, in keys, too."""
    inside: dict[str, Any] = {
        "nul": {"a": "x\x00y"},
        "nul_key": {"a\x00": 1},
        "surrogate": ["\ud800"],
        "surrogate_key": {"\udfff": 1},
    }
    with every() as about:
        for name, value in inside.items():
            with about(name), refused(InvalidValue):
                store.sync_jobs.create(a_sync_job(payload=value))
    assert store.sync_jobs.count() == 0


def test_null_as_document_is_a_missing_value(store: Store) -> None:
    """A top-level null is NULL, which a payload may not be."""
    job = store.sync_jobs.create(a_sync_job())
    with refused(InvalidValue):
        store.sync_jobs.create(a_sync_job(payload=None))
    with refused(InvalidValue):
        store.sync_jobs.update(job.id, SyncJobPatch(payload=None))
    assert store.sync_jobs.list().rows == (job,)


@needs(Capability.SERVER)
def test_of_duplicate_keys_the_last_wins(subject: Subject, store: Store) -> None:
    """A document with duplicate keys, written by another client, is read with the last one."""
    with subject.connect() as session, every() as about:
        for row in (AuditLog, SyncJob, WebhookEvent):
            made = created(row, store)
            table = sql.Identifier(entity_of(row).table)
            session.execute(
                sql.SQL("""UPDATE {} SET payload = '{{"a": 1, "b": 0, "a": 2}}' WHERE id = %s""").format(
                    table
                ),
                (made.id,),
            )
            session.commit()
            with about(entity_of(row).table):
                again: Any = repository(store, row).get(made.id)
                assert again.payload == {"a": 2, "b": 0}


def _text(value: Any) -> str:
    """Write a value so that 1 and 1.0, 0.0 and -0.0, True and 1 are different."""
    return json.dumps(value, sort_keys=True)
