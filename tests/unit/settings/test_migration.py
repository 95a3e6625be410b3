"""[migration]: what the data is rehearsed with."""

from datetime import date
from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from harness.settings.migration import FEWEST_ROWS, MigrationTable
from harness.settings.parity_toml import parse


def read(text: str) -> MigrationTable:
    return parse(text, name="parity.toml", directory=Path("/project"), today=date(2026, 7, 1)).migration


def test_without_a_section_the_rehearsal_decides() -> None:
    assert read("") == read("[migration]") == MigrationTable()


def test_a_snapshot_is_named_and_may_lack_an_entity() -> None:
    table = read('[migration]\nsnapshot = "data/snapshot.json"\nallow_empty = true')
    assert table == MigrationTable(snapshot="data/snapshot.json", allow_empty=True)


def test_a_number_of_rows_is_taken() -> None:
    assert read("[migration]\nrows = 50_000").rows == 50_000


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("rows = 599", f"line 2, column 1: migration.rows must be a number of rows from {FEWEST_ROWS}"),
        ("rows = true", "migration.rows must be a number of rows"),
        ("rows = 1e3", "migration.rows must be a number of rows"),
        (
            'snapshot = "a"\nrows = 700',
            "migration.rows says how many rows to generate, and a snapshot is named",
        ),
        ('snapshot = "/etc/passwd"', "migration.snapshot must be a file below the directory of this file"),
        ('snapshot = ""', "migration.snapshot must be a string that is not empty"),
        ("allow_empty = true", "migration.allow_empty is about a snapshot, and needs the key 'snapshot'"),
        ('snapshot = "a"\nallow_empty = 1', "migration.allow_empty must be true or false"),
        ('snapshto = "a"', "did you mean 'snapshot'?"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, error: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(f"[migration]\n{text}")
    assert error in str(raised.value)
