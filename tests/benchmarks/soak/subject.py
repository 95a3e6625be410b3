"""The processes of a soak: the application with its threads, and the API that it may ask."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil

from harness.errors import HarnessError
from tests.benchmarks.soak.application import Order
from tests.serving import clean_environ, serving

__all__ = ["Application", "Subject", "opened"]

_END_S = 120.0
ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": "65536"}
"""For the process under test, so that its memory is what it holds.

httpcore receives into 64 KiB, of which an answer needs one or two. glibc cuts such room out of an arena,
keeps each page of it that was ever written to, and cuts the next one elsewhere. Measured over 240 s, that
alone was +8 %, slowing down, while the blocks in use, and all that Python's allocator had, stayed the same;
given back to the system at once, it is +1 %.
"""


class Application:
    """A running `tests.benchmarks.soak.application`."""

    def __init__(self, order: Order, environ: Mapping[str, str]) -> None:
        """Start it, and wait until it is ready to open its store. Raises HarnessError."""
        self._log = order.directory / "application.log"
        with self._log.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "tests.benchmarks.soak.application"],
                env=clean_environ({**ALLOCATOR, **environ}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,  # Ctrl-C is for the soak, which then closes stdin
            )
        self.ask(order.dumps(), "ready")

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def tell(self, line: str) -> None:
        """Send a line. Raises HarnessError if nobody reads it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise HarnessError(f"The application ended: {self._last_words()}") from error

    def ask(self, line: str, answer: str) -> None:
        """Send a line, and wait for the answer. Raises HarnessError."""
        assert self._process.stdout is not None
        self.tell(line)
        said = self._process.stdout.readline().strip()
        if said != answer:
            raise HarnessError(f"The application said {said!r}, not {answer!r}: {self._last_words()}")

    def check(self) -> None:
        """Raise HarnessError if it has ended."""
        if self._process.poll() is not None:
            raise HarnessError(f"The application ended: {self._last_words()}")

    def end(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _last_words(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-2000:] or "it said nothing"


class Subject:
    """The application, and which of the processes is under test."""

    def __init__(self, application: Application, api: int | None) -> None:
        self.application = application
        self.process = psutil.Process(application.pid if api is None else api)
        """Under test: the one that holds the store."""
        self.is_api = api is not None


@contextmanager
def opened(order: Order, environ: Mapping[str, str], *, api: bool) -> Iterator[Subject]:
    """Start what is needed; `environ` names the project."""
    if not api:
        with _running(order, environ) as application:
            yield Subject(application, None)
        return
    place = order.directory / "api"
    place.mkdir()
    with serving("supabase", place, {**ALLOCATOR, **environ}) as server:
        with _running(replace(order, api=server.url), {}) as application:
            yield Subject(application, server.process.pid)
        status = server.end()
        if status != 0:
            raise HarnessError(f"harness serve ended with {status}: {_tail(server.log)}")


@contextmanager
def _running(order: Order, environ: Mapping[str, str]) -> Iterator[Application]:
    application = Application(order, environ)
    try:
        yield application
    finally:
        application.end()


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:]
