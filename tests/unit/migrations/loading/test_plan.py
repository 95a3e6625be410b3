"""Two runs are the same run only if they cut and map the rows in the same way."""

import pytest

from migrations.loading.plan import LoadPlan


@pytest.mark.parametrize("other", [LoadPlan(rows_per_segment=7), LoadPlan(mapping_sha256="0" * 64)])
def test_other_segments_or_another_mapping_are_another_plan(other: LoadPlan) -> None:
    assert other.fingerprint != LoadPlan().fingerprint


@pytest.mark.parametrize("other", [LoadPlan(), LoadPlan(dry_run=True), LoadPlan(allow_triggers=True)])
def test_what_does_not_change_the_rows_is_the_same_plan(other: LoadPlan) -> None:
    assert other.fingerprint == LoadPlan().fingerprint
