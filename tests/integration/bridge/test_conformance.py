"""The protocol itself: what any server of ``parity-bridge/1`` must do, asked without our own client."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import jsonschema
import pytest

from harness.adapters.bridge.schema import protocol_schema
from harness.models.operations import OPERATIONS

SCHEMA = protocol_schema()
SERVERS: Mapping[str, list[str]] = {
    "harness": [sys.executable, "-P", "-m", "harness", "bridge", "serve", "--adapter", "memory"],
}
TIME = "2026-01-15T10:00:00.123456+00:00"
REQUEST: Mapping[str, Any] = {
    "candidateName": "Ada",
    "candidateEmail": "ada@example.org",
    "reqTitle": "Engineer",
    "interviewType": "onsite",
    "durationMinutes": 45,
    "interviewerEmails": [],
    "organizerEmail": "o@example.org",
    "windowStart": "2026-01-15T10:00:00+00:00",
    "windowEnd": "2026-01-16T10:00:00+00:00",
    "candidateTimezone": "Europe/Paris",
    "publicToken": "t",
    "expiresAt": "2199-01-15T10:00:00+00:00",
}
JOB = {"type": "icims_note", "entityId": "b-1", "entityType": "booking"}
EVENT = {
    "eventId": "e-1",
    "payloadHash": "h",
    "eventType": "hired",
    "payload": {"a": [1, None]},
    "signature": "s",
}
ACTOR = {"type": "candidate", "id": None}


@dataclass
class Conversation:
    """One run of a server, spoken to in its own lines."""

    process: "subprocess.Popen[bytes]"
    hello: dict[str, Any] = field(default_factory=dict)
    asked: int = 0

    def send(self, *lines: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{line}\n" for line in lines).encode())
        self.process.stdin.flush()

    def line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def ask(self, operation: str, *arguments: Any) -> Any:
        """Ask, and return the result, checked against the schema of the operation."""
        self.asked += 1
        self.send(json.dumps({"id": self.asked, "op": operation, "args": arguments}))
        reply = self.line()
        assert reply["id"] == self.asked
        assert "error" not in reply, reply
        check(reply, {"$ref": "#/$defs/reply"})
        check(reply["result"], {"$ref": f"#/$defs/operations/{operation}/result"})
        return reply["result"]

    def refused(self, operation: str, *arguments: Any) -> dict[str, Any]:
        """Ask, and return the error, checked against the schema."""
        self.asked += 1
        self.send(json.dumps({"id": self.asked, "op": operation, "args": arguments}))
        reply = self.line()
        check(reply, {"$ref": "#/$defs/reply"})
        error: dict[str, Any] = reply["error"]
        return error

    def end(self) -> int:
        """Close stdin, and return the exit status."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(timeout=30)


def check(value: Any, part: Mapping[str, Any]) -> None:
    jsonschema.Draft202012Validator({**part, "$defs": SCHEMA["$defs"]}).validate(value)


