"""The long run says of itself what it did not look at."""

from collections import Counter

import pytest

from harness.api.catalogue import ENDPOINTS
from harness.models.outcome import Status
from tests.benchmarks.api_requests import looked_at, table

_ALL = Counter({(f"{endpoint.method} {endpoint.path}", endpoint.status): 10 for endpoint in ENDPOINTS})


def test_enough_of_everything_has_passed(capsys: pytest.CaptureFixture[str]) -> None:
    assert looked_at("memory", _ALL, _ALL.total()) is Status.PASSED
    assert capsys.readouterr().out == ""


def test_too_few_requests_are_no_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert looked_at("memory", _ALL, _ALL.total() + 1) is Status.UNCHECKED
    total = _ALL.total()
    assert capsys.readouterr().out == (
        f"memory: COULD NOT CHECK: {total} requests were sent, and {total + 1} were wanted\n"
    )


def test_an_operation_that_only_refused_was_not_checked(capsys: pytest.CaptureFixture[str]) -> None:
    sent = _ALL.copy()
    del sent["GET /health", 200]
    sent["GET /health", 422] = 1_000
    assert looked_at("supabase", sent, 10) is Status.UNCHECKED
    assert "nothing right was ever answered by GET /health" in capsys.readouterr().out


def test_the_table_has_a_line_for_each_operation() -> None:
    sent = Counter({("GET /b", 404): 2, ("GET /a", 200): 5, ("GET /b", 200): 1})
    assert [line.split() for line in table(sent).splitlines()] == [
        ["GET", "/a", "5", "200:", "5"],
        ["GET", "/b", "3", "200:", "1", "404:", "2"],
    ]
