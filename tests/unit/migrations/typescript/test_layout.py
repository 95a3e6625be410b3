"""Where lines break, and where quotes are needed."""

import pytest

from migrations.typescript.layout import key_text, lay_out, one_line
from migrations.typescript.syntax import (
    NULL,
    Array,
    Either,
    Literal,
    Member,
    Name,
    Object,
    Tuple,
    Type,
)

STRING = Name("string")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain", "plain"),
        ("$a_1", "$a_1"),
        ("class", "class"),
        ("ünïcode", "ünïcode"),
        ("1st", '"1st"'),
        ("a-b", '"a-b"'),
        ("", '""'),
        ('say "hi"', "'say \"hi\"'"),
        ("it's", '"it\'s"'),
        ('both \' and " and "', "'both \\' and \" and \"'"),
        ("back\\slash", '"back\\\\slash"'),
    ],
)
def test_a_name_is_quoted_where_it_must_be_with_the_fewest_escapes(name: str, text: str) -> None:
    assert key_text(name) == text


@pytest.mark.parametrize(("width", "lines"), [(80, 1), (81, 3)])
def test_a_union_is_broken_when_it_does_not_fit_on_80_characters(width: int, lines: int) -> None:
    column = width - len('"a" | "b"')
    text = lay_out(Either((Literal("a"), Literal("b"))), indent=4, column=column)
    assert text == ('"a" | "b"' if lines == 1 else '\n      | "a"\n      | "b"')


def test_an_object_that_is_written_on_several_lines_stays_so() -> None:
    members = (Member("id", STRING), Member("at", STRING, optional=True))
    assert lay_out(Object(members), indent=0, column=0) == "{ id: string; at?: string }"
    assert lay_out(Object(members, broken=True), indent=0, column=0) == "{\n  id: string\n  at?: string\n}"
    assert lay_out(Object(broken=True), indent=0, column=0) == "{}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Either((Object((Member("a", STRING),), broken=True), NULL)), "{\n  a: string\n} | null"),
        (Array(Object((Member("a", STRING),), broken=True)), "{\n  a: string\n}[]"),
        (Array(Either((STRING, NULL))), "(string | null)[]"),
        (Tuple((Literal("a"), Literal("b"))), '["a", "b"]'),
        (
            Array(Either((Literal("a" * 40), Literal("b" * 40)))),
            f'(\n  | "{"a" * 40}"\n  | "{"b" * 40}"\n)[]',
        ),
    ],
)
def test_other_types(value: Type, text: str) -> None:
    assert lay_out(value, indent=0, column=0) == text


def test_what_must_be_broken_has_no_line_of_its_own() -> None:
    assert one_line(Array(Object((Member("a", STRING),), broken=True))) is None
