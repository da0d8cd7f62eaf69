"""JUnit XML, read by a reader that others use."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import junitparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqbench import reports
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.reports.junit import render_junit
from tests.support import sample_report


def read(records: list[Record]) -> junitparser.JUnitXml:
    return junitparser.JUnitXml.fromstring(render_junit(reports.build(records, "my run")))


def test_every_cell_is_a_test_case_in_its_models_suite() -> None:
    records = sample_report.broken_run()
    found = read(records)
    assert [suite.name for suite in found] == sorted(sample_report.MODELS)
    cases = [case for suite in found for case in suite]
    assert len(cases) == len(records)
    assert len({(case.classname, case.name) for case in cases}) == len(records)


def test_counts_agree_with_the_test_cases() -> None:
    found = read(sample_report.broken_run())
    said = (found.tests, found.failures, found.errors, found.skipped)
    found.update_statistics()  # type: ignore[no-untyped-call] # the library's own
    assert said == (found.tests, found.failures, found.errors, found.skipped)
    assert all(number > 0 for number in said)


@pytest.mark.parametrize(
    ("status", "element"),
    [
        (Status.FAIL, junitparser.Failure),
        (Status.UNSUPPORTED, junitparser.Failure),
        (Status.ERROR, junitparser.Error),
        (Status.UNAVAILABLE, junitparser.Skipped),
    ],
)
def test_a_status_becomes_an_element_with_its_reason(status: Status, element: type) -> None:
    cell = Cell(model="a", kind=Kind.VERIFY, target="onnx", runtime="onnxruntime")
    reason = 'the first line <b> & "c"\nthe second'
    (suite,) = read([Record(cell=cell, status=status, reason=reason, elapsed_s=0.25)])
    (case,) = suite
    (result,) = case.result
    assert isinstance(result, element)
    assert (result.type, result.message) == (str(status), 'the first line <b> & "c"')
    assert result.text == reason
    assert (case.classname, case.name) == ("a", "verify[onnx-onnxruntime-cpu-fp32]")
    assert case.time == 0.25


def test_a_pass_has_no_result_but_its_notes() -> None:
    record = Record(cell=Cell(model="a", kind=Kind.TRAIN), status=Status.PASS, notes=("slow",))
    (suite,) = read([record])
    (case,) = suite
    assert case.is_passed
    assert case.system_out == "slow"


@given(st.lists(sample_report.RECORDS, max_size=6))
def test_any_record_makes_xml_in_the_schemas_order(records: list[Record]) -> None:
    text = render_junit(reports.build(records, "my\x00run\ufffe"))
    root = ET.fromstring(text)  # noqa: S314 - it is our own
    order = ["failure", "error", "skipped", "system-out"]
    for case in root.iter("testcase"):
        places = [order.index(child.tag) for child in case]
        assert all(low < high for low, high in pairwise(places))
