"""The load generator as its parent sees it: a process, or a locust master and its workers, that it drives.

locust changes a process at import (gevent), so it runs in processes of its
own: ``python -P -m loadtests.generation``. They end with their parent,
however that ends.
"""

import contextlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from loadtests.errors import LoadError
from loadtests.generation.messages import (
    Begin,
    Cancel,
    Clean,
    Cleaned,
    Done,
    Failed,
    Listening,
    Order,
    Prepare,
    Progress,
    Ran,
    Report,
    Run,
)
from loadtests.generation.plan import Plan
from loadtests.generation.process import GeneratorProcess, WorkerProcess
from loadtests.records import Arm, WindowRecord

__all__ = ["WORKLOAD", "Generator", "RunInterrupted"]

WORKLOAD = "loadtests.scenarios.workload:open_workload"
"""``open_workload(spec, *, arm, worker, workers) -> Workload``; the type of `spec` says how to read it."""

# It says that it lives every second; a machine that swaps may make it late.
_SILENCE_S = 60.0
# After Ctrl-C: requests on their way may end, those that do not are given up.
_CANCEL_S = 10.0


_LOOK_S = 0.2
_Answer = TypeVar("_Answer", bound=Report)


class RunInterrupted(KeyboardInterrupt):
    """Ctrl-C during a run; what was recorded until then is never more than INVALID."""

    def __init__(self, windows: tuple[WindowRecord, ...]) -> None:
        super().__init__("interrupted")
        self.windows = windows
        """Those that were whole, and the one that was cut short with `WindowRecord.complete` False."""


class Generator:
    """Generates load until it is closed; a context manager. Not for several threads at once.

    Every method raises LoadError if the generator fails: a dead or lost worker is an error and never a
    smaller result.
    """

    def __init__(self, process: GeneratorProcess, *, has_guests: bool) -> None:
        self._process = process
        self._has_guests = has_guests
        self._workers: list[WorkerProcess] = []

    @classmethod
    def start(
        cls,
        spec: object,
        hosts: Mapping[Arm, str],
        *,
        log: Path,
        workers: int = 0,
        external_workers: int = 0,
        bind: str = "127.0.0.1",
        port: int = 0,
        factory: str = WORKLOAD,
        tell: Callable[[str], None] = lambda _: None,
    ) -> Self:
        """Start the process or processes, and open the workload of each arm in each.

        `spec` is the ScenarioSpec (anything that msgspec can write as JSON), `hosts` are URLs like
        ``http://127.0.0.1:8080``. With `workers` + `external_workers` = 0 one process generates the load;
        else a master waits for so many, of which it starts `workers`, and the others connect to `bind`:`port`
        by ``harness load worker --master-host … --master-port …``. `log` gets what they write to stderr.
        """
        process = GeneratorProcess.start(log)
        generator = cls(process, has_guests=external_workers > 0)
        try:
            begin = Begin(
                factory=factory,
                spec=msgspec.to_builtins(spec),
                hosts=hosts,
                workers=workers + external_workers,
                bind=bind,
                port=port,
            )
            process.send(begin)
            if workers + external_workers:
                listening = generator._wait(Listening)
                if external_workers:
                    tell(f"waiting for {external_workers} workers from elsewhere on {bind}:{listening.port}")
                for _ in range(workers):
                    generator._workers.append(WorkerProcess.start(log, _reachable(bind), listening.port))
            generator._wait(Done)
        except BaseException:
            generator.close()
            raise
        return generator

    def prepare(self, *plans: Plan) -> None:
        """Create through the API what all these plans together need; each worker makes its own share."""
        self._ask(Prepare(plans=plans), Done)

    def run(
        self, plan: Plan, *, progress: Callable[[int], None] = lambda _: None
    ) -> tuple[WindowRecord, ...]:
        """Send what the plan says, which `prepare` was told of; returns its windows in their order.

        `progress` is called with the index of each window whose time is over and whose requests are answered.
        What it raises ends the run. Raises RunInterrupted on Ctrl-C. After either nothing more can be run,
        and `clean` still removes.
        """
        self._process.send(Run(plan=plan))
        try:
            windows = self._wait(Ran, progress).windows
        except KeyboardInterrupt:
            raise RunInterrupted(self._cancel()) from None
        except BaseException:
            with contextlib.suppress(LoadError):  # what is raised already is the cause
                self._process.send(Cancel())
            raise
        if [window.index for window in windows] != [window.index for window in plan.windows]:
            raise LoadError(
                f"of {len(plan.windows)} windows {len(windows)} were recorded: an earlier run of this "
                "generator was interrupted; start a new one"
            )
        return windows

    def clean(self) -> tuple[str, ...]:
        """Remove what `prepare` and `run` made; returns what could not be removed, in words."""
        return self._ask(Clean(), Cleaned).left

    def close(self) -> None:
        """End the processes; again is nothing. What was made stays: see `clean`."""
        if self._has_guests:
            self._process.let_go()
        self._process.end()
        for worker in self._workers:
            worker.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _cancel(self) -> tuple[WindowRecord, ...]:
        try:
            self._process.send(Cancel())
            return self._wait(Ran, within_s=_CANCEL_S).windows
        except LoadError:
            return ()  # it died, too; the interruption is what is to be told

    def _ask(self, order: Order, answer: type[_Answer]) -> _Answer:
        self._process.send(order)
        return self._wait(answer)

    def _wait(
        self,
        answer: type[_Answer],
        progress: Callable[[int], None] = lambda _: None,
        *,
        within_s: float = float("inf"),
    ) -> _Answer:
        begun = heard = time.monotonic()
        while True:
            report = self._process.receive(_LOOK_S)
            for worker in self._workers:
                worker.check()
            now = time.monotonic()
            if report is not None:
                heard = now
            if isinstance(report, answer):
                return report
            if isinstance(report, Failed):
                raise LoadError(report.message)
            if isinstance(report, Progress):
                progress(report.window)
            if now - heard > _SILENCE_S or now - begun > within_s:
                raise LoadError(
                    f"the load generator has not answered for {now - heard:.0f} s, {now - begun:.0f} s after "
                    f"it was asked; its log is {self._process.log}"
                )


def _reachable(bind: str) -> str:
    """Where a worker on this machine finds a master that listens on `bind`."""
    return "127.0.0.1" if bind in {"0.0.0.0", "*"} else bind  # noqa: S104  # compared, not bound
