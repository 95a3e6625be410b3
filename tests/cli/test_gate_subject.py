"""`harness gate` on a user's own adapter: real servers and steps, a git repository, and few cases."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from harness.reports.files import sha256_of

BRIDGES = Path(__file__).parents[1] / "bridges"
PARTIAL = f"exec '{sys.executable}' -P '{BRIDGES / 'partial.py'}'"
MISSING = "claimSyncJobs"
NOT_MEASURED = "; response times were not judged"
TODAY = datetime.now(UTC).date()
SUBJECT = """
[subject]
name = "scheduler"

[subject.bridge]
memory = "{command}"
supabase = "{command}"
"""
CHECKS = """
[[checks]]
name = "unit"
run = "python3 -P request.py && cp results.xml junit.xml"
junit = "junit.xml"

[[checks]]
name = "build"
run = "cp results.xml build.xml && date > dist.txt"
junit = "build.xml"
touches_db = false
"""
GAP = """
[[gaps]]
operation = "{operation}"
reason = "no worker yet"
owner = "ops"
expires = {expires}
"""
REQUEST = """
import os, urllib.request
key = os.environ["SUPABASE_SERVICE_ROLE_KEY"]
request = urllib.request.Request(os.environ["SUPABASE_URL"] + "/rest/v1/bookings", headers={"apikey": key})
urllib.request.urlopen(request)
"""


@dataclass(frozen=True, kw_only=True)
class Application:
    """A directory under git, and ways to judge it."""

    directory: Path
    environ: Callable[[Mapping[str, str]], dict[str, str]]

    @property
    def commit(self) -> str:
        return self.git("rev-parse", "--short=7", "HEAD")

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b")
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=self.directory, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def write(self, *sections: str) -> None:
        (self.directory / "parity.toml").write_text("".join(sections))
        self.git("add", "-A")
        self.git("commit", "-qm", "the state that is judged")

    def gate(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self._run(str(BRIDGES / "few_cases.py"), "gate", *arguments)

    def verdict(self) -> "subprocess.CompletedProcess[str]":
        return self._run("-m", "harness", "verdict", "--report", "report")

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-P", *arguments],
            cwd=self.directory,
            env=self.environ({}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )


@pytest.fixture
def app(tmp_path: Path, clean_environ: Callable[[Mapping[str, str]], dict[str, str]]) -> Application:
    directory = tmp_path / "app"
    directory.mkdir()
    (directory / "request.py").write_text(REQUEST)
    (directory / "results.xml").write_text('<testsuite><testcase name="a"/></testsuite>')
    (directory / ".gitignore").write_text("junit.xml\nbuild.xml\n")
    found = Application(directory=directory, environ=clean_environ)
    found.git("init", "-q")
    return found


def subject(*options: str) -> str:
    return SUBJECT.format(command=" ".join([PARTIAL, *options]))


def gap(operation: str = MISSING, days: int = 30) -> str:
    return GAP.format(operation=operation, expires=TODAY + timedelta(days=days))


def last_line(done: "subprocess.CompletedProcess[str]") -> str:
    return done.stdout.rstrip("\n").rpartition("\n")[2]


def findings(directory: Path, *levels: str) -> Sequence[tuple[str, str]]:
    outcome = json.loads((directory / "gate.json").read_text())
    return [(one["id"], one["level"]) for one in outcome["findings"] if one["level"] in levels]


def test_verdict_names_application_commit_level_checks_and_gaps(app: Application) -> None:
    app.write(subject("--without", MISSING), CHECKS, gap())
    done = app.gate("--report", "report", "--json", "gate.json")
    about = f"scheduler {app.commit}, level core; 42 of 43 operations; checks unit, build; 1 accepted gap"
    about += NOT_MEASURED
    assert (done.returncode, last_line(done)) == (0, f"READY ({about})"), done.stdout + done.stderr
    assert f"claimSyncJobs until {TODAY + timedelta(days=30)}, ops: no worker yet" in done.stdout
    outcome = json.loads((app.directory / "gate.json").read_text())
    sha = app.git("rev-parse", "HEAD")
    expected = {"name": "scheduler", "sha": sha, "dirty": False, "digest": None, "note": None}
    assert outcome["subject"]["app"] == expected
    for mode in ("memory", "supabase"):
        counts = outcome["counts"][f"contract subject:bridge-{mode}"]
        assert (counts["executed"], counts["exempt"], counts["unchecked"]) == (2, 1, 0)
    assert findings(app.directory, "accepted") == [("gap.claimSyncJobs", "accepted")]
    assert (app.verdict().returncode, last_line(app.verdict())) == (0, f"READY ({about})")
    _forge(app.directory / "report", lambda step: step["subject"]["app"].update(dirty=True))
    again = app.verdict()
    assert again.returncode == 2
    assert "READY (" not in again.stdout


def test_what_is_missing_or_expired_is_never_ready(app: Application) -> None:
    app.write(subject("--without", MISSING, "getOpsSummary"), gap(days=-1))
    done = app.gate("--json", "gate.json")
    assert done.returncode == 2, done.stdout + done.stderr
    assert last_line(done).startswith("COULD NOT CHECK: The adapter lacks getOpsSummary (1 case): implement")
    assert last_line(done).endswith(
        f"(scheduler {app.commit}, level core; 41 of 43 operations; no checks{NOT_MEASURED})"
    )
    unchecked = findings(app.directory, "unchecked")
    assert {("gap.claimSyncJobs", "unchecked"), ("gap.getOpsSummary", "unchecked")} < set(unchecked)
    assert f"claimSyncJobs expired on {TODAY - timedelta(days=1)}, ops: no worker yet" in done.stdout


def test_an_adapter_that_diverges_is_not_ready_whatever_is_accepted(app: Application) -> None:
    app.write(subject("--replace", "needsAttention", "attention"), gap())
    (app.directory / "src.ts").write_text("not committed")
    done = app.gate("--json", "gate.json")
    assert done.returncode == 1, done.stdout + done.stderr
    about = f"scheduler {app.commit} with uncommitted changes, level core; no checks{NOT_MEASURED}"
    assert last_line(done) == f"NOT READY: 4 findings ({about})"
    assert findings(app.directory, "advice") == [("gap.claimSyncJobs", "advice")]


def test_a_command_that_is_not_there_is_unchecked(app: Application) -> None:
    app.write(SUBJECT.format(command="no-such-command --serve"), gap())
    done = app.gate()
    assert done.returncode == 2, done.stdout + done.stderr
    # Which worker finds out first, and in which mode, is not settled.
    assert re.match(r"COULD NOT CHECK: bridge-(memory|supabase) of worker gw\d", last_line(done))
    assert "(the command was not found)" in last_line(done)


def test_a_check_that_never_asks_the_database_is_unchecked(app: Application) -> None:
    app.write(CHECKS.replace("python3 -P request.py && ", ""))
    done = app.gate()
    assert done.returncode == 2, done.stdout + done.stderr
    assert "check unit with DB_MODE=supabase sent no request to SUPABASE_URL" in last_line(done)


def _forge(report: Path, change: Callable[[Any], object]) -> None:
    """Change one outcome in a report as somebody would who also corrects its checksum."""
    (path,) = (report / "steps").glob("*-contract-subject.json")
    step = json.loads(path.read_text())
    change(step)
    path.write_text(json.dumps(step))
    gate = json.loads((report / "gate.json").read_text())
    for artifact in gate["artifacts"]:
        if artifact["path"] == f"steps/{path.name}":
            artifact["sha256"] = sha256_of(path)
    (report / "gate.json").write_text(json.dumps(gate))
