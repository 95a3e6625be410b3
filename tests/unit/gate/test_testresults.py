"""JUnit as different tools write it."""

import pytest

from harness.errors import ConfigurationError
from harness.gate.testresults import TestResult, read


def results(xml: str) -> dict[str, TestResult]:
    return {id: test.result for id, test in read(xml.encode()).items()}


def test_tests_are_named_by_class_and_name() -> None:
    assert results(
        '<testsuites><testsuite><testcase classname="a.B" name="c"/></testsuite></testsuites>'
    ) == {"a.B::c": TestResult.PASSED}


@pytest.mark.parametrize(
    ("inner", "result"),
    [
        ("", TestResult.PASSED),
        ("<system-out>x</system-out>", TestResult.PASSED),
        ('<failure message="m"/>', TestResult.FAILED),
        ("<error>boom</error>", TestResult.FAILED),
        ("<skipped/>", TestResult.SKIPPED),
    ],
)
def test_the_result_is_what_the_case_contains(inner: str, result: TestResult) -> None:
    assert results(f'<testsuite><testcase name="a">{inner}</testcase></testsuite>') == {"a": result}


def test_a_repeated_name_is_another_test() -> None:
    assert list(results('<testsuite><testcase name="a"/><testcase name="a"/></testsuite>')) == ["a", "a (2)"]


def test_failures_that_no_test_shows_are_not_lost() -> None:
    xml = '<testsuites><testsuite name="s" errors="1"><testcase name="a"/></testsuite></testsuites>'
    assert results(xml) == {"a": TestResult.PASSED, "suite s": TestResult.FAILED}


def test_an_outer_suite_may_repeat_the_inner_counts() -> None:
    inner = '<testsuite name="in" failures="1"><testcase name="a"><failure/></testcase></testsuite>'
    assert results(f'<testsuite name="out" failures="1">{inner}</testsuite>') == {"a": TestResult.FAILED}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is no XML"),
        (b"<testsuite>", "is no XML"),
        (b"<html/>", "starts with <html>"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>', "declares a document type"),
    ],
)
def test_what_is_no_junit_file_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        read(content)
