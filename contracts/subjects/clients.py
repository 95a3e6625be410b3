"""The processes of an adapter behind a bridge: started when asked for, lent, taken back, ended."""

import threading
from collections import defaultdict
from pathlib import Path

from contracts.bridging import BridgeCommand
from harness.adapters.bridge.bridge import CALL_S, Bridge
from harness.adapters.bridge.store import BridgeStore
from harness.adapters.protocol import Store
from harness.stack.coordinates import Coordinates

__all__ = ["Clients"]

_KEPT = 2
"""Idle processes that wait for their next case: most cases need one more client, few need two."""
_MARGIN_S = 10.0
"""What an adapter may take longer than its patience with its server."""
_NOWHERE = ("SUPABASE_URL", "SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY", "DATABASE_URL")

_Environ = tuple[tuple[str, str | None], ...]


class Clients:
    """Opens stores on an adapter's command, each on a process of its own.

    A process whose store is closed waits for the next store with the same
    environment: starting one takes as long as ten cases. Only the first
    environment is kept waiting for; proxies and wrong keys never come back.
    """

    def __init__(self, command: BridgeCommand) -> None:
        self._command = command
        self._idle: dict[_Environ, list[Bridge]] = defaultdict(list)
        self._lent: list[Bridge] = []
        self._ending: list[threading.Thread] = []
        self._first: _Environ | None = None
        self._troubles = 0
        self._trouble: str | None = None
        self._others: list[Clients] = []

    def connect(self, given: Coordinates, timeout_s: float) -> Store:
        """Open a store that is given these URLs and keys. Raises BridgeError."""
        milliseconds = max(1, round(timeout_s * 1000))
        changes = {**given.environ(), "PARITY_TIMEOUT_MS": str(milliseconds)}
        call_s = self._command.call_s
        return self._open(changes, call_s if call_s != CALL_S else timeout_s + _MARGIN_S)

    def alone(self) -> Bridge:
        """Start the adapter without any server. Raises BridgeError."""
        bridge = self._start({**dict.fromkeys(_NOWHERE), "PARITY_TIMEOUT_MS": None}, self._command.call_s)
        self._lent.append(bridge)
        return bridge

    @property
    def troubles(self) -> int:
        """How many processes broke so far."""
        return self._troubles + sum(other.troubles for other in self._others)

    @property
    def trouble(self) -> str | None:
        """Why nothing counts that was seen since `begin`: a process broke, as a sentence; None if none did."""
        broken = (one.broken for one in self._lent if one.broken is not None)
        others = (one.trouble for one in self._others if one.trouble is not None)
        return self._trouble or next(broken, None) or next(others, None)

    def begin(self) -> None:
        """Forget what happened up to here: a case begins."""
        broken = [one for one in self._lent if one.broken is not None]
        self._lent = [one for one in self._lent if one.broken is None]
        self._troubles += len(broken) + (self._trouble is not None)
        self._trouble = None
        for other in self._others:
            other.begin()

    def others(self) -> "Clients":
        """Return an empty set of processes of the same adapter, whose troubles are counted here, too."""
        other = Clients(self._command)
        self._others.append(other)
        return other

    def end(self, bridge: Bridge) -> None:
        """End a process that was lent."""
        if bridge in self._lent:
            self._lent.remove(bridge)
        self._end(bridge)

    def close(self) -> None:
        """End all processes."""
        for bridge in [*self._lent, *(one for idle in self._idle.values() for one in idle)]:
            self._end(bridge)
        self._lent.clear()
        self._idle.clear()
        for thread in self._ending:
            thread.join()

    def _open(self, changes: dict[str, str], call_s: float) -> Store:
        key: _Environ = tuple(sorted(changes.items()))
        if self._first is None:
            self._first = key
        idle = self._idle[key]
        bridge = idle.pop() if idle else self._start(dict(changes), call_s)
        self._lent.append(bridge)
        return BridgeStore(bridge, on_close=lambda: self._take_back(bridge, key))

    def _start(self, changes: dict[str, str | None], call_s: float) -> Bridge:
        return Bridge(
            self._command.command,
            environ=self._command.environ(changes),
            cwd=Path(self._command.directory),
            call_s=call_s,
        )

    def _take_back(self, bridge: Bridge, key: _Environ) -> None:
        if bridge not in self._lent:
            return
        self._lent.remove(bridge)
        if bridge.broken is not None:
            self._trouble = self._trouble or bridge.broken
        elif key == self._first and len(self._idle[key]) < _KEPT:
            self._idle[key].append(bridge)
        else:
            self._end(bridge)

    def _end(self, bridge: Bridge) -> None:
        """End a process without waiting for it."""
        thread = threading.Thread(target=bridge.close, daemon=True)
        thread.start()
        self._ending = [*(one for one in self._ending if one.is_alive()), thread]
