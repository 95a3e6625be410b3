"""What we write is what `supabase gen types typescript` writes, to the byte."""

from collections.abc import Callable

import pytest

from migrations.typescript.document import document
from migrations.typescript.facts import read_schema

Official = Callable[[str], str]


def ours(dsn: str) -> str:
    return document(read_schema(dsn), postgrest="12.0.2")


def test_our_own_schema(dsn: str, official: Official) -> None:
    assert ours(dsn) == official(dsn)


def test_a_schema_in_which_everything_is_awkward(awkward_dsn: str, official: Official) -> None:
    text = ours(awkward_dsn)
    assert len(text.splitlines()) > 4000
    assert text == official(awkward_dsn)


def test_a_schema_with_nothing_in_it(empty_dsn: str, official: Official) -> None:
    assert ours(empty_dsn) == official(empty_dsn)


@pytest.mark.parametrize("postgrest", ["14.1", None])
def test_the_version_of_postgrest_is_named_if_it_is_known(dsn: str, postgrest: str | None) -> None:
    text = document(read_schema(dsn), postgrest=postgrest)
    assert ("__InternalSupabase: {" in text) is (postgrest is not None)
    assert text.count('PostgrestVersion: "14.1"') == (postgrest is not None)
