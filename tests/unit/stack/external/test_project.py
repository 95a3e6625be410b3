"""Keys and URLs, before anything is sent."""

import jwt
import pytest

from harness.errors import ConfigurationError
from harness.settings import Settings
from harness.stack.external.keys import headers_of, role_of
from harness.stack.external.project import Project

SECRET = "a secret of at least thirty-two bytes"
ANON, SERVICE = (jwt.encode({"role": role}, SECRET, algorithm="HS256") for role in ("anon", "service_role"))
ENVIRON = {
    "SUPABASE_URL": "https://abc.supabase.co/",
    "SUPABASE_ANON_KEY": ANON,
    "SUPABASE_SERVICE_ROLE_KEY": SERVICE,
}


def project(**changes: str) -> Project:
    return Project.of(Settings.from_environ({**ENVIRON, **changes}))


@pytest.mark.parametrize(
    ("key", "role"),
    [
        (ANON, "anon"),
        (SERVICE, "service_role"),
        ("sb_publishable_abc", "anon"),
        ("sb_secret_abc", "service_role"),
        ("x", None),
        ("a.b.c", None),
        (jwt.encode({"sub": "1"}, SECRET, algorithm="HS256"), None),
    ],
)
def test_the_role_of_a_key(key: str, role: str | None) -> None:
    assert role_of(key) == role


def test_only_a_web_token_is_a_bearer() -> None:
    assert headers_of(ANON) == {"apikey": ANON, "Authorization": f"Bearer {ANON}"}
    assert headers_of("sb_secret_abc") == {"apikey": "sb_secret_abc"}


def test_a_project_is_read_without_a_slash_at_the_end() -> None:
    found = project()
    assert (found.url, found.database_url, found.misplaced_key()) == ("https://abc.supabase.co", None, None)
    assert ANON not in repr(found)
    assert SERVICE not in repr(found)


@pytest.mark.parametrize("name", [*ENVIRON])
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} is not set"):
        Project.of(Settings.from_environ({key: value for key, value in ENVIRON.items() if key != name}))


@pytest.mark.parametrize(
    "url", ["abc.supabase.co", "ftp://abc", "https://abc/rest/v1", "https://", "https://a?b"]
)
def test_a_url_that_is_none_of_a_project(url: str) -> None:
    with pytest.raises(ConfigurationError, match="is not the URL of a project"):
        project(SUPABASE_URL=url)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SUPABASE_SERVICE_ROLE_KEY": ANON}, "SUPABASE_SERVICE_ROLE_KEY is a key of the role anon"),
        ({"SUPABASE_ANON_KEY": SERVICE}, "SUPABASE_ANON_KEY is a key of the role service_role"),
        ({"SUPABASE_ANON_KEY": "sb_secret_abc"}, "SUPABASE_ANON_KEY is a key of the role service_role"),
        ({"SUPABASE_SERVICE_ROLE_KEY": "x"}, "does not say whose key it is"),
    ],
)
def test_a_key_in_the_place_of_another(changes: dict[str, str], said: str) -> None:
    found = project(**changes).misplaced_key()
    assert found is not None
    assert said in found


def test_new_keys_are_as_good_as_old_ones() -> None:
    new = {"SUPABASE_ANON_KEY": "sb_publishable_a", "SUPABASE_SERVICE_ROLE_KEY": "sb_secret_b"}
    assert project(**new).misplaced_key() is None
