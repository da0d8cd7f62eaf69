"""What TFLite takes only rewritten, and what it cannot take at all."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from keras import layers

from seqbench.core.errors import Unsupported
from seqbench.runtimes import litert
from seqbench.targets import TARGETS
from seqbench.targets.frozen import Traces, freeze
from seqbench.targets.saved_model import writer as saved_model_writer

export = TARGETS["tflite"].export


@pytest.mark.slow
@pytest.mark.parametrize(
    ("policy", "output", "atol"),
    [
        ("mixed_float16", "float16", 2e-3),
        ("mixed_bfloat16", "float32", 2e-2),  # numpy has no bfloat16
        ("float64", "float32", 1e-6),
    ],
)
@pytest.mark.parametrize("kind", ["Dense", "LSTM"])
def test_other_precisions_compute_in_float32(
    policy: str, output: str, atol: float, kind: str, tmp_path: Path
) -> None:
    keras.utils.set_random_seed(0)
    made = getattr(layers, kind)(4, dtype=policy)
    model = keras.Sequential([keras.Input((5, 3), dtype="float32"), made])
    exported = export(freeze(model), tmp_path / "model.tflite")
    assert exported.notes[-1] == (
        "computes in float32: TFLite has few operations in other precisions"
    )
    session = litert.load(tmp_path / "model.tflite", "cpu", 1)
    assert (session.input.dtype, session.output.dtype) == ("float32", output)
    x = np.random.default_rng(0).normal(size=(3, 5, 3)).astype("float32")
    expected = np.asarray(model(x)).astype("float64")
    np.testing.assert_allclose(session.run(x).astype("float64"), expected, atol=atol)


def test_a_float64_convolution_is_no_sum_of_products(tmp_path: Path) -> None:
    """As for formats that have it in float32 alone: TFLite computes in float32 anyhow."""
    keras.utils.set_random_seed(0)
    made = layers.Conv3DTranspose(2, 2, strides=2, dtype="float64")
    model = keras.Sequential([keras.Input((2, 3, 3, 2), dtype="float32"), made])
    exported = export(freeze(model), tmp_path / "model.tflite")
    assert "CONV_3D_TRANSPOSE" in exported.ops
    session = litert.load(tmp_path / "model.tflite", "cpu", 1)
    x = np.random.default_rng(0).normal(size=(2, 2, 3, 3, 2)).astype("float32")
    np.testing.assert_allclose(session.run(x), np.asarray(model(x)), atol=1e-6)


def test_a_variable_image_need_not_be_as_large_as_a_window(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((None, None, 2)), layers.Conv2D(3, 3)])
    export(freeze(model), tmp_path / "model.tflite")
    session = litert.load(tmp_path / "model.tflite", "cpu", 1)
    for size in (5, 9, 4):
        x = np.random.default_rng(0).normal(size=(2, size, size + 1, 2)).astype("float32")
        np.testing.assert_allclose(session.run(x), np.asarray(model(x)), atol=1e-5)


def test_strings_are_refused_by_the_names_of_layer_and_operation(tmp_path: Path) -> None:
    words = layers.StringLookup(vocabulary=["a", "b"], invert=True, name="words")
    model = keras.Sequential([keras.Input((4,), dtype="int64"), words])
    with pytest.raises(Unsupported) as caught:
        export(freeze(model), tmp_path / "model.tflite")
    assert str(caught.value) == (
        "layer 'words': operation LookupTableFindV2 has no equivalent in TFLite: "
        "LiteRT has no operations on strings"
    )


def test_an_operation_that_is_missing_is_named_with_its_layer(tmp_path: Path) -> None:
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Lambda(keras.ops.negative, name="dense"),
            layers.Lambda(keras.ops.erfinv, name="dense_1"),
        ]
    )
    with pytest.raises(Unsupported) as caught:
        export(freeze(model), tmp_path / "model.tflite")
    assert str(caught.value) == (
        "layer 'dense_1': operation Erfinv has no equivalent in TFLite: "
        "LiteRT runs it only beside TensorFlow"
    )


def test_a_graph_without_loops_is_converted_with_its_variables(
    small_cnn: Any, small_rnn: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The converter makes constants of them; a frozen graph costs nine times the weights."""
    made: list[bool] = []
    save = saved_model_writer.save

    def watched(frozen: Any, path: Path, *, with_variables: bool) -> None:
        made.append(with_variables)
        save(frozen, path, with_variables=with_variables)

    monkeypatch.setattr(saved_model_writer, "save", watched)
    for model in (small_cnn, small_rnn):
        TARGETS["tflite"].export(freeze(model), tmp_path / f"{model.name}.tflite")
    assert made[0] is True
    for name in ("small_cnn", "small_rnn"):
        interpreter = Interpreter(str(tmp_path / f"{name}.tflite"))
        ops = {op["op_name"] for op in interpreter._get_ops_details()}
        assert not {op for op in ops if "VARIABLE" in op or "VAR_HANDLE" in op}


def test_nothing_is_frozen_before_a_target_needs_it(small_cnn: Any, tmp_path: Path) -> None:
    frozen = freeze(small_cnn)
    TARGETS["tflite"].export(frozen, tmp_path / "model.tflite")
    assert "function" not in vars(frozen)
    TARGETS["onnx"].export(frozen, tmp_path / "model.onnx")
    assert "function" not in vars(frozen)
    TARGETS["saved_model"].export(frozen, tmp_path / "model")
    assert "function" in vars(frozen)


def test_other_weights_of_one_trace_are_in_their_own_file(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4, 3)), layers.LSTM(2)])
    traces, x = Traces(model), np.random.default_rng(0).random((2, 4, 3), np.float32)
    for i in range(2):
        model.set_weights([weight + 0.3 * i for weight in model.get_weights()])
        path = tmp_path / f"{i}.tflite"
        TARGETS["tflite"].export(traces.freeze(), path)
        with litert.RUNTIME.start() as load:
            got = load(path, "cpu", 1).run(x)
        np.testing.assert_allclose(got, np.asarray(model(x, training=False)), atol=1e-6)