@pytest.fixture(params=sorted(SERVERS))
def server(request: pytest.FixtureRequest) -> Iterator[Conversation]:
    """A server on empty rows in memory mode, which has said hello."""
    process = subprocess.Popen(
        SERVERS[request.param],
        env={**os.environ, "DB_MODE": "memory"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with process:
        conversation = Conversation(process)
        conversation.hello = conversation.line()
        yield conversation
        process.kill()


def test_hello_is_valid_and_whole(server: Conversation) -> None:
    check(server.hello, {"$ref": "#/$defs/hello"})
    assert set(server.hello["operations"]) == OPERATIONS.keys()


def test_every_operation_answers_by_the_schema(server: Conversation) -> None:
    request = server.ask("createSchedulingRequest", {**REQUEST, "publicTokenHash": "h"})
    assert server.ask("getSchedulingRequest", request["id"]) == request
    assert server.ask("getSchedulingRequestByTokenHash", "h") == request
    assert server.ask("getSchedulingRequest", str(uuid4())) is None
    slot = {"scheduledStart": "2026-01-15T10:00:00+00:00", "scheduledEnd": "2026-01-15T11:00:00+00:00"}
    by = {"requestId": request["id"], "bookedBy": "ada"}
    booking = server.ask("bookSchedulingRequest", {**slot, **by}, ACTOR)
    later = {**slot, "scheduledEnd": "2026-01-15T12:00:00+00:00"}
    moved = server.ask("rescheduleBooking", booking["id"], later, ACTOR)
    assert moved["id"] == booking["id"]
    cancelled = server.ask("cancelBooking", booking["id"], {"reason": None}, ACTOR)
    assert cancelled["status"] == "cancelled"
    patched = server.ask("updateBooking", booking["id"], {"calendarEventId": "c", "cancellationReason": None})
    assert (patched["calendarEventId"], patched["cancellationReason"]) == ("c", None)
    assert len(server.ask("listAuditLogs", {"where": [], "limit": 100})["rows"]) == 3
    assert server.ask("countSyncJobs", {"where": [["entityId", "eq", booking["id"]]]}) == 3
    (job,) = server.ask("claimSyncJobs", {"limit": 1, "leaseS": 60})
    assert server.ask("completeSyncJob", job["id"], 1)["status"] == "completed"
    first = server.ask("receiveWebhookEvent", EVENT)
    assert (first["isNew"], server.ask("receiveWebhookEvent", EVENT)["isNew"]) == (True, False)
    (event,) = server.ask("claimWebhookEvents", {"limit": 5, "leaseS": 60})
    failed = server.ask("failWebhookEvent", event["id"], 1, {"error": "502", "retryInS": 0})
    assert (failed["lastError"], failed["payload"]) == ("502", EVENT["payload"])
    assert server.ask("getOpsSummary")["counts"]["bookings"]["cancelled"] == 1
    assert server.ask("deleteBooking", booking["id"]) is True
    assert server.ask("deleteBooking", booking["id"]) is False


def test_pages(server: Conversation) -> None:
    made = [server.ask("createSyncJob", {**JOB, "runAfter": TIME}) for _ in range(5)]
    asked = {"where": [["runAfter", "lte", TIME]], "order": [["runAfter", "desc"]], "limit": 2}
    found: list[Any] = []
    cursor: dict[str, str] = {}
    for _ in range(3):
        page = server.ask("listSyncJobs", {**asked, **cursor})
        found += page["rows"]
        cursor = {"cursor": page["nextCursor"]}
    assert cursor == {"cursor": None}
    assert [job["id"] for job in found] == sorted((job["id"] for job in made), reverse=True)


def test_rows_out_and_in_again(server: Conversation) -> None:
    server.ask("createSyncJob", JOB)
    rows = server.ask("__export", "syncJobs")
    server.ask("__reset")
    assert server.ask("__export", "syncJobs") == []
    server.ask("__import", "syncJobs", rows)
    assert server.ask("__export", "syncJobs") == rows


def test_errors_are_valid(server: Conversation) -> None:
    unknown = str(uuid4())
    assert server.refused("updateSyncJob", unknown, {"status": "failed"})["kind"] == "not_found"
    refused = server.refused("createSyncJob", {**JOB, "status": "Pending"})
    assert (refused["kind"], refused["constraint"]) == ("invalid_value", "sync_jobs_status_check")
    audit = {"requestId": unknown, "action": "a", "actorType": "system"}
    missing = server.refused("createAuditLog", audit)
    assert (missing["kind"], missing["constraint"]) == ("missing_reference", "audit_logs_request_id_fkey")
    made = server.ask("createSyncJob", JOB)
    twice = server.refused("createSyncJob", {**JOB, "id": made["id"]})
    assert (twice["kind"], twice["constraint"]) == ("conflict", "sync_jobs_pkey")
    assert server.refused("createSyncJob", {**JOB, "runAfter": "now"})["kind"] == "invalid_value"


def test_careless_caller_changes_nothing(server: Conversation) -> None:
    assert server.hello["spoils"] is True
    job = {**JOB, "payload": {"a": [1]}}
    server.send(json.dumps({"id": 900, "op": "createSyncJob", "args": [job], "spoil": True}))
    made = server.line()["result"]
    assert made["payload"] == {"a": [1]}
    server.send(json.dumps({"id": 901, "op": "getSyncJob", "args": [made["id"]], "spoil": True}))
    assert server.line()["result"] == made
    assert server.ask("getSyncJob", made["id"]) == made


def test_requests_at_once_are_answered_once_each(server: Conversation) -> None:
    numbers = range(1000, 1200)
    server.send(*(json.dumps({"id": n, "op": "createSyncJob", "args": [JOB]}) for n in numbers))
    replies = [server.line() for _ in numbers]
    assert sorted(reply["id"] for reply in replies) == [*numbers]
    assert len({reply["result"]["id"] for reply in replies}) == len(numbers)


@pytest.mark.parametrize(
    "text",
    [
        "caf\u00e9 \U0001f5d3",
        "line\u2028separator\u2029",
        "\\n\n\t\"'",
        "x" * 5_000_000,
        "\u0001\u001f\u007f",
    ],
    ids=["unicode", "separators", "escapes", "five_megabytes", "controls"],
)
def test_texts_travel_whole(server: Conversation, text: str) -> None:
    made = server.ask("createSyncJob", {**JOB, "lastError": text, "payload": {text[:1000]: text}})
    assert (made["lastError"], made["payload"]) == (text, {text[:1000]: text})


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "{}",
        '{"id": 7}',
        '{"id": 7, "op": "createSyncJob"}',
        '{"id":7,"op":"dropTables","args":[]}',
    ],
)
def test_unreadable_request_is_answered(server: Conversation, line: str) -> None:
    server.send(line)
    reply = server.line()
    assert (reply["id"], reply["error"]["kind"]) == (7 if "7" in line else None, "unexpected")
    assert server.ask("getSyncJob", str(uuid4())) is None


def test_end_of_stdin_ends_it_after_what_runs(server: Conversation) -> None:
    lines = [json.dumps({"id": n, "op": "createSyncJob", "args": [JOB]}) for n in range(50)]
    server.send(*lines)
    assert server.end() == 0
    assert server.process.stdout is not None
    assert len(server.process.stdout.read().splitlines()) == len(lines)
