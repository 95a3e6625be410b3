"""``schema security`` finds what opens rows or functions to strangers, by its object."""

import re
from collections.abc import Callable
from uuid import uuid4

import psycopg

from migrations.security.findings import findings_of
from migrations.security.project import Project
from migrations.security.rows import Rows
from migrations.security.scenery import made
from tests.integration.migrations.security.conftest import Clone, asked
from tests.schema_changes.harmful import HARMFUL

OPENING = [change for change in HARMFUL if "security" in change.found_by]


def test_everything_that_is_opened_is_named(clone: Clone, project: Callable[..., Project]) -> None:
    # Each of them opens an object of its own, so that no finding can stand for another.
    assert len({change.object for change in OPENING}) == len(OPENING) >= 8
    database = clone()
    url = database.coordinates.database_url
    made(url, Rows(namespace=uuid4(), number=4))  # what is copied by a change must be there before it
    with psycopg.connect(url) as connection:
        for change in OPENING:
            connection.execute(change.sql.encode())
    seen = asked(project(database, is_ours=True))
    assert seen.keys == ()
    findings = findings_of(seen.cells, seen.actors, seen.absent, seen.problems, seen.changed)
    opened = [finding.id for finding in findings if finding.level == "core"]
    missed = [change.name for change in OPENING if not any(_names(one, change.object) for one in opened)]
    assert missed == [], findings
    strangers = [one for one in opened if not any(_names(one, change.object) for change in OPENING)]
    assert strangers == []


def _names(id: str, what: str) -> bool:
    return re.search(rf"\b{re.escape(what)}\b", id) is not None
