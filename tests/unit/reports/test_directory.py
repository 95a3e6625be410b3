"""A report directory holds one run, whole, and its verdict can be recomputed from it alone."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from harness.gate.command import outcome_of
from harness.gate.recheck import recheck
from harness.models.outcome import Outcome, Status
from harness.reports.directory import _shortened, prepare, write
from harness.reports.files import remove, sha256_of, write_text
from harness.reports.run import GateRun

MakeRun = Callable[..., tuple[GateRun, list[Outcome]]]
Report = Callable[..., Path]
LATER = datetime(2026, 1, 17, 10, 0, tzinfo=UTC)


@pytest.fixture
def report(tmp_path: Path, make_run: MakeRun) -> Report:
    def report(**options: object) -> Path:
        run, outcomes = make_run(**options)
        logs = tmp_path / "private"
        (logs / "contract").mkdir(parents=True)
        (logs / "contract" / "stderr.log").write_text("password=hunter2 and more")
        directory = tmp_path / "report"
        prepare(directory)
        write(directory, run, outcome_of(run), outcomes, logs=logs, secrets=())
        return directory

    return report


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({}, Status.PASSED),
        ({"findings": 2}, Status.FAILED),
        ({"schema_problem": "Postgres is down."}, Status.UNCHECKED),
    ],
)
def test_the_verdict_is_the_same_again(report: Report, options: dict[str, object], status: Status) -> None:
    run = recheck(report(**options), LATER)
    assert run.verdict.status is status
    assert run.level == "strict"
    assert ("age", "2 days") in run.facts


def test_logs_are_redacted(report: Report) -> None:
    assert (report() / "logs/contract/stderr.log").read_text() == "password=*** and more"


def test_a_very_long_log_keeps_its_beginning_and_its_end(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.reports.directory._KEPT_BYTES", 8)
    directory = report()
    assert (directory / "logs/contract/stderr.log").read_text() == ("... 25 of 25 bytes are left out ...\n")
    long = directory.parent / "private" / "contract" / "stderr.log"
    long.write_text("first\nsecond\nsecret\nlast\n")
    assert _shortened(long, frozenset()) == "first\n... 14 of 25 bytes are left out ...\nlast\n"


def test_a_changed_file_is_refused(report: Report) -> None:
    directory = report(findings=1)
    step = directory / "steps" / "06-contract.json"
    step.write_text(step.read_text().replace("case_0", "case_1"))
    with pytest.raises(ConfigurationError, match=r"06-contract\.json was changed after the run"):
        recheck(directory, LATER)


def test_a_missing_file_is_refused(report: Report) -> None:
    directory = report()
    (directory / "steps" / "06-contract.json").unlink()
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        recheck(directory, LATER)


def test_a_file_of_another_run_is_refused(report: Report) -> None:
    directory = report()
    (directory / "steps" / "06-check-unit.json").write_text("{}")
    with pytest.raises(ConfigurationError, match="which this run did not write"):
        recheck(directory, LATER)


def test_a_step_that_gate_json_forgets_is_missing(report: Report) -> None:
    directory = report()
    (directory / "steps" / "06-contract.json").unlink()
    gate = json.loads((directory / "gate.json").read_text())
    gate["artifacts"] = [item for item in gate["artifacts"] if "contract" not in item["path"]]
    (directory / "gate.json").write_text(json.dumps(gate))
    with pytest.raises(ConfigurationError, match=r"gate\.json says passed, its steps say unchecked"):
        recheck(directory, LATER)


def test_a_gate_json_that_contradicts_its_steps_is_refused(report: Report) -> None:
    directory = report()
    gate = json.loads((directory / "gate.json").read_text()) | {"status": "failed", "exit_status": 1}
    (directory / "gate.json").write_text(json.dumps(gate))
    with pytest.raises(ConfigurationError, match=r"gate\.json says failed, its steps say passed"):
        recheck(directory, LATER)


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("target", {"level": "core"}, "the servers and levels"),
        ("migrations_hash", "f" * 64, "the migrations"),
    ],
)
def test_a_gate_json_about_something_else_than_its_steps_is_refused(
    report: Report, key: str, value: object, what: str
) -> None:
    directory = report()
    gate = json.loads((directory / "gate.json").read_text())
    gate["subject"][key] = value
    (directory / "gate.json").write_text(json.dumps(gate))
    with pytest.raises(ConfigurationError, match=rf"gate\.json and its steps do not agree on {what}"):
        recheck(directory, LATER)


def test_a_gate_json_that_counted_otherwise_than_its_steps_is_refused(report: Report) -> None:
    directory = report()
    gate = json.loads((directory / "gate.json").read_text())
    del gate["counts"]["contract:memory"]
    (directory / "gate.json").write_text(json.dumps(gate))
    with pytest.raises(ConfigurationError, match=r"gate\.json and its steps do not agree on the counts"):
        recheck(directory, LATER)


def test_an_outcome_of_another_run_is_refused(report: Report) -> None:
    directory = report()
    step = directory / "steps" / "06-contract.json"
    other = replace(Outcome.from_json(step.read_bytes()), run_id="yesterday")
    step.write_text(json.dumps(other.to_json()))
    gate = json.loads((directory / "gate.json").read_text())
    for item in gate["artifacts"]:
        item["sha256"] = sha256_of(directory / item["path"])
    (directory / "gate.json").write_text(json.dumps(gate))
    with pytest.raises(ConfigurationError, match="belongs to run yesterday"):
        recheck(directory, LATER)


def test_a_run_that_dies_leaves_no_verdict(report: Report) -> None:
    directory = report()
    (directory / "notes.txt").write_text("mine")
    prepare(directory)
    with pytest.raises(ConfigurationError, match=r"gate\.json is missing"):
        recheck(directory, LATER)
    assert (directory / "notes.txt").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="file/report cannot be written"):
        prepare(tmp_path / "file" / "report")
    with pytest.raises(ConfigurationError, match="missing/x cannot be written"):
        write_text(tmp_path / "missing" / "x", "")


def test_a_device_is_written_to_and_never_replaced() -> None:
    null = Path("/dev/null")
    write_text(null, "text")
    remove(null)
    assert null.is_char_device()
