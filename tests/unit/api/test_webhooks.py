"""The webhook of iCIMS: what is signed, what is stored, what is noted."""

import hashlib
import hmac
import json

import pytest

from harness.adapters.memory import MemoryStore
from harness.api.app import create_app
from harness.api.endpoints.webhooks import signature_of
from harness.api.limits import MAX_BODY_BYTES
from tests.unit.api.asking import SECRET, app, ask

_PATH = "/api/webhooks/icims"


def deliver(store: MemoryStore, event: dict[str, object]) -> dict[str, object]:
    body = json.dumps(event).encode()
    answer = ask(
        app(store), "POST", _PATH, content=body, headers={"X-ICIMS-Signature": signature_of(SECRET, body)}
    )
    assert answer.status_code == 200
    told: dict[str, object] = answer.json()
    return told


def test_the_signature_is_that_of_rfc_2104() -> None:
    # Test case 2 of RFC 4231.
    assert signature_of("Jefe", b"what do ya want for nothing?") == (
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


@pytest.mark.parametrize(
    "spoil",
    [
        lambda signature: signature[:-1],
        lambda signature: signature + "0",
        lambda signature: signature.removeprefix("sha256="),
        lambda signature: signature.upper(),
        lambda signature: signature.replace("sha256", "sha1"),
        lambda _: "",
        lambda _: "sha256=",
        lambda _: "sha256=" + hmac.new(b"", b"{}", hashlib.sha256).hexdigest(),
    ],
)
def test_another_signature_is_refused(spoil: object) -> None:
    assert callable(spoil)
    signature = spoil(signature_of(SECRET, b"{}"))
    answer = ask(app(), "POST", _PATH, content=b"{}", headers={"X-ICIMS-Signature": signature})
    assert answer.status_code == 401


def test_without_a_secret_nothing_is_accepted() -> None:
    open_to_all = create_app(MemoryStore(), mode="memory")
    for secret in ("", "None"):
        signature = signature_of(secret, b"{}")
        answer = ask(open_to_all, "POST", _PATH, content=b"{}", headers={"X-ICIMS-Signature": signature})
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
        assert "ICIMS_WEBHOOK_SECRET" in answer.json()["error"]["message"]


@pytest.mark.parametrize("secret", [SECRET, "of somebody else"])
def test_an_oversized_delivery_is_refused_whoever_signed_it(secret: str) -> None:
    store = MemoryStore()
    filler = "x" * MAX_BODY_BYTES
    body = json.dumps({"eventId": "e", "eventType": "t", "filler": filler}).encode()
    answer = ask(
        app(store), "POST", _PATH, content=body, headers={"X-ICIMS-Signature": signature_of(secret, body)}
    )
    assert answer.status_code == 413
    assert store.webhook_events.count() == 0


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b'{"eventId": "\x00"}', b"\xff", b"9" * 10_000, b'{"eventId": 1}']
)
def test_nothing_of_an_unsigned_body_is_looked_at(body: bytes) -> None:
    unsigned = ask(app(), "POST", _PATH, content=body)
    assert unsigned.status_code == 401
    of_another = ask(
        app(), "POST", _PATH, content=body, headers={"X-ICIMS-Signature": signature_of(SECRET, b"{}")}
    )
    assert of_another.json() == unsigned.json()


def test_a_signature_holds_for_its_bytes_alone() -> None:
    store = MemoryStore()
    signed = json.dumps({"eventId": "e", "eventType": "t"}).encode()
    headers = {"X-ICIMS-Signature": signature_of(SECRET, signed)}
    for sent in (signed + b" ", signed.replace(b'"t"', b'"u"'), signed.replace(b" ", b""), signed[:-1]):
        assert ask(app(store), "POST", _PATH, content=sent, headers=headers).status_code == 401
    assert store.webhook_events.count() == 0


def test_a_delivery_that_is_replayed_after_its_work_is_done_does_nothing() -> None:
    store = MemoryStore()
    event: dict[str, object] = {"eventId": "e", "eventType": "t"}
    first = deliver(store, event)
    (claimed,) = store.webhook_events.claim()
    done = store.webhook_events.complete(claimed.id, claimed.attempts)
    for _ in range(3):
        assert deliver(store, event) == {"id": first["id"], "isNew": False}
    assert store.webhook_events.list().rows == (done,)
    assert store.webhook_events.claim() == ()


def test_other_content_is_noted_once_and_changes_nothing() -> None:
    store = MemoryStore()
    first = deliver(store, {"eventId": "e", "eventType": "t", "name": "zoe@example.org"})
    before = store.webhook_events.list().rows
    for _ in range(3):
        assert deliver(store, {"eventId": "e", "eventType": "t", "name": "ann@example.org"}) == {
            "id": first["id"],
            "isNew": False,
        }
    deliver(store, {"eventId": "e", "eventType": "t", "tenantId": "another"})
    assert store.webhook_events.list().rows == before
    entries = store.audit_logs.list().rows
    assert [entry.action for entry in entries] == ["webhook_conflict"] * 2
    assert {entry.payload["webhookEventId"] for entry in entries} == {first["id"]}
    assert len({entry.payload["refusedPayloadHash"] for entry in entries}) == 2
    # Who reads the history learns that something came, not what.
    assert "example.org" not in repr(entries)


def test_a_repetition_is_noted_nowhere() -> None:
    store = MemoryStore()
    event: dict[str, object] = {"eventId": "e", "eventType": "t"}
    assert deliver(store, event)["isNew"] is True
    assert deliver(store, event)["isNew"] is False
    assert store.audit_logs.count() == 0
