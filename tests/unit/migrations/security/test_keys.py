"""A key is never taken for another one than it is."""

import pytest

from harness.stack.keys import ApiKeys
from migrations.security.keys import judge_keys

KEYS = ApiKeys.signed_with("s" * 64)


@pytest.mark.parametrize(
    ("anon", "server"),
    [
        (KEYS.anon, KEYS.service_role),
        ("sb_publishable_abc", "sb_secret_abc"),
        ("opaque", "another"),  # a key that says nothing of itself is asked, not judged
    ],
)
def test_the_right_keys_are_no_finding(anon: str, server: str) -> None:
    assert list(judge_keys(anon, server)) == []


@pytest.mark.parametrize(
    ("anon", "server", "found"),
    [
        (KEYS.service_role, KEYS.service_role, [("SUPABASE_ANON_KEY", "core")]),
        ("opaque", "opaque", [("SUPABASE_ANON_KEY", "core")]),
        ("sb_secret_abc", KEYS.service_role, [("SUPABASE_ANON_KEY", "core")]),
        (KEYS.anon, "sb_publishable_abc", [("SUPABASE_SERVICE_ROLE_KEY", "unchecked")]),
        (
            KEYS.service_role,
            KEYS.anon,
            [("SUPABASE_ANON_KEY", "core"), ("SUPABASE_SERVICE_ROLE_KEY", "unchecked")],
        ),
    ],
)
def test_the_servers_key_in_public_is_open_and_the_public_key_at_the_server_shows_nothing(
    anon: str, server: str, found: list[tuple[str, str]]
) -> None:
    findings = list(judge_keys(anon, server))
    assert [(finding.where, finding.level) for finding in findings] == found
    assert all(anon not in str(finding) and server not in str(finding) for finding in findings)
