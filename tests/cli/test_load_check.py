"""``harness load check``, ``harness load clean`` and the locustfile as a user meets them."""

import csv
import functools
import http.server
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import loadtests
from harness.models.outcome import Outcome, Status
from harness.settings.endpoints import ENDPOINTS
from tests.cli.conftest import Harness

OTHER = Path(__file__).parents[1] / "other_api" / "parity.toml"
STAGING = {
    "STAGING_KEY": "the key of staging",
    "STAGING_SECRET": "the secret of staging",
    "PYTHON": sys.executable,
}
KEYS = {"SCHEDULER_API_KEY": "the key of the test", "ICIMS_WEBHOOK_SECRET": "the secret of the test"}
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def serving(start: Start) -> str:
    """The address of a reference API that runs."""
    process = start("serve", "--db-mode", "memory", "--port", "0", **KEYS)
    assert process.stdout is not None
    return process.stdout.readline().split()[1]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """The address of a web server that serves files."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_reference_api_is_right_in_both_modes(harness: Harness, tmp_path: Path) -> None:
    done = harness("load", "check", "--report", "report", cwd=tmp_path)
    assert done.status == 0, done.err
    assert done.last_line == "OK: the reference API: 18 endpoints answer rightly in memory and supabase"
    outcome = Outcome.from_json((tmp_path / "report" / "outcome.json").read_bytes())
    assert (outcome.step, outcome.status) == ("load check", Status.PASSED)
    passed = {name: count.passed for name, count in outcome.counts.items()}
    assert passed == dict.fromkeys(("memory", "supabase"), len(ENDPOINTS))


def test_an_application_that_ignores_its_mode_fails(harness: Harness, tmp_path: Path) -> None:
    """It says that it runs on supabase, answers rightly, and has never asked the database."""
    done = harness("load", "check", "--config", str(OTHER), "--json", "outcome.json", cwd=tmp_path, **STAGING)
    assert done.status == 1, done.err
    written = (tmp_path / "outcome.json").read_text(encoding="utf-8")
    (finding,) = Outcome.from_json(written).findings
    assert finding.id == "load.check.health[supabase]"
    assert "it works elsewhere" in finding.actual
    assert "claim_jobs (a cloud queue hands out the work)" in done.out
    assert STAGING["STAGING_KEY"] not in done.out + done.err + written


def test_a_server_in_memory_is_right_and_what_it_keeps_until_it_ends_is_told(
    harness: Harness, serving: str, tmp_path: Path
) -> None:
    done = harness("load", "check", "--host", serving, cwd=tmp_path, **KEYS)
    assert done.status == 0, done.out
    assert "left behind: jobs, events and audit entries, until this server ends" in done.out


def test_a_server_that_is_not_there_cannot_be_checked(harness: Harness, tmp_path: Path) -> None:
    """Nobody knows whether its answers are right: that is no failure."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done = harness("load", "check", "--host", f"http://127.0.0.1:{port}", cwd=tmp_path)
    assert done.is_unchecked("got no answer")


def test_a_host_that_is_no_scheduler_cannot_be_checked(
    harness: Harness, elsewhere: str, tmp_path: Path
) -> None:
    done = harness("load", "check", "--host", elsewhere, cwd=tmp_path)
    assert done.is_unchecked("/health answered 404")


def test_plain_locust_walks_the_journeys(
    serving: str, tmp_path: Path, clean_environ: Callable[..., dict[str, str]]
) -> None:
    (tmp_path / "loadtests").mkdir()  # the user's own, which is not meant
    (tmp_path / "loadtests" / "__init__.py").touch()
    command = [
        *(sys.executable, "-m", "locust", "-f", str(Path(loadtests.__file__).with_name("locustfile.py"))),
        *("--headless", "--users", "12", "--spawn-rate", "12", "--run-time", "4s", "--host", serving),
        *("--think", "0.01", "--rows", "20", "--own-data", "yes", "--csv", "result", "--only-summary"),
    ]
    done = subprocess.run(
        command, cwd=tmp_path, env=clean_environ(KEYS), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with (tmp_path / "result_stats.csv").open(encoding="utf-8") as file:
        rows = {row["Name"]: row for row in csv.DictReader(file)}
    assert rows.keys() - {"Aggregated"} <= ENDPOINTS.keys()
    assert {"create_request", "open_link", "receive_webhook", "claim_jobs", "ops_dashboard"} <= rows.keys()
    assert int(rows["Aggregated"]["Failure Count"]) == 0
    assert "webhook events: the API cannot delete them" in done.stderr


def test_a_journal_that_is_not_there_cannot_be_cleaned(harness: Harness, tmp_path: Path) -> None:
    assert harness("load", "clean", "none.jsonl", cwd=tmp_path).is_unchecked("none.jsonl cannot be read")
