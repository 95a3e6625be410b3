"""The contract finds by behaviour what a change of the schema broke: by the case that holds it."""

from pathlib import Path

from tests.schema_changes.harmful import HARMFUL
from tests.schema_changes.judged import failed_cases

JUDGED = [change for change in HARMFUL if "contract" in change.found_by]


def test_each_change_fails_the_case_that_is_named(tmp_path: Path) -> None:
    # One after the other, each in a run of its own: tests/deep.
    cases = [change.case for change in JUDGED]
    assert failed_cases(tmp_path, cases, [change.sql for change in JUDGED]) == set(cases)
