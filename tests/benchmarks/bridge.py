"""What the bridge adds to a call: ``python -m tests.benchmarks.bridge``.

Asks for the same row directly and over a pipe, in turns, on the memory
adapter; the other end is our own server and, with ``--command CMD``, any
other in memory mode.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

from contracts.builders import a_sync_job
from harness.adapters.bridge.bridge import Bridge
from harness.adapters.bridge.store import BridgeStore
from harness.adapters.memory import MemoryStore
from harness.adapters.protocol import Store

ROUNDS = 40
CALLS = 50
_SERVE = f"{sys.executable} -P -m harness bridge serve --adapter memory"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print medians and tails in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", action="append", default=[], help="another adapter, in memory mode")
    commands = [_SERVE, *parser.parse_args(arguments).command]
    with ExitStack() as resources:
        stores: dict[str, Store] = {"direct": resources.enter_context(MemoryStore())}
        for command in commands:
            bridge = Bridge(command, environ={**os.environ, "DB_MODE": "memory"}, cwd=Path.cwd())
            stores[f"{bridge.hello.name} over a pipe"] = resources.enter_context(BridgeStore(bridge))
        asks = {name: _get(store) for name, store in stores.items()}
        times: dict[str, list[float]] = {name: [] for name in asks}
        for _ in range(ROUNDS):
            for name, ask in asks.items():
                times[name] += _timed(ask)
    print(f"one row, {ROUNDS * CALLS:,} calls each, in turns of {CALLS}; load {os.getloadavg()[0]:.1f}")
    direct = statistics.median(times["direct"])
    for name, found in times.items():
        median, tail = statistics.median(found), statistics.quantiles(found, n=100)[98]
        added = "" if name == "direct" else f"   adds {1000 * (median - direct):.3f} ms"
        print(f"{name:32} median {1000 * median:.3f} ms   p99 {1000 * tail:.3f} ms{added}")


def _get(store: Store) -> Callable[[], object]:
    id_: UUID = store.sync_jobs.create(a_sync_job()).id
    return lambda: store.sync_jobs.get(id_)


def _timed(ask: Callable[[], object]) -> list[float]:
    found = []
    for _ in range(CALLS):
        begun = time.perf_counter()
        ask()
        found.append(time.perf_counter() - begun)
    return found


if __name__ == "__main__":
    main()
