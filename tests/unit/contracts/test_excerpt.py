"""Short forms say what differs, and never grow with the value."""

from dataclasses import dataclass

import pytest

from contracts.excerpt import difference, short, window
from harness.models import NewSyncJob


@dataclass(frozen=True)
class Point:
    x: int
    y: object


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "'a'"),
        (None, "None"),
        ((1, "b"), "(1, 'b')"),
        ([], "[]"),
        ({"a": True}, "{a=True}"),
        (Point(1, "b"), "Point{x=1, y='b'}"),
        (NewSyncJob(entity_id="7"), "NewSyncJob{entity_id='7'}"),
        (ValueError, "ValueError"),
        (object(), "<object>"),
    ],
)
def test_value_reads_like_python(value: object, expected: str) -> None:
    assert short(value) == expected


@pytest.mark.parametrize(
    "value", ["x" * 10**6, ["x"] * 10**6, {"deep": [[[[[["x" * 10**6]]]]]]}, {n: n for n in range(10**5)}]
)
def test_long_values_stay_short(value: object) -> None:
    assert len(short(value)) <= 200


def test_value_whose_repr_fails_is_reported() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    assert short(Broken()) == "<Broken whose repr raises RuntimeError>"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (1, 16, ("1", "16")),
        (1, True, ("1", "True")),
        (1, 1.0, ("1", "1.0")),
        (Point(1, 2), Point(1, 3), ("y: 2", "y: 3")),
        ({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 5}, ("b=2, c=3", "b=5, c=absent")),
        ([Point(1, {"k": [1, 2]})], [Point(1, {"k": [1, 9]})], ("[0].y.k[1]: 2", "[0].y.k[1]: 9")),
        ([1], [1, 2], ("[1]", "[1, 2]")),
    ],
)
def test_difference_is_the_smallest_part(left: object, right: object, expected: tuple[str, str]) -> None:
    assert difference(left, right) == expected


def test_long_lists_are_shown_where_they_differ() -> None:
    ids = [f"id-{n:04}" for n in range(2105)]
    assert difference(ids, ids[:1000]) == ("2,105 items, [1000]='id-1000'", "1,000 items, [1000]=absent")
    assert difference([], ids)[0] == "[]"
    again = [*ids[:50], *ids[49:]]
    assert difference(ids, again) == ("2,105 items, [50]='id-0050'", "2,106 items, [50]='id-0049'")


def test_long_texts_are_shown_where_they_differ() -> None:
    left, right = difference("a" * 5000 + "X" + "b" * 5000, "a" * 5000 + "Y" + "b" * 5000)
    assert "X" in left
    assert "Y" in right
    assert max(len(left), len(right)) < 300


def test_short_text_is_shown_whole() -> None:
    assert window("abc", "abd") == "abc"
