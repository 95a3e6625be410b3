"""Are real faults found, and equal servers left alone? ``python -m tests.benchmarks.load_injected DIR``.

Real comparisons within one mode, one after the other, on this machine alone: first some of equal servers, of
which budgets are made; then equal ones that are judged by these, listed one by one; then each of five faults
in the candidate, which must be found on its endpoint and on no other. Recordings go to DIR/calibration,
DIR/equal and DIR/faults, for ``python -m tests.benchmarks.load_verdicts DIR/calibration DIR/equal``; what is
there already is not run again. A fault's comparison ends when something is shown to be worse, for more rounds
would tell nothing of the fault. Exit status 1 if something was not as it must be.
"""

import argparse
import secrets
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from harness.settings import DbMode, Settings
from harness.settings.budgets import Budgets
from harness.settings.parity_toml import ParityToml
from loadtests.budgeting.judge import judge
from loadtests.budgeting.suggest import as_toml, suggested
from loadtests.comparison.compare import Judge
from loadtests.comparison.preparation import Prepared, prepare
from loadtests.comparison.schedule import FEWEST_ROUNDS, PROFILES
from loadtests.comparison.session import Session, open_session
from loadtests.records import Recording
from loadtests.reporting.progress import Progress
from loadtests.verdicts import Judgement, Verdict, worst

API = Path(__file__).parents[1] / "load_faults" / "api.py"
ENDPOINT = "open_link"
"""The one that the mix calls most often."""


@dataclass(frozen=True)
class Fault:
    """A fault of the candidate, and where it must be seen."""

    name: str
    argument: str
    endpoint: str | None
    """None: of all endpoints."""


FAULTS = (
    Fault("+15 % on one median", f"slower:{ENDPOINT}:0.18", ENDPOINT),  # of what the client sees, 15 %
    Fault("5 % slowed by 50 ms", f"spikes:{ENDPOINT}:0.05:50", ENDPOINT),
    Fault("1 % errors", f"errors:{ENDPOINT}:0.01", ENDPOINT),
    Fault("one extra round trip", f"trip:{ENDPOINT}", ENDPOINT),
    Fault("a stall of 1 s every 10 s", "stall:1:10", None),
)


@dataclass(frozen=True)
class Found:
    """What one comparison ended with."""

    recording: Recording
    judgements: tuple[Judgement, ...]

    @property
    def verdict(self) -> Verdict:
        return worst(self.judgements)

    @property
    def regressed(self) -> Sequence[Judgement]:
        return [one for one in self.judgements if one.decides and one.verdict is Verdict.REGRESSED]

    @property
    def in_words(self) -> str:
        rounds = len({window.round for window in self.recording.windows})
        shown = [f"{one.endpoint} {one.metric} [{one.subject}]" for one in self.regressed]
        shown += list(self.recording.remarks)
        return f"{self.verdict.value:<12} {rounds:>2} rounds  {'; '.join(shown) or '-'}"


class Bench:
    """Runs comparisons within one mode, and keeps their recordings."""

    def __init__(self, session: Session, mode: DbMode, endpoints: Sequence[str], directory: Path) -> None:
        self._session = session
        self._mode = mode
        self._endpoints = endpoints
        self._directory = directory

    def recordings(self, kind: str, count: int) -> Iterator[Recording]:
        """So many comparisons of equal servers to their end, those that are kept included."""
        for number in range(1, count + 1):
            file = self._file(kind, f"{number:02d}")
            if not file.exists():
                self._compared(file, None, lambda *_: ())
            yield msgspec.json.decode(file.read_bytes(), type=Recording)

    def judged(self, kind: str, name: str, fault: str | None, budgets: Budgets) -> Found:
        """One comparison, as `harness load compare` makes it."""
        file = self._file(kind, name)

        def decide(recording: Recording, look: int, looks: int) -> tuple[Judgement, ...]:
            return judge(recording, budgets, comparison="within", look=look, looks=looks)

        def until_shown(recording: Recording, look: int, looks: int) -> tuple[Judgement, ...]:
            judgements = decide(recording, look, looks)
            shown = tuple(one for one in judgements if one.verdict is Verdict.REGRESSED and one.decides)
            return shown or judgements

        if not file.exists():
            return self._compared(file, fault, decide if fault is None else until_shown)
        recording = msgspec.json.decode(file.read_bytes(), type=Recording)
        looks = max(1, len({window.round for window in recording.windows}) - FEWEST_ROUNDS + 1)
        return Found(recording, decide(recording, looks, looks))

    def _compared(self, file: Path, fault: str | None, decide: Judge) -> Found:
        prepared = self._prepared(fault)
        comparison = self._session.comparison(prepared, decide, run_id=file.stem)
        comparison.run()
        if not comparison.recording.complete:
            raise KeyboardInterrupt
        found = Found(comparison.recording, (*comparison.answers, *comparison.judgements))
        file.parent.mkdir(parents=True, exist_ok=True)
        if comparison.recording.windows:
            file.write_bytes(msgspec.json.encode(found.recording))
        return found

    def _prepared(self, fault: str | None) -> Prepared:
        prepared = prepare(
            ParityToml(directory=Path.cwd()),
            within=self._mode,
            base=None,
            seed=secrets.randbelow(1 << 31),
            endpoints=self._endpoints,
        )
        commands: Mapping[str, list[str]] = {"a": [], "b": [] if fault is None else [fault]}
        launches = {
            arm: replace(launch, command=shlex.join([sys.executable, "-P", str(API), *commands[arm]]))
            for arm, launch in prepared.arms.launches.items()
        }
        return replace(prepared, arms=replace(prepared.arms, launches=launches))

    def _file(self, kind: str, name: str) -> Path:
        return self._directory / kind / f"{name}.json"


