"""What one generating process does: opens the workloads, makes what they need, sends, removes.

It runs inside of locust's one User of that process, whether the process is alone or one of many workers.
"""

import resource
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, get_type_hints

import gevent  # type: ignore[import-untyped]  # it ships no types
import msgspec
from gevent.lock import Semaphore  # type: ignore[import-untyped]  # it ships no types
from gevent.pool import Pool  # type: ignore[import-untyped]  # it ships no types

from loadtests.errors import LoadError
from loadtests.generation.arrivals import needs
from loadtests.generation.client import Client
from loadtests.generation.closed_loop import send_closed
from loadtests.generation.messages import NodeOrder, Open, Prepare, Result, Send
from loadtests.generation.open_loop import send_open
from loadtests.generation.plan import Plan
from loadtests.generation.sender import Cancelled, Sender, Stretch
from loadtests.records import Arm
from loadtests.scenarios.call import Answer, Call, SendMany, Workload

__all__ = ["Node"]

_MOST_UNDER_WAY = 4096
_OTHER_FILES = 64
# Preparing and removing is not measured, and may be slow on a server that has just started.
_PATIENCE_S = 60.0
_AT_ONCE = 8


class Node:
    """Carries out orders one after the other; `cancel` may come in between."""

    def __init__(self, ended: Callable[[int], None] = lambda _: None) -> None:
        self._ended = ended
        """Told the index of each window whose time is over and whose requests are answered."""
        self._opened: Open | None = None
        self._workloads: dict[Arm, Workload] = {}
        self._clients: dict[Arm, Client] = {}
        self._slots = Semaphore(_most_under_way())
        self._cancelled = Cancelled()

    def carry_out(self, order: NodeOrder) -> Result:
        """Do what the order asks for. Raises LoadError, and what a workload raises."""
        if isinstance(order, Open):
            return self._open(order)
        if isinstance(order, Prepare):
            return self._prepare(order.plans)
        if isinstance(order, Send):
            return self._send(order)
        return self._clean()

    def cancel(self) -> None:
        """End what is being sent soon; it stays cancelled."""
        self._cancelled.set = True

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            client.close()

    def _open(self, order: Open) -> Result:
        factory = _named(order.factory)
        spec = _typed(factory, order.spec)
        self._opened = order
        for arm, host in order.hosts.items():
            self._workloads[arm] = factory(spec, arm=arm, worker=order.worker, workers=order.workers)
            self._clients[arm] = Client(host)
        return Result()

    def _prepare(self, plans: tuple[Plan, ...]) -> Result:
        opened = self._ready()
        total: dict[Arm, dict[str, int]] = {}
        for plan in plans:
            self._known(plan)
            for arm, counts in needs(plan, opened.worker, opened.workers).items():
                kept = total.setdefault(arm, {})
                for endpoint, count in counts.items():
                    kept[endpoint] = kept.get(endpoint, 0) + count
        prepare = self._prepare_arm if len(total) == 1 else self._prepare_one_of_two
        gevent.joinall([gevent.spawn(prepare, *one) for one in total.items()], raise_error=True)
        return Result()

    def _prepare_arm(self, arm: Arm, counts: Mapping[str, int]) -> None:
        self._workloads[arm].prepare(counts, self._patiently(arm))

    def _prepare_one_of_two(self, arm: Arm, counts: Mapping[str, int]) -> None:
        try:
            self._prepare_arm(arm, counts)
        except LoadError as error:
            raise LoadError(f"Arm {arm}: {error}") from error

    def _send(self, order: Send) -> Result:
        opened = self._ready()
        plan = order.plan
        self._known(plan)
        windows = plan.windows[order.first : order.end]
        arm = windows[0].arm
        stretch = Stretch(plan=plan, windows=windows, worker=opened.worker, workers=opened.workers)
        sender = Sender(
            stretch,
            workload=self._workloads[arm],
            client=self._clients[arm],
            slots=self._slots,
            cancelled=self._cancelled,
            ended=self._ended,
        )
        (send_open if plan.loop == "open" else send_closed)(sender)
        found = []
        for record in sender.ledger.records(plan, *sender.taken):
            found.append(record)
            gevent.sleep(0)  # making a record takes milliseconds, and a worker must keep saying that it lives
        return Result(records=tuple(found))

    def _clean(self) -> Result:
        self._ready()
        jobs = {arm: gevent.spawn(load.clean, self._patiently(arm)) for arm, load in self._workloads.items()}
        gevent.joinall(list(jobs.values()), raise_error=True)
        return Result(left=tuple(f"{arm}: {left}" for arm, job in jobs.items() for left in job.value))

    def _ready(self) -> Open:
        if self._opened is None:
            raise LoadError("the generator was asked for work before it was told which")
        return self._opened

    def _known(self, plan: Plan) -> None:
        for arm in plan.arms:
            if arm not in self._workloads:
                raise LoadError(f"the plan sends to arm {arm}, and the generator was given no host for it")
            unknown = sorted(set(plan.weights) - set(self._workloads[arm].endpoints))
            if unknown:
                raise LoadError(
                    f"the plan names endpoints that the workload does not know: {', '.join(unknown)}"
                )

    def _patiently(self, arm: Arm) -> SendMany:
        client = self._clients[arm]

        def send(calls: Sequence[Call]) -> list[Answer]:
            answers: list[Answer] = Pool(_AT_ONCE).map(lambda call: client.send(call, _PATIENCE_S), calls)
            return answers

        return send


def _most_under_way() -> int:
    """How many requests may be under way at once: each is an open file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * _MOST_UNDER_WAY + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    else:
        soft = wanted
    return min(_MOST_UNDER_WAY, (soft - _OTHER_FILES) // 2)


def _named(path: str) -> Callable[..., Workload]:
    module, _, attribute = path.partition(":")
    try:
        factory: Callable[..., Workload] = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise LoadError(f"{path} names no function that opens a workload: {error}") from error
    return factory


def _typed(factory: Callable[..., Workload], spec: Any) -> object:
    hints: Mapping[str, Any] = get_type_hints(factory)
    if "spec" not in hints:
        raise LoadError(f"{factory.__qualname__} must say of which type its argument `spec` is")
    try:
        return msgspec.convert(spec, hints["spec"])
    except msgspec.ValidationError as error:
        raise LoadError(f"the specification of the workload cannot be read: {error}") from error
