import json
import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqbench.comparison.aspects import aspects
from seqbench.core import units
from seqbench.core.record import SCHEMA, Cell, Kind, Record, Status, decode, encode
from seqbench.reports import rows
from seqbench.reports.history.lines import lines
from seqbench.reports.pytest_benchmark import render_pytest_benchmark

numbers = st.none() | st.floats(allow_nan=False)
texts = st.none() | st.text(max_size=20)
cells = st.builds(
    Cell,
    model=st.text("abc_", min_size=1, max_size=8),
    kind=st.sampled_from(Kind),
    target=texts,
    runtime=texts,
    device=st.sampled_from(["cpu", "gpu"]),
    batch_size=st.none() | st.integers(1, 512),
    threads=st.none() | st.integers(1, 64),
)
records = st.builds(
    Record,
    cell=cells,
    status=st.sampled_from(Status),
    reason=texts,
    notes=st.lists(st.text(max_size=9), max_size=3).map(tuple),
    size_bytes=st.none() | st.integers(0, 2**40),
    cached=st.booleans(),
    max_abs_error=numbers,
    tolerance=numbers,
    metrics=st.dictionaries(st.text(max_size=5), st.floats(allow_nan=False), max_size=3),
)


processes = st.lists(st.lists(st.floats(0, 9), max_size=5).map(tuple), max_size=3).map(tuple)


@given(records, processes)
def test_a_record_survives_its_json(
    record: Record, processes: tuple[tuple[float, ...], ...]
) -> None:
    timed = replace(
        record,
        samples_s=tuple(sample for samples in processes for sample in samples),
        samples_per_process=tuple(map(len, processes)),
    )
    assert decode(json.loads(json.dumps(encode(timed), allow_nan=False))) == timed
    assert timed.by_process == processes


def test_samples_that_belong_to_no_process_are_refused() -> None:
    flat = encode(Record(cell=Cell(model="m", kind=Kind.TRAIN), status=Status.PASS))
    with pytest.raises(ValueError, match="record has 3 samples where its processes have 2"):
        decode({**flat, "samples_s": [1.0, 2.0, 3.0], "samples_per_process": [2]})


def test_nan_survives_as_text() -> None:
    cell = Cell(model="m", kind=Kind.VERIFY)
    record = Record(cell=cell, status=Status.FAIL, max_abs_error=math.nan, tolerance=math.inf)
    flat = encode(record)
    assert flat["max_abs_error"] == "nan"
    back = decode(flat)
    assert math.isnan(back.max_abs_error or 0)
    assert back.tolerance == math.inf


def test_a_field_of_another_type_is_named() -> None:
    flat = encode(Record(cell=Cell(model="m", kind=Kind.TRAIN), status=Status.PASS))
    with pytest.raises(ValueError, match=r"Expected `array`, got `str` - at `\$\.notes`"):
        decode({**flat, "notes": "one"})


def test_numbers_of_numpy_are_numbers_in_a_record() -> None:
    seen = {"share": np.float64(0.5), "most": np.float64("inf")}
    record = Record(cell=Cell(model="m", kind=Kind.TRAIN), status=Status.PASS, details=seen)
    assert json.loads(json.dumps(encode(record)))["details"] == {"share": 0.5, "most": "inf"}


def test_the_schema_is_pinned() -> None:
    """A change of these fields is a new schema number, with a line in its history."""
    flat = encode(Record(cell=Cell(model="m", kind=Kind.TRAIN), status=Status.PASS))
    assert SCHEMA == 2
    assert sorted(flat) == [
        *("artifact", "batch_size", "cached", "calls_per_sample", "details", "device"),
        *("elapsed_s", "error_ratio", "first_call_s", "kind", "load_s", "machine"),
        *("max_abs_error", "metrics", "model", "notes", "peak_memory_bytes", "ran_on", "reason"),
        *("runtime", "samples_per_process", "samples_s", "schema", "size_bytes", "started_at"),
        *("status", "target", "threads", "tolerance", "variant"),
    ]


def test_another_schema_is_refused() -> None:
    flat = encode(Record(cell=Cell(model="m", kind=Kind.TRAIN), status=Status.PASS))
    with pytest.raises(ValueError, match="record has schema 99, this seqbench reads 2: run it"):
        decode({**flat, "schema": 99})


@pytest.mark.parametrize("name", [name.name for name in fields(Record) if name.name != "cell"])
def test_a_missing_field_is_named(name: str) -> None:
    flat = encode(Record(cell=Cell(model="m", kind=Kind.TRAIN), status=Status.PASS))
    del flat[name]
    with pytest.raises(ValueError, match=f"record has no field '{name}'"):
        decode(flat)


def test_keys_tell_cells_apart() -> None:
    one = Cell(model="m", kind=Kind.INFER, runtime="keras", batch_size=1)
    other = Cell(model="m", kind=Kind.INFER, runtime="keras", batch_size=32)
    assert one.key == "m.infer.keras.cpu.fp32.b1"
    assert other.key != one.key


def test_every_view_of_a_cell_shows_one_median() -> None:
    """Of three processes, one slow and sampled most: pooled, their median would be the slow one."""
    processes = ((1e-3,) * 3, (2e-3,) * 3, (9e-3,) * 40)
    cell = Cell(model="m", kind=Kind.INFER, runtime="keras", batch_size=1)
    record = Record(
        cell=cell,
        status=Status.PASS,
        samples_s=tuple(sample for samples in processes for sample in samples),
        samples_per_process=tuple(map(len, processes)),
    )
    assert record.median is not None
    assert record.median.value == 2e-3
    (row,) = rows.build([record], "r").latencies
    ((mark,),) = [line.marks for line in lines([("r", [record])])]
    assert row.median == mark.median == record.median
    (time,) = (it for it in aspects(record, record, 0.05, 0.02) if it.name == "time")
    assert time.base == time.head == units.seconds(2e-3)
    (benchmark,) = json.loads(render_pytest_benchmark([record]))["benchmarks"]
    assert benchmark["stats"]["median"] == 2e-3
