"""The processes of a generator, from the parent's side: started, spoken to, and ended."""

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Self

import msgspec

from loadtests.errors import LoadError
from loadtests.generation.messages import Order, Report, Reports

__all__ = ["GeneratorProcess", "WorkerProcess"]

_END_S = 5.0


class WorkerProcess:
    """A locust worker on this machine; it ends when its stdin does."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    @classmethod
    def start(cls, log: Path, host: str, port: int) -> Self:
        """Start a worker that connects to the master at `host`:`port`, its stderr appended to `log`."""
        return cls(_start(["worker", "--master-host", host, "--master-port", str(port)], log, stdout=None))

    def check(self) -> None:
        """Raise LoadError if it has ended."""
        status = self._process.poll()
        if status is not None:
            raise LoadError(
                f"worker process {self._process.pid} ended with {_in_words(status)} during its work: "
                "nothing was measured that can be used"
            )

    def end(self) -> None:
        """End it; it has nothing to lose."""
        _end(self._process)


class GeneratorProcess:
    """The process that generates load itself, or is the master of those that do."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self._process = process
        self.log = log
        self._reports: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True, name="generator-reports")
        self._reader.start()

    @classmethod
    def start(cls, log: Path) -> Self:
        """Start it, its stderr appended to `log`."""
        return cls(_start(["generator"], log, stdout=subprocess.PIPE), log)

    def send(self, order: Order) -> None:
        """Give it an order. Raises LoadError if it has ended."""
        stdin = _pipe(self._process.stdin)
        try:
            stdin.write(msgspec.json.encode(order) + b"\n")
            stdin.flush()
        except (OSError, ValueError) as error:
            raise self._ended() from error

    def receive(self, timeout_s: float) -> Report | None:
        """Its next report, or None if there is none in time. Raises LoadError if it has ended."""
        try:
            report = self._reports.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if report is None:
            self._reports.put(None)  # for whoever asks again
            raise self._ended()
        return report

    def let_go(self) -> None:
        """Give it the time to send workers on other machines home."""
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            _pipe(self._process.stdin).close()
            self._process.wait(_END_S)

    def end(self) -> None:
        """End it; what it holds is lost."""
        _end(self._process)
        self._reader.join(_END_S)

    def _read(self) -> None:
        decoder = msgspec.json.Decoder(Reports)
        try:
            # A pipe that `end` closes under the reader is its end, too.
            with contextlib.suppress(OSError, ValueError):
                for line in _pipe(self._process.stdout):
                    self._reports.put(decoder.decode(line))
        finally:
            self._reports.put(None)

    def _ended(self) -> LoadError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_S)
        status = self._process.poll()
        how = "closed its output" if status is None else f"ended with {_in_words(status)}"
        return LoadError(f"the load generator {how}; {_last_line(self.log)}")


def _start(arguments: Sequence[str], log: Path, *, stdout: int | None) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-P", "-m", "loadtests.generation", *arguments]
    if threading.current_thread() is threading.main_thread():
        # The kernel would end the process with the thread that started it: only the main one lives
        # long enough in any case. Its stdin, which ends with this process, is the other guard.
        command += ["--parent", str(os.getpid())]
    with log.open("ab") as errors:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=errors if stdout is None else stdout,
            stderr=errors,
            # Ctrl-C of a terminal reaches this process alone, which then says what is to be done.
            start_new_session=True,
        )


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise LoadError("the load generator was started without its pipes")
    return stream


def _in_words(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return f"the last line of {log} is: {lines[-1]}" if lines else f"{log} is empty"
