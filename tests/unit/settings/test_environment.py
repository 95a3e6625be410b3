"""What the environment may say, and what it may not."""

import pytest

from harness.errors import ConfigurationError
from harness.settings import Settings, secrets


@pytest.mark.parametrize("mode", ["memory", "supabase"])
def test_db_mode_is_one_of_two_words(mode: str) -> None:
    assert Settings.from_environ({"DB_MODE": mode}).db_mode == mode


@pytest.mark.parametrize("mode", ["Supabase", "MEMORY", " memory", "postgres", "memory,supabase"])
def test_any_other_db_mode_is_an_error_and_never_a_fallback(mode: str) -> None:
    with pytest.raises(ConfigurationError, match="is neither memory nor supabase"):
        Settings.from_environ({"DB_MODE": mode})


@pytest.mark.parametrize(
    ("environ", "stack"),
    [
        ({}, "embedded"),
        ({"SUPABASE_URL": ""}, "embedded"),
        ({"SUPABASE_URL": "http://x"}, "external"),
        ({"SUPABASE_URL": "http://x", "HARNESS_STACK": "embedded"}, "embedded"),
    ],
)
def test_a_project_is_used_where_one_is_named(environ: dict[str, str], stack: str) -> None:
    assert Settings.from_environ(environ).stack == stack


@pytest.mark.parametrize(
    "environ", [{"HARNESS_STACK": "Embedded"}, {"HARNESS_DEBUG": "yes"}, {"DB_MODE": "Supabase"}]
)
def test_a_value_that_cannot_be_used_is_named(environ: dict[str, str]) -> None:
    ((name, value),) = environ.items()
    with pytest.raises(ConfigurationError, match=f"{name}={value!r}"):
        Settings.from_environ(environ)


def test_keys_and_passwords_are_secrets_and_words_are_not() -> None:
    environ = {
        "SUPABASE_SERVICE_ROLE_KEY": "sb_secret_0123456789",
        "DATABASE_URL": "postgresql://postgres:correct%20horse%20battery@db/postgres",
        "PGPASSWORD": "postgres",
        "HOME": "/home/somebody/else",
    }
    assert secrets(environ) == {
        "sb_secret_0123456789",
        "correct%20horse%20battery",
        "correct horse battery",
    }
