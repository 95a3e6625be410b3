"""Nothing secret is printed, and what is not secret stays readable."""

import pytest

from harness.redact import redact, redact_json

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2lnbmF0dXJl-_"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://postgres:hunter2@db:5432/x", "postgresql://postgres:***@db:5432/x"),
        ("postgresql://postgres:p@ss:w@db/x", "postgresql://postgres:***@db/x"),
        ("host=db password=hunter2 user=x", "host=db password=*** user=x"),
        ("password='two words' user=x", "password=*** user=x"),
        (f"apikey {TOKEN}.", "apikey ***."),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("key sb_secret_abc-DEF_1", "key sb_secret_***"),
    ],
)
def test_secrets_are_masked(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:54321/rest/v1",
        "https://project.supabase.co",
        "case crud.missing_get_is_none[bookings]",
        "someone@example.org",
        "tests/unit/test_x.py:12: AssertionError",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert redact(text) == text


def test_known_values_are_masked_the_longer_first() -> None:
    assert redact("secret-and-more secret", ["secret", "secret-and-more"]) == "*** ***"


def test_texts_of_json_are_masked_and_it_stays_json() -> None:
    value = {"dsn": "host=h password=abc", "list": ["Bearer abc", 1, None, True], "a-secret": 0.5}
    assert redact_json(value, ["a-secret"]) == {
        "dsn": "host=h password=***",
        "list": ["Bearer ***", 1, None, True],
        "***": 0.5,
    }
