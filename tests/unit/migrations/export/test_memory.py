"""A snapshot goes into memory through the adapter's own edge, and what memory rounds is said."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from migrations.export.memory import Narrowed, restore
from migrations.rehearsal.generate import FEWEST, Generated
from migrations.rehearsal.writing import write_directory, write_file

LEGAL = Generated(seed=4, counts=dict.fromkeys(ENTITIES, FEWEST))


class Whole:
    """The generated rows with every column, as a database exports them."""

    counts = LEGAL.counts

    def lines(self, table: str) -> Any:
        nothing = {column.alias: None for column in ENTITIES[table].columns}
        return (json.dumps({**nothing, **row}, default=_digits) for row in LEGAL.rows(table))


def _digits(value: Decimal) -> float:
    return float(value)


def test_every_row_arrives_and_comes_out_again(tmp_path: Path) -> None:
    write_file(Whole(), tmp_path / "a.json")
    restored = restore(tmp_path / "a.json")
    assert restored.rows.counts == LEGAL.counts
    write_file(restored.rows, tmp_path / "b.json")
    assert restore(tmp_path / "b.json").rows.counts == LEGAL.counts


def test_the_directory_is_the_same_as_the_file(tmp_path: Path) -> None:
    write_file(Whole(), tmp_path / "a.json")
    write_directory(Whole(), tmp_path / "a")
    one, other = restore(tmp_path / "a.json"), restore(tmp_path / "a")
    for table in ENTITIES:
        assert list(one.rows.lines(table)) == list(other.rows.lines(table))


@pytest.mark.parametrize(
    ("number", "is_rounded"),
    [
        ("0.1", False),
        ("1.0", False),
        ("100.00", False),
        ("9007199254740993", False),
        ("1e22", False),
        ("0.1000000000000000055", True),
        ("9007199254740993.5", True),
        ("1e-400", True),
    ],
)
def test_numbers_that_a_double_cannot_hold_are_named(tmp_path: Path, number: str, is_rounded: bool) -> None:  # noqa: FBT001  # a column of the table
    row = LEGAL.row("sync_jobs", 3)
    lines = dict.fromkeys(ENTITIES, "")
    text = json.dumps({**row, "payload": {}, "lastError": None}).replace(
        '"payload": {}', f'"payload": [{number}]'
    )
    lines["sync_jobs"] = f"{text}\n"
    (tmp_path / "rows").mkdir()
    for table, content in lines.items():
        name = "".join(word.capitalize() for word in table.split("_"))
        (tmp_path / "rows" / f"{name[0].lower()}{name[1:]}.jsonl").write_text(content)
    restored = restore(tmp_path / "rows")
    assert list(restored.narrowed) == ([Narrowed("sync_jobs", row["id"])] if is_rounded else [])


def test_a_row_that_memory_refuses_is_named(tmp_path: Path) -> None:
    write_file(Whole(), tmp_path / "a.json")
    text = (tmp_path / "a.json").read_text()
    (tmp_path / "b.json").write_text(text.replace('"icims_note"', '"fax"', 1))
    with pytest.raises(ConfigurationError, match=r"refuses the row .* of sync_jobs"):
        restore(tmp_path / "b.json")


def test_what_is_no_snapshot_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]")
    with pytest.raises(ConfigurationError, match=r"a\.json is no snapshot of JSON"):
        restore(tmp_path / "a.json")
