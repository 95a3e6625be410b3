"""What the JavaScript kit costs: a call and a reset over a pipe, with the machine's load beside it.

Run with a node of your choice: ``python tests/benchmarks/bridge_kit.py [NODE] [CALLS]``.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.settings.environment import inherited

KIT = Path(__file__).parents[2] / "harness/adapters/bridge/kit/parity-bridge.mjs"
STORE = Path(__file__).parents[1] / "kit/modules/store.mjs"
RESETS = 60


class Pipe:
    """A kit at the other end of two pipes."""

    def __init__(self, node: str, mode: str) -> None:
        self.process = subprocess.Popen(
            [node, str(KIT), str(STORE)],
            env=inherited({"DB_MODE": mode}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._take()

    def call(self, operation: str, *arguments: Any) -> float:
        """Return the seconds from writing the request to having read the reply."""
        assert self.process.stdin is not None
        begun = time.perf_counter()
        self.process.stdin.write(json.dumps({"id": 1, "op": operation, "args": arguments}).encode() + b"\n")
        self.process.stdin.flush()
        reply = self._take()
        took = time.perf_counter() - begun
        if "error" in reply:
            raise RuntimeError(reply["error"]["message"])
        return took

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)

    def _take(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())


def main(node: str, calls: int) -> None:
    """Measure and print."""
    print(f"{subprocess.check_output([node, '--version'], text=True).strip()}, load {os.getloadavg()[0]:.1f}")
    for mode in ("memory", "supabase"):
        pipe = Pipe(node, mode)
        _show(f"call, {mode} mode", [pipe.call("getBooking", "no id") for _ in range(calls)])
        if mode == "memory":
            for pause in (0.0, 0.005, 0.05):
                _show(f"reset, {pause * 1000:.0f} ms after a call", _resets(pipe, pause))
        pipe.close()
    print(f"load {os.getloadavg()[0]:.1f}")


def _resets(pipe: Pipe, pause: float) -> list[float]:
    taken = []
    for _ in range(RESETS):
        pipe.call("getBooking", "no id")
        time.sleep(pause)
        taken.append(pipe.call("__reset"))
    return taken


def _show(what: str, seconds: Sequence[float]) -> None:
    ordered = sorted(seconds)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(f"{what}: median {statistics.median(ordered) * 1000:.3f} ms, p95 {p95 * 1000:.3f} ms")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(given[0] if given else "node", int(given[1]) if len(given) > 1 else 2000)
