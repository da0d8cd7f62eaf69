"""Weights of Keras 1 and 2 come in other orders and shapes than Keras 3's."""

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from seqbench.core.errors import InputError
from seqbench.models.loading import load
from seqbench.models.model_file import load_file
from seqbench.models.source import resolve
from tests.support.old_files import saved_by_keras_2, write_hdf5

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"  # Keras's, with numpy 2, on saving
)

SAVED = saved_by_keras_2()

DRAW = np.random.default_rng(3)


def draw(*shape: int) -> Any:
    return DRAW.normal(0, 0.5, shape).astype("float32")


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def correlate(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return what a convolution without padding gives of one image (rows, columns, channels)."""
    rows, columns = (image.shape[i] - kernel.shape[i] + 1 for i in range(2))
    found = [
        [
            np.einsum(
                "rci,rcio->o", image[i : i + kernel.shape[0], j : j + kernel.shape[1]], kernel
            )
            for j in range(columns)
        ]
        for i in range(rows)
    ]
    return np.array(found)


def predict(path: Path, x: np.ndarray) -> np.ndarray:
    return np.asarray(load_file(path, allow_code=False)(x, training=False))


@pytest.mark.parametrize("name", SAVED)
def test_a_file_of_keras_2_computes_what_keras_2_did(tmp_path: Path, name: str) -> None:
    saved = SAVED[name]
    path = write_hdf5(tmp_path / "net.h5", saved.config, saved.weights, "2.4.0", "tensorflow")
    model = load(resolve(str(path))).build()
    # Sums of up to 192 products of about 1 in float32, in another order.
    np.testing.assert_allclose(model(saved.x, training=False), saved.y, rtol=1e-5, atol=2e-6)


def convolution(path: Path, kernel: np.ndarray, backend: str | None, name: str) -> Path:
    first = {"filters": kernel.shape[-1], "kernel_size": [3, 2], "use_bias": False, "name": "c"}
    first["batch_input_shape"] = [None, 5, 4, 2]
    config = {"class_name": "Sequential", "config": [{"class_name": "Conv2D", "config": first}]}
    return write_hdf5(path, config, {"c": {name: kernel}}, "2.0.8", backend)


def test_kernels_of_theano_are_turned_round(tmp_path: Path) -> None:
    kernel, image = draw(3, 2, 2, 3), draw(5, 4, 2)
    turned = correlate(image, kernel[::-1, ::-1])
    as_it_is = correlate(image, kernel)
    path = tmp_path / "net.h5"
    for backend, name, true in (
        ("theano", "c/kernel", turned),
        ("tensorflow", "c/kernel:0", as_it_is),
        ("cntk", "c/kernel", as_it_is),
        (None, "c/kernel", turned),  # TensorFlow's names end with the number of an output
        (None, "c/kernel:0", as_it_is),
    ):
        convolution(path, kernel, backend, name)
        np.testing.assert_allclose(predict(path, image[None])[0], true, rtol=1e-5, atol=1e-6)


def test_a_depthwise_kernel_of_theano_stays(tmp_path: Path) -> None:
    kernel, image = draw(3, 2, 2, 1), draw(5, 4, 2)
    layer = {"name": "d", "kernel_size": [3, 2], "use_bias": False}
    layer["batch_input_shape"] = [None, 5, 4, 2]
    config = {"class_name": "Sequential", "config": [{"class_name": "DepthwiseConv2D"}]}
    config["config"][0]["config"] = layer  # type: ignore[index]
    weights = {"d": {"d/depthwise_kernel": kernel}}
    path = write_hdf5(tmp_path / "net.h5", config, weights, "2.2.4", "theano")
    true = [correlate(image[:, :, i : i + 1], kernel[:, :, i : i + 1]) for i in range(2)]
    found = predict(path, image[None])[0]
    np.testing.assert_allclose(found, np.concatenate(true, -1), rtol=1e-5, atol=1e-6)


def keras_1(*layers: dict[str, Any]) -> dict[str, Any]:
    return {"class_name": "Sequential", "config": list(layers)}


def recurrent(kind: str, gates: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    config = {"name": "r", "batch_input_shape": [None, 3, 2], "output_dim": 4, "input_dim": 2}
    config |= {"activation": "tanh", "inner_activation": "sigmoid", "consume_less": "cpu"}
    config |= {"dropout_W": 0.2, "dropout_U": 0.1, "inner_init": "orthogonal", "input_length": None}
    weights: dict[str, Any] = {}
    for gate in gates:
        weights |= {f"r_W_{gate}:0": draw(2, 4), f"r_U_{gate}:0": draw(4, 4)}
        weights[f"r_b_{gate}:0"] = draw(4)
    return {"class_name": kind, "config": config}, weights


def test_keras_1_has_a_kernel_for_each_gate_of_an_lstm(tmp_path: Path) -> None:
    layer, weights = recurrent("LSTM", "icfo")
    path = write_hdf5(tmp_path / "net.h5", keras_1(layer), {"r": weights}, "1.2.2")
    x, h, c = draw(3, 2), np.zeros(4), np.zeros(4)
    for row in x:
        i, g, f, o = (
            row @ weights[f"r_W_{gate}:0"] + h @ weights[f"r_U_{gate}:0"] + weights[f"r_b_{gate}:0"]
            for gate in "icfo"
        )
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    model = load_file(path, allow_code=False)
    np.testing.assert_allclose(model(x[None])[0], h, rtol=1e-5)
    assert (model.layers[0].dropout, model.layers[0].recurrent_dropout) == (0.2, 0.1)


def test_keras_1_has_a_kernel_for_each_gate_of_a_gru(tmp_path: Path) -> None:
    layer, weights = recurrent("GRU", "zrh")
    path = write_hdf5(tmp_path / "net.h5", keras_1(layer), {"r": weights}, None)
    x, h = draw(3, 2), np.zeros(4)
    for row in x:
        z, r, n = (row @ weights[f"r_W_{gate}:0"] + weights[f"r_b_{gate}:0"] for gate in "zrh")
        z, r = (sigmoid(part + h @ weights[f"r_U_{g}:0"]) for part, g in ((z, "z"), (r, "r")))
        h = z * h + (1 - z) * np.tanh(n + (r * h) @ weights["r_U_h:0"])
    np.testing.assert_allclose(predict(path, x[None])[0], h, rtol=1e-5)


@pytest.mark.parametrize("ends", [":0", ""], ids=["tensorflow", "theano"])
def test_keras_1_has_the_filters_first_where_channels_are(tmp_path: Path, ends: str) -> None:
    conv = {"name": "c", "batch_input_shape": [None, 2, 5, 6], "nb_filter": 3, "nb_row": 3}
    conv |= {"nb_col": 2, "dim_ordering": "th", "border_mode": "valid", "subsample": [1, 1]}
    conv |= {"init": "he_normal", "bias": True, "W_regularizer": {"name": "WeightRegularizer"}}
    conv |= {"W_constraint": None, "activation": "linear", "input_dtype": "float32"}
    layers = [
        {"class_name": "Convolution2D", "config": conv},
        {"class_name": "UpSampling2D", "config": {"name": "u", "size": [2, 2]}},
        {"class_name": "Flatten", "config": {"name": "f"}},
    ]
    kernel, bias, image = draw(3, 2, 3, 2), draw(3), draw(2, 5, 6)
    weights = {"c": {f"c_W{ends}": kernel, f"c_b{ends}": bias}, "u": {}, "f": {}}
    path = write_hdf5(tmp_path / "net.h5", keras_1(*layers), weights, "1.1.1")
    used = kernel if ends else kernel[:, :, ::-1, ::-1]
    true = correlate(image.transpose(1, 2, 0), used.transpose(2, 3, 1, 0)) + bias
    true = true.transpose(2, 0, 1).repeat(2, 1).repeat(2, 2)
    np.testing.assert_allclose(predict(path, image[None])[0], true.ravel(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("version", ["1.0.8", "1.2.2"])
def test_keras_1_has_another_dimension_in_conv1d(tmp_path: Path, version: str) -> None:
    conv = {"name": "c", "batch_input_shape": [None, 5, 2], "nb_filter": 3, "filter_length": 2}
    conv |= {"subsample_length": 1, "border_mode": "valid", "bias": False, "input_length": None}
    config = keras_1({"class_name": "Convolution1D", "config": conv})
    kernel, x = draw(2, 1, 2, 3), draw(5, 2)
    kept = kernel.transpose(3, 2, 0, 1) if version == "1.0.8" else kernel
    path = write_hdf5(tmp_path / "net.h5", config, {"c": {"c_W:0": kept}}, version)
    true = correlate(x[:, None], kernel)[:, 0]
    np.testing.assert_allclose(predict(path, x[None])[0], true, rtol=1e-5, atol=1e-6)


def test_an_inner_model_of_keras_1_has_no_name_and_all_that_is_trained_first(
    tmp_path: Path,
) -> None:
    def dense(name: str, units: int, **more: Any) -> dict[str, Any]:
        return {"class_name": "Dense", "config": {"name": name, "output_dim": units, **more}}

    conv = {"name": "c", "batch_input_shape": [None, 2, 3, 2], "nb_filter": 2, "nb_row": 3}
    conv |= {"nb_col": 2, "dim_ordering": "th", "bias": False}
    norm = {"name": "n", "mode": 0, "axis": 1, "epsilon": 0.01}
    inner = keras_1(
        {"class_name": "Convolution2D", "config": conv},
        {"class_name": "BatchNormalization", "config": norm},
        {"class_name": "Flatten", "config": {"name": "f"}},
        dense("d", 3),
    )
    kernel, image = draw(2, 2, 3, 2), draw(2, 3, 2)
    gamma, beta, mean, variance = draw(2), draw(2), draw(2), np.abs(draw(2)) + 1
    w, b, last = draw(2, 3), draw(3), draw(3, 2)
    weights = {
        "sequential_1": {"c_W:0": kernel, "n_gamma:0": gamma, "n_beta:0": beta}
        | {"d_W:0": w, "d_b:0": b, "n_running_mean:0": mean, "n_running_std:0": variance},
        "e": {"e_W:0": last},
    }
    config = keras_1(inner, dense("e", 2, bias=False))
    path = write_hdf5(tmp_path / "net.h5", config, weights, "1.2.2")
    x = np.einsum("irc,oirc->o", image, kernel)
    x = gamma * (x - mean) / np.sqrt(variance + 0.01) + beta
    true = (x @ w + b) @ last
    np.testing.assert_allclose(predict(path, image[None])[0], true, rtol=1e-4, atol=1e-5)


def test_a_normalization_within_a_model_of_keras_3_s_hdf5(tmp_path: Path) -> None:
    """Keras loads its weights and goes on with mean 0 and variance 1."""
    start = keras.Input((2,))
    inside = keras.layers.Normalization()
    model = keras.Sequential([keras.Model(start, inside(start)), keras.layers.Flatten()])
    inside.adapt(np.array([[1.0, 10.0], [3.0, 30.0]]))
    model.save(tmp_path / "net.h5")
    np.testing.assert_allclose(predict(tmp_path / "net.h5", np.array([[4.0, 0.0]])), [[2, -2]])


def test_weights_that_do_not_fit_their_layer_are_named(tmp_path: Path) -> None:
    layer, weights = recurrent("LSTM", "icfo")
    weights["r_W_c:0"] = draw(3, 4)
    path = write_hdf5(tmp_path / "net.h5", keras_1(layer), {"r": weights}, "1.2.2")
    with pytest.raises(InputError, match=r"its weights are not as Keras 1.2.2 writes them: Value"):
        load_file(path, allow_code=False)


@pytest.mark.parametrize("kind", ["Model", "Functional"])
def test_inner_models_had_another_class_before_2_4(tmp_path: Path, kind: str) -> None:
    saved = SAVED["partly_frozen"]
    config = json.loads(json.dumps(saved.config).replace('"Functional"', f'"{kind}"'))
    config["config"] = config["config"]["layers"]  # Keras 2.0 to 2.2: a bare list
    path = write_hdf5(tmp_path / "net.h5", config, saved.weights, "2.1.6", "tensorflow")
    np.testing.assert_allclose(predict(path, saved.x), saved.y, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("columns", [4, 5])
def test_a_bias_that_keras_3_would_add_to_the_columns(tmp_path: Path, columns: int) -> None:
    layer = {"name": "c", "filters": 3, "kernel_size": [3, 2], "data_format": "channels_first"}
    layer["batch_input_shape"] = [None, 2, 5, columns]
    config = keras_1({"class_name": "Conv2D", "config": layer})
    kernel, bias, image = draw(3, 2, 2, 3), draw(3), draw(2, 5, columns)
    weights = {"c": {"c/kernel:0": kernel, "c/bias:0": bias}}
    path = write_hdf5(tmp_path / "net.h5", config, weights, "2.2.4", "tensorflow")
    true = (correlate(image.transpose(1, 2, 0), kernel) + bias).transpose(2, 0, 1)
    if columns == 5:
        np.testing.assert_allclose(predict(path, image[None])[0], true, rtol=1e-5, atol=1e-6)
        return
    with pytest.raises(InputError, match=r"layer 'c' .* as many filters as columns \(3\)"):
        load_file(path, allow_code=False)
