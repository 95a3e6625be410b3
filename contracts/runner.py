"""Runs pytest on the cases in a process of its own, and watches what its plugin tells.

Whatever the cases do, ``os._exit`` and hanging included, ends as an
`Observation`. Nothing here judges it.
"""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import contracts
from contracts.deadline import Deadline
from contracts.events import Event
from contracts.plan import Plan
from contracts.stream import Stream
from harness.isolation import ROOT, ours_first
from harness.settings import inherited

__all__ = ["Observation", "Pytest", "Watch", "observe"]

INI = Path(contracts.__file__).with_name("pytest.ini")
DEADLINE_S = 120.0
"""How long a case may run."""
_POLL_S = 0.05
_LAST_WORDS = 5
Watch = Callable[[Event], None]


@dataclass(frozen=True, kw_only=True)
class Pytest:
    """One run of pytest."""

    cases: Path
    plan: Plan
    workers: int
    """0 runs in the one process."""
    seed: int
    collect_only: bool = False
    long_traceback: bool = False
    deadline_s: float = DEADLINE_S

    def arguments(self, plan: Path) -> list[str]:
        """Return the command. What stands here overrules PYTEST_ADDOPTS, which pytest puts in front."""
        return [
            *(sys.executable, "-P", "-m", "pytest", str(self.cases)),
            *("-c", str(INI), "--rootdir", str(self.cases.parent), "--noconftest"),
            *("-p", "no:cacheprovider", "-p", "xdist", "-p", "randomly", "-p", "contracts.plugin"),
            # Cases neither log nor print: watching that costs a millisecond each.
            *("-p", "no:logging", "--capture=sys"),
            *("--contract-plan", str(plan), "--assert=rewrite", "--import-mode=importlib"),
            f"--randomly-seed={self.seed}",
            *(
                "-n",
                str(self.workers),
                "--dist",
                "worksteal" if self.workers else "no",
                "--max-worker-restart=0",
            ),
            f"--tb={'long' if self.long_traceback else 'short'}",
            *(("--collect-only", "-q") if self.collect_only else ()),
        ]


@dataclass(frozen=True, kw_only=True)
class Observation:
    """Everything that is known of a run of pytest."""

    events: tuple[Event, ...]
    exit_status: int
    """That of the process; negative for a signal."""
    cut_short: str | None
    """Why the run was ended from outside, as a sentence; None if it ended by itself."""
    damaged: str | None
    """What is wrong with the stream of events, if anything."""
    log: str
    """What pytest printed."""
    complaints: str
    """What pytest printed on stderr."""

    @property
    def last_words(self) -> str:
        """The last lines of stderr, else of stdout, as one line."""
        text = self.complaints if self.complaints.strip() else self.log
        lines = [line.strip() for line in text.splitlines() if line.strip(" =-_\t")]
        return " | ".join(lines[-_LAST_WORDS:])[-1000:] or "pytest printed nothing"


def observe(run: Pytest, watch: Watch = lambda _: None) -> Observation:
    """Run pytest to its end, to the deadline of a case, or to Ctrl-C, which is part of the observation."""
    with _scratch() as scratch, _owner_pipe() as (owner_fd, close_pipe):
        events, plan = scratch / "events.jsonl", scratch / "plan.json"
        plan.write_text(replace(run.plan, events=events, owner_fd=owner_fd).dumps(), encoding="utf-8")
        with (scratch / "out").open("wb") as out, (scratch / "err").open("wb") as err:
            process = subprocess.Popen(
                run.arguments(plan),
                cwd=scratch,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                pass_fds=(owner_fd,),
                start_new_session=True,
            )
            stream = Stream(events)
            cut_short: str | None = None
            try:
                cut_short = _follow(process, stream, watch, run.deadline_s)
            except KeyboardInterrupt:
                cut_short = "The run was interrupted."
            finally:
                _end(process)
                close_pipe()
        for event in stream.read():
            watch(event)
        return Observation(
            events=tuple(stream.events),
            exit_status=process.returncode,
            cut_short=cut_short,
            damaged=stream.damaged,
            log=_text(scratch / "out"),
            complaints=_text(scratch / "err"),
        )


def _follow(
    process: "subprocess.Popen[bytes]", stream: Stream, watch: Watch, deadline_s: float
) -> str | None:
    """Pass events on until the process ends. Returns why it has to be ended, if it has."""
    deadline = Deadline(deadline_s)
    while True:
        ended = process.poll() is not None
        for event in stream.read():
            watch(event)
            deadline.take(event)
        if ended or deadline.is_over:
            return None
        late = deadline.late()
        if late is not None:
            return late
        with suppress(subprocess.TimeoutExpired):
            process.wait(_POLL_S)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End pytest and its workers. Databases they cloned end with them."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment() -> Mapping[str, str]:
    """The environment of pytest: the user's own, without what would change how our cases run.

    PYTEST_ADDOPTS and PYTEST_PLUGINS stay on purpose: whoever sets them sees
    that cases are missing, and is told why.
    """
    named = inherited({}).get("PYTHONPATH", "").split(os.pathsep)
    # pytest runs in a directory of its own: what is relative would mean another place there.
    path = ours_first([*(str(Path(entry).absolute()) for entry in named if entry), str(ROOT)])
    installed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    if path[-1] == str(ROOT) and str(ROOT) in installed:
        path.pop()  # found without being named, and behind the standard library
    return inherited(
        {
            "PYTHONPATH": os.pathsep.join(path) or None,
            "PYTHONSAFEPATH": "1",  # for the workers, which -P does not reach
            "PYTHONOPTIMIZE": None,
            "PYTHONUNBUFFERED": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_XDIST_WORKER": None,
            "PYTEST_XDIST_WORKER_COUNT": None,
            "PYTEST_XDIST_TESTRUNUID": None,
            "PYTEST_CURRENT_TEST": None,
        }
    )


@contextmanager
def _scratch() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="parity-contract-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _owner_pipe() -> Iterator[tuple[int, Callable[[], None]]]:
    """A pipe whose writing end only this process holds: it closes when this process ends, however it ends."""
    reading, writing = os.pipe()
    open_ends = {reading, writing}

    def close() -> None:
        while open_ends:
            os.close(open_ends.pop())

    try:
        yield reading, close
    finally:
        close()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
