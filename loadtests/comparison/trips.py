"""What the gateways count while windows pass by."""

from collections.abc import Mapping, Sequence

import msgspec

from loadtests.comparison.servers import ApiServer
from loadtests.records import Arm, WindowRecord

__all__ = ["TripCounter"]


class TripCounter:
    """Reads the gateway of an arm at the end of each of its windows.

    Between two windows of one arm the reading may come a little late, and count the first requests of the
    next one: the sum of a round is exact, the share of each window is nearly so.
    """

    def __init__(self, servers: Mapping[Arm, ApiServer]) -> None:
        self._servers = servers
        self._last = {arm: server.round_trips() for arm, server in servers.items()}
        self._counted: dict[int, int] = {}
        self._latest: dict[Arm, int] = {}

    def window_ended(self, index: int, arm: Arm) -> None:
        """Note what was counted since the window of this arm before. Raises ServerFault."""
        now = self._servers[arm].round_trips()
        self._counted[index] = now - self._last[arm]
        self._last[arm] = now
        self._latest[arm] = index

    def all_ended(self) -> None:
        """Note what came after the last reading. Raises ServerFault."""
        for arm, index in tuple(self._latest.items()):
            before = self._counted[index]
            self.window_ended(index, arm)
            self._counted[index] += before

    def added_to(self, windows: Sequence[WindowRecord]) -> tuple[WindowRecord, ...]:
        """The windows with what was counted during each."""
        return tuple(
            msgspec.structs.replace(window, round_trips=self._counted.get(window.index)) for window in windows
        )
