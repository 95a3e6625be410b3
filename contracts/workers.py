"""Workers that really run at once, and waiting with a deadline."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from contracts.expect import Divergence
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import Conflict, StoreError, Unavailable

__all__ = [
    "DEADLINE_S",
    "a_tick",
    "clients",
    "eventually",
    "patiently",
    "races",
    "rounds",
    "started",
    "tally",
    "together",
    "winner",
    "within",
]

T = TypeVar("T")

DEADLINE_S = 30.0
"""How long a case waits before it calls something stuck: far above what a busy machine needs."""
_POLL_S = 0.005
_TICK_S = 0.003
"""Longer than the coarsest declared resolution of a store's clock, a millisecond."""
_TURN_S = 1e-5
"""How long a thread of a concurrent case runs before another one may: less than one operation in memory."""


def started(function: Callable[[], T]) -> Future[T]:
    """Run a function in a thread of its own. A thread that hangs does not keep the process alive."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(function())
        except BaseException as error:  # noqa: BLE001 - whatever it is, the waiting thread raises it
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def within(future: Future[T], deadline_s: float = DEADLINE_S) -> T:
    """Return the result of a started function, or raise its error; Divergence after the deadline."""
    try:
        return future.result(timeout=deadline_s)
    except TimeoutError:
        if future.done():
            raise
        raise Divergence("an answer", f"none within {deadline_s:g} s") from None


_ROUNDS = (2, 60)
"""Rounds of a race: at least, and at most."""
_ROUNDS_CPU_S = 0.05


class _Turns:
    """Short turns for the threads of this process, for as long as anybody asks for them.

    CPython lets a thread run for 5 ms by default: longer than a whole
    operation of a store in this process, whose races would then never show.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = 0
        self._usual = sys.getswitchinterval()

    def __enter__(self) -> None:
        with self._lock:
            if self._asked == 0:
                self._usual = sys.getswitchinterval()
                sys.setswitchinterval(_TURN_S)
            self._asked += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._asked -= 1
            if self._asked == 0:
                sys.setswitchinterval(self._usual)


_turns = _Turns()


def together(n: int, function: Callable[[int], T]) -> list[T | StoreError]:
    """Call ``function(0)`` to ``function(n - 1)`` at once; return each result or StoreError, in this order.

    Any other exception is raised here. Threads of this process take turns
    that are shorter than an operation of a store in memory.
    """
    barrier = threading.Barrier(n)

    def worker(index: int) -> T | StoreError:
        barrier.wait(DEADLINE_S)
        try:
            return function(index)
        except StoreError as error:
            return error

    with _turns:
        futures = [started(lambda index=index: worker(index)) for index in range(n)]  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        return [within(future) for future in futures]


@contextmanager
def clients(subject: Subject, n: int) -> Iterator[list[Store]]:
    """Open n separate clients on the rows of the subject."""
    with ExitStack() as stack:
        yield [stack.enter_context(subject.another_client()) for _ in range(n)]


def tally(outcomes: Iterable[object]) -> dict[str, int]:
    """Count what the calls of a race returned or raised, by the names of the classes."""
    return dict(sorted(Counter(type(outcome).__name__ for outcome in outcomes).items()))


def winner(outcomes: Sequence[object], kind: type[T], loses: type[StoreError] = Conflict) -> T:
    """Return the one result of this kind; Divergence unless there is one and all others lost."""
    won = [outcome for outcome in outcomes if isinstance(outcome, kind)]
    expected = dict(sorted({kind.__name__: 1, loses.__name__: len(outcomes) - 1}.items()))
    if tally(outcomes) != expected:
        raise Divergence(f"one of {len(outcomes)} to win: {expected}", str(tally(outcomes)))
    return won[0]


def rounds() -> Iterator[int]:
    """Count the rounds of a race: two at least, and then as many as begin within 50 ms of CPU time.

    A store in this process answers within microseconds, and most rounds end
    before a second client got its turn. Clients of a server meet in each. CPU
    time, so that a busy machine does not make the race shorter.
    """
    least, most = _ROUNDS
    begun = time.process_time()
    for number in range(1, most + 1):
        if number > least and time.process_time() - begun > _ROUNDS_CPU_S:
            return
        yield number


@contextmanager
def races(subject: Subject, n: int) -> Iterator[tuple[list[Store], Iterator[int]]]:
    """Open n separate clients for the rounds of a race, each of which begins on empty rows.

    The list is filled anew for each round: the clients of some subjects do
    not outlive a reset, nor does a `Subject.store` that was asked for before.
    Without Capability.EMPTIED there is one round, on the rows of the case.
    """
    stores: list[Store] = []
    with ExitStack() as stack:

        def begun() -> Iterator[int]:
            for number in rounds():
                if number > 1:
                    if Capability.EMPTIED not in subject.capabilities:
                        return
                    stack.close()
                    subject.reset()
                stores[:] = stack.enter_context(clients(subject, n))
                yield number

        yield stores, begun()


def eventually(condition: Callable[[], T | None], expected: str) -> T:
    """Ask until the answer is neither None, False nor empty, and return it; Divergence after the deadline."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        time.sleep(_POLL_S)
    raise Divergence(expected, f"nothing of the kind within {DEADLINE_S:g} s")


def patiently(call: Callable[[], T], deadline_s: float = DEADLINE_S) -> T:
    """Repeat a call as long as it says Unavailable, as applications may; Divergence after the deadline."""
    deadline = time.monotonic() + deadline_s
    while True:
        try:
            return call()
        except Unavailable:
            if time.monotonic() > deadline:
                raise Divergence("an answer", f"unavailable for {deadline_s:g} s") from None
        time.sleep(_POLL_S)


def a_tick() -> None:
    """Let every store's clock pass at least one step of its declared resolution."""
    until = time.perf_counter() + _TICK_S
    while time.perf_counter() < until:
        time.sleep(_POLL_S / 5)
