"""One case on one adapter, from its start to its end, inside of a worker."""

import functools
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.collected import first_sentence
from contracts.events import CaseInfo, Finished, Problem, Started
from contracts.explain import Comparison, explain
from contracts.recording import Log

__all__ = ["CaseRun"]


class CaseRun:
    """What is known of the running case."""

    def __init__(self, item: pytest.Item, info: CaseInfo, worker: str) -> None:
        self.info = info
        self.exempt: str | None = None
        self.would_pass = False
        self.problem: Problem | None = None
        self.skipped: str | None = None
        self.down: str | None = None
        self.spoilt: str | None = None
        """Why nothing that the case saw counts: the adapter itself could not be examined."""
        self.stop: str | None = None
        """Why nothing more can be examined after this case, although its own result counts."""
        self.breaks_servers = item.get_closest_marker("fault") is not None
        self.comparison: Comparison | None = None
        self._item = item
        self._worker = worker
        self._phases: dict[str, str] = {}
        self.begun_at = time.time()
        """When it started, in seconds of the epoch: what servers said before is not about it."""
        self._begun = time.perf_counter()
        self._body = "was never called"
        if isinstance(item, pytest.Function):
            item.obj = self._guarded(item.obj)

    def started(self) -> Started:
        """Return the event of its start."""
        return Started(worker=self._worker, adapter=self.info.adapter, case=self.info.id)

    def _guarded(self, body: Callable[..., object]) -> Callable[..., object]:
        """Watch the body of the case from inside of every hook, where no plugin can hide how it ended."""

        @functools.wraps(body)
        def guarded(**arguments: Any) -> object:
            __tracebackhide__ = True
            self._body = "raised an error"
            result = body(**arguments)
            self._body = "returned"
            return result

        return guarded

    def note(self, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
        """Take in how one phase ended: both what was raised, and what pytest made of it.

        A plugin that turns an exception into a pass is overruled: the
        exception counts.
        """
        error = call.excinfo
        outcome: str = report.outcome
        if hasattr(report, "wasxfail"):
            outcome = "xpassed" if report.passed else "xfailed"
            self.skipped = f"marked as an expected failure: {report.wasxfail}"
        elif error is not None and error.errisinstance(pytest.skip.Exception):
            outcome = "skipped"
            self.skipped = str(error.value)
        elif error is not None or report.failed:
            outcome = "failed"
        elif call.when == "call" and self._body != "returned":
            outcome = f"passed although its body {self._body}"
        self._phases[call.when] = outcome
        if outcome == "failed" and self.problem is None:
            self.problem = self._explain(error, call.when, report)
        self.comparison = None

    def take_probe(self, down: str | None, *, is_partial: bool = False) -> None:
        """Take in what the servers said after the case went wrong.

        A case that breaks them itself must have restored them: that they are
        down excuses nothing. If it says that it could not, they are down,
        unless the adapter `is_partial`: then it may have said no more than that.
        """
        if self.problem is None or is_partial or not self.breaks_servers:
            self.down = down
        elif self.problem.divergence:
            self.stop = down
        elif self.spoilt is not None:
            self.down = down
        else:
            self.down = down or self.problem.message

    def quote(self, servers: str | None) -> None:
        """Take in what the servers said of the adapter's rows, for whoever has to explain the failure."""
        if self.problem is not None and servers:
            detail = f"The servers said last:\n{servers}"
            detail = f"{self.problem.detail}\n\n{detail}" if self.problem.detail else detail
            self.problem = replace(self.problem, detail=detail)

    def finished(self, log: Log) -> Finished:
        """Return the event of its end."""
        return Finished(
            worker=self._worker,
            adapter=self.info.adapter,
            case=self.info.id,
            level=self.info.level,
            proves=first_sentence(getattr(getattr(self._item, "function", None), "__doc__", None)),
            phases=self._phases,
            steps=log.calls,
            operations=tuple(log.describe()),
            exempt=self.exempt,
            lacks=tuple(sorted(log.lacks)),
            would_pass=self.would_pass,
            problem=self.problem,
            skipped=self.skipped,
            down=self.down,
            spoilt=self.spoilt,
            properties={name: str(value) for name, value in self._item.user_properties},
            seconds=round(time.perf_counter() - self._begun, 6),
        )

    def _explain(
        self, error: pytest.ExceptionInfo[BaseException] | None, phase: str, report: pytest.TestReport
    ) -> Problem:
        if error is None:
            text = report.longreprtext[-2000:]
            return Problem(
                divergence=False,
                expected="no failure",
                actual="a plugin reported a failure",
                message=text,
                where=self.info.where,
                traceback=text,
            )
        return explain(
            error,
            phase=phase,
            comparison=self.comparison,
            cases=self._item.path.parent,
            traceback=report.longreprtext[-20_000:],
        )
