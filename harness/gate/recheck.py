"""The verdict of an earlier run, from the files of its report alone."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from harness.errors import ConfigurationError
from harness.gate.steps import CHECK_PREFIX, GATE, LOAD, SUBJECT, expected_steps
from harness.gate.subject import subject_of
from harness.gate.verdict import judge
from harness.models.outcome import Artifact, Counts, Outcome, Subject
from harness.reports.directory import GATE_FILE, STEPS
from harness.reports.files import sha256_of
from harness.reports.run import GateRun
from harness.settings import StackKind

__all__ = ["recheck"]


def recheck(report: Path, now: datetime) -> GateRun:
    """Judge the outcomes in a report directory again. Raises ConfigurationError if the report is not whole.

    Every file must be the one that the run wrote, and every outcome one of that run.
    """
    gate = _read(report / GATE_FILE)
    if gate.step != GATE:
        raise ConfigurationError(f"{report / GATE_FILE} is the outcome of {gate.step}, not of a gate run.")
    for artifact in gate.artifacts:
        _verify(report, artifact)
    listed = {report / artifact.path for artifact in gate.artifacts}
    found = set((report / STEPS).glob("*.json"))
    if strangers := sorted(path.name for path in found - listed):
        raise ConfigurationError(
            f"{report / STEPS} holds {', '.join(strangers)}, which this run did not write. "
            "Run the gate again."
        )
    outcomes = [_read(path) for path in sorted(found)]
    for outcome in outcomes:
        if outcome.run_id != gate.run_id:
            raise ConfigurationError(
                f"the outcome of {outcome.step} belongs to run {outcome.run_id}, not to {gate.run_id}. "
                "Run the gate again."
            )
    checks = [name for name in gate.counts if name.startswith(CHECK_PREFIX)]
    expected = _expected(gate, outcomes, checks)
    verdict = judge(expected, outcomes)
    if verdict.status is not gate.status:
        raise ConfigurationError(
            f"{report / GATE_FILE} says {gate.status.value}, its steps say {verdict.status.value}. "
            "Run the gate again."
        )
    level = gate.subject.target.get("level", "unknown")
    subject = subject_of(outcomes, level=level)
    if differing := _differing(gate, subject, verdict.counts):
        raise ConfigurationError(
            f"{report / GATE_FILE} and its steps do not agree on {differing}. Run the gate again."
        )
    return GateRun(
        run_id=gate.run_id,
        level=level,
        started_at=gate.started_at,
        duration_s=gate.duration_s,
        subject=subject,
        verdict=verdict,
        report=report,
        age_s=(now - gate.started_at).total_seconds(),
    )


def _differing(gate: Outcome, subject: Subject, counts: Mapping[str, Counts]) -> str | None:
    """Name what the run said of itself and its steps do not say: not the harness, which may be newer now."""
    said, found = gate.subject, subject
    pairs = {
        "the application": (said.app, found.app),
        "the servers and levels": (dict(said.target), dict(found.target)),
        "the migrations": (said.migrations_hash, found.migrations_hash),
        "the counts": (dict(gate.counts), dict(counts)),
    }
    return next((what for what, (one, other) in pairs.items() if one != other), None)


def _expected(gate: Outcome, outcomes: list[Outcome], checks: list[str]) -> tuple[str, ...]:
    """All steps of any run on this stack, and the checks that are named in any of the files."""
    names = dict.fromkeys(
        name.removeprefix(CHECK_PREFIX).rsplit(":", 1)[0] for name in checks
    ) | dict.fromkeys(
        outcome.step.removeprefix(CHECK_PREFIX)
        for outcome in outcomes
        if outcome.step.startswith(CHECK_PREFIX)
    )
    is_judged = gate.subject.app is not None or any(outcome.step == SUBJECT for outcome in outcomes)
    stack: StackKind = "external" if gate.subject.target.get("stack") == "external" else "embedded"
    is_measured = any(outcome.step == LOAD for outcome in outcomes)
    return expected_steps(stack, names, subject=is_judged, load=is_measured)


def _read(path: Path) -> Outcome:
    try:
        return Outcome.from_json(path.read_bytes())
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path} is missing: this is no whole report of a gate run.") from error
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror or error}.") from error
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}") from error


def _verify(report: Path, artifact: Artifact) -> None:
    path = report / artifact.path
    if not path.resolve().is_relative_to(report.resolve()):
        raise ConfigurationError(f"{artifact.path} is outside of the report {report}.")
    try:
        actual = sha256_of(path)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror or error}. Run the gate again."
        ) from error
    if actual != artifact.sha256:
        raise ConfigurationError(f"{path} was changed after the run. Run the gate again.")
