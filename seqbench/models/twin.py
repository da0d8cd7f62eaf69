"""A model made again from its configuration, with its weights: as it is, or in float64."""

import inspect
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench.models.build_once import building_once
from seqbench.models.weights import copy_weights

if TYPE_CHECKING:
    import keras

FLOATS = ("float16", "bfloat16", "float32", "mixed_float16", "mixed_bfloat16", "float64")
"""Every policy that computes with real numbers."""


def float64_twin(model: "keras.Sequential") -> "keras.Sequential":
    """Return the same model with the same weights, computing in float64."""
    return convert_precision(model, "float64")


def convert_precision(model: "keras.Sequential", dtype: str) -> "keras.Sequential":
    """Return the same model with the same weights, computing in one floating dtype.

    What it masks is what the model masks: which steps are to be masked is found out in the model's
    own dtype, where a tenth of -10 is -1.
    """
    import keras

    before = keras.config.floatx()
    keras.config.set_floatx(dtype)  # layers that ask for the default get it as well
    try:
        return rebuild(model, _in_dtype(model.get_config(), dtype))
    finally:
        keras.config.set_floatx(before)


def rebuild(model: "keras.Sequential", config: Any) -> "keras.Sequential":
    """Return a model made from `config` with the weights and vocabularies of `model`.

    Its recurrent layers keep no state from call to call.
    """
    from keras.src.saving.serialization_lib import SafeModeScope

    layers = list(model._flatten_layers())
    own: dict[str, Any] = {type(layer).__name__: type(layer) for layer in layers}
    own["MaskingIn"] = _masking_in()
    own |= {
        value.__name__: value
        for layer in layers
        for value in vars(layer).values()
        if inspect.isfunction(value)
    }
    # The model is loaded: its code was allowed to run.
    with SafeModeScope(safe_mode=False), building_once():
        other = type(model).from_config(_readable(config), own)
    if not other.built:
        other.build(model.input_shape)
    copy_weights(model, other)
    for mine, its in zip(_lookups(model), _lookups(other), strict=True):
        if mine.input_vocabulary is None:  # it is in the configuration only where given there
            weights = np.asarray(mine.idf_weights_const) if mine.output_mode == "tf_idf" else None
            its.set_vocabulary(mine.get_vocabulary(), weights)
    for layer in other._flatten_layers():
        if getattr(layer, "stateful", False):
            layer.stateful = False
    return other


def computes_in_float64(model: "keras.Sequential") -> bool:
    """Tell whether all layers of a model that compute with real numbers do so in float64."""
    import keras

    hold = (keras.Model, keras.layers.InputLayer)  # what holds layers or data computes nothing
    layers = [layer for layer in model._flatten_layers() if not isinstance(layer, hold)]
    return {layer.compute_dtype for layer in layers} & set(FLOATS) == {"float64"}


def computes_in_less(model: "keras.Sequential") -> bool:
    """Tell whether a layer of a model computes in less than float32."""
    return any(layer.compute_dtype in ("float16", "bfloat16") for layer in model._flatten_layers())


def holds_float64(model: "keras.Sequential") -> bool:
    """Tell whether a layer of a model computes in float64."""
    return any(layer.compute_dtype == "float64" for layer in model._flatten_layers())


def _lookups(model: "keras.Sequential") -> list[Any]:
    from keras.src.layers.preprocessing.index_lookup import IndexLookup

    return [layer for layer in model._flatten_layers() if isinstance(layer, IndexLookup)]


def _in_dtype(config: Any, dtype: str) -> Any:
    """Return a layer's configuration with every floating dtype policy set to one dtype."""
    if isinstance(config, list | tuple):
        return [_in_dtype(item, dtype) for item in config]
    if not isinstance(config, dict):
        return config
    if config.get("class_name") == "DTypePolicy":
        return dtype if config["config"]["name"] in FLOATS else config
    changed: dict[str, Any] = {
        key: dtype if key == "dtype" and value in FLOATS else _in_dtype(value, dtype)
        for key, value in config.items()
    }
    if config.get("class_name") == "Masking":
        inner = {**changed["config"], "compares_in": config["config"]["dtype"]}
        named = {"module": None, "class_name": "MaskingIn", "registered_name": "MaskingIn"}
        return {**changed, **named, "config": inner}
    if "ref_power" in changed:  # MelSpectrogram makes a float32 tensor of a plain number
        changed["ref_power"] = np.dtype(dtype).type(changed["ref_power"])
    return changed


@cache
def _masking_in() -> type:
    """Return the class of Masking layers that compare in a dtype other than their own."""
    import keras
    from keras import ops
    from keras.src.backend import set_keras_mask

    class MaskingIn(keras.layers.Masking):  # type: ignore[misc] # Keras has no types
        def __init__(self, compares_in: Any, **config: Any) -> None:
            super().__init__(**config)
            self.compares_in = keras.dtype_policies.get(compares_in).compute_dtype

        def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
            return super().compute_mask(ops.cast(inputs, self.compares_in), mask)

        def call(self, inputs: Any) -> Any:
            kept = self.compute_mask(inputs)
            outputs = ops.where(ops.expand_dims(kept, -1), inputs, 0)
            set_keras_mask(outputs, mask=kept)
            return outputs

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "compares_in": self.compares_in}

    return MaskingIn


def _readable(config: Any) -> Any:
    """Return a configuration as Keras 3.15 can read it, where it cannot read what it wrote."""
    if isinstance(config, list | tuple):
        return [_readable(item) for item in config]
    if not isinstance(config, dict):
        return config
    if config.get("class_name") == "Pipeline":  # Keras builds it as in training: dtypes clash
        inner = {key: config["config"][key] for key in ("name", "layers")}
        config = {"module": "keras", "class_name": "Sequential", "config": inner}
    elif config.get("class_name") == "RandomShear":  # it takes no factor below 0, and writes some
        factors = {
            key: [max(config["config"][key][0], 0), config["config"][key][1]]
            for key in ("x_factor", "y_factor")
        }
        config = {**config, "config": {**config["config"], **factors}}
    return {key: _readable(value) for key, value in config.items()}
