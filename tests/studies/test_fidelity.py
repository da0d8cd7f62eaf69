"""The comparison of our medians with the runtimes' own timers."""

from pathlib import Path

import numpy as np
import pytest

from seqbench import api
from studies.fidelity import study, table, turns, ways
from studies.fidelity.rounds import Rounds, read
from studies.fidelity.study import COMPARISONS, Found

SAME = next(one for one in COMPARISONS if one.same)
OTHER = next(one for one in COMPARISONS if not one.same)


def found(comparison: study.Comparison, *ours: float) -> Found:
    held = tuple(Rounds(own_s=[own], native_s=[1e-5]) for own in ours)
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
        study._held(gone, Path("m"), 1)
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
            study._held(broken, tmp_path / "no_such_file", 1)


def test_inputs_are_distinct_and_of_so_many_rows() -> None:
    batches = ways.inputs((None, 3), 2)
    assert {(x.shape, x.dtype.name) for x in batches} == {((2, 3), "float32")}
    assert len({x.tobytes() for x in batches}) == len(batches)


def test_rounds_are_held_against_each_other_whatever_the_machine_does(tmp_path: Path) -> None:
    slow = np.random.default_rng(0).uniform(1e-5, 2e-5, 200)  # the machine, the same for both
    rounds = Rounds(own_s=(1.01 * slow).tolist(), native_s=slow.tolist())
    assert rounds.deviation == pytest.approx(0.01)
    assert rounds.own_median_s == pytest.approx(1.01 * rounds.native_median_s)
    rounds.write(tmp_path / "rounds.json")
    assert read(tmp_path / "rounds.json") == rounds


def test_the_first_call_of_a_turn_is_not_counted() -> None:
    told: list[float] = []

    def block(seconds: float) -> list[float]:
        told.append(seconds)
        return [1e-3, 2e-3, 1e-3]

    found = turns.Turns()
    found.begin(block)
    assert (found.call_s, found.calls) == (1e-3, 6)
    found.pause()
    assert told == [turns.TURN_S] * 2
    held = found.held([[1.0, 2e-3, 3e-3, 2e-3]])
    assert held == Rounds(own_s=[1e-3], native_s=[2e-3])


@pytest.mark.timing
def test_a_tool_and_our_loop_take_turns(tmp_path: Path) -> None:
    api.export(["three_class"], out=tmp_path, targets=("tflite", "onnx"))
    for tool in ("timeit", "litert-benchmark"):
        comparison = next(one for one in COMPARISONS if one.tool == tool and one.same)
        held = study._held(comparison, tmp_path / "three_class" / comparison.filename, 1)
        assert len(held.own_s) == len(held.native_s) == turns.ROUNDS
        assert abs(held.deviation) < 0.2
        assert 0.5 < held.own_median_s / held.native_median_s < 2
