"""What one worker has made so far, and which ids it was given."""

from collections import Counter
from collections.abc import Iterable

from loadtests.scenarios.journal import Created, Journal

__all__ = ["Ledger"]


class Ledger:
    """Remembers ids for the rules over later answers, and writes them to the journal if there is one."""

    def __init__(self, created: Created, journal: Journal | None = None) -> None:
        self.created = created
        self.claims: set[tuple[str, int]] = set()
        """(id, attempts) of every job that was claimed."""
        self.flagged = 0
        """Requests that need attention, and stay so."""
        self.standing = 0
        """Pending requests that no call changes."""
        self.second_page: str | None = None
        """Where the second page of what is pending begins."""
        self._booked: Counter[str] = Counter()
        self._journal = journal

    @property
    def alive(self) -> dict[str, int]:
        """Rows that are there because of this worker, by table."""
        created = self.created
        return {
            "schedulingRequests": len(created.requests),
            "bookings": self._booked.total(),
            "webhookEvents": len(created.events),
        }

    def request(self, id: str) -> None:
        """A request was created."""
        self.note("request", [id])

    def booking(self, id: str, request_id: str) -> None:
        """A booking was created."""
        self._booked[request_id] += 1
        self.note("booking", [id])

    def event(self, id: str) -> None:
        """An event was stored."""
        self.note("event", [id])

    def note(self, kind: str, ids: Iterable[str]) -> None:
        """Rows of a kind (see `Created.kinds`) are there."""
        held = self.created.kinds[kind]
        for id in ids:
            if id not in held:
                held.add(id)
                if self._journal is not None:
                    self._journal.write({kind: id})

    def removed(self, ids: Iterable[str]) -> None:
        """Rows are gone, and with requests their bookings; the bookings' jobs are still there."""
        gone = set(ids)
        for id in gone:
            self._booked.pop(id, None)
        self.created.forget(gone)
        if self._journal is not None and gone:
            self._journal.removed(gone)

    def sync(self) -> None:
        """Wait until the journal is on the disk."""
        if self._journal is not None:
            self._journal.sync()
