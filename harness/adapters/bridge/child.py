"""A process that speaks JSON lines: started, written to, read from, and never left behind."""

import contextlib
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from harness.adapters.bridge.errors import BridgeError
from harness.adapters.bridge.lines import Lines
from harness.adapters.bridge.words import one_line

__all__ = ["LONGEST_LINE", "Child"]

_SHELL = "/bin/sh"
_KEEPER = "cat >/dev/null; kill -KILL 0"
_SHELL_WORDS = re.compile(r"[;&|<>()$`\n*?\[#~]|^\s*\w+=")
_BY_SIGNAL = 128
_KEPT_LINES = 12
_FRAME = re.compile(r"at .*:\d+:\d+\)?( \{)?$")
"""A line of a stack trace of node: the error that stands above it says what happened."""
_GRACE_S = 3.0
_LAST_LINES_S = 0.5
LONGEST_LINE = 64 << 20
"""Bytes of a line on stdout, beyond which it comes in pieces."""
_LONGEST_WORDS = 1 << 16
_LONGEST_SAID = 300


class Child:
    """The adapter's command, leading a process group of its own.

    A second process in this group does nothing but wait for the end of a pipe
    that only we hold: when this process ends, even by kill -9, so does the
    whole group, whatever the command started.
    """

    def __init__(self, command: str, *, environ: Mapping[str, str], cwd: Path) -> None:
        """Start a command through the shell. Raises BridgeError if there is no shell or directory."""
        self.command = command
        try:
            self._process = subprocess.Popen(  # the user's own words, as in [[checks]]
                [_SHELL, "-c", _direct(command, environ)],
                env=dict(environ),
                cwd=cwd,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                process_group=0,
            )
        except OSError as error:
            raise BridgeError(
                f"{command!r} cannot be started in {cwd}: {error.strerror or error}."
            ) from error
        self._keeper = self._start_keeper()
        self._in = _opened(self._process.stdin)
        self._out = Lines(_opened(self._process.stdout), longest=LONGEST_LINE)
        self._err = Lines(_opened(self._process.stderr), longest=_LONGEST_WORDS)
        os.set_blocking(self._in.fileno(), False)
        self._writing = threading.Lock()
        self._said: deque[str] = deque(maxlen=_KEPT_LINES)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def lines(self) -> Iterator[bytes]:
        """Yield what it prints on stdout, line by line, until it closes it or is ended. For one reader.

        A line of more bytes than LONGEST_LINE comes in pieces, and only the last one ends with a line end.
        """
        with contextlib.suppress(OSError):
            yield from self._out

    def write(self, data: bytes, deadline: float) -> None:
        """Write to its stdin until `deadline`, a time.monotonic(). Raises BridgeError if it does not read."""
        with self._writing:
            view = memoryview(data)
            while view:
                try:
                    view = view[os.write(self._in.fileno(), view) :]
                except BlockingIOError:
                    left = deadline - time.monotonic()
                    if left <= 0 or not select.select([], [self._in], [], left)[1]:
                        raise BridgeError("it does not read its stdin") from None
                except (OSError, ValueError) as error:
                    raise BridgeError("it closed its stdin") from error

    def how_it_ended(self) -> str:
        """Say how the process ended, or that it still runs, with its last words."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_LINES_S)
        code = self._process.poll()
        if code is None:
            return "closed its stdout and went on running"
        if code < 0 or code > _BY_SIGNAL:
            # A shell that waited for its command says so with a number above 128.
            with contextlib.suppress(ValueError):
                return f"was killed by {signal.Signals(-code if code < 0 else code - _BY_SIGNAL).name}"
        hint = {126: " (it is not executable)", 127: " (the command was not found)"}.get(code, "")
        return f"ended with exit status {code}{hint}"

    def last_words(self) -> str:
        """Return the last lines of its stderr as one line, empty if there are none."""
        self._listener.join(_LAST_LINES_S)
        return " / ".join(tuple(self._said))

    def kill(self) -> None:
        """End the whole group at once."""
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._reap()

    def close(self) -> None:
        """Close its stdin, give it time to end by itself, and end what is left of its group."""
        with self._writing, contextlib.suppress(OSError):
            self._in.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE_S)
        self.kill()

    def _start_keeper(self) -> "subprocess.Popen[bytes] | None":
        try:
            return subprocess.Popen(
                [_SHELL, "-c", _KEEPER],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                process_group=self._process.pid,
            )
        except (OSError, subprocess.SubprocessError):
            return None  # the group is gone already: there is nothing to keep

    def _reap(self) -> None:
        if self._keeper is not None:
            # It belongs to the group and has been killed with it.
            self._keeper.wait()
            with contextlib.suppress(OSError):
                _opened(self._keeper.stdin).close()
            self._keeper = None
        self._out.stop()
        self._err.stop()
        with contextlib.suppress(OSError):
            self._in.close()

    def _signal(self, number: signal.Signals) -> None:
        # PermissionError is what macOS says about a group of which only zombies are left.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            for line in self._err:
                text = one_line(line.decode("utf-8", "replace"), _LONGEST_SAID)
                if text and not _FRAME.match(text):
                    self._said.append(text)


def _direct(command: str, environ: Mapping[str, str]) -> str:
    """Let a simple command take the place of the shell: its end is then seen as it is."""
    if _SHELL_WORDS.search(command) is not None:
        return command
    try:
        program = shlex.split(command)[0]
    except (IndexError, ValueError):
        return command
    return command if shutil.which(program, path=environ.get("PATH")) is None else f"exec {command}"


def _opened(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise BridgeError("a pipe to the adapter is missing")
    return stream
