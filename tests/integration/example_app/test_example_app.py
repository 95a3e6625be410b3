"""The TypeScript example: written after the plan it is rejected, defect by defect; corrected it passes."""

import json
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contracts.manifest import Manifest
from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack
from migrations.apply import prepare
from tests.integration.example_app.conftest import EXAMPLE, Project

APPS = ("naive", "corrected")
FEW_CASES = Path(__file__).parents[2] / "bridges" / "few_cases.py"
CONTRACT = "harness contract --config parity.toml"


@dataclass(frozen=True, kw_only=True)
class Defect:
    """What the naive version gets wrong: the case that says so, and what the case says."""

    case: str
    where: str
    """Mode and operation."""
    expected: str
    """Patterns of the two sides."""
    actual: str


DEFECTS = {
    "row cap": Defect(
        case="rows.summary_counts_more_rows_than_the_cap",
        where="bridge-supabase ops_summary",
        expected=r"1050",
        actual=r"1000",
    ),
    "row cap of a list": Defect(
        case="queries_beyond_the_cap.all_rows_of_every_table[audit_logs]",
        where="bridge-supabase audit_logs.list",
        expected=r"\[0\]: 2,105 items, \[1000\]=[0-9a-f-]{36}",
        actual=r"\[0\]: 1,000 items, \[1000\]=absent",
    ),
    "cursor in milliseconds": Defect(
        case="queries_each_column.each_order[audit_logs]",
        where="bridge-supabase audit_logs.list",
        expected=r"created_at asc: 14 items, .*",
        # The last row of a page comes again.
        actual=r"created_at asc: 1[5-9] items, .*",
    ),
    "check, then insert": Defect(
        case="idempotency_races.first_writer_commits",
        where="bridge-supabase webhook_events.receive",
        expected=r"no error",
        actual=r"conflict\(webhook_events_provider_event_id_key\)",
    ),
    "torn booking": Defect(
        case="flows_refused.fault_after_each_step[book]",
        where="bridge-supabase book",
        expected=r".*audit_logs: bookings: \[\].*",
        actual=r".*bookings: \[\{id=.*",
    ),
    "select, then update": Defect(
        case="queues_claim.held_row_is_passed_over[sync_jobs]",
        where="bridge-supabase sync_jobs.claim",
        expected=r"an answer at once",
        actual=r"a call that waits for the session",
    ),
    "select, then update of a stale worker": Defect(
        case="concurrency_held.late_worker_sees_the_claim_it_waited_for[sync_jobs-complete]",
        where="bridge-supabase sync_jobs.complete",
        expected=r"conflict",
        actual=r"success",
    ),
    "silent no-op of delete": Defect(
        case="crud_ids.missing_delete_is_false[bookings]",
        where="bridge-supabase bookings.delete",
        expected=r"is False",
        actual=r"True",
    ),
    "silent no-op of update": Defect(
        case="crud_ids.missing_update_is_not_found[bookings]",
        where="bridge-supabase bookings.update",
        expected=r"not_found",
        actual=r"unexpected: updateBooking answered null, not a row of bookings",
    ),
    "new Date(null)": Defect(
        case="crud.create_leaves_the_other_columns_null[webhook_events]",
        where="bridge-supabase webhook_events.create",
        expected=r"processed_at: None",
        actual=r"processed_at: 1970-01-01 00:00:00\+00:00",
    ),
    "a Map's value handed out": Defect(
        case="aliasing.changing_a_listed_payload",
        where="bridge-memory sync_jobs.list",
        expected=r"\{steps=\[\{name='call'\}.*",
        actual=r".*changed by the caller.*",
    ),
    "aliasing of a Map's value": Defect(
        case="flows.reschedule_writes_the_history",
        where="bridge-memory sync_jobs.list",
        expected=r"from: \{scheduled_start='2030-03-01.*",
        actual=r"from: \{scheduled_start='2030-03-02.*",
    ),
    "null that clears nothing": Defect(
        case="crud_nulls.absent_leaves_and_none_clears[bookings]",
        where="bridge-supabase bookings.update",
        expected=r"calendar_event_id: calendar_event_id: None.*",
        actual=r"calendar_event_id: calendar_event_id: 'event-1'.*",
    ),
    "another tenant's event": Defect(
        case="idempotency.same_key_of_another_event_is_refused",
        where="bridge-supabase webhook_events.receive",
        expected=r".*tenant: conflict.*",
        actual=r".*tenant: success.*",
    ),
    "memory without constraints": Defect(
        case="flows_arguments.invalid_actor[book]",
        where="bridge-memory book",
        expected=r"invalid_value",
        actual=r"success",
    ),
    "malformed id": Defect(
        case="crud_ids.malformed_get_is_none",
        where="bridge-supabase scheduling_requests.get",
        expected=r".*word: no error.*",
        actual=r".*word: invalid_value.*",
    ),
}


