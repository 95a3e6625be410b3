"""Any `Store` as a subject: a second client is the view from the side, unless its owner has a better one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from contracts.builders import PAST
from contracts.entities import repository
from contracts.expect import Divergence
from contracts.subjects.serverless import Serverless
from harness.adapters.capabilities import Capability
from harness.adapters.codec import Wire, decode_value, encode_value
from harness.adapters.protocol import Store
from harness.errors import ConfigurationError, HarnessError, InvalidValue
from harness.models import ColumnType, New, Row, entity_of

__all__ = ["Fresh", "Rows", "StoreSubject"]

_PAST = PAST.isoformat(timespec="microseconds")


@dataclass(frozen=True, kw_only=True)
class Rows:
    """One set of rows, empty at first, and the ways to it: `open` is all that is needed."""

    open: Callable[[], Store]
    """Opens one more client on the rows, as another process of the application would."""
    read: Callable[[type[Row]], Iterable[Wire]] | None = None
    """Reads all rows of a table past the store, in the codec's wire form."""
    load: Callable[[type[Row], Iterable[Wire]], None] | None = None
    """Stores whole rows past the store, the times that a store assigns included."""
    empty: Callable[[], None] | None = None
    """Removes all rows, so that a case can begin anew."""
    close: Callable[[], None] | None = None
    """Gives the rows up, after the last client was closed."""


Fresh = Callable[[], Callable[[], Store] | Rows]
"""Begins with empty rows at each call, and returns the function that opens clients on them."""


class StoreSubject(Serverless):
    """Any `Store`, seen through a client of its own where its owner names no other way.

    What a second client reads is what other processes of the application
    would see: a store that answers from a cache, or keeps what it should
    have written, is found. What both clients get wrong in the same way, such
    as a value that is changed on its way in and back on its way out, is not;
    `Rows.read` closes this gap. Without `Rows.load`, scenery is made by
    ``create``, and the store lacks `Capability.WHOLE_ROWS`.
    """

    inherent = frozenset({Capability.SHARED_VALUES})
    """What every store has that is called in this process, whether it says so or not."""

    def __init__(
        self,
        fresh: Fresh,
        name: str = "store",
        *,
        at_end: Callable[[], None] | None = None,
        begins_anew: bool = True,
    ) -> None:
        """Begin with empty rows; `at_end` gives up what all of them share.

        With `begins_anew` False, the rows of the second call of `fresh`
        would not be empty, and it is not called again.

        Raises ConfigurationError if `fresh` returns no way to open stores.
        """
        self.name = name
        self._fresh = fresh
        self._at_end = at_end
        self._begins_anew = begins_anew
        self._begin()

    @contextmanager
    def another_client(self) -> Iterator[Store]:
        """Open a second store on the same rows."""
        store = self._rows.open()
        try:
            yield store
        finally:
            store.close()

    def stored(self, row: type[Row], id: UUID) -> Wire | None:
        """Read one row, past the adapter if there is a way, else through another client."""
        if self._rows.read is not None:
            return next((wire for wire in self._rows.read(row) if str(wire["id"]) == str(id)), None)
        found = repository(self._observer, row).get(id)
        return None if found is None else _wire(row, found)

    def stored_rows(self, row: type[Row]) -> Iterator[Wire]:
        """Read all rows of a table, past the adapter if there is a way, else through another client."""
        if self._rows.read is not None:
            yield from self._rows.read(row)
            return
        for found in repository(self._observer, row).iterate():
            yield _wire(row, found)

    def load(self, row: type[Row], wires: Iterable[Wire]) -> None:
        """Store rows, whole ones if there is a way, else by ``create``.

        Raises HarnessError for a time that no ``create`` can set: the case
        is unchecked then, as it should need `Capability.WHOLE_ROWS`.
        """
        if self._rows.load is not None:
            self._rows.load(row, wires)
            return
        entity = entity_of(row)
        for wire in wires:
            for name in entity.assigned:
                if wire[name] != _PAST:
                    raise HarnessError(
                        f"{entity.table}: {name}={wire[name]} cannot be set by create, and {self.name} names "
                        "no other way. Give Rows.load, or let the case need Capability.WHOLE_ROWS."
                    )
            values = {
                column.name: decode_value(column, wire[column.name])
                for column in entity.columns
                if column.name not in entity.assigned
            }
            repository(self._observer, row).create(_news()[row](**values))

    def reset(self) -> None:
        """Begin with empty rows."""
        if self._rows.empty is None:
            self._give_up()
            self._begin()
            return
        self._close_clients()
        self._rows.empty()
        self._open_clients()

    def probe(self) -> None:
        """Nothing is known that could be down."""

    def close(self) -> None:
        """Close the clients, give up the rows and what they share."""
        self._give_up()
        if self._at_end is not None:
            self._at_end()

    def _give_up(self) -> None:
        self._close_clients()
        if self._rows.close is not None:
            self._rows.close()

    def _open_clients(self) -> None:
        self.store = self._rows.open()
        self._observer = self._rows.open()

    def _close_clients(self) -> None:
        self.store.close()
        self._observer.close()

    def _begin(self) -> None:
        begun: object = self._fresh()
        if not isinstance(begun, Rows) and not callable(begun):
            raise ConfigurationError(
                f"{self.name} gave a {type(begun).__name__}; it should begin with empty rows and return the "
                "function that opens a client on them."
            )
        self._rows = begun if isinstance(begun, Rows) else Rows(open=begun)
        self._open_clients()
        capabilities = getattr(self.store, "capabilities", None)
        if not isinstance(capabilities, frozenset):
            raise ConfigurationError(
                f"{self.name} opened a {type(self.store).__name__} whose capabilities are "
                f"{type(capabilities).__name__}, not a frozenset of Capability."
            )
        missing = {Capability.SERVER}
        if self._rows.load is None:
            missing.add(Capability.WHOLE_ROWS)
        if self._rows.empty is None and not self._begins_anew:
            missing.add(Capability.EMPTIED)
        self.capabilities: frozenset[Capability] = (capabilities | self.inherent) - missing
        if Capability.CLIENT_IDS not in capabilities and self._rows.load is None:
            raise ConfigurationError(
                f"{self.name} lacks {Capability.CLIENT_IDS.value}, so rows with given ids cannot be made by "
                "create. Return contracts.subjects.Rows with load."
            )


def _wire(row: type[Row], found: object) -> Wire:
    """Bring a row into wire form, but leave JSON as the store gives it: that is what a case looks for."""
    values: dict[str, Any] = {}
    for column in entity_of(row).columns:
        try:
            value = getattr(found, column.name)
            plain = value is None or column.type is ColumnType.JSONB
            values[column.name] = value if plain else encode_value(column, value)
        except (AttributeError, InvalidValue) as error:
            raise Divergence(f"a whole {row.__name__}", f"a {type(found).__name__}: {error}") from error
    return values


@cache
def _news() -> Mapping[type[Row], type[New[Any]]]:
    """The class of the values of a new row, per entity."""
    return {new.entity.row: new for new in New.__subclasses__()}
