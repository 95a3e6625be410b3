"""Which run is meant by the word that a user gives."""

from datetime import UTC, datetime

import pytest

from harness.errors import ConfigurationError
from migrations.rollback.runs import CopyRun, chosen

RUN = CopyRun(
    run_id="4df2a963-c57e-48a9-8fae-33f23216664c",
    state="finished",
    started_at=datetime(2026, 1, 15, tzinfo=UTC),
    ended_at=None,
    source="a snapshot",
    source_fingerprint="0" * 64,
    rows_per_segment=10_000,
    system_identifier=None,
    database_oid=1,
    age=0,
    inserted=3,
)


@pytest.mark.parametrize("word", [RUN.run_id, "4df2", "4DF2A963", None])
def test_a_run_is_named_by_its_beginning_or_is_the_only_one(word: str | None) -> None:
    assert chosen([RUN], word) == RUN


@pytest.mark.parametrize("word", ["", "4", "4df", "4df3", "receipt.json"])
def test_a_word_that_would_fit_by_chance_names_none(word: str) -> None:
    with pytest.raises(ConfigurationError, match=r"knows no run .* There are: 4df2a963"):
        chosen([RUN], word)
