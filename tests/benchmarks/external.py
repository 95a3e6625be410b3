"""The whole contract on a given project, and many ends of runs: what `tests/cli/external` samples.

``python -m tests.benchmarks.external judged`` compares each case on the
embedded stack with the same case on a given project: directly, and behind
PgBouncer in transaction mode with five servers and keys of the new form.
``python -m tests.benchmarks.external killed [N]`` ends N runs on a filled
project and N on an empty one, by Ctrl-C and kill -9 in turn: at any time while cases run, or
before, for each tenth.
Exit status 1 if a case or a row differs.
"""

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from harness.models import ENTITIES
from harness.settings import Settings, inherited
from harness.stack.coordinates import Coordinates
from harness.stack.opening import start
from harness.stack.protocol import Stack
from tests.given_project import behind_bouncer, fill, fingerprint, hosted, statements, watched

_HARNESS = (sys.executable, "-P", "-m", "harness")
_NOWHERE = dict.fromkeys(
    ("SUPABASE_URL", "SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY", "DATABASE_URL", "HARNESS_STACK")
)
_LONGEST_S = 12.0
_JOURNALS = "home/external/*.jsonl"
Cases = dict[str, str]


def contract(place: Path, project: Coordinates | None, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start the contract on a project, or on the embedded stack."""
    given = {} if project is None else {**project.environ(), "HARNESS_HOME": str(place / "home")}
    place.mkdir(exist_ok=True)
    return subprocess.Popen(
        [*_HARNESS, "contract", *arguments], cwd=place, env=inherited({**_NOWHERE, **given})
    )


def judged(place: Path, project: Coordinates | None) -> Cases:
    """Run all cases on supabase; returns what became of each."""
    begun = time.monotonic()
    consent = () if project is None else ("--allow-writes",)
    run = contract(
        place, project, "--adapter", "supabase", "--seed", "1", "--report", str(place / "report"), *consent
    )
    status = run.wait()
    cases = json.loads((place / "report" / "cases.json").read_text(encoding="utf-8"))
    found = {str(case["id"]): str(case["result"]) for case in cases}
    counted = dict(Counter(found.values()))
    print(f"{place.name}: exit status {status}, {counted}, {time.monotonic() - begun:.0f} s")
    return found


def compare(stack: Stack, place: Path) -> int:
    """Judge three times; returns 1 if a case that is not exempt ends in another way."""
    expected = judged(place / "embedded", None)
    wrong = 0
    with stack.clone() as database:
        watched(database.coordinates)
        wrong += differing(expected, judged(place / "external", database.coordinates))
        wrong += not_empty(database.coordinates)
        said = [one for one in statements(database.coordinates) if '"pgrst_call"' not in one]  # a function
        blunt = [one for one in said if "where" not in one.lower()]
        print(f"{len(said)} statements changed or removed rows; without WHERE: {blunt}")
        wrong += len(blunt)
    with stack.clone() as database, behind_bouncer(stack, database, size=5) as pooled:
        with hosted(pooled) as project:
            wrong += differing(expected, judged(place / "pooled", project))
        wrong += not_empty(database.coordinates)
    return int(wrong > 0)


def differing(expected: Cases, found: Cases) -> int:
    """Print the cases that end in another way, but for those that are exempt."""
    others = {
        case: (expected.get(case), result)
        for case, result in found.items()
        if result not in {"exempt", expected.get(case)}
    }
    for case, (one, other) in sorted(others.items()):
        print(f"  {case}: {one} there, {other} here")
    return len(others) + len(expected.keys() ^ found.keys())


def not_empty(project: Coordinates) -> int:
    """Count the rows that are left."""
    left = sum(map(len, fingerprint(project).values()))
    print(f"rows left: {left}")
    return left


def killed(stack: Stack, place: Path, runs: int) -> int:
    """End runs at any time; returns 1 if a row was changed or left."""
    wrong = left = 0
    for number in range(2 * runs):
        is_filled, by = number % 2 == 0, signal.SIGKILL if number % 4 < 2 else signal.SIGINT
        with stack.clone() as database:
            project = database.coordinates
            if is_filled:
                fill(project)
            before = fingerprint(project)
            consent = ("--allow-writes", "--isolated-only") if is_filled else ("--allow-writes",)
            here = place / str(number)
            run = contract(here, project, "--adapter", "supabase", *consent)
            if number % 10:
                _wait_for_rows(run, here)
            after_s = random.uniform(0.0, _LONGEST_S)  # noqa: S311  # a moment, no secret
            time.sleep(after_s)
            run.send_signal(by)
            run.wait()
            journals = sorted(here.glob(_JOURNALS))
            there = sum(map(len, fingerprint(project).values())) - sum(map(len, before.values()))
            for journal in journals:
                command = [*_HARNESS, "stack", "clean", "--run", journal.stem]
                environ = inherited({**_NOWHERE, **project.environ(), "HARNESS_HOME": str(here / "home")})
                wrong += subprocess.run(command, env=environ, check=False).returncode
            same = fingerprint(project) == before
            wrong += not same
            left += bool(there)
            state = "filled" if is_filled else "empty"
            ends = "as before" if same else "DIFFERENT"
            print(f"{number}: {state}, {by.name} after {after_s:.1f} s, {there} rows left,", end=" ")
            print(f"{len(journals)} journals, {ends} after the clean-up", flush=True)
    print(f"{2 * runs} runs, {left} left rows before the clean-up, {wrong} wrong; {len(ENTITIES)} tables")
    return int(wrong > 0)


def _wait_for_rows(run: "subprocess.Popen[bytes]", place: Path) -> None:
    """Until the first case has noted a row: how long a run takes to begin depends on what else runs."""
    noted = '"scheduling_requests"'
    while run.poll() is None and not any(noted in path.read_text() for path in place.glob(_JOURNALS)):
        time.sleep(0.01)


def main(what: str, runs: str = "10") -> int:
    """Measure, print, and say by the status if something is wrong."""
    with (
        start(Settings.from_environ(), "embedded") as stack,
        tempfile.TemporaryDirectory(prefix="parity-external-benchmark-") as place,
    ):
        return compare(stack, Path(place)) if what == "judged" else killed(stack, Path(place), int(runs))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
