"""What the cases of the contract cost: ``python tests/benchmarks/contract.py``.

Runs the whole contract once, with two workers, and prints for each adapter
the median and other percentiles of a case, the sum and the slowest cases;
for supabase also what a case costs beside its round trips, whose number the
gateway of each worker counts.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.events import Finished
from contracts.manifest import Manifest
from contracts.plan import MEMORY, Adapter
from contracts.session import Request, run_contract
from contracts.stacks import open_stack
from harness.models.outcome import Status
from harness.settings import Settings

SUPABASE = Adapter(name="supabase", subject="counted_subject:opened", needs_stack=True)
NOTES = "PARITY_BENCHMARK_NOTES"
"""Tells ``counted_subject.py`` where to write."""
WORKERS = 2
SLOWEST = 10
QUANTILES = (50, 90, 95, 99)


@dataclass(frozen=True, kw_only=True)
class Case:
    """What one case took on one adapter."""

    id: str
    ms: float
    trips: int | None = None
    """Requests that its gateway counted."""


@dataclass(frozen=True, kw_only=True)
class Trips:
    """What the workers noted."""

    by_case: Mapping[str, int]
    asking_ms: Mapping[str, float]
    """What noting cost, by case: no part of it."""
    round_trip_ms: float


def main() -> int:
    """Run, measure and print."""
    with tempfile.TemporaryDirectory() as directory:
        notes = Path(directory) / "notes"
        os.environ[NOTES] = str(notes)
        here = str(Path(__file__).parent)
        os.environ["PYTHONPATH"] = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
        begun = time.perf_counter()
        with open_stack("embedded", Settings.from_environ()) as stack:
            run = run_contract(
                Request(
                    adapters=(MEMORY, SUPABASE),
                    manifest=Manifest.packaged(),
                    seed=int(time.time()),
                    workers=WORKERS,
                    stack=stack.record,
                )
            )
        seconds = time.perf_counter() - begun
        trips = read(notes)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; the run took {seconds:.1f} s")
    ended = [event for event in run.observation.events if isinstance(event, Finished)]
    print(f"{len(ended)} cases, {run.judgement.status.value}")
    report("memory", [Case(id=event.case, ms=event.seconds * 1000) for event in ended if of(event, MEMORY)])
    cases = [counted(event, trips) for event in ended if of(event, SUPABASE)]
    report("supabase", cases)
    overhead(cases, trips.round_trip_ms)
    return 0 if run.judgement.status is Status.PASSED else 2


def of(event: Finished, adapter: Adapter) -> bool:
    """Say whether a case ran on an adapter, whole."""
    return event.adapter == adapter.name and event.exempt is None


def counted(event: Finished, trips: Trips) -> Case:
    """Add the round trips of a case, and take off what counting them cost."""
    ms = event.seconds * 1000 - trips.asking_ms.get(event.case, 0.0)
    return Case(id=event.case, ms=ms, trips=trips.by_case.get(event.case))


def read(notes: Path) -> Trips:
    """Turn running totals per gateway into round trips per case, which may have used several."""
    by_case: dict[str, int] = {}
    asking_ms: dict[str, float] = {}
    round_trips: list[float] = []
    running: dict[str, tuple[str, int]] = {}
    """The case of each gateway, and the total at its start."""
    for line in notes.read_text(encoding="utf-8").splitlines():
        note = json.loads(line)
        if "round_trip_ms" in note:
            round_trips.append(note["round_trip_ms"])
            continue
        if note["gateway"] in running:
            name, before = running[note["gateway"]]
            came = note["total"] - before
            # A gateway that was started again counts from zero.
            by_case[name] = by_case.get(name, 0) + (came if came >= 0 else note["total"])
        if note["case"] is not None:
            asking_ms[note["case"]] = note["asking_s"] * 1000
            running[note["gateway"]] = (note["case"], note["total"])
    return Trips(by_case=by_case, asking_ms=asking_ms, round_trip_ms=statistics.median(round_trips))


def report(adapter: str, cases: Sequence[Case]) -> None:
    """Print what cases took."""
    times = sorted(case.ms for case in cases)
    cuts = statistics.quantiles(times, n=100)
    shown = ", ".join(f"p{quantile} {cuts[quantile - 1]:.1f}" for quantile in QUANTILES)
    print(f"\n{adapter}: {len(cases)} cases, {sum(times) / 1000:.1f} s; in ms: {shown}, most {times[-1]:.1f}")
    for case in sorted(cases, key=lambda case: -case.ms)[:SLOWEST]:
        trips = "" if case.trips is None else f", {case.trips} round trips"
        print(f"  {case.ms:8.1f} ms  {case.id}{trips}")


def overhead(cases: Sequence[Case], round_trip_ms: float) -> None:
    """Print what cases cost beside their round trips, those excepted that work in threads or make none."""
    with_trips = [(case.ms, case.trips) for case in cases if case.trips]
    beside = [ms - trips * round_trip_ms for ms, trips in with_trips]
    ratios = [ms / (trips * round_trip_ms) for ms, trips in with_trips]
    trips = sum(trips for _, trips in with_trips)
    print(f"\na round trip alone: median {round_trip_ms:.2f} ms; {trips} in {len(with_trips)} cases")
    print(f"time of a case / time of its round trips: median {statistics.median(ratios):.2f}")
    print(f"time of a case beside its round trips: median {statistics.median(beside):.1f} ms")


if __name__ == "__main__":
    sys.exit(main())
