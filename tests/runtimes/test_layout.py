"""ONNX files with channels first, as tf2onnx's options write them, held against Keras."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqbench.core.errors import LoadError
from seqbench.runtimes import layout, onnxruntime
from seqbench.runtimes.session import Session
from tests.support.tf2onnx import convert


@pytest.fixture(scope="module")
def pictures() -> Any:
    """A model from pictures to pictures, whose filters are not symmetric."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((6, 9, 2)),
            layers.Conv2D(4, (3, 2), padding="same", activation="relu"),
            layers.Conv2D(3, (2, 3), padding="same", bias_initializer="random_normal"),
        ]
    )


def session_of(path: Path, x: np.ndarray, own: np.ndarray) -> Session:
    return layout.in_models_order(onnxruntime.load(path, "cpu", 1), x, own)


@pytest.mark.parametrize("shape", [(None, 6, 9, 2), (4, 6, 9, 2)])
@pytest.mark.parametrize("sides", ["", "input", "output", "input output"])
def test_channels_first_are_transposed(
    pictures: Any, tmp_path: Path, sides: str, shape: tuple[int | None, ...]
) -> None:
    options: dict[str, Any] = {}
    if "input" in sides:
        options["inputs_as_nchw"] = ["x:0"]
    if "output" in sides:
        options["outputs_as_nchw"] = ["Identity:0"]
    path = convert(pictures, tmp_path / "m.onnx", shape, **options)
    x = np.random.default_rng(0).normal(size=(5, 6, 9, 2)).astype(np.float32)
    own = np.asarray(pictures(x))
    session = session_of(path, x, own)
    np.testing.assert_allclose(session.run(x), own, atol=1e-5)
    assert session.input.shape == shape
    assert session.output.shape[1:] in ((6, 9, 3), (None, None, 3), (None, None, None))
    batch = shape[0]
    told = {"input": (batch, 2, 6, 9), "output": (batch, 3, 6, 9)}
    if not sides:
        assert session.notes == ()
        return
    (note,) = session.notes
    assert note.endswith(": it is asked through a transposition")
    for side in sides.split():
        assert f"the {side} has its channels first, {told[side]}, where the model's are last" in (
            note
        ) or (side == "output" and "the output has its channels first" in note)


def test_sizes_that_fit_both_orders_are_told_by_the_answers(tmp_path: Path) -> None:
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)
    cube = keras.Sequential([keras.Input((4, 4, 4)), layers.Conv2D(4, 3, padding="same")])
    x = np.random.default_rng(0).normal(size=(3, 4, 4, 4)).astype(np.float32)
    own = np.asarray(cube(x))
    for number, options in enumerate(
        [
            {},
            {"inputs_as_nchw": ["x:0"]},
            {"inputs_as_nchw": ["x:0"], "outputs_as_nchw": ["Identity:0"]},
        ]
    ):
        path = convert(cube, tmp_path / f"{number}.onnx", (None, 4, 4, 4), **options)
        np.testing.assert_allclose(session_of(path, x, own).run(x), own, atol=1e-5)


def test_a_shape_that_fits_in_no_order_is_said_in_words(pictures: Any, tmp_path: Path) -> None:
    path = convert(pictures, tmp_path / "m.onnx", (None, 6, 9, 2))
    x, own = np.zeros((3, 9, 6, 2), np.float32), np.zeros((3, 9, 6, 3), np.float32)
    text = (
        "contract: the input's shape is (None, 6, 9, 2), which is not the model's "
        "(None, 9, 6, 2), nor (None, 2, 9, 6), its channels first"
    )
    with pytest.raises(LoadError, match=re.escape(text)):
        session_of(path, x, own)
    flat = np.zeros((3, 4), np.float32)
    with pytest.raises(LoadError, match=re.escape("which is not the model's (None, 4)")):
        session_of(path, flat, flat)
