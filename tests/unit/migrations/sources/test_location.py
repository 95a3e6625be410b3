"""What a word on the command line names."""

from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from harness.settings import Settings
from migrations.sources.location import DatabaseAt, RestAt, SnapshotAt, locate

KEYED = Settings.from_environ({"SUPABASE_SERVICE_ROLE_KEY": "a key of the service role"})
KEYLESS = Settings.from_environ({})


@pytest.mark.parametrize(
    "word",
    ["postgresql://u@h/d", "postgres://h", "POSTGRESQL://h/d", "host=h dbname=d", "dbname = 'd'", " user=u"],
)
def test_a_database_in_each_form_of_libpq(word: str) -> None:
    assert locate(word, KEYLESS) == DatabaseAt(word)


@pytest.mark.parametrize("word", ["rows.json", "../rows", "day=5/rows.json", "hostile=1.json", "C=3"])
def test_a_path_is_a_snapshot(word: str) -> None:
    assert locate(word, KEYLESS) == SnapshotAt(Path(word).absolute())


def test_a_project_is_taken_with_the_service_key() -> None:
    assert locate("https://p.example/", KEYED) == RestAt("https://p.example", "a key of the service role")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("https://p.example", "needs SUPABASE_SERVICE_ROLE_KEY"),
        ("mysql://h/d", "neither postgresql:// nor https://"),
        ("memory", "exportSnapshot"),
        ("env:PARITY_NO_SUCH_VARIABLE", "PARITY_NO_SUCH_VARIABLE is not set"),
    ],
)
def test_what_names_no_place_says_what_to_do(word: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        locate(word, KEYLESS)


@pytest.mark.parametrize("word", ["postgresql://u:a-long-password@h/d", "host=h password=a-long-password"])
def test_a_password_is_never_shown(word: str) -> None:
    assert "a-long-password" not in str(locate(word, KEYLESS)) + repr(locate(word, KEYLESS))
