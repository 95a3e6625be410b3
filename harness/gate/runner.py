"""One step as a process: started, watched, and its outcome read back with suspicion."""

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from harness.errors import ConfigurationError
from harness.gate.processes import Ended, execute, last_lines
from harness.gate.steps import Step, unchecked
from harness.isolation import without_impostors
from harness.models.outcome import Outcome
from harness.redact import redact
from harness.settings import inherited, secrets

__all__ = ["HARNESS", "Runner", "collect", "redacted"]

HARNESS = (sys.executable, "-P", "-m", "harness")
"""How a step is started: ``-P``, because the working directory is the user's."""


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Runs steps for one gate run."""

    run_id: str
    directory: Path
    """Fresh and private; every step gets a directory of its own inside it."""
    launcher: Sequence[str] = HARNESS
    secrets: frozenset[str] = field(default_factory=secrets)

    def run(self, step: Step, environ: Mapping[str, str | None] | None = None) -> Outcome:
        """Run one step to its end; whatever goes wrong becomes an unchecked outcome.

        `environ` changes the inherited environment; None removes a variable.
        """
        started_at = datetime.now(UTC)
        place = self.place(step.name)
        # Nothing can have written this file before: its directory did not exist.
        result = Path(tempfile.mkdtemp(prefix="outcome-", dir=place)) / "outcome.json"
        changes: dict[str, str | None] = {
            "PYTHONPATH": without_impostors(os.pathsep.join(_pythonpath())),
            "PYTHONSAFEPATH": "1",
            **(environ or {}),
            "HARNESS_RUN_ID": self.run_id,
        }
        try:
            ended = execute(
                [*self.launcher, *step.command, "--json", str(result)],
                environ=inherited(changes),
                cwd=Path.cwd(),
                stdout=place / "stdout.log",
                stderr=place / "stderr.log",
                timeout_s=step.timeout_s,
            )
        except OSError as error:
            return unchecked(
                step.name,
                f"{step.name} cannot be started: {error}.",
                run_id=self.run_id,
                started_at=started_at,
            )
        said = redact(last_lines(place / "stderr.log") or last_lines(place / "stdout.log"), self.secrets)
        read = collect(step.name, self.run_id, result, ended, said)
        if isinstance(read, Outcome):
            return redacted(read, self.secrets)
        return unchecked(
            step.name, read, run_id=self.run_id, started_at=started_at, duration_s=ended.duration_s
        )

    def place(self, name: str) -> Path:
        """The directory for the files of one step."""
        place = self.directory / name.replace(" ", "-").replace(":", "-")
        place.mkdir(exist_ok=True)
        return place


def collect(step: str, run_id: str, path: Path, ended: Ended, said: str) -> Outcome | str:  # noqa: PLR0911  # one sentence each
    """Read the outcome that a step wrote, or say in one sentence why it cannot be believed.

    `said` is the end of what the process printed.
    """
    tail = f" It said: {said}" if said else ""
    if ended.timed_out:
        return f"{step} {ended.describe()} and was stopped.{tail}"
    if ended.returncode < 0:
        return f"{step} {ended.describe()}.{tail}"
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        # A command that could not begin has said why, in one sentence.
        said_why = said.removeprefix("Error: ")
        return said_why or f"{step} {ended.describe()} without writing an outcome."
    except OSError as error:
        return f"the outcome of {step} cannot be read: {error}."
    try:
        outcome = Outcome.from_json(text)
    except ConfigurationError as error:
        return f"the outcome of {step} is unusable: {error}{tail}"
    if outcome.run_id != run_id:
        return f"the outcome of {step} belongs to run {outcome.run_id}, not to this run {run_id}."
    if outcome.step != step:
        return f"the outcome of {step} says that it is one of {outcome.step!r}."
    if outcome.exit_status != ended.returncode:
        return (
            f"{step} {ended.describe()}, but its outcome says {outcome.status.value} "
            f"({outcome.exit_status}).{tail}"
        )
    return outcome


def redacted(outcome: Outcome, secrets: frozenset[str]) -> Outcome:
    """The same outcome without passwords and keys in what it says."""

    def clean(text: str) -> str:
        return redact(text, secrets)

    findings = tuple(
        replace(
            finding,
            where=clean(finding.where),
            expected=clean(finding.expected),
            actual=clean(finding.actual),
            message=clean(finding.message),
        )
        for finding in outcome.findings
    )
    return replace(outcome, findings=findings)


def _pythonpath() -> list[str]:
    return [entry for entry in inherited({}).get("PYTHONPATH", "").split(os.pathsep) if entry]
