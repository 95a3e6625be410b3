"""Which endpoints a run calls, and why not the others."""

from collections.abc import Mapping
from typing import Literal

from loadtests.scenarios.endpoints import DESCRIPTIONS
from loadtests.scenarios.implementation import Implementation

__all__ = ["Profile", "left_out"]

Profile = Literal["read-only", "write"]

_READS = frozenset(
    {
        *("health", "get_request", "list_requests", "open_link", "get_booking"),
        *("ops_summary", "ops_dashboard"),
    }
)
_QUEUES = ("claim_jobs", "complete_job", "fail_job")
_WEBHOOKS = ("receive_webhook", "redeliver_webhook")
_NEEDS = {
    **dict.fromkeys(("get_request", "update_request", "open_link", "book"), "create_request"),
    **dict.fromkeys(("reschedule", "cancel", "get_booking"), "book"),
    **dict.fromkeys(("redeliver_webhook", "claim_jobs"), "receive_webhook"),
    **dict.fromkeys(("complete_job", "fail_job"), "claim_jobs"),
}
"""By which other endpoint the subjects of an endpoint are made; a need stands before what needs it."""


def left_out(implementation: Implementation, *, profile: Profile, owns_data: bool) -> Mapping[str, str]:
    """The endpoints that are not called, each with the reason."""
    reasons = {"delete_request": "it only removes what a run has made"}
    for name in DESCRIPTIONS:
        lacking = implementation.lacks(name)
        if lacking is not None:
            reasons[name] = lacking
    if profile == "read-only":
        return {**_unreadable(implementation), **reasons}
    if implementation.api.webhook_secret is None:
        reason = "there is no secret to sign with (ICIMS_WEBHOOK_SECRET, or webhook_secret in [api])"
        reasons = {**dict.fromkeys(_WEBHOOKS, reason), **reasons}
    if not owns_data:
        reasons = {**dict.fromkeys(_QUEUES, "it would take jobs that others wait for"), **reasons}
    for name, needed in _NEEDS.items():
        if needed in reasons:
            reasons.setdefault(name, f"it needs {needed}, which is left out")
    return reasons


def _unreadable(implementation: Implementation) -> dict[str, str]:
    """What would write, and what has nothing to read."""
    reasons = dict.fromkeys(
        (name for name in DESCRIPTIONS if name not in _READS), "it writes, and the profile is read-only"
    )
    given = implementation.api.subjects
    nothing = "name some {} in [api.subjects] of parity.toml: nothing else tells which there are"
    if not given.bookings:
        reasons["get_booking"] = nothing.format("bookings")
    if not given.tokens and not implementation.answers("list_requests", "publicToken"):
        reasons["open_link"] = nothing.format("tokens")
    return reasons
