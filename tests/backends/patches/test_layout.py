"""Biases are added, and slices repeated, as Keras does both."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.backend.tensorflow import numpy

from seqbench.backends.patches import layout
from seqbench.backends.patches.registry import EXPORTABLE, in_place
from seqbench.runtimes import litert
from seqbench.targets import TARGETS
from seqbench.targets.frozen import Traces

LAYERS = keras.layers
REPEAT = {"numpy.repeat": (layout.repeat,)}


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(4, 6, 3), (None, 6, 3), (None, None, 3)])
def test_convolutions_between_repeats_convert_to_tflite(
    shape: tuple[int | None, ...], tmp_path: Path
) -> None:
    def conv() -> Any:
        return LAYERS.Conv2D(4, 3, padding="same")

    model = keras.Sequential(
        [
            keras.Input(shape),
            conv(),
            LAYERS.UpSampling2D(),
            conv(),
            LAYERS.UpSampling2D((1, 3)),
            conv(),
        ]
    )
    TARGETS["tflite"].export(Traces(model).freeze(patches=REPEAT), tmp_path / "model.tflite")
    session = litert.load(tmp_path / "model.tflite", "cpu", 1)
    x = np.random.default_rng(0).standard_normal((3, 4, 6, 3)).astype(np.float32)
    want = np.asarray(model(x, training=False))
    np.testing.assert_allclose(session.run(x), want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("repeats", "axis"), [(2, 1), (3, -1), (2, 0), ([1, 2, 3], 1), (2, None)], ids=str
)
@pytest.mark.parametrize("dtype", ["float32", "int64", "uint16", "bool"])
def test_it_repeats_as_numpy_does(dtype: str, repeats: Any, axis: int | None) -> None:
    x = np.random.default_rng(0).integers(0, 2, (2, 3, 4)).astype(dtype)
    found = layout.repeat(
        numpy.repeat, x=keras.ops.convert_to_tensor(x), repeats=repeats, axis=axis
    )
    want = np.repeat(x, repeats, axis=axis)
    assert keras.backend.standardize_dtype(found.dtype) == dtype
    np.testing.assert_array_equal(np.asarray(found), want)


@pytest.mark.parametrize(
    ("x1", "x2", "op"),
    [
        ((2, 3, 5), (1, 3, 1), "AddV2"),
        ((2, 3, 4, 5, 6), (1, 3, 1, 1, 1), "AddV2"),
        ((2, 4, 4, 3), (3,), "BiasAdd"),
        ((2, 3, 4, 3), (1, 3, 1, 1), "BiasAdd"),  # Keras takes the last axis
        ((2, 3, 5), (2, 3, 5), "AddV2"),
        ((2, 3, 5), (), "AddV2"),
    ],
)
def test_an_addition_of_a_bias_is_what_it_was(x1: Any, x2: Any, op: str) -> None:
    rng = np.random.default_rng(0)
    arguments = [tf.constant(rng.normal(size=shape), "float32") for shape in (x1, x2)]
    expected = numpy.add(*arguments)
    with in_place(EXPORTABLE):
        concrete = tf.function(numpy.add, autograph=False).get_concrete_function(*arguments)
    assert op in {node.type for node in concrete.graph.get_operations()}
    np.testing.assert_array_equal(concrete(*arguments), expected)
