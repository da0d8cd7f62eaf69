"""Repeats keep their shapes through TFLite's converter, and their values."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from seqbench.backends.patches import repeat
from seqbench.runtimes import litert
from seqbench.targets import TARGETS
from seqbench.targets.frozen import freeze

LAYERS = keras.layers
TABLE = {"numpy.repeat": (repeat.repeat,)}


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
    TARGETS["tflite"].export(freeze(model, substitutes=TABLE), tmp_path / "model.tflite")
    session = litert.load(tmp_path / "model.tflite", "cpu", 1)
    x = np.random.default_rng(0).standard_normal((3, 4, 6, 3)).astype(np.float32)
    want = np.asarray(model(x, training=False))
    np.testing.assert_allclose(session.run(x), want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("repeats", "axis"), [(2, 1), (3, -1), (2, 0), ([1, 2, 3], 1), (2, None)], ids=str
)
@pytest.mark.parametrize("dtype", ["float32", "int64", "uint16", "bool"])
def test_it_repeats_as_numpy_does(dtype: str, repeats: Any, axis: int | None) -> None:
    from keras.src.backend.tensorflow import numpy as backend

    x = np.random.default_rng(0).integers(0, 2, (2, 3, 4)).astype(dtype)
    found = repeat.repeat(
        backend.repeat, x=keras.ops.convert_to_tensor(x), repeats=repeats, axis=axis
    )
    want = np.repeat(x, repeats, axis=axis)
    assert keras.backend.standardize_dtype(found.dtype) == dtype
    np.testing.assert_array_equal(np.asarray(found), want)
