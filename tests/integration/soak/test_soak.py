"""A soak of seconds: the real adapter comes through it, and one that is wrong under faults does not.

``python -m tests.benchmarks.soak`` is the long one, which also judges how memory grows.
"""

import sys

from tests.benchmarks.soak.run import Plan, soak

SEED = 7


def say(line: str) -> None:
    print(line, file=sys.stderr)


def test_nothing_is_lost_doubled_or_leaked() -> None:
    report = soak(Plan(seconds=8, seed=SEED), say)
    assert report.exit_status == 0, report.rendered()


def test_a_store_that_is_wrong_under_faults_is_seen_through() -> None:
    report = soak(Plan(seconds=4, seed=SEED, store="tests.integration.soak.spoiled:opened"), say)
    lost = {sentence.split()[0] for sentence in report.verdict.lost}
    doubled = {sentence.split()[0] for sentence in report.verdict.doubled}
    assert "note" in lost, report.rendered()
    assert "rescheduled" in doubled, report.rendered()
    assert report.exit_status == 1
