"""Whole runs in real processes, also ones that are killed or whose models misbehave."""

import json
import shutil
import signal
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from seqbench import InputError, Record, Status, api
from seqbench.core import store
from seqbench.core.record import Kind
from seqbench.machine import host
from tests.support.commands import seqbench
from tests.support.processes import family, start, survivors, wait_for

pytestmark = pytest.mark.slow
TARGETS = ("saved_model", "tflite", "onnx")


def by_key(records: Sequence[Record]) -> dict[str, Record]:
    return {record.cell.key: record for record in records}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a scenario, all but the browser."""
    folder = tmp_path_factory.mktemp("run")
    api.run(["three_class"], out=folder, targets=TARGETS, devices=("cpu", "gpu"))
    return folder


def test_every_planned_cell_has_a_record_and_passes(finished: Path) -> None:
    planned = json.loads((finished / "run.json").read_text())["cells"]
    records = [json.loads(path.read_text()) for path in (finished / "records").glob("*.json")]
    assert len(records) == len(planned)
    assert {record["kind"] for record in records} == {"train", "infer", "export", "verify"}
    for record in records:
        wanted = Status.PASS if record["device"] == "cpu" else Status.UNAVAILABLE
        assert record["status"] == wanted, record


def test_records_hold_what_was_measured(finished: Path) -> None:
    records = by_key(store.read_records(finished))
    train = records["three_class.train.keras.cpu.fp32.b16"]
    assert train.metrics["accuracy"] > 0.9
    assert train.first_call_s is not None
    assert train.first_call_s > max(train.samples_s)
    assert train.load_s is not None
    assert train.details["timing"]["cpu_s"][0] > 0
    assert train.details["timing"]["import_s"][0] > 0
    infer = records["three_class.infer.onnx.onnxruntime.cpu.fp32.b32"]
    assert len(infer.samples_s) >= 7
    assert infer.samples_per_process == (len(infer.samples_s),)
    assert 0 <= infer.details["timing"]["loop_cost_s"][0] < 1e-4
    assert infer.details["timing"]["import_s"][0] > 0
    assert infer.ran_on == "cpu"
    assert infer.peak_memory_bytes is not None
    assert infer.peak_memory_bytes < 200e6  # TensorFlow alone is larger than this
    verify = records["three_class.verify.tflite.litert.cpu.fp32"]
    assert verify.tolerance is not None
    assert verify.max_abs_error is not None
    assert 0 < verify.max_abs_error <= verify.tolerance
    assert verify.machine["versions"]["ai-edge-litert"]
    export = records["three_class.export.onnx.cpu.fp32"]
    assert export.size_bytes == (finished / (export.artifact or "")).stat().st_size


@pytest.mark.timing
def test_what_is_timed_runs_alone_and_exports_run_together(tmp_path: Path) -> None:
    api.run(
        ["three_class", "three_layer"],
        out=tmp_path,
        targets=("onnx", "tflite"),
        runtimes=("keras", "onnxruntime"),
        devices=("cpu",),
    )
    spans: dict[str, list[tuple[float, float]]] = {"timed": [], "export": []}
    for record in store.read_records(tmp_path):
        began = datetime.fromisoformat(record.started_at or "").timestamp()
        ended = began + (record.elapsed_s or 0) - 0.002  # started_at is in whole milliseconds
        timed = record.cell.kind in (Kind.TRAIN, Kind.INFER)
        spans["timed" if timed else "export"].append((began, ended))

    def beside(one: tuple[float, float], others: list[tuple[float, float]]) -> bool:
        return any(one is not other and one[0] < other[1] and other[0] < one[1] for other in others)

    assert len(spans["timed"]) == 2 + 2 * 2 + 3 * 2
    assert not any(beside(one, spans["timed"] + spans["export"]) for one in spans["timed"])
    together = any(beside(one, spans["export"]) for one in spans["export"])
    assert together is (host.available_threads() > 1)


def test_artifacts_have_a_manifest(finished: Path) -> None:
    folder = finished / "artifacts" / "three_class"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest["artifacts"]) == set(TARGETS)
    entry = manifest["artifacts"]["onnx"]
    assert entry["input"] == {"name": "input", "shape": [None, 4], "dtype": "float32"}
    assert entry["files"][0]["size_bytes"] == (folder / "model.onnx").stat().st_size
    assert "Softmax" in entry["ops"]
    assert len(manifest["model"]["sha256"]) == 64


def test_a_second_run_measures_nothing_again(finished: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (finished / "records").iterdir()}
    api.run(["three_class"], out=finished, targets=TARGETS, devices=("cpu", "gpu"))
    assert {path: path.stat().st_mtime_ns for path in (finished / "records").iterdir()} == before


def test_a_run_goes_on_with_the_processes_that_it_lacks(finished: Path, tmp_path: Path) -> None:
    run = tmp_path / "copy"
    shutil.copytree(finished, run)
    records = api.run(
        ["three_class"],
        out=run,
        targets=("tflite",),
        runtimes=("keras", "litert"),
        kinds=("train", "infer", "verify"),
        devices=("cpu",),
        processes=2,
    )
    old = by_key(store.read_records(finished))
    assert {record.cell.kind for record in records} == {"train", "infer", "verify"}
    for record in records:
        before = old[record.cell.key]
        if record.cell.kind == "verify":
            assert record == before
        else:
            assert len(record.samples_per_process) == 2
            assert record.by_process[0] == before.samples_s
            assert record.metrics == before.metrics
            assert record.calls_per_sample == before.calls_per_sample
            assert all(len(column) == 2 for column in record.details["timing"].values())


def test_lost_records_are_made_again_and_whole_artifacts_taken_over(
    finished: Path, tmp_path: Path
) -> None:
    run = tmp_path / "copy"
    shutil.copytree(finished, run)
    for key in ("export.onnx", "export.tflite", "infer.onnx.onnxruntime"):
        end = ".b1" if key.startswith("infer") else ""
        (run / "records" / f"three_class.{key}.cpu.fp32{end}.json").unlink()
    damaged = run / "artifacts" / "three_class" / "model.tflite"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    records = by_key(api.run(["three_class"], out=run, targets=TARGETS, devices=("cpu", "gpu")))
    assert records["three_class.export.onnx.cpu.fp32"].cached
    assert not records["three_class.export.tflite.cpu.fp32"].cached
    whole = finished / "artifacts" / "three_class" / "model.tflite"
    assert damaged.read_bytes() == whole.read_bytes()
    again = records["three_class.infer.onnx.onnxruntime.cpu.fp32.b1"]
    assert again.status is Status.PASS
    assert not again.cached
    old = by_key(store.read_records(finished))[again.cell.key]
    assert again.samples_s != old.samples_s


def test_a_run_of_a_changed_scenario_is_refused(tiny_scenario: Path, tmp_path: Path) -> None:
    def go() -> Sequence[Record]:
        return api.run(
            [str(tiny_scenario)], out=tmp_path / "run", kinds=("export",), targets=("onnx",)
        )

    assert all(record.status is Status.PASS for record in go())
    tiny_scenario.write_text(tiny_scenario.read_text().replace("Dense(8", "Dense(9"))
    with pytest.raises(InputError, match=r"holds a run of another 'tiny'.*another folder with"):
        go()


CRASHES = """
import os
import pathlib
import keras

