"""The generating processes that a conductor orders about: this one alone, or a locust master's workers."""

import gc
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

import gevent  # type: ignore[import-untyped]  # it ships no types
import msgspec
from gevent.event import AsyncResult  # type: ignore[import-untyped]  # it ships no types
from gevent.queue import Queue  # type: ignore[import-untyped]  # it ships no types
from locust import User, task
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from harness.errors import HarnessError
from loadtests.errors import LoadError
from loadtests.generation.messages import NodeOrder, Open, Result
from loadtests.generation.node import Node

__all__ = ["LocalTeam", "MasterTeam", "Team", "work"]

_ORDER = "parity-order"
_CANCEL = "parity-cancel"
_RESULT = "parity-result"
_ENDED = "parity-window-ended"
_LOOK_S = 0.1
_LOG = logging.getLogger(__name__)


class Team(Protocol):
    """All generating processes."""

    size: int

    def ask(self, *orders: NodeOrder) -> list[Result]:
        """Have all processes carry out an order at once, or each its own; what they answered.

        Raises LoadError if one of them cannot, or is lost.
        """
        ...

    def cancel(self) -> None:
        """Have all end soon what they send."""
        ...

    def end(self) -> None:
        """Let them go."""
        ...


class LocalTeam:
    """This process alone, in locust's LocalRunner."""

    size = 1

    def __init__(self, ended: Callable[[int], None]) -> None:
        self._node = Node(ended)
        self._jobs = Queue()
        environment = Environment(user_classes=[_user_class(self._node, self._jobs)])
        self._runner = environment.create_local_runner()
        self._runner.start(1, spawn_rate=1)

    def ask(self, *orders: NodeOrder) -> list[Result]:
        """See `Team`."""
        answer = AsyncResult()
        self._jobs.put((orders[0], answer.set))
        return [_usable(answer.get())]

    def cancel(self) -> None:
        """See `Team`."""
        self._node.cancel()

    def end(self) -> None:
        """See `Team`."""
        self._runner.quit()


class MasterTeam:
    """The workers of a locust master, on this machine and on others."""

    def __init__(self, bind: str, port: int, size: int, ended: Callable[[int], None]) -> None:
        self.size = size
        self._ended = ended
        self._ended_in: Counter[int] = Counter()
        environment = Environment(user_classes=[_user_class(Node(), Queue())])
        try:
            self._runner: MasterRunner = environment.create_master_runner(bind, port)
        except SystemExit as error:
            raise LoadError(f"port {port} of {bind} is taken: choose another one, or 0 for any") from error
        self.port: int = self._runner.server.port
        self._names: list[str] = []
        self._order = 0
        self._answers: dict[str, Result] = {}
        self._runner.register_message(_RESULT, self._heard)
        self._runner.register_message(_ENDED, self._window_ended)

    def gather(self) -> None:
        """Wait until all have connected: there is no deadline, because the parent has one."""
        while len(self._runner.clients.ready) < self.size:
            gevent.sleep(_LOOK_S)
        self._names = sorted(self._runner.clients, key=self._runner.get_worker_index)[: self.size]
        self._runner.start(self.size, spawn_rate=self.size)

    def ask(self, *orders: NodeOrder) -> list[Result]:
        """See `Team`."""
        self._order += 1
        self._answers = {}
        self._ended_in.clear()
        each = orders * self.size if len(orders) == 1 else orders
        for name, order in zip(self._names, each, strict=True):
            data = {"number": self._order, "order": msgspec.json.encode(order)}
            self._runner.send_message(_ORDER, data, name)
        while len(self._answers) < self.size:
            gevent.sleep(_LOOK_S / 10)
            self._check()
        return [_usable(self._answers[name]) for name in self._names]

    def cancel(self) -> None:
        """See `Team`."""
        self._runner.send_message(_CANCEL)

    def end(self) -> None:
        """See `Team`."""
        self._runner.quit()

    def _heard(self, environment: Environment, msg: Any) -> None:  # noqa: ARG002  # locust's signature
        if msg.data["number"] == self._order:
            self._answers[msg.node_id] = msgspec.json.decode(msg.data["answer"], type=Result)

    def _window_ended(self, environment: Environment, msg: Any) -> None:  # noqa: ARG002  # locust's signature
        window: int = msg.data["window"]
        self._ended_in[window] += 1
        if self._ended_in[window] == self.size:
            self._ended(window)

    def _check(self) -> None:
        if len(self._runner.clients) > self.size:
            raise LoadError(
                f"{len(self._runner.clients)} workers are connected where {self.size} are expected: end "
                "the others, for locust spreads its users over all of them"
            )
        for number, name in enumerate(self._names):
            node = self._runner.clients.get(name)
            if name not in self._answers and (node is None or node.state == STATE_MISSING):
                raise LoadError(
                    f"worker {number} ({name}) was lost: nothing was measured that can be used; see its log"
                )


def work(host: str, port: int) -> None:
    """Be a worker of the master at `host`:`port` until it lets go."""
    node, jobs = Node(lambda window: runner.send_message(_ENDED, {"window": window})), Queue()
    environment = Environment(user_classes=[_user_class(node, jobs)])
    runner: WorkerRunner = environment.create_worker_runner(host, port)

    def ordered(environment: Environment, msg: Any) -> None:  # noqa: ARG001  # locust's signature
        def answer(result: Result) -> None:
            data = {"number": msg.data["number"], "answer": msgspec.json.encode(result)}
            runner.send_message(_RESULT, data)

        jobs.put((msgspec.json.decode(msg.data["order"], type=NodeOrder), answer))

    runner.register_message(_ORDER, ordered)
    runner.register_message(_CANCEL, lambda environment, msg: node.cancel())  # noqa: ARG005  # locust's names
    runner.greenlet.join()


def _usable(result: Result) -> Result:
    if result.error is not None:
        raise LoadError(result.error)
    return result


def _user_class(node: Node, jobs: Any) -> type[User]:
    class Sender(User):
        """The one user of a process: sends all its requests."""

        @task
        def carry_out(self) -> None:
            order, answer = jobs.get()
            try:
                result = node.carry_out(order)
                if isinstance(order, Open):
                    # What is loaded now stays; looking through it before each stretch would take 50 ms.
                    gc.freeze()
            except HarnessError as error:
                result = Result(error=str(error))
            except Exception as error:  # noqa: BLE001  # whoever asked must hear of it, whatever it is
                _LOG.exception("the order %s failed", type(order).__name__)
                result = Result(error=f"{type(error).__name__}: {error}")
            answer(result)

    return Sender
