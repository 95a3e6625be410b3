"""What the generator of requests is told: rows that are there, what is secret, how webhooks are signed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import httpx

from tests.api_fuzzing.leaks import Watch
from tests.integration.api.conversation import NEW, signed
from tests.serving import SECRET

__all__ = ["API_KEY", "Facts", "seeded"]

API_KEY = "the-key-of-internal-callers-of-the-fuzzed-api"
_CANDIDATE = "canary.candidate@example.org"
_ORGANIZER = "canary.organizer@example.org"
_INTERVIEWER = "canary.interviewer@example.org"
_NAME = "Zoë Canary of Kolkata"
_REASON = "canary: asked for another week"
_PAYLOAD = "canary in a payload of iCIMS"
_FAILURE = "canary: iCIMS said no to this note"
_EVENT_ID = "canary-event-1"
_SLOT = {"scheduledStart": "2030-03-02T10:00:00Z", "scheduledEnd": "2030-03-02T10:45:00Z"}
_OF_EACH = 20
"""Bookings, links, jobs: thousands of requests meet them, and the first that is right uses one up."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything that requests are made and answers are judged by."""

    request_id: str
    booking_ids: Sequence[str]
    """Of several, for each can be cancelled once."""
    tokens: Sequence[str]
    """Of links that can still be booked, each once."""
    job_ids: Sequence[str]
    """Of sync jobs that were claimed, for the first time and for an hour; each ends once."""
    event_id: str
    signing_secret: str
    secrets: Mapping[str, str]
    """Texts that may stand in no answer, and what they are."""
    contents: Mapping[str, str]
    """Texts of rows that may stand in no error."""
    public: str
    """The API's description."""

    def watch(self) -> Watch:
        """Return who looks for leaks."""
        return Watch(secrets=self.secrets, contents=self.contents, public=self.public)

    def write(self, file: Path) -> None:
        """Write them as JSON."""
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read them back."""
        return cls(**json.loads(file.read_text(encoding="utf-8")))


def seeded(client: httpx.Client, secrets: Mapping[str, str]) -> Facts:
    """Make rows whose contents would be recognised anywhere. `secrets` are those of the server alone."""
    booked = [_request(client) for _ in range(_OF_EACH)]
    bookings = [_right(client.post(f"/api/public/{token}/book", json=_SLOT))["id"] for _, token in booked]
    tokens = [token for _, token in (_request(client) for _ in range(_OF_EACH))]
    claim = {"limit": _OF_EACH, "leaseS": 3_600}
    failed, *jobs = _right(client.post("/api/workers/sync-jobs/claim", json=claim))["rows"]
    report = {"attempts": 1, "error": _FAILURE, "retryInS": 0}
    _right(client.post(f"/api/workers/sync-jobs/{failed['id']}/fail", json=report))
    event = json.dumps({"eventId": _EVENT_ID, "eventType": "canary", "note": _PAYLOAD}).encode()
    _right(client.post("/api/webhooks/icims", content=event, headers=signed(event)))
    return Facts(
        request_id=booked[0][0],
        booking_ids=bookings,
        tokens=tokens,
        job_ids=[job["id"] for job in jobs],
        event_id=_EVENT_ID,
        signing_secret=SECRET,
        secrets={API_KEY: "the API key", SECRET: "the secret of webhooks", **secrets},
        contents={
            **dict.fromkeys((*(token for _, token in booked), *tokens), "a public token"),
            _CANDIDATE: "a candidate's e-mail address",
            _ORGANIZER: "an organizer's e-mail address",
            _INTERVIEWER: "an interviewer's e-mail address",
            _NAME: "a candidate's name",
            _REASON: "a text of a row",
            _PAYLOAD: "the payload of an event",
            _FAILURE: "the last error of a job",
        },
        public=client.get("/openapi.json").text,
    )


def _request(client: httpx.Client) -> tuple[str, str]:
    new = {
        **NEW,
        "candidateName": _NAME,
        "candidateEmail": _CANDIDATE,
        "organizerEmail": _ORGANIZER,
        "interviewerEmails": [_INTERVIEWER],
        "needsAttention": True,
        "needsAttentionReason": _REASON,
    }
    row = _right(client.post("/api/scheduling-requests", json=new))
    return row["id"], row["publicToken"]


def _right(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.request.method} {answer.request.url} answered {answer.text}"
    return answer.json()
