"""The comparison of our medians with the runtimes' own timers."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.fidelity import calls, own, study, table
from benchmarks.fidelity.series import WINDOW_S, Held, Series, hold, read
from benchmarks.fidelity.study import COMPARISONS, Found

SAME = next(one for one in COMPARISONS if one.same)
OTHER = next(one for one in COMPARISONS if not one.same)


def found(comparison: study.Comparison, *ours: float) -> Found:
    held = tuple(Held(own_s=own, native_s=1e-5, deviation=own / 1e-5 - 1) for own in ours)
    return Found(comparison=comparison, model="m", held=held)


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


def series(times: np.ndarray, began: float, ended: float) -> Series:
    return Series(times_s=times.tolist(), began=began, ended=ended)


def test_sides_are_held_against_each_other_where_both_measured() -> None:
    # The machine is slow at first, and ours alone sees more of that.
    slow, fast = np.full(3000, 2e-5), np.full(3000, 1e-5)
    own = series(np.concatenate([slow, slow, 1.01 * fast]), 0.0, 3.0)
    native = series(np.concatenate([slow, fast]), 1.0, 3.0)
    assert hold(own, native).deviation == pytest.approx(0.005, abs=0.0051)
    found = hold(series(1.01 * np.concatenate([slow, slow, fast]), 0.0, 3.0), native)
    assert found.deviation == pytest.approx(0.01)


def test_what_is_measured_at_other_times_is_not_held() -> None:
    times = np.full(100, 1e-5)
    with pytest.raises(ValueError, match=r"both measured at once for 0\.000 s only"):
        hold(series(times, 0.0, 1.0), series(times, 2.0, 3.0))


def test_a_series_is_read_as_it_was_written(tmp_path: Path) -> None:
    times = np.random.default_rng(0).random(50)
    written = series(times, 1.5, 2.5)
    written.write(tmp_path / "s.json")
    found = read(tmp_path / "s.json")
    assert (found.began, found.ended) == (1.5, 2.5)
    assert found.times_s == pytest.approx(times, rel=1e-5)


@pytest.mark.slow
def test_a_tool_and_our_loop_take_turns(tmp_path: Path) -> None:
    from benchmarks.comparison import subject

    model = subject.make(tmp_path).model(0)
    comparison = next(one for one in COMPARISONS if one.tool == "timeit")
    held = study._both(comparison, model, subject.ROWS, np.random.default_rng(0))
    assert abs(held.deviation) < 0.2
    assert 0.5 < held.own_s / held.native_s < 2
    assert WINDOW_S > 2 * study.TURN_S
