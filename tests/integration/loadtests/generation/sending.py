"""One generating process's work, done in the test's own process."""

from collections.abc import Callable, Mapping
from typing import Protocol

from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]  # it ships no types

from loadtests.generation.messages import Prepare, Send
from loadtests.generation.node import Node
from loadtests.generation.plan import Plan, single_plan, stretches
from loadtests.records import WindowRecord

__all__ = ["PINGING", "OpenNode", "above", "plan_for", "sent", "slowest_s", "total"]

PINGING = "tests.integration.loadtests.generation.pinging:open_workload"


class OpenNode(Protocol):
    def __call__(
        self,
        paths: Mapping[str, str],
        *,
        prepares: bool = False,
        host: str = ...,
        ended: Callable[[int], None] = ...,
    ) -> Node: ...


def plan_for(
    paths: Mapping[str, str], rate_per_s: float = 100, windows: int = 1, timeout_s: float = 10
) -> Plan:
    """One arm, windows of 0.4 s."""
    return single_plan(
        windows=windows,
        rate_per_s=rate_per_s,
        weights=dict.fromkeys(paths, 1),
        seed=1,
        window_s=0.4,
        timeout_s=timeout_s,
    )


def sent(node: Node, plan: Plan) -> tuple[WindowRecord, ...]:
    """Prepare a plan and send it."""
    node.carry_out(Prepare(plans=(plan,)))
    return tuple(
        record
        for first, end in stretches(plan)
        for record in node.carry_out(Send(plan=plan, first=first, end=end)).records
    )


def total(records: tuple[WindowRecord, ...], endpoint: str) -> int:
    """Requests to an endpoint, in windows and borders."""
    return sum(one.endpoints[endpoint].requests + one.endpoints[endpoint].in_borders for one in records)


def above(histogram: str, seconds: float) -> int:
    """How many of a histogram are above so many seconds."""
    decoded = HdrHistogram.decode(histogram)
    return sum(
        int(item.count_at_value_iterated_to)
        for item in decoded.get_recorded_iterator()
        if item.value_iterated_to > seconds * 1e6
    )


def slowest_s(histogram: str) -> float:
    """The highest value of a histogram, in seconds."""
    return float(HdrHistogram.decode(histogram).get_max_value()) / 1e6
