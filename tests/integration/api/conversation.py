"""One table of requests and right answers for both modes, written down before any server is asked.

In an answer ``<name>`` stands for a value that the table kept from an earlier
answer, ``<id>`` for any other UUID, ``<time>`` for a time that the store
assigned; times of 2030 are those that the table sent.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.serving import SECRET

__all__ = ["BOOKING", "NEW", "ROW", "Conversation", "Step", "refusal", "signed"]

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ASSIGNED = re.compile(r"(?!2030)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z")
_HEX = re.compile(r"(sha256=)?[0-9a-f]{64}")

NEW = {
    "candidateName": "Zoë 🦊",
    "candidateEmail": "zoe@example.org",
    "reqTitle": "Engineer",
    "interviewType": "onsite",
    "durationMinutes": 45,
    "interviewerEmails": ["ann@example.com", 'bob, the "builder"@example.com'],
    "organizerEmail": "organizer@example.com",
    "windowStart": "2030-03-01T09:00:00.000001+01:00",
    "windowEnd": "2030-03-08T18:00:00Z",
    "candidateTimezone": "Europe/Berlin",
    "expiresAt": "2030-03-08T18:00:00Z",
}
"""A request with all that is required."""

ROW = {
    "id": "<request>",
    "applicationId": None,
    "candidateName": "Zoë 🦊",
    "candidateEmail": "zoe@example.org",
    "reqId": None,
    "reqTitle": "Engineer",
    "interviewType": "onsite",
    "durationMinutes": 45,
    "interviewerEmails": ["ann@example.com", 'bob, the "builder"@example.com'],
    "organizerEmail": "organizer@example.com",
    "calendarProvider": "microsoft_graph",
    "graphTenantId": None,
    "windowStart": "2030-03-01T08:00:00.000001Z",
    "windowEnd": "2030-03-08T18:00:00.000000Z",
    "candidateTimezone": "Europe/Berlin",
    "publicToken": "<token>",
    "expiresAt": "2030-03-08T18:00:00.000000Z",
    "status": "pending",
    "needsAttention": False,
    "needsAttentionReason": None,
    "createdBy": None,
    "createdAt": "<time>",
    "updatedAt": "<time>",
}
"""The answer to it."""

BOOKING = {
    "id": "<booking>",
    "requestId": "<request>",
    "scheduledStart": "2030-03-02T10:00:00.000000Z",
    "scheduledEnd": "2030-03-02T10:45:00.000000Z",
    "calendarEventId": None,
    "calendarIcalUid": None,
    "conferenceJoinUrl": None,
    "icimsActivityId": None,
    "status": "confirmed",
    "confirmedAt": "<time>",
    "cancelledAt": None,
    "cancellationReason": None,
    "bookedBy": "candidate",
    "bookedAt": "<time>",
    "updatedAt": "<time>",
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """A request, and the right answer to it."""

    endpoint: str
    """Its name in the API's description."""
    method: str
    path: str
    """``{name}`` stands for a kept value."""
    body: Any = None
    """A JSON value, or bytes to be sent as they are."""
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int
    answer: Any
    keep: Mapping[str, str] = field(default_factory=dict)
    """Names for values of the answer, by their place in it: ``rows.0.id``."""

    @property
    def content(self) -> bytes | None:
        """The body as it is sent."""
        if self.body is None or isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body).encode()


def refusal(kind: str, message: str, **more: str) -> dict[str, Any]:
    """The answer to a request that is refused."""
    return {"error": {"kind": kind, "message": message, **more}}


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """The header with which iCIMS sends a body."""
    return {"X-ICIMS-Signature": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


class Conversation:
    """A client that goes through steps and brings what it is told into the form of the table."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._kept: dict[str, str] = {}

    def send(self, step: Step) -> httpx.Response:
        """Send the request of a step."""
        path = step.path.format_map(self._kept)
        return self._client.request(step.method, path, content=step.content, headers=step.headers)

    def normalised(self, step: Step, response: httpx.Response) -> Any:
        """Return the answer as the table writes it, and keep what the step names."""
        answer: Any = None if response.content == b"" else response.json()
        for name, place in step.keep.items():
            value: Any = answer
            for part in place.split("."):
                value = value[int(part)] if isinstance(value, list) else value[part]
            self._kept[name] = value
        return self._normal(answer)

    def _normal(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._normal(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._normal(item) for item in value]
        return self._word(value) if isinstance(value, str) else value

    def _word(self, text: str) -> str:
        for name, value in self._kept.items():
            if text == value:
                return f"<{name}>"
        if _UUID.fullmatch(text):
            return "<id>"
        if _HEX.fullmatch(text):
            return "<hash>"
        return "<time>" if _ASSIGNED.fullmatch(text) else text
