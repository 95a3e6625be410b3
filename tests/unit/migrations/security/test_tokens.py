"""Each token is what it claims to be: for a library that verifies them."""

import jwt
import pytest

from migrations.security.tokens import Mint, altered, claims_of, forged, unsigned

NOW = 4_000_000_000
SECRET = "s" * 64
MINT = Mint(secret=SECRET, now=NOW)


def verified(token: str) -> dict[str, object]:
    options = {"verify_exp": False, "verify_aud": False, "verify_iat": False}
    return jwt.decode(token, SECRET, algorithms=["HS256"], options=options)  # type: ignore[arg-type]  # a subset


def test_the_signed_in_user_has_a_good_token() -> None:
    claims = verified(MINT.signed_in())
    assert claims["role"] == "authenticated"
    assert claims["exp"] == NOW + 3600


def test_the_expired_token_is_signed_well_and_is_the_servers() -> None:
    claims = verified(MINT.expired())
    assert (claims["role"], claims["exp"]) == ("service_role", NOW - 3600)


def test_a_role_can_be_put_into_a_good_token() -> None:
    assert verified(MINT.of_role("postgres"))["role"] == "postgres"


@pytest.mark.parametrize("token", [forged(NOW), unsigned(NOW), altered(MINT.signed_in())])
def test_what_is_forged_does_not_pass_and_claims_to_be_the_server(token: str) -> None:
    assert (claims_of(token) or {})["role"] == "service_role"
    with pytest.raises(jwt.InvalidTokenError):
        verified(token)


def test_an_altered_token_keeps_everything_but_the_role() -> None:
    token = MINT.signed_in()
    changed = altered(token) or ""
    assert changed.split(".")[::2] == token.split(".")[::2]
    assert claims_of(changed) == {**(claims_of(token) or {}), "role": "service_role"}


@pytest.mark.parametrize("key", ["sb_publishable_abc", "", "a.b.c", "a.!!!.c", "a.W10.c"])
def test_what_is_no_token_claims_nothing(key: str) -> None:
    assert claims_of(key) is None
    assert altered(key) is None
