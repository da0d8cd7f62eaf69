"""Models that Keras 2 saved load in Keras 3 and compute what they did."""

import copy
import json
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from seqbench.core.errors import InputError
from seqbench.models.legacy import mend
from seqbench.models.loading import load
from seqbench.models.model_file import load_file
from seqbench.models.source import resolve

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"  # Keras's, with numpy 2, on saving
)

DATA = Path(__file__).parents[1] / "data" / "keras2"


def sequential(*of: dict[str, Any]) -> dict[str, Any]:
    return {"class_name": "Sequential", "config": {"name": "net", "layers": list(of)}}


def layer(kind: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": "it", **config}}


def mended(kind: str, *, version: str = "2.4.0", **config: Any) -> dict[str, Any]:
    whole = mend(sequential(layer(kind, **config)), "file", version=version)
    found: dict[str, Any] = whole["config"]["layers"][-1]["config"]
    del found["name"]
    return found


@pytest.mark.parametrize("name", ["image.h5", "series.keras"])
def test_files_of_keras_2_predict_as_keras_2_did(name: str) -> None:
    expected = np.load(DATA / "expected.npz")
    stem = name.split(".", maxsplit=1)[0]
    model = load(resolve(str(DATA / name))).build()
    found = model(expected[f"{stem}_x"], training=False)
    np.testing.assert_allclose(found, expected[f"{stem}_y"], rtol=1e-6)
    with pytest.raises((ValueError, TypeError)):  # which is why they are mended
        keras.saving.load_model(DATA / name)


def test_a_model_of_keras_2_can_be_saved_and_loaded_again(tmp_path: Path) -> None:
    model = load(resolve(str(DATA / "series.keras"))).build()
    model.save(tmp_path / "again.keras")
    again = load_file(tmp_path / "again.keras", allow_code=False)
    x = np.load(DATA / "expected.npz")["series_x"]
    np.testing.assert_array_equal(again(x), model(x))


def test_what_keras_3_saved_is_left_as_it_is() -> None:
    model = keras.Sequential(
        [
            keras.Input((4, 3)),
            layers.Bidirectional(layers.LSTM(2, return_sequences=True)),
            layers.TimeDistributed(keras.Sequential([layers.Dense(2), layers.LeakyReLU(0.2)])),
            layers.Conv1D(2, 3, activation="hard_sigmoid"),
            layers.Embedding(9, 2),
            layers.BatchNormalization(axis=-1),
            layers.UnitNormalization(axis=-1),
            layers.Flatten(),
            layers.Dense(2, dtype="float32"),
        ]
    )
    config = keras.saving.serialize_keras_object(model)
    del config["compile_config"]
    assert mend(config, "file", version="3.0.0") == config


@pytest.mark.parametrize(
    ("kind", "stray"),
    [
        ("DepthwiseConv2D", {"groups": 1}),
        ("SeparableConv1D", {"groups": 1, "kernel_initializer": {"class_name": "GlorotUniform"}}),
        ("LSTM", {"time_major": False}),
        ("ConvLSTM2D", {"time_major": False}),
        ("SimpleRNN", {"implementation": 2}),
        ("Embedding", {"input_length": 7}),
        ("RandomFlip", {"rng_type": "stateful"}),
        ("RandomHeight", {"rng_type": "stateful"}),
        ("Dense", {"experimental_autocast": True, "kernel_lookup": None, "fine_tuning": []}),
        ("BatchNormalization", {"fused": True, "virtual_batch_size": None}),
        ("SpatialDropout1D", {"trainable": True}),
        ("MaxPooling2D", {"layout": "auto", "hints": {}}),
    ],
)
def test_keywords_that_say_nothing_are_dropped(kind: str, stray: dict[str, Any]) -> None:
    assert mended(kind, **stray) == {}


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("LeakyReLU", {"negative_slope": 0.3}),
        ("StringLookup", {"vocabulary_size": 3, "has_input_vocabulary": True}),
        ("Dense", {"trainable": False, "kernel_regularizer": None}),
        ("LayerNormalization", {"axis": [1]}),
    ],
)
def test_keywords_that_keras_3_takes_stay(kind: str, kept: dict[str, Any]) -> None:
    assert mended(kind, **kept) == kept


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("LSTM", "time_major", True),
        ("DepthwiseConv2D", "groups", 2),
        ("BatchNormalization", "virtual_batch_size", 4),
        ("Dense", "scale", 0.5),
        ("Resizing", "interpolation", "gaussian"),
        ("UpSampling2D", "interpolation", "mitchellcubic"),
    ],
)
def test_keywords_that_say_something_are_refused(kind: str, key: str, value: Any) -> None:
    with pytest.raises(InputError) as caught:
        mended(kind, **{key: value})
    assert str(caught.value) == (
        f"file (of Keras 2.4.0): layer 'it' ({kind}) was saved with {key}={value!r}, which Keras 3 "
        "does not have and which may change what it computes; build the model in Keras 3 so that "
        "it computes the same, and save that"
    )


def test_inner_layers_are_mended_too() -> None:
    inner = layer("LSTM", units=2, time_major=False)
    cells = [layer("LSTMCell", units=2, fused=True), layer("GRUCell", units=2, groups=1)]
    found = mended("Bidirectional", layer=copy.deepcopy(inner), backward_layer=copy.deepcopy(inner))
    clean = layer("LSTM", units=2) | {"module": "keras.layers", "registered_name": None}
    assert (found["layer"], found["backward_layer"]) == (clean, clean)
    found = mended("RNN", cell=layer("StackedRNNCells", cells=cells))
    where = {"module": "keras.layers", "registered_name": None}
    assert found["cell"]["config"]["cells"] == [
        layer("LSTMCell", units=2) | where,
        layer("GRUCell", units=2, reset_after=False) | where,
    ]


