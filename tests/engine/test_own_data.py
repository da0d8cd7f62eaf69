"""A bare model with data of its user's own: calibrated on it, judged by it, with its labels."""

from pathlib import Path

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from seqbench import Data, InputError, Status, api
from seqbench.core import arrays
from seqbench.core.record import Kind
from seqbench.core.store import read_records
from seqbench.reports.files import load
from tests.support.commands import seqbench

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose inputs are of thousands, which no layer tells, and examples of them."""
    folder = tmp_path_factory.mktemp("own")
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(3, "softmax")]
    )
    weights = model.get_weights()
    weights[0] /= 1000
    model.set_weights(weights)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.save(folder / "own.keras")
    x = np.random.default_rng(0).uniform(0, 9000, (300, 6)).astype("f4")
    y = model.predict(x, verbose=0).argmax(axis=-1)
    y[::10] = (y[::10] + 1) % 3  # the model is right nine times of ten
    arrays.save(
        folder / "own.npz", x_train=x[:100], y_train=y[:100], x_test=x[100:], y_test=y[100:]
    )
    return folder


def test_variants_are_calibrated_on_it_and_judged_by_its_labels(folder: Path) -> None:
    records = api.export(
        folder / "own.keras",
        data=folder / "own.npz",
        targets=["tflite"],
        variants=["fp16", "int8"],
        out=folder / "dist",
    )
    assert {record.status for record in records} == {Status.PASS}
    held_out = arrays.load(folder / "own.npz")
    judged = [record for record in records if record.cell.kind == Kind.VERIFY]
    assert [record.cell.variant for record in judged] == ["fp32", "fp16", "int8"]
    for record in judged[1:]:
        path = folder / "dist" / "own" / f"model.{record.cell.variant}.tflite"
        plain = Interpreter(str(path))
        plain.resize_tensor_input(plain.get_input_details()[0]["index"], (200, 6))
        plain.allocate_tensors()
        plain.set_tensor(plain.get_input_details()[0]["index"], held_out["x_test"])
        plain.invoke()
        got = plain.get_tensor(plain.get_output_details()[0]["index"]).argmax(axis=-1)
        true = float((got == held_out["y_test"]).mean())
        assert record.metrics == {"accuracy": pytest.approx(true)}
        assert record.details["own_metrics"] == {"accuracy": pytest.approx(0.9)}
        assert (record.details["judged_on"], record.details["rows"]) == ("held-out", 200)


def test_arrays_batches_and_metrics_are_taken_together(folder: Path) -> None:
    found = arrays.load(folder / "own.npz")
    records = api.run(
        keras.saving.load_model(folder / "own.keras", compile=False),
        data=Data(**found),
        metrics=["accuracy"],
        kinds=["infer", "verify"],
        targets=["onnx"],
        runtimes=["onnxruntime"],
        devices=["cpu"],
        batch_sizes=[1, 8],
        out=folder / "run",
    )
    assert [record.cell.batch_size for record in records] == [None, 1, 8]
    assert {record.status for record in records} == {Status.PASS}
    assert "held-out" in read_records(folder / "run")[-1].details["weights"]
    with pytest.raises(InputError, match=r"data\.npz holds the data of an earlier run"):
        api.run(folder / "own.keras", data=Data(**found), out=folder / "run")


def test_a_run_of_other_data_is_another_run(folder: Path) -> None:
    words = ["run", folder / "own.keras", "--only", "export", "--target", "tflite"]
    words += ["--device", "cpu", "--out", folder / "other"]
    assert seqbench(*words, "--data", folder / "own.npz").exit_code == 0
    np.save(folder / "inputs.npy", np.ones((3, 6)))
    done = seqbench(*words, "--data", folder / "inputs.npy")
    assert done.exit_code == 2
    assert "or the file or its data has changed since): choose another folder" in done.stderr
    assert load(folder / "other").failures == ()


@pytest.mark.parametrize(
    ("data", "metrics", "message"),
    [
        (
            {"x": np.ones((4, 5))},
            (),
            r"bad\.npz, x_train: first layer 'dense.*' expects shape \(6\)",
        ),
        (
            {"x": np.ones((4, 6)), "y": np.full(4, 3)},
            (),
            r"bad\.npz, y_train: .* the classes 0 to 2",
        ),
        ({"x": np.ones((4, 6)), "y": np.ones(4)}, ("mae",), r"y_train: last layer .* shape \(3\)"),
        ({"x": np.ones((4, 6))}, ("accuracy",), r"bad\.npz: the metrics accuracy need labels"),
        (
            {"x": np.ones((4, 6))},
            ("precision",),
            r"unknown metric 'precision': expected",
        ),
        (
            None,
            ("accuracy",),
            r"the model comes without data, .* give it with --data",
        ),
    ],
)
def test_what_does_not_fit_is_a_line(
    data: dict[str, np.ndarray] | None, metrics: tuple[str, ...], message: str, folder: Path
) -> None:
    if data is not None:
        arrays.save(folder / "bad.npz", **data)
    with pytest.raises(InputError, match=message):
        api.export(
            folder / "own.keras",
            data=None if data is None else folder / "bad.npz",
            metrics=metrics,
            targets=["tflite"],
            out=folder / "bad",
        )
