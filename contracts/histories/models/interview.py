"""One scheduling request with its bookings, without concurrency."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from contracts.histories.model import may_have_changed
from contracts.histories.operation import Answer, Call, Operation, Refused

__all__ = ["Booked", "Interview", "InterviewModel"]


@dataclass(frozen=True)
class Booked:
    """One booking of the request."""

    mark: str
    """Who booked: which call made it."""
    status: str
    hour: int
    """When it starts."""

    def __str__(self) -> str:
        return f"{self.mark} {self.status} {self.hour}h"


@dataclass(frozen=True)
class Interview:
    """The request and everything that depends on it."""

    status: str = "pending"
    bookings: tuple[Booked, ...] = ()
    """In the order of their marks."""
    flows: int = 0
    """Flows that happened: audit entries of the request, and notes that are owed to iCIMS."""


_ACTIVE = {"booked", "rescheduled"}
_CONFLICT = Refused("conflict")
_Outcome = tuple[Answer, Interview | None]


class InterviewModel:
    """``book(mark, hour)``, ``reschedule(mark, hour)``, ``cancel(mark)``, ``reopen()``, ``delete()``; reads.

    `reopen` sets the status of the request to pending. The reads are
    ``request()``: its status, ``booking(mark)``, and ``history()``: the
    number of its audit entries.
    """

    start: Interview | None = Interview()
    reads = frozenset({"request", "booking", "history"})

    def outcomes(  # noqa: PLR0911  # one per call
        self, state: Interview | None, operation: Operation
    ) -> Iterable[_Outcome]:
        """Return what the call answers, and the request afterwards."""
        call = operation.call
        if state is None:
            # The audit entries of a request that is gone have lost their link to it.
            gone = {"request": None, "booking": None, "history": 0, "delete": False}
            return [(gone.get(call.name, Refused("not_found")), None)]
        match call.name, call.args:
            case "request", ():
                return [(state.status, state)]
            case "history", ():
                return [(state.flows, state)]
            case "booking", (mark,):
                return [(_of(state, mark), state)]
            case "delete", ():
                return [(True, None)]
            case "reopen", ():
                return [("pending", replace(state, status="pending"))]
        return [self._flow(state, call)]

    def changed(self, operation: Operation) -> bool:
        """Return False for what was answered that nothing changed."""
        return may_have_changed(operation, self.reads) and operation.answer is not False

    def _flow(self, state: Interview, call: Call) -> _Outcome:
        match call.name, call.args:
            case "book", (str(mark), int(hour)):
                # A request that was reopened may have an active booking: there is one per request.
                active = any(booking.status != "cancelled" for booking in state.bookings)
                if state.status != "pending" or active:
                    return _CONFLICT, state
                return _changed(state, Booked(mark, "confirmed", hour), "booked")
        booking = _of(state, call.args[0])
        if booking is None:
            return Refused("not_found"), state
        if booking.status == "cancelled" or state.status not in _ACTIVE:
            return _CONFLICT, state
        match call.name, call.args:
            case "cancel", _:
                return _changed(state, replace(booking, status="cancelled"), "cancelled")
            case "reschedule", (_, int(hour)):
                return _changed(state, replace(booking, status="rescheduled", hour=hour), "rescheduled")
        raise ValueError(str(call))


def _of(state: Interview, mark: object) -> Booked | None:
    return next((booking for booking in state.bookings if booking.mark == mark), None)


def _changed(state: Interview, booking: Booked, status: str) -> tuple[Booked, Interview]:
    others = (other for other in state.bookings if other.mark != booking.mark)
    bookings = tuple(sorted((*others, booking), key=lambda each: each.mark))
    return booking, Interview(status, bookings, state.flows + 1)
