"""What a worker does with the only job of a queue."""

from collections.abc import Callable
from typing import Any

from contracts.builders import PAST, changes
from contracts.entities import mutable, queue, states
from contracts.histories.models.job import Job
from contracts.histories.operation import Call
from contracts.histories.recorder import Notebook, Program
from harness.adapters.protocol import Store
from harness.models import Row

__all__ = ["WORK", "job_program"]

WORK = {"claim": 6, "complete": 1, "fail": 5, "expire": 4, "note": 2, "get": 2, "delete": 0}
"""Steps and their weights. A job that is done stays so: completions are few."""
LEASE_S = 3600.0


def job_program(row: type[Row], job: Row) -> Callable[[Store, Notebook], Program]:
    """Return what starts a worker on this job."""
    return lambda store, notebook: JobProgram(store, notebook, row, job)


class JobProgram:
    """Claims, ends what it claimed last, and moves the lease of whoever holds the job into the past."""

    def __init__(self, store: Store, notebook: Notebook, row: type[Row], job: Row) -> None:
        self._queue = queue(store, row)
        self._rows = mutable(store, row)
        self._row, self._id = row, job.id
        self._notebook = notebook
        self._token = 1

    def step(self, name: str) -> None:
        """Do one step."""
        {
            "claim": self._claim,
            "complete": self._complete,
            "fail": self._fail,
            "expire": self._expire,
            "note": self._note,
            "get": self._get,
            "delete": self._delete,
        }[name]()

    def _claim(self) -> None:
        claimed = self._notebook.note(
            Call("claim"),
            lambda: self._queue.claim(limit=1, lease_s=LEASE_S),
            lambda rows: self._seen(rows[0]) if rows else None,
        )
        if claimed:
            self._token = claimed[0].attempts

    def _complete(self) -> None:
        token = self._token
        self._notebook.note(
            Call("complete", (token,)), lambda: self._queue.complete(self._id, token), self._seen
        )

    def _fail(self) -> None:
        token, error = self._token, self._notebook.mark()
        self._notebook.note(
            Call("fail", (token, error)),
            lambda: self._queue.fail(self._id, token, error=error, retry_in_s=0),
            self._seen,
        )

    def _expire(self) -> None:
        patch = changes(self._row, run_after=PAST)
        self._notebook.note(Call("expire"), lambda: self._rows.update(self._id, patch), self._seen)

    def _note(self) -> None:
        error = self._notebook.mark()
        patch = changes(self._row, last_error=error)
        self._notebook.note(Call("note", (error,)), lambda: self._rows.update(self._id, patch), self._seen)

    def _get(self) -> None:
        self._notebook.note(
            Call("get"),
            lambda: self._rows.get(self._id),
            lambda row: None if row is None else self._seen(row),
        )

    def _delete(self) -> None:
        self._notebook.note(Call("delete"), lambda: self._rows.delete(self._id), lambda found: found)

    def _seen(self, row: Any) -> Job:
        names = {states(self._row).waiting: "waiting", states(self._row).done: "done"}
        return Job(names.get(row.status, row.status), row.attempts, row.last_error)
