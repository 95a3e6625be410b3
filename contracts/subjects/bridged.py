"""An adapter behind a bridge: in supabase mode on a database of ours, in memory mode by itself."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from contracts.bridging import BridgeCommand
from contracts.expect import Divergence
from contracts.subject import Subject
from contracts.subjects.clients import Clients
from contracts.subjects.external import ExternalSubject
from contracts.subjects.store import Rows, StoreSubject
from contracts.subjects.supabase import SupabaseSubject
from harness.adapters.bridge.bridge import Bridge
from harness.adapters.bridge.hello import IMPOSSIBLE, Hello
from harness.adapters.bridge.store import BridgeStore
from harness.adapters.capabilities import Capability
from harness.adapters.codec import Wire, decode_value, encode_value
from harness.adapters.protocol import Store
from harness.errors import ConfigurationError, HarnessError
from harness.models import ColumnType, Entity, Row, entity_of
from harness.models.operations import Verb, table_alias
from harness.stack.external.record import ExternalRecord
from harness.stack.opening import attach
from harness.stack.protocol import Database, Stack

__all__ = ["BridgedExternalSubject", "BridgedMemorySubject", "BridgedSubject", "open_bridge"]

SEEN_TO = frozenset({Capability.DURABLE, Capability.EMPTIED, Capability.SERVER, Capability.WHOLE_ROWS})
"""What an adapter in supabase mode has by its database, which is ours, so that it cannot say it lacks it."""
_TROUBLES = 12
"""Processes of an adapter that may break before the run ends: each takes its case with it, and its time."""


def open_bridge(stack: Path | None, argument: str) -> Subject:
    """Open the subject of one worker. Raises HarnessError if the adapter cannot be started."""
    command = BridgeCommand.loads(argument)
    if command.mode == "memory":
        return BridgedMemorySubject(command)
    if stack is None:
        raise HarnessError("An adapter in supabase mode needs a stack, and none was started.")
    if (given := ExternalRecord.read(stack)) is not None:
        return BridgedExternalSubject(given, Clients(command))
    attached = attach(stack)
    try:
        return BridgedSubject(attached, attached.clone(), Clients(command))
    except BaseException:
        attached.close()
        raise


class _BehindABridge:
    """What there is to say of the adapter itself, in either mode."""

    impossible = IMPOSSIBLE
    """What is not tried out: no adapter behind a bridge can have it."""
    store: Store
    _clients: Clients

    @property
    def operations(self) -> frozenset[str]:
        """What the adapter announces."""
        return _hello(self.store).operations

    @property
    def lacks(self) -> Mapping[str, str]:
        """The capabilities that the adapter says it lacks, with its reasons."""
        return _hello(self.store).lacks

    def spoil(self, *, values: bool) -> None:
        """Let the adapter change what it was given and gave, after each answer, or no longer."""
        self._clients.spoil(values=values)

    def trouble(self) -> str | None:
        """Say why nothing counts that was seen since the last reset: a process of the adapter broke."""
        return self._clients.trouble


class BridgedSubject(_BehindABridge, SupabaseSubject):
    """An adapter in supabase mode: its rows are Postgres', and seen past it as those of our own adapter."""

    def __init__(self, stack: Stack, database: Database, clients: Clients) -> None:
        self.name = "bridge-supabase"
        self._clients = clients
        try:
            super().__init__(stack, database, clients.connect)
        except BaseException:
            clients.close()
            raise
        self.capabilities |= SEEN_TO

    @property
    def lacks(self) -> Mapping[str, str]:
        """The capabilities that the adapter says it lacks, with its reasons, and what excuses nothing."""
        unheeded = {one.value for one in SEEN_TO}
        return {
            lack: f"{reason} (excuses nothing in supabase mode)" if lack in unheeded else reason
            for lack, reason in super().lacks.items()
        }

    def reset(self) -> None:
        """Empty all tables, and start the adapter anew if its process broke."""
        is_broken = _is_broken(self.store)
        self._clients.begin()
        super().reset()
        if is_broken:
            self.store = self._new_store()

    def probe(self) -> str | None:
        """Ask the servers, and give the adapter up if it broke too often."""
        return super().probe() or _given_up(self._clients)

    def close(self) -> None:
        """End the adapter's processes, and drop the database."""
        super().close()
        self._clients.close()

    def _again(self, stack: Stack, database: Database) -> "BridgedSubject":
        return type(self)(stack, database, self._clients.others())


