"""Carries out the parent's orders by a team of generating processes, and adds up what they recorded."""

import logging
from collections.abc import Iterator

import gevent  # type: ignore[import-untyped]  # it ships no types
from gevent.queue import Queue  # type: ignore[import-untyped]  # it ships no types

from harness.errors import HarnessError
from loadtests.errors import LoadError
from loadtests.generation.channel import Channel
from loadtests.generation.ledger import merge
from loadtests.generation.messages import (
    Begin,
    Cancel,
    Clean,
    Cleaned,
    Done,
    Failed,
    Listening,
    Open,
    Order,
    Prepare,
    Progress,
    Ran,
    Report,
    Run,
    Send,
)
from loadtests.generation.plan import Plan, stretches
from loadtests.generation.team import LocalTeam, MasterTeam, Team
from loadtests.records import WindowRecord

__all__ = ["Conductor"]

_LOG = logging.getLogger(__name__)


class Conductor:
    """One per process that a parent talks to."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._team: Team | None = None
        self._cancelled = False

    def serve(self) -> None:
        """Take orders until the parent closes the pipe or dies."""
        waiting = Queue()
        gevent.spawn(self._carry_out_all, waiting)
        for order in self._channel.orders():
            if isinstance(order, Cancel):
                self._cancelled = True
                if self._team is not None:
                    self._team.cancel()
            else:
                waiting.put(order)
        if self._team is not None:
            self._team.end()

    def _carry_out_all(self, waiting: "Queue[Order]") -> None:
        for order in waiting:
            report: Report
            try:
                report = self._carry_out(order)
            except HarnessError as error:
                report = Failed(message=str(error))
            except Exception as error:  # noqa: BLE001  # the parent must hear of it, whatever it is
                _LOG.exception("the order %s failed", type(order).__name__)
                report = Failed(message=f"the load generator failed: {type(error).__name__}: {error}")
            self._channel.say(report)

    def _carry_out(self, order: Order) -> Report:
        if isinstance(order, Begin):
            return self._begin(order)
        if self._team is None:
            raise LoadError("the generator was asked for work before it was told which")
        if isinstance(order, Prepare):
            self._team.ask(order)
            return Done()
        if isinstance(order, Run):
            windows = tuple(self._run(order.plan, self._team))
            return Ran(windows=windows, cancelled=self._cancelled)
        if isinstance(order, Clean):
            return Cleaned(left=tuple(left for result in self._team.ask(order) for left in result.left))
        raise LoadError(f"the generator does not know the order {type(order).__name__}")

    def _begin(self, order: Begin) -> Report:
        team: Team
        if order.workers:
            team = MasterTeam(order.bind, order.port, order.workers, self._ended)
            self._channel.say(Listening(port=team.port))
            team.gather()
        else:
            team = LocalTeam(self._ended)
        self._team = team
        team.ask(
            *(
                Open(
                    factory=order.factory,
                    spec=order.spec,
                    hosts=order.hosts,
                    worker=worker,
                    workers=team.size,
                )
                for worker in range(team.size)
            )
        )
        return Done()

    def _ended(self, window: int) -> None:
        self._channel.say(Progress(window=window))

    def _run(self, plan: Plan, team: Team) -> Iterator[WindowRecord]:
        for first, end in stretches(plan):
            if self._cancelled:
                return
            send = Send(plan=plan, first=first, end=end)
            parts = [result.records for result in team.ask(send)]
            # One that was cancelled earlier than the others has fewer windows.
            for of_one_window in zip(*parts, strict=False):
                yield merge(of_one_window)
