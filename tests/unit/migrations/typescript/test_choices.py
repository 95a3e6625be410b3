"""Which CHECK constraints say that a column holds one of a few texts, as Postgres prints them."""

import pytest

from migrations.typescript.choices import choices_of
from migrations.typescript.facts import CheckFact, RelationFact, Schema

ANY_OF = "CHECK (((status)::text = ANY (%s)))"


def schema(*definitions: str) -> Schema:
    return Schema(
        name="public",
        relations=(RelationFact(1, "jobs", is_view=False, insertable=False, updatable=False),),
        columns=(),
        types={},
        functions=(),
        keys=(),
        attributes=(),
        views=(),
        checks=tuple(CheckFact(1, "status", definition) for definition in definitions),
        postgres="17.10",
    )


@pytest.mark.parametrize(
    ("definition", "texts"),
    [
        ("CHECK ((status = ANY (ARRAY['a'::text, 'b'::text])))", ("a", "b")),
        ("CHECK ((status = ANY (ARRAY['it''s'::text, 'a, b'::text])))", ("it's", "a, b")),
        ("CHECK ((status = 'only'::text))", ("only",)),
        (
            ANY_OF % "(ARRAY['a'::character varying, 'b'::character varying])::text[]",
            ("a", "b"),
        ),
        (
            ANY_OF % "ARRAY[('a'::character varying)::text, ('b'::character varying)::text]",
            ("a", "b"),
        ),
    ],
)
def test_a_list_of_texts(definition: str, texts: tuple[str, ...]) -> None:
    assert choices_of(schema(definition)) == {("jobs", "status"): texts}


@pytest.mark.parametrize(
    "definition",
    [
        "CHECK ((status <> ALL (ARRAY['a'::text, 'b'::text])))",
        "CHECK ((status <> ''::text))",
        "CHECK (((status = 'a'::text) OR (length(status) > 3)))",
        "CHECK (((status = ANY (ARRAY['a'::text])) OR (status ~~ 'b%'::text)))",
        "CHECK ((status = ANY (ARRAY[lower('A'::text), 'b'::text])))",
        "CHECK ((number = ANY (ARRAY[1, 2])))",
        "CHECK ((octet_length(status) <= 10))",
    ],
)
def test_other_conditions_say_nothing_of_the_kind(definition: str) -> None:
    assert choices_of(schema(definition)) == {}
