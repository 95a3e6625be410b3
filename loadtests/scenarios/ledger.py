"""What one worker has made so far, and which ids it was given."""

from loadtests.scenarios.journal import Created, Journal

__all__ = ["Ledger"]


class Ledger:
    """Remembers ids for the rules over later answers, and writes them to the journal if there is one."""

    def __init__(self, created: Created, journal: Journal | None) -> None:
        self.created = created
        self.claims: set[tuple[str, int]] = set()
        """(id, attempts) of every job that was claimed."""
        self.flagged = 0
        """Requests that need attention, and stay so."""
        self.standing = 0
        """Pending requests that no call changes."""
        self.second_page: str | None = None
        """Where the second page of what is pending begins."""
        self._journal = journal

    def request(self, id: str) -> None:
        """A request was created."""
        self._note("request", id, self.created.requests)

    def booking(self, id: str) -> None:
        """A booking was created."""
        self._note("booking", id, self.created.bookings)

    def event(self, id: str) -> None:
        """An event was stored."""
        self._note("event", id, self.created.events)

    def removed(self, ids: set[str]) -> None:
        """Rows are gone."""
        self.created.forget(ids)
        if self._journal is not None:
            self._journal.removed(ids)

    def sync(self) -> None:
        """Wait until the journal is on the disk."""
        if self._journal is not None:
            self._journal.sync()

    def _note(self, kind: str, id: str, held: set[str]) -> None:
        held.add(id)
        if self._journal is not None:
            self._journal.write({kind: id})
