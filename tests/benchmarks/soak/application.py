"""The process under test: threads that share one store, until stdin says otherwise.

``python -m tests.benchmarks.soak.application``, started by `tests.benchmarks.soak.run`. The first line of
stdin is an `Order`. It says ``ready`` on stdout; ``start`` opens the store, ``started``. After ``drain``, the
threads finish their turns, ``drained``, and only work off what is queued. ``stop`` ends them,
``stopped``; ``close`` closes the store, ``closed``. The end of stdin ends it, too.
"""

import gc
import json
import random
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Self, TextIO

from harness.adapters.protocol import Store
from harness.adapters.registry import open_adapter
from harness.settings import Settings
from tests.benchmarks.soak.caller import Caller, GoneWrong
from tests.benchmarks.soak.desk import Desk, StoreDesk
from tests.benchmarks.soak.said import Said
from tests.benchmarks.soak.turns import OF_THE_API, OF_THE_STORE, Weights, work_off

__all__ = ["Order", "supabase"]


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to do."""

    directory: Path
    """For the accounts of the threads, a file each."""
    threads: int
    seed: int
    store: str
    """The function that opens the store, as ``module:name``; it takes `Settings`."""
    api: str | None = None
    """The URL of an API to ask in place of a store."""

    def dumps(self) -> str:
        """Return the line."""
        return json.dumps({**asdict(self), "directory": str(self.directory)})

    @classmethod
    def loads(cls, line: str) -> Self:
        """Read it."""
        given = json.loads(line)
        return cls(**{**given, "directory": Path(given["directory"])})


def supabase(settings: Settings) -> Store:
    """Open the adapter of this project, as an application would."""
    return open_adapter("supabase", settings)


class Threads:
    """Threads that take turns at a desk."""

    def __init__(self, desk: Desk, weights: Weights, files: Sequence[TextIO], seed: int) -> None:
        self._desk = desk
        self._weights = weights
        self._draining, self._stopped = threading.Event(), threading.Event()
        self._turned = threading.Semaphore(0)
        """Counts the threads whose last turn is over."""
        self._threads = [
            threading.Thread(target=self._run, args=(file, random.Random(f"{seed} {number}")))  # noqa: S311  # not for secrets
            for number, file in enumerate(files)
        ]
        for thread in self._threads:
            thread.start()

    def drain(self) -> None:
        """Return once each has finished its turn; from then on they only work off what is queued."""
        self._draining.set()
        for _ in self._threads:
            self._turned.acquire()

    def stop(self) -> None:
        """Return once all have ended."""
        self._draining.set()
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _run(self, file: TextIO, chance: random.Random) -> None:
        def note(said: Said) -> None:
            file.write(said.dumps() + "\n")

        caller = Caller(note, chance, self._stopped)
        turns, weights = [*self._weights], [*self._weights.values()]
        while not self._draining.is_set():
            (turn,) = chance.choices(turns, weights)
            _forgiving(lambda turn=turn: turn(self._desk, caller, chance))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            caller.pause()
        self._turned.release()
        while not self._stopped.is_set():
            _forgiving(lambda: work_off(self._desk, caller))
            caller.pause()


def _forgiving(turn: Callable[[], None]) -> None:
    try:
        turn()
    except GoneWrong:
        return  # it is in the account, which is judged at the end


def _desk(order: Order) -> tuple[Desk, Weights]:
    if order.api is not None:
        from tests.benchmarks.soak.api_desk import ApiDesk  # noqa: PLC0415  # a store alone needs nothing of it

        return ApiDesk(order.api), OF_THE_API
    opened: Callable[[Settings], Store] = resolve_name(order.store)
    return StoreDesk(opened(Settings.from_environ())), OF_THE_STORE


def main() -> None:
    """Obey."""
    order = Order.loads(sys.stdin.readline())
    with ExitStack() as open_files:
        files = [
            # By lines: what is not written yet would count as memory of the store.
            open_files.enter_context(
                (order.directory / f"{number}.jsonl").open("w", encoding="utf-8", buffering=1)
            )
            for number in range(order.threads)
        ]
        gc.collect()
        _say("ready")
        sys.stdin.readline()
        desk, weights = _desk(order)
        threads = Threads(desk, weights, files, order.seed)
        _say("started")
        try:
            _obey(threads, desk)
        finally:
            threads.stop()


def _obey(threads: Threads, desk: Desk) -> None:
    for line in sys.stdin:
        match line.strip():
            case "drain":
                threads.drain()
                _say("drained")
            case "stop":
                threads.stop()
                _say("stopped")
            case "close":
                desk.close()
                _say("closed")


def _say(word: str) -> None:
    print(word, flush=True)


if __name__ == "__main__":
    main()
