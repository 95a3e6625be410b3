"""The faults of a soak: one a second, drawn at random, between the store and its servers or in them."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any

import psycopg

from contracts.faults import AFTER, FAULTS, HANG_AFTER, HANG_BEFORE, SLOW, WRITES, Fault, FaultProxy
from contracts.workers import DEADLINE_S, started, within
from harness.stack.databases import Database

__all__ = ["Weather"]

_EVERY_S = 1.0
_MOMENT_S = 0.3
_MOST = 8
_KILL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'authenticator'
ORDER BY state = 'active' DESC, random() LIMIT %s
"""


class Weather:
    """Faults until it is stopped. Everything happens on loopback, to servers that belong to the soak."""

    def __init__(self, proxy: FaultProxy, database: Database, *, patience_s: float, seed: int) -> None:
        """Begin. `patience_s` is how long the application waits for an answer: what hangs, hangs longer."""
        self.faults: Counter[str] = Counter()
        """How many of each kind have met their request, or their server."""
        self._proxy = proxy
        self._database = database
        self._patience_s = patience_s
        self._chance = random.Random(seed)  # noqa: S311  # not for secrets
        self._over = threading.Event()
        self._alone = threading.Lock()
        """Held by what must not happen twice at a time: stopping a server, closing the port."""
        self._blowing: list[Future[None]] = []
        self._main = started(self._blow)

    def stop(self) -> None:
        """Let the last faults pass. Raises what they raised: one met nothing, or a server stays down."""
        self._over.set()
        within(self._main)
        for blowing in self._blowing:
            within(blowing, 2 * DEADLINE_S)

    def abandon(self) -> None:
        """Begin no more faults; what those that run raise is nobody's concern."""
        self._over.set()

    def _blow(self) -> None:
        begun = time.monotonic()
        number = 0
        while not self._over.wait(max(0.0, begun + number * _EVERY_S - time.monotonic())):
            (name,) = self._chance.choices([*self._kinds], [weight for weight, _ in self._kinds.values()])
            self._blowing.append(started(partial(self._one, name)))
            number += 1

    def _one(self, name: str) -> None:
        self._kinds[name][1]()
        self.faults[name] += 1

    @property
    def _kinds(self) -> Mapping[str, tuple[int, Callable[[], None]]]:
        """How often each kind comes, and what it does."""
        return {
            "broken exchanges": (6, self._break_exchanges),
            "lost responses": (3, partial(self._meet, AFTER, methods=WRITES)),
            "slow answers": (1, partial(self._meet, SLOW)),
            "hanging exchanges": (2, self._hang),
            "black holes": (1, self._swallow_everything),
            "resets of all connections": (2, self._refuse),
            "backend kills": (3, self._kill_backends),
            "PostgREST kills": (1, partial(self._restart, "kill")),
            "PostgREST restarts": (1, partial(self._restart, "stop")),
        }

    def _break_exchanges(self) -> None:
        self._meet(self._chance.choice(FAULTS))

    def _meet(self, fault: Fault, *, methods: frozenset[str] = frozenset()) -> None:
        times = self._chance.randint(1, _MOST)
        with self._proxy.plan(fault, methods=methods, times=times) as planned:
            planned.wait(times)

    def _hang(self) -> None:
        fault = self._chance.choice((HANG_BEFORE, HANG_AFTER))
        times = self._chance.randint(1, _MOST)
        with self._proxy.plan(fault, times=times) as planned:
            planned.wait(times)
            self._outlast()

    def _swallow_everything(self) -> None:
        with self._proxy.plan(HANG_BEFORE, times=None) as planned:
            planned.wait()
            self._outlast()

    def _outlast(self) -> None:
        self._over.wait(self._patience_s + _MOMENT_S)

    def _refuse(self) -> None:
        with self._alone, self._proxy.refusing():
            self._over.wait(_MOMENT_S)

    def _kill_backends(self) -> None:
        with psycopg.connect(self._database.superuser_url, autocommit=True) as session:
            session.execute(_KILL, [self._chance.randint(1, 3)])

    def _restart(self, how: Any) -> None:
        with self._alone:
            self._database.order_api(how)
            self._over.wait(_MOMENT_S)
            self._database.order_api("start")
