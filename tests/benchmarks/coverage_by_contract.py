"""How much of both adapters the contract alone reaches: ``python tests/benchmarks/coverage_by_contract.py``.

Runs the contract in subprocesses that measure themselves, prints lines and
branches per file, and ends with 1 if one of the adapters, with what it
shares with the other, is reached to less than 95 %.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LEAST = 95.0
SHARED = ("codec.py", "flows.py", "queries.py")
ADAPTERS: dict[str, tuple[str, ...]] = {
    "memory": (*SHARED, "memory/"),
    "supabase": (*SHARED, "rest.py", "selector.py", "supabase.py", "supabase_tables.py", "translate.py"),
}
"""The files of each adapter inside of ``harness/adapters``; a folder ends with a slash."""
NAMES = tuple({name for names in ADAPTERS.values() for name in names})
CONFIGURATION = """
[run]
branch = true
source_pkgs = harness.adapters
data_file = {data}
parallel = true
concurrency = thread
patch = subprocess
"""


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Lines and branches of one file or of several, and which of them were reached."""

    name: str
    lines: int
    lines_reached: int
    branches: int
    branches_reached: int
    missing: tuple[int, ...] = ()

    @property
    def percentages(self) -> tuple[float, float]:
        """Lines and branches that were reached, in percent; 100 of nothing."""
        return (
            100 * self.lines_reached / self.lines if self.lines else 100.0,
            100 * self.branches_reached / self.branches if self.branches else 100.0,
        )

    def __str__(self) -> str:
        """One line of the report."""
        lines, branches = self.percentages
        missing = f"   lines {', '.join(map(str, self.missing))}" if self.missing else ""
        return f"{self.name:<28} {lines:6.1f} % of lines {branches:6.1f} % of branches{missing}"


def main() -> int:
    """Measure, print and judge."""
    with tempfile.TemporaryDirectory() as directory:
        files = measured(Path(directory))
    for file in files:
        if file.name.startswith(NAMES):
            print(file)
    print()
    enough = True
    for adapter, names in ADAPTERS.items():
        found = [file for file in files if file.name.startswith(names)]
        if len(found) < len(names):
            raise SystemExit(f"Some files of {adapter} are missing from the measurement: {names}.")
        whole = total(adapter, found)
        print(whole)
        enough = enough and min(whole.percentages) >= LEAST
    print(f"\n{'All' if enough else 'Not all'} of it is at {LEAST:g} % or more.")
    return 0 if enough else 1


def measured(directory: Path) -> list[Reached]:
    """Run the contract and return what it reached, file by file."""
    configuration = directory / "coveragerc"
    configuration.write_text(CONFIGURATION.format(data=directory / "data"), encoding="utf-8")
    coverage = (sys.executable, "-P", "-m", "coverage")
    rcfile = f"--rcfile={configuration}"
    run = [*coverage, "run", rcfile, "-m", "contracts"]
    done = subprocess.run(run, cwd=directory, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"The contract ended with {done.returncode}:\n{done.stdout}")
    report = directory / "coverage.json"
    for command in (("combine", rcfile, "--quiet"), ("json", rcfile, "--quiet", "-o", str(report))):
        subprocess.run([*coverage, *command], cwd=directory, check=True)
    found = json.loads(report.read_text(encoding="utf-8"))["files"]
    return sorted((reached(name, file) for name, file in found.items()), key=lambda file: file.name)


def reached(name: str, file: dict[str, Any]) -> Reached:
    """Read one file of coverage's report."""
    numbers = file["summary"]
    return Reached(
        name=name.replace("\\", "/").partition("harness/adapters/")[2],
        lines=numbers["num_statements"],
        lines_reached=numbers["covered_lines"],
        branches=numbers["num_branches"],
        branches_reached=numbers["covered_branches"],
        missing=tuple(file["missing_lines"]),
    )


def total(name: str, files: Sequence[Reached]) -> Reached:
    """Add files up."""
    return Reached(
        name=name,
        lines=sum(file.lines for file in files),
        lines_reached=sum(file.lines_reached for file in files),
        branches=sum(file.branches for file in files),
        branches_reached=sum(file.branches_reached for file in files),
    )


if __name__ == "__main__":
    sys.exit(main())
