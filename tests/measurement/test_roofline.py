"""The time that no runtime can beat."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import seqbench
from seqbench.core.record import Cell, Kind
from seqbench.measurement import roofline
from seqbench.measurement.roofline import READ_BYTES, Peak, bound_of_call, bound_of_cell
from seqbench.models import arithmetic
from seqbench.models.arithmetic import Demand, demand

PEAK = Peak(cores=2, core_flops_per_s=100e9, core_bytes_per_s=(180e9, 120e9, 95e9, 96e9, 40e9, 9e9))
DEMANDS = st.builds(
    Demand,
    macs=st.integers(0, 10**12),
    weight_bytes=st.integers(0, 10**11),
    example_bytes=st.integers(0, 10**8),
)


@pytest.mark.parametrize(
    ("moved", "rate"),
    [
        (2 * READ_BYTES[0] - 1, None),  # it fits where the arithmetic units are fed from
        (2 * READ_BYTES[0], 2 * 180e9),
        (2 * READ_BYTES[2] - 1, 2 * 120e9),
        (2 * READ_BYTES[2], 2 * 96e9),  # a larger set was read faster, so this one can be
        (100 * READ_BYTES[-1], 2 * 9e9),
    ],
)
def test_each_cores_part_is_read_where_it_fits(moved: int, rate: float | None) -> None:
    found = bound_of_call(PEAK, Demand(macs=0, weight_bytes=moved, example_bytes=0), rows=1)
    assert found.bytes_per_s == rate
    assert found.bound_s == (moved / rate if rate else 0)


def test_the_bound_is_the_larger_of_arithmetic_and_memory() -> None:
    asked = Demand(macs=10**9, weight_bytes=2**30, example_bytes=1000)
    found = bound_of_call(PEAK, asked, rows=8)
    assert found.arithmetic_s == pytest.approx(16e9 / 200e9)
    assert found.memory_s == pytest.approx((2**30 + 8000) / 18e9)
    assert found.bound_s == max(found.arithmetic_s, found.memory_s)


@given(DEMANDS, st.integers(1, 512), st.integers(1, 4))
def test_more_rows_never_take_less_and_more_threads_never_more(
    asked: Demand, rows: int, threads: int
) -> None:
    assert bound_of_call(PEAK, asked, rows).bound_s <= bound_of_call(PEAK, asked, rows + 1).bound_s
    fewer, more = (bound_of_call(PEAK, asked, rows, n).bound_s for n in (threads, threads + 1))
    assert more <= fewer


def test_a_models_demand_leaves_out_what_can_be_left_out() -> None:
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input((5,), dtype="int32"),
            layers.Embedding(1000, 8),
            layers.GlobalAveragePooling1D(),
            layers.BatchNormalization(),
            layers.Dense(3, activation="relu"),
        ]
    )
    expected = Demand(macs=8 * 3, weight_bytes=4 * (8 * 3 + 3), example_bytes=4 * (5 + 3))
    assert demand(model) == expected


def test_there_is_no_demand_where_it_is_not_known() -> None:
    import keras
    from keras import layers

    free = keras.Sequential([keras.Input((None, 4)), layers.LSTM(3)])
    narrow = keras.Sequential([keras.Input((4,)), layers.Dense(3, dtype="mixed_bfloat16")])
    assert demand(free) is None
    assert demand(narrow) is None


def test_text_has_no_size() -> None:
    assert arithmetic.tensor_bytes((None, 3), "string") == 0
    assert arithmetic.tensor_bytes((None, 3), "bool") == 3
    assert arithmetic.tensor_bytes((2, 3), "bfloat16") == 12


@pytest.mark.parametrize(
    ("change", "there"),
    [({}, True), ({"device": "gpu"}, False), ({"variant": "int8"}, False)],
)
def test_only_float32_on_the_cpu_has_a_bound(change: dict[str, Any], there: bool) -> None:
    asked = Demand(macs=1, weight_bytes=1, example_bytes=1)
    cell = Cell(model="a", kind=Kind.INFER, **change)
    assert (bound_of_cell(cell, asked, PEAK) is not None) is there
    assert bound_of_cell(cell, None, PEAK) is None
    assert bound_of_cell(cell, asked, None) is None


def test_a_peak_is_measured_by_the_given_clock() -> None:
    ticks = iter(range(10**9))
    peak = roofline.measure_peak(lambda: float(next(ticks)))
    assert peak.core_flops_per_s == 2 * 1024**3  # each call takes one of this clock's seconds
    assert peak.cores >= 1
    assert len(peak.core_bytes_per_s) == len(READ_BYTES)


@pytest.mark.timing
def test_nothing_that_runs_beats_the_bound(tmp_path: Path) -> None:
    records = seqbench.run(
        ["digits_cnn", "dense_64_10"],  # bound by arithmetic, and by memory
        out=tmp_path,
        kinds=["infer"],
        targets=["tflite", "onnx"],
        runtimes=["litert", "onnxruntime"],
        devices=["cpu"],
    )
    bounds: list[dict[str, Any]] = [record.details["roofline"] for record in records]
    for record, found in zip(records, bounds, strict=True):
        assert 0 < found["bound_s"] < min(record.samples_s), record.cell.key
