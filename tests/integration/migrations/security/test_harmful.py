"""Harmful changes that open something: what the security check must find, it finds, and names the object."""

from collections.abc import Callable

import psycopg
import pytest

from harness.models.outcome import Finding
from harness.models.verdict import UNCHECKED_LEVEL
from migrations.security.findings import findings_of
from migrations.security.project import Project
from tests.integration.migrations.security.conftest import Clone, asked
from tests.schema_changes.harmful import HARMFUL, Change

MUST = [change for change in HARMFUL if "security" in change.found_by]
OF_ONE_DATABASE = [change for change in MUST if not change.cluster_wide]
OF_ALL = [change for change in MUST if change.cluster_wide]

Describe = Callable[..., Project]


def test_what_opens_something_is_named(clone: Clone, project: Describe) -> None:
    database = clone(*(change.sql for change in OF_ONE_DATABASE))
    findings = told(project(database, is_ours=True))
    missed = [change.name for change in OF_ONE_DATABASE if not named(findings, change)]
    assert not missed, findings


@pytest.mark.parametrize("change", OF_ALL, ids=lambda change: change.name.replace(" ", "_"))
def test_what_opens_something_everywhere_is_named(clone: Clone, project: Describe, change: Change) -> None:
    database = clone()
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        connection.execute(change.sql.encode())
        try:
            findings = told(project(database, is_ours=True))
        finally:
            connection.execute(change.undo.encode())
    assert named(findings, change), findings


def told(project: Project) -> list[Finding]:
    """What was found; that something could not be looked at is no finding of it."""
    seen = asked(project)
    findings = findings_of(seen.cells, seen.actors, seen.absent, seen.problems, seen.changed)
    return [finding for finding in findings if finding.level != UNCHECKED_LEVEL]


def named(findings: list[Finding], change: Change) -> bool:
    return any(change.object in f"{finding.where} {finding.message}" for finding in findings)