def is_attributed(found: Found, fault: Fault) -> bool:
    """Found where it is, and nowhere else."""
    endpoints = {one.endpoint for one in found.regressed} - {"all"}
    return bool(found.regressed) and (fault.endpoint is None or endpoints == {fault.endpoint})


def _joined(recordings: Sequence[Recording], rounds: int) -> list[Recording]:
    """Comparisons of so many rounds out of shorter ones: each round had servers of its own."""
    joined: list[Recording] = []
    for one in recordings:
        have = _rounds(joined[-1]) if joined else rounds
        if have >= rounds:
            joined.append(one)
            continue
        more = tuple(msgspec.structs.replace(window, round=window.round + have) for window in one.windows)
        joined[-1] = msgspec.structs.replace(joined[-1], windows=(*joined[-1].windows, *more))
    return [one for one in joined if _rounds(one) >= rounds] or joined


def _rounds(recording: Recording) -> int:
    return 1 + max((window.round for window in recording.windows), default=-1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each comparison; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--mode", choices=["memory", "supabase"], default="supabase")
    parser.add_argument("--profile", choices=["ci", "full"], default="ci")
    parser.add_argument("--endpoint", dest="endpoints", action="append", default=[], help="only these")
    parser.add_argument("--rounds", type=int, help="of each comparison at most")
    parser.add_argument("--seconds", type=float, help="of traffic for each arm in a round")
    parser.add_argument("--calibrations", type=int, default=3, help="comparisons that budgets are made of")
    parser.add_argument("--equal", type=int, default=10, help="comparisons of equal servers to be judged")
    parser.add_argument("--count", type=int, default=5, help="of each fault")
    parser.add_argument("--only", help="faults whose name holds this text")
    given = parser.parse_args(arguments)
    profile = PROFILES[given.profile].with_options(rounds=given.rounds, seconds=given.seconds)
    profile = replace(
        profile, limit_s=None
    )  # how many rounds fit into three minutes is not the question here
    progress = Progress(stream=sys.stderr, total=profile.rounds, part_s=profile.windows_s + 15)
    wrong = 0
    with open_session(
        Settings.from_environ(), profile, stack="embedded", workers=0, progress=progress
    ) as session:
        bench = Bench(session, given.mode, given.endpoints, given.directory)
        recorded = list(bench.recordings("calibration", given.calibrations))
        budgets = suggested(_joined(recorded, profile.rounds), "within")
        print(as_toml(budgets))
        held = budgets.endpoints.get(ENDPOINT, {}).get(given.mode)
        if held is None or held.p50_ratio is None or held.p99_ms is None:
            print(f"This machine was too busy to hold limits of {ENDPOINT}: nothing could be found by it.")
            return 1
        for number in range(1, given.equal + 1):
            found = bench.judged("equal", f"{number:02d}", None, budgets)
            wrong += found.verdict is Verdict.REGRESSED
            print(f"equal servers {number:>2}               {found.in_words}", flush=True)
        for fault in FAULTS:
            if given.only is not None and given.only not in fault.name:
                continue
            for number in range(1, given.count + 1):
                name = f"{fault.argument.replace(':', '-')}-{number:02d}"
                found = bench.judged("faults", name, fault.argument, budgets)
                is_found = is_attributed(found, fault)
                wrong += not is_found
                said = "found" if is_found else "NOT FOUND"
                print(f"{fault.name:<26} {number:>2}  {said:<9} {found.in_words}", flush=True)
    print(f"{wrong} were not as they must be.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
