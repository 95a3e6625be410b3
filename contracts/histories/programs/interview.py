"""What a worker does with one scheduling request and its bookings."""

from collections.abc import Callable
from datetime import timedelta

from contracts.builders import COORDINATOR, NOON, a_booking, changes
from contracts.histories.models.interview import Booked
from contracts.histories.operation import Call
from contracts.histories.recorder import Notebook, Program
from harness.adapters.protocol import Store
from harness.adapters.queries import where
from harness.models import Booking, SchedulingRequest

__all__ = ["FLOWS", "REMOVAL", "interview_program"]

FLOWS = {"book": 5, "reschedule": 3, "cancel": 3, "reopen": 3, "request": 1, "booking": 1, "history": 2}
"""Steps and their weights."""
REMOVAL = {**FLOWS, "delete": 1}
"""The same, and once in a while somebody deletes the request."""
HOUR = timedelta(hours=1)


def interview_program(request: SchedulingRequest) -> Callable[[Store, Notebook], Program]:
    """Return what starts a worker on this request."""
    return lambda store, notebook: InterviewProgram(store, notebook, request)


class InterviewProgram:
    """Books, moves, cancels and looks. What it moves is the booking that it saw last."""

    def __init__(self, store: Store, notebook: Notebook, request: SchedulingRequest) -> None:
        self._store = store
        self._notebook = notebook
        self._request = request
        self._seen: Booking | None = None
        self._hour = 10 * notebook.worker

    def step(self, name: str) -> None:
        """Do one step. A worker that knows no booking looks for one, and notes nothing."""
        if name in {"reschedule", "cancel", "booking"}:
            rows = self._store.bookings.list(where=[where("request_id", "eq", self._request.id)]).rows
            self._seen = rows[-1] if rows else self._seen
            if self._seen is None:
                name = "book"
        {
            "book": self._book,
            "reschedule": self._reschedule,
            "cancel": self._cancel,
            "reopen": self._reopen,
            "delete": self._delete,
            "request": self._look,
            "booking": self._look_at_booking,
            "history": self._history,
        }[name]()

    def _book(self) -> None:
        mark, hour = self._notebook.mark(), self._next_hour()
        start = NOON + hour * HOUR
        new = a_booking(self._request, booked_by=mark, scheduled_start=start, scheduled_end=start + HOUR)
        booking = self._notebook.note(
            Call("book", (mark, hour)), lambda: self._store.book(new, actor=COORDINATOR), _booked
        )
        self._seen = self._seen if booking is None else booking

    def _reschedule(self) -> None:
        seen, hour = self._known(), self._next_hour()
        start = NOON + hour * HOUR
        self._notebook.note(
            Call("reschedule", (seen.booked_by, hour)),
            lambda: self._store.reschedule(
                seen.id, scheduled_start=start, scheduled_end=start + HOUR, actor=COORDINATOR
            ),
            _booked,
        )

    def _cancel(self) -> None:
        seen = self._known()
        self._notebook.note(
            Call("cancel", (seen.booked_by,)),
            lambda: self._store.cancel(seen.id, actor=COORDINATOR),
            _booked,
        )

    def _reopen(self) -> None:
        patch = changes(SchedulingRequest, status="pending")
        self._notebook.note(
            Call("reopen"),
            lambda: self._store.scheduling_requests.update(self._request.id, patch),
            lambda row: row.status,
        )

    def _delete(self) -> None:
        self._notebook.note(
            Call("delete"),
            lambda: self._store.scheduling_requests.delete(self._request.id),
            lambda found: found,
        )

    def _look(self) -> None:
        self._notebook.note(
            Call("request"),
            lambda: self._store.scheduling_requests.get(self._request.id),
            lambda row: None if row is None else row.status,
        )

    def _look_at_booking(self) -> None:
        seen = self._known()
        self._notebook.note(
            Call("booking", (seen.booked_by,)),
            lambda: self._store.bookings.get(seen.id),
            lambda row: None if row is None else _booked(row),
        )

    def _history(self) -> None:
        condition = where("request_id", "eq", self._request.id)
        self._notebook.note(
            Call("history"), lambda: self._store.audit_logs.count(where=[condition]), lambda number: number
        )

    def _known(self) -> Booking:
        if self._seen is None:
            raise LookupError("this step works on a booking that the worker has seen")
        return self._seen

    def _next_hour(self) -> int:
        """Return an hour that no other call asks for."""
        self._hour += 1
        return self._hour


def _booked(row: Booking) -> Booked:
    return Booked(row.booked_by, row.status, round((row.scheduled_start - NOON) / HOUR))
