"""The desk of a soak at the reference API: what a coordinator, a candidate, iCIMS and a worker would send."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NoReturn
from uuid import UUID

import httpx

from contracts.builders import NOON, a_request
from harness.adapters.codec import encode_value
from harness.api.endpoints.webhooks import SIGNATURE, signature_of
from harness.errors import Conflict, NotFound, OutcomeUnknown, StoreError, Unavailable, UnexpectedResponse
from harness.models import SchedulingRequest, entity_of
from tests.benchmarks.soak.desk import Claimed
from tests.serving import SECRET

__all__ = ["ApiDesk"]

_REQUEST = entity_of(SchedulingRequest)
_PATHS = {"sync_jobs": "sync-jobs", "webhook_events": "webhook-events"}
_ERRORS: Mapping[str, type[StoreError]] = {
    "conflict": Conflict,
    "not_found": NotFound,
    "outcome_unknown": OutcomeUnknown,
    "unavailable": Unavailable,
}
_TIMEOUT_S = 60.0
"""The API gives up its own server long before: who waits so long has found a mistake."""


class ApiDesk:
    """A desk at the API of a URL, asked by many threads at once."""

    def __init__(self, url: str) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        self._client = httpx.Client(
            base_url=url, http2=False, timeout=_TIMEOUT_S, limits=limits, trust_env=False
        )

    def open_request(self, id: UUID) -> None:
        """Create a scheduling request."""
        values = a_request(id=id, candidate_name="").values
        columns = {column.name: column for column in _REQUEST.columns}
        self._ask(
            "POST",
            "/api/scheduling-requests",
            {
                columns[name].alias: encode_value(columns[name], value)
                for name, value in values.items()
                if name not in {"public_token", "public_token_hash"}
            },
        )

    def rename(self, id: UUID, name: str) -> None:
        """Change the candidate's name."""
        self._ask("PATCH", f"/api/scheduling-requests/{id}", {"candidateName": name})

    def name(self, id: UUID) -> str | None:
        """Read it; None if there is no such request."""
        try:
            return str(self._ask("GET", f"/api/scheduling-requests/{id}")["candidateName"])
        except NotFound:
            return None

    def remove(self, id: UUID) -> bool:
        """Delete a request that has no booking."""
        try:
            self._ask("DELETE", f"/api/scheduling-requests/{id}")
        except NotFound:
            return False
        return True

    def book(self, request: UUID, booking: UUID) -> None:
        """Book a slot by the link of the request, as the candidate does."""
        token = self._ask("GET", f"/api/scheduling-requests/{request}")["publicToken"]
        self._ask("POST", f"/api/public/{token}/book", {"id": str(booking), **_slot(0)})

    def reschedule(self, booking: UUID, days: int) -> None:
        """Move a booking by so many days."""
        self._ask("POST", f"/api/bookings/{booking}/reschedule", _slot(days))

    def cancel(self, booking: UUID) -> None:
        """Cancel a booking."""
        self._ask("POST", f"/api/bookings/{booking}/cancel", {})

    def deliver(self, event: str) -> tuple[str, bool]:
        """Deliver a webhook; return the id of the stored event, and whether it is new."""
        body = json.dumps({"eventId": event, "eventType": "candidate.updated"}).encode()
        answer = self._ask(
            "POST", "/api/webhooks/icims", body, headers={SIGNATURE: signature_of(SECRET, body)}
        )
        return answer["id"], answer["isNew"]

    def claim(self, queue: str, limit: int, lease_s: float) -> list[Claimed]:
        """Take due work."""
        path = f"/api/workers/{_PATHS[queue]}/claim"
        rows = self._ask("POST", path, {"limit": limit, "leaseS": lease_s})["rows"]
        return [Claimed(UUID(row["id"]), row["attempts"]) for row in rows]

    def complete(self, queue: str, work: Claimed) -> None:
        """Say that it is done."""
        path = f"/api/workers/{_PATHS[queue]}/{work.id}/complete"
        self._ask("POST", path, {"attempts": work.attempts})

    def give_back(self, queue: str, work: Claimed) -> None:
        """Say that it failed, and is due again at once."""
        path = f"/api/workers/{_PATHS[queue]}/{work.id}/fail"
        self._ask("POST", path, {"attempts": work.attempts, "error": "again", "retryInS": 0})

    def note(self, id: UUID) -> NoReturn:
        """Refuse: the API has no such request."""
        raise NotImplementedError(f"the API writes no audit entry {id} by itself")

    def enqueue(self, id: UUID) -> NoReturn:
        """Refuse: the API has no such request."""
        raise NotImplementedError(f"the API queues no job {id} by itself")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        answer = self._client.request(method, path, content=content, headers=headers)
        if answer.is_success:
            return answer.json() if answer.content else None
        error = answer.json()["error"]
        kind = _ERRORS.get(error["kind"])
        if kind is None:
            raise UnexpectedResponse(f"{method} {path}: {answer.status_code} {error}")
        raise kind(error.get("constraint") or error["message"])


def _slot(days: int) -> dict[str, str]:
    start = NOON + timedelta(days=days)
    end = start + timedelta(hours=1)
    return {"scheduledStart": start.isoformat(), "scheduledEnd": end.isoformat()}
