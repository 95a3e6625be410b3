"""Whatever a case does, it is judged for what it did."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.models.outcome import Status

Judge = Callable[..., tuple[Status, str]]
TRUE_CASE = """
def test_true(store):
    assert store.bookings.count() == 0
"""

FAILING = {
    "comparison": "    assert store.bookings.count() == 1",
    "truth": "    assert store.bookings.count()",
    "divergence": "    from contracts.expect import Divergence\n    store.bookings.count()\n"
    "    raise Divergence('one', 'two')",
    "store_error": "    store.bookings.list(limit=-1)",
    "driver_error": "    store.bookings.count()\n    raise OSError('reset')",
    "system_exit": "    store.bookings.count()\n    raise SystemExit(0)",
    "fail": "    import pytest\n    store.bookings.count()\n    pytest.fail('no')",
    "warning": "    import warnings\n    store.bookings.count()\n    warnings.warn('old')",
    "before_any_call": "    assert store is None",
}
UNCHECKED = {
    "skip": (
        "    import pytest\n    store.bookings.count()\n    pytest.skip('later')",
        "skipped inside of the case: later",
    ),
    "xfail": (
        "    import pytest\n    store.bookings.count()\n    pytest.xfail('known')",
        "marked as an expected failure",
    ),
    "no_call": ("    assert True", "passed without calling the adapter"),
    "os_exit": (
        "    import os\n    store.bookings.count()\n    os._exit(0)",
        "Worker gw0 was lost while it ran x.odd on memory",
    ),
    "segfault": (
        "    import faulthandler\n    store.bookings.count()\n    faulthandler._sigsegv()",
        "Worker gw0 was lost while it ran x.odd on memory",
    ),
    "kill_all": (
        "    import os, signal\n    store.bookings.count()\n    os.killpg(0, signal.SIGKILL)",
        "pytest ended with signal 9 before the run was over",
    ),
    "keyboard_interrupt": (
        "    store.bookings.count()\n    raise KeyboardInterrupt",
        "pytest ended with status 2",
    ),
    "pytest_exit": (
        "    import pytest\n    store.bookings.count()\n    pytest.exit('done', returncode=0)",
        "it began on worker gw0 and did not come to an end",
    ),
    "undecided": (
        (
            "    from contracts.histories.checker import Undecided\n    store.bookings.count()\n"
            "    raise Undecided('40 operations took more than 9 steps')"
        ),
        "it could not be examined: 40 operations took more than 9 steps",
    ),
    "harness_error": (
        "    import harness.errors\n    store.bookings.count()\n    raise harness.errors.StackError('full')",
        "it could not be examined: full",
    ),
}


def case(body: str, decorator: str = "") -> str:
    return f"import pytest\n{decorator}\ndef test_odd(store):\n{body}\n{TRUE_CASE}"


def test_true_case_is_parity(judge: Judge) -> None:
    assert judge(TRUE_CASE, "true") == (Status.PASSED, "PARITY")


@pytest.mark.parametrize("body", FAILING.values(), ids=FAILING)
def test_failing_case_is_a_divergence(judge: Judge, body: str) -> None:
    assert judge(case(body), "odd", "true", workers=0) == (Status.FAILED, "DIVERGENCE: 1 case")


@pytest.mark.parametrize(("body", "reason"), UNCHECKED.values(), ids=UNCHECKED)
def test_case_that_says_nothing_is_unchecked(judge: Judge, tiny: Any, body: str, reason: str) -> None:
    status, line = judge(case(body), "odd", "true")
    assert status is Status.UNCHECKED
    assert reason in " ".join([line, *tiny.reasons])


@pytest.mark.parametrize(
    ("mark", "body"),
    [
        ("skip", "    pass"),
        ("skipif(True, reason='never')", "    pass"),
        ("xfail", "    assert store.bookings.count() == 1"),
        ("xfail", "    assert store.bookings.count() == 0"),
        ("xfail(strict=False)", "    assert store.bookings.count() == 0"),
    ],
)
def test_marks_excuse_nothing(judge: Judge, mark: str, body: str) -> None:
    status, _ = judge(case(body, f"@pytest.mark.{mark}"), "odd", "true", workers=0)
    assert status is Status.UNCHECKED


def test_hanging_case_is_named_and_ended(judge: Judge) -> None:
    body = "    import threading\n    store.bookings.count()\n    threading.Event().wait()"
    status, line = judge(case(body), "odd", deadline_s=3.0)
    assert (status, line) == (
        Status.UNCHECKED,
        "COULD NOT CHECK: x.odd on memory did not end within 3 s.",
    )


def test_real_failure_beats_a_lost_worker(judge: Judge) -> None:
    source = """
import os

def test_a(store):
    assert store.bookings.count() == 1

def test_b(store, request):
    store.bookings.count()
    os._exit(0)
"""
    # Wherever the order of the seed puts the failure, the run names it or the loss, and never passes.
    status, line = judge(source, "a", "b", workers=2)
    assert status is not Status.PASSED
    assert line.startswith(("DIVERGENCE: 1 case", "COULD NOT CHECK: Worker"))


def test_fixture_that_breaks_is_unchecked(judge: Judge) -> None:
    fixture = "@pytest.fixture\ndef data(store):\n    raise OSError('no data')\n"
    source = f"import pytest\n{fixture}\ndef test_odd(data): ...\n{TRUE_CASE}"
    status, line = judge(source, "odd", "true", workers=0)
    assert status is Status.UNCHECKED
    assert "x.odd on memory: it could not be examined: no data" in line


def test_fixture_that_finds_a_divergence_fails(judge: Judge) -> None:
    fixture = "@pytest.fixture\ndef data(store):\n    assert store.bookings.count() == 1\n"
    source = f"import pytest\n{fixture}\ndef test_odd(data): ...\n{TRUE_CASE}"
    assert judge(source, "odd", "true", workers=0)[0] is Status.FAILED


def test_teardown_counts(judge: Judge) -> None:
    fixture = "@pytest.fixture\ndef data(store):\n    yield store\n    raise OSError('left over')\n"
    source = f"import pytest\n{fixture}\ndef test_odd(data): ...\n{TRUE_CASE}"
    status, line = judge(source, "odd", "true", workers=0)
    assert status is Status.UNCHECKED
    assert "left over" in line


def test_operation_and_sides_are_reported(judge: Judge, tiny: Any) -> None:
    judge(case("    assert store.bookings.count() == 16"), "odd", "true")
    (problem,) = [result.finished for result in tiny.judgement.results if result.finished.problem]
    assert [call.call for call in problem.operations] == ["bookings.count()"]
    assert (problem.problem.expected, problem.problem.actual) == ("16", "0")
    assert problem.problem.where.endswith("cases/test_x.py:4")
