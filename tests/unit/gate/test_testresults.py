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
    "xml",
    [
        '<testsuites failures="3" errors="2"><testsuite><testcase name="a"/></testsuite></testsuites>',
        '<testsuite failures="2"><testsuite failures="0"><testcase name="a"/></testsuite></testsuite>',
        '<testsuite tests="9"><error message="crashed"/><testcase name="a"/></testsuite>',
        '<testsuites><failure/><testsuite><testcase name="a"/></testsuite></testsuites>',
        '<testsuite><testcase name="a" status="failed"/></testsuite>',
        '<testsuite><testcase name="a" status="error"/></testsuite>',
        '<testsuite><testcase name="a" result="Failure"/></testsuite>',
        '<testsuite status="failed"><testcase name="a"/></testsuite>',
        '<testsuite xmlns:q="urn:q"><testcase name="a"><q:failure/></testcase></testsuite>',
        '<q:testsuite xmlns:q="urn:q" q:errors="1"><q:testcase name="a"/></q:testsuite>',
    ],
)
def test_a_failure_is_seen_wherever_it_is_said(xml: str) -> None:
    assert TestResult.FAILED in results(xml).values()


def test_a_failure_that_every_suite_repeats_is_one() -> None:
    xml = (
        '<testsuites errors="1"><testsuite name="s" errors="1"><testcase name="a"/></testsuite></testsuites>'
    )
    assert list(results(xml)) == ["a", "suite s"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'<testsuite name="s" tests="9"><testcase/></testsuite>', "suite s counts 9 tests and holds 1"),
        (b'<testsuites tests="2"><testsuite tests="1"><testcase/></testsuite></testsuites>', "not whole"),
        (b'<testsuite failures="many"/>', "failures='many', which is no number"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>'.encode("utf-16"), "is no UTF-8"),
        ("<testsuite/>".encode("utf-32-be"), "is no UTF-8"),
        (
            b'<?xml version="1.0" encoding="cp037"?>' + "<!DOCTYPE a><testsuite/>".encode("cp037"),
            "is no XML|declares a document type",
        ),
        (b"", "is no XML"),
        (b"<testsuite>", "is no XML"),
        (b"<html/>", "starts with <html>"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>', "declares a document type"),
    ],
)
def test_what_is_no_junit_file_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        read(content)
