"""Which processes belong to an instance: written down, so that a later run can end what a killed one left."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psutil

from harness.stack.account import Account

__all__ = ["ProcessId", "children", "end_recorded", "record", "spawn", "stop"]

_PR_SET_PDEATHSIG = 1
# The kernel's boot time, from which start times are computed, is rounded to seconds and may be adjusted.
_SAME_START_S = 1.5


@dataclass(frozen=True)
class ProcessId:
    """A process, told from a later one with the same number by its start (seconds since the epoch)."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> Self:
        """The identity of a living process. Raises psutil.NoSuchProcess."""
        return cls(pid, psutil.Process(pid).create_time())

    def find(self) -> psutil.Process | None:
        """The process, if it is this one and has not ended."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < _SAME_START_S
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None


def children(pid: int) -> list[ProcessId]:
    """The processes that `pid` started and that still run; one that ends meanwhile is left out."""
    found: list[ProcessId] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                found.append(ProcessId.of(child.pid))
    return found


def record(instance: Path, pid: int, name: str) -> Path:
    """Write down that process `pid` works for `instance`; returns the note, to be removed at its end."""
    identity = ProcessId.of(pid)
    folder = instance / "processes"
    folder.mkdir(mode=0o700, exist_ok=True)
    note = folder / f"{pid}.json"
    note.write_text(json.dumps({"pid": pid, "started": identity.started, "name": name}), encoding="utf-8")
    return note


def end_recorded(instance: Path, *, deadline_s: float = 5.0) -> None:
    """End every process that is written down for `instance` and verified to be the same one."""
    alive: list[ProcessId] = []
    for note in (instance / "processes").glob("*.json"):
        with contextlib.suppress(OSError, ValueError, KeyError):
            content = json.loads(note.read_text(encoding="utf-8"))
            identity = ProcessId(content["pid"], content["started"])
            process = identity.find()
            if process is not None:
                # Postgres: SIGQUIT ends it at once and still releases its shared memory.
                process.send_signal(signal.SIGQUIT if content["name"] == "postgres" else signal.SIGTERM)
                alive.append(identity)
    # Not psutil.wait_procs: it waits for zombies, whose parent may live on without a look at them.
    deadline = time.monotonic() + deadline_s
    while any(identity.find() for identity in alive) and time.monotonic() < deadline:
        time.sleep(0.02)
    for identity in alive:
        process = identity.find()
        if process is not None:
            with contextlib.suppress(psutil.Error):
                process.kill()


def spawn(
    command: Sequence[str | Path],
    *,
    account: Account,
    environment: Mapping[str, str],
    log: Path,
    end_with: signal.Signals,
    cwd: Path = Path("/"),
) -> "subprocess.Popen[bytes]":
    """Start a server under `account`, its output appended to `log`.

    On Linux the kernel sends it `end_with` when this process dies, however it dies.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=dict(environment),
            preexec_fn=_die_with_parent(end_with),  # noqa: PLW1509  # no threads run yet in a supervisor
            **account.popen_options(),
        )


def stop(process: "subprocess.Popen[bytes]", signals: Sequence[signal.Signals], *, patience_s: float) -> None:
    """Send one signal after the other until the process has ended, each with `patience_s` to take effect."""
    for number in signals:
        if process.poll() is not None:
            return
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience_s)
    process.kill()
    process.wait()


def _die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc: Any = ctypes.CDLL(
        None, use_errno=True
    )  # loaded here: nothing may be imported between fork and exec
    parent = os.getpid()

    def ask_the_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # died before the request
            os._exit(1)

    return ask_the_kernel