def test_hard_sigmoid_stays_keras_2_s() -> None:
    for form in ("hard_sigmoid", {"class_name": "function", "config": "hard_sigmoid"}):
        config = mended("LSTM", units=2, recurrent_activation=form)["recurrent_activation"]
        function = keras.activations.get(config)
        found = keras.ops.convert_to_numpy(function(np.array([-3.0, -2.5, 0.0, 1.0, 2.5, 3.0])))
        np.testing.assert_allclose(found, [0.0, 0.0, 0.5, 0.7, 1.0, 1.0])
        assert mended("LSTM", version="3.0.0", recurrent_activation=form) == {
            "recurrent_activation": form
        }
    assert mended("LSTM", activation="tanh") == {"activation": "tanh"}


def test_gru_had_no_reset_after_at_first() -> None:
    assert mended("GRU", units=2) == {"units": 2, "reset_after": False}
    assert mended("GRU", units=2, reset_after=True) == {"units": 2, "reset_after": True}
    assert mended("GRU", version="3.0.0", units=2) == {"units": 2}


@pytest.mark.parametrize(
    ("kind", "now"),
    [
        ("BatchNormalizationV1", "BatchNormalization"),
        ("BatchNormalizationV2", "BatchNormalization"),
        ("SyncBatchNormalization", "BatchNormalization"),
        ("UnifiedLSTM", "LSTM"),
        ("CuDNNLSTM", "LSTM"),
        ("CuDNNGRU", "GRU"),
    ],
)
def test_layers_under_other_names(kind: str, now: str) -> None:
    config = mend(sequential(layer(kind)), "file", version="2.2.4-tf")
    assert config["config"]["layers"][0]["class_name"] == now


@pytest.mark.parametrize("version", ["2.2.4-tf", "2.0.8"])
def test_initializers_are_left_out(version: str) -> None:
    """TensorFlow 1.12 to 1.15 wrote a dtype in them, and other packages had their own."""
    for value in (
        {"class_name": "GlorotUniform", "config": {"seed": None, "dtype": "float32"}},
        {"class_name": "EfficientNetConvInitializer", "config": {}},
    ):
        assert mended("Dense", version=version, units=2, kernel_initializer=value) == {"units": 2}


def test_softmax_of_tensorflow() -> None:
    assert mended("Dense", activation="softmax_v2") == {"activation": "softmax"}


def test_renamed_keywords() -> None:
    assert mended("LeakyReLU", alpha=0.21) == {"negative_slope": 0.21}


def test_policies_are_named() -> None:
    policy = {"class_name": "Policy", "config": {"name": "mixed_float16"}}
    assert mended("Dense", dtype=policy) == {"dtype": "mixed_float16"}


def test_a_batch_normalization_has_one_axis() -> None:
    assert mended("BatchNormalization", axis=[3]) == {"axis": 3}


def test_several_axes_are_not_lost_on_the_way_through_hdf5(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((3, 2)), layers.UnitNormalization(axis=[1, 2])])
    model.save(tmp_path / "net.h5")
    x = np.arange(6, dtype=np.float32).reshape(1, 3, 2)
    loaded = load_file(tmp_path / "net.h5", allow_code=False)
    np.testing.assert_array_equal(loaded(x), model(x))


def test_an_input_shape_of_the_first_layer_becomes_an_input() -> None:
    bare = sequential(layer("Dense", batch_input_shape=[None, 5], units=2))
    first, second = mend(bare, "file", version="")["config"]["layers"]
    assert first == {
        "class_name": "InputLayer",
        "config": {"name": "it_input", "batch_input_shape": [None, 5], "dtype": "float32"},
    }
    assert second == layer("Dense", units=2)
    given = sequential(layer("InputLayer", batch_input_shape=[None, 5]), second)
    assert mend(given, "file", version="2.4.0") == given


def test_the_oldest_form_is_a_bare_list(tmp_path: Path) -> None:
    """Keras 1 and 2.0 to 2.2 wrote a Sequential's layers without a name around them."""
    model = keras.Sequential([keras.Input((5,)), layers.Dense(2, name="d")])
    path = tmp_path / "old.h5"
    model.save(path)
    old = [
        {"class_name": "Dense", "config": {"name": "d", "units": 2, "batch_input_shape": [None, 5]}}
    ]
    with h5py.File(path, "r+") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": old})
        del file.attrs["keras_version"]
    x = np.ones((2, 5), np.float32)
    np.testing.assert_array_equal(load_file(path, allow_code=False)(x), model(x))


def test_the_config_given_is_not_changed() -> None:
    config = sequential(layer("LSTM", time_major=False, recurrent_activation="hard_sigmoid"))
    before = copy.deepcopy(config)
    mend(config, "file", version="2.4.0")
    assert config == before


def test_a_lambda_s_code_is_given_as_keras_3_wants_it() -> None:
    config = mended("Lambda", function=["Y29kZQ==", None, None], function_type="lambda", module="m")
    code = {"code": "Y29kZQ==", "defaults": None, "closure": None}
    assert config == {"function": {"class_name": "__lambda__", "config": code}}
