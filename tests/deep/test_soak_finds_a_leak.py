"""A store that keeps a kilobyte of each answer is found by a soak, in a fifth of the time that one takes."""

import sys

from tests.benchmarks.soak.run import Plan, soak

SEED = 7


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def test_a_kilobyte_a_call_is_found() -> None:
    report = soak(Plan(seconds=120, seed=SEED, store="tests.integration.soak.spoiled:leaking"), say)
    assert report.exit_status == 1, report.rendered()
    (finding,) = report.findings
    assert finding.startswith("memory: it grew by "), report.rendered()
