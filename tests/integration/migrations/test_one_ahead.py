"""The check of today on the schema of tomorrow: what is only added is nobody's fault."""

from pathlib import Path

import psycopg

from migrations.check import check

AHEAD = Path(__file__).parents[2] / "one_ahead"


def migrated(dsn: str, which: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute((AHEAD / which / "012_user_accounts.sql").read_bytes())


def test_what_is_added_is_no_finding(dsn: str) -> None:
    migrated(dsn, "compatible")
    assert check(dsn) == ()


def test_what_breaks_the_code_of_today_is_named(dsn: str) -> None:
    migrated(dsn, "breaking")
    found = " ".join(finding.where for finding in check(dsn))
    assert "scheduling_requests.public_token" in found
    assert "audit_logs.coordinator_id" in found
