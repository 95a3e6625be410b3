"""The report as JUnit XML, which every CI system displays. One test case per step and finding."""

import re
from xml.etree import ElementTree as ET

from harness.models.outcome import Finding
from harness.models.verdict import Row
from harness.reports.run import GateRun

__all__ = ["render", "xml_text"]

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(run: GateRun) -> str:
    """Return XML. What could not be checked is an error, never a skipped test, which CI shows green."""
    suite = ET.Element("testsuite", name="parity gate", time=f"{run.duration_s:.3f}")
    properties = ET.SubElement(suite, "properties")
    accepted = [("accepted gap", finding.message) for finding in run.verdict.accepted]
    for name, value in (*run.facts, *accepted, ("verdict", run.verdict.sentence)):
        ET.SubElement(properties, "property", name=name, value=xml_text(value))
    cases = [_step(row) for row in run.verdict.rows]
    cases += [_finding(finding) for finding in run.verdict.findings]
    suite.extend(cases)
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _step(row: Row) -> ET.Element:
    case = ET.Element("testcase", classname="gate", name=xml_text(row.step), time=f"{row.duration_s:.3f}")
    if row.status.exit_status == 1:
        ET.SubElement(case, "failure", message="this step has findings")
    elif row.status.exit_status == 2:
        ET.SubElement(case, "error", message=xml_text(row.reason or "could not be checked"))
    return case


def _finding(finding: Finding) -> ET.Element:
    case = ET.Element("testcase", classname="gate.findings", name=xml_text(finding.id))
    failure = ET.SubElement(case, "failure", message=xml_text(finding.message))
    failure.text = xml_text(
        f"where: {finding.where}\nexpected: {finding.expected}\nactual: {finding.actual}\n"
    )
    return case


def xml_text(text: str) -> str:
    """Return the text without characters that no XML may contain."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
