"""Everything that takes too long for each change, in one command: ``python -m tests.benchmarks.deep``.

Looks first whether all that the steps need is there; what is missing ends the run before it begins. Then each
step runs by itself, one after the other, with its output in a file of its own; the last thing printed is what
became of each. Exit status: 0 if all held; 1 if one did not; 2 if one could not be asked.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from harness.models.outcome import Status
from tests.benchmarks.deep.steps import SCRATCH, STEPS, Step
from tests.benchmarks.deep.summary import Ended, missing, summary

_SHOWN = 40
"""Lines of the output of a step that did not hold."""
_END_S = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the steps, and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [step.name for step in STEPS]
    parser.add_argument("--only", choices=names, action="append", help="this step; may be given again")
    parser.add_argument("--list", action="store_true", help="print the steps, and end")
    parser.add_argument("--report", type=Path, default=Path("reports/deep"), help="where the outputs go")
    given = parser.parse_args(arguments)
    steps = [step for step in STEPS if given.only is None or step.name in given.only]
    if given.list:
        for step in steps:
            print(f"{step.name:<16}{step.question}")
        return 0
    absent = missing(steps, has_program=lambda name: shutil.which(name) is not None, has_package=_has_package)
    if absent:
        print("\n".join(["COULD NOT CHECK: something is missing, and nothing was run.", *absent]))
        return Status.UNCHECKED.exit_status
    given.report.mkdir(parents=True, exist_ok=True)
    ended = [run(step, given.report / f"{step.name}.txt") for step in steps]
    print(summary(ended))
    return Status.worst([one.status for one in ended]).exit_status


def _has_package(name: str) -> bool:
    return find_spec(name) is not None


def run(step: Step, log: Path) -> Ended:
    """Run one step to its end or its deadline."""
    print(f"{step.name}: {step.question}", flush=True)
    begun = time.monotonic()
    with log.open("wb") as output, tempfile.TemporaryDirectory() as scratch:
        command = [scratch if word == SCRATCH else word for word in step.command]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        try:
            code: int | None = process.wait(step.deadline_s)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            _end(process)
    ended = Ended.of(step, code, seconds=time.monotonic() - begun, log=str(log))
    if ended.status is not Status.PASSED:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        print("\n".join(f"  | {line}" for line in lines[-_SHOWN:]))
    print(f"  {ended.status.value} after {ended.seconds:.0f} s", flush=True)
    return ended


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
