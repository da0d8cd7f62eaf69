"""Models that Keras itself made smaller, and saved: what their files compute, their exports do."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from seqbench.core.errors import Unsupported
from seqbench.models.model_file import load_file
from seqbench.runtimes import litert, onnxruntime
from seqbench.targets import TARGETS
from seqbench.targets.frozen import freeze

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*does not have a `quantize` method:UserWarning",
)

DRAW = np.random.default_rng(5)


def dense() -> keras.Sequential:
    return keras.Sequential(
        [keras.Input((8,)), layers.Dense(6, "relu", name="a"), layers.Dense(3, name="b")]
    )


def embedding() -> keras.Sequential:
    start = keras.Input((5,), dtype="int32")
    return keras.Sequential(
        [start, layers.Embedding(9, 4), layers.GlobalAveragePooling1D(), layers.Dense(3)]
    )


def lora(model: keras.Sequential) -> keras.Sequential:
    first = model.layers[0]
    first.enable_lora(2)
    for weight in first.weights:
        if "lora" in weight.path:
            weight.assign(DRAW.normal(size=weight.shape))
    return model


def quantized(model: keras.Sequential, mode: str) -> keras.Sequential:
    model.quantize(mode)
    return model


MODELS: dict[str, Callable[[], keras.Sequential]] = {
    "int8": lambda: quantized(dense(), "int8"),
    "int4": lambda: quantized(dense(), "int4"),
    "lora": lambda: lora(dense()),
    "lora in int8": lambda: quantized(lora(dense()), "int8"),
    "embedding in int8": lambda: quantized(embedding(), "int8"),
    "embedding in int4": lambda: quantized(embedding(), "int4"),
    "lora of an embedding": lambda: lora(embedding()),
}


@pytest.mark.parametrize("name", MODELS)
def test_exports_of_quantized_files(tmp_path: Path, name: str) -> None:
    model = MODELS[name]()
    model.save(tmp_path / "net.keras")
    loaded = freeze(load_file(tmp_path / "net.keras", allow_code=False))
    x = DRAW.normal(size=(2, *model.input_shape[1:])).astype(np.float32)
    if model.input_shape == (None, 5):
        x = DRAW.integers(0, 9, (2, 5)).astype(np.int32)
    own = np.asarray(keras.saving.load_model(tmp_path / "net.keras")(x))  # saving merges LoRA
    for target, load in (("tflite", litert.load), ("onnx", onnxruntime.load)):
        path = tmp_path / TARGETS[target].filename
        TARGETS[target].export(loaded, path)
        np.testing.assert_allclose(load(path, "cpu", 1).run(x), own, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("target", "called"), [("tflite", "TFLite"), ("onnx", "ONNX"), ("tfjs", "TF.js")]
)
def test_float8_is_unsupported_where_a_format_lacks_it(
    tmp_path: Path, target: str, called: str
) -> None:
    model = keras.Sequential([keras.Input((8,)), layers.Dense(6, name="only")])
    model.quantize("float8")
    with pytest.raises(Unsupported) as raised:
        TARGETS[target].export(freeze(model), tmp_path / "model")
    assert str(raised.value) == (
        f"layer 'only': operation Cast in float8_e4m3fn has no equivalent in {called}: "
        "its operations do not know these numbers"
    )
