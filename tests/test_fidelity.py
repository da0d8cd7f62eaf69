"""The comparison of our medians with the runtimes' own timers."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.fidelity import calls, own, study, table
from benchmarks.fidelity.study import COMPARISONS, Found

SAME = next(one for one in COMPARISONS if one.same)
OTHER = next(one for one in COMPARISONS if not one.same)


def found(comparison: study.Comparison, *ours: float) -> Found:
    return Found(comparison=comparison, model="m", own_s=ours, native_s=tuple(1e-5 for _ in ours))


def test_the_deviation_is_the_median_of_the_repeats() -> None:
    one = found(SAME, 1.01e-5, 0.99e-5, 1.5e-5)
    assert one.deviation == pytest.approx(0.01)
    text = table.markdown([one], 0.3, "command")
    assert (
        "| litert-benchmark | litert-call | m | 1 | 10.0 µs | 10.1 µs | +1.0% (-1.0% to +50.0%) |"
        in (text)
    )
    assert "Within 2%: 1 of 1 that time the same call." in text
    assert "Other programs used 0.3 CPUs meanwhile." in text


def test_only_the_same_call_can_miss_the_aim() -> None:
    far, other, near = found(SAME, 1.03e-5), found(OTHER, 3e-5), found(SAME, 0.99e-5)
    assert table.missed([far, other, near]) == [far]


def test_what_is_not_installed_is_unavailable_with_its_reason() -> None:
    gone = study.Comparison(tool="t", way="w", filename="f", module="no_such_module")
    with pytest.raises(RuntimeError, match="unavailable: no no_such_module here"):
        study._both(gone, Path("m"), 1, np.random.default_rng(0))
    reason = "unavailable: no no_such_module here"
    text = table.markdown([Found(comparison=gone, model="m", reason=reason)], 0.0, "command")
    assert f"| t | w | m | 1 | {reason} | | |" in text
    assert "Within 2%: 0 of 0" in text


def test_a_side_that_fails_is_told_with_its_last_line(tmp_path: Path) -> None:
    for tool, way, said in (
        ("litert-benchmark", "litert-call", "Failed to build flatbuffer model"),
        ("timeit", "onnxruntime", "no_such_file"),
    ):
        broken = study.Comparison(tool=tool, way=way, filename="f", module="numpy")
        with pytest.raises(RuntimeError, match=f"error: .*{said}"):
            study._both(broken, tmp_path / "no_such_file", 1, np.random.default_rng(0))


def test_inputs_are_distinct_and_of_so_many_rows() -> None:
    batches = calls.inputs((None, 3), "float32", 2)
    assert {x.shape for x in batches} == {(2, 3)}
    assert len({x.tobytes() for x in batches}) == len(batches)
    assert own.BUDGET.measure_s == calls.MEASURE_S