HERE = pathlib.Path(__file__).parent

class Bomb(keras.layers.Layer):
    def call(self, x):
        if any(HERE.glob("run/**/bomb/prepared.json")):
            os.abort()
        return x * 2.0

def build():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), Bomb()])
"""


def test_a_crash_is_an_error_and_the_other_models_go_on(
    tiny_scenario: Path, tmp_path: Path
) -> None:
    bomb = tmp_path / "bomb.py"
    bomb.write_text(CRASHES)
    records = by_key(
        api.run(
            [str(bomb), str(tiny_scenario)],
            out=tmp_path / "run",
            kinds=("export", "verify"),
            targets=("onnx", "tflite"),
            devices=("cpu",),
        )
    )
    mine = [record for record in records.values() if record.cell.model == "bomb"]
    others = [record for record in records.values() if record.cell.model == "tiny"]
    assert len(mine) == len(others) == 4
    assert all(record.status is Status.ERROR for record in mine)
    assert all("killed by SIGABRT" in (record.reason or "") for record in mine)
    assert all(record.status is Status.PASS for record in others)


def test_kill_9_loses_no_finished_record_and_leaves_no_process(
    tiny_scenario: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    words = ("run", tiny_scenario, "--out", run, "--target", "onnx", "--device", "cpu")
    process = start(*words, cwd=tmp_path)
    wait_for(lambda: len(list((run / "records").glob("*.json"))) >= 2)
    started = family(process)
    process.kill()
    process.communicate()
    assert not survivors(started, timeout_s=20)
    before = {path: path.read_text() for path in (run / "records").iterdir()}
    assert all(json.loads(text)["status"] == "pass" for text in before.values())

    page = Path(seqbench("report", run).stdout.strip()).read_text()
    assert "tiny" in page
    assert "never ran" in page

    again = seqbench(*words)
    assert again.exit_code == 0, again.stderr
    assert {path: path.read_text() for path in before} == before
    assert not [path for path in run.rglob(".*") if path.is_file()]


def test_ctrl_c_keeps_records_and_leaves_no_process(tiny_scenario: Path, tmp_path: Path) -> None:
    words = ("run", tiny_scenario, "--out", "run", "--target", "onnx", "--device", "cpu")
    process = start(*words, cwd=tmp_path)
    records = tmp_path / "run" / "records"
    wait_for(lambda: len(list(records.glob("*.json"))) >= 2)
    started = family(process)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr.splitlines()[-1] == "seqbench: interrupted; finished records are kept"
    assert "Traceback" not in stderr
    assert not survivors(started)
    assert len(list(records.glob("*.json"))) >= 2


def test_variants_are_judged_by_criteria_of_their_own(tmp_path: Path) -> None:
    chosen = ("fp16", "int8")
    records = by_key(api.export(["three_class"], out=tmp_path, targets=("onnx",), variants=chosen))
    assert {record.status for record in records.values()} == {Status.PASS}
    assert len(records) == 2 * 3
    narrow = records["three_class.verify.onnx.onnxruntime.cpu.int8"]
    assert narrow.tolerance is None
    assert narrow.details["limits"]["snr_db"] == 20
    assert (narrow.details["judged_on"], narrow.details["rows"]) == ("held-out", 38)
    assert 20 < narrow.details["snr_db"] < 100
    assert narrow.metrics["accuracy"] > 0.9
    again = by_key(api.export(["three_class"], out=tmp_path, targets=("onnx",), variants=("int8",)))
    assert again["three_class.export.onnx.cpu.int8"].cached
    file = tmp_path / "three_class" / "model.int8.onnx"
    (judged,) = api.verify(file, "three_class", variant="int8")
    assert judged.status == Status.PASS
    (strict,) = api.verify(file, "three_class")
    assert strict.status == Status.FAIL


def test_what_would_be_the_plain_artifact_is_unsupported_and_not_written(tmp_path: Path) -> None:
    found = api.export(
        ["three_class"], out=tmp_path, targets=("tflite",), variants=("fp16", "int8-weights")
    )
    records = by_key(found)
    assert records["three_class.verify.tflite.litert.cpu.fp16"].status is Status.PASS
    for key in ("export.tflite.cpu", "verify.tflite.litert.cpu"):
        record = records[f"three_class.{key}.int8-weights"]
        assert record.status is Status.UNSUPPORTED
        assert (record.reason or "").removeprefix("not exported: ") == (
            "int8-weights of this model would be its plain tflite: what is narrowed are weights of "
            "1024 elements and more, and it has none"
        )
    names = {path.name for path in (tmp_path / "three_class").iterdir()}
    assert names == {"README.md", "manifest.json", "model.tflite", "model.fp16.tflite"}
    file = tmp_path / "three_class" / "model.tflite"
    (judged,) = api.verify(file, "three_class", variant="int8-weights")
    assert judged.status is Status.FAIL
    assert judged.reason == "model.tflite is no int8-weights: it holds no weights in 8 bits"


def test_what_is_calibrated_needs_data(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)], name="bare")
    model.save(tmp_path / "bare.keras")
    found = api.export(
        [tmp_path / "bare.keras"], out=tmp_path, targets=("onnx",), variants=("fp16", "int8")
    )
    records = by_key(found)
    assert records["bare.verify.onnx.onnxruntime.cpu.fp16"].status == Status.PASS
    for key in ("bare.export.onnx.cpu.int8", "bare.verify.onnx.onnxruntime.cpu.int8"):
        assert records[key].status == Status.UNAVAILABLE
        assert "it is calibrated on data like the user's own" in (records[key].reason or "")
