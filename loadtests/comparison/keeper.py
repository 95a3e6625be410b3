"""Runs one command and ends it, with all that it started, when its owner lets go or dies.

``python -I -S keeper.py COMMAND ARGUMENT…``, with the standard library alone. The command leads a session of
its own, so that the whole of ``npm run start`` can be ended at once; what leaves that session is ended as
well, because orphans become children of the keeper (on Linux). The owner holds the other end of stdin:
end-of-file there is the word to stop, and comes also when the owner is killed. Exit status: that of the
command, and 128 + N where signal N ended it.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

__all__ = ["keep"]

_GRACE_S = 5.0
"""How long a server may finish its requests after SIGTERM."""
_LOOK_S = 0.5
_PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


def keep(command: Sequence[str]) -> int:
    """Run `command` to its end, or to that of the owner."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, _nothing)
    owner = os.getppid()
    _adopt_orphans()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        while process.poll() is None and os.getppid() == owner:
            readable, _, _ = select.select([0, woken], [], [], _LOOK_S)
            if 0 in readable and not os.read(0, 4096):
                break
            if woken in readable and set(os.read(woken, 4096)) - {signal.SIGCHLD}:
                break
    finally:
        _end(process)
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the whole group: first with SIGTERM and patience, in any case with SIGKILL."""
    if process.poll() is None:
        _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_S
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
    # The group outlives its leader where that left children behind.
    _signal_group(process, signal.SIGKILL)
    process.wait()
    while left := _children():
        for child in left:
            try:
                os.kill(child, signal.SIGKILL)
            except PermissionError:
                return  # it runs as somebody else: to wait for it would be for ever
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)


def _adopt_orphans() -> None:
    """A server that makes itself a daemon would outlive the comparison, and answer the next one."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _children() -> list[int]:
    """All that is left by now; their own children follow when these have ended."""
    try:
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    except OSError:
        return []


def _signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _nothing(_number: int, _frame: object) -> None:
    """Wake the loop, and do nothing else."""


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1:]))
