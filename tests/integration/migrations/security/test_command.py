"""``harness schema security`` as a process: its exit status, what it prints, what it writes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.models.outcome import Outcome
from harness.stack.embedded import EmbeddedStack
from migrations.security.scenery import digest
from tests.integration.migrations.security.conftest import Clone


def security(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HARNESS_STACK", "SUPABASE_")) and name not in {"DATABASE_URL", "HARNESS_SQL"}
    }
    return subprocess.run(
        [sys.executable, "-P", "-m", "harness", "schema", "security", *arguments],
        env={**kept, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_packaged_migrations_are_closed(stack: EmbeddedStack, tmp_path: Path) -> None:
    path, report = tmp_path / "outcome.json", tmp_path / "report"
    result = security("--json", str(path), "--report", str(report), HARNESS_STACK_FILE=str(stack.record))
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.rstrip().rpartition("\n")[2].startswith("OK: nothing is readable")
    outcome = Outcome.from_json(path.read_text())
    assert outcome.step == "schema security"
    assert len(outcome.counts) == 8
    assert all(count.complete for count in outcome.counts.values())
    # who is turned away as whom they come is asked once for each object
    assert {name for name, count in outcome.counts.items() if count.expected > 300} == {
        "anon key",
        "signed in",
    }
    assert all(count.expected > 22 for count in outcome.counts.values())
    assert {Path(artifact.path).name for artifact in outcome.artifacts} == {
        "security.json",
        "security.md",
        "security.html",
    }
    matrix = json.loads((report / "security.json").read_text())
    assert {line["object"] for line in matrix["lines"]} >= {"public.bookings", "public.ops_summary()"}
    states = {entry["state"] for line in matrix["lines"] for entry in line["actors"].values()}
    assert states == {"refused"}


def test_a_given_project_that_is_open_exits_with_1_and_is_not_changed(filled: Clone, tmp_path: Path) -> None:
    database = filled(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO anon",
        "ALTER TABLE public.bookings DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE public.audit_logs DISABLE ROW LEVEL SECURITY",
        "GRANT EXECUTE ON FUNCTION public.claim_sync_jobs(integer, double precision) TO anon",
    )
    at = dict(database.coordinates.environ())
    before = digest(at.pop("DATABASE_URL"))  # found by REST alone
    path = tmp_path / "outcome.json"
    result = security("--json", str(path), "--report", str(tmp_path), **at)
    assert result.returncode == 1
    assert digest(database.coordinates.database_url) == before
    outcome = Outcome.from_json(path.read_text())
    core = {
        finding.id.removeprefix("security.public.") for finding in outcome.findings if finding.level == "core"
    }
    assert core == {
        f"{table}.anon_key.{ability}"
        for table in ("bookings", "audit_logs")
        for ability in ("read", "count", "insert", "update", "delete")
    } | {"claim_sync_jobs.anon_key.call"}
    advice = {finding.where for finding in outcome.findings if finding.level == "advice"}
    assert "public.sync_jobs" in advice
    written = "".join(file.read_text() for file in tmp_path.iterdir())
    for key in (at["SUPABASE_ANON_KEY"], at["SUPABASE_SERVICE_ROLE_KEY"]):
        assert key not in result.stdout + result.stderr + written


def test_a_wrong_key_is_2_and_old_results_are_gone(clone: Clone, tmp_path: Path) -> None:
    path = tmp_path / "outcome.json"
    path.write_text("{}")
    at = {**clone().coordinates.environ(), "SUPABASE_SERVICE_ROLE_KEY": "sb_secret_of_another_project"}
    result = security("--json", str(path), **at)
    assert (result.returncode, result.stdout) == (2, "")
    assert "does not accept SUPABASE_SERVICE_ROLE_KEY" in result.stderr
    assert "Traceback" not in result.stderr
    assert not path.exists()


GIVEN = {"SUPABASE_URL": "http://127.0.0.1:9"}
OWNED = {"DATABASE_URL": "postgresql://postgres@127.0.0.1:9/postgres"}


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        (
            GIVEN,
            "SUPABASE_ANON_KEY and SUPABASE_SERVICE_ROLE_KEY must be set",
        ),
        (OWNED, "--stack embedded"),
        ({"HARNESS_STACK": "docker", "DOCKER_HOST": "unix:///none.sock"}, "No Docker engine answers"),
    ],
)
def test_what_cannot_be_asked_is_2_with_the_way_out(environ: dict[str, str], said: str) -> None:
    result = security(**environ)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr


@pytest.mark.parametrize(
    ("arguments", "environ", "said"),
    [
        (("--sql", "sql"), GIVEN, "a given project has its schema already"),
        (("--sql", "sql"), {"HARNESS_STACK_FILE": "record.json"}, "unset it"),
        (
            ("--stack", "embedded", "--database-url", OWNED["DATABASE_URL"]),
            {},
            "--stack embedded makes its own",
        ),
        (("--alow",), {}, "No such option"),
    ],
)
def test_what_would_be_said_in_vain_is_refused(
    arguments: tuple[str, ...], environ: dict[str, str], said: str
) -> None:
    result = security(*arguments, **environ)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
    assert "Usage:" in result.stderr
