"""The names of the protocol, as the documented ones."""

import pytest

from harness.adapters.bridge.schema import protocol_schema
from harness.models.operations import OPERATIONS, OPTIONAL, required

DOCUMENTED = (
    "createBooking",
    "getSyncJob",
    "listAuditLogs",
    "updateSchedulingRequest",
    "deleteReconciliationJob",
    "getSchedulingRequestByTokenHash",
    "receiveWebhookEvent",
    "claimSyncJobs",
    "claimWebhookEvents",
    "claimReconciliationJobs",
    "completeSyncJob",
    "failSyncJob",
    "bookSchedulingRequest",
    "rescheduleBooking",
    "cancelBooking",
    "getOpsSummary",
    "__export",
    "__import",
    "__reset",
)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_documented_operation(name: str) -> None:
    assert name in OPERATIONS


@pytest.mark.parametrize("name", ["updateAuditLog", "deleteAuditLog", "claimBookings", "completeBooking"])
def test_operation_that_no_entity_has(name: str) -> None:
    assert name not in OPERATIONS


def test_only_helpers_and_counts_are_optional() -> None:
    assert {name for name in OPTIONAL if not name.startswith("count")} == {"__export", "__import", "__reset"}
    assert set(required()) == set(OPERATIONS) - OPTIONAL


def test_schema_describes_every_operation() -> None:
    assert protocol_schema()["$defs"]["operations"].keys() == OPERATIONS.keys()
