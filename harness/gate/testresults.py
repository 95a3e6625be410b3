"""Reading JUnit XML: which tests ran, and how each ended."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from xml.etree import ElementTree as ET

from harness.errors import ConfigurationError

__all__ = ["Test", "TestResult", "is_results", "read"]

_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
"""No JUnit file needs them, and they are how XML does harm."""
_DECLARES = "the JUnit file declares a document type or entities, which none needs."
_SUITES = ("testsuite", "testsuites")
_FAILED = frozenset(
    {"failed", "failure", "fail", "error", "errored", "broken", "crashed", "timeout", "aborted"}
)
_SKIPPED = frozenset({"skipped", "disabled", "notrun"})


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

    A suite that tells more failures than its tests show is a test of its own that failed. One that counts
    more tests than it holds was cut off: unless something failed anyway, that is an error.
    """
    root = _parse(content)
    if root.tag not in _SUITES:
        raise ConfigurationError(f"the JUnit file starts with <{root.tag}>, not with <testsuites>.")
    tests: dict[str, Test] = {}
    seen: Counter[str] = Counter()
    hidden, cut_off = _of_suites(root)
    for id, test in [*((_id(case), _test(case)) for case in root.iter("testcase")), *hidden]:
        seen[id] += 1
        tests[id if seen[id] == 1 else f"{id} ({seen[id]})"] = test
    if cut_off and not any(test.result is TestResult.FAILED for test in tests.values()):
        raise ConfigurationError(f"the JUnit file is not whole: the suite {cut_off[0]}.")
    return tests


def _of_suites(root: ET.Element) -> tuple[list[tuple[str, Test]], list[str]]:
    """The failures that suites tell and no test shows, as tests; and which suites lack some of theirs."""
    failed, cut_off = [], []
    shown: dict[ET.Element, int] = {}
    cases: dict[ET.Element, int] = {}
    for element in reversed(list(root.iter())):  # each after all that it contains
        shown[element] = sum(shown[child] for child in element)
        cases[element] = sum(cases[child] for child in element)
        if element.tag == "testcase":
            shown[element] += max(len(_marks(element)), int(_test(element).result is TestResult.FAILED))
            cases[element] += 1
        elif element.tag in _SUITES:
            said = [_line(mark) or "it failed" for mark in _marks(element)]
            rest = _stated_failures(element) - shown[element] - len(said)
            said += [f"{rest} failures or errors that belong to no test"] if rest > 0 else []
            failed += [
                (f"suite {_name(element)}", Test(result=TestResult.FAILED, message=text)) for text in said
            ]
            # An outer suite repeats the inner counts.
            shown[element] = max(shown[element] + len(_marks(element)), _stated_failures(element))
            if _number(element, "tests") > cases[element]:
                cut_off.append(
                    f"{_name(element)} counts {element.get('tests')} tests and holds {cases[element]}"
                )
    return failed, cut_off


def is_results(content: bytes) -> bool:
    """True if this begins as a JUnit file does; its end may be missing, as of a run that was killed."""
    parser: Any = ET.XMLPullParser(events=("start",))
    try:
        parser.feed(content)
        found = next(iter(parser.read_events()), None)
    except (ET.ParseError, LookupError, ValueError):
        return False
    return found is not None and _local(str(found[1].tag)) in _SUITES


class _Builder(ET.TreeBuilder):
    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        raise ConfigurationError(_DECLARES)  # in whatever encoding it is written


def _parse(content: bytes) -> ET.Element:
    """The root element, with names that have no namespace."""
    if b"\0" in content or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ConfigurationError("the JUnit file is no UTF-8: it has a UTF-16 mark or zero bytes.")
    if any(mark in content for mark in _FORBIDDEN):
        raise ConfigurationError(_DECLARES)
    try:
        root = ET.fromstring(content, ET.XMLParser(target=_Builder()))  # noqa: S314  # no entities: see above
    except (ET.ParseError, LookupError, ValueError) as error:
        raise ConfigurationError(f"the JUnit file is no XML: {error}.") from error
    for element in root.iter():
        element.tag = _local(element.tag)
        for name in [name for name in element.attrib if name.startswith("{")]:
            element.attrib.setdefault(_local(name), element.attrib.pop(name))
    return root


def _id(case: ET.Element) -> str:
    return "::".join(part for part in (case.get("classname"), case.get("name")) if part) or "unnamed"


def _test(case: ET.Element) -> Test:
    for mark in _marks(case):
        return Test(result=TestResult.FAILED, message=_line(mark))
    words = {case.get(name, "").lower() for name in ("status", "result")}
    if words & _FAILED:
        return Test(result=TestResult.FAILED, message=f"its status is {', '.join(sorted(words & _FAILED))}")
    skipped = case.find("skipped")
    if skipped is not None or words & _SKIPPED:
        return Test(result=TestResult.SKIPPED, message=_line(skipped) if skipped is not None else "")
    return Test(result=TestResult.PASSED)


def _marks(element: ET.Element) -> list[ET.Element]:
    # A test may have both a failure and an error (its tear-down), which are counted twice.
    return [*element.findall("failure"), *element.findall("error")]


def _line(element: ET.Element) -> str:
    text = element.get("message") or element.text or ""
    return " ".join(text.split())[:300]


def _name(suite: ET.Element) -> str:
    return suite.get("name") or "unnamed"


def _stated_failures(suite: ET.Element) -> int:
    stated = _number(suite, "failures") + _number(suite, "errors")
    failed = any(suite.get(name, "").lower() in _FAILED for name in ("status", "result"))
    return max(stated, int(failed))


def _number(suite: ET.Element, name: str) -> int:
    text = suite.get(name, "").strip() or "0"
    try:
        return int(text)
    except ValueError as error:
        raise ConfigurationError(f"the JUnit file says {name}={text!r}, which is no number.") from error


def _local(name: str) -> str:
    return name.rpartition("}")[2]
