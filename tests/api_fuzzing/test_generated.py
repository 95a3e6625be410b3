"""No generated request gets an answer that is not described or tells a secret; a wrong API is found."""

import sys
from pathlib import Path

import pytest

from harness.api.catalogue import ENDPOINTS
from tests.api_fuzzing.fuzzing import Run, fuzz
from tests.api_fuzzing.servers import fuzzed
from tests.api_fuzzing.wrong_api import MISTAKES

_SEED = 1
_LABELS = {endpoint.name: f"{endpoint.method} {endpoint.path}" for endpoint in ENDPOINTS}


@pytest.mark.parametrize("mode", ["memory", "supabase"])
def test_no_answer_is_undescribed_and_none_tells_a_secret(
    mode: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    project = None if mode == "memory" else request.getfixturevalue("project")
    with fuzzed(tmp_path, project) as (server, facts):
        run = fuzz(server, facts, tmp_path, phases=["fuzzing", "stateful"], examples=2, seed=_SEED)
        assert run.status == 0, run.output
        assert server.client.get("/health").json()["mode"] == mode
        log = server.log.read_text()
    assert run.operations == set(_LABELS.values())
    assert facts.watch().in_error(log) == [], log
    assert "unexpected" not in log


@pytest.fixture(scope="module")
def of_the_wrong_api(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What is found in an API whose mistakes are known."""
    directory = tmp_path_factory.mktemp("wrong")
    command = (sys.executable, "-P", "-m", "tests.api_fuzzing.wrong_api")
    with fuzzed(directory, None, command=command) as (server, facts):
        return fuzz(server, facts, directory, phases=["fuzzing"], examples=25, seed=_SEED)


@pytest.mark.parametrize("endpoint", MISTAKES)
def test_each_mistake_is_found(of_the_wrong_api: Run, endpoint: str) -> None:
    assert of_the_wrong_api.status == 1, of_the_wrong_api.output
    assert _LABELS[endpoint] in of_the_wrong_api.output
