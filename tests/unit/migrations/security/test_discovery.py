"""What was not asked is said, and what everybody may have anyway is not."""

from dataclasses import replace

import pytest

from migrations.security.catalog import Found
from migrations.security.discovery import Described, Discovery, discovered
from migrations.security.objects import Function, Surface
from tests.security import function

DESCRIBED = Described(
    schemas=("public",), surfaces=(), postgrest="12.0.2", doubts=(), unseen=("not described",), notes=()
)
BYTES = replace(function("steal", "bytea", is_ours=False, security_definer=True), callable_by=frozenset())
ANYBODY = frozenset({"anon", "authenticated"})


def found(one: Function, *, is_proven: bool = True) -> Discovery:
    catalog = Found(surface=Surface(relations=(), functions=(one,)), postgres="17.10")
    return discovered(DESCRIBED, catalog, is_proven=is_proven)


def test_a_function_that_nobody_could_call_is_a_doubt_unless_nobody_else_may() -> None:
    assert found(BYTES).doubts == ()
    (doubt,) = found(replace(BYTES, callable_by=ANYBODY)).doubts
    assert "function public.steal(bytea) needs an argument that cannot be made up" in doubt
    assert "REVOKE EXECUTE ON FUNCTION public.steal(bytea) FROM PUBLIC, anon, authenticated" in doubt


def test_another_database_does_not_say_that_nobody_may() -> None:
    not_described, doubt = found(BYTES, is_proven=False).doubts
    assert not_described == "not described"
    assert doubt.endswith("Set DATABASE_URL, to read in the catalog who may")


@pytest.mark.parametrize("definer", [True, False])
def test_what_an_extension_brought_is_asked_only_with_rights_of_its_owner(*, definer: bool) -> None:
    one = function("armor", "text", is_ours=False, security_definer=definer)
    surface = found(replace(one, of_extension=True, callable_by=ANYBODY)).surface
    assert ("armor" in {known.name for known in surface.functions}) is definer


def test_a_function_with_the_rights_of_its_caller_is_no_doubt() -> None:
    assert found(replace(BYTES, security_definer=False, callable_by=ANYBODY)).doubts == ()
