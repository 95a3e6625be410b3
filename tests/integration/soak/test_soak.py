"""A soak of seconds: the real adapter comes through it, and one that is wrong does not.

``python -m tests.benchmarks.soak`` is the long one, which also judges how memory grows.
"""

import sys

from tests.benchmarks.soak.run import Plan, soak

SEED = 7


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def test_nothing_is_lost_doubled_or_leaked() -> None:
    report = soak(Plan(seconds=8, seed=SEED), say)
    assert report.exit_status == 0, report.rendered()


def test_a_store_that_is_wrong_is_seen_through() -> None:
    report = soak(Plan(seconds=4, seed=SEED, store="tests.integration.soak.spoiled:opened"), say)
    assert report.exit_status == 1
    found = {tuple(finding.split()[:2]) for finding in report.findings}
    expected = {("lost:", "note"), ("doubled:", "rescheduled"), ("descriptors:", str(report.before.others))}
    assert expected <= found, report.rendered()
