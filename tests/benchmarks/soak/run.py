"""One soak: servers of its own, threads on a small pool, a fault a second, and then the account."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import psycopg

from contracts.expect import Divergence
from contracts.faults import FaultProxy
from contracts.workers import eventually
from harness.errors import HarnessError
from harness.settings import Settings
from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack
from migrations.apply import prepare
from tests.benchmarks.soak.account import Account
from tests.benchmarks.soak.application import Order
from tests.benchmarks.soak.gauges import Held, Watch, held_by
from tests.benchmarks.soak.report import Report
from tests.benchmarks.soak.said import Said
from tests.benchmarks.soak.stored import read, waiting
from tests.benchmarks.soak.subject import Subject, opened
from tests.benchmarks.soak.weather import Weather

__all__ = ["Plan", "soak"]

_POOL_WAIT_S = 1
_QUIET_S = 1.5
"""Longer than a request may wait for a connection of the pool: what is still on its way has arrived then."""
_POLL_S = 0.2
_TELL_S = 10.0
_DRAIN_S = 300.0
_SESSIONS = """
SELECT count(*), count(*) FILTER (WHERE state <> 'idle' AND wait_event_type IS DISTINCT FROM 'Client')
FROM pg_stat_activity WHERE datname = current_database() AND usename = 'authenticator'
"""

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to do, and for how long."""

    seconds: float
    seed: int
    threads: int = 64
    pool: int = 5
    """Connections that PostgREST has to the database."""
    patience_s: float = 1.5
    """How long the adapter waits for an answer."""
    store: str = "tests.benchmarks.soak.application:supabase"
    """The function that opens the store, as ``module:name``."""
    api: bool = False
    """Ask ``harness serve``, and watch that, in place of a store."""


def soak(plan: Plan, say: Say) -> Report:
    """Run it. Raises HarnessError, or what a fault raised, if it could not be done as planned."""
    with (
        tempfile.TemporaryDirectory(prefix="parity-soak-") as name,
        EmbeddedStack.start(Settings.from_environ(), prepare=prepare) as stack,
        stack.clone(pool_size=plan.pool, pool_wait_s=_POOL_WAIT_S) as database,
        FaultProxy(database.coordinates.supabase_url) as proxy,
        psycopg.connect(database.superuser_url, autocommit=True) as side,
    ):
        directory = Path(name)
        order = Order(directory=directory, threads=plan.threads, seed=plan.seed, store=plan.store)
        environ = {
            **replace(database.coordinates, supabase_url=proxy.url).environ(),
            "PARITY_TIMEOUT_MS": f"{plan.patience_s * 1000:.0f}",
        }
        with opened(order, environ, api=plan.api) as subject:
            before = held_by(subject.process)
            subject.application.ask("start", "started")
            watch = Watch(subject.process)
            gateway = Watch(psutil.Process(database._supervisor.pid))
            weather = _weathered(plan, subject, proxy, database, say)
            held, gateway_held = watch.stop(), gateway.stop()
            say("The faults are over: working off what is queued.")
            idle, closed = _ended(subject, side)
        _settle(proxy, side)
        account = Account.of(_said(sorted(directory.glob("*.jsonl"))))
        return Report(
            seconds=plan.seconds,
            most_connections=plan.threads * (1 + plan.api) + plan.api,
            most_sessions=plan.pool + 1,
            calls=account.calls,
            faults=weather.faults,
            verdict=account.held_to(read(side)),
            held=held,
            gateway=gateway_held,
            before=before,
            idle=idle,
            closed=closed,
            sessions=_sessions(side)[0],
        )


def _weathered(plan: Plan, subject: Subject, proxy: FaultProxy, database: Database, say: Say) -> Weather:
    begun = time.monotonic()
    weather = Weather(proxy, database, patience_s=plan.patience_s, seed=plan.seed)
    told = 0.0
    try:
        while (passed := time.monotonic() - begun) < plan.seconds:
            subject.application.check()
            if passed - told >= _TELL_S:
                told = passed
                say(f"{passed:.0f} of {plan.seconds:.0f} s, {weather.faults.total()} faults")
            time.sleep(min(_POLL_S, plan.seconds - passed))
    except BaseException:
        weather.abandon()
        raise
    weather.stop()
    return weather


def _ended(subject: Subject, side: psycopg.Connection) -> tuple[Held, Held | None]:
    """Let the threads end; return what the process holds then, and after its store was closed."""
    subject.application.ask("drain", "drained")
    deadline = time.monotonic() + _DRAIN_S
    while waiting(side) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    subject.application.ask("stop", "stopped")
    idle = held_by(subject.process)
    subject.application.ask("close", "closed")
    if not subject.is_api:
        return idle, held_by(subject.process)
    # The server hears of it by and by that its clients have gone.
    eventually(lambda: held_by(subject.process).connections < idle.connections, "connections that end")
    return held_by(subject.process), None


def _settle(proxy: FaultProxy, side: psycopg.Connection) -> None:
    """Wait until nothing is on its way any more."""
    eventually(lambda: proxy.connections == 0, "no connection of a client that has gone")
    quiet_since = time.monotonic()
    deadline = quiet_since + _DRAIN_S
    while time.monotonic() - quiet_since < _QUIET_S:
        if _sessions(side)[1]:
            quiet_since = time.monotonic()
        if time.monotonic() > deadline:
            raise HarnessError(f"The database still works {_DRAIN_S:.0f} s after the last client has gone.")
        time.sleep(_POLL_S)


def _sessions(side: psycopg.Connection) -> tuple[int, int]:
    row = side.execute(_SESSIONS).fetchone()
    if row is None:
        raise Divergence("two numbers", "none")
    return int(row[0]), int(row[1])


def _said(files: Sequence[Path]) -> Iterator[Said]:
    for file in files:
        with file.open(encoding="utf-8") as lines:
            yield from map(Said.loads, lines)