@pytest.fixture(scope="module")
def rejected(project: Project) -> Any:
    """The outcome of the naive version in both modes, on the cases of its defects."""
    cases = " ".join(f"--case {shlex.quote(case)}" for case in sorted({d.case for d in DEFECTS.values()}))
    done = project.run("naive", f"{CONTRACT} --json outcome.json {cases}")
    assert done.returncode == 1, done.stdout + done.stderr
    return json.loads((project.directory / "naive" / "outcome.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=list(DEFECTS))
def test_naive_version_is_rejected(rejected: dict[str, Any], defect: Defect) -> None:
    found = [
        finding
        for finding in rejected["findings"]
        if (finding["id"], finding["where"]) == (defect.case, defect.where)
    ]
    assert len(found) == 1, [(one["id"], one["where"]) for one in rejected["findings"]]
    assert found[0]["level"] == "core"
    assert re.fullmatch(defect.expected, found[0]["expected"], re.DOTALL), found[0]["expected"]
    assert re.fullmatch(defect.actual, found[0]["actual"], re.DOTALL), found[0]["actual"]


def test_corrected_version_keeps_the_contract_of_the_flows(project: Project) -> None:
    """All of the contract takes minutes: see tests/deep."""
    few = [sys.executable, "-P", str(FEW_CASES), "--all-of", "flows"]
    done = project.run("corrected", shlex.join([*few, *CONTRACT.split()[1:], "--json", "outcome.json"]))
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = json.loads((project.directory / "corrected" / "outcome.json").read_text(encoding="utf-8"))
    assert outcome["findings"] == []
    flows = sum(entry.id.startswith("flows") for entry in Manifest.packaged().at("core"))
    for name in ("bridge-memory", "bridge-supabase"):
        counts = outcome["counts"][name]
        assert counts["expected"] == counts["passed"] + counts["exempt"] >= flows
        assert counts["passed"] > flows // 2


@pytest.fixture(scope="module")
def stack() -> Iterator[EmbeddedStack]:
    with EmbeddedStack.start(Settings.from_environ(), prepare=prepare) as running:
        yield running


def passed(junit: Path) -> list[str]:
    """Return the names of the tests in a JUnit file, which all passed."""
    text = junit.read_text(encoding="utf-8")
    assert "<failure" not in text
    assert "<skipped" not in text
    return sorted(re.findall(r'<testcase name="([^"]+)"', text))


@pytest.mark.parametrize("app", APPS)
def test_own_tests_pass_in_both_modes(project: Project, stack: EmbeddedStack, app: str) -> None:
    """Also those of the naive version: that its own tests pass is the point."""
    names = {}
    with stack.clone() as database:
        given = database.coordinates
        variables = {
            "SUPABASE_URL": given.supabase_url,
            "SUPABASE_ANON_KEY": given.anon_key,
            "SUPABASE_SERVICE_ROLE_KEY": given.service_role_key,
            "DATABASE_URL": given.database_url,
        }
        for mode in ("memory", "supabase"):
            done = project.run(app, "npm test", {"DB_MODE": mode, **variables})
            assert done.returncode == 0, done.stdout + done.stderr
            names[mode] = passed(project.directory / app / "junit.xml")
    assert names["memory"] == names["supabase"]
    assert len(names["memory"]) >= 10


@pytest.mark.parametrize("app", APPS)
def test_build_passes(project: Project, app: str) -> None:
    done = project.run(app, "npm run check:build")
    assert done.returncode == 0, done.stdout + done.stderr
    assert passed(project.directory / app / "build.xml") == ["npm run build"]


@pytest.mark.parametrize("mode", ["", "Supabase", "postgres"])
def test_corrected_version_accepts_no_other_mode(project: Project, mode: str) -> None:
    script = (
        "import('./src/lib/db/index.ts')"
        ".then(() => {}, (error) => { console.log(error.message); process.exit(3); })"
    )
    done = project.run("corrected", f"node --import tsx -e {shlex.quote(script)}", {"DB_MODE": mode})
    assert done.returncode == 3, done.stderr
    assert done.stdout.strip() == f"DB_MODE is {json.dumps(mode)}; it is 'memory' or 'supabase'."


@pytest.mark.parametrize("app", APPS)
def test_types_are_those_of_the_migrations(project: Project, app: str) -> None:
    done = project.run(app, "harness schema types --check src/lib/supabase/types.ts")
    assert done.returncode == 0, done.stdout + done.stderr


def test_lock_names_no_download_address() -> None:
    lock = json.loads((EXAMPLE / "package-lock.json").read_text(encoding="utf-8"))
    assert "resolved" not in str(lock)
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
