"""Evidence of one major says nothing about another."""

import pytest

from harness.errors import ConfigurationError
from harness.gate.target import refuse_other_majors, require_same_servers
from harness.settings import Settings

URL = "https://abc.supabase.co"
SEEN = {"stack": "embedded", "postgres": "17.10", "postgrest": "12.0.2"}


@pytest.mark.parametrize(
    "target",
    [
        {"postgres": "17.10", "postgrest": "12.0.2"},
        {"postgres": "17.4", "postgrest": "12.2.12"},
        {"postgres": "17", "postgrest": "12"},
    ],
)
def test_the_same_majors_are_accepted(target: dict[str, str]) -> None:
    refuse_other_majors(SEEN, target, URL)


@pytest.mark.parametrize(
    ("evidence", "target", "said"),
    [
        ({}, {"postgres": "15.8"}, "made on Postgres 17.10, and https://abc.supabase.co runs Postgres 15.8"),
        ({}, {"postgres": "1.7"}, "runs Postgres 1.7"),
        ({}, {"postgrest": "13.0.1"}, "made on PostgREST 12.0.2, .* Run the gate on PostgREST 13"),
        ({}, {"postgrest": "unknown"}, "Which PostgREST .* cannot be told"),
        ({"postgres": "unknown"}, {}, "does not say on which Postgres it was made"),
        ({"postgrest": "unknown"}, {}, "does not say on which PostgREST it was made"),
    ],
)
def test_another_major_and_an_unknown_one_are_refused(
    evidence: dict[str, str], target: dict[str, str], said: str
) -> None:
    there = {"postgres": "17.4", "postgrest": "12.2.0", **target}
    with pytest.raises(ConfigurationError, match=said):
        refuse_other_majors({**SEEN, **evidence}, there, URL)


@pytest.mark.parametrize("server", ["postgres", "postgrest"])
def test_absence_is_no_agreement(server: str) -> None:
    target = {"postgres": "17.4", "postgrest": "12.2.0"}
    with pytest.raises(ConfigurationError, match="cannot be told"):
        refuse_other_majors(SEEN, {name: value for name, value in target.items() if name != server}, URL)
    evidence = {name: value for name, value in SEEN.items() if name != server}
    with pytest.raises(ConfigurationError, match="does not say"):
        refuse_other_majors(evidence, target, URL)


def test_without_a_given_project_there_is_nothing_to_compare_with() -> None:
    require_same_servers({}, Settings.from_environ({}))