class BridgedExternalSubject(_BehindABridge, ExternalSubject):
    """An adapter in supabase mode on a given project, behind its guard."""

    def __init__(self, record: ExternalRecord, clients: Clients) -> None:
        self.name = "bridge-supabase"
        self._clients = clients
        try:
            super().__init__(record, clients.connect)
        except BaseException:
            clients.close()
            raise
        # Servers that others use are left alone, whatever the adapter says.
        self.capabilities = (self.capabilities | SEEN_TO) - {Capability.SERVER}

    def reset(self) -> None:
        """Remove the rows of this run, and start the adapter anew if its process broke."""
        is_broken = _is_broken(self.store)
        self._clients.begin()
        super().reset()
        if is_broken:
            self.store = self._new_store()

    def trouble(self) -> str | None:
        """Say why nothing counts: a request was not sent, or a process of the adapter broke."""
        return ExternalSubject.trouble(self) or self._clients.trouble

    def probe(self) -> str | None:
        """Ask the project, and give the adapter up if it broke too often."""
        return super().probe() or _given_up(self._clients)

    def close(self) -> None:
        """Remove the rows, and end the adapter's processes."""
        super().close()
        self._clients.close()


class BridgedMemorySubject(_BehindABridge, StoreSubject):
    """An adapter in memory mode: the rows are its own, and seen through ``__export`` if it has that."""

    inherent = frozenset[Capability]()

    def __init__(self, command: BridgeCommand) -> None:
        self._clients = Clients(command)
        self._bridge = self._clients.alone()
        try:
            _require_ways_in(self._bridge)
            super().__init__(self._rows_of_process, "bridge-memory", at_end=self._clients.close)
        except BaseException:
            self._clients.close()
            raise

    def reset(self) -> None:
        """Begin with empty rows, in a new process if the old one broke."""
        self._clients.begin()
        super().reset()

    def probe(self) -> str | None:  # type: ignore[override]  # any other store has nothing that could be down
        """Give the adapter up if it broke too often."""
        return _given_up(self._clients)

    def _rows_of_process(self) -> Rows:
        bridge = self._bridge
        if bridge.broken is not None:
            bridge = self._bridge = self._clients.alone()
        has = bridge.has
        return Rows(
            open=lambda: BridgeStore(self._bridge, on_close=_kept_open),
            read=self._exported if has(Verb.EXPORT.value) else None,
            load=self._import if has(Verb.IMPORT.value) else None,
            empty=self._empty,
        )

    def _empty(self) -> None:
        bridge = self._bridge
        if bridge.broken is None and bridge.has(Verb.RESET.value):
            bridge.call(Verb.RESET.value, [])
            return
        if bridge.broken is None:
            self._clients.end(bridge)
        self._bridge = self._clients.alone()

    def _exported(self, row: type[Row]) -> Iterator[Wire]:
        entity = entity_of(row)
        found = self._bridge.call(Verb.EXPORT.value, [table_alias(entity)])
        if not isinstance(found, list):
            raise Divergence(f"a list of rows of {entity.table}", f"a {type(found).__name__}")
        return (_stored(entity, one) for one in found)

    def _import(self, row: type[Row], wires: Iterable[Wire]) -> None:
        entity = entity_of(row)
        given = [{column.alias: one[column.name] for column in entity.columns} for one in wires]
        self._bridge.call(Verb.IMPORT.value, [table_alias(entity), given])


def _require_ways_in(bridge: Bridge) -> None:
    """Rows with given ids, which many cases need, come in by create or past it."""
    if Capability.CLIENT_IDS not in bridge.hello.has and not bridge.has(Verb.IMPORT.value):
        raise ConfigurationError(
            f"{bridge.hello.name} lacks {Capability.CLIENT_IDS.value} in memory mode and has no "
            f"{Verb.IMPORT.value}, so no row with a given id can be put in. Export {Verb.IMPORT.value}"
            "(entity, rows), which stores whole rows as they are, or let create keep the id it is given."
        )


def _kept_open() -> None:
    """Another client of the same rows is another caller of the same process."""


def _is_broken(store: Store) -> bool:
    return isinstance(store, BridgeStore) and store.bridge.broken is not None


def _hello(store: Store) -> Hello:
    if not isinstance(store, BridgeStore):
        raise HarnessError(f"A {type(store).__name__} stands where an adapter behind a bridge should.")
    return store.bridge.hello


def _given_up(clients: Clients) -> str | None:
    if clients.troubles < _TROUBLES:
        return None
    return f"the adapter's process broke {clients.troubles + 1} times, and is not started again"


def _stored(entity: Entity[Any], sent: Any) -> Wire:
    """Bring an exported row into wire form, but leave JSON as it is: that is what a case looks for."""
    expected = f"a whole row of {entity.table} from {Verb.EXPORT.value}"
    if not isinstance(sent, dict):
        raise Divergence(expected, f"a {type(sent).__name__}")
    values: dict[str, Any] = {}
    for column in entity.columns:
        if column.alias not in sent:
            raise Divergence(expected, f"one without {column.alias}")
        value = sent[column.alias]
        if value is None or column.type is ColumnType.JSONB:
            values[column.name] = value
            continue
        try:
            values[column.name] = encode_value(column, decode_value(column, value))
        except (ValueError, TypeError, AttributeError) as error:
            raise Divergence(expected, f"one whose {column.alias} is no {column.type.value}") from error
    return values
