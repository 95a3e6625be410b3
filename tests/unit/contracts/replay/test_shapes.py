"""Arguments that have the protocol's form, and arguments that have not."""

from typing import Any

import pytest

from contracts.replay.shapes import misshapen
from harness.models.operations import OPERATIONS

GOOD: list[tuple[str, list[Any]]] = [
    ("createBooking", [{}]),
    ("getBooking", [7]),
    ("listBookings", [{"where": [["id", "eq", None]], "limit": 1, "order": [["id", "asc"]], "cursor": "x"}]),
    ("claimSyncJobs", [{}]),
    ("failSyncJob", ["x", 1, {"error": "x"}]),
    ("cancelBooking", ["x", {}, {"type": "system"}]),
    ("getOpsSummary", []),
    ("__import", ["bookings", [{}]]),
]
BAD: list[tuple[str, list[Any], str]] = [
    ("createBooking", [], "0 given, 1 needed"),
    ("createBooking", [None], "argument 1 is no object"),
    ("listBookings", [{"where": [["id", "eq"]]}], "has a condition that is not [field, operator, value]"),
    ("listBookings", [{"where": {}}], "has a where that is no list of lists"),
    ("listBookings", [{"order": [["id"]]}], "has an order that is not [[field, direction]]"),
    ("listBookings", [{"offset": 3}], "has the keys offset, not cursor, limit, order, where"),
    ("claimSyncJobs", [5], "argument 1 is no object"),
    ("failSyncJob", ["x", 1, {}], "argument 3 has the keys (none), not error, retryInS"),
    ("rescheduleBooking", ["x", {"scheduledStart": 1}, {"type": "system"}], "argument 2 has the keys"),
    ("__export", ["users"], "argument 1 is no table"),
    ("__import", ["bookings", [1]], "argument 2 is no list of rows"),
]


@pytest.mark.parametrize(("operation", "args"), GOOD)
def test_form_of_the_protocol(operation: str, args: list[Any]) -> None:
    assert misshapen(OPERATIONS[operation], args) is None


@pytest.mark.parametrize(("operation", "args", "why"), BAD)
def test_any_other_form(operation: str, args: list[Any], why: str) -> None:
    assert why in str(misshapen(OPERATIONS[operation], args))
