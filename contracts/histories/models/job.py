"""One job of a queue without concurrency. It is the only row of the queue."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from contracts.histories.model import may_have_changed
from contracts.histories.operation import Answer, Call, Operation, Refused

__all__ = ["Job", "JobModel"]

EXHAUSTED = "attempts exhausted"


@dataclass(frozen=True)
class Job:
    """What a worker sees of the job. The three queues call the states alike here."""

    status: str
    """waiting, processing, done or failed."""
    attempts: int
    last_error: str | None = None

    def __str__(self) -> str:
        error = "" if self.last_error is None else f" {self.last_error!r}"
        return f"{self.status}#{self.attempts}{error}"


@dataclass(frozen=True)
class State:
    """The job, and what a claim needs to know of it."""

    job: Job
    due: bool
    """True if run_after has passed."""


_Outcome = tuple[Answer, State | None]


class JobModel:
    """``claim()``, ``complete(attempts)``, ``fail(attempts, error)``, ``expire()``, ``note(error)``; others.

    `claim` answers the job or None, with a lease that outlasts the case;
    `fail` gives the job back to be due at once; `expire` moves run_after into
    the past; `note` sets last_error. ``get()`` and ``delete()`` are what they are.
    """

    reads = frozenset({"get"})

    def __init__(self, max_attempts: int) -> None:
        self.start: State | None = State(Job("waiting", 0), due=True)
        self._max_attempts = max_attempts

    def outcomes(self, state: State | None, operation: Operation) -> Iterable[_Outcome]:
        """Return what the call may answer, and the job afterwards."""
        call = operation.call
        if call.name == "claim":
            outcomes = [self._claim(state)]
            if operation.overlapped:
                # A row that another transaction holds is passed over.
                outcomes.append((None, state))
            return outcomes
        if state is None:
            return [({"get": None, "delete": False}.get(call.name, Refused("not_found")), None)]
        return [self._others(state, call)]

    def changed(self, operation: Operation) -> bool:
        """Return False for what was answered that nothing changed."""
        return may_have_changed(operation, self.reads) and operation.answer is not False

    def _claim(self, state: State | None) -> _Outcome:
        if state is None or not state.due or state.job.status not in {"waiting", "processing"}:
            return None, state
        job = state.job
        if job.attempts >= self._max_attempts:
            error = EXHAUSTED if job.last_error is None else job.last_error
            return None, replace(state, job=replace(job, status="failed", last_error=error))
        claimed = replace(job, status="processing", attempts=job.attempts + 1)
        return claimed, State(claimed, due=False)

    def _others(self, state: State, call: Call) -> _Outcome:  # noqa: PLR0911  # one per call
        job = state.job
        match call.name, call.args:
            case "get", ():
                return job, state
            case "delete", ():
                return True, None
            case "expire", ():
                return job, replace(state, due=True)
            case "note", (str(error),):
                noted = replace(job, last_error=error)
                return noted, replace(state, job=noted)
            case "complete" | "fail", (token, *_) if job.status != "processing" or job.attempts != token:
                return Refused("conflict"), state
            case "complete", _:
                done = replace(job, status="done")
                return done, replace(state, job=done)
            case "fail", (_, str(error)):
                used_up = job.attempts >= self._max_attempts
                failed = replace(job, status="failed" if used_up else "waiting", last_error=error)
                return failed, State(failed, due=state.due or not used_up)
        raise ValueError(str(call))
