"""Everybody is there, or is said not to be."""

from harness.stack.keys import ApiKeys
from migrations.security.actors import cast

KEYS = ApiKeys.signed_with("s" * 64)


def test_everybody_comes_if_the_secret_is_known() -> None:
    company = cast(KEYS.anon, KEYS.secret, now=0)
    assert company.absent == ()
    assert [actor.name for actor in company.actors] == [
        "no key",
        "anon key",
        "signed in",
        "expired token",
        "wrong role",
        "forged token",
        "unsigned token",
        "altered key",
    ]


def test_who_needs_the_secret_is_named_without_it() -> None:
    company = cast("sb_publishable_abc", None, now=0)
    assert [one.name for one in company.absent] == ["signed in", "expired token", "wrong role"]
    assert all("SUPABASE_JWT_SECRET" in one.reason for one in company.absent)
    assert "altered key" not in [actor.name for actor in company.actors]  # such a key claims nothing


def test_a_refusal_leans_on_keys_and_tokens_that_must_be_known() -> None:
    actors = {actor.name: actor for actor in cast(KEYS.anon, KEYS.secret, now=0).actors}
    assert {name for name, actor in actors.items() if actor.must_be_known} == {"anon key", "signed in"}
    assert actors["expired token"].leans_on == ("anon key", "signed in")
    assert actors["forged token"].leans_on == ("anon key",)


def test_nobody_prints_what_they_hold() -> None:
    assert KEYS.anon not in repr(cast(KEYS.anon, KEYS.secret, now=0))


def test_a_key_that_is_no_token_is_not_sent_as_one() -> None:
    actors = {actor.name: actor for actor in cast("sb_publishable_abc", KEYS.secret, now=0).actors}
    assert actors["anon key"].headers == {"apikey": "sb_publishable_abc"}
    assert actors["signed in"].headers["apikey"] == "sb_publishable_abc"
    assert actors["signed in"].headers["Authorization"].startswith("Bearer eyJ")
