"""What the threads of a soak do, in turns: short stories whose end can be told from the stored rows."""

import random
import time
from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID, uuid4

from harness.errors import Conflict
from tests.benchmarks.soak.caller import Caller
from tests.benchmarks.soak.desk import QUEUES, Claimed, Desk

__all__ = ["CLAIMED", "OF_THE_API", "OF_THE_STORE", "Turn", "Weights", "work_off"]

CLAIMED = 100
"""Rows that one claim takes at most."""
_SOME = 10
_LEASE_S = 3.0
_AGAIN = 0.3
"""How often work fails at its first attempt."""

Turn = Callable[[Desk, Caller, random.Random], None]
Weights = Mapping[Turn, int]


def interview(desk: Desk, caller: Caller, chance: random.Random) -> None:
    """A request is opened, changed and booked; the booking moves, and may be cancelled."""
    request, booking = uuid4(), uuid4()
    caller.make("open", request, partial(desk.open_request, request))
    for number in range(chance.randrange(3)):
        name = f"name {number}"
        caller.make("rename", request, partial(desk.rename, request, name), wrote=name)
        caller.pause()
    _still_there(desk, caller, request)
    caller.make("book", booking, partial(desk.book, request, booking))
    for days in range(chance.randrange(3)):
        caller.make("reschedule", booking, partial(desk.reschedule, booking, days))
        caller.pause()
    if chance.random() < 0.5:
        caller.make("cancel", booking, partial(desk.cancel, booking))


def removal(desk: Desk, caller: Caller, _chance: random.Random) -> None:
    """A request is opened and removed."""
    request = uuid4()

    def remove() -> None:
        if not desk.remove(request):
            raise Conflict("it was removed before")

    caller.make("open", request, partial(desk.open_request, request))
    _still_there(desk, caller, request)
    caller.make("remove", request, remove)


def delivery(desk: Desk, caller: Caller, chance: random.Random) -> None:
    """An event comes twice; another one comes to all threads within a second."""
    alone, shared = f"event {uuid4()}", f"second {time.time():.0f}"
    for event in chance.sample([alone, alone, shared], 3):
        caller.make("deliver", event, partial(desk.deliver, event), told=_told)
        caller.pause()


def entry(desk: Desk, caller: Caller, _chance: random.Random) -> None:
    """An audit entry is written."""
    id_ = uuid4()
    caller.make("note", id_, partial(desk.note, id_))


def work(desk: Desk, caller: Caller, chance: random.Random) -> None:
    """Due work is taken and done, or fails and is done later."""
    queue = chance.choice(QUEUES)
    for one in _claim(desk, caller, queue, _SOME):
        if one.attempts == 1 and chance.random() < _AGAIN:
            verb, call = "give back", desk.give_back
        else:
            verb, call = "complete", desk.complete
        _finish(caller, verb, call, queue, one)


def errand(desk: Desk, caller: Caller, _chance: random.Random) -> None:
    """Work is put into a queue."""
    id_ = uuid4()
    caller.make("enqueue", id_, partial(desk.enqueue, id_))


OF_THE_API: Weights = {interview: 3, removal: 1, delivery: 2, work: 4}
OF_THE_STORE: Weights = {**OF_THE_API, entry: 2, errand: 2}
"""How often each turn comes: more work is taken than is made, so that queues stay short."""


def work_off(desk: Desk, caller: Caller) -> None:
    """Take and complete what is due in each queue, once."""
    for queue in QUEUES:
        for one in _claim(desk, caller, queue, CLAIMED):
            _finish(caller, "complete", desk.complete, queue, one)


def _claim(desk: Desk, caller: Caller, queue: str, limit: int) -> list[Claimed]:
    return caller.take(
        f"claim {queue}",
        partial(desk.claim, queue, limit, _LEASE_S),
        lambda taken: (str(taken.id), str(taken.attempts)),
    )


def _finish(
    caller: Caller, verb: str, call: Callable[[str, Claimed], None], queue: str, one: Claimed
) -> None:
    caller.make(f"{verb} {queue}", one.id, partial(call, queue, one), wrote=str(one.attempts), alone=False)


def _still_there(desk: Desk, caller: Caller, request: UUID) -> None:
    if caller.look("look", request, partial(desk.name, request)) is None:
        caller.go_wrong("look", request, "a request that was acknowledged is not there")


def _told(answer: tuple[str, bool]) -> str:
    id_, is_new = answer
    return f"{id_} {'new' if is_new else 'known'}"
