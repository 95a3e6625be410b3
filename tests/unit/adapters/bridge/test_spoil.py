"""What a careless caller changes: everything that can be changed."""

from typing import Any

from harness.adapters.bridge.spoil import spoil


def test_everything_inside_is_changed() -> None:
    inner: dict[str, Any] = {"a": 1}
    emails = ["x"]
    row = {"payload": [inner], "emails": emails}
    spoil([row])
    assert inner != {"a": 1}
    assert emails != ["x"]
    assert row["payload"] != [{"a": 1}]


def test_values_that_nobody_can_change_are_left() -> None:
    value = ("text", 1, None, True)
    spoil(value)
    assert value == ("text", 1, None, True)
