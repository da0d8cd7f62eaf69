"""TFLite files with whole numbers for inputs and outputs, as microcontrollers have them.

What is true is worked out with TensorFlow's own interpreter, by the scale and the zero point that
it tells.
"""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqbench.runtimes import litert
from tests.support.tflite import convert_to_whole_numbers

WHOLE = {"uint8": (0, 255), "int8": (-128, 127), "int16": (-32768, 32767)}
"""The least and the largest number of each type."""


def by_hand(path: Path, x: np.ndarray) -> np.ndarray:
    """Return what a user works out who reads the guide: row by row, saturating."""
    import tensorflow as tf

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        interpreter = tf.lite.Interpreter(str(path))
    interpreter.allocate_tensors()
    (source,), (sink,) = interpreter.get_input_details(), interpreter.get_output_details()
    rows = []
    for row in x:
        value = row[None]
        if source["dtype"] is not np.float32:
            scale, zero_point = source["quantization"]
            least, most = WHOLE[np.dtype(source["dtype"]).name]
            value = np.round(value / scale + zero_point).clip(least, most).astype(source["dtype"])
        interpreter.set_tensor(source["index"], value)
        interpreter.invoke()
        found = interpreter.get_tensor(sink["index"]).astype(np.float32)
        if sink["dtype"] is not np.float32:
            scale, zero_point = sink["quantization"]
            found = (found - zero_point) * scale
        rows.append(found[0])
    return np.stack(rows)


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    return np.random.default_rng(0).normal(3, 2, (40, 8, 8, 1)).astype(np.float32)


@pytest.mark.parametrize(
    "dtypes",
    [
        ("uint8", "uint8"),
        ("int8", "int8"),
        ("int16", "int16"),
        ("uint8", "float32"),
        ("float32", "int8"),
    ],
)
def test_answers_are_the_real_numbers_that_the_whole_ones_stand_for(
    small_cnn: Any, rows: np.ndarray, tmp_path: Path, dtypes: tuple[str, str]
) -> None:
    path = convert_to_whole_numbers(small_cnn, tmp_path / "m.tflite", dtypes, rows)
    session = litert.load(path, "cpu", 1)
    x = np.concatenate([rows[:5], rows[:2] * 1000, -1000 * rows[:2]])  # most of it saturates
    got = session.run(x)
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, by_hand(path, x))
    # 8 bits of a softmax, not a model of another scale
    np.testing.assert_allclose(got[:5], small_cnn(rows[:5]).numpy(), atol=0.05)
    assert (session.input.dtype, session.output.dtype) == ("float32", "float32")


def test_a_session_says_how_its_file_is_quantized(
    small_cnn: Any, rows: np.ndarray, tmp_path: Path
) -> None:
    import tensorflow as tf

    path = convert_to_whole_numbers(small_cnn, tmp_path / "m.tflite", ("uint8", "int8"), rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        interpreter = tf.lite.Interpreter(str(path))
    session, told = litert.load(path, "cpu", 1), {}
    for side, (detail,) in (
        ("input", interpreter.get_input_details()),
        ("output", interpreter.get_output_details()),
    ):
        scale, zero_point = detail["quantization"]
        told[side] = {
            "dtype": np.dtype(detail["dtype"]).name,
            "scale": float(scale),
            "zero_point": int(zero_point),
        }
    assert session.facts["quantized"] == told
    assert "int8" in session.facts["narrow"]
    assert [told[side]["dtype"] for side in told] == ["uint8", "int8"]
    (note,) = [note for note in session.notes if "quantized" in note]
    assert note == (
        f"quantized: the input is uint8 (scale {told['input']['scale']:.6g}, zero point "
        f"{told['input']['zero_point']}), the output is int8 (scale "
        f"{told['output']['scale']:.6g}, zero point {told['output']['zero_point']})"
    )


def test_whole_numbers_that_the_model_itself_takes_stay_as_they_are(tmp_path: Path) -> None:
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((6,), dtype="int32"),
            layers.Embedding(300, 5),
            layers.GlobalAveragePooling1D(),
            layers.Dense(3),
        ]
    )
    tokens = np.random.default_rng(0).integers(0, 300, (40, 6)).astype(np.int32)
    path = convert_to_whole_numbers(model, tmp_path / "m.tflite", ("int32", "int8"), tokens)
    session = litert.load(path, "cpu", 1)
    assert (session.input.dtype, session.output.dtype) == ("int32", "float32")
    np.testing.assert_allclose(session.run(tokens[:7]), model(tokens[:7]).numpy(), atol=0.01)
