"""Templates become requests."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.settings.templates import BadTemplate, escaped, names, render, render_path


@pytest.mark.parametrize(
    ("template", "values", "rendered"),
    [
        ("{a}", {"a": [1, None]}, [1, None]),
        ("{a}", {"a": None}, None),
        ("x{a}y", {"a": 3}, "x3y"),
        ("x{a}y", {"a": None}, "xy"),
        ("{a}{a}", {"a": True}, "truetrue"),
        ({"k{a}": ["{a}", 1, True, None]}, {"a": 7}, {"k7": [7, 1, True, None]}),
        ("{{a}} {a}", {"a": "{b}"}, "{a} {b}"),
    ],
)
def test_placeholders_are_replaced(template: Any, values: dict[str, Any], rendered: Any) -> None:
    assert render(template, values) == rendered


@pytest.mark.parametrize(
    ("template", "values", "path"),
    [
        ("/a/{id}", {"id": "ü/ ?&"}, "/a/%C3%BC%2F%20%3F%26"),
        ("/a?x={x}&y={y}", {"x": None, "y": "1 2"}, "/a?y=1%202"),
        ("/a?x={x}", {"x": None}, "/a"),
        ("/a?fixed=1&x={x}", {"x": False}, "/a?fixed=1&x=false"),
    ],
)
def test_values_in_paths_are_encoded_and_absent_ones_left_out(
    template: str, values: dict[str, Any], path: str
) -> None:
    assert render_path(template, values) == path


def test_all_placeholders_are_found() -> None:
    assert list(names({"{a}": ["{b}", {"c": "{d} {{e}}"}, 3]})) == ["a", "b", "d"]


@pytest.mark.parametrize("template", ["{", "}", "{}", "{a b}", "{a", "{{a}"])
def test_a_lonely_brace_is_refused(template: str) -> None:
    with pytest.raises(BadTemplate):
        list(names(template))


@given(st.text(st.sampled_from("{}ab$\n"), max_size=12))
def test_an_escaped_text_stands_for_itself(text: str) -> None:
    assert list(names(escaped(text))) == []
    assert render(escaped(text), {}) == text
