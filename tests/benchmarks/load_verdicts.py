"""How often are the verdicts of load tests right? ``python -m tests.benchmarks.load_verdicts [DIR]...``.

Draws comparisons from the windows of recorded ones of two equal servers (``*.json`` of the directories,
as ``harness load compare --within MODE`` writes them; without a directory, from a machine that is only
a model), judges them after each round as a comparison does, and counts: how often something is called
REGRESSED although nothing is; how often a fault that is put into the windows of one arm is found, on
exactly the right endpoint. Exit status 1 if either is not as it must be.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import msgspec
from scipy import stats  # type: ignore[import-untyped]

from harness.settings.budgets import Budgets
from harness.settings.parity_toml import load
from loadtests.budgeting.judge import judge, undecided
from loadtests.budgeting.suggest import as_toml, suggested
from loadtests.records import Recording
from loadtests.verdicts import Judgement, Verdict, worst
from tests.load_model import Plan, simulated
from tests.load_resampling import resampled, until
from tests.load_simulated_faults import FAULTS, Fault, injected

FIRST_LOOK = 3
HIGHEST_FALSE_ALARMS = 0.10
LOWEST_FOUND = 0.95


@dataclass(frozen=True)
class Study:
    """What is drawn from, and how it is judged."""

    recordings: Sequence[Recording]
    budgets: Budgets
    rounds: int

    def comparison(self, seed: int) -> tuple[Judgement, ...]:
        """Draw one comparison of equal servers, and judge it."""
        return self._judged(self._drawn(seed))

    def faulty(self, fault: Fault, endpoint: str, seed: int) -> tuple[Judgement, ...]:
        """Draw one, put a fault into arm b, and judge it."""
        return self._judged(injected(self._drawn(seed), fault, endpoint, seed))

    def _drawn(self, seed: int) -> Recording:
        return resampled(self.recordings, rounds=self.rounds, seed=seed, swap=True)

    def _judged(self, recording: Recording) -> tuple[Judgement, ...]:
        """After each round from the third on, until all is decided."""
        looks = self.rounds - FIRST_LOOK + 1
        judgements: tuple[Judgement, ...] = ()
        for look in range(1, looks + 1):
            seen = until(recording, FIRST_LOOK + look - 1)
            judgements = judge(seen, self.budgets, comparison="within", look=look, looks=looks)
            if not undecided(judgements):
                break
        return judgements


_studied: list[Study] = []
"""In each process the one study: it is large, and sent only once."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both rates with their exact bounds; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "directories", nargs="*", type=Path, help="of recordings of equal servers in one mode"
    )
    parser.add_argument("--comparisons", type=int, default=200)
    parser.add_argument("--runs", type=int, default=100, help="of each fault")
    parser.add_argument("--rounds", type=int, default=0, help="of each comparison; as recorded")
    parser.add_argument("--config", type=Path, help="a parity.toml with [budgets]; suggested ones without it")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    given = parser.parse_args(arguments)
    recordings = _recordings(given.directories)
    rounds = given.rounds or max(len({window.round for window in one.windows}) for one in recordings)
    budgets = _budgets(recordings, given.config)
    study = Study(recordings, budgets, rounds)
    print(f"{len(recordings)} recordings; comparisons of {rounds} rounds; budgets:\n\n{as_toml(budgets)}")
    with ProcessPoolExecutor(given.processes, initializer=_studied.append, initargs=(study,)) as pool:
        quiet = _false_alarms(given.comparisons, pool)
        found = [_found(study, fault, given.runs, pool) for fault in FAULTS]
    return 0 if quiet and all(found) else 1


def _comparison(seed: int) -> tuple[Judgement, ...]:
    return _studied[0].comparison(seed)


def _faulty(number: int, endpoint: str, seed: int) -> tuple[Judgement, ...]:
    return _studied[0].faulty(FAULTS[number], endpoint, seed)


def _false_alarms(number: int, pool: ProcessPoolExecutor) -> bool:
    verdicts: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    for judgements in pool.map(_comparison, range(number)):
        verdicts[worst(judgements).value] += 1
        rows.update(
            f"{one.endpoint} {one.metric} {one.verdict.value}"
            for one in judgements
            if one.decides and one.verdict is not Verdict.PASS
        )
    alarms = verdicts[Verdict.REGRESSED.value]
    bound = float(stats.binomtest(alarms, number).proportion_ci(0.90, method="exact").high)
    print(f"equal servers: {alarms} of {number} comparisons REGRESSED; at most {bound:.1%} are (95 %)")
    print("  " + ", ".join(f"{verdict} {count}" for verdict, count in sorted(verdicts.items())))
    for row, count in rows.most_common(8):
        print(f"  {count:4} x {row}")
    return bound < HIGHEST_FALSE_ALARMS


def _found(study: Study, fault: Fault, number: int, pool: ProcessPoolExecutor) -> bool:
    """On the most called endpoints whose median may grow by a tenth at most, in turns."""
    endpoints = _tight(study)
    if not endpoints:
        print("no endpoint has a p50_ratio of 1.10 or less: record more rounds, or on a quieter machine")
        return False
    right, elsewhere = 0, Counter[str]()
    chosen = [endpoints[seed % len(endpoints)] for seed in range(number)]
    jobs = [pool.submit(_faulty, FAULTS.index(fault), endpoint, seed) for seed, endpoint in enumerate(chosen)]
    for endpoint, job in zip(chosen, jobs, strict=True):
        hit = {one.endpoint for one in job.result() if one.decides and one.verdict is Verdict.REGRESSED}
        right += bool(hit) and (fault.everywhere or hit == {endpoint})
        elsewhere.update(hit - {endpoint} if not fault.everywhere else ())
        elsewhere["nothing"] += not hit
    print(f"{fault.name}: found on the right endpoint in {right} of {number} runs ({', '.join(endpoints)})")
    print("  otherwise: " + (", ".join(f"{n} x {what}" for what, n in elsewhere.most_common(4) if n) or "-"))
    return right >= LOWEST_FOUND * number


def _tight(study: Study) -> list[str]:
    budgets = {name: next(iter(modes.values())) for name, modes in study.budgets.endpoints.items()}
    weights = study.recordings[0].load.weights
    tight = [name for name, one in budgets.items() if one.p50_ratio is not None and one.p50_ratio <= 1.1]
    return sorted(tight, key=lambda name: -weights[name])[:2]


def _recordings(directories: Sequence[Path]) -> list[Recording]:
    if not directories:
        return [simulated(seed, Plan(rounds=16)) for seed in range(6)]
    files = sorted(file for directory in directories for file in directory.glob("*.json"))
    if not files:
        raise SystemExit(f"{', '.join(map(str, directories))}: no *.json of a recording is there")
    return [msgspec.json.decode(file.read_bytes(), type=Recording) for file in files]


def _budgets(recordings: Sequence[Recording], config: Path | None) -> Budgets:
    if config is None:
        return suggested(recordings, "within")
    budgets = load(config).budgets
    if budgets is None:
        raise SystemExit(f"{config} has no [budgets]")
    return budgets


if __name__ == "__main__":
    sys.exit(main())
