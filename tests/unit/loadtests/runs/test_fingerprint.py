"""A fingerprint says what must be equal, and nothing of what is being judged or where it happened to run."""

import msgspec
import pytest

from loadtests.records import Fingerprint
from loadtests.runs.fingerprint import build, differences


def _built(**changes: object) -> Fingerprint:
    fields: dict[str, object] = {
        "mode": "memory",
        "api": "reference",
        "scenario": {"get_request": {"method": "GET", "path": "/r/{id}"}},
        "profile": "ci",
        "plan": {"rate": 60.0, "seed": 1},
        "loop": "open",
        "region": "loopback",
        "schema_hash": "abc",
        "target": {"stack": "embedded", "postgres": "17.10", "postgrest": "12.0.2"},
        **changes,
    }
    return build(**fields)  # type: ignore[arg-type]  # a test names only what it is about


def test_the_same_settings_make_the_same_fingerprint() -> None:
    assert differences(_built(), _built()) == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mode": "supabase"}, "mode"),
        ({"api": "staging"}, "api"),
        ({"scenario": {"get_request": {"method": "GET", "path": "/other/{id}"}}}, "scenario"),
        ({"profile": "full"}, "profile"),
        ({"plan": {"rate": 60.0, "seed": 2}}, "plan"),
        ({"loop": "closed"}, "loop"),
        ({"region": "eu"}, "region"),
        ({"schema_hash": "abd"}, "schema_hash"),
        ({"target": {"stack": "embedded", "postgres": "18", "postgrest": "12.0.2"}}, "versions.postgres"),
        ({"target": {}}, "versions.postgres"),
    ],
)
def test_whatever_differs_is_found_by_its_name(changes: dict[str, object], field: str) -> None:
    assert field in [one.field for one in differences(_built(), _built(**changes))]


def test_every_field_of_a_fingerprint_is_compared() -> None:
    one = _built()
    for name in Fingerprint.__struct_fields__:
        value = {"x": "y"} if name == "versions" else "something else"
        assert differences(one, msgspec.structs.replace(one, **{name: value})) != ()


def test_what_measures_is_part_of_it_and_what_is_measured_is_not() -> None:
    built = _built(target={"postgres": "17.10", "app": "abc123"})
    assert set(built.versions) == {"harness", "locust", "python", "postgres"}
