"""The supabase subject with its round trips noted, for ``contract.py``: one line per case that began."""

import json
import os
import statistics
import time
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

import httpx

from contracts.subject import Subject
from contracts.subjects.supabase import SupabaseSubject
from harness.settings import inherited
from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack

NOTES = "PARITY_BENCHMARK_NOTES"
"""The file that all workers append to."""
_WARM_UP = 50
_SAMPLES = 300


class CountedSubject(SupabaseSubject):
    """Asks its gateway, at the start of each case, how many requests have come so far."""

    _measured: ClassVar[bool] = False
    """Whether this process has measured a round trip."""

    def __init__(self, stack: EmbeddedStack, database: Database) -> None:
        super().__init__(stack, database)
        self._notes = Path(inherited({})[NOTES])
        self._gateway = httpx.Client(base_url=database.coordinates.supabase_url, trust_env=False)
        if not CountedSubject._measured:
            CountedSubject._measured = True  # a case that opens another database shall not pay for it
            self._note(round_trip_ms=self._round_trip_ms())

    def reset(self) -> None:
        """Empty the tables, and note what is about to begin."""
        super().reset()
        begun = time.perf_counter()
        total = self._gateway.get("/_harness/round-trips").json()["total"]
        self._note(case=_running_case(), total=total, asking_s=time.perf_counter() - begun)

    def close(self) -> None:
        """Note the end."""
        self._note(case=None, total=self._gateway.get("/_harness/round-trips").json()["total"])
        self._gateway.close()
        super().close()

    def _round_trip_ms(self) -> float:
        times = []
        for _ in range(_WARM_UP + _SAMPLES):
            begun = time.perf_counter()
            self.store.bookings.get(uuid4())
            times.append((time.perf_counter() - begun) * 1000)
        return statistics.median(times[_WARM_UP:])

    def _note(self, **values: object) -> None:
        with self._notes.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"gateway": f"{os.getpid()} {self._gateway.base_url}", **values}) + "\n")


def _running_case() -> str:
    """Return the id of the running case. pytest names it in its environment; nothing else tells a subject."""
    path, _, name = inherited({})["PYTEST_CURRENT_TEST"].rpartition(" (")[0].partition("::")
    function, _, parameters = name.removeprefix("test_").removesuffix("]").partition("[")
    own = parameters.removeprefix("on:supabase").removeprefix("-")
    return f"{Path(path).stem.removeprefix('test_')}.{function}" + (f"[{own}]" if own else "")


def opened(stack: Path | None) -> Subject:
    """Make one for a worker."""
    return CountedSubject.open(stack)
