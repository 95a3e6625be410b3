"""The API keys."""

import jwt

from harness.stack.keys import ApiKeys

SECRET = "5e" * 32


def test_keys_carry_the_claims_of_hosted_ones() -> None:
    keys = ApiKeys.signed_with(SECRET, now=1_700_000_000)
    claims = jwt.decode(keys.anon, SECRET, algorithms=["HS256"], options={"verify_iat": False})
    assert claims == {
        "iss": "supabase",
        "role": "anon",
        "iat": 1_700_000_000,
        "exp": 1_700_000_000 + 315_360_000,
    }
    service = jwt.decode(keys.service_role, SECRET, algorithms=["HS256"], options={"verify_iat": False})
    assert service["role"] == "service_role"


def test_keys_are_not_shown() -> None:
    keys = ApiKeys.signed_with(SECRET, now=0)
    assert SECRET not in repr(keys)
    assert keys.anon not in repr(keys)
