"""The processes of an adapter behind a bridge: started when asked for, lent, taken back, ended."""

import threading
from collections.abc import Callable
from pathlib import Path

from contracts.bridging import BridgeCommand
from harness.adapters.bridge.bridge import CALL_S, Bridge
from harness.adapters.bridge.store import BridgeStore
from harness.adapters.protocol import Store
from harness.stack.coordinates import Coordinates

__all__ = ["Clients"]

_PROCESSES = 4
"""Processes of the first environment: the clients beyond share them, as the requests to one server do."""
_OTHER_PROCESSES = 2
_OTHER_ENVIRONMENTS = 3
"""Environments kept besides the first: the proxy's, with the usual patience and with little."""
_MARGIN_S = 10.0
"""What an adapter may take longer than its patience with its server."""
_NOWHERE = ("SUPABASE_URL", "SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY", "DATABASE_URL")

_Environ = tuple[tuple[str, str | None], ...]


class Clients:
    """Opens stores on an adapter's command, each on a process of its own.

    A process whose stores are closed waits for the next store with the same
    environment: starting one takes as long as ten cases. Of environments that
    come again and again, such as a proxy's, the last few are kept.
    """

    def __init__(self, command: BridgeCommand) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._kept: dict[_Environ, list[Bridge]] = {}
        """Those of one environment together, the environment that was asked for last behind the others."""
        self._lent: list[Bridge] = []
        self._ending: list[threading.Thread] = []
        self._first: _Environ | None = None
        self._troubles = 0
        self._trouble: str | None = None
        self._spoils = False
        self._others: list[Clients] = []

    def connect(self, given: Coordinates, timeout_s: float) -> Store:
        """Open a store that is given these URLs and keys. Raises BridgeError."""
        milliseconds = max(1, round(timeout_s * 1000))
        changes = {**given.environ(), "PARITY_TIMEOUT_MS": str(milliseconds)}
        call_s = self._command.call_s
        with self._lock:
            return self._open(changes, call_s if call_s != CALL_S else timeout_s + _MARGIN_S)

    def alone(self) -> Bridge:
        """Start the adapter without any server. Raises BridgeError."""
        bridge = self._start({**dict.fromkeys(_NOWHERE), "PARITY_TIMEOUT_MS": None}, self._command.call_s)
        self._lent.append(bridge)
        return bridge

    @property
    def troubles(self) -> int:
        """In how many cases so far a process broke."""
        return self._troubles + sum(other.troubles for other in self._others)

    @property
    def trouble(self) -> str | None:
        """Why nothing counts that was seen since `begin`: a process broke; None if none did."""
        others = (one.trouble for one in self._others if one.trouble is not None)
        return self._own_trouble() or next(others, None)

    def begin(self) -> None:
        """Forget what happened up to here: a case begins."""
        self._troubles += self._own_trouble() is not None
        self._trouble = None
        self._lent = [one for one in self._lent if one.broken is None]
        for other in self._others:
            other.begin()

    def _all(self) -> set[Bridge]:
        return {*self._lent, *(one for kept in self._kept.values() for one in kept)}

    def _own_trouble(self) -> str | None:
        broken = (one.broken for one in self._lent if one.broken is not None)
        return self._trouble or next(broken, None)

    def spoil(self, *, values: bool) -> None:
        """Ask all processes, and those to come, to change what they were given and gave after each answer."""
        self._spoils = values
        for bridge in self._all():
            bridge.spoils = values

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
        for bridge in self._all():
            self._end(bridge)
        self._lent.clear()
        self._kept.clear()
        for thread in self._ending:
            thread.join()

    def _open(self, changes: dict[str, str], call_s: float) -> Store:
        key: _Environ = tuple(sorted(changes.items()))
        self._first = self._first or key
        kept = self._kept[key] = [one for one in self._kept.pop(key, []) if one.broken is None]
        self._forget()
        free = [one for one in kept if one not in self._lent]
        if not free and len(kept) < (_PROCESSES if key == self._first else _OTHER_PROCESSES):
            free = [self._start(dict(changes), call_s)]
            kept.append(free[0])
        bridge = free[0] if free else min(kept, key=self._lent.count)
        self._lent.append(bridge)
        return BridgeStore(bridge, on_close=_once(lambda: self._take_back(bridge)))

    def _forget(self) -> None:
        """End the processes of the environment that was not asked for the longest, if there are too many."""
        others = [key for key in self._kept if key != self._first]
        for key in others[: -_OTHER_ENVIRONMENTS or None]:
            if not any(one in self._lent for one in self._kept[key]):
                for bridge in self._kept.pop(key):
                    self._end(bridge)

    def _start(self, changes: dict[str, str | None], call_s: float) -> Bridge:
        bridge = Bridge(
            self._command.command,
            environ=self._command.environ(changes),
            cwd=Path(self._command.directory),
            call_s=call_s,
        )
        bridge.spoils = self._spoils
        return bridge

    def _take_back(self, bridge: Bridge) -> None:
        if bridge in self._lent:
            self._lent.remove(bridge)
        if bridge.broken is not None:
            self._trouble = self._trouble or bridge.broken

    def _end(self, bridge: Bridge) -> None:
        """End a process without waiting for it."""
        thread = threading.Thread(target=bridge.close, daemon=True)
        thread.start()
        self._ending = [*(one for one in self._ending if one.is_alive()), thread]


def _once(function: Callable[[], None]) -> Callable[[], None]:
    """Let a store be closed twice, though others may use its process."""
    left = [function]

    def once() -> None:
        if left:
            left.pop()()

    return once
