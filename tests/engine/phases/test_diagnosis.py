"""A faulty artifact's record names the layer at which it parts from the model, on every target."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from seqbench import Status, api
from seqbench.targets import TARGETS
from seqbench.targets.frozen import freeze

pytestmark = pytest.mark.slow


def images() -> Any:
    """Return a model whose convolution and normalization some formats make one operation."""
    stack = [
        keras.Input((10, 10, 2)),
        layers.Conv2D(6, 3, use_bias=False, name="conv"),
        layers.BatchNormalization(name="norm"),
        layers.ReLU(name="relu"),
        layers.Flatten(name="flat"),
        layers.Dense(8, activation="tanh", name="hidden"),
        layers.Dense(3, name="last"),
    ]
    return keras.Sequential(stack, name="images")


def words() -> Any:
    """Return a model with loops."""
    stack = [
        keras.Input((9,), dtype="int32"),
        layers.Embedding(30, 8, mask_zero=True, name="table"),
        layers.Bidirectional(layers.LSTM(5, return_sequences=True), name="both"),
        layers.GRU(4, name="gru"),
        layers.Dense(3, name="last"),
    ]
    return keras.Sequential(stack, name="words")


def trained(model: Any) -> Any:
    """Return the model with weights that hide no fault."""
    rng = np.random.default_rng(0)
    model.set_weights([w + 0.1 * rng.random(w.shape) for w in model.get_weights()])
    return model


def rounded(model: Any, name: str) -> None:
    """Round a layer's first weight to float16, the mildest of faults."""
    layer = model.get_layer(name)
    first, *others = layer.get_weights()
    layer.set_weights([first.astype(np.float16).astype(np.float32), *others])


BROWSER = pytest.mark.browser
CASES = [
    pytest.param(target, *fault, marks=BROWSER if target == "tfjs" else [])
    for target in TARGETS
    for fault in ((images, "norm", "conv"), (words, "both", "table"))
]
CASES += [
    pytest.param("tflite", images, "conv", None),
    pytest.param("onnx", images, "last", "hidden"),
]


@pytest.mark.parametrize(("target", "make", "layer", "before"), CASES)
def test_the_layer_is_named(
    target: str, make: Any, layer: str, before: str | None, tmp_path: Path
) -> None:
    keras.utils.set_random_seed(0)
    model = trained(make())
    faulty = keras.models.clone_model(model)
    faulty.set_weights(model.get_weights())
    if layer == "norm":
        faulty.get_layer(layer).epsilon = 1e-2
    else:
        rounded(faulty, layer)
    artifact = tmp_path / TARGETS[target].filename
    TARGETS[target].export(freeze(faulty), artifact)
    (record,) = api.verify(artifact, model)
    assert record.status == Status.FAIL
    parted = record.details["parted"]
    assert parted["layer"] == layer
    assert parted["config"]["name"] == layer
    assert parted["before"] in (before, None)  # a format may show no layer alone before it
    assert parted["error_after"] > 10 * parted["error_before"]
    assert f"the first to differ is layer {layer!r} ({parted['kind']})" in (record.reason or "")


def test_a_right_artifact_has_no_such_layer(tmp_path: Path) -> None:
    model = trained(images())
    TARGETS["onnx"].export(freeze(model), tmp_path / "model.onnx")
    (record,) = api.verify(tmp_path / "model.onnx", model)
    assert record.status == Status.PASS
    assert "parted" not in record.details


def test_what_a_file_adds_behind_the_last_layer_is_said(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, "softmax", name="probs")])
    hard = layers.Lambda(lambda y: keras.ops.cast(y >= keras.ops.max(y, -1, True), "float32"))
    TARGETS["onnx"].export(
        freeze(keras.Sequential([keras.Input((4,)), *model.layers, hard])), tmp_path / "model.onnx"
    )
    (record,) = api.verify(tmp_path / "model.onnx", model)
    assert record.status == Status.FAIL
    parted = record.details["parted"]
    assert (parted["layer"], parted["beyond"], parted["others"]) == ("probs", True, [])
    # Of three probabilities the largest is a third at least: a hard maximum adds two at most.
    assert 0.1 < parted["error_after"] < 2 / 3
    assert parted["error_before"] < 1e-6
    assert "it differs in what it makes of that as its own output" in (record.reason or "")


COUNTING = """
from pathlib import Path

import keras

built = Path(__file__).with_suffix(".built")
most = Path(__file__).with_suffix(".most")


def model():
    built.open("a").write(".")
    if most.exists() and built.stat().st_size > most.stat().st_size:
        raise OSError("the disk is gone")
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, bias_initializer="normal", name="only")]
    )
"""


def test_a_look_that_fails_is_said_and_the_verdict_stays(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(COUNTING)
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, bias_initializer="normal", name="only")]
    )
    artifact = tmp_path / "model.onnx"
    TARGETS["onnx"].export(freeze(model), artifact)
    (record,) = api.verify(artifact, f"{file}:model")
    assert record.status == Status.PASS
    rounded(model, "only")
    TARGETS["onnx"].export(freeze(model), artifact)
    (tmp_path / "mine.built").rename(tmp_path / "mine.most")  # as often, and not once more
    (record,) = api.verify(artifact, f"{file}:model")
    assert record.status == Status.FAIL
    [note] = [note for note in record.notes if note.startswith("which layer differs is not known")]
    assert "the disk is gone" in note
