"""What ONNX cannot say is unsupported, naming layer and operation; what it can, runs."""

import copy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqbench.core.errors import Unsupported
from seqbench.models.weights import perturb
from seqbench.runtimes import onnxruntime
from seqbench.targets import TARGETS
from seqbench.targets.frozen import freeze
from seqbench.verdict import reference, tolerance


def export(layers: list[keras.Layer], path: Path, **start: str) -> keras.Sequential:
    model = keras.Sequential([keras.Input((6,), **start), *layers])
    perturb(model, seed=1)
    TARGETS["onnx"].export(freeze(model), path)
    return model


def test_an_operation_without_equivalent_names_its_layer(tmp_path: Path) -> None:
    layers = [keras.layers.Rescaling(2.0), keras.layers.Hashing(5, name="hashing_3")]
    with pytest.raises(Unsupported) as raised:
        export(layers, tmp_path / "model.onnx")
    assert str(raised.value) == (
        "layer 'hashing_3': operation StringToHashBucketFast has no equivalent in ONNX: "
        "tf2onnx has no way to write it and seqbench no rewrite"
    )


def test_what_the_runtime_lacks_in_float64_is_said_before_it_refuses(tmp_path: Path) -> None:
    model = keras.Sequential(
        [keras.Input((None, 2)), keras.layers.Conv1D(3, 2, dtype="float64", name="in")]
    )
    with pytest.raises(Unsupported) as raised:
        TARGETS["onnx"].export(freeze(model), tmp_path / "model.onnx")
    assert str(raised.value) == (
        "layer 'in': operation Conv2D in float64 has no equivalent in ONNX: "
        "ONNX Runtime has it in float32 alone"
    )


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"mask_token": ""},
        {"output_mode": "multi_hot"},
        {"invert": True},
        {"invert": True, "mask_token": ""},
    ],
)
def test_tables_of_words_are_label_encoders(config: dict[str, Any], tmp_path: Path) -> None:
    inverse = "invert" in config
    lookup = keras.layers.StringLookup(vocabulary=["ape", "bee", "ünïcödé"], **config)
    start = keras.Input((4,), dtype="int64" if inverse else "string")
    model = keras.Sequential([start, lookup])
    exported = TARGETS["onnx"].export(freeze(model), tmp_path / "model.onnx")
    assert any("LabelEncoder" in op for op in exported.ops)
    session = onnxruntime.load(tmp_path / "model.onnx", "cpu", 1)
    x = np.array([[0, 1, 2, 3], [4, 9, 0, 1]] if inverse else [["bee", "emu", "", "ünïcödé"]])
    expected = np.asarray(model(tf.constant(x)))
    if expected.dtype == object:
        expected = np.array([word.decode() for word in expected.flat]).reshape(x.shape)
    np.testing.assert_array_equal(session.run(x), expected)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "bfloat16"])
def test_bfloat16_computes_in_float32_and_says_so(policy: str, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(40, "tanh", dtype=policy)])
    perturb(model, seed=1)
    exported = TARGETS["onnx"].export(freeze(model), tmp_path / "model.onnx")
    assert exported.notes == ("in float32: ONNX Runtime has hardly an operation in bfloat16",)
    assert exported.output.dtype == "float32"
    session = onnxruntime.load(tmp_path / "model.onnx", "cpu", 1)
    cases = reference.build_cases(model, seed=0)
    assert all(
        tolerance.compare_outputs(case, session.run(case.x)).reason is None for case in cases
    )
    reference.save(cases, tmp_path / "cases.npz")
    for case, again in zip(cases, reference.load(tmp_path / "cases.npz"), strict=True):
        assert again.own.dtype.name == "bfloat16"
        np.testing.assert_array_equal(again.own, case.own)
        assert tolerance.compare_outputs(again, again.own).reason is None


def test_a_recurrent_layer_in_float64_is_a_loop(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((5, 3)), keras.layers.LSTM(4, dtype="float64")])
    exported = TARGETS["onnx"].export(freeze(model), tmp_path / "model.onnx")
    assert "Loop" in exported.ops
    assert "LSTM" not in exported.ops
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    found = onnxruntime.load(tmp_path / "model.onnx", "cpu", 1).run(x)
    np.testing.assert_allclose(found, model(x), atol=1e-12)


@pytest.mark.parametrize("sizes", [(5, 7), (7, 5), (3, 3), (8, 6)])
@pytest.mark.parametrize(
    "options", [{}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True}]
)
def test_a_nearest_resize_takes_tensorflow_s_pixels(
    tmp_path: Path, sizes: tuple[int, int], options: dict[str, bool]
) -> None:
    """tf2onnx's scales make 5 rows of some into 4, and shape inference said so."""
    layer = keras.layers.Resizing(*sizes, interpolation="nearest", **options)
    after = keras.layers.Conv2D(2, 3, use_bias=False, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((8, 6, 3)), layer, after])
    TARGETS["onnx"].export(freeze(model), tmp_path / "model.onnx")
    x = np.arange(144, dtype=np.float32).reshape(1, 8, 6, 3)
    pixels = np.asarray(layer(x))[0].sum(-1)
    true = np.lib.stride_tricks.sliding_window_view(pixels, (3, 3)).sum((2, 3))
    session = onnxruntime.load(tmp_path / "model.onnx", "cpu", 1)
    np.testing.assert_array_equal(session.run(x)[0, :, :, 0], true)


@pytest.mark.parametrize("fails", [False, True])
def test_the_graph_is_copied_only_where_an_optimizer_fails(
    small_rnn: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    from tf2onnx import optimizer
    from tf2onnx.graph import Graph
    from tf2onnx.optimizer.loop_optimizer import LoopOptimizer

    copied, tried = [], []

    def deepcopy(value: Any) -> Any:
        copied.append(isinstance(value, Graph))
        return copy.deepcopy(value)

    def fail(_: Any, graph: Any) -> Any:
        tried.append(graph)
        raise ZeroDivisionError

    monkeypatch.setattr(optimizer, "copy", SimpleNamespace(deepcopy=deepcopy))
    if fails:
        monkeypatch.setattr(LoopOptimizer, "_optimize", fail)
    TARGETS["onnx"].export(freeze(small_rnn), tmp_path / "model.onnx")
    assert any(copied) is bool(tried) is fails
    x = np.random.default_rng(0).integers(1, 11, (4, 7)).astype(np.int32)
    with onnxruntime.RUNTIME.start() as load:
        found = load(tmp_path / "model.onnx", "cpu", 1).run(x)
    np.testing.assert_allclose(found, small_rnn(x, training=False), atol=1e-6)
