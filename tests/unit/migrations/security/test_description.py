"""What PostgREST describes is read as it is; a project that says nothing is not taken for an empty one."""

from typing import Any

import pytest

from migrations.security.answers import Answer, Silence
from migrations.security.description import exposed_schemas, surface_of
from migrations.security.objects import expected, joined
from tests.security import answer

DESCRIPTION: dict[str, Any] = {
    "info": {"version": "12.0.2"},
    "definitions": {
        "bookings": {
            "properties": {
                "id": {"description": "Note:\nThis is a Primary Key.<pk/>", "format": "uuid"},
                "extra": {"format": "text"},
            }
        },
        "candidates": {"properties": {"email": {"format": "text"}}},
    },
    "paths": {
        "/": {"get": {}},
        "/bookings": {"get": {}},
        "/rpc/hello": {
            "post": {
                "parameters": [
                    {
                        "in": "body",
                        "schema": {
                            "properties": {"p_id": {"format": "uuid"}, "p_note": {"format": "text"}},
                            "required": ["p_id"],
                        },
                    },
                    {"$ref": "#/parameters/preferParams"},
                ]
            }
        },
    },
}


@pytest.mark.parametrize(
    ("message", "schemas"),
    [
        ("The schema must be one of the following: public", ("public",)),
        ("The schema must be one of the following: public, api", ("public", "api")),
        (
            "Invalid schema: nowhere Only the following schemas are exposed: public, graphql_public",
            ("public", "graphql_public"),
        ),
    ],
)
def test_the_exposed_schemas_are_listed_by_the_refusal_of_another_one(
    message: str, schemas: tuple[str, ...]
) -> None:
    assert exposed_schemas(answer(406, "PGRST106", message)) == schemas


@pytest.mark.parametrize("said", [answer(200), answer(406, "PGRST106", "no"), Silence("reset")])
def test_another_answer_lists_nothing(said: Answer | Silence) -> None:
    assert exposed_schemas(said) is None


def test_tables_views_and_functions_are_read() -> None:
    surface = surface_of(DESCRIPTION, "api")
    assert [(one.object, one.columns, one.has_key) for one in surface.relations] == [
        ("api.bookings", ("id", "extra"), True),
        ("api.candidates", ("email",), False),
    ]
    (function,) = surface.functions
    assert function.object == "api.hello(uuid, text)"
    assert [argument.optional for argument in function.arguments] == [False, True]
    assert function.security_definer is None


def test_what_is_found_is_added_to_what_must_be_there() -> None:
    surface = joined(expected(), surface_of(DESCRIPTION))
    relations = {one.name: one for one in surface.relations}
    assert len(relations) == len(expected().relations) + 1
    assert relations["bookings"].columns == ("id", "extra")
    assert relations["bookings"].entity is not None
    assert relations["candidates"].entity is None
    assert relations["sync_jobs"].columns == expected().relations[3].columns
    assert [one.is_ours for one in surface.functions if one.name == "hello"] == [False]


def test_a_description_of_something_else_is_an_error() -> None:
    with pytest.raises(LookupError):
        surface_of({"swagger": "2.0"})
