"""``harness load run``: both modes really, wrong answers, Ctrl-C, and what it refuses."""

import json
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from subprocess import Popen

import psutil
import psycopg
import pytest

from harness.stack.coordinates import Coordinates
from loadtests.runs import recording_file
from tests.cli.conftest import Harness
from tests.integration.loadtests.runs.waiting import REQUEST, waiting

_DEADLINE_S = 120
_MAPPED = f"""
[api]
name = "waiting"
[api.subjects]
requests = ["{REQUEST}"]
[api.endpoints.get_request]
path = "/requests/{{id}}"
result = {{ id = "id" }}
[api.endpoints.list_requests]
lacks = "there is none"
[api.endpoints.open_link]
lacks = "there is none"
[api.endpoints.ops_summary]
lacks = "there is none"
[api.endpoints.ops_dashboard]
lacks = "there is none"
"""
_BUDGET = """
[budgets.endpoints.get_request.{mode}]
p95_ms = 60000
errors = 0
"""


def _serve(start: Callable[..., "Popen[str]"], mode: str, **environ: str) -> str:
    server = start("serve", "--db-mode", mode, "--port", "0", **environ)
    assert server.stdout is not None
    return server.stdout.readline().split()[1]


def _rows(project: Coordinates) -> tuple[int, ...]:
    """How many rows each table has that a run writes to."""
    with psycopg.connect(project.database_url) as connection:
        return connection.execute(
            """
            SELECT (SELECT count(*) FROM scheduling_requests), (SELECT count(*) FROM bookings),
                   (SELECT count(*) FROM audit_logs), (SELECT count(*) FROM sync_jobs),
                   (SELECT count(*) FROM webhook_events)
            """
        ).fetchall()[0]


@pytest.mark.parametrize("mode", ["memory", "supabase"])
def test_a_server_is_measured_and_left_as_it_was(
    harness: Harness, start: Callable[..., "Popen[str]"], project: Coordinates, tmp_path: Path, mode: str
) -> None:
    environ = {} if mode == "memory" else project.environ()
    secret = {"ICIMS_WEBHOOK_SECRET": "a secret of this test"}
    host = _serve(start, mode, **environ, **secret)
    before = _rows(project)
    (tmp_path / "parity.toml").write_text(_BUDGET.format(mode=mode))
    options = ("--profile", "write", "--seconds", "2", "--warm-up", "0", "--rate", "50")
    results = ("--out", "run.json", "--json", "outcome.json", "--report", "report")
    done = harness(
        *("load", "run", "--host", host, "--db-mode", mode, *options, *results),
        cwd=tmp_path,
        **secret,
        **environ,
    )
    recording = recording_file.read(tmp_path / "run.json").recording
    records = [record for window in recording.windows for record in window.endpoints.values()]
    assert recording.complete
    assert recording.fingerprints["a"].mode == mode
    assert sum(record.requests for record in records) > 50
    assert [dict(record.errors) for record in records if record.errors] == []
    # Whether a machine that tests other things meanwhile is fit for a verdict is not asked here.
    outcome = json.loads((tmp_path / "outcome.json").read_text("utf-8"))
    assert (done.status, outcome["step"]) == (outcome["exit_status"], "load run")
    assert done.last_line.startswith({0: "PASS: ", 2: "INVALID: "}[done.status])
    assert (tmp_path / "report" / "outcome.json").exists()
    assert _rows(project) == before
    # What is only in memory and cannot be deleted through the API is said, with the way to try again.
    assert any(tmp_path.glob("load-journal-*")) == (mode == "memory")
    assert ("harness load clean" in done.out) == (mode == "memory")


def test_wrong_answers_are_regressed_however_fast_they_are(harness: Harness, tmp_path: Path) -> None:
    (tmp_path / "parity.toml").write_text(_MAPPED + _BUDGET.format(mode="memory"))
    with waiting(request_s=0, health_s=0, wrong=True) as server:
        done = harness(
            *("load", "run", "--host", server.url, "--seconds", "2", "--warm-up", "0"), cwd=tmp_path
        )
    assert done.status == 1, done.err
    assert done.last_line.startswith("REGRESSED: get_request ")
    assert "PASS: " not in done.out


def test_ctrl_c_leaves_a_report_that_is_invalid_and_no_process(
    start: Callable[..., "Popen[str]"], tmp_path: Path
) -> None:
    (tmp_path / "parity.toml").write_text(_MAPPED + _BUDGET.format(mode="memory"))
    with waiting(request_s=0, health_s=0) as server:
        run = start("load", "run", "--host", server.url, "--rate", "100", "--warm-up", "0", "--report", "r")
        deadline = time.monotonic() + _DEADLINE_S
        while server.served < 100:
            assert run.poll() is None
            assert time.monotonic() < deadline, "the run has not begun in time"
            time.sleep(0.02)
        children = psutil.Process(run.pid).children(recursive=True)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=_DEADLINE_S)
    assert run.returncode == 2, err
    assert "INVALID: The run was interrupted" in out
    outcome = json.loads((tmp_path / "r" / "outcome.json").read_text("utf-8"))
    assert outcome["status"] == "unchecked"
    assert children
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "parity.toml has no budget that a run in mode memory can be judged by"),
        ({"--db-mode": "supabase"}, "says that it runs in mode memory, and supabase was to be measured"),
        ({"--host": "http://staging.example.org", "--profile": "write"}, "Add --allow-writes"),
    ],
)
def test_what_cannot_or_must_not_be_measured_is_refused(
    harness: Harness, tmp_path: Path, options: Mapping[str, str], said: str
) -> None:
    (tmp_path / "parity.toml").write_text(_MAPPED)
    with waiting(request_s=0, health_s=0) as server:
        given = {"--host": server.url, **options}
        done = harness(*("load", "run", *(word for pair in given.items() for word in pair)), cwd=tmp_path)
    assert done.is_unchecked(said), done
    assert done.out == ""
    assert server.served == 0
