"""What the parent and the generator process say to each other: JSON lines, one message each.

The parent writes orders to the process's stdin and reads reports from its
stdout; stderr is the log. The process carries out one order at a time, and
`Cancel` ends the one that runs.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from loadtests.generation.plan import Plan
from loadtests.records import Arm, WindowRecord

__all__ = [
    "Alive",
    "Begin",
    "Cancel",
    "Clean",
    "Cleaned",
    "Done",
    "Failed",
    "Listening",
    "NodeOrder",
    "Open",
    "Order",
    "Orders",
    "Prepare",
    "Progress",
    "Ran",
    "Report",
    "Reports",
    "Result",
    "Run",
    "Send",
]


class Order(msgspec.Struct, frozen=True, kw_only=True, tag_field="order", tag=str.lower):
    """Something that the parent wants; each is answered by one `Done`, `Ran`, `Cleaned` or `Failed`."""


class Begin(Order, frozen=True, kw_only=True):
    """Take up work: the first order, and the only one that is sent once."""

    factory: str
    """Import path ``module:function`` of what opens a workload."""
    spec: Any
    """Its first argument, as JSON."""
    hosts: Mapping[Arm, str]
    workers: int
    """How many worker processes will connect; 0: this process generates the load itself."""
    bind: str = "127.0.0.1"
    """Address on which a master listens."""
    port: int = 0
    """0: any free one."""


class Prepare(Order, frozen=True, kw_only=True):
    """Make what the plans need."""

    plans: tuple[Plan, ...]


class Run(Order, frozen=True, kw_only=True):
    """Send what the plan says."""

    plan: Plan


class Clean(Order, frozen=True, kw_only=True):
    """Remove what was made."""


class Cancel(Order, frozen=True, kw_only=True):
    """End the running order soon: what has been recorded is still reported. Not answered itself."""


class Open(Order, frozen=True, kw_only=True):
    """From the conductor to each generating process, as `Prepare`, `Send` and `Clean` are."""

    factory: str
    spec: Any
    hosts: Mapping[Arm, str]
    worker: int
    workers: int


class Send(Order, frozen=True, kw_only=True):
    """Send a stretch of the plan: windows of one arm."""

    plan: Plan
    first: int
    end: int
    """The first window that does not belong to it."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a generating process answers to the conductor."""

    records: tuple[WindowRecord, ...] = ()
    """Of `Send`: its windows as this process saw them."""
    left: tuple[str, ...] = ()
    """Of `Clean`: what could not be removed."""
    error: str | None = None
    """What kept the order from being carried out."""


class Report(msgspec.Struct, frozen=True, kw_only=True, tag=str.lower, tag_field="report"):
    """What the process says."""


class Alive(Report, frozen=True, kw_only=True):
    """Said every second, so that silence means that the process hangs."""


class Listening(Report, frozen=True, kw_only=True):
    """The master accepts workers."""

    port: int


class Progress(Report, frozen=True, kw_only=True):
    """The time of a window is over, and all workers have their answers."""

    window: int


class Done(Report, frozen=True, kw_only=True):
    """The order was carried out."""


class Ran(Report, frozen=True, kw_only=True):
    """The plan was sent."""

    windows: tuple[WindowRecord, ...]
    cancelled: bool


class Cleaned(Report, frozen=True, kw_only=True):
    """What was made is removed, but for `left`."""

    left: tuple[str, ...]


class Failed(Report, frozen=True, kw_only=True):
    """The order could not be carried out."""

    message: str


NodeOrder = Open | Prepare | Send | Clean
Orders = Begin | Prepare | Run | Clean | Cancel
Reports = Alive | Listening | Progress | Done | Ran | Cleaned | Failed
