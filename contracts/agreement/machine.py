"""The state machine: one rule per operation of the protocol, and two for moving house."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from contracts.agreement import steps
from contracts.agreement.arguments import Arguments
from contracts.agreement.pair import Pair
from contracts.agreement.steps import CursorOf, Step
from contracts.agreement.values import NOON
from contracts.expect import Divergence
from harness.adapters.capabilities import Capability
from harness.adapters.flows import MAX_LEASE_S, MAX_RETRY_S, RECEIVED_COLUMNS, SET_BY_BOOK
from harness.models import ENTITIES, Booking, Entity, New, NewBooking, NewWebhookEvent, Patch, entity_of

__all__ = ["Broken", "Machine"]

MUTABLE = [entity for entity in ENTITIES.values() if not entity.append_only]
QUEUES = [entity for entity in ENTITIES.values() if entity.queue is not None]
_BOOKED_COLUMNS = [column.name for column in entity_of(Booking).columns if column.name not in SET_BY_BOOK]
_LEASES = (3600.0, 60, MAX_LEASE_S)
_RETRIES = (0, 3600.0, MAX_RETRY_S)

_MOVES = 2
"""Most exports of a sequence: each reads and writes everything."""

Make = Callable[[Arguments], Step]
Ended = Callable[[Pair, Divergence | None], None]
"""Is told when a sequence is over, and how."""
T = TypeVar("T")


class Broken(BaseException):
    """Something failed, the cause, that is neither of the two sides. Hypothesis lets it pass."""


@st.composite
def _a_step(draw: st.DrawFn, machine: "Machine", make: Make) -> Step:
    return make(Arguments(draw, machine.pair, machine.capabilities))


class Machine(RuleBasedStateMachine):
    """One sequence. What it does, and what comes of it, happens in its `Pair`."""

    def __init__(self, pair: Pair, capabilities: frozenset[Capability], ended: Ended) -> None:
        super().__init__()
        self.pair = pair
        self.capabilities = capabilities
        self._ended = ended
        self._divergence: Divergence | None = None
        self.pair.__enter__()

    def teardown(self) -> None:
        """Compare everything that is stored, unless a step failed already."""
        try:
            if self._divergence is None:
                self._step(Step(steps.SETTLE))
        finally:
            self.pair.__exit__()
            self._ended(self.pair, self._divergence)

    def _has(self, entities: list[Entity[Any]]) -> bool:
        return any(self.pair.rows(entity.table) for entity in entities)

    def _take(self, data: st.DataObject, make: Make) -> None:
        step = data.draw(_a_step(self, make))
        if self.pair.is_comparable(step):
            self._step(step)

    def _step(self, step: Step) -> None:
        try:
            self.pair.take(step)
        except Divergence as divergence:
            self._divergence = divergence
            raise
        except Exception as error:
            raise Broken from error

    @initialize(data=st.data())
    def populate(self, data: st.DataObject) -> None:
        """Begin with some rows: most of what the other rules do needs some."""
        for entity in [*QUEUES, ENTITIES["scheduling_requests"]]:
            for number in range(data.draw(st.integers(0, 2))):
                self._take(data, partial(_plain, entity, number))

    @rule(data=st.data())
    def create(self, data: st.DataObject) -> None:
        """Create a row of any entity."""

        def make(a: Arguments) -> Step:
            entity = a.one([*ENTITIES.values()])
            return Step(f"{entity.table}.create", (a.new(_kind(New, entity)),), client=a.client())

        self._take(data, make)

    @rule(data=st.data())
    def create_work(self, data: st.DataObject) -> None:
        """Create a row that is due, or will be: without it, queues stay empty for long."""

        def make(a: Arguments) -> Step:
            entity = a.one(QUEUES)
            return Step(f"{entity.table}.create", (a.new(_kind(New, entity)),), client=a.client())

        self._take(data, make)

    @rule(data=st.data())
    def create_request(self, data: st.DataObject) -> None:
        """Create a request: flows begin with one."""

        def make(a: Arguments) -> Step:
            new = a.new(_kind(New, ENTITIES["scheduling_requests"]))
            return Step("scheduling_requests.create", (new,), client=a.client())

        self._take(data, make)

    @rule(data=st.data())
    def get(self, data: st.DataObject) -> None:
        """Read one row."""

        def make(a: Arguments) -> Step:
            table = a.one([*ENTITIES])
            return Step(f"{table}.get", (a.id(table),), client=a.client())

        self._take(data, make)

    @rule(data=st.data())
    def get_by_token_hash(self, data: st.DataObject) -> None:
        """Read a request by the hash of its token: of one that exists, or of another in other letters."""

        def make(a: Arguments) -> Step:
            hashes = [row.public_token_hash for row in a.stored("scheduling_requests")]
            wanted = a.one([*hashes, "gamma"])
            if a.rarely(3):
                wanted = wanted.swapcase()
            return Step("scheduling_requests.get_by_token_hash", (wanted,), client=a.client())

        self._take(data, make)

    @rule(data=st.data())
    def list_rows(self, data: st.DataObject) -> None:
        """Read a page."""

        def make(a: Arguments) -> Step:
            entity = a.one([*ENTITIES.values()])
            limit = a.one((2, 1, 100, 0, 3)) if not a.rarely(15) else -1
            asked = {"where": a.conditions(entity), "order": a.order(entity), "limit": limit}
            return Step(f"{entity.table}.list", kwargs=asked, client=a.client())

        self._take(data, make)

    @precondition(lambda self: bool(self.pair.cursors))
    @rule(data=st.data())
    def next_page(self, data: st.DataObject) -> None:
        """Go on behind a page that was read before, or try its cursor on another list."""

        def make(a: Arguments) -> Step:
            number = a.one(range(len(self.pair.cursors)))
            before = self.pair.cursors[number].step
            operation = before.operation if not a.rarely(12) else f"{a.one([*ENTITIES])}.list"
            asked = {**before.kwargs, "limit": a.one((2, 1, 100)), "cursor": CursorOf(number)}
            return Step(operation, kwargs=asked, client=a.client())

        self._take(data, make)

    @rule(data=st.data())
    def iterate(self, data: st.DataObject) -> None:
        """Read all rows in order."""

        def make(a: Arguments) -> Step:
            entity = a.one([*ENTITIES.values()])
            asked = {"where": a.conditions(entity), "order": a.order(entity)}
            return Step(f"{entity.table}.iterate", kwargs=asked, client=a.client())

        self._take(data, make)

    @rule(data=st.data())
    def count(self, data: st.DataObject) -> None:
        """Count rows."""

        def make(a: Arguments) -> Step:
            entity = a.one([*ENTITIES.values()])
            return Step(f"{entity.table}.count", kwargs={"where": a.conditions(entity)}, client=a.client())

        self._take(data, make)

    @precondition(lambda self: self._has(MUTABLE))
    @rule(data=st.data())
    def update(self, data: st.DataObject) -> None:
        """Change a row."""

        def make(a: Arguments) -> Step:
            entity = a.one(_inhabited(a, MUTABLE))
            patch = a.patch(_kind(Patch, entity))
            return Step(f"{entity.table}.update", (a.id(entity.table), patch), client=a.client())

        self._take(data, make)

    @precondition(lambda self: self._has(MUTABLE))
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Remove a row."""

        def make(a: Arguments) -> Step:
            entity = a.one(_inhabited(a, MUTABLE))
            return Step(f"{entity.table}.delete", (a.id(entity.table),), client=a.client())

        self._take(data, make)

    @rule(data=st.data())
    def receive(self, data: st.DataObject) -> None:
        """Deliver a webhook, mostly one of the few events that there are."""

        def make(a: Arguments) -> Step:
            columns = RECEIVED_COLUMNS if not a.rarely(15) else (*RECEIVED_COLUMNS, "status", "attempts")
            new = a.new(NewWebhookEvent, columns=columns, spoil=15)
            stored = a.stored("webhook_events")
            if stored and a.rarely(3):
                # Delivered again: the same key, and most often the same contents.
                again = a.one(stored)
                same = {name: getattr(again, name) for name in ("provider", "event_id", "tenant_id")}
                if not a.rarely(3):
                    same["payload_hash"] = again.payload_hash
                new = NewWebhookEvent(**{**new.values, **same})
            return Step("webhook_events.receive", (new,), client=a.client())

        self._take(data, make)

    @rule(data=st.data())
    def claim(self, data: st.DataObject) -> None:
        """Take due work."""

        def make(a: Arguments) -> Step:
            entity = a.one(_inhabited(a, QUEUES))
            asked = {"limit": a.one((10, 1, 2)), "lease_s": a.one(_LEASES)}
            if a.rarely(12):
                asked |= a.one(({"limit": 0}, {"limit": 1001}, {"lease_s": 0}, {"lease_s": 86_401}))
            return Step(f"{entity.table}.claim", kwargs=asked, client=a.client())

        self._take(data, make)

    @precondition(lambda self: self._has(QUEUES))
    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        """Finish claimed work."""
        self._take(data, lambda a: _finish(a, "complete", {}))

    @precondition(lambda self: self._has(QUEUES))
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        """Give claimed work back."""

        def make(a: Arguments) -> Step:
            asked = {"error": a.one(("502", "", "iCIMS: \U0001f4a5")), "retry_in_s": a.one(_RETRIES)}
            if a.rarely(12):
                asked |= a.one(({"error": "a\x00b"}, {"retry_in_s": -1}, {"retry_in_s": MAX_RETRY_S + 1}))
            return _finish(a, "fail", asked)

        self._take(data, make)

    @precondition(lambda self: self._has(QUEUES))
    @rule(data=st.data())
    def expire(self, data: st.DataObject) -> None:
        """Let the lease of claimed work, or its delay, be over: no step ever waits for that."""

        def make(a: Arguments) -> Step:
            entity = a.one(_inhabited(a, QUEUES))
            id_ = a.id(entity.table, _in_state(a, entity, "processing"))
            past = a.past(entity.table, "run_after")
            return Step(
                f"{entity.table}.update", (id_, _kind(Patch, entity)(run_after=past)), client=a.client()
            )

        self._take(data, make)

    @precondition(lambda self: bool(self.pair.rows("scheduling_requests")))
    @rule(data=st.data())
    def book(self, data: st.DataObject) -> None:
        """Book a slot, mostly for a pending request."""

        def make(a: Arguments) -> Step:
            columns = _BOOKED_COLUMNS if not a.rarely(20) else None
            values = {**a.new(NewBooking, columns=columns, spoil=15).values}
            bookable = [row for row in a.stored("scheduling_requests") if _bookable(row)]
            if bookable and not a.rarely(6):
                values["request_id"] = self.pair.symbol(a.one(bookable).id)
            return Step("book", (NewBooking(**values),), {"actor": a.actor()}, a.client())

        self._take(data, make)

    @precondition(lambda self: bool(self.pair.rows("bookings")))
    @rule(data=st.data())
    def reschedule(self, data: st.DataObject) -> None:
        """Move a booking."""

        def make(a: Arguments) -> Step:
            slot = {"scheduled_start": None, "scheduled_end": None, **a.slot()}
            return Step("reschedule", (a.id("bookings"),), {**slot, "actor": a.actor()}, a.client())

        self._take(data, make)

    @precondition(lambda self: bool(self.pair.rows("bookings")))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """Cancel a booking."""

        def make(a: Arguments) -> Step:
            asked = {"reason": a.one((None, "moved", "")), "actor": a.actor()}
            return Step("cancel", (a.id("bookings"),), asked, a.client())

        self._take(data, make)

    @rule(data=st.data())
    def ops_summary(self, data: st.DataObject) -> None:
        """Read the numbers of the dashboard."""
        self._take(data, lambda a: Step("ops_summary", client=a.client()))

    @precondition(lambda self: self.pair.moves < _MOVES)
    @rule(data=st.data())
    def carry_over(self, data: st.DataObject) -> None:
        """Export the rows of one side, import them into the other, and go on there."""
        self._take(data, lambda a: Step(a.one((steps.TO_SUBJECT, steps.TO_REFERENCE))))


