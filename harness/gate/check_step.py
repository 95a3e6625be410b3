"""Running the user's own tests, once for each DB_MODE, each time on a fresh database."""

import os
import stat
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from harness.errors import ConfigurationError, HarnessError
from harness.gate.checks import ModeRun, compare
from harness.gate.processes import Ended, execute, last_lines
from harness.gate.runner import Runner, redacted
from harness.gate.steps import CHECK_PREFIX
from harness.gate.testresults import is_results, read
from harness.gate.traffic import is_used
from harness.models.outcome import Finding, Outcome, Subject
from harness.models.verdict import ADVICE_LEVEL
from harness.settings import DbMode, inherited
from harness.settings.parity_toml import Check
from harness.stack.coordinates import Coordinates

__all__ = ["FreshDatabase", "run_check"]

_OTHER_ADDRESSES = (
    *("NEXT_PUBLIC_SUPABASE_URL", "POSTGRES_URL", "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER"),
    *("PGPASSWORD", "PGPASSFILE", "PGSERVICE", "PGSERVICEFILE"),
)
"""What applications read, too, and the gate does not set."""
_CLOCK_S = 2.0
"""File systems may keep no more than every second second."""
_NOT_EXECUTABLE = {126: "is not executable", 127: "was not found"}


class FreshDatabase(Protocol):
    """A database with the migrations applied and no rows."""

    @property
    def coordinates(self) -> Coordinates:
        """How to reach it."""
        ...

    def probe(self) -> str | None:
        """None if its servers answer, else what does not."""
        ...


def run_check(
    check: Check,
    directory: Path,
    runner: Runner,
    fresh: Callable[[], AbstractContextManager[FreshDatabase]],
    subject: Subject,
) -> Outcome:
    """Run one check in each of its modes and judge it. `directory` is that of parity.toml."""
    started_at = datetime.now(UTC)
    runs: dict[str, ModeRun] = {
        mode: _run_mode(check, mode, directory, runner, fresh) for mode in check.modes
    }
    result = compare(check.name, runs)
    outcome = Outcome(
        run_id=runner.run_id,
        step=f"{CHECK_PREFIX}{check.name}",
        status=result.status,
        started_at=started_at,
        duration_s=(datetime.now(UTC) - started_at).total_seconds(),
        subject=subject,
        counts=result.counts,
        findings=(*result.findings, *_elsewhere(check)),
    )
    return redacted(outcome, runner.secrets)


def _elsewhere(check: Check) -> list[Finding]:
    environ = inherited({})
    found = [name for name in _OTHER_ADDRESSES if environ.get(name)] if check.touches_db else []
    if not found:
        return []
    step, names = f"{CHECK_PREFIX}{check.name}", ", ".join(found)
    return [
        Finding(
            id=f"{step}.environment",
            level=ADVICE_LEVEL,
            where=step,
            expected="SUPABASE_URL and DATABASE_URL name the only database",
            actual=f"set as well: {names}",
            message=f"{step} inherits {names}, which may lead it to another database. Unset what it reads.",
        )
    ]


def _run_mode(
    check: Check,
    mode: DbMode,
    directory: Path,
    runner: Runner,
    fresh: Callable[[], AbstractContextManager[FreshDatabase]],
) -> ModeRun:
    place = runner.place(f"{CHECK_PREFIX}{check.name}") / mode
    place.mkdir()
    junit = directory / check.junit
    try:
        with fresh() as database:
            _remove_stale(junit)  # last of all: what an earlier run left behind may still write
            begun = time.time()
            ended = execute(
                check.run if isinstance(check.run, str) else list(check.run),
                environ=inherited(
                    {**database.coordinates.environ(), "DB_MODE": mode, "HARNESS_STACK_FILE": None}
                ),
                cwd=directory,
                stdout=place / "stdout.log",
                stderr=place / "stderr.log",
                timeout_s=check.timeout_s,
            )
            run = _read(check, mode, ended, junit, place)
            if run.problem is None and junit.stat().st_mtime < begun - _CLOCK_S:
                raise ConfigurationError(f"{check.junit} was written before this run began.")
            down = database.probe() if run.exit_status != 0 or run.problem is not None else None
            if down is None and mode == "supabase" and check.touches_db and run.problem is None:
                run = replace(run, used=is_used(database.coordinates))
    except FileNotFoundError as error:
        return ModeRun(problem=f"check {check.name}: {error.filename} was not found.")
    except (HarnessError, OSError) as error:
        return ModeRun(problem=f"check {check.name}, DB_MODE={mode}: {error}")
    if down is not None:
        return ModeRun(problem=f"the servers went down during check {check.name}, DB_MODE={mode}: {down}")
    return run


def _remove_stale(junit: Path) -> None:
    """Remove the file of an earlier run. Raises ConfigurationError if it is not one."""
    if not junit.exists():
        return
    content = _content(junit)
    if content is None or not is_results(content):
        raise ConfigurationError(
            f"{junit} exists and is no JUnit file, so it is not replaced; correct the key 'junit'."
        )
    junit.unlink()


def _read(check: Check, mode: DbMode, ended: Ended, junit: Path, place: Path) -> ModeRun:
    said = last_lines(place / "stderr.log") or last_lines(place / "stdout.log")
    tail = f" It said: {said}" if said else ""
    what = f"check {check.name}, DB_MODE={mode}"
    if ended.timed_out or ended.returncode < 0:
        return ModeRun(problem=f"{what} {ended.describe()}.{tail}")
    if ended.returncode in _NOT_EXECUTABLE:
        return ModeRun(problem=f"{what}: its command {_NOT_EXECUTABLE[ended.returncode]}.{tail}")
    try:
        content = _content(junit)
    except FileNotFoundError:
        return ModeRun(problem=f"{what} {ended.describe()} and wrote no {check.junit}.{tail}")
    if content is None:
        return ModeRun(problem=f"{what}: {check.junit} is not a regular file.")
    (place / "junit.xml").write_bytes(content)
    try:
        tests = read(content)
    except ConfigurationError as error:
        return ModeRun(problem=f"{what}: {error}")
    return ModeRun(tests=tests, exit_status=ended.returncode)


def _content(path: Path) -> bytes | None:
    """The content of a regular file; None if it is something else: a pipe would never end."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        return file.read() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
