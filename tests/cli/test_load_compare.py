"""`harness load compare`: what a wrong server, an interruption and a wrong question end with."""

import json
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psutil
import pytest

API = Path(__file__).parents[1] / "load_faults" / "api.py"
DEADLINE_S = 120


class Finished(Protocol):
    status: int
    out: str
    err: str

    @property
    def last_line(self) -> str: ...

    def is_unchecked(self, reason: str) -> bool: ...


Harness = Callable[..., Finished]
Start = Callable[..., "subprocess.Popen[str]"]


def test_a_wrong_answer_is_a_regression_of_its_endpoint_and_mode(harness: Harness, tmp_path: Path) -> None:
    (tmp_path / "parity.toml").write_text(
        f"""
[api]
name = "wrong"
start = {json.dumps(shlex.join([sys.executable, "-P", str(API), "wrong200:ops_summary"]))}
[budgets.endpoints.book.memory]
p50_ms = 50
""",
        encoding="utf-8",
    )
    done = harness(
        *("load", "compare", "--within", "memory", "--seed", "5"),
        *("--json", "outcome.json", "--report", "report"),
        cwd=tmp_path,
    )
    assert done.status == 1, done.out + done.err
    outcome = json.loads((tmp_path / "outcome.json").read_text(encoding="utf-8"))
    assert (outcome["step"], outcome["status"]) == ("load compare", "failed")
    failed = {one["id"] for one in outcome["findings"] if one["level"] == "core"}
    assert failed == {"load.ops_summary.answers[memory, candidate]"}
    assert done.last_line.startswith("REGRESSED: ops_summary answers in memory, candidate:")
    assert outcome["subject"]["target"]["api"] == "wrong"
    assert json.loads((tmp_path / "report" / "outcome.json").read_text(encoding="utf-8"))["exit_status"] == 1
    recording = json.loads((tmp_path / "report" / "recording.json").read_text(encoding="utf-8"))["recording"]
    assert recording["load"]["seed"] == 5
    assert recording["windows"] == []


def test_an_interruption_leaves_a_report_that_is_invalid_and_no_process(start: Start, tmp_path: Path) -> None:
    process = start("load", "compare", "--within", "memory", "--json", "outcome.json", "--report", "report")
    parent = psutil.Process(process.pid)
    deadline = time.monotonic() + DEADLINE_S
    while not any(
        "loadtests.generation" in " ".join(_command(one)) for one in parent.children(recursive=True)
    ):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "the load generator has not been started"
        time.sleep(0.05)
    family = parent.children(recursive=True)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 2, out + err
    assert out.rstrip().rpartition("\n")[2].startswith("INVALID: ")
    _, alive = psutil.wait_procs(family, timeout=DEADLINE_S)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
    recording = json.loads((tmp_path / "report" / "recording.json").read_text(encoding="utf-8"))["recording"]
    assert recording["complete"] is False
    outcome = json.loads((tmp_path / "outcome.json").read_text(encoding="utf-8"))
    assert (outcome["status"], outcome["exit_status"]) == ("unchecked", 2)


MAPPED = '[api]\nname = "staging"\nstart = "npm start"\n'


@pytest.mark.parametrize(
    ("parity_toml", "options", "reason"),
    [
        ("", ("--stack", "external"), "harness load run --host"),
        (MAPPED, (), "has no [budgets]"),
        (
            "[budgets.endpoints.bok.supabase]\np50_ms = 20\n",
            (),
            "budgets.endpoints.bok is a budget of an endpoint that is never measured",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_before_a_server_is_started(
    harness: Harness, tmp_path: Path, parity_toml: str, options: tuple[str, ...], reason: str
) -> None:
    (tmp_path / "parity.toml").write_text(parity_toml, encoding="utf-8")
    (tmp_path / "outcome.json").write_text("an old result", encoding="utf-8")
    done = harness("load", "compare", *options, "--json", "outcome.json", cwd=tmp_path)
    assert done.is_unchecked(reason), done.out + done.err
    assert not (tmp_path / "outcome.json").exists()


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_budgets_that_decide_nothing_are_refused_before_anything_starts(
    harness: Harness, tmp_path: Path
) -> None:
    (tmp_path / "parity.toml").write_text("[budgets.capacity]\nsupabase = 100\n", encoding="utf-8")
    done = harness("load", "compare", cwd=tmp_path)
    assert done.status == 2
    assert "has no [budgets.endpoints.NAME.MODE]" in done.err