def _plain(entity: Entity[Any], number: int, a: Arguments) -> Step:
    return Step(f"{entity.table}.create", (a.plain(_kind(New, entity), number),))


def _finish(a: Arguments, verb: str, asked: dict[str, Any]) -> Step:
    """Complete or fail work, mostly with the token of its claim."""
    entity = a.one(_inhabited(a, QUEUES))
    claimed = _in_state(a, entity, "processing")
    row = a.one(claimed) if claimed and not a.rarely() else None
    attempts = a.one((1, 0, 2, 2**31, "1")) if row is None or a.rarely(6) else row.attempts
    id_ = a.id(entity.table, None if row is None else [row])
    return Step(f"{entity.table}.{verb}", (id_, attempts), asked, a.client())


def _bookable(request: Any) -> bool:
    return bool(request.status == "pending" and request.expires_at > NOON)


def _in_state(a: Arguments, entity: Entity[Any], status: str) -> list[Any]:
    return [row for row in a.stored(entity.table) if row.status == status]


def _inhabited(a: Arguments, entities: list[Entity[Any]]) -> list[Entity[Any]]:
    """Return the entities that have rows, else all of them."""
    return [entity for entity in entities if a.stored(entity.table)] or entities


def _kind(base: type[T], entity: Entity[Any]) -> type[T]:
    """Find the class of new rows, or of patches, of an entity."""
    (found,) = (kind for kind in base.__subclasses__() if getattr(kind, "entity", None) is entity)
    return found
