"""A check runs in the user's directory with a fresh database, and only what this run wrote counts."""

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from harness.gate.check_step import run_check
from harness.gate.runner import Runner
from harness.models.outcome import Outcome, Status, Subject
from harness.settings.parity_toml import Check
from harness.stack.coordinates import Coordinates

ONE_TEST = '<testsuite><testcase name="a"/></testsuite>'
WRITE = f"echo '{ONE_TEST}' > out.xml"


class FakeDatabase:
    coordinates = Coordinates(
        supabase_url="http://127.0.0.1:1", anon_key="anon", service_role_key="service", database_url="dsn"
    )

    def __init__(self, down: str | None) -> None:
        self._down = down

    def probe(self) -> str | None:
        return self._down


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the gateway counts, as a list that a test may change."""
    counted = [0]

    def answer(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == "http://127.0.0.1:1/_harness/round-trips"
        return httpx.Response(200, json={"total": counted[-1]})

    client = functools.partial(httpx.Client, transport=httpx.MockTransport(answer))
    monkeypatch.setattr("harness.gate.traffic.httpx.Client", client)
    return counted


Run = Callable[..., Outcome]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "private").mkdir()
    (tmp_path / "project").mkdir()

    def run(command: str, *, down: str | None = None, **options: Any) -> Outcome:
        @contextmanager
        def fresh() -> Iterator[FakeDatabase]:
            yield FakeDatabase(down)

        return run_check(
            Check(name="unit", run=command, **{"junit": "out.xml", "touches_db": False, **options}),
            tmp_path / "project",
            Runner(run_id="run", directory=tmp_path / "private"),
            fresh,
            Subject(),
        )

    return run


def reason(outcome: Outcome) -> str:
    assert outcome.status is Status.UNCHECKED
    return outcome.findings[0].message


def test_the_shell_runs_it_in_each_mode_with_the_coordinates(run: Run, tmp_path: Path) -> None:
    outcome = run(f'echo "$DB_MODE $SUPABASE_URL $DATABASE_URL" >> seen && {WRITE}')
    assert outcome.status is Status.PASSED
    assert (tmp_path / "project" / "seen").read_text() == (
        "memory http://127.0.0.1:1 dsn\nsupabase http://127.0.0.1:1 dsn\n"
    )


def test_the_file_of_an_earlier_run_does_not_count(run: Run, tmp_path: Path) -> None:
    (tmp_path / "project" / "out.xml").write_text(ONE_TEST)
    assert "wrote no out.xml" in reason(run("true"))


@pytest.mark.parametrize("content", ["{}", "", "<project><testsuite/></project>", "<!DOCTYPE html><html>"])
def test_a_file_that_is_no_junit_file_is_not_removed(run: Run, tmp_path: Path, content: str) -> None:
    precious = tmp_path / "project" / "precious"
    precious.write_text(content)
    assert "is no JUnit file, so it is not replaced" in reason(run("true", junit="precious"))
    assert precious.read_text() == content


def test_the_file_of_a_run_that_was_killed_is_replaced(run: Run, tmp_path: Path) -> None:
    (tmp_path / "project" / "out.xml").write_text('<?xml version="1.0"?><!-- x --><testsuites><tests')
    assert run(WRITE).status is Status.PASSED


def test_a_file_that_was_written_before_does_not_count(run: Run, tmp_path: Path) -> None:
    old = tmp_path / "project" / "old.xml"
    old.write_text(ONE_TEST)
    os.utime(old, (1_000_000_000, 1_000_000_000))
    assert "out.xml was written before this run began" in reason(run("mv old.xml out.xml", modes=("memory",)))


def test_a_pipe_in_the_place_of_the_file_is_unchecked(run: Run) -> None:
    assert "out.xml is not a regular file" in reason(run("mkfifo out.xml", modes=("supabase",)))


def test_a_missing_command_is_unchecked(run: Run) -> None:
    assert "its command was not found" in reason(run("no-such-command-here"))


def test_a_timeout_is_unchecked(run: Run) -> None:
    assert "did not end within" in reason(run(f"{WRITE}; exec tail -f /dev/null", timeout_s=0.3))


def test_an_end_without_results_says_what_was_printed_last(run: Run) -> None:
    said = reason(run("echo cannot find module x >&2; exit 1"))
    assert "ended with exit status 1 and wrote no out.xml. It said: cannot find module x" in said


def test_failures_while_the_servers_are_down_are_unchecked(run: Run) -> None:
    outcome = run(f"{WRITE}; exit 1", down="PostgREST does not answer.")
    assert "the servers went down during check unit" in reason(outcome)


def test_an_exit_status_that_no_test_explains_is_a_failure(run: Run) -> None:
    assert run(f"{WRITE}; exit 4").status is Status.FAILED


def test_a_background_process_is_ended_with_the_check(
    run: Run, tmp_path: Path, ends: Callable[[Path], bool]
) -> None:
    run(f"tail -f /dev/null & echo $! > pid; {WRITE}", modes=("memory",))
    assert ends(tmp_path / "project" / "pid")


def test_a_database_that_gets_no_request_is_unchecked(run: Run, requests: list[int]) -> None:
    assert requests == [0]
    assert "sent no request to SUPABASE_URL" in reason(run(WRITE, touches_db=True))


def test_a_database_that_gets_a_request_was_examined(run: Run, requests: list[int]) -> None:
    requests.append(1)
    assert run(WRITE, touches_db=True).status is Status.PASSED


def test_a_gateway_that_does_not_count_is_unchecked(run: Run) -> None:
    assert "_harness/round-trips does not count requests" in reason(run(WRITE, touches_db=True))


@pytest.mark.usefixtures("requests")
def test_an_inherited_address_is_advice(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example.com")
    findings = run(WRITE, touches_db=True, modes=("memory",)).findings
    assert [(finding.level, finding.actual) for finding in findings] == [("advice", "set as well: PGHOST")]
