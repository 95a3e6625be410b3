"""Reading JUnit XML: which tests ran, and how each ended."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from xml.etree import ElementTree as ET

from harness.errors import ConfigurationError

__all__ = ["Test", "TestResult", "read"]

_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
"""No JUnit file needs them, and they are how XML does harm."""


class TestResult(Enum):
    """How a test ended."""

    __test__ = False

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Test:
    """One test of one run."""

    __test__ = False

    result: TestResult
    message: str = ""
    """What a failed test says, or why one was skipped; one line."""


def read(content: bytes) -> Mapping[str, Test]:
    """Return the tests by id, ``class::name``; a repeated id gets a number. Raises ConfigurationError.

    A suite that counts more failures than its tests show is a test of its own that failed.
    """
    if any(mark in content for mark in _FORBIDDEN):
        raise ConfigurationError("the JUnit file declares a document type or entities, which none needs.")
    try:
        root = ET.fromstring(content)  # noqa: S314  # entities are refused above
    except ET.ParseError as error:
        raise ConfigurationError(f"the JUnit file is no XML: {error}.") from error
    if root.tag not in {"testsuites", "testsuite"}:
        raise ConfigurationError(f"the JUnit file starts with <{root.tag}>, not with <testsuites>.")
    tests: dict[str, Test] = {}
    seen: Counter[str] = Counter()
    for case in root.iter("testcase"):
        id = "::".join(part for part in (case.get("classname"), case.get("name")) if part) or "unnamed"
        seen[id] += 1
        tests[id if seen[id] == 1 else f"{id} ({seen[id]})"] = _test(case)
    for suite in root.iter("testsuite"):
        hidden = _hidden_failures(suite)
        if hidden:
            tests[f"suite {suite.get('name', 'unnamed')}"] = Test(
                result=TestResult.FAILED, message=f"{hidden} failures or errors that belong to no test"
            )
    return tests


def _test(case: ET.Element) -> Test:
    for tag in ("failure", "error"):
        found = case.find(tag)
        if found is not None:
            return Test(result=TestResult.FAILED, message=_line(found))
    skipped = case.find("skipped")
    if skipped is not None or case.get("status") in {"skipped", "disabled", "notrun"}:
        return Test(result=TestResult.SKIPPED, message=_line(skipped) if skipped is not None else "")
    return Test(result=TestResult.PASSED)


def _line(element: ET.Element) -> str:
    text = element.get("message") or element.text or ""
    return " ".join(text.split())[:300]


def _hidden_failures(suite: ET.Element) -> int:
    stated = sum(_number(suite, name) for name in ("failures", "errors"))
    # A test may have both a failure and an error (its tear-down), which are counted twice.
    shown = sum(len(case.findall("failure")) + len(case.findall("error")) for case in suite.iter("testcase"))
    of_suites = 0 if suite.find("testsuite") is None else stated  # an outer suite repeats the inner counts
    return max(0, stated - shown - of_suites)


def _number(suite: ET.Element, name: str) -> int:
    try:
        return int(suite.get(name, "0"))
    except ValueError:
        return 0
