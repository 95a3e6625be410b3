"""The result as JUnit XML, which every CI system displays: one test case per judgement that decides."""

from xml.etree import ElementTree as ET

from harness.reports.junit import xml_text
from loadtests.reporting.facts import facts_of
from loadtests.reporting.wording import sentence, statement
from loadtests.result import Result
from loadtests.verdicts import Judgement, Verdict

__all__ = ["render"]


def render(result: Result) -> str:
    """Return XML. What could not be decided is an error, never a skipped test, which CI shows green."""
    suite = ET.Element("testsuite", name=xml_text(result.step), time=f"{result.duration_s:.3f}")
    properties = ET.SubElement(suite, "properties")
    for name, value in (*facts_of(result), ("verdict", sentence(result))):
        ET.SubElement(properties, "property", name=xml_text(name), value=xml_text(value))
    cases = [_case(result, one) for one in result.deciding]
    if result.unfit or not cases:
        case = ET.Element("testcase", classname="load", name="the run is fit to show something")
        error = ET.SubElement(case, "error", message=xml_text(sentence(result)))
        error.text = xml_text("\n".join(result.unfit))
        cases.insert(0, case)
    suite.extend(cases)
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _case(result: Result, one: Judgement) -> ET.Element:
    name = f"{one.endpoint} {one.metric} [{one.subject}]"
    case = ET.Element("testcase", classname=f"load.{xml_text(one.endpoint)}", name=xml_text(name))
    verdict = one.verdict
    if not result.complete or (result.unfit and verdict is Verdict.PASS):
        verdict = Verdict.INVALID
    if verdict is Verdict.PASS:
        return case
    kind = "failure" if verdict is Verdict.REGRESSED else "error"
    found = ET.SubElement(case, kind, type=verdict.value, message=xml_text(f"{statement(one)}."))
    found.text = xml_text(one.reason)
    return case
