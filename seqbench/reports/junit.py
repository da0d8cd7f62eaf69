"""A run as JUnit XML: a test case for each cell, in a suite for each model.

`fail` and `unsupported` are failures, `error` is an error, `unavailable` is skipped; so a CI
service shows green where seqbench exits with 0, and nowhere else.
"""

from itertools import groupby
from xml.etree import ElementTree as ET

from seqbench.core.record import Record, Status
from seqbench.reports.problems import NO_REASON
from seqbench.reports.pytest_benchmark import name
from seqbench.reports.rows import Report

ELEMENTS = {
    Status.FAIL: "failure",
    Status.UNSUPPORTED: "failure",
    Status.ERROR: "error",
    Status.UNAVAILABLE: "skipped",
}
"""What stands in a test case that did not pass; its `type` is the status's own word."""


def render_junit(report: Report) -> str:
    """Return the XML text; what records say is cleaned of what XML cannot hold, and escaped."""
    suites = ET.Element("testsuites", {"name": f"seqbench {report.run_name}"})
    _count(suites, report.records)
    by_model = sorted(report.records, key=lambda record: record.cell.model)  # stable
    for model, found in groupby(by_model, key=lambda record: record.cell.model):
        _suite(suites, model, list(found))
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _suite(parent: ET.Element, model: str, records: list[Record]) -> None:
    suite = ET.SubElement(parent, "testsuite", {"name": model})
    _count(suite, records)
    times = [record.started_at for record in records if record.started_at]
    if times:
        suite.set("timestamp", min(times)[:19])  # the schema's has no zone; it is UTC
    for record in records:
        case = ET.SubElement(
            suite,
            "testcase",
            {"classname": model, "name": name(record.cell), "time": f"{record.elapsed_s or 0:.3f}"},
        )
        if record.status in ELEMENTS:
            reason = record.reason or NO_REASON
            what = {"type": str(record.status), "message": reason.splitlines()[0]}
            ET.SubElement(case, ELEMENTS[record.status], what).text = reason
        if record.notes:
            ET.SubElement(case, "system-out").text = "\n".join(record.notes)


def _count(element: ET.Element, records: tuple[Record, ...] | list[Record]) -> None:
    """Say how many test cases there are, and how they ended."""
    kinds = [ELEMENTS.get(record.status) for record in records]
    element.set("tests", str(len(records)))
    for plural, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(plural, str(kinds.count(kind)))
    element.set("time", f"{sum(record.elapsed_s or 0 for record in records):.3f}")
