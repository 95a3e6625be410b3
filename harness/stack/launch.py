"""Starting a supervisor, and letting go of it."""

import contextlib
import json
import os
import select
import site
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Literal

import harness
from harness.errors import StackError
from harness.stack.logs import tail

__all__ = ["Order", "Supervisor", "environment", "read_answer"]

Order = Literal["stop", "kill", "start"]
_READY_S = 90.0
_STOP_S = 60.0
"""An engine that is busy takes long to remove containers, and a log is kept before."""


class Supervisor:
    """The owner's end of a supervisor: it stops when this object is closed, and when this process ends."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self._process = process
        self._log = log

    @classmethod
    def launch(cls, kind: str, log: Path, *, hand_over: Sequence[int] = ()) -> "Supervisor":
        """Start the supervisor of a kind; `hand_over` are descriptors that it shall hold."""
        with log.open("ab") as errors:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "harness.stack.supervise", kind],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
                cwd="/",
                env=environment(),
                pass_fds=hand_over,
                start_new_session=True,  # Ctrl-C is for the owner, which then lets go
            )
        return cls(process, log)

    @property
    def is_open(self) -> bool:
        """False once this end has let go."""
        return self._process.stdin is not None and not self._process.stdin.closed

    @property
    def was_killed(self) -> bool:
        """True if it has ended without clearing up: it was killed, or could not do it."""
        return self._process.poll() not in {None, 0}

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def send(self, line: str) -> None:
        """Tell it what to run, or, while it runs, that its owner has cleared up and it may end."""
        assert self._process.stdin is not None  # noqa: S101  # a pipe was asked for
        with contextlib.suppress(BrokenPipeError):  # it died already: wait() will say so
            self._process.stdin.write(line.encode() + b"\n")

    def wait(self) -> dict[str, Any]:
        """What it says once its server is ready: at least ``port``. Raises StackError with its reason."""
        assert self._process.stdout is not None  # noqa: S101  # a pipe was asked for
        try:
            return read_answer(self._process.stdout, self._log, deadline_s=_READY_S)
        except BaseException:
            self.stop()
            raise

    def order(self, word: Order) -> None:
        """Have its server stopped, killed or started again, and wait for that. Raises StackError."""
        assert self._process.stdout is not None  # noqa: S101  # a pipe was asked for
        self.send(word)
        read_answer(self._process.stdout, self._log, deadline_s=_READY_S)

    def stop(self) -> None:
        """Let go and wait until everything has ended; ends it the hard way after 60 s. May be repeated."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def read_answer(pipe: IO[bytes], log: Path, *, deadline_s: float) -> dict[str, Any]:
    """The line of JSON that a started process prints. Raises StackError for its error, silence or death."""
    deadline = time.monotonic() + deadline_s
    line = b""
    while not line.endswith(b"\n"):
        readable, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        if not readable:
            raise StackError(f"The servers were not ready within {deadline_s:.0f} s: {tail(log)}")
        part = os.read(pipe.fileno(), 65536)
        if not part:
            raise StackError(f"The supervisor of the servers ended without a word: {tail(log)}")
        line += part
    answer: dict[str, Any] = json.loads(line)
    if "error" in answer:
        raise StackError(answer["error"])
    return answer


def environment() -> dict[str, str]:
    """The environment for a supervisor: this one's, and where to find this very package.

    The supervisor starts with ``-P`` and in ``/``, so that no folder of the user's shadows a module.
    """
    root = str(Path(harness.__file__).parent.parent)
    if root in {*site.getsitepackages(), site.getusersitepackages()}:
        return dict(os.environ)
    inherited = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": root if not inherited else os.pathsep.join([root, inherited])}
