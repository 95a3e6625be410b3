"""Sends the requests of one stretch of a plan, and writes down when each was due, began and ended.

A stretch is a run of windows of one arm. What both kinds of loop share is here.
"""

import gc
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import gevent  # type: ignore[import-untyped]  # it ships no types
from gevent.event import Event  # type: ignore[import-untyped]  # it ships no types
from gevent.lock import Semaphore  # type: ignore[import-untyped]  # it ships no types
from geventhttpclient.response import HTTPSocketPoolResponse

from loadtests.errors import LoadError
from loadtests.generation.alarm import Alarm
from loadtests.generation.client import Client, read
from loadtests.generation.connections import in_words
from loadtests.generation.ledger import TIMEOUT, Ledger, Taken
from loadtests.generation.plan import Plan, Window
from loadtests.scenarios.call import Call, OutOfSubjects, Workload

__all__ = ["Cancelled", "Sender", "Stretch", "Written"]

# From here to the first window: enough to have the first call made.
_LEAD_S = 0.02
_LOOK_S = 0.2
_GIVE_UP_S = 3.0
"""After an interruption: how long requests that are under way may still take."""
_LOG = logging.getLogger(__name__)


class Cancelled:
    """Set from outside to end a stretch soon."""

    def __init__(self) -> None:
        self.set = False


@dataclass(frozen=True)
class Stretch:
    """A part of a plan that one worker sends without a pause."""

    plan: Plan
    windows: Sequence[Window]
    worker: int
    workers: int

    def begin(self, window: Window) -> float:
        """Seconds from the beginning of the stretch to that of one of its windows."""
        return window.start_s - self.windows[0].start_s


class Written(NamedTuple):
    """A call that is ready to be sent: made before it is due, because making it takes time."""

    call: Call
    request: bytes


class Sender:
    """One stretch; used once."""

    def __init__(
        self,
        stretch: Stretch,
        *,
        workload: Workload,
        client: Client,
        slots: Semaphore,
        cancelled: Cancelled,
        ended: Callable[[int], None],
    ) -> None:
        self.stretch = stretch
        self._names = tuple(stretch.plan.shares)
        self._workload = workload
        self.ledger = Ledger()
        self.cancelled = cancelled
        self._origin = 0.0
        self._client = client
        self._slots = slots
        self._taken: list[Taken] = []
        self._ended = ended
        self._unanswered = {window.index: 1 for window in stretch.windows}
        """Requests of each window that are under way; and one more while its time is not over."""
        self._under_way = 0
        self._idle = Event()
        self._epoch = 0.0
        self._broken: Exception | None = None
        self._said: set[str] = set()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Measure inside of it: no garbage is collected, because that stops everything for milliseconds."""
        gc.collect()
        gc.disable()
        try:
            self._origin = time.perf_counter() + _LEAD_S
            self._epoch = time.time() + _LEAD_S
            yield
        finally:
            gc.enable()

    def now(self) -> float:
        """Seconds since the beginning of the first window."""
        return time.perf_counter() - self._origin

    def wait(self, alarm: Alarm, until: float) -> None:
        """Let others run until a moment, or until all is cancelled; once, at least."""
        while until - self.now() > _LOOK_S and not self.cancelled.set:
            alarm.wait(time.perf_counter() + _LOOK_S)
        if not self.cancelled.set:
            alarm.wait(self._origin + until)

    def make(self, endpoint: int) -> Written:
        """The next call of an endpoint. Raises LoadError if it was not prepared."""
        try:
            call = self._workload.next(self._names[endpoint])
        except OutOfSubjects as error:
            raise LoadError(
                f"{self._names[endpoint]} has nothing left to work on ({error}): the plan that runs asks for "
                "more than was prepared"
            ) from error
        return Written(call, self._client.write(call))

    def spawn(self, number: int, call: Written) -> None:
        """Send a call in a greenlet of its own."""
        self.go(self.send, number, call)

    def go(self, function: Callable[..., None], *arguments: object) -> None:
        """Run a function in a greenlet of its own, for which `drain` waits; it raises what that raises."""
        self._under_way += 1
        gevent.spawn_raw(self._counted, function, arguments)

    def send(self, number: int, call: Written) -> None:
        """Send a call and write down what happened."""
        ledger, timeout_s = self.ledger, self.stretch.plan.timeout_s
        window = ledger.window[number]
        self._unanswered[window] += 1
        ledger.ready[number] = self.now()
        with self._slots:
            ledger.started[number] = self.now()
            words: str | None
            try:
                response = self._client.exchange(call.request, call.call.method, timeout_s)
            except TimeoutError:
                ledger.ended[number] = self.now()
                words = TIMEOUT
            except OSError as error:
                ledger.ended[number] = self.now()
                words = in_words(error)
            else:
                ledger.ended[number] = self.now()
                words = self._judge(call.call, response)
            if words is not None:
                ledger.errors[number] = words
        self._one_less(window)

    @contextmanager
    def window(self, window: Window) -> Iterator[float]:
        """Note when a window was and what it cost; gives its beginning."""
        cpu, wall = time.process_time(), time.perf_counter()
        begin = self.stretch.begin(window)
        yield begin
        share = (time.process_time() - cpu) / max(time.perf_counter() - wall, 1e-9)
        self._taken.append(
            Taken(begun=begin, epoch=self._epoch + begin, cpu=min(1.0, share), whole=not self.cancelled.set)
        )
        self._one_less(window.index)

    def drain(self) -> None:
        """Wait until everything has ended; after an interruption not for long."""
        cancelled_for = 0.0
        while self._under_way and cancelled_for < _GIVE_UP_S:
            self._idle.clear()
            self._idle.wait(_LOOK_S)
            cancelled_for += _LOOK_S * self.cancelled.set
        if self._under_way:
            _LOG.warning("%d requests were given up at the interruption", self._under_way)
        if self._broken is not None:
            raise self._broken

    @property
    def taken(self) -> tuple[Sequence[Window], Sequence[Taken]]:
        """The windows that have ended, and when."""
        return self.stretch.windows[: len(self._taken)], self._taken

    def _one_less(self, window: int) -> None:
        self._unanswered[window] -= 1
        if not self._unanswered[window]:
            self._ended(window)

    def _counted(self, function: Callable[..., None], arguments: tuple[object, ...]) -> None:
        try:
            function(*arguments)
        except Exception as error:  # noqa: BLE001  # raised by `drain`
            self._broken = error
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    def _judge(self, call: Call, response: HTTPSocketPoolResponse) -> str | None:
        try:
            return call.check(read(response))
        except Exception as error:  # noqa: BLE001  # an answer that breaks its check is wrong, whatever breaks
            words = f"unreadable answer: {type(error).__name__}"
            if words not in self._said:
                self._said.add(words)
                _LOG.warning("%s: the check of an answer failed", call.endpoint, exc_info=True)
            return words
