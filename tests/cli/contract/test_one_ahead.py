"""Old code against the new schema: what goes on working after the next migration, and what does not.

While a deployment is under way the old code runs on the new schema, and after a rollback of the code for as
long as it takes. The migration is the one that section 4.2 of the plan announces.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from migrations.files import PACKAGED
from tests.cli.conftest import FEW_CASES, Finished, Harness

ONE_AHEAD = Path(__file__).parents[2] / "one_ahead"
SOME = "crud.,flows.flow,queues_claim.claim_takes"
"""Cases by which each table is written and read, and each function is called."""


def ahead(place: Path, which: str) -> Path:
    """Return a directory of our migrations and one more."""
    directory = place / "sql"
    shutil.copytree(PACKAGED, directory)
    shutil.copy(ONE_AHEAD / which / "012_user_accounts.sql", directory)
    return directory


def judged(harness: Harness, place: Path, which: str) -> tuple[Finished, dict[str, Any]]:
    """Judge the adapter of today on the schema of tomorrow."""
    directory = ahead(place, which)
    done = harness(
        *("--all-of", SOME, "contract", "--adapter", "supabase", "--level", "core"),
        *("--sql", str(directory), "--json", "outcome.json"),
        cwd=place,
        command=FEW_CASES,
    )
    return done, json.loads((place / "outcome.json").read_text())


def test_what_is_only_added_breaks_nothing(harness: Harness, tmp_path: Path) -> None:
    done, outcome = judged(harness, tmp_path, "compatible")
    assert (done.status, outcome["findings"]) == (0, []), done.out
    assert outcome["counts"]["supabase"]["executed"] > 50


def test_what_breaks_is_named(harness: Harness, tmp_path: Path) -> None:
    done, outcome = judged(harness, tmp_path, "breaking")
    assert done.status == 1
    found = {finding["id"]: finding["where"] for finding in outcome["findings"]}
    # The column that is gone, and the one that is required: each by the operation that fails.
    broken = ("scheduling_requests", "audit_logs")
    for table in broken:
        assert found[f"crud.create_returns_what_was_given[{table}]"] == f"supabase {table}.create"
    # What the migration leaves alone is not blamed.
    assert not [id_ for id_ in found if "[sync_jobs]" in id_ or "[webhook_events]" in id_]


@pytest.mark.parametrize(
    ("which", "status", "said"),
    [
        ("compatible", 0, ()),
        ("breaking", 1, ("PH043", "public.scheduling_requests.public_token", "adding-required-field")),
    ],
)
def test_the_files_say_it_before_anything_is_applied(
    harness: Harness, tmp_path: Path, which: str, status: int, said: tuple[str, ...]
) -> None:
    directory = ahead(tmp_path, which)
    done = harness("schema", "lint", "--sql", str(directory), "--after", "011", cwd=tmp_path)
    assert done.status == status, done.out
    assert all(word in done.out for word in said)


def test_the_schema_of_a_stack_that_runs_is_not_changed(harness: Harness, tmp_path: Path) -> None:
    done = harness("contract", "--sql", "sql", cwd=tmp_path, HARNESS_STACK_FILE="stack.json")
    assert done.is_unchecked("--sql needs a stack of its own, and HARNESS_STACK_FILE names one that runs")


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (("--stack", "external"), {}),
        ((), {"SUPABASE_URL": "http://127.0.0.1:9"}),  # which is what makes a project a given one
    ],
)
def test_the_schema_of_a_given_project_is_not_made(
    harness: Harness, tmp_path: Path, arguments: tuple[str, ...], variables: dict[str, str]
) -> None:
    directory = ahead(tmp_path, "compatible")
    done = harness("contract", "--sql", str(directory), *arguments, cwd=tmp_path, **variables)
    assert done.is_unchecked("a given project has its schema already")
    assert "Usage:" in done.err
