"""An adapter on a given project: its rows are noted before they are made, and removed by their ids."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

from contracts.subject import Subject
from contracts.subjects.serverless import Serverless
from contracts.subjects.supabase import Connect, SupabaseSubject
from harness.adapters.capabilities import Capability
from harness.adapters.codec import Wire
from harness.adapters.protocol import Store
from harness.adapters.supabase import SupabaseStore
from harness.errors import HarnessError
from harness.models import Row, entity_of
from harness.stack.coordinates import Coordinates
from harness.stack.external.api import Api
from harness.stack.external.door import Door
from harness.stack.external.guard import Guard
from harness.stack.external.journal import Journal
from harness.stack.external.project import Project
from harness.stack.external.record import ExternalRecord
from harness.stack.external.removal import remove, strangers, strangers_beside
from harness.stack.external.rules import Scope

__all__ = ["ExternalSubject", "open_supabase"]

_PATIENCE_S = 10.0


def open_supabase(stack: Path | None) -> Subject:
    """Open our own adapter on the recorded project, or on a database of the recorded stack."""
    given = None if stack is None else ExternalRecord.read(stack)
    return SupabaseSubject.open(stack) if given is None else ExternalSubject(given)


class ExternalSubject(Serverless):
    """An adapter behind the guard of a given project, seen past it by the owner of the database.

    It lacks `Capability.SERVER`: servers that others use are neither stopped
    nor changed.
    """

    name = "supabase"

    def __init__(self, record: ExternalRecord, connect: Connect | None = None) -> None:
        """Judge what `connect` opens (None: `SupabaseStore`). Raises HarnessError."""
        self._scope = record.meets
        self._connect = _direct if connect is None else connect
        self._project = Project(
            url=record.url,
            anon_key=record.anon_key,
            service_key=record.service_key,
            database_url=record.database_url,
        )
        self._door = Door(record.database_url)
        self._journal = Journal.reopen(Path(record.journal))
        self._guard = Guard(record.url, self._door, self._journal, self._scope).start()
        # Past the guard leads no way: the adapter is not told where the database is.
        self._given = Coordinates(
            supabase_url=self._guard.url,
            anon_key=record.anon_key,
            service_role_key=record.service_key,
            database_url="",
        )
        self._strange: str | None = None
        self._refused: str | None = None
        self._is_told = False
        self.store = self._new_store()
        self.capabilities = self.store.capabilities - {Capability.SERVER}

    @contextmanager
    def another_client(self) -> Iterator[Store]:
        """Open a second store on the same rows."""
        with self._new_store() as store:
            yield store

    def stored(self, row: type[Row], id: UUID) -> Wire | None:
        """Read one row past the adapter."""
        return next(self._door.rows(entity_of(row).table, [str(id)]), None)

    def stored_rows(self, row: type[Row]) -> Iterator[Wire]:
        """Read a table past the adapter: all rows, or where others have some, too, those of this run."""
        table = entity_of(row).table
        return self._door.rows(table, None if self._scope is Scope.ALL else sorted(self._journal.rows[table]))

    def load(self, row: type[Row], wires: Iterable[Wire]) -> None:
        """Store whole rows past the adapter, in one COPY, after they were noted."""
        entity = entity_of(row)
        given = list(wires)
        ids = {entity.table: [str(wire["id"]) for wire in given]}
        if self._scope is Scope.OWN and entity.queue is not None:
            self._refuse(f"work in {entity.table} would be picked up by the project's own workers.")
        if self._scope is Scope.OWN and (there := self._door.present(ids)):
            self._refuse(f"the row {there[entity.table][0]} of {entity.table} is there, and not of this run.")
        self._journal.add(ids)
        self._door.put(entity.table, given)

    def reset(self) -> None:
        """Remove all rows of this run by their ids. Raises HarnessError if somebody else writes there."""
        if self._is_told:
            self._guard.begin()
            self._refused, self._is_told = None, False
        self._guard.settle()
        remove(self._door, self._journal)
        if self._scope is Scope.ALL:
            self._strange = strangers(self._door)
            if self._strange is not None:
                raise HarnessError(self._strange)

    def trouble(self) -> str | None:
        """Say why nothing counts that this case saw: a request was not sent, or no database answered it."""
        found = self._refused or self._guard.refused or self._guard.unanswered
        self._is_told = self._is_told or found is not None
        return found

    def probe(self) -> str | None:
        """Ask the project by both ways, and say if somebody else writes there."""
        if self._strange is not None:
            return self._strange
        try:
            with Api(self._project) as api:
                api.require_keys()
            # A case may have met the rows of somebody who came in the middle of it.
            found = strangers_beside(self._door, self._journal)
        except HarnessError as error:
            return str(error)
        return found if self._scope is Scope.ALL else None

    def close(self) -> None:
        """Remove the rows, and close the connections."""
        with ExitStack() as last:
            last.callback(self._door.close)
            last.callback(self._journal.close)
            last.callback(self._guard.close)
            self.store.close()
            self._guard.settle()
            remove(self._door, self._journal)

    def _new_store(self) -> Store:
        return self._connect(self._given, _PATIENCE_S)

    def _refuse(self, why: str) -> None:
        self._refused = self._refused or f"Rows were not put in: {why}"
        raise HarnessError(self._refused)


def _direct(given: Coordinates, timeout_s: float) -> Store:
    return SupabaseStore(given.supabase_url, given.service_role_key, timeout_s=timeout_s)
