"""Judging the user's own tests: the same tests, executed and passed, in every mode. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from harness.gate.steps import CHECK_PREFIX
from harness.gate.testresults import Test, TestResult
from harness.models.outcome import Counts, Finding, Status
from harness.models.verdict import ADVICE_LEVEL, UNCHECKED_LEVEL

__all__ = ["CheckResult", "ModeRun", "compare"]


@dataclass(frozen=True, kw_only=True)
class ModeRun:
    """What one run of a check in one mode gave."""

    tests: Mapping[str, Test] = field(default_factory=dict)
    problem: str | None = None
    """Why it says nothing, as a sentence; then `tests` is empty."""
    exit_status: int = 0
    used: bool = True
    """False if the database was there and nothing of it was used."""


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """What all runs of a check say together."""

    status: Status
    counts: Mapping[str, Counts]
    findings: tuple[Finding, ...]


def compare(name: str, runs: Mapping[str, ModeRun]) -> CheckResult:
    """Judge one check by its run in each mode.

    A test that one mode lacks or skips is a finding. One that every mode skips is advice: it examines nothing
    anywhere. A run that executed nothing is unchecked.
    """
    step = f"{CHECK_PREFIX}{name}"
    findings = [*_per_mode(step, runs)]
    if not any(run.problem for run in runs.values()):
        findings += _across(step, runs)
    counts = {mode: _count(run, runs.values()) for mode, run in runs.items()}
    levels = {finding.level for finding in findings}
    stated = [Status.FAILED] if levels - {UNCHECKED_LEVEL, ADVICE_LEVEL} else []
    stated += [Status.UNCHECKED] if UNCHECKED_LEVEL in levels or not runs else [Status.PASSED]
    return CheckResult(status=Status.worst(stated), counts=counts, findings=tuple(findings))


def _per_mode(step: str, runs: Mapping[str, ModeRun]) -> Iterator[Finding]:
    for mode, run in runs.items():
        where = f"{step}, DB_MODE={mode}"
        if run.problem is not None:
            yield _finding(f"{step}.{mode}.run", UNCHECKED_LEVEL, where, "a result", "none", run.problem)
            continue
        if not _executed(run):
            yield _finding(
                f"{step}.{mode}.executed",
                UNCHECKED_LEVEL,
                where,
                "at least one executed test",
                f"{len(run.tests)} tests, all skipped" if run.tests else "no test",
                f"{step} executed no test with DB_MODE={mode}.",
            )
        if not run.used:
            yield _finding(
                f"{step}.{mode}.used",
                UNCHECKED_LEVEL,
                where,
                "at least one request to SUPABASE_URL",
                "none",
                f"check {step.removeprefix(CHECK_PREFIX)} with DB_MODE={mode} sent no request to "
                "SUPABASE_URL: it examined another store. Let it read SUPABASE_URL and its keys from the "
                "environment, or say touches_db = false if it needs no database.",
            )
        failed = [id for id, test in run.tests.items() if test.result is TestResult.FAILED]
        for id in failed:
            said = run.tests[id].message or "it failed"
            yield _finding(
                f"{step}.{mode}.{id}", "core", where, f"{id} passes", said, "Correct the code or the test."
            )
        if run.exit_status != 0 and not failed:
            yield _finding(
                f"{step}.{mode}.exit_status",
                "core",
                where,
                "exit status 0",
                f"exit status {run.exit_status}, although no test failed",
                "Read its log: something besides the tests has failed, a threshold or a build.",
            )


def _across(step: str, runs: Mapping[str, ModeRun]) -> Iterator[Finding]:
    for id in _ids(runs.values()):
        lacking = [mode for mode, run in runs.items() if id not in run.tests]
        skipping = [
            mode
            for mode, run in runs.items()
            if id in run.tests and run.tests[id].result is TestResult.SKIPPED
        ]
        if lacking:
            yield _finding(
                f"{step}.missing.{id}",
                "core",
                f"{step}, DB_MODE={', '.join(lacking)}",
                f"{id} runs in every mode",
                "it does not exist in this mode",
                "Let both modes collect the same tests; names must not contain what changes from run to run.",
            )
        elif len(skipping) == len(runs):
            yield _finding(
                f"{step}.skipped.{id}",
                ADVICE_LEVEL,
                step,
                f"{id} runs",
                "skipped in every mode",
                f"{id} is skipped in every mode, so it examines nothing.",
            )
        elif skipping:
            yield _finding(
                f"{step}.skipped.{id}",
                "core",
                f"{step}, DB_MODE={', '.join(skipping)}",
                f"{id} runs in every mode",
                f"skipped: {runs[skipping[0]].tests[id].message or 'no reason given'}",
                "Run it in this mode, or skip it in every mode.",
            )


def _count(run: ModeRun, runs: Iterable[ModeRun]) -> Counts:
    everything = list(runs)
    ids = _ids(everything)
    exempt = sum(
        all(id in other.tests and other.tests[id].result is TestResult.SKIPPED for other in everything)
        for id in ids
    )
    results = [test.result for test in run.tests.values()]
    executed = _executed(run)
    return Counts(
        expected=len(ids),
        executed=executed,
        passed=results.count(TestResult.PASSED),
        failed=results.count(TestResult.FAILED),
        exempt=exempt,
        unchecked=len(ids) - executed - exempt,
    )


def _executed(run: ModeRun) -> int:
    return sum(test.result is not TestResult.SKIPPED for test in run.tests.values())


def _ids(runs: Iterable[ModeRun]) -> list[str]:
    return list(dict.fromkeys(id for run in runs for id in run.tests))


def _finding(id: str, level: str, where: str, expected: str, actual: str, message: str) -> Finding:  # noqa: PLR0917
    return Finding(id=id, level=level, where=where, expected=expected, actual=actual, message=message)
