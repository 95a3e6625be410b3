"""Running a command with a deadline, and ending all that it started."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Ended", "execute", "last_lines"]

_GRACE_S = 10.0
_TAIL_BYTES = 8192


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a process ended."""

    returncode: int
    """As in `subprocess.Popen`: negative for a signal."""
    timed_out: bool
    duration_s: float

    def describe(self) -> str:
        """Say it in words: ``exit status 3``, ``was killed by SIGKILL``."""
        if self.timed_out:
            return f"did not end within {self.duration_s:.0f} s"
        if self.returncode < 0:
            try:
                name = signal.Signals(-self.returncode).name
            except ValueError:
                name = f"signal {-self.returncode}"
            return f"was killed by {name}"
        return f"ended with exit status {self.returncode}"


def execute(
    command: Sequence[str] | str,
    *,
    environ: Mapping[str, str],
    cwd: Path,
    stdout: Path,
    stderr: Path,
    timeout_s: float,
) -> Ended:
    """Run a command; a string goes through the shell. Raises OSError if it cannot be started.

    Output goes to files, as a pipe that a forgotten grandchild holds open never ends. The command leads a
    process group, which is ended with it: also at the deadline, and when this process is interrupted.
    """
    started = time.monotonic()
    with stdout.open("wb") as out, stderr.open("wb") as err:
        process = subprocess.Popen(  # the shell runs what the user wrote into his own parity.toml
            command,
            shell=isinstance(command, str),
            env=dict(environ),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        timed_out = False
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            _end_group(process)
    return Ended(returncode=process.returncode, timed_out=timed_out, duration_s=time.monotonic() - started)


def last_lines(path: Path, count: int = 3) -> str:
    """The last lines of a log that are not blank, joined; empty if there are none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " / ".join(lines[-count:])


def _end_group(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        _signal_group(process, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)
    _signal_group(process, signal.SIGKILL)
    process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # PermissionError is what macOS says about a group of which only zombies are left.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
