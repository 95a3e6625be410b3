"""The reference API as a process of its own, as `harness serve` starts it."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import httpx

__all__ = ["COMMAND", "SECRET", "Server", "clean_environ", "serving"]

ROOT = Path(__file__).resolve().parents[1]
COMMAND = (sys.executable, "-P", "-m", "harness", "serve")
SECRET = "signs-what-icims-sends"
_FOREIGN = ("SUPABASE_", "HARNESS_STACK", "DATABASE_URL", "DB_MODE", "SCHEDULER_API_KEY", "ICIMS_")
_DEADLINE_S = 120


@dataclass(frozen=True)
class Server:
    """A running server."""

    process: "subprocess.Popen[str]"
    url: str
    mode: str
    """As the line says that it prints when it accepts."""
    log: Path
    """Its stderr."""
    client: httpx.Client

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(_DEADLINE_S)


def clean_environ(changes: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without what would name another project, and with `changes`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    # The harness under test may stand beside an installed one.
    return {**kept, "PYTHONPATH": str(ROOT), **changes}


@contextlib.contextmanager
def serving(
    mode: str,
    directory: Path,
    environ: Mapping[str, str] | None = None,
    *options: str,
    command: Sequence[str] = COMMAND,
) -> Iterator[Server]:
    """Run a server on a free port, in `directory`; it is ended with the block.

    `command` starts another one than the harness's own, with the same options and the same line.
    """
    number = len(list(directory.glob("server-*.log")))
    log = directory / f"server-{number}.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [*command, "--db-mode", mode, "--port", "0", *options],
            cwd=directory,
            env=clean_environ({"ICIMS_WEBHOOK_SECRET": SECRET, **(environ or {})}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        words = first_line(process, log).split()
        with httpx.Client(base_url=words[1], trust_env=False, timeout=60) as client:
            yield Server(process, words[1], words[2].strip("()"), log, client)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(_DEADLINE_S)
        assert process.stdout is not None
        process.stdout.close()


def first_line(process: "subprocess.Popen[str]", log: Path) -> str:
    """Wait for the line that a server prints when it accepts."""
    lines: Queue[str] = Queue()
    assert process.stdout is not None
    Thread(target=lambda stream: lines.put(stream.readline()), args=(process.stdout,), daemon=True).start()
    try:
        line = lines.get(timeout=_DEADLINE_S)
    except Empty:
        line = ""
    assert line.startswith("serving http://"), f"it said {line!r}; its log: {log.read_text()}"
    return line
