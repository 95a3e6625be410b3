"""Each harmful change that the contract finds, alone: its case fails, and without it all of them pass."""

from pathlib import Path

import pytest

from tests.schema_changes.harmful import HARMFUL, Change
from tests.schema_changes.judged import failed_cases

JUDGED = [change for change in HARMFUL if "contract" in change.found_by]


def test_on_our_own_schema_all_of_them_pass(tmp_path: Path) -> None:
    assert failed_cases(tmp_path, [change.case for change in JUDGED], []) == set()


@pytest.mark.parametrize("change", JUDGED, ids=lambda change: change.name.replace(" ", "_"))
def test_the_case_fails_because_of_its_change(tmp_path: Path, change: Change) -> None:
    assert failed_cases(tmp_path, [change.case], [change.sql]) == {change.case}
