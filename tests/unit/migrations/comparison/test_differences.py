"""What differs between two frames of rows."""

from typing import Any

import polars as pl
import pytest

from harness.models import ENTITIES
from migrations.comparison.differences import differences
from migrations.comparison.sides.copytext import parse_copy
from migrations.comparison.sides.runs import Runs
from migrations.comparison.sides.side import KeyRange, ranges
from migrations.comparison.values.frame import from_texts

SYNC_JOBS = ENTITIES["sync_jobs"]


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    names = ["id", "attempts", "payload", "last_error"]
    schema = dict.fromkeys(names, pl.String())
    return from_texts(pl.DataFrame(list(rows), schema=schema), SYNC_JOBS)


def key(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def found(source: pl.DataFrame, target: pl.DataFrame) -> list[tuple[Any, ...]]:
    return differences(source, target, SYNC_JOBS).rows()


def test_equal_rows_in_another_order() -> None:
    one, other = {"id": key(1), "attempts": "1"}, {"id": key(2), "attempts": "2"}
    assert found(frame(one, other), frame(other, one)) == []


def test_missing_extra_and_changed() -> None:
    source = frame({"id": key(1), "attempts": "1"}, {"id": key(2), "attempts": "2"})
    target = frame({"id": key(2), "attempts": "3"}, {"id": key(3)})
    assert found(source, target) == [
        ("missing", key(1), None, None, None),
        ("changed", key(2), "attempts", "2", "3"),
        ("extra", key(3), None, None, None),
    ]


@pytest.mark.parametrize("swapped", [False, True])
def test_a_key_that_comes_twice_is_never_paired(*, swapped: bool) -> None:
    one, two = frame({"id": key(1)}), frame({"id": key(1)}, {"id": key(1)})
    assert found(*((two, one) if swapped else (one, two))) == [
        ("duplicate", key(1), None, *(("2 rows", "1 row") if swapped else ("1 row", "2 rows")))
    ]
    assert found(two, two) == [("duplicate", key(1), None, "2 rows", "2 rows")]


def test_rows_without_an_id_are_never_paired() -> None:
    nobody = frame({"id": None})
    assert [kind for kind, *_ in found(nobody, nobody)] == ["missing", "extra"]


def test_odd_values_equal_only_the_same_words() -> None:
    odd, same, other = (frame({"id": key(1), "attempts": word}) for word in ("1x", "1x", "1y"))
    assert found(odd, same) == []
    assert found(odd, other) == [("changed", key(1), "attempts", "1x", "1y")]
    assert found(odd, frame({"id": key(1)})) == [("changed", key(1), "attempts", "1x", None)]


def test_text_of_copy_is_read_to_the_byte() -> None:
    columns = ("id", "last_error", "payload")
    text = b'1\t\\N\tx\n2\t\t\\\\N\n3\ta\\tb\\nc\\r\\\\n\\b\\f\\v\t"q"\n'
    assert parse_copy(text, columns).rows() == [
        ("1", None, "x"),
        ("2", "", "\\N"),
        ("3", "a\tb\nc\r\\n\b\f\v", '"q"'),
    ]
    assert parse_copy(b"", columns).rows() == []


def test_ranges_bound_what_both_sides_have() -> None:
    many = [key(number) for number in range(10)]
    cut = ranges(many[4:5], many)
    assert cut[0] == KeyRange(None, key(0))
    assert [part.high for part in cut] == [*many, None]
    assert ranges(many, many) == ranges(many, [])
    assert ranges([], []) == [KeyRange(None, None)]


def test_rows_that_memory_should_not_hold_are_read_back_by_ranges(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrations.comparison.sides.runs._RUN_ROWS", 40)
    monkeypatch.setattr("migrations.comparison.sides.runs._BLOCK_ROWS", 4)
    monkeypatch.setattr("migrations.comparison.sides.runs.SEGMENT_ROWS", 16)
    order = [number * 37 % 101 for number in range(101)]
    runs = Runs(SYNC_JOBS, tmp_path)
    for first in range(0, 101, 7):
        rows = [{"id": key(number), "attempts": str(number)} for number in order[first : first + 7]]
        runs.add(frame(*rows, *([{"id": None}] if first == 49 else [])))
    runs.end()

    cuts = runs.cuts()
    parts = [runs.read(keys) for keys in ranges(cuts, ())]

    assert len(list(tmp_path.iterdir())) == 3
    assert max(part.height for part in parts) < 40
    assert sorted(pl.concat(parts)["attempts"].drop_nulls().to_list()) == list(range(101))
    assert [part["id"].null_count() for part in parts] == [0] * len(cuts) + [1]
    assert runs.rows == 102
